"""The workflows at hand: the shipped ones with the home's own laid over them."""

from __future__ import annotations

from pathlib import Path

from memory.errors import BadInput, Conflict, NotFound
from workflows.faults import Fault, WorkflowFault, did_you_mean
from workflows.model import Workflow
from workflows.parse import parse_bytes

LIBRARY = Path(__file__).parent / "library"
"""The shipped workflows."""

EXAMPLE = Path(__file__).with_name("example.md")
"""A worked example, to begin a new workflow from; it is none that can be used."""

_Outcome = Workflow | WorkflowFault


class Registry:
    """Every workflow file by its name, read again whenever it changed: a saved file is live at the next call.

    A home file stands in for the shipped one of the same name also when it is broken: the workflow is then not
    available, and its faults are told. Anything else would run steps that the person believes to have replaced.

    Args:
        library: the folder of the shipped files.
        home_workflows: the person's folder; it need not exist.
    """

    def __init__(self, library: Path, home_workflows: Path) -> None:
        self.library = library
        self.home_workflows = home_workflows
        self._read: dict[Path, tuple[bytes, _Outcome]] = {}

    def load(self) -> None:
        """Reads what changed since the last call; every other method does so by itself."""
        self._outcomes()

    def all(self) -> tuple[Workflow, ...]:
        """The workflows that can be used, by name."""
        return tuple(found for found in self._outcomes().values() if isinstance(found, Workflow))

    def faults(self) -> tuple[WorkflowFault, ...]:
        """The files that cannot be used, by name, each with all its faults."""
        return tuple(found for found in self._outcomes().values() if isinstance(found, WorkflowFault))

    def get(self, name: str) -> Workflow:
        """The workflow of that name.

        Raises:
            WorkflowFault: its file has faults.
            NotFound: there is none.
        """
        outcomes = self._outcomes()
        found = outcomes.get(name)
        if isinstance(found, WorkflowFault):
            raise WorkflowFault(found.path, found.faults)
        if found is None:
            raise NotFound(f"There is no workflow `{name}`.", did_you_mean(name, outcomes) if outcomes else "")
        return found

    def find(self, name: str) -> Workflow | None:
        """The workflow of that name as its file stands now; None where it cannot be used."""
        found = self._outcomes().get(name)
        return found if isinstance(found, Workflow) else None

    def shipped(self, name: str) -> bool:
        """Whether the file in use for that name is the shipped one."""
        return self.ships(name) and name not in _files(self.home_workflows)

    def ships(self, name: str) -> bool:
        """Whether a workflow of that name comes with the program, in use or not."""
        return name in _files(self.library)

    def file(self, name: str) -> Path | None:
        """The file in use for that name, the person's before the shipped one; None where there is none."""
        return (_files(self.library) | _files(self.home_workflows)).get(name)

    def eject(self, name: str) -> Path:
        """Copies a shipped workflow into the home, to be edited there.

        Raises:
            NotFound: no workflow of that name is shipped.
            Conflict: the home has one already.
            BadInput: the home cannot be written.
        """
        files = _files(self.library)
        if name not in files:
            raise NotFound(f"No workflow `{name}` is shipped.", did_you_mean(name, files) if files else "")
        copy = self.home_workflows / f"{name}.md"
        try:
            self.home_workflows.mkdir(parents=True, exist_ok=True)
            with copy.open("xb") as out:  # never over a file, nor through a link
                out.write(files[name].read_bytes())
        except FileExistsError as error:
            raise Conflict(f"{copy} is there already.", "Edit it, or move it away first.") from error
        except OSError as error:
            raise BadInput(f"{copy} cannot be written: {error.strerror}.", "Mend the folder's permissions.") from error
        return copy

    def _outcomes(self) -> dict[str, _Outcome]:
        files = _files(self.library) | _files(self.home_workflows)
        self._read = {path: self._refreshed(path) for path in files.values()}
        return {name: self._read[files[name]][1] for name in sorted(files)}

    def _refreshed(self, path: Path) -> tuple[bytes, _Outcome]:
        """Compares bytes, not times: two saves within one tick of the file system's clock must both count."""
        try:
            data = path.read_bytes()
        except OSError as error:
            seen = f"a file that cannot be read ({error.strerror})"
            fault = Fault(1, seen, "a readable file", "Mend its permissions, or take it away.")
            return b"", WorkflowFault(str(path), [fault])
        known = self._read.get(path)
        return known if known and known[0] == data else (data, _outcome(data, path))


def _outcome(data: bytes, path: Path) -> _Outcome:
    try:
        return parse_bytes(data, str(path))
    except WorkflowFault as fault:
        return fault


def _files(folder: Path) -> dict[str, Path]:
    """The workflow files of a folder by name; README.md and hidden files are none."""
    found = sorted(folder.glob("*.md")) if folder.is_dir() else []
    return {path.stem: path for path in found if path.name != "README.md" and not path.name.startswith(".")}
