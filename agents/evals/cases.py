"""Cases: markdown that people write by hand; under each heading a message, and what must and must not come of it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from agents.types import Frozen
from memory.document import Block, Section, parse_leniently
from memory.errors import BadInput, NotFound
from memory.home import Home
from workflows.faults import Fault, did_you_mean, short

FOLDER = "evals"

VERBS: dict[str, tuple[str, ...]] = {
    "propose": ("propose", "recommend", "suggest", "offer", "choose", "pick"),
    "top": ("put first", "propose first", "have as top", "prefer"),
    "leave out": ("leave out", "exclude", "skip"),
    "ask": ("ask for", "ask about", "ask me for", "ask me", "ask"),
    "read": ("read", "understand", "take"),
    "use": ("use", "run"),
    "cite": ("cite", "quote", "rest on"),
    "say": ("say", "mention", "answer", "tell"),
    "refuse": ("refuse", "decline"),
}
"""What can be looked for, and the words people have for it."""

_ALONE = {"propose", "ask", "refuse"}
"""What can be looked for without saying which: "must not ask"."""

_MUST = re.compile(
    r"(?:\[[ xX]\] )?(?:(?:it|you|that) )?(?:must|should|has to|shall|may|can)"
    r"(?P<no>n['’]?t| not| never)?(?: be able to)?(?: (?:always|ever))? (?P<rest>.+)",
    re.IGNORECASE | re.DOTALL,
)
_VERB = re.compile(
    rf"(?P<verb>{'|'.join(sorted((w for ws in VERBS.values() for w in ws), key=len, reverse=True))})\b(?P<what>.*)",
    re.IGNORECASE | re.DOTALL,
)
_QUOTED = re.compile(r"[\"“„«]([^\"“”„»]+)[\"”“»]")
_EXAMPLE = "Write for example “- must not propose Sete Mares”, or “- must ask for time”."


class Must(Frozen):
    """One thing that must, or must not, come out.

    Attributes:
        line: where it stands, counted from 1.
        text: as it is written.
        verb: a key of `VERBS`.
        what: one of these; empty: anything at all.
    """

    line: int
    text: str
    no: bool
    verb: str
    what: tuple[str, ...] = ()


class Case(Frozen):
    """Messages that are said one after another, and what must come of them."""

    path: str
    name: str
    line: int
    says: tuple[str, ...]
    musts: tuple[Must, ...]


@dataclass(frozen=True, slots=True)
class CaseFile:
    """One file of cases; a case with a fault is not among them."""

    path: str
    cases: tuple[Case, ...]
    faults: tuple[Fault, ...]


def case_files(home: Home) -> tuple[CaseFile, ...]:
    """Every file of cases in a home, by name."""
    names = sorted(p.relative_to(home.root).as_posix() for p in (home.root / FOLDER).rglob("*.md"))
    return tuple(_read(home, name) for name in names if not name.rsplit("/", 1)[-1].startswith("."))


def _read(home: Home, path: str) -> CaseFile:
    try:
        return parse_cases(path, home.read(path).text)
    except (BadInput, NotFound) as cannot:
        return CaseFile(path, (), (Fault(1, cannot.message, "markdown", cannot.next_step),))


def parse_cases(path: str, text: str) -> CaseFile:
    """Reads a file of cases.

    Under a heading, which is the case's name, stand the messages: each quoted line is one, or, where nothing is
    quoted, each paragraph before the first bullet. Bullets say what must and must not come out. All else are notes.
    """
    document, broken = parse_leniently(text)
    cases, faults = [], [] if broken is None else [Fault(1, str(broken), "YAML between `---` lines", "Take it out.")]
    for section in document.sections:
        name = section.heading or path.rsplit("/", 1)[-1].removesuffix(".md")
        wrong = [*_faults(section)]
        faults += wrong
        if not wrong and (musts := tuple(_musts(section))):
            line = section.line or section.blocks[0].lines[0]
            cases.append(Case(path=path, name=name, line=line, says=_says(section), musts=musts))
    return CaseFile(path, tuple(cases), tuple(faults))


def _says(section: Section) -> tuple[str, ...]:
    quoted = [line for b in section.blocks if b.kind == "quote" for line in b.text.split("\n")]
    said = quoted or [b.text for b in _before_bullets(section.blocks) if b.kind == "paragraph"]
    return tuple(text for line in said if (text := _unquoted(" ".join(line.split()))))


def _unquoted(line: str) -> str:
    whole = _QUOTED.fullmatch(line)
    return whole[1] if whole else line


def _before_bullets(blocks: Iterable[Block]) -> Iterator[Block]:
    for block in blocks:
        if block.kind == "item":
            return
        yield block


def _musts(section: Section) -> Iterator[Must]:
    for item in section.items:
        must = _must(item)
        if isinstance(must, Must):
            yield must


def _faults(section: Section) -> Iterator[Fault]:
    yield from (found for item in section.items if isinstance(found := _must(item), Fault))
    if section.items and not _says(section):
        seen = f"“{short(section.heading)}” says what must come out, but of nothing"
        yield Fault(section.line or 1, seen, "a message above the bullets", "Write it as a quote: “> find me dinner”.")
    if not section.items and any(b.kind == "quote" for b in section.blocks):
        seen = f"“{short(section.heading)}” has a message, and nothing that must come of it"
        yield Fault(section.line or 1, seen, "a bullet", _EXAMPLE)


def _must(item: Block) -> Must | Fault:
    text, line = " ".join(item.text.split()), item.lines[0]
    said = _MUST.fullmatch(text)
    if said is None:
        return Fault(line, f"“{short(text)}” says neither must nor must not", "“must …” or “must not …”", _EXAMPLE)
    found = _VERB.fullmatch(said["rest"])
    known = {word: verb for verb, words in VERBS.items() for word in words}
    if found is None:
        mend = did_you_mean(said["rest"].split()[0], [words[0] for words in VERBS.values()])
        return Fault(line, f"“{short(said['rest'])}” is nothing that I can look for", "a word that I know", mend)
    verb, what = known[found["verb"].lower()], found["what"].strip(" :.,")
    if verb == "propose" and what.lower().endswith(" first"):
        verb, what = "top", what[: -len(" first")]
    if what.lower() in ("", "anything", "something", "nothing", "it"):
        if verb not in _ALONE:
            return Fault(line, f"“{short(text)}” does not say what", f"“must {found['verb']} …”", _EXAMPLE)
        what = ""
    return Must(line=line, text=text, no=bool(said["no"]), verb=verb, what=_either(what))


def _either(what: str) -> tuple[str, ...]:
    """What stands between "or"s; of what has quotation marks only what is inside them, whatever it says."""
    quoted, parts = iter(_QUOTED.findall(what)), re.split(r"\s+or\s+|\s*\|\s*", _QUOTED.sub("\0", what))
    said = ([next(quoted) for _ in range(part.count("\0"))] or [part] for part in parts)
    return tuple(word for words in said for one in words if (word := one.strip(" .`*")))
