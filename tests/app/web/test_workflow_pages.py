from __future__ import annotations

import re
from functools import partial
from html import unescape
from pathlib import Path
from typing import Any

import httpx
from playwright.async_api import Page, expect

from agents.types import Reply
from memory.home import Home
from tests.app.conftest import DECISION, PLAN
from tests.app.web.payloads import EVIL, assert_escaped
from workflows.registry import EXAMPLE, LIBRARY

TABLE = "reserve-table"
HTTP = httpx.Client(verify=False)  # plain HTTP: certificates would be read for nothing
DETAILS = {"date": "2026-11-28", "time": "19:30", "party_size": "2"}


def shipped(name: str = TABLE) -> str:
    return (LIBRARY / f"{name}.md").read_text("utf-8")


def etag(page: str) -> str:
    found = re.search(r'name="etag" value="(\w*)"', page)
    assert found
    return found[1]


def own(home: Home, text: str, name: str) -> Path:
    home.write(f"workflows/{name}.md", text, None)
    return home.root / "workflows" / f"{name}.md"


def test_the_list_tells_the_shipped_the_persons_and_the_broken(url: str, home: Home) -> None:
    own(home, shipped().replace("# Reserve a table", "# My table"), TABLE)
    own(home, "---\nname: torn\n", "torn")
    page = HTTP.get(f"{url}/workflows").text
    assert re.search(r'My table</a></h2>\s*<span class="state">yours', page)
    assert re.search(r'torn</a></h2>\s*<span class="state refused">not used', page)
    listed = {one["name"]: one for one in HTTP.get(f"{url}/api/v1/workflows").json()}
    assert [listed[name]["shipped"] for name in (TABLE, "buy-gift", "torn")] == [False, True, False]
    assert listed["torn"]["faults"][0]["line"] == 1
    assert not listed["buy-gift"]["faults"]


def test_a_workflow_reads_as_what_it_does(url: str, home: Home) -> None:
    text = shipped().replace("- Prefer what my notes like.", "- Mind the mood of the evening")
    own(home, text, TABLE)
    page = unescape(HTTP.get(f"{url}/workflows/{TABLE}").text)
    for said in ("Only places open at {time}", 'press "Complete reservation"', "200 EUR", "10 minutes", "1 to 20"):
        assert said in page
    assert re.search(r"Mind the mood of the evening <span[^>]*>for a model only", page)
    assert page.count("cannot be taken back</span>") == 1


def test_the_form_has_an_input_for_each_kind_of_detail(url: str, home: Home) -> None:
    home.write("workflows/book-ferry.md", EXAMPLE.read_text("utf-8"), None)
    page = HTTP.get(f"{url}/workflows/book-ferry").text
    assert re.search(r'name="date"[^>]*type="date"\s+required', page)
    assert re.search(r'name="passengers"[^>]*type="number"[^>]*min="1" max="9"\s+required', page)
    assert re.search(r'<select[^>]*name="seat"[^>]*required>.*<option>Deck</option><option>Saloon</option>', page, re.S)
    assert re.search(r'name="budget"[^>]*placeholder="45 EUR"\s+>', page)


def test_asking_opens_a_conversation_and_a_wrong_detail_stands_at_its_field(url: str, memory_assistant: Any) -> None:
    wrong = HTTP.post(f"{url}/workflows/{TABLE}/do", data=DETAILS | {"date": "2026-11-01", "party_size": "500"})
    assert wrong.status_code == 422
    assert "has passed" in wrong.text
    assert 'value="500"' in wrong.text
    assert memory_assistant.lines == {}
    asked = HTTP.post(f"{url}/workflows/{TABLE}/do", data=DETAILS)
    assert asked.status_code == 303
    conversation = asked.headers["location"].removeprefix("/chat/")
    assert [line.author for line in memory_assistant.lines[conversation]] == ["person", "assistant"]
    assert memory_assistant.lines[conversation][0].text.startswith(f'do {TABLE} {{"date": "2026-11-28"')


def reply_of(first: Reply, text: str) -> Reply:
    return PLAN if text in ("top", "rehearse") else first


