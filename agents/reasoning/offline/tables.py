"""The packaged knowledge tables, read once: `knowledge/*.yaml`."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

_FOLDER = Path(__file__).parent / "knowledge"


@cache
def table(name: str) -> Any:
    """The table of that name as plain lists and dictionaries; do not change what it returns."""
    return YAML(typ="safe").load((_FOLDER / f"{name}.yaml").read_text("utf-8"))
