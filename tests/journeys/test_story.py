"""The main story: recommend, decide, do, as the sample person lives it; the site's own log is the oracle."""

from __future__ import annotations

import re
import uuid
from typing import Any

import httpx
import pytest

from tests.journeys.support import OPENING, Chat, Town

VISITED = {
    "Casa Bruma", "Forno Adele", "Chez Odile", "Taberna Quinze", "Mizu", "Little Damascus", "The Copper Kettle",
    "Hammer & Tongue",
}  # fmt: skip
CITED = re.compile(r"\((?:memory|documents|journal)/[\w./-]+:\d+")


def test_recommend_decide_do(chat: Chat, town: Town) -> None:
    before, seen = len(town.booked()), len(town.log())

    asked = chat.send(OPENING)
    assert asked["kind"] == "question"
    assert CITED.search(asked["text"]), "statements about taste carry file and line"
    proposed = asked["question"]["proposed"]
    assert proposed, "the notes say when they eat: proposed, not asked"
    again = chat.send("yes")
    assert again["kind"] == "question"
    assert again["question"]["detail"] != asked["question"]["detail"], "nothing is asked twice"
    decided = chat.send("yes" if again["question"]["proposed"] else "2")

    assert decided["kind"] == "decision"
    top, backup = decided["decision"]["top"], decided["decision"]["backup"]
    assert not VISITED & {top["name"], backup["name"]}
    assert top["name"] != backup["name"]
    for option in (top, backup):
        assert option["price"]
        assert option["seen_at"]
        assert option["tradeoffs"], "every option has its tradeoffs"
        assert any(reason["evidence"] for reason in option["reasons"]), "a reason rests on the person's own lines"
    excluded = {e["name"]: e for e in decided["decision"]["excluded"]}
    assert excluded["Casa Bruma"]["evidence"], "a visited place is left out because a note says so"
    assert "shellfish" in excluded["Sete Mares"]["reason"].lower(), "an allergy excludes"
    for evidence in decided["decision"]["evidence"]:
        first, last = evidence["lines"]
        lines = (chat.home / evidence["path"]).read_text().splitlines()[first - 1 : last]
        assert _plain(evidence["quote"])[:40] in _plain(" ".join(lines)), "a quotation stands where it is cited"

    why = chat.send("why not Mizu?")
    assert "Mizu" in why["text"]
    assert CITED.search(why["text"])

    plan = chat.send("top")
    assert plan["kind"] == "plan"
    assert plan["plan"]["terms"]["item"] == top["name"]
    assert len(plan["plan"]["steps"]) >= 5
    for vague in ("ok", "sounds good", "👍 yes", "yes", "Going well?", "I would say go, maybe"):
        assert chat.send(vague)["plan"]["hash"] == plan["plan"]["hash"], "the offer stands, and nothing is done"
    assert not [line for line in town.log()[seen:] if line.what.get("action") in ("hold", "book")]

    going = chat.send("Go")
    assert going["kind"] == "progress"
    task = chat.settled(going["task"])

    assert task["state"] == "done"
    made = town.booked()[before:]
    assert len(made) == 1
    assert made[0].what["place"] == top["name"]
    assert (made[0].what["date"], made[0].what["time"], made[0].what["party"]) == ("2026-11-21", "20:00", 2)
    assert task["receipt"]["reference"] == made[0].what["reservation"]
    shot = httpx.get(f"{chat.service.url}/{task['receipt']['screenshot']}")
    assert shot.headers["content-type"] == "image/png"
    papers = chat.home / "runs" / task["id"]
    assert made[0].what["reservation"] in (papers / "receipt.md").read_text()
    assert "Complete reservation" in (papers / "steps.md").read_text()
    run = httpx.get(f"{chat.service.url}/api/v1/runs/{task['id']}").json()
    assert run["plan"]["hash"] == plan["plan"]["hash"]
    assert [move["to"] for move in run["moves"][-4:]] == ["GRANTED", "CLAIMED", "STARTED", "DONE"]
    assert all(step["seconds"] is not None for step in run["steps"])
    assert run["steps"][0]["picture"] == f"runs/{task['id']}/01.png"
    assert httpx.get(f"{chat.service.url}/api/v1/ledger").json()["fault"] == ""
    journal = (chat.home / "journal" / "2026-11.md").read_text()
    assert top["name"] in journal
    assert made[0].what["reservation"] in journal

    reference = made[0].what["reservation"]
    again = chat.send("go")
    assert again["kind"] != "progress"
    assert f"done already:\n- {top['name']}, Saturday 21 November" in again["text"]
    assert f"({reference})" in chat.send("what have you booked for me?")["text"]
    undone = chat.send("could you cancel my reservation?")["text"]
    assert f"({reference}): {town.site}/my/reservations" in undone, "no workflow cancels: told where it can be done"
    assert len(town.booked()) == before + 1

    fresh = Chat(chat.service, "later").to_decision()
    left_out = {e["name"] for e in fresh["decision"]["excluded"]}
    assert top["name"] in left_out, "asked again, it is no longer new"
    twice = Chat(chat.service, "twice").to_plan("book a table for two tonight at 20:00")
    assert f"You already have {top['name']} at 20:00 that day ({made[0].what['reservation']})" in twice["text"]


