"""Home's history: a git repository in which each thing that was learned is a commit."""

from __future__ import annotations

import datetime as dt
import logging
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from dulwich.diff_tree import tree_changes
from dulwich.errors import NotGitRepository
from dulwich.file import FileLocked
from dulwich.ignore import IgnoreFilterManager
from dulwich.index import IndexEntry, commit_tree
from dulwich.object_store import iter_tree_contents, tree_lookup_path
from dulwich.objects import Blob, Commit, ObjectID
from dulwich.repo import Repo

from memory.change import carry
from memory.errors import Conflict
from memory.home import Home

AUTHOR = b"Recommend Flow <rflow@localhost>"
IGNORED = "state/\nruns/**/*.png\n"
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Change:
    """A file before and after; None where it is not there."""

    path: str
    before: str | None
    after: str | None


class History:
    """Commits to home's own repository; makes one where there is none.

    Attributes:
        why_not: why nothing is committed: home lies inside somebody's repository; empty where all is well.

    Args:
        clock: gives the commits' time; None: the system's.
    """

    def __init__(self, home: Home, clock: Callable[[], dt.datetime] | None = None) -> None:
        self.why_not = ""
        self._root = home.root
        self._mark = home.root / "state" / "committing"
        self._clock = clock
        self._lock = threading.Lock()
        self._repo = self._open()

    def _open(self) -> Repo | None:
        with suppress(NotGitRepository):
            repo = Repo(str(self._root))
            self._unlock(repo)
            return repo
        if above := _repository_above(self._root):
            self.why_not = f"Home lies inside the git repository {above}, which is left alone: nothing is committed."
            log.warning(self.why_not)
            return None
        ignore = self._root / ".gitignore"
        if not ignore.exists():
            ignore.write_text(IGNORED)
        repo = Repo.init(str(self._root))
        self._repo = repo
        self.commit("Begin this home's history", self._kept())
        return repo

    def _kept(self) -> list[str]:
        names = [".gitignore"]
        for folder in ("memory", "workflows", "journal", "evals"):
            names += [p.relative_to(self._root).as_posix() for p in sorted((self._root / folder).rglob("*.md"))]
        return names

    def commit(self, message: str, paths: Iterable[str]) -> str | None:
        """Commits these files as they are now, and nothing else.

        Args:
            paths: relative to home; a missing file is committed as deleted.

        Returns:
            The commit's id; None where nothing changed, or where no commit could be made (which is logged: what was
            written stays written).
        """
        return self._committed(lambda repo: self._commit(repo, message, list(paths)))

    def _committed(self, make: Callable[[Repo], str | None]) -> str | None:
        if self._repo is None:
            return None
        with self._lock, self._marked():
            try:
                return make(self._repo)
            except (FileLocked, OSError) as error:
                log.warning("The change is saved, but not committed: %s", error)
                return None

    @contextmanager
    def _marked(self) -> Iterator[None]:
        """A mark while git's files are changed: who finds it later knows that newer locks are nobody's."""
        with suppress(OSError):
            self._mark.touch()
        try:
            yield
        finally:
            with suppress(OSError):
                self._mark.unlink(missing_ok=True)

    def _unlock(self, repo: Repo) -> None:
        """Takes away the locks that a killed process of ours has left; those of another program are older, and stay."""
        if not self._mark.exists():
            return
        folder, since = Path(repo.controldir()), self._mark.stat().st_mtime_ns
        for lock in (*folder.glob("*.lock"), *folder.glob("refs/**/*.lock")):
            if lock.stat().st_mtime_ns >= since:
                lock.unlink(missing_ok=True)
        self._mark.unlink(missing_ok=True)

    def _commit(self, repo: Repo, message: str, paths: list[str]) -> str | None:
        before, worktree = _head(repo), repo.get_worktree()
        worktree.stage(paths)
        # Not the whole index: what the person has staged is theirs to commit.
        return self._make(repo, message, before, _tree(repo, before, paths))

    def _make(self, repo: Repo, message: str, before: ObjectID | None, tree: ObjectID) -> str | None:
        if tree == before:
            return None
        now = self._clock() if self._clock else None
        offset = now.utcoffset() if now else None
        made = repo.get_worktree().commit(
            message=message.encode(),
            committer=AUTHOR,
            author=AUTHOR,
            commit_timestamp=now.timestamp() if now else None,
            commit_timezone=int(offset.total_seconds()) if offset is not None else None,
            tree=tree,
            no_verify=True,
            sign=False,
        )
        return made.decode()

    def record(self, message: str, changes: Iterable[Change]) -> str | None:
        """Commits just these changes of files: what the person edited there by hand stays theirs to commit.

        Returns:
            As `commit`; None also where a file was never committed in a repository that is somebody else's.
        """
        return self._committed(lambda repo: self._record(repo, message, list(changes)))

    def _record(self, repo: Repo, message: str, changes: list[Change]) -> str | None:
        carried = [_carried(repo, change) for change in changes]
        if None not in carried:
            return self._put(repo, message, [c for c in carried if c])
        if not self.own:
            log.warning("The change is saved, but not committed: it touches lines that you have not committed.")
            return None
        self._put(repo, "Take up what was edited by hand", [Change(c.path, None, c.before) for c in changes])
        return self._put(repo, message, changes)

    def _put(self, repo: Repo, message: str, changes: list[Change]) -> str | None:
        before, index = _head(repo), repo.open_index()
        kept = {e.path: (e.sha, e.mode) for e in iter_tree_contents(repo.object_store, before)} if before else {}
        for change in changes:
            name = change.path.encode()
            was = kept.pop(name, (None, 0o100644))
            staged = index[name] if name in index else None  # noqa: SIM401 - it has no get
            untouched = (staged.sha if isinstance(staged, IndexEntry) else None) == was[0]
            if change.after is not None:
                blob = Blob.from_string(change.after.encode("utf-8", "replace"))
                repo.object_store.add_object(blob)
                kept[name] = (blob.id, was[1])
                if untouched:  # what the person has staged stays as it is
                    index[name] = IndexEntry(0, 0, 0, 0, was[1], 0, 0, 0, blob.id)
            elif untouched and staged is not None:
                del index[name]
        index.write()
        tree = commit_tree(repo.object_store, [(path, sha, mode) for path, (sha, mode) in kept.items() if sha and mode])
        return self._make(repo, message, before, tree)

    @property
    def own(self) -> bool:
        """Whether home's repository was made by this program and holds nobody else's commit."""
        return self._repo is not None and all(entry.commit.author == AUTHOR for entry in self._repo.get_walker())

    @contextmanager
    def rewriting(self) -> Iterator[Repo]:
        """The repository, for a change of its past; nothing is committed meanwhile.

        Raises:
            Conflict: it is not this program's alone.
        """
        if not self.own or self._repo is None:
            what = self.why_not or f"{self._root} is a git repository with commits of yours, which are left alone."
            raise Conflict(f"The past is not rewritten: {what}", "Rewrite it with a tool of git's, as git filter-repo.")
        with self._lock, self._marked():
            yield self._repo

    def commits(self, *under: str) -> Iterator[tuple[Commit, list[Change]]]:
        """This program's commits in these folders and files, newest first, with their changes; not the very first."""
        if self._repo is None or _head(self._repo) is None:
            return
        for entry in self._repo.get_walker(paths=[path.encode() for path in under]):
            commit = entry.commit
            if commit.author == AUTHOR and len(commit.parents) == 1:
                yield commit, self._changes(self._repo, commit, under)

    def _changes(self, repo: Repo, commit: Commit, under: tuple[str, ...]) -> list[Change]:
        parent = repo[commit.parents[0]]
        before = parent.tree if isinstance(parent, Commit) else None
        names = [(c.new or c.old) for c in tree_changes(repo.object_store, before, commit.tree)]
        paths = [n.path.decode("utf-8", "replace") for n in names if n and n.path]
        inside = [p for p in paths if any(p == one or p.startswith(f"{one}/") for one in under)]
        return [Change(p, _text(repo, before, p), _text(repo, commit.tree, p)) for p in inside]


