"""How a reply looks on a phone: WhatsApp's own marks, 1,600 characters a message, numbers for quick answers."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Mapping
from pathlib import PurePosixPath

from markdown_it import MarkdownIt
from markdown_it.token import Token

from agents.executor.mandate import plain, plan_text
from agents.types import Decision, Exclusion, Option, Question, Reply
from app.channels.deliveries import Part
from app.web.render import CITATION, cited, preface
from memory.evidence import Evidence

LIMIT = 1600
"""Characters of one message, which Twilio counts in UTF-16 units."""

REASONS = 3
"""Reasons of an option that are told at once; the rest comes with “more”."""

MOST = 8
"""What was left out that “more” tells by name."""

COUNTED = ("count", "money")
"""Types of details whose answer is a number itself: their quick answers bear none."""

MARKS = str.maketrans({"*": "∗", "_": "＿", "~": "∼", "`": "ˋ"})
_AT_AN_END = re.compile(r"(?<![^\W_])[*_~`]+|[*_~`]+(?![^\W_])")
BOUNDARIES = tuple(re.compile(mark) for mark in (r"\n\n", r"(?<=[.!?…])\s+", r"\n", r"\s"))
_MARKDOWN = MarkdownIt("commonmark", {"html": False}).disable(["image", "entity"])


def parts(reply: Reply) -> list[Part]:
    """The messages that a reply becomes. An offer is the whole of its message, never split."""
    if reply.plan is not None:
        before = preface(reply)
        return [*(_split(marked(before)) if before else []), Part(offer_text(reply), offer=True)]
    if reply.decision is not None:
        return _split("\n\n".join(p for p in (marked(preface(reply)), _decision(reply.decision)) if p))
    if reply.receipt is not None:
        text = _split(marked(reply.text))
        return [Part(text[0].body, picture=reply.receipt.screenshot), *text[1:]]
    return _split("\n\n".join(p for p in (marked(reply.text), _numbered(reply.question)) if p))


def fits(reply: Reply) -> bool:
    """Whether the plan that a reply offers can be shown in one message; also where it offers none."""
    return reply.plan is None or length(offer_text(reply)) <= LIMIT


def offer_text(reply: Reply) -> str:
    """The plan, whole, from the very text that the other channels show."""
    return marked(plan_text(reply.plan)) if reply.plan else ""


def quick_answers(reply: Reply) -> tuple[str, ...]:
    """What 1, 2, 3 … stand for under a reply. None of them grants a plan."""
    if reply.decision is not None:
        return (*(("top", "backup") if reply.decision.backup else ("top",)), "something different", "no thanks")
    question = reply.question
    if question is None or question.type in COUNTED:
        return ()
    options = tuple(dict.fromkeys((question.proposed, *question.options) if question.proposed else question.options))
    return () if any(o.strip().isdigit() for o in options) else options


def rest(decision: Decision) -> str:
    """What “more” tells, as markdown: the further reasons, what was left out, the lines it rests on, the pages."""
    options = [o for o in (decision.top, decision.backup) if o]
    further = [f"{o.name}: {r.text}" for o in options for r in o.reasons[REASONS:]]
    out = [_excluded(e, decision.evidence) for e in sorted(decision.excluded, key=lambda e: not e.evidence)]
    if len(out) > MOST:
        out = [*out[:MOST], f"and {len(out) - MOST} more; ask “why not …?”"]
    used = cited([i for o in options for r in o.reasons for i in r.evidence], decision.evidence)
    quotes = [f"“{_shortened(e.quote)}” ({reference(e)})" for e in {e.id: e for e in used}.values()]
    pages = [f"{o.name}: {o.url}" for o in options]
    named = {"More reasons": further, "Left out": out, "The lines this rests on": quotes, "Pages": pages}
    told = [
        "\n".join([f"**{title}**", "", *(f"- {plain(x)}" for x in lines)]) for title, lines in named.items() if lines
    ]
    return "\n\n".join(told)


def reference(evidence: Evidence) -> str:
    """An evidence's place, as short as it is still found: “food.md:12”."""
    name = PurePosixPath(evidence.path).name
    if evidence.lines is None:
        return f"{name} p. {evidence.page}" if evidence.page else name
    return f"{name}:{evidence.lines[0]}"


