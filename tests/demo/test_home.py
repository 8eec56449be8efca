"""The sample person's life hangs together, and is copied into an empty home only."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import feedparser
import pytest
from ruamel.yaml import YAML
from selectolax.lexbor import LexborHTMLParser

from demo.albergo.houses import load_houses
from demo.biglietto.programme import load_shows
from demo.mercato.catalogue import load_goods
from demo.seed import COPIED, COPYING, SAMPLE, seed
from demo.tavola.places import load_places
from memory.errors import BadInput

TODAY = dt.date(2026, 11, 21)
FILES = sorted(path for path in SAMPLE.rglob("*") if path.is_file())
DIARIES = sorted((SAMPLE / "documents/diary").glob("*.md"))
VISITED = (
    "Casa Bruma",
    "Forno Adele",
    "Chez Odile",
    "Taberna Quinze",
    "Mizu",
    "Little Damascus",
    "Copper Kettle",
    "Hammer & Tongue",
)
# Where a place that she has never been to is named at all, and the words there that say it was no visit of hers.
MENTIONED = {
    "Lanterna": {"documents/diary/2026.md": "Walked past Lanterna"},
    "Quiet Anchor": {
        "documents/diary/2026.md": "Inês's boss, Ragna, was at the Quiet Anchor",
        "documents/guide/1-where-we-eat.md": "I haven't been",
        "documents/notes/want-to-try.txt": "Haven't been",
    },
    "Sete Mares": {"documents/blog/2023-10-08-the-crab-and-i.md": "I have never set foot in it"},
    "Golden Carp": {"documents/letters/2026-10-14-with-tomas.txt": "It is not the Golden Carp"},
    "Ortica": {},
    "Velvet Room": {},
    "Brasa Viva": {},
    "Alto Mare": {},
}
CLOSED = ("Bar Pimentón", "The Red Staircase", "The Drowned Bell", "Glass Pantry", "Long Gallery")
WENT = re.compile(r"\b(dinner|lunch\w*|tried|back at|ate|were there|leaving do|have eaten)\b", re.I)


def text(path: Path | str) -> str:
    """Read a file of the sample home with its line breaks flattened to spaces."""
    return " ".join((SAMPLE / path).read_text("utf-8").split())


def dated_sections(path: Path) -> list[tuple[dt.date, str, str]]:
    """Give (date, weekday, body) of each dated heading."""
    parts = re.split(r"^## (\d{4}-\d\d-\d\d), (\w+)\n", path.read_text("utf-8"), flags=re.M)
    return [(dt.date.fromisoformat(parts[i]), parts[i + 1], parts[i + 2]) for i in range(1, len(parts), 3)]


def test_enough_to_read_and_some_of_it_long() -> None:
    assert 28 <= len(FILES) <= 40
    assert {path.suffix for path in FILES} == {".md", ".txt", ".html", ".xml"}
    words = [len(path.read_text("utf-8").split()) for path in FILES]
    assert sum(count >= 800 for count in words) >= 3
    assert len(list((SAMPLE / "documents/blog").glob("*.md"))) >= 8


def test_about_says_who_it_is_and_that_it_is_a_sample() -> None:
    _, front, body = (SAMPLE / "memory/about.md").read_text("utf-8").split("---\n", 2)
    assert YAML(typ="safe").load(front) == {"name": "Marta Oliveira", "sample": True}
    assert "Old Town" in body
    assert "Inês" in body


@pytest.mark.parametrize("path", sorted((SAMPLE / "documents").rglob("*.md")), ids=lambda path: path.name)
def test_front_matter_dates_are_real_and_past(path: Path) -> None:
    content = path.read_text("utf-8")
    if content.startswith("---\n"):
        front = YAML(typ="safe").load(content.split("---\n", 2)[1])
        assert front["date"] <= TODAY
        if path.parent.name == "blog":
            assert path.name.startswith(front["date"].isoformat())


@pytest.mark.parametrize("path", DIARIES, ids=lambda path: path.stem)
def test_diary_days_are_the_weekdays_they_say_and_in_order(path: Path) -> None:
    sections = dated_sections(path)
    days = [day for day, _, _ in sections]
    assert len(days) >= 12
    assert days == sorted(set(days))
    assert all(str(day.year) == path.stem and day <= TODAY for day in days)
    assert [day.strftime("%A") for day in days] == [weekday for _, weekday, _ in sections]


def test_memory_dates_are_past_and_the_newest_word_on_spice_is_no() -> None:
    notes = [line for path in (SAMPLE / "memory").rglob("*.md") for line in path.read_text("utf-8").splitlines()]
    dated = [(dt.date.fromisoformat(m[1]), note) for note in notes if (m := re.search(r"\((\d{4}-\d\d-\d\d)\)$", note))]
    assert len(dated) >= 20
    assert max(dated)[0] <= TODAY
    spice = sorted(pair for pair in dated if re.search("fiery|spicy", pair[1], re.I))
    assert "I love fiery food" in spice[0][1]
    assert "over for me: reflux" in spice[-1][1]


@pytest.mark.parametrize("name", VISITED)
def test_visited_places_are_told_as_visits(name: str) -> None:
    pages = [*DIARIES, SAMPLE / "documents/guide/1-where-we-eat.md"]
    paragraphs = [part for page in pages for part in re.split(r"\n\s*\n", page.read_text("utf-8")) if name in part]
    assert any(WENT.search(part) for part in paragraphs)


def test_tavola_lists_the_places_she_knows_and_not_those_that_closed() -> None:
    listed = {place.name.removeprefix("The ") for place in load_places().values()}
    assert {*VISITED, *MENTIONED} <= listed
    assert not listed & {name.removeprefix("The ") for name in CLOSED}
    assert all(any(name in text(path) for path in FILES) for name in CLOSED)


@pytest.mark.parametrize("name", MENTIONED)
def test_places_never_visited_are_never_told_as_visits(name: str) -> None:
    named_in = {path.relative_to(SAMPLE).as_posix() for path in FILES if name in text(path)}
    assert named_in == set(MENTIONED[name])
    assert all(words in text(path) for path, words in MENTIONED[name].items())
    to_it = re.compile(rf"\b(dinner|lunch|table|back|tried|ate|eaten)\s+(at |in |by )?(the )?{name}", re.I)
    assert not any(to_it.search(text(path)) for path in FILES)


def test_the_allergies_are_stated_and_told() -> None:
    assert "I am allergic to shellfish" in text("memory/food.md")
    assert "vegetarian" in text("memory/people/ines.md")
    assert "Tomás has a peanut allergy" in text("memory/people/tomas.md")
    assert "allergic to shellfish" in text("documents/saved-interview-the-box-room.html")
    assert "We eat at eight." in text("memory/routines.md")


def test_what_the_assistant_did_is_in_the_diary_too() -> None:
    journal = (SAMPLE / "journal/2026-10.md").read_text("utf-8")
    tasks = re.findall(r"^## (\d{4}-\d\d-\d\d) \w+ at (.+)$", journal, flags=re.M)
    diary = {day: body for day, _, body in dated_sections(DIARIES[-1])}
    assert [place for _, place in tasks] == ["Mizu", "Little Damascus"]
    for day, place in tasks:
        on = dt.date.fromisoformat(day)
        assert place in diary.get(on, "") or place in diary[on + dt.timedelta(days=1)]


def test_the_feed_parses_with_html_inside() -> None:
    feed = feedparser.parse((SAMPLE / "documents/blog.xml").read_bytes())
    assert not feed.bozo
    assert len(feed.entries) == 5
    assert all(entry.published_parsed and "<p>" in entry.content[0].value for entry in feed.entries)
    assert len({entry.id for entry in feed.entries}) == 5


def test_the_saved_page_has_its_text_apart_from_its_furniture() -> None:
    page = LexborHTMLParser((SAMPLE / "documents/saved-interview-the-box-room.html").read_bytes())
    article = page.css_first("article")
    assert article is not None
    assert "shellfish" in article.text()
    assert "Subscribe" not in article.text()


def test_shop_events_and_hotels_have_something_to_rest_on() -> None:
    goods = {product.name: product for product in load_goods().values()}
    beanie = goods["Inspector's Beanie"].variant({"Size": "M", "Colour": "Slate"})
    assert beanie
    assert beanie.count
    assert "hat M" in text("memory/people/ines.md")
    safe = [p for p in goods.values() if "peanut-free" in p.tags]
    assert len(safe) >= 2
    choir = [show for show in load_shows() if show.name == "Advent with the Harbour Choir"]
    assert [(r.month, r.day) for r in choir[0].when] == [(12, 5), (12, 12), (12, 19)]
    assert "5, 12 and 19 December" in text("memory/evenings.md")
    houses = load_houses()
    assert "library" in houses["the-lighthouse-library"].good
    assert "viaduct" in houses["viaduct-house"].good


@pytest.mark.parametrize("made", [False, True], ids=["missing", "empty"])
def test_seed_fills_a_missing_or_empty_home(tmp_path: Path, made: bool) -> None:
    home = tmp_path / "deep" / "home"
    if made:
        home.mkdir(parents=True)
    assert seed(home)
    copied = {path.relative_to(home): path.read_bytes() for path in home.rglob("*") if path.is_file()}
    assert copied == {path.relative_to(SAMPLE): path.read_bytes() for path in FILES}
    assert not seed(home)


def test_seed_leaves_a_home_alone_that_holds_anything(tmp_path: Path) -> None:
    (tmp_path / "memory").mkdir()
    (tmp_path / "memory/food.md").write_text("- I live on toast.\n", "utf-8")
    assert not seed(tmp_path)
    assert [path.name for path in tmp_path.rglob("*")] == ["memory", "food.md"]
    assert (tmp_path / "memory/food.md").read_text("utf-8") == "- I live on toast.\n"


def test_seed_begins_again_after_a_copy_that_was_cut_short(tmp_path: Path) -> None:
    (tmp_path / COPYING / "memory").mkdir(parents=True)
    (tmp_path / COPYING / "memory/half.md").write_text("half", "utf-8")
    assert seed(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["documents", "evals", "journal", "memory"]
    assert not (tmp_path / "memory/half.md").exists()


def test_seed_finishes_a_move_that_was_cut_short(tmp_path: Path) -> None:
    seed(tmp_path / "home")
    home = tmp_path / "home"
    (home / COPIED).mkdir()
    (home / "journal").rename(home / COPIED / "journal")
    (home / "memory/food.md").write_text("mine now", "utf-8")
    assert seed(home)
    assert sorted(path.name for path in home.iterdir()) == ["documents", "evals", "journal", "memory"]
    assert (home / "memory/food.md").read_text("utf-8") == "mine now"


def test_seed_refuses_a_file(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("", "utf-8")
    with pytest.raises(BadInput, match="is a file"):
        seed(tmp_path / "home")
