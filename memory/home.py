"""Home: the person's folder, its files read and written safely, and its one owner."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from filelock import FileLock, Timeout

from memory.document import parse_markdown
from memory.errors import BadInput, Conflict, NotFound, Unavailable

FOLDERS = ("memory", "workflows", "documents", "journal", "evals", "runs", "state")
STARTER = Path(__file__).parent / "starter"


@dataclass(frozen=True, slots=True)
class File:
    """A file's text and the version it was read at."""

    text: str
    etag: str


def etag_of(data: bytes) -> str:
    """A version name for these bytes: the first 32 hex digits of their SHA-256."""
    return hashlib.sha256(data).hexdigest()[:32]


class Home:
    """The folder that holds everything the assistant knows. Made by `Home.open`."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._writing = threading.RLock()

    @classmethod
    def open(cls, root: Path) -> Home:
        """Makes what is missing under `root` and gives the home.

        Raises:
            BadInput: `root` is a file, or cannot be written.
        """
        root = root.expanduser()
        if root.exists() and not root.is_dir():
            raise BadInput(f"{root} is a file; a home is a folder.", "Set RFLOW_HOME to a folder.")
        try:
            for name in FOLDERS:
                (root / name).mkdir(parents=True, exist_ok=True)
            # Whichever git repository home is, or lies in: what is the machine's stays out of it.
            (root / "state" / ".gitignore").write_text("*\n")
        except OSError as error:
            raise BadInput(
                f"{root} cannot be used as a home: {error.strerror or error}.",
                "Make it writable for you, or set RFLOW_HOME to a folder that is.",
            ) from error
        home = cls(root.resolve())
        home._copy_starter()
        return home

    def _copy_starter(self) -> None:
        folder, mark = self.root / "memory", self.root / "state" / "starter-copied"
        if mark.exists() or any(folder.iterdir()):
            return
        for source in sorted(STARTER.glob("*.md")):
            shutil.copyfile(source, folder / source.name)
        mark.touch()

    def resolve(self, rel: str) -> Path:
        """The real path of `rel`, which must lie inside home.

        Args:
            rel: relative to home, with forward slashes.

        Raises:
            BadInput: it is absolute, holds `..`, or a link on the way leads out of home.
        """
        pure = PurePosixPath(rel)
        if not rel or pure.is_absolute() or ".." in pure.parts or any(c in rel for c in "\0\\") or ":" in rel[:3]:
            raise BadInput(f"{rel!r} is not a path inside home.", "Name it relative to home, as in memory/food.md.")
        try:
            real = (self.root / pure).resolve()
        except (OSError, RuntimeError) as error:
            raise BadInput(f"{rel!r} cannot be followed: {error}.") from error
        if not real.is_relative_to(self.root):
            raise BadInput(f"{rel!r} leads out of home.", "Links out of home are not followed; copy the file in.")
        return real

    def read(self, rel: str) -> File:
        """The file's text, and the etag to write it back with.

        Raises:
            NotFound: there is no such file.
            BadInput: it is not UTF-8 text.
        """
        data = self.read_bytes(rel)
        try:
            return File(data.decode("utf-8"), etag_of(data))
        except UnicodeDecodeError as error:
            line = data.count(b"\n", 0, error.start) + 1
            raise BadInput(f"{rel}, line {line}: not UTF-8 text.", "Save the file as UTF-8.") from error

    def read_bytes(self, rel: str) -> bytes:
        """The file's bytes."""
        try:
            return self.resolve(rel).read_bytes()
        except (FileNotFoundError, NotADirectoryError, IsADirectoryError) as error:
            raise NotFound(f"There is no file {rel} in your home.") from error
        except OSError as error:
            raise Unavailable(f"{rel} cannot be read: {error.strerror}.") from error

    def write(self, rel: str, text: str, if_match: str | None) -> str:
        """Writes the whole file, if it is still the version that was read; old or new after a crash, never torn.

        Args:
            if_match: the etag that the change is based on; None: the file must not exist.

        Returns:
            The new etag.

        Raises:
            Conflict: the file is another version by now.
        """
        return self.put(rel, text.encode("utf-8", "replace"), if_match)  # half a character cannot be stored

    def put(self, rel: str, data: bytes, if_match: str | None) -> str:
        """Writes bytes as `write` does a text."""
        path = self.resolve(rel)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with self._exclusive():
                self._match(rel, path, if_match)
                replace(path, data)
        except OSError as error:
            raise Unavailable(f"{rel} could not be written: {error.strerror}.", "The old file is as it was.") from error
        return etag_of(data)

    def delete(self, rel: str, if_match: str) -> None:
        """Deletes the file, if it is still the version that was read."""
        path = self.resolve(rel)
        with self._exclusive():
            self._match(rel, path, if_match)
            path.unlink()

    @contextmanager
    def _exclusive(self) -> Iterator[None]:
        """Between the look at the etag and the rename nobody of ours, in any process, writes."""
        with self._writing, FileLock(self.root / "state" / "write.lock"):
            yield

    def _match(self, rel: str, path: Path, if_match: str | None) -> None:
        found = etag_of(path.read_bytes()) if path.is_file() else None
        if found == if_match:
            return
        if found is None:
            raise Conflict(f"{rel} is gone since it was read.", "Read again and decide whether to write it anew.")
        what = "exists already" if if_match is None else "has changed since it was read"
        raise Conflict(f"{rel} {what}.", "Read it again and repeat the change on what it says now.")

    @contextmanager
    def lock(self, url: str = "") -> Iterator[None]:
        """Owns the home while the context lasts; two owners would break the index.

        Args:
            url: where the owner answers, recorded for the second one who comes.

        Raises:
            Conflict: another process owns it; names its pid and how to go on.
        """
        state = self.root / "state"
        lock, beside = FileLock(state / "lock", timeout=0), state / "owner.json"
        try:
            lock.acquire()
        except Timeout as error:
            raise self._owned() from error
        try:
            replace(beside, json.dumps({"pid": os.getpid(), "url": url}).encode())
            yield
        finally:
            with suppress(OSError):
                beside.unlink(missing_ok=True)
            lock.release()

    def owner(self) -> dict[str, object]:
        """Who said last that they own the home: `pid` and `url`; empty where nobody did."""
        try:
            found = json.loads((self.root / "state" / "owner.json").read_bytes())
        except (OSError, ValueError):
            return {}
        return found if isinstance(found, dict) else {}

    def _owned(self) -> Conflict:
        owner = self.owner()
        who = f"process {owner['pid']}" if "pid" in owner else "another process"
        where = f" It answers at {owner['url']}." if owner.get("url") else ""
        return Conflict(f"{self.root} is in use by {who}.{where}", "Use that one, or stop it and try again.")

    @property
    def sample(self) -> str | None:
        """The sample person's name, where this home is a sample's (`sample: true` in memory/about.md)."""
        try:
            about = parse_markdown(self.read("memory/about.md").text)
        except (NotFound, BadInput):
            return None
        return str(about.front_matter.get("name", "a sample person")) if about.front_matter.get("sample") else None


def replace(path: Path, data: bytes) -> None:
    """Puts `data` at `path` in one move: a temporary file beside it, fsync, rename, fsync of the folder."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:80]}.", suffix=".tmp")
    try:
        with os.fdopen(handle, "wb") as file:
            os.fchmod(file.fileno(), path.stat().st_mode & 0o777 if path.exists() else 0o644)
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