def _plain(text: str) -> str:
    return re.sub(r"[\s>*_#-]+", " ", re.sub(r"<[^>]+>", " ", text)).strip()


@pytest.mark.long
def test_a_change_ends_the_offer(chat: Chat, town: Town) -> None:
    before = len(town.booked())
    old = chat.to_plan()["plan"]["hash"]
    changed = chat.send("actually tomorrow")
    assert changed["kind"] in ("decision", "question"), changed["text"]
    refused = chat.service.post(f"tasks/{changed['task']}/go", {"plan": old}).json()
    assert refused["kind"] != "progress", "the Go for an older plan grants nothing"
    assert len(town.booked()) == before
    plan = chat.send("top")
    assert plan["plan"]["terms"]["date"] == "2026-11-22"
    assert plan["plan"]["hash"] != old
    assert chat.settled(chat.send("book it")["task"])["state"] == "done"
    assert town.booked()[before:][0].what["date"] == "2026-11-22"


@pytest.mark.long
def test_what_was_turned_down_does_not_come_back(chat: Chat) -> None:
    first = _names(chat.to_decision("book a table for two tomorrow at 20:00"))
    assert chat.send("thanks")["again"], "a courtesy changes nothing, and is told in a line"
    second = _names(chat.send("something different"))
    assert not first & second
    assert not first & _names(chat.send("make it 3")), "an amendment changes what it names"


def test_another_request_sets_a_task_aside_and_one_goes_back_to_it(chat: Chat) -> None:
    assert "Nothing was set aside" in chat.send("where were we?")["text"]
    table = chat.to_decision("book a table for two tomorrow at 20:00")
    other = chat.send("find me a room in a quiet guesthouse from Friday to Sunday")
    assert other["task"] != table["task"]
    back = chat.send("back to the table")
    assert (back["task"], back["kind"], back["again"]) == (table["task"], "decision", True)
    assert chat.send("top")["plan"]["terms"]["item"] == table["decision"]["top"]["name"]
    assert chat.send("go back to the guesthouse")["task"] == other["task"]
    assert chat.send("Go")["kind"] != "progress", "the offer ended when its task was set aside"


def _names(decided: dict[str, Any]) -> set[str]:
    assert decided["kind"] == "decision", decided["text"]
    return {option["name"] for option in (decided["decision"]["top"], decided["decision"]["backup"]) if option}


@pytest.mark.long
def test_a_second_go_books_nothing_more(chat: Chat, town: Town) -> None:
    before = len(town.booked())
    plan = chat.to_plan()
    go = {"plan": plan["plan"]["hash"], "id": "the-button"}
    path = f"tasks/{plan['task']}/go"
    first = chat.service.post(path, go).json()
    assert first == chat.service.post(path, go).json(), "the same press again is the same press"
    other = chat.service.post(path, {"plan": plan["plan"]["hash"], "id": "pressed-again"}).json()
    assert other["kind"] != "progress"
    chat.settled(plan["task"])
    assert chat.send("Go")["kind"] != "progress"
    assert len(town.booked()) == before + 1


def test_stop_before_the_last_click(chat: Chat, town: Town) -> None:
    before = len(town.booked())
    plan = chat.to_plan()
    town.mode("slow", 400)
    chat.send("Go")
    stopped = chat.send("STOP")
    assert "stopped" in stopped["text"].lower()
    assert chat.settled(plan["task"])["state"] == "cancelled"
    assert len(town.booked()) == before
    assert "nothing" in chat.send("stop")["text"].lower()


@pytest.mark.long
def test_a_refused_offer_made_anew_is_done_under_the_new_go(chat: Chat, town: Town) -> None:
    """While the second run is on, a message is no receipt; and the receipt is told at the end."""
    before = len(town.booked())
    plan = chat.to_plan("book a table for two tomorrow at 19:00")
    town.mode("price_changed")
    chat.send("Go")
    assert chat.settled(plan["task"])["state"] == "deciding"
    town.mode("slow", 150)
    assert chat.send("top")["kind"] == "plan"
    assert chat.send("Go")["kind"] == "progress"
    assert "still at it" in chat.send("are you still there?")["text"]
    ended = chat.settled(plan["task"])
    assert ended["state"] == "done", ended["receipt"]
    assert len(town.booked()) == before + 1


@pytest.mark.long
def test_a_stop_elsewhere_ends_an_offer_which_is_made_anew(chat: Chat, town: Town) -> None:
    before = len(town.booked())
    old = chat.to_plan()
    chat.service.send("STOP", uuid.uuid4().hex)
    again = chat.send("Go")
    assert again["kind"] == "plan"
    assert again["plan"]["hash"] != old["plan"]["hash"]
    assert len(town.booked()) == before
    unknown = chat.service.post(f"tasks/{old['task']}/go", {"plan": "f" * 64})
    assert unknown.status_code in (409, 422)
    assert chat.settled(chat.send("Go")["task"])["state"] == "done"


def test_a_quick_answer_is_taken_by_its_number_where_it_is_not_itself_a_number(chat: Chat) -> None:
    first = chat.send(OPENING)
    assert first["question"]["detail"] == "time"
    assert first["question"]["options"][1] == "19:30"
    assert chat.send("2")["question"]["detail"] == "party_size"
    assert chat.send("2")["kind"] == "decision", "two people, not the second answer"
