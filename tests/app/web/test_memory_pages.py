from __future__ import annotations

import re
from html import unescape
from typing import Any

import httpx
import pytest
from playwright.async_api import Error, Page, expect

from app.web.guard import FILE_CAP
from memory import proposals
from memory.home import Home
from memory.recalled import IndexState
from memory.status import FileStatus, Status
from tests.app.web.payloads import EVIL, assert_escaped

NAME = "memory/evenings.md"
HTTP = httpx.Client(verify=False)  # plain HTTP: certificates would be read for nothing


def field(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found, name
    return unescape(found[1])


def save(url: str, path: str, text: str, etag: str) -> httpx.Response:
    return HTTP.post(f"{url}/memory/{path}", data={"text": text, "etag": etag})


def etag(url: str, path: str) -> str:
    return field(HTTP.get(f"{url}/memory/{path}").text, "etag")


def test_what_is_known_stands_under_its_file_and_heading_with_its_source(url: str, home: Home) -> None:
    lines = "# Music\n\n## What I like\n\n- Fado after ten. (2026-05-03)\n- Silence. (2026-06-01, web)\n"
    home.write("memory/music.md", f"{lines}- Vinyl, I think. (2026-07-02, inferred)\n", None)
    page = HTTP.get(f"{url}/memory").text
    assert page.index(">Evenings</h2>") < page.index(">Music</h2>") < page.index("<h3>What I like</h3>")
    for line, day in ((5, "3 May 2026"), (6, "1 June 2026"), (7, "2 July 2026")):
        assert f'href="/files/memory/music.md?lines={line}-{line}#L{line}"' in page
        assert day in page
    assert '<span class="origin told">told</span>' in page
    assert '<span class="origin inferred">inferred</span>' in page
    assert 'aria-label="1 written, 1 told, 1 inferred"' in page


def test_what_contradicts_is_shown_with_the_newer_first(url: str, home: Home) -> None:
    home.write(
        "memory/heat.md",
        "# Heat\n\n- I love spicy food. (2023-06-11)\n- I can't stand spicy food any more. (2026-01-17)\n",
        None,
    )
    page = HTTP.get(f"{url}/memory/contradictions", headers={"hx-request": "true"}).text
    assert page.index("stand spicy food") < page.index("I love spicy food")
    assert "<html" not in page


def test_an_empty_memory_says_how_to_begin(url: str, home: Home) -> None:
    home.delete(NAME, home.read(NAME).etag)
    page = HTTP.get(f"{url}/memory").text
    assert "Nothing yet." in page
    assert 'href="/memory/new"' in page


def test_the_tree_tells_which_documents_are_not_read(url: str, home: Home, memory_assistant: Any) -> None:
    home.write("documents/trips/rome.md", "# Rome\n", None)
    (home.root / "documents" / "scan.pdf").write_bytes(b"%PDF-")
    states = (
        FileStatus(path="documents/trips/rome.md", state="indexed"),
        FileStatus(path="documents/scan.pdf", state="skipped", why="no text"),
    )
    memory_assistant.status = Status(chunks=1, pending=0, files=states)
    page = HTTP.get(f"{url}/memory").text
    assert 'href="/memory/documents/trips/rome.md"' in page
    assert re.search(r'scan\.pdf</span>\s*<span class="state skipped" title="no text">not read', page)
    listed = HTTP.get(f"{url}/api/v1/files", params={"under": "documents"}).json()
    assert [(one["path"], one["state"]) for one in listed] == [
        ("documents/scan.pdf", "skipped"),
        ("documents/trips/rome.md", "indexed"),
    ]
    assert HTTP.get(f"{url}/api/v1/files", params={"under": "state"}).status_code == 422


def test_a_search_tells_why_it_found_nothing(url: str, memory_assistant: Any) -> None:
    memory_assistant.found = ()
    for index, said in (
        (IndexState(kind="nothing"), "Nothing in your notes."),
        (IndexState(kind="behind", pending=3), "3 files wait to be read"),
        (IndexState(kind="not indexed", unread=("documents/a.pdf: locked",)), "documents/a.pdf: locked"),
    ):
        memory_assistant.index = index
        page = HTTP.get(f"{url}/memory/search", params={"q": "harbours"}).text
        assert said in page
        assert ("Nothing in your notes." in page) == (index.kind == "nothing")


def test_a_search_shows_passages_with_their_lines(url: str) -> None:
    page = HTTP.get(f"{url}/memory/search", params={"q": "quiet"}).text
    assert 'href="/files/memory/evenings.md?lines=3-4#L3">memory/evenings.md:3-4</a>' in page
    assert HTTP.get(f"{url}/memory/search", params={"q": " "}).headers["location"] == "/memory"


def test_a_save_is_committed_and_can_be_undone(url: str, home: Home, memory_assistant: Any) -> None:
    before = home.read(NAME).text
    answer = save(url, NAME, before.replace("\n", "\r\n") + "- Rain on the roof.\r\n", etag(url, NAME))
    assert (answer.status_code, answer.headers["location"]) == (303, f"/memory/{NAME}?saved=1")
    assert home.read(NAME).text == before + "- Rain on the roof.\n"
    history = HTTP.get(f"{url}/memory/history", params={"path": NAME}).text
    assert "Edit memory/evenings.md" in history
    assert '<li class="added"><span class="unseen">added: </span>- Rain on the roof.</li>' in history
    commit = field(history, "commit")
    back = HTTP.post(f"{url}/memory/undo", data={"commit": commit, "id": "u1", "path": NAME}, follow_redirects=True)
    assert "Taken back: Edit memory/evenings.md" in back.text
    assert home.read(NAME).text == before


def test_a_save_keeps_the_files_own_line_ends_and_what_was_learned_is_undone_before_it(
    url: str, home: Home, memory_assistant: Any
) -> None:
    memory_assistant.keeper.note("I like quinces", "web", ("memory/dos.md", "Dos"))
    kept = home.read("memory/dos.md")
    home.write("memory/dos.md", kept.text.replace("\n", "\r\n"), kept.etag)
    text = home.read("memory/dos.md").text
    save(url, "memory/dos.md", text + "- And pears\r\n", etag(url, "memory/dos.md"))
    assert home.read("memory/dos.md").text == text + "- And pears\r\n"
    save(url, NAME, "# Evenings\n\n- New.\n", etag(url, NAME))
    assert "quinces" in memory_assistant.keeper.log(10)[-1].added[0]
    assert memory_assistant.keeper.changes(1)[0].by_hand


def test_an_edit_elsewhere_is_a_conflict_in_which_nothing_is_lost(url: str, home: Home) -> None:
    old = etag(url, NAME)
    theirs = home.read(NAME)
    home.write(NAME, theirs.text + "- Theirs.\n", theirs.etag)
    answer = save(url, NAME, theirs.text + "- Mine.\n", old)
    assert answer.status_code == 409
    assert "changed elsewhere meanwhile" in answer.text
    assert "- Theirs.</li>" in answer.text
    assert "- Mine.\n</textarea>" in answer.text
    assert home.read(NAME).text == theirs.text + "- Theirs.\n"
    assert save(url, NAME, theirs.text + "- Mine.\n", field(answer.text, "etag")).status_code == 303
    assert home.read(NAME).text == theirs.text + "- Mine.\n"


def test_a_file_deleted_elsewhere_is_told_and_can_be_written_anew(url: str, home: Home) -> None:
    old = etag(url, NAME)
    home.delete(NAME, old)
    answer = save(url, NAME, "# Evenings\n\n- Mine.\n", old)
    assert (answer.status_code, "was deleted elsewhere" in answer.text) == (409, True)
    assert save(url, NAME, "# Evenings\n\n- Mine.\n", field(answer.text, "etag")).status_code == 303


def test_a_new_file_begins_in_the_editor_and_a_deleted_one_comes_back(url: str, home: Home) -> None:
    made = HTTP.get(f"{url}/memory/new", params={"folder": "memory", "name": "people/ana maria"})
    assert made.headers["location"] == "/memory/memory/people/ana%20maria.md"
    assert HTTP.get(f"{url}/memory/new", params={"folder": "state", "name": "x"}).status_code == 422
    page = HTTP.get(f"{url}{made.headers['location']}").text
    assert "A new file" in page
    assert field(page, "etag") == ""
    path = "memory/people/ana maria.md"
    assert save(url, path, "# Ana\n\n- Vegan.\n", "").status_code == 303
    asked = HTTP.get(f"{url}/memory/delete", params={"path": path}).text
    gone = HTTP.post(
        f"{url}/memory/delete", data={"path": path, "etag": field(asked, "etag")}, follow_redirects=True
    ).text
    assert not (home.root / path).exists()
    commit = field(gone, "commit")
    HTTP.post(f"{url}/memory/undo", data={"commit": commit, "id": "u2"})
    assert home.read(path).text == "# Ana\n\n- Vegan.\n"


def test_a_delete_of_what_has_changed_is_refused(url: str, home: Home) -> None:
    file = home.read(NAME)
    home.write(NAME, file.text + "- More.\n", file.etag)
    answer = HTTP.post(f"{url}/memory/delete", data={"path": NAME, "etag": file.etag})
    assert answer.status_code == 409
    assert (home.root / NAME).exists()


def test_a_large_file_is_saved_and_a_larger_one_told(url: str, home: Home) -> None:
    home.write("journal/long.md", "x\n", None)
    text = "é" * 300_000
    files = {"text": (None, text), "etag": (None, home.read("journal/long.md").etag)}
    assert HTTP.post(f"{url}/memory/journal/long.md", files=files).status_code == 303
    assert home.read("journal/long.md").text == text
    assert HTTP.post(f"{url}/memory/journal/long.md", content=b"x" * (FILE_CAP + 1)).status_code == 413
    (home.root / "journal" / "long.md").write_text("x" * FILE_CAP)
    page = HTTP.get(f"{url}/memory/journal/long.md").text
    assert "larger than a page can carry" in page
    assert "<textarea" not in page


def test_only_the_persons_notes_are_edited(url: str, home: Home) -> None:
    for path in ("state/server.md", "../secret.md", "workflows/x.md", "memory/a.txt", "memory"):
        for answer in (HTTP.get(f"{url}/memory/{path}"), save(url, path, "mine", "")):
            assert answer.status_code in (404, 405, 422), path
        assert not (home.root / path).is_file()


@pytest.fixture
def proposed(home: Home) -> proposals.Proposal:
    return proposals.propose(
        home, "I prefer window tables.", (NAME, "Evenings"), why="You chose three.", evidence=(f"Said so ({NAME}:3)",)
    )


def test_a_proposal_is_accepted_edited_or_refused(url: str, home: Home, proposed: proposals.Proposal) -> None:
    page = HTTP.get(f"{url}/memory").text
    assert "Proposals <span" in page
    assert "- I prefer window tables." in page
    assert f'href="/files/{NAME}?lines=3-3#L3"' in page
    address = f"{url}/memory/proposals/{proposed.id}"
    done = HTTP.post(address, data={"do": "accept"}, follow_redirects=True).text
    assert "Noted: <q>I prefer window tables." in done
    assert "window tables" in home.read(NAME).text
    HTTP.post(f"{url}/memory/undo", data={"commit": field(done, "commit"), "id": "u3"})
    assert "window tables" not in home.read(NAME).text
    assert HTTP.post(address, data={"do": "accept"}).status_code == 404

    other = proposals.propose(home, "I prefer balconies.", (NAME, "Evenings"))
    edited = {"do": "edit", "text": "Balconies in June."}
    HTTP.post(f"{url}/memory/proposals/{other.id}", data=edited)
    assert "- Balconies in June." in home.read(NAME).text
    third = proposals.propose(home, "I prefer cellars.", (NAME, "Evenings"))
    refused = HTTP.post(f"{url}/memory/proposals/{third.id}", data={"do": "refuse"}, follow_redirects=True).text
    assert "Refused." in refused
    assert "cellars" not in refused


def test_hostile_names_and_notes_are_text(url: str, home: Home, memory_assistant: Any) -> None:
    name = f"memory/{EVIL.replace('/', '')}.md"
    home.write(name, f"# {EVIL}\n\n## {EVIL}\n\n- {EVIL} [x](javascript:alert(3))\n\n</textarea>{EVIL}\n", None)
    proposals.propose(home, EVIL, (NAME, EVIL), why=EVIL, evidence=(EVIL,))
    address = f"{url}/memory/{httpx.URL('http://x').copy_with(path='/' + name).raw_path.decode()[1:]}"
    save(url, NAME, EVIL, etag(url, NAME))
    pages = [
        HTTP.get(f"{url}/memory"),
        HTTP.get(f"{url}/memory/history"),
        HTTP.get(f"{url}/memory/history", params={"path": name}),
        HTTP.get(f"{url}/memory/delete", params={"path": name}),
        HTTP.get(f"{url}/memory/search", params={"q": EVIL}),
        HTTP.get(f"{url}/memory/new", params={"folder": EVIL, "name": EVIL}),
        HTTP.post(f"{url}/memory/preview", data={"text": f"---\na: {EVIL}\n---\n{EVIL}"}),
        HTTP.get(address),
    ]
    for page in pages:
        assert page.status_code in (200, 422)
        assert_escaped(page)
    assert pages[-1].text.count("</textarea>") == 1


async def test_a_file_is_edited_previewed_saved_and_a_conflict_mended(tab: Page, url: str, home: Home) -> None:
    faults: list[str] = []
    asked: list[str] = []
    tab.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    tab.on("request", lambda request: asked.append(request.url))
    await tab.goto(f"{url}/memory/{NAME}")
    await tab.locator("#text").press("Control+End")
    await tab.keyboard.type("- Rain on **the** roof.")
    await expect(tab.locator("#preview strong")).to_have_text("the")
    await expect(tab.locator("#standing")).to_contain_text("Not saved yet")
    await tab.keyboard.press("Control+s")
    await expect(tab.locator("#standing")).to_have_text("Saved. The next answer follows it.")
    assert home.read(NAME).text.endswith("- Rain on **the** roof.")

    theirs = home.read(NAME)
    home.write(NAME, f"{theirs.text}\n- Theirs.\n", theirs.etag)
    await tab.locator("#text").press("Control+End")
    await tab.keyboard.type("\n- Mine.")
    await tab.keyboard.press("Control+s")
    await expect(tab.locator(".clash h2")).to_have_text("This file was changed elsewhere meanwhile")
    await expect(tab.locator(".diff .removed")).to_contain_text("- Theirs.")
    await expect(tab.locator("#text")).to_have_value(f"{theirs.text}\n- Mine.")
    await tab.locator("#text").press("Control+End")
    await tab.keyboard.type("\n- Theirs.\n")
    await tab.click("text=Take mine")
    await expect(tab.locator(".clash")).to_have_count(0)
    assert home.read(NAME).text == f"{theirs.text}\n- Mine.\n- Theirs.\n"
    assert all(one.startswith(url) for one in asked)
    assert faults == []

    leaving: list[str] = []

    async def stay(dialog: Any) -> None:
        leaving.append(dialog.type)
        await dialog.dismiss()

    tab.on("dialog", stay)
    await tab.locator("#text").press("End")
    await tab.keyboard.type("Precious.")
    with pytest.raises(Error, match="ERR_ABORTED"):
        await tab.goto(f"{url}/memory")
    assert leaving == ["beforeunload"]
    await expect(tab.locator("#text")).to_have_value(re.compile("Precious"))
