"""Purge: the history of a repository that is home's own, made anew without what is to be gone for good."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import cast

from dulwich.gc import garbage_collect
from dulwich.index import commit_tree
from dulwich.object_store import iter_tree_contents
from dulwich.objects import Blob, Commit, ObjectID, TreeEntry
from dulwich.refs import HEADREF, Ref
from dulwich.repo import Repo

from memory.errors import Conflict
from memory.forget import MARK, Said, words_of
from memory.history import History

_TITLE = re.compile(r"((?:Undo: )*Remember in [^:]+): (.*)")


def past(history: History, wanted: Callable[[str], bool]) -> tuple[str, ...]:
    """The lines of any text of the history that are wanted, each once, oldest first; raises Conflict as `purge`."""
    with history.rewriting() as repo:
        _check(repo)
        shas = dict.fromkeys(e.sha for commit in _commits(repo) for e in _texts(repo, commit))
        lines = (line.strip() for sha in shas for line in _text(repo, sha).split("\n"))
        return tuple(line for line in dict.fromkeys(lines) if line and wanted(line))


def purge(history: History, said: Said) -> int:
    """Gives every commit a successor without the lines that say it, and deletes the old ones.

    Lines that stand in a file today stay. Until the branch is moved, in one step, nothing has changed; a crash after
    it leaves old objects, which the next purge deletes.

    Returns:
        How many commits said it.

    Raises:
        Conflict: the repository is not home's own, or something else holds its commits.
    """
    with history.rewriting() as repo:
        _check(repo)
        stale = [e.path.decode() for e in _texts(repo, _commits(repo)[-1]) if said.inside(_text(repo, e.sha))]
    history.commit("Take up what was edited by hand", stale)
    with history.rewriting() as repo:
        old = _commits(repo)
        made, changed = _made_anew(repo, old, said)
        if not repo.refs.set_if_equals(_branch(repo), old[-1].id, made):
            raise Conflict("The history changed while it was rewritten; it is as it was.", "Try again.")
        _drop(repo)
        return changed


def _check(repo: Repo) -> None:
    """Whether the commits to be rewritten are all there is."""
    others = [ref.decode("utf-8", "replace") for ref in repo.refs.allkeys() - {b"HEAD", b"ORIG_HEAD", _branch(repo)}]
    others += [
        section[-1].decode("utf-8", "replace") for section in repo.get_config().sections() if section[0] == b"remote"
    ]
    why = f"it has other branches, tags or remotes ({', '.join(sorted(others)[:3])})" if others else ""
    if not why and any(len(commit.parents) > 1 for commit in _commits(repo)):
        why = "it has merges"
    tree = {e.path: e.sha for e in iter_tree_contents(repo.object_store, _commits(repo)[-1].tree)}
    staged = {path: getattr(entry, "sha", None) for path, entry in repo.open_index().items()}
    if not why and staged != tree:
        why = "changes are staged in it"
    if why:
        raise Conflict(f"The past of {repo.path} is not rewritten: {why}.", "Commit, or remove, what is yours first.")


def _branch(repo: Repo) -> Ref:
    return repo.refs.follow(HEADREF)[0][-1]


def _commits(repo: Repo) -> list[Commit]:
    """The commits that lead to the newest one, oldest first."""
    found: list[Commit] = []
    name: ObjectID | None = repo.head()
    while name:
        commit = cast(Commit, repo[name])
        found.append(commit)
        name = commit.parents[0] if commit.parents else None
    return found[::-1]


def _texts(repo: Repo, commit: Commit) -> list[TreeEntry]:
    found = iter_tree_contents(repo.object_store, commit.tree)
    return [entry for entry in found if entry.path and entry.path.endswith(b".md")]


def _made_anew(repo: Repo, old: list[Commit], said: Said) -> tuple[ObjectID, int]:
    """The newest commit's successor, and how many commits said it."""
    standing = {e.path: _text(repo, e.sha).split("\n") for e in _texts(repo, old[-1])}
    cleaned: dict[tuple[bytes, ObjectID], ObjectID] = {}
    made: dict[ObjectID, ObjectID] = {}
    changed = 0
    for commit in old:
        entries = list(iter_tree_contents(repo.object_store, commit.tree))
        for entry in entries:
            if (entry.path, entry.sha) not in cleaned:
                cleaned[entry.path, entry.sha] = _cleaned(repo, entry.sha, said, standing.get(entry.path, []))
        tree = commit_tree(repo.object_store, [(e.path, cleaned[e.path, e.sha], e.mode) for e in entries])
        message = _message(commit.message.decode("utf-8", "replace"), said, made).encode()
        changed += tree != commit.tree or message != commit.message
        copy = cast(Commit, commit.copy())
        copy.tree, copy.message, copy.parents = tree, message, [made[parent] for parent in commit.parents]
        repo.object_store.add_object(copy)
        made[commit.id] = copy.id
    return made[old[-1].id], changed


def _cleaned(repo: Repo, sha: ObjectID, said: Said, standing: list[str]) -> ObjectID:
    """The blob without the lines that say it, but for those that stand in the file today."""
    text = _text(repo, sha)
    spans = said.spans(text)
    if not spans:
        return sha
    kept, at = [], 0
    for line in re.split(r"(?<=\n)", text):
        end = at + len(line)
        if line.rstrip("\n") in standing or not any(first < end and at < last for first, last in spans):
            kept.append(line)
        at = end
    blob = Blob.from_string("".join(kept).encode("utf-8", "surrogateescape"))
    repo.object_store.add_object(blob)
    return blob.id


def _message(message: str, said: Said, made: dict[ObjectID, ObjectID]) -> str:
    """A commit's message without the words, which it may hold cut short, and with the new names of other commits."""
    title, *rest = message.split("\n")
    match = _TITLE.fullmatch(title)
    if match and any(_begins_alike(words, words_of(match[2])) for words in said.phrases):
        title = match[1]
    text = said.without("\n".join([title, *rest])).replace(MARK, "…")
    return re.sub(r"\b[0-9a-f]{40}\b", lambda m: made.get(ObjectID(m[0].encode()), m[0].encode()).decode(), text)


def _begins_alike(words: list[str], others: list[str]) -> bool:
    """Whether one says the other from its beginning on; a last word may be cut short."""
    one, other = sorted((" ".join(words), " ".join(others)), key=len)
    return bool(one) and other.startswith(one)


def _drop(repo: Repo) -> None:
    """Deletes what no ref leads to, what remembers where refs led (reflogs tell messages), and caches of both."""
    folder = Path(repo.controldir())
    for name in ("logs", "objects/info/commit-graphs"):
        shutil.rmtree(folder / name, ignore_errors=True)
    for name in ("ORIG_HEAD", "objects/info/commit-graph", "objects/pack/multi-pack-index"):
        (folder / name).unlink(missing_ok=True)
    garbage_collect(repo, prune=True, grace_period=None)


def _text(repo: Repo, sha: ObjectID) -> str:
    blob = repo[sha]
    return blob.data.decode("utf-8", "surrogateescape") if isinstance(blob, Blob) else ""
