"""Prompts: markdown files of instructions, and a Data section into which nothing but quoted fields goes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Generic, TypeVar, cast, get_args

from jinja2 import Environment, StrictUndefined, TemplateError, meta
from pydantic import BaseModel, ConfigDict, ValidationError

from agents.reasoning.models.fills import TASKS, Filled
from agents.reasoning.models.provider import Ask, Thinking
from agents.redact import Redactor
from agents.types import Frozen
from memory.document import parse_markdown
from memory.errors import BadInput

FOLDER = Path(__file__).parents[1] / "prompts"
DATA = "\n## Data\n"

T = TypeVar("T", bound=Filled)


class _Head(BaseModel):
    """The front matter of a prompt."""

    model_config = ConfigDict(extra="forbid")

    takes: str  # the type that its fields come from
    fills: str  # the type that the answer must have
    thinking: Thinking
    most: int  # tokens of an answer


class Prompt(Generic[T]):
    """One prompt.

    Args:
        name: of the file, and the key in `TASKS`.
        fills: the type that the answer has.

    Raises:
        BadInput: the file and the types do not agree: a field that is missing, or one too many.
    """

    def __init__(self, name: str, fills: type[T], folder: Path = FOLDER) -> None:
        path = folder / f"{name}.md"
        takes, expected = TASKS[name]
        document = parse_markdown(text := path.read_text("utf-8"))
        head = _head(document.front_matter, path)
        _same(path, "takes", head.takes, takes.__name__)
        _same(path, "fills", head.fills, expected.__name__)
        _same(path, "fills", fills.__name__, expected.__name__)
        system, found, data = text.split("---\n", 2)[2].partition(DATA)
        if not found:
            raise BadInput(f"The prompt {path.name} has no “## Data” section.", "Add one with every field.")
        self.name, self.fills, self._takes, self._head = name, fills, takes, head
        self.system = system.strip()
        self._data = _template(path, self.system, data.strip(), takes)

    def ask(self, given: Frozen, redact: Redactor) -> Ask:
        """The question with these fields, each as JSON in which no mark of ours can be forged, secrets taken out."""
        if not isinstance(given, self._takes):
            raise TypeError(f"The prompt {self.name} takes {self._takes.__name__}, not {type(given).__name__}.")
        fields = {key: quoted(value, redact) for key, value in given.model_dump(mode="json").items()}
        return Ask(
            task=self.name,
            system=self.system,
            turns=(("user", self._data.render(fields)),),
            schema_=schema(self.fills),
            thinking=self._head.thinking,
            most=self._head.most,
        )


def quoted(value: Any, redact: Redactor) -> str:
    """A value as JSON on one line; `<` and `>` are escaped, so that it cannot end the element that it stands in."""
    text = json.dumps(_redacted(value, redact), ensure_ascii=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e")


def _redacted(value: Any, redact: Redactor) -> Any:
    if isinstance(value, str):
        return redact(value)
    if isinstance(value, dict):
        return {key: _redacted(one, redact) for key, one in value.items()}
    return [_redacted(one, redact) for one in value] if isinstance(value, list) else value


def schema(fills: type[BaseModel]) -> dict[str, Any]:
    """The JSON schema of an answer, with its parts in place: not every server follows a `$ref`."""
    whole = fills.model_json_schema()
    parts = whole.pop("$defs", {})

    def inlined(node: Any) -> Any:
        if isinstance(node, list):
            return [inlined(one) for one in node]
        if not isinstance(node, dict):
            return node
        if "$ref" in node:
            return inlined(parts[node["$ref"].rsplit("/", 1)[-1]])
        return {key: inlined(one) for key, one in node.items() if key != "title" or isinstance(one, dict)}

    return cast(dict[str, Any], inlined(whole))


def _head(matter: dict[str, Any], path: Path) -> _Head:
    try:
        return _Head.model_validate(matter)
    except ValidationError as error:
        first = error.errors()[0]
        expected = f"{', '.join(_Head.model_fields)}; thinking is one of {', '.join(get_args(Thinking))}"
        raise BadInput(f"The prompt {path.name}: {first['loc']}: {first['msg']}.", f"Expected: {expected}.") from None


def _same(path: Path, what: str, said: str, expected: str) -> None:
    if said != expected:
        raise BadInput(f"The prompt {path.name} {what} {said}; the code {what} {expected}.", "Make them one.")


def _template(path: Path, system: str, data: str, takes: type[Frozen]) -> Any:
    environment = Environment(undefined=StrictUndefined, autoescape=False, keep_trailing_newline=True)  # noqa: S701  quoted as JSON
    try:
        above, below = (meta.find_undeclared_variables(environment.parse(part)) for part in (system, data))
    except TemplateError as error:
        raise BadInput(
            f"The prompt {path.name} is no template: {error}.", "Use {{ field }} and nothing else."
        ) from None
    if above or "{{" in system or "{%" in system:
        raise BadInput(f"The prompt {path.name} has a field in its instructions.", "Fields stand under “## Data” only.")
    fields = set(takes.model_fields)
    if fields != below:
        missing, extra = sorted(fields - below), sorted(below - fields)
        raise BadInput(f"The prompt {path.name}: missing {missing}, unknown {extra}.", f"Use: {sorted(fields)}.")
    return environment.from_string(data)
