"""Workflows on pages that changed: shipped and recorded ones, done on Demo Town after mutations that keep the meaning.

`python -m tests.benchmarks.mutated [--seeds 3] [--kind wording] [--only reserve-table]`

Each run starts from the same town and the same signed-in home. What is right is what the same workflow does on the
unchanged pages, judged by the addresses that the site was asked for and by its own log: all of it is right, its
beginning and no more is a stop, and anything else is a wrong element pressed.
"""

from __future__ import annotations

import argparse
import asyncio
import datetime as dt
import json
import re
import sqlite3
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from contextlib import AsyncExitStack, closing
from dataclasses import dataclass, replace
from pathlib import Path

import sqlalchemy as sa
from playwright.async_api import Page
from sqlalchemy.ext.asyncio import create_async_engine

from agents.executor import ledger, tables
from agents.executor.account import label
from agents.executor.chrome import BrowserSettings
from agents.executor.execute import Executor
from agents.executor.mandate import new_mandate
from agents.executor.plan import plan_for
from agents.executor.record import record
from agents.executor.recorded import written
from agents.executor.search import Searcher
from agents.types import Candidate, Clock, DetailValue, Receipt
from app import errand as errand_command
from demo.seed import seed
from demo.shared.log import read_log
from demo.sign_in import guest_of, sign_in
from demo.town import open_town, town_clock
from memory.errors import RflowError
from memory.home import Home
from tests.benchmarks.changing import Changing
from tests.benchmarks.errands import ERRANDS, SITES, Errand
from tests.benchmarks.mutations import KINDS
from tests.journeys.support import NOW, ROOT, ZONE
from tests.serving import serving
from workflows.model import Workflow
from workflows.parse import parse

BROWSER = BrowserSettings(show="headless", timeout=4)
TOGETHER = tuple(kind for kind in KINDS if kind != "synonyms")  # which stop a Commit by design: counted apart


@dataclass(frozen=True)
class Job:
    """A workflow with what it is given, and the name of what is to be chosen: the first thing where it is empty."""

    name: str
    site: str
    workflow: Workflow
    details: dict[str, DetailValue]
    wanted: str = ""


@dataclass(frozen=True)
class Told:
    """What one run did, by its receipt and by the site."""

    receipt: Receipt
    asked: tuple[str, ...]
    log: tuple[str, ...]


@dataclass
class Stage:
    """One town and one home, put back before each run."""

    folder: Path
    changing: Changing
    port: int
    searcher: Searcher
    runs: int = 0

    @property
    def home(self) -> Path:
        return self.folder / "home"

    def site(self, key: str) -> str:
        return f"http://{key}.localhost:{self.port}"

    def put_back(self) -> None:
        """The town as it was at the beginning."""
        self.runs += 1
        for saved in (self.folder / "saved").glob("*.sqlite3"):
            with (
                closing(sqlite3.connect(saved)) as before,
                closing(sqlite3.connect(self.folder / "town" / saved.name)) as now,
            ):
                before.backup(now)
        for log in (self.folder / "town").glob("*.log.jsonl"):
            log.unlink()
        self.changing.asked.clear()

    async def told(self, job: Job) -> Told:
        """One run of it on the pages as they are."""
        self.put_back()
        try:
            receipt = await self._run(job)
        except RflowError as failed:
            receipt = Receipt(state="refused", at="", note=str(failed))
        return Told(receipt, tuple(self.changing.asked), _log(self.folder / "town", job.site))

    async def _run(self, job: Job) -> Receipt:
        found = await self.searcher.collect(job.workflow, job.details)
        choice = next((c for c in found if not job.wanted or c.name == job.wanted), None)
        if choice is None:
            return Receipt(
                state="refused", at="", note=f"Search does not find {job.wanted}: {[c.name for c in found]}."
            )
        self.changing.asked.clear()  # a search reads many pages, in no order
        return await self._execute(job, choice)

    async def _execute(self, job: Job, choice: Candidate) -> Receipt:
        named = label(self.home, job.workflow.sites)
        bound = plan_for(job.workflow, job.details, choice, price=choice.price, account_label=named, tz=ZONE)
        engine = create_async_engine(f"sqlite+aiosqlite:///{self.folder / f'ledger-{self.runs}.sqlite'}")
        sa.event.listen(engine.sync_engine, "connect", lambda c, _: c.execute("PRAGMA foreign_keys=ON"))
        clock = _clock()
        offer = new_mandate(bound.plan, owner="me", message_id="m", now=clock(), seconds=600)
        async with engine.begin() as conn:
            await conn.run_sync(tables.metadata.create_all)
            await ledger.offer(conn, offer, "web", bound, "task", None)
            await ledger.grant(conn, offer.id, "go", clock())
        executor = Executor(
            database=engine,
            home=Home.open(self.home),
            lookup=lambda _: job.workflow,
            browser=BROWSER,
            clock=clock,
            settle_seconds=0,
        )
        receipt = await executor.execute(offer.id)
        await executor.aclose()
        await engine.dispose()
        return receipt

    async def recorded(self, errand: Errand, chosen: Candidate) -> Workflow:
        """The workflow that comes of doing the errand once by hand, with the recorder watching."""
        start, given = chosen.url.partition("?")[0], errand.given(0)
        given |= {"quantity": "2"} if "quantity" in given else {}

        async def person(page: Page) -> None:
            await errand.prepare(page, start, given)
            await page.get_by_role("button", name="The next click cannot be taken back").click()
            await page.get_by_text("Now press it").wait_for()
            await page.get_by_role("button", name=errand.last).click()
            await page.goto(self.site(errand.site) + errand.mine)
            await page.get_by_role("button", name="Finished").click()

        self.put_back()
        events = await record(self.home, start, BROWSER, person)
        name = f"{errand.workflow}-recorded"
        return parse(written(name, start, events), f"{name}.md")

    async def first_choice(self, job: Job) -> Candidate:
        """The first thing that Search finds on the unchanged pages."""
        return (await self.searcher.collect(job.workflow, job.details))[0]


