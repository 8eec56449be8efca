"""The sample person's home, copied into an empty one."""

from __future__ import annotations

import shutil
from pathlib import Path

from memory.errors import BadInput

SAMPLE = Path(__file__).with_name("home")
COPYING, COPIED = ".seed-copying", ".seed-copied"


def seed(home_root: Path) -> bool:
    """Copy the sample person's files into `home_root` where it is missing or empty.

    The copy is made beside its final place and then renamed, so a home is never half a person: a copy that was cut
    short is thrown away or finished by the next call. Nothing that is already there is overwritten.

    Args:
        home_root: the home folder; its parents are made where they are missing.

    Returns:
        True where the sample was put there by this call, False where the home already held something.

    Raises:
        BadInput: `home_root` is a file.
    """
    if home_root.exists() and not home_root.is_dir():
        raise BadInput(f"{home_root} is a file, and a home is a folder.", "Set RFLOW_HOME to a folder.")
    if not _is_ours(home_root):
        return False
    copied = home_root / COPIED
    if not copied.exists():
        _stage(home_root)
    _unpack(copied, home_root)
    return True


def _is_ours(home_root: Path) -> bool:
    """Tell whether the home is missing, empty, or holds nothing but a copy of ours that was cut short."""
    names = {entry.name for entry in home_root.iterdir()} if home_root.exists() else set()
    return COPIED in names or names <= {COPYING}


def _stage(home_root: Path) -> None:
    home_root.mkdir(parents=True, exist_ok=True)
    copying = home_root / COPYING
    shutil.rmtree(copying, ignore_errors=True)
    shutil.copytree(SAMPLE, copying)
    copying.rename(home_root / COPIED)


def _unpack(copied: Path, home_root: Path) -> None:
    for entry in sorted(copied.iterdir()):
        if not (home_root / entry.name).exists():
            entry.rename(home_root / entry.name)
    shutil.rmtree(copied)