def test_a_rehearsal_goes_on_to_the_plan_and_grants_nothing(url: str, memory_assistant: Any) -> None:
    nothing = Reply(kind="answer", text="Nothing is free.")
    for first, said in ((DECISION, ["top", "rehearse"]), (PLAN, ["rehearse"]), (nothing, [])):
        memory_assistant.script = partial(reply_of, first)
        with httpx.Client() as http:
            asked = http.post(f"{url}/workflows/{TABLE}/do", data=DETAILS | {"and-rehearse": "1"})
            http.get(f"{url}/healthz")  # on the same connection: it waits until the answer is all done
        lines = memory_assistant.lines[asked.headers["location"].removeprefix("/chat/")]
        assert [line.text for line in lines if line.author == "person"][1:] == said
    assert memory_assistant.goes == []


def test_saving_a_shipped_one_makes_a_copy_and_deleting_that_goes_back(url: str, home: Home) -> None:
    address = f"{url}/workflows/{TABLE}"
    page = HTTP.get(f"{address}/edit").text
    assert "This is the shipped one." in page
    assert etag(page) == ""
    mine = shipped().replace("# Reserve a table", "# My table")
    assert HTTP.post(f"{address}/edit", data={"text": mine.replace("\n", "\r\n"), "etag": ""}).status_code == 303
    assert home.read(f"workflows/{TABLE}.md").text == mine
    assert "<h1>My table</h1>" in HTTP.get(address).text
    asked = HTTP.get(f"{address}/delete").text
    assert "Back to the shipped one?" in asked
    back = HTTP.post(f"{address}/delete", data={"etag": etag(asked)}, follow_redirects=True).text
    assert "<h1>Reserve a table</h1>" in back
    assert not (home.root / "workflows" / f"{TABLE}.md").exists()
    history = HTTP.get(f"{url}/memory/history", params={"path": f"workflows/{TABLE}.md"}).text
    assert "Delete workflows/reserve-table.md" in history
    assert HTTP.get(f"{address}/delete").status_code == 404


def test_a_file_with_faults_is_saved_and_says_that_it_is_not_used(url: str, home: Home) -> None:
    broken = shipped().replace("1. Open {choice.url}", "1. Clik {choice.url}")
    saved = HTTP.post(f"{url}/workflows/{TABLE}/edit", data={"text": broken, "etag": ""}, follow_redirects=True).text
    assert "Saved, but not used until its faults are mended." in saved
    page = HTTP.get(f"{url}/workflows/{TABLE}").text
    assert "This workflow is not used" in page
    assert "clik" in page
    assert HTTP.post(f"{url}/workflows/{TABLE}/do", data=DETAILS).status_code == 422


def test_a_copy_made_elsewhere_meanwhile_is_a_conflict(url: str, home: Home) -> None:
    own(home, shipped(), TABLE)
    mine = shipped().replace("# Reserve a table", "# My table")
    answer = HTTP.post(f"{url}/workflows/{TABLE}/edit", data={"text": mine, "etag": ""})
    assert (answer.status_code, "changed elsewhere meanwhile" in answer.text) == (409, True)
    assert home.read(f"workflows/{TABLE}.md").text == shipped()


def test_a_new_one_begins_as_the_worked_example_under_its_name(url: str, home: Home) -> None:
    made = HTTP.get(f"{url}/new-workflow", params={"name": "row-boat"})
    page = HTTP.get(f"{url}{made.headers['location']}").text
    assert "name: row-boat\n" in page
    assert "No fault" in page
    assert not (home.root / "workflows" / "row-boat.md").exists()
    for taken, why in ((TABLE, "There is a workflow reserve-table already."), ("Row Boat", "small letters")):
        refused = HTTP.get(f"{url}/new-workflow", params={"name": taken})
        assert (refused.status_code, why in refused.text) == (422, True)
    assert HTTP.get(f"{url}/workflows/nothing").status_code == 404


