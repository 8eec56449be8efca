"""Seeded bugs, at least one for each invariant: a copy of the tree with one of them must fail its tests."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
_PARTS = ("agents", "app", "demo", "docs", "memory", "workflows", "tests", "pyproject.toml")
_SECONDS = 300

LEDGER, EXECUTE = "tests/agents/executor/test_ledger.py", "tests/agents/executor/test_execute.py"
VERIFY, BARRIER = "tests/agents/executor/test_verify.py", "tests/agents/executor/test_barrier.py"
GATE, STEPS = "tests/proof/test_gate.py", "tests/workflows/test_steps.py"
PLAN, PARSE = "tests/agents/executor/test_plan.py", "tests/workflows/test_parse.py"


@dataclass(frozen=True)
class Mutant:
    """One bug: a text of a file changed, and the tests that must notice."""

    name: str
    file: str
    old: str
    new: str
    tests: tuple[str, ...]


def _in(folder: str, name: str, file: str, old: str, new: str, *tests: str) -> Mutant:
    return Mutant(name, f"{folder}/{file}", old, new, tests)


MUTANTS = (
    _in("agents/executor", "a Go among other words", "words.py", "_GO.fullmatch(text)", "_GO.search(text)",
        "tests/agents/executor/test_words.py"),
    _in("agents/executor", "a Go that ran out grants", "ledger.py",
        "    fresh = mandates.c.expires > now.timestamp()\n    if not await _move(",
        "    fresh = sa.true()\n    if not await _move(", LEDGER),
    _in("agents/executor", "a start without fence and expiry", "ledger.py",
        "holds = sa.and_(mandates.c.fence == fence, mandates.c.expires > now.timestamp())\n    if not await _move",
        "holds = sa.true()\n    if not await _move", LEDGER),
    _in("agents/executor", "a move from any state", "ledger.py",
        "(mandates.c.id == mandate_id, mandates.c.state == source, *conditions)",
        "(mandates.c.id == mandate_id, *conditions)", LEDGER, GATE),
    _in("agents/executor", "what is stored is not compared with its hash", "ledger.py",
        "if not whole or bound.steps_hash != mandate.plan.steps_hash or bound.plan != mandate.plan:", "if False:",
        GATE),
    _in("agents/executor", "a new offer leaves the old one", "ledger.py",
        '    await revoke(conn, conversation, mandate.message_id, mandate.created, "superseded by a new offer")\n', "",
        LEDGER),
    _in("agents/executor", "the code is not asked for", "ledger.py",
        "if entry.code and code is None and plan_hash is None:", "if False:", LEDGER, GATE),
    _in("agents/executor", "the irreversible request leaves at any phase", "barrier.py",
        "if phase is not Phase.COMMIT:", "if False:", BARRIER),
    _in("agents/executor", "the irreversible request leaves twice", "barrier.py",
        "if commit in spent:", "if False:", BARRIER),
    _in("agents/executor", "what is not declared leaves", "barrier.py",
        'return self._stop(asked, f"it is not declared', 'return Verdict(True, f"it is not declared', BARRIER),
    _in("agents/executor", "the wall admits what no request goes to", "barrier.py",
        "self.phase is Phase.TAKEOVER or (host, port) in self._reached", "True",
        "tests/agents/executor/test_wall.py"),
    _in("agents/executor", "sites are compared by their beginning", "origins.py",
        "return origin is not None and origin in {origin_of(site) for site in sites}",
        "return origin is not None and any(origin.startswith(site) for site in sites)", BARRIER, GATE),
    _in("agents/executor", "the total is not compared", "verify.py", ", *_total(said, plan)])", "])", VERIFY),
    _in("agents/executor", "terms are not read back", "verify.py",
        "    return Difference(_words(term.name), term.value, wrong) if wrong is not None else None", "    return None",
        VERIFY),
    _in("agents/executor", "a plan without its checks", "plan.py", "    if missing:\n", "    if False:\n", PLAN),
    _in("agents/executor", "a changed workflow file is used", "execute.py",
        "if workflow is None or workflow.hash != entry.mandate.plan.workflow_hash:", "if workflow is None:", GATE),
    _in("agents/executor", "a stop is not looked at", "run.py", "        await self.guard()\n", "        pass\n",
        f"{EXECUTE}::test_stop_takes_effect_before_the_next_action", f"{EXECUTE}::test_a_stop_ends_a_rehearsal"),
    _in("agents/executor", "a run cut off begins again", "execute.py",
        "if entry.state is State.STARTED:", "if entry.state is State.STARTED and False:",
        f"{EXECUTE}::test_a_run_cut_off_anywhere_ends_with_at_most_one_click"),
    _in("agents/executor", "done is said without a receipt", "execute.py",
        "        if not run.kept:\n", "        if False:\n",
        f"{EXECUTE}::test_a_receipt_is_said_only_when_read"),
    _in("workflows", "a Commit without its checks is loaded", "check.py",
        "if term not in workflow.terms and not any(", "if False and not any(", PARSE),
    _in("workflows", "a Commit inside a branch", "steps.py", "    if found.commit:\n", "    if False:\n", STEPS),
    _in("app", "a message delivered twice acts twice", "channels/store.py",
        "    return result.rowcount == 1\n", "    return True\n", "tests/app/test_store.py"),
    _in("app", "any host may call", "web/guard.py",
        "if len(hosts) != 1 or _hostname(hosts[0]) not in known:", "if len(hosts) != 1:",
        "tests/app/web/test_guard.py"),
)  # fmt: skip


def survives(mutant: Mutant | None) -> str:
    """Why the mutant lives, or, for None, why the tests fail without any; empty where all is as it should be."""
    with tempfile.TemporaryDirectory(prefix="rflow-mutant-", ignore_cleanup_errors=True) as folder:
        copy = Path(folder)
        for part in _PARTS:
            source = ROOT / part
            if source.is_dir():
                shutil.copytree(source, copy / part, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy(source, copy / part)
        tests = mutant.tests if mutant else (LEDGER, VERIFY, GATE, STEPS, PLAN, PARSE)
        if mutant:
            file = copy / mutant.file
            text = file.read_text("utf-8")
            if mutant.old not in text:
                return f"{mutant.file} has no longer what the mutant changes: {mutant.old!r}"
            file.write_text(text.replace(mutant.old, mutant.new, 1), "utf-8")
        command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", *tests]
        ended = subprocess.run(command, cwd=copy, capture_output=True, text=True, timeout=_SECONDS, check=False)
    if mutant is None:
        return "" if ended.returncode == 0 else f"the tests fail without a mutant: {ended.stdout[-400:]}"
    if ended.returncode == 1 and "FAILED" in ended.stdout:
        return ""
    return f"lives: pytest ended {ended.returncode}: {ended.stdout[-300:]}{ended.stderr[-300:]}"
