"""Small real documents, made by the libraries that people's programs use, and ways to break them."""

from __future__ import annotations

import io
import random
import zipfile
from collections.abc import Sequence

import docx
from fpdf import FPDF
from fpdf.enums import AccessPermission

CHAT = """12/05/25, 18:02 - Messages and calls are end-to-end encrypted.
12/05/25, 18:03 - Ada: Any food that you avoid?
12/05/25, 18:04 - Bo: Peanuts,
and anything with celery
13/05/25, 09:00 - Ada: <Media omitted>
13/05/25, 09:01 - Ada: The quiet table was lovely: again?
"""
TABLE = 'Place;City;Visited\nCafé Sol;"Lund; old town";2025-05-01\n\n"The\nBarn";Ystad;2025-06-02\n'
FEED = """<?xml version="1.0"?><rss version="2.0"><channel><title>Blog</title><item><title>Soup</title>
<description>&lt;p&gt;Broth &lt;b&gt;first&lt;/b&gt;.&lt;/p&gt;</description></item></channel></rss>"""
PAGE = "<!doctype html><html><body><h1>Rooms</h1><p>A <b>corner</b> table.</p><ul><li>quiet</li></ul></body></html>"
NOTES = "---\ntitle: Rooms\n---\n# Rooms\n\n- quiet\n  - a corner (2025-05-01)\n\n| a | b |\n|---|---|\n| x | y |\n"


def pdf(pages: Sequence[str], titles: Sequence[str] = (), password: str = "", head: str = "") -> bytes:
    """One page per text; `titles` are headings with bookmarks above them, `head` runs at the top with a number."""
    paper = FPDF()
    paper.set_title("Handbook")
    if password:
        paper.set_encryption(owner_password=password, user_password=password, permissions=AccessPermission.none())
    for number, text in enumerate(pages, 1):
        paper.add_page()
        paper.set_font("Helvetica", size=12)
        if head:
            paper.cell(text=f"{head} {number}", new_x="LMARGIN", new_y="NEXT")
        if titles and titles[number - 1]:
            paper.start_section(titles[number - 1])
            paper.cell(text=f"{number} {titles[number - 1]}", new_x="LMARGIN", new_y="NEXT")
        paper.multi_cell(0, text=text)
    return bytes(paper.output())


def scan() -> bytes:
    """Two pages of nothing but a picture."""
    paper = FPDF()
    for _ in range(2):
        paper.add_page()
        paper.rect(20, 20, 100, 100, style="F")
    return bytes(paper.output())


def word() -> bytes:
    """A document with headings, lists and a table."""
    paper = docx.Document()
    paper.core_properties.title = "Trip & notes"
    paper.add_heading("Lund", 1)
    paper.add_paragraph("Small rooms suit me.")
    paper.add_heading("Places", 2)
    paper.add_paragraph("The Barn", style="List Bullet")
    paper.add_paragraph("ask for the corner", style="List Bullet 2")
    table = paper.add_table(2, 2)
    for cell, text in zip((c for row in table.rows for c in row.cells), ("Place", "Dish", "Sol", "soup"), strict=True):
        cell.text = text
    paper.add_heading("12 May 2025", 2)
    paper.add_paragraph("Two of us ate there.")
    out = io.BytesIO()
    paper.save(out)
    return out.getvalue()


def repacked(package: bytes, name: str, part: bytes) -> bytes:
    """A DOCX with one of its parts replaced."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(package)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            new.writestr(entry.filename, part if entry.filename == name else old.read(entry))
    return out.getvalue()


def samples() -> dict[str, bytes]:
    """One of each kind, by file name."""
    texts = {"chat.txt": CHAT, "table.csv": TABLE, "feed.xml": FEED, "page.html": PAGE, "notes.md": NOTES}
    paged = pdf(["Soup is served from noon. " * 40, "Bread is baked at six. " * 40], ["Soup", "Bread"], head="Handbook")
    return {name: text.encode() for name, text in texts.items()} | {"handbook.pdf": paged, "trip.docx": word()}


def broken(data: bytes, other: bytes, rng: random.Random) -> bytes:
    """A file after bit flips, a cut, a splice with another file, a repetition, or several of them."""
    if data.startswith(b"PK") and rng.random() < 0.7:  # or hardly anything but its checksums is ever tried
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            name = rng.choice([n for n in package.namelist() if n.startswith("word/") and n.endswith(".xml")])
            return repacked(data, name, broken(package.read(name), other, rng))
    for _ in range(rng.randint(1, 3)):
        at = rng.randrange(len(data) + 1)
        match rng.randrange(5):
            case 0:
                flipped = bytearray(data)
                for place in rng.choices(range(len(data)), k=rng.randint(1, 40)) if data else ():
                    flipped[place] ^= 1 << rng.randrange(8)
                data = bytes(flipped)
            case 1:
                data = data[:at]
            case 2:
                data = data[:at] + other[rng.randrange(len(other)) :]
            case 3:
                data = data[:at] + data[at : at + rng.randint(1, 99)] * rng.randint(2, 999) + data[at:]
            case _:
                data = data[:at] + rng.choice(TOKENS) * rng.choice((1, 1, 50, 5000)) + data[at:]
    return data


TOKENS = (
    b"\0",
    b"<",
    b"<div>",
    b"&#x0;",
    b"<!ENTITY a '&a;'>",
    b"\xff\xfe",
    b"\r",
    b'"',
    b"> ",
    b"- ",
    b"[",
    b"\x1b[31m",
)
TOKENS += (
    b"stream\n",
    b"<< /Length 99999999 >>",
    b"0 0 obj",
    b"PK\x05\x06",
    b"\xed\xa0\x80",
    b"12/05/25, 18:02 - X: y\n",
)