def marked(markdown: str) -> str:
    """Markdown in WhatsApp's marks; a mark that is only a character of the text stays visible."""
    markdown = CITATION.sub(lambda found: found[0].rpartition("/")[2], markdown)
    lines: list[str] = []
    numbers: list[int] = []
    head = ""
    for token in _MARKDOWN.parse(markdown):
        if token.type in ("ordered_list_open", "bullet_list_open"):
            numbers.append(int(token.attrGet("start") or 1) if token.type.startswith("ordered") else 0)
        elif token.type in ("ordered_list_close", "bullet_list_close"):
            numbers.pop()
            lines += [""] if not numbers else []
        elif token.type == "list_item_open":
            head = "  " * (len(numbers) - 1) + (f"{numbers[-1]}. " if numbers[-1] else "- ")
            numbers[-1] += bool(numbers[-1])
        elif token.type in ("fence", "code_block"):
            lines += [f"```{token.content.rstrip()}```", ""]
        elif token.type == "inline":
            lines.append(head + _inline(token.children or []))
            head = ""
        elif token.type in ("paragraph_close", "heading_close") and not numbers:
            lines.append("")
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def _inline(tokens: Iterable[Token]) -> str:
    said, link = "", ""
    for token in tokens:
        if token.type in ("strong_open", "strong_close"):
            said += "*"
        elif token.type in ("em_open", "em_close"):
            said += "_"
        elif token.type in ("softbreak", "hardbreak"):
            said += "\n"
        elif token.type == "link_open":
            link = str(token.attrGet("href") or "")
        elif token.type == "link_close":
            said += f" ({link})" if not said.endswith(link) else ""
        else:
            said += unmarked(token.content)
    return said


def unmarked(text: str) -> str:
    """Text in which WhatsApp finds no marks of its own: where one would count, a look-alike stands."""
    return _AT_AN_END.sub(lambda found: found[0].translate(MARKS), text)


def length(text: str) -> int:
    """UTF-16 units."""
    return len(text.encode("utf-16-le")) // 2


def _decision(decision: Decision) -> str:
    said = [_option("Top choice", decision.top, decision.evidence)]
    if decision.backup:
        said.append(_option("Backup", decision.backup, decision.evidence))
    names = {"top": decision.top.name, "backup": decision.backup.name if decision.backup else ""}
    answers = quick_answers(Reply(kind="decision", text="", decision=decision))
    said.append(_choices([names.get(a) or a for a in answers]) + "\nOr “more” for the rest. Nothing is booked yet.")
    return "\n\n".join(said)


def _option(label: str, option: Option, evidence: Iterable[Evidence]) -> str:
    price = f" · {unmarked(option.price)}" if option.price else ""
    lines = [f"*{label}: {unmarked(option.name)}*{price} · {option.fit:.0%} your taste"]
    known = list(evidence)
    for reason in option.reasons[:REASONS]:
        places = dict.fromkeys(reference(e) for e in cited(reason.evidence, known))
        lines.append(f"- {unmarked(reason.text)}" + (f" ({', '.join(places)})" if places else ""))
    return "\n".join([*lines, *(f"- But: {unmarked(t)}" for t in option.tradeoffs)])


def _excluded(out: Exclusion, evidence: Iterable[Evidence]) -> str:
    places = dict.fromkeys(reference(e) for e in cited(out.evidence, list(evidence)))
    return f"{out.name}: {out.reason}" + (f" ({', '.join(places)})" if places else "")


def _numbered(question: Question | None) -> str:
    if question is None:
        return ""
    answers = quick_answers(Reply(kind="question", text="", question=question))
    if answers:
        return _choices(answers)
    options = tuple(dict.fromkeys(o for o in (question.proposed, *question.options) if o))
    return f"For instance: {' · '.join(map(unmarked, options))}" if options else ""


def _shortened(quote: str) -> str:
    """A quotation's first sentence or so: the whole stands in the file."""
    return textwrap.shorten(re.split(r"(?<=[.!?])\s", quote.strip())[0], 160, placeholder=" …")


def _choices(answers: Iterable[str]) -> str:
    return "\n".join(f"{number}. {unmarked(answer)}" for number, answer in enumerate(answers, 1))


def _split(text: str) -> list[Part]:
    """Messages of up to the limit."""
    found = []
    while length(text) > LIMIT:
        end = _cut(text.encode("utf-16-le")[: LIMIT * 2].decode("utf-16-le", "ignore"))
        found.append(Part(text[:end].strip()))
        text = text[end:]
    return [*found, Part(text.strip())]


def _cut(window: str) -> int:
    """Where to cut: after the last paragraph, else the last sentence, line or word; not near the beginning."""
    for mark in BOUNDARIES:
        ends = [found.end() for found in mark.finditer(window)]
        if ends and ends[-1] > LIMIT // 3:
            return ends[-1]
    return len(window)


def numbers(replies: Iterable[Reply]) -> Mapping[str, str]:
    """What a bare number means, given what a phone was shown, the latest first."""
    for reply in replies:
        if answers := quick_answers(reply):
            return {str(number): answer for number, answer in enumerate(answers, 1)}
        if reply.kind != "answer":
            break
    return {}