def test_a_check_tells_every_fault_with_its_line_and_writes_nothing(url: str, home: Home) -> None:
    text = shipped().replace("date: ", "date: {type: day} #", 1).replace("\nOnly", "")
    told = HTTP.post(f"{url}/api/v1/workflows/check", json={"text": text, "name": TABLE}).json()
    assert told["used"] is False
    line = text.split("\n").index(next(row for row in text.split("\n") if "type: day" in row)) + 1
    assert line in [fault["line"] for fault in told["faults"]]
    assert HTTP.post(f"{url}/api/v1/workflows/check", json={"text": shipped(), "name": TABLE}).json()["used"]
    assert list((home.root / "workflows").iterdir()) == []
    answers = HTTP.get(f"{url}/openapi.json").json()["paths"]["/api/v1/workflows/check"]["post"]["responses"]
    assert set(answers) == {"200", "4XX"}


def test_nothing_but_workflows_is_edited(url: str, home: Home) -> None:
    def there() -> list[Path]:
        return sorted(path for path in home.root.rglob("*") if path.suffix == ".md")

    before = there()
    for name in ("..%2fx", "%2e%2e", "a%5cb", ".hidden", "%00"):
        for door in ("edit", "delete", "do"):
            answer = HTTP.post(f"{url}/workflows/{name}/{door}", data={"text": "mine", "etag": "ab"})
            assert answer.status_code in (404, 405, 422), (name, door)
    assert there() == before


def test_hostile_workflows_are_text(url: str, home: Home) -> None:
    name = EVIL.replace("/", "")
    own(home, f"---\n{EVIL}: {EVIL}\n---\n</textarea>{EVIL}\n", name)
    evil = EVIL.replace('"', "'")
    text = EXAMPLE.read_text("utf-8").replace("Find a ferry", f"Find {EVIL}").replace("# Book a ferry", f"# {EVIL}")
    text = (
        text.replace("For how many", evil)
        .replace("Deck, Saloon", f'"{evil}"')
        .replace("## Rules\n", f"## Rules\n- {EVIL}\n")
    )
    own(home, text.replace("The company's site", f"{EVIL} [x](javascript:alert(1))"), "book-ferry")
    addresses = ["/workflows", "/workflows/book-ferry", "/workflows/book-ferry/edit"]
    encoded = httpx.URL("http://x").copy_with(path=f"/workflows/{name}").raw_path.decode()
    pages = [HTTP.get(f"{url}{address}") for address in (*addresses, encoded, f"{encoded}/edit")]
    pages.append(HTTP.post(f"{url}/workflows/book-ferry/check", data={"text": f"{text}\n1. {EVIL}"}))
    pages.append(HTTP.get(f"{url}/new-workflow", params={"name": EVIL}))
    for page in pages:
        assert page.status_code in (200, 422), page.url
        assert_escaped(page)
    assert pages[4].text.count("</textarea>") == 1


async def test_a_fault_is_marked_as_one_types_and_mended(tab: Page, url: str, home: Home) -> None:
    faults: list[str] = []
    tab.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    await tab.goto(f"{url}/workflows/{TABLE}/edit")
    await expect(tab.locator("#faults .well")).to_be_visible()
    line = shipped().split("\n").index("1. Open {choice.url}") + 1
    await tab.fill("#text", shipped().replace("1. Open {choice.url}", "1. Opne {choice.url}"))
    fault = tab.locator(f'#faults button[data-line="{line}"]')
    await expect(fault).to_have_text(f"Line {line}")
    await expect(tab.locator("#gutter .marked")).to_have_count(1)
    assert await tab.evaluate("[...gutter.children].findIndex(one => one.className === 'marked')") == line - 1
    await fault.click()
    chosen = await tab.evaluate("text.value.slice(text.selectionStart, text.selectionEnd)")
    assert chosen.startswith("1. Opne")
    await tab.keyboard.press("Control+s")
    await expect(tab.locator("#standing")).to_contain_text("not used until its faults are mended")
    await tab.keyboard.type(chosen.replace("Opne", "Open"))
    await expect(tab.locator("#faults .well")).to_be_visible()
    await expect(tab.locator("#gutter .marked")).to_have_count(0)
    await tab.keyboard.press("Control+s")
    await expect(tab.locator("#standing")).to_have_text("Saved. It is used from now on.")
    assert home.read(f"workflows/{TABLE}.md").text == shipped()
    assert faults == []