def _clock() -> Clock:
    return town_clock(dt.datetime.fromisoformat(NOW))


def _log(data: Path, key: str) -> tuple[str, ...]:
    """Every change of state and attempt at one, without what differs from run to run."""
    lines = [f"{json.dumps(line.what, sort_keys=True)} {line.outcome}" for line in read_log(data, key)]
    return tuple(re.sub(r"\b[A-Z]{1,3}-[0-9A-Z]{4,}\b", "*", line) for line in lines)


async def _jobs(stage: Stage, only: Sequence[str]) -> list[Job]:
    """The shipped workflows, and one recorded from each."""
    jobs = []
    for errand in ERRANDS:
        text = (ROOT / "workflows" / "library" / f"{errand.workflow}.md").read_text()
        workflow = parse(text.replace(":8800", f":{stage.port}"), f"{errand.workflow}.md")
        details, wrong = errand_command.values(workflow, errand.given(0), dt.datetime.fromisoformat(NOW))
        assert not wrong, wrong
        job = Job(errand.workflow, errand.site, workflow, details)
        if only and errand.workflow not in only and f"{errand.workflow}-recorded" not in only:
            continue
        chosen = await stage.first_choice(job)
        jobs.append(replace(job, wanted=chosen.name))
        recorded = await stage.recorded(errand, chosen)
        jobs.append(Job(recorded.name, errand.site, recorded, dict(errand.recorded)))
    return [job for job in jobs if not only or job.name in only]


def _judged(right: Told, now: Told) -> str:
    """`right`, `stopped`, or `wrong`: something else was asked for or done than on the unchanged pages."""
    if (now.asked, now.log) == (right.asked, right.log) and now.receipt.state == "done":
        return "right"
    along = now.asked == right.asked[: len(now.asked)] and now.log == right.log[: len(now.log)]
    return "stopped" if along and now.receipt.state == "refused" and now.receipt.note else "wrong"


async def measure(stage: Stage, kinds: Sequence[str], seeds: int, only: Sequence[str]) -> Counter[tuple[str, str]]:
    """Every workflow on every kind of mutation, and on all of them together, with so many seeds."""
    counted: Counter[tuple[str, str]] = Counter()
    for job in await _jobs(stage, only):
        stage.changing.kinds = ()
        right = await stage.told(job)
        if right.receipt.state != "done":
            raise SystemExit(f"{job.name} does not work on the unchanged pages: {right.receipt.note}")
        for kind in (*kinds, *(["all together"] if len(kinds) > 1 else [])):
            stage.changing.kinds = TOGETHER if kind == "all together" else (kind,)
            for stage.changing.seed in range(seeds):
                counted[kind, _told_of(f"{job.name}, {kind}, {stage.changing.seed}", right, await stage.told(job))] += 1
        stage.changing.kinds = ()
    return counted


def _told_of(run: str, right: Told, now: Told) -> str:
    """How it went, told as it goes: a whole measurement takes a while."""
    judged = _judged(right, now)
    print(f"{run}: {judged} {now.receipt.note if judged != 'right' else ''}".strip(), file=sys.stderr, flush=True)
    if judged == "wrong":
        print(f"  expected {right.asked} {right.log}\n  got {now.asked} {now.log}", file=sys.stderr)
    return judged


async def _stage(folder: Path, changing: Changing, port: int, searcher: Searcher) -> Stage:
    """A home that is signed in to the open town, and the town as it is to be before every run."""
    stage = Stage(folder, changing, port, searcher)
    seed(stage.home)
    await sign_in(stage.home, [stage.site(key) for key in SITES], guest_of(stage.home), BROWSER)
    (folder / "saved").mkdir()
    for kept in (folder / "town").glob("*.sqlite3"):
        with closing(sqlite3.connect(kept)) as now, closing(sqlite3.connect(folder / "saved" / kept.name)) as saved:
            now.backup(saved)
    return stage


def _table(counted: Counter[tuple[str, str]]) -> str:
    kinds = list(dict.fromkeys(kind for kind, _ in counted))
    lines = [f"{'pages changed by':<18}{'n':>5}{'right':>7}{'stopped':>9}{'wrong':>7}"]
    for kind in [*kinds, "in all"]:
        told = [sum(n for (k, j), n in counted.items() if j == judged and kind in (k, "in all")) for judged in _JUDGED]
        lines.append(f"{kind:<18}{sum(told):>5}{told[0]:>7}{told[1]:>9}{told[2]:>7}")
    return "\n".join(lines)


_JUDGED = ("right", "stopped", "wrong")


async def _measured(options: argparse.Namespace) -> Counter[tuple[str, str]]:
    changing = Changing()
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="rflow-mutated-")))
        port = stack.enter_context(serving(changing))
        changing.town = stack.enter_context(open_town(folder / "town", _clock())).app
        searcher = await stack.enter_async_context(Searcher(BROWSER, _clock()))
        stage = await _stage(folder, changing, port, searcher)
        return await measure(stage, options.kind or tuple(KINDS), options.seeds, options.only or ())


def main() -> int:
    """Measure and print the table; a wrong element pressed is a failure."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.mutated", description=__doc__)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--kind", choices=KINDS, action="append")
    parser.add_argument("--only", action="append", help="a workflow's name; a recorded one ends with -recorded")
    counted = asyncio.run(_measured(parser.parse_args()))
    print(_table(counted))
    return 1 if any(judged == "wrong" for _, judged in counted) else 0


if __name__ == "__main__":
    sys.exit(main())