def _carried(repo: Repo, change: Change) -> Change | None:
    """The change on the committed text; None where it cannot be made there."""
    committed = _text(repo, _head(repo), change.path)
    if committed == change.before or change.after is None:
        return Change(change.path, committed, change.after)
    if change.before is None or committed is None:
        return None
    made = carry(change.before, change.after, committed)
    return None if made is None else Change(change.path, committed, made)


def _text(repo: Repo, tree: ObjectID | None, path: str) -> str | None:
    """A file of a commit's tree."""
    try:
        found = repo[tree_lookup_path(repo.__getitem__, tree, path.encode())[1]] if tree else None
    except KeyError:
        return None
    return found.data.decode("utf-8", "replace") if isinstance(found, Blob) else None


def _head(repo: Repo) -> ObjectID | None:
    """The tree of the newest commit, or None before the first."""
    try:
        head = repo[repo.head()]
    except KeyError:
        return None
    return head.tree if isinstance(head, Commit) else None


def _tree(repo: Repo, before: ObjectID | None, paths: list[str]) -> ObjectID:
    """The tree `before` with these paths as they are staged."""
    index = repo.open_index()
    kept = {entry.path: (entry.sha, entry.mode) for entry in iter_tree_contents(repo.object_store, before)}
    for path in map(str.encode, paths):
        staged = index[path] if path in index else None  # noqa: SIM401 - it has no get
        if isinstance(staged, IndexEntry):
            kept[path] = (staged.sha, staged.mode)
        else:
            kept.pop(path, None)
    return commit_tree(repo.object_store, [(path, sha, mode) for path, (sha, mode) in kept.items() if sha and mode])


def _repository_above(root: Path) -> str | None:
    """The repository whose files home would be; one that ignores home (a checkout of this program, say) is none."""
    try:
        repo = Repo.discover(str(root.parent))
    except NotGitRepository:
        return None
    top = Path(repo.path).resolve()
    if not root.is_relative_to(top):
        return None
    inside = root.relative_to(top).as_posix() + "/"
    ignored = IgnoreFilterManager.from_repo(repo).is_ignored(inside)
    return None if ignored else str(top)
