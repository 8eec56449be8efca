"""docs/api.md tells of every door, and of nothing else: what each takes and gives, in the schema's own words."""

from __future__ import annotations

import re
from typing import Any

from fastapi import FastAPI

from app.settings import Settings
from app.web import site
from tests.journeys.support import ROOT

ROW = re.compile(r"^\| `(?P<door>[A-Z]+ /\S*)` \| (?P<takes>.*?) \| (?P<text>.*) \|$", re.MULTILINE)


def doors() -> dict[str, tuple[str, str]]:
    """What each door takes, an optional part with a question mark, and what it does."""
    app = FastAPI()
    site.mount(app, Settings(_env_file=None))
    schema = app.openapi()
    return {
        f"{method.upper()} {path}": (_takes(door, schema), door["description"].partition("\n")[0])
        for path, methods in schema["paths"].items()
        for method, door in methods.items()
    }


def _takes(door: dict[str, Any], schema: dict[str, Any]) -> str:
    named = [
        (p["name"], p.get("required", False)) for p in door.get("parameters", ()) if p["in"] in ("query", "header")
    ]
    for content in door.get("requestBody", {}).get("content", {}).values():
        body = content["schema"]
        whole = next(part for part in body.get("anyOf", [body]) if part.get("type") != "null")
        if "$ref" in whole:
            whole = schema["components"]["schemas"][whole["$ref"].rsplit("/", 1)[-1]]
        named += [(name, name in whole.get("required", ())) for name in whole["properties"]]
    return ", ".join(f"`{name}`" + ("" if required else "?") for name, required in named) or "–"


def test_every_door_is_told_as_it_is() -> None:
    page = (ROOT / "docs" / "api.md").read_text("utf-8")
    assert {row["door"]: (row["takes"], row["text"]) for row in ROW.finditer(page)} == doors()
