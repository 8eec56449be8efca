"""Home's history: a git repository in which each thing that was learned is a commit."""

from __future__ import annotations

import datetime as dt
import logging
import threading
from collections.abc import Callable, Iterable
from pathlib import Path

from dulwich.errors import NotGitRepository
from dulwich.file import FileLocked
from dulwich.ignore import IgnoreFilterManager
from dulwich.index import IndexEntry, commit_tree
from dulwich.object_store import iter_tree_contents
from dulwich.objects import Commit, ObjectID
from dulwich.repo import Repo

from memory.home import Home

AUTHOR = b"Recommend Flow <rflow@localhost>"
IGNORED = "state/\nruns/**/*.png\n"
log = logging.getLogger(__name__)


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
        self._clock = clock
        self._lock = threading.Lock()
        self._repo = self._open()

    def _open(self) -> Repo | None:
        try:
            return Repo(str(self._root))
        except NotGitRepository:
            pass
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
        for folder in ("memory", "workflows", "journal"):
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
        if self._repo is None:
            return None
        with self._lock:
            try:
                return self._commit(self._repo, message, list(paths))
            except (FileLocked, OSError) as error:
                log.warning("The change is saved, but not committed: %s", error)
                return None

    def _commit(self, repo: Repo, message: str, paths: list[str]) -> str | None:
        before, worktree = _head(repo), repo.get_worktree()
        worktree.stage(paths)
        # Not the whole index: what the person has staged is theirs to commit.
        tree = _tree(repo, before, paths)
        if tree == before:
            return None
        now = self._clock() if self._clock else None
        offset = now.utcoffset() if now else None
        made = worktree.commit(
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
