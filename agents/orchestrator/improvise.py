"""Improvise: what no workflow fits, answered from the person's notes and from pages read for it; nothing is done."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Collection, Iterable, Mapping
from urllib.parse import urlsplit

from langgraph.graph import END

from agents.crew import Crew
from agents.executor.barrier import only_public
from agents.executor.origins import among, origin_of
from agents.orchestrator import drafted, say
from agents.reasoning.chosen import OFFLINE
from agents.reasoning.port import Claim, Improvised, Link, Matter, Page, Thing
from agents.state import TaskState
from agents.types import Decision, Option, Reason, Reply
from memory.errors import RflowError
from memory.evidence import Evidence
from memory.style import Style

ROUNDS = 2  # times that further pages are read before it is answered
PAGES = 6
_NOTES = 40
_NAMED = 3
_LINKS = 25  # of one page
_ADDRESS = re.compile(r"https?://[^\s<>\"'）)]+")


async def improvise(state: TaskState, crew: Crew) -> TaskState:
    """Answer with citations and, where there is something to choose, a decision set; else leave it to `answer`."""
    if crew.reasoner.name == OFFLINE:
        return {}  # nothing is read for one who does not improvise
    matter, found = await _explored(state["message"], crew)
    if found is None or not (found.claims or found.things or found.unknown or found.doing):
        return {}
    draft = await drafted.drafted(found.doing, matter, crew)
    said = Reply(kind="answer", text=_told(found, matter))
    reply = said if draft is None else drafted.asked(said, draft)
    decision = _decision(found.things, matter)
    read = f"Read {len(matter.evidence)} passages of your files and {len(matter.pages)} pages, logged out."
    return {
        "status": "done" if draft is None else "asking",
        "waiting": None,
        "memory": draft,
        "ranked": {"decision": decision.model_dump(mode="json")} if decision else None,
        "reply": reply.model_dump(mode="json"),
        "trace": [*state.get("trace", []), read],
    }


async def _explored(request: str, crew: Crew) -> tuple[Matter, Improvised | None]:
    """Everything that was read for a request, and what came of it."""
    evidence = await asyncio.to_thread(crew.retriever.recall, request, _NOTES)
    starts = _starts(crew)
    named = await _named(request, {s.url for s in starts})
    sites = tuple(dict.fromkeys(o for o in map(origin_of, (*named, *(s.url for s in starts))) if o))
    taken = tuple(w.name for w in crew.registry.all())
    pages = await _read(named, sites, crew, 1)
    matter = Matter(
        request=request,
        now=crew.clock(),
        evidence=evidence,
        pages=pages,
        links=starts,
        taken=taken,
        tone=Style.of(crew.home).tone,
    )
    found = await crew.reasoner.improvise(matter)
    for _ in range(ROUNDS):
        if found is None or not found.read:
            break
        matter = await _further(matter, found, sites, crew)
        found = await crew.reasoner.improvise(matter)
    return matter, found


def where_next(state: TaskState) -> str:
    """It ends with an answer, or waits for a word on its draft; where there is neither, it is told what can be done."""
    return {"done": END, "asking": "listen"}.get(state.get("status", ""), "answer")


async def _named(request: str, listed: Collection[str]) -> tuple[str, ...]:
    """The pages that the person names; inside their own network only what a workflow lists: a text may be pasted."""
    found = list(dict.fromkeys(a.rstrip(".,;:!?") for a in _ADDRESS.findall(request)))[: 2 * _NAMED]
    whole = [a for a in found if origin_of(a)]
    kept = [a for a in whole if among(a, listed) or await only_public(urlsplit(a).hostname or "")]
    return tuple(kept[:_NAMED])


def _starts(crew: Crew) -> tuple[Link, ...]:
    """The sites of the workflows: what may be read though the person named no page."""
    sites = {site: w.description for w in reversed(crew.registry.all()) for site in w.sites}
    return tuple(Link(id=f"s{n}", url=site, text=what) for n, (site, what) in enumerate(sites.items(), 1))


async def _further(matter: Matter, found: Improvised, sites: tuple[str, ...], crew: Crew) -> Matter:
    """The matter with the pages that were asked for; once enough are read there are no more links."""
    links = {link.id: link.url for link in (*matter.links, *(one for p in matter.pages for one in p.links))}
    known = {p.url for p in matter.pages}
    wanted = [links[i] for i in found.read if i in links and links[i] not in known]
    room = PAGES - len(matter.pages)
    pages = (*matter.pages, *await _read(wanted[:room], sites, crew, len(matter.pages) + 1))
    more = len(pages) > len(matter.pages) and len(pages) < PAGES
    return matter.model_copy(update={"pages": pages, "links": matter.links if more else ()})


async def _read(urls: Iterable[str], sites: tuple[str, ...], crew: Crew, first: int) -> tuple[Page, ...]:
    pages = []
    for n, url in enumerate((u for u in urls if among(u, sites)), first):
        try:
            final, title, text, links = await crew.searcher.read(url, sites)
        except RflowError:
            continue  # what cannot be read is not cited
        shown = tuple(Link(id=f"p{n}.{k}", url=to, text=said) for k, (to, said) in enumerate(links[:_LINKS], 1))
        at = crew.clock().isoformat(timespec="seconds")
        pages.append(Page(id=f"p{n}", url=final, title=title, text=text, links=shown, seen_at=at))
    return tuple(pages)


def _told(found: Improvised, matter: Matter) -> str:
    places = _places(matter)
    parts = [_claim(c, places) for c in found.claims]
    for label, thing in zip(("Top choice", "Backup"), found.things, strict=False):
        lines = [f"**{label}: {say.quoted(thing.name)}**", *(f"- {_claim(r, places)}" for r in thing.reasons)]
        parts.append("\n".join([*lines, *(f"- But: {say.quoted(t)}" for t in thing.tradeoffs)]))
    if found.unknown:
        parts.append(f"I found nothing on: {say.quoted('; '.join(found.unknown))}.")
    if found.doing:
        parts.append(f"I have no workflow for this: {say.quoted(found.doing)}. So I did nothing of it.")
    return "\n\n".join(parts)


def _places(matter: Matter) -> dict[str, str]:
    return {e.id: say.cite(e) for e in matter.evidence} | {p.id: p.url for p in matter.pages}


def _claim(claim: Claim, places: Mapping[str, str]) -> str:
    cited = ", ".join(dict.fromkeys(places[s] for s in claim.sources if s in places))
    return f"{say.quoted(claim.text)} ({cited})"


def _decision(things: tuple[Thing, ...], matter: Matter) -> Decision | None:
    """The same two as data."""
    if not things:
        return None
    top, *rest = (_option(n, thing, matter) for n, thing in enumerate(things[:2], 1))
    cited = {s for t in things[:2] for r in t.reasons for s in r.sources}
    evidence: tuple[Evidence, ...] = tuple(e for e in matter.evidence if e.id in cited)
    return Decision(top=top, backup=rest[0] if rest else None, evidence=evidence)


def _option(number: int, thing: Thing, matter: Matter) -> Option:
    pages = {p.id: p for p in matter.pages}
    page = next((pages[s] for r in thing.reasons for s in r.sources if s in pages), None)
    return Option(
        id=f"i{number}",
        name=thing.name,
        url=page.url if page else "",
        seen_at=page.seen_at if page else matter.now.isoformat(timespec="seconds"),
        fit=thing.fit,
        reasons=tuple(Reason(text=r.text, evidence=r.sources) for r in thing.reasons),
        tradeoffs=thing.tradeoffs,
    )
