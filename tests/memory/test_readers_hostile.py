"""Whatever the bytes are: a reading, or a sentence that says why not, in bounded time; and the reader lives on."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from memory.chunk import chunks_of
from memory.errors import BadInput
from memory.readers import WORKER, read_document
from memory.readers.apart import ROOT, Worker
from tests.memory.samples import broken, samples

SAMPLES = samples()
PAGE = b"<!doctype html><p>Still here.</p>"
SLOW = b"<div>" * 1_000_000  # each looks at all that are open above it


def read(path: str, data: bytes) -> str:
    """How it ended; fails where it is anything but the two ways."""
    try:
        reading = read_document(path, data)
    except BadInput as error:
        return "refused" if str(error).endswith(".") else str(error)
    for chunk in chunks_of(path, reading):
        assert chunk.text in reading.text
        chunk.text.encode()
    return "read"


@pytest.mark.parametrize("name", SAMPLES)
def test_broken_files_are_read_or_refused(name: str) -> None:
    ends = set()
    for seed in range(25):
        rng = random.Random(f"{name} {seed}")
        ends.add(read(f"documents/{name}", broken(SAMPLES[name], SAMPLES[rng.choice(list(SAMPLES))], rng)))
    assert ends <= {"read", "refused"}
    assert read(f"documents/{name}", SAMPLES[name]) == "read"


@settings(deadline=None, max_examples=150)
@given(st.sampled_from(["md", "txt", "html", "xml", "csv", "pdf", "docx", "tsv", "rss"]), st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(suffix: str, data: bytes) -> None:
    magic = {"pdf": b"%PDF-1.7\n", "docx": b"PK\x03\x04word/document.xml"}.get(suffix, b"")
    read(f"documents/a.{suffix}", magic + data)


@settings(deadline=None)
@given(st.text(max_size=600), st.sampled_from(["utf-8", "utf-16", "utf-16-le", "cp1252", "utf-32"]))
def test_any_text_in_any_encoding_is_read_or_refused(text: str, encoding: str) -> None:
    read("documents/a.txt", text.encode(encoding, "replace"))


@pytest.mark.parametrize(
    ("path", "data"),
    [
        ("bullets.md", b"- a\n" * 2_000_000),
        ("line.txt", b"ten bytes " * 1_000_000),
        ("quotes.md", b"> " * 120_000 + b"deep"),
        ("list.md", b"- " * 100_000 + b"deep"),
        ("brackets.md", b"[" * 240_000),
        ("yaml.md", b"---\na: " + b"[" * 60_000 + b"\n---\n- hi\n"),
        ("deep.html", b"<b>" * 100_000 + b"deep"),
        ("laughs.xml", b"<!DOCTYPE r [<!ENTITY a 'ha'>"
         + b"".join(b"<!ENTITY %c '%s'>" % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(12))
         + b"]><rss><channel><item><title>&m;</title></item></channel></rss>"),
        ("controls.txt", b"Clear \x1b[2J\x07 the screen, and read on for a good long while after that." * 9),
        ("quote.csv", b'a,b\n"' + b"x,y\n" * 400_000),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_bombs_take_bounded_time(path: str, data: bytes) -> None:
    began = time.monotonic()
    read(f"documents/{path}", data)
    assert time.monotonic() - began < 60


def test_control_characters_reach_no_terminal() -> None:
    text = read_document("documents/a.txt", b"Clear \x1b[2J the screen. " * 40).text
    assert text.startswith("Clear  [2J the screen.")
    assert text.isprintable()


@pytest.mark.parametrize(
    ("data", "text"),
    [
        ("Smörgås at noon".encode("utf-16-le"), "Smörgås at noon"),
        ("Smörgås at noon".encode("utf-32"), "Smörgås at noon"),
        ("Smörgås, små rum, och kött".encode()[:-1], "Smörgås, små rum, och köt"),
        ("Smörgås och kött, ".encode() * 3 + b"\xff", "Smörgås och kött, " * 3 + "\ufffd"),
        (b"Kept as it was." + b"\0" * 4096, "Kept as it was."),
    ],
    ids=["utf-16 without mark", "utf-32", "utf-8", "one broken byte", "a tail of zeros"],
)
def test_encodings_that_lie(data: bytes, text: str) -> None:
    assert read_document("documents/a.txt", data).text == text


def test_a_crash_is_told_and_the_next_file_is_read() -> None:
    worker = Worker()
    try:
        assert worker.read("html", PAGE).text == "Still here."
        assert worker._process
        # Into the middle of a file that takes long, the signal that a parser's crash would be.
        threading.Timer(1, os.kill, (worker._process.pid, signal.SIGSEGV)).start()
        with pytest.raises(BadInput, match=r"crashed its reader .SIGSEGV."):
            worker.read("html", SLOW)
        assert worker.read("html", PAGE).text == "Still here."
    finally:
        worker.stop(kill=True)


def test_a_parser_that_hangs_is_ended() -> None:
    worker = Worker(seconds=1)
    try:
        with pytest.raises(BadInput, match="longer than 1 seconds"):
            worker.read("html", SLOW)
        assert worker.read("html", PAGE).text == "Still here."
    finally:
        worker.stop(kill=True)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux keeps a process to its memory")
def test_a_parser_that_eats_memory_is_stopped() -> None:
    worker = Worker(memory=300_000_000)
    try:
        with pytest.raises(BadInput, match=r"more than 0.3 GB of memory"):
            worker.read("markdown", b"- a\n" * 240_000)
        assert worker.read("html", PAGE).text == "Still here."
    finally:
        worker.stop(kill=True)


def test_an_idle_process_ends_and_the_next_file_starts_another() -> None:
    worker = Worker(idle=1)
    try:
        worker.read("html", PAGE)
        process = worker._process
        assert process
        assert process.wait(20) == 0
        assert worker.read("html", PAGE).text == "Still here."
        assert worker._process is not process
    finally:
        worker.stop(kill=True)


def test_the_process_knows_no_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GEMINI_API_KEY", "secret-canary")
    worker = Worker()
    try:
        worker.read("html", PAGE)
        assert worker._process
        if sys.platform == "linux":
            with open(f"/proc/{worker._process.pid}/environ", "rb") as environment:
                assert b"secret-canary" not in environment.read()
    finally:
        worker.stop(kill=True)


def test_the_process_ends_with_the_one_that_asked() -> None:
    program = (
        "from memory.readers import WORKER, read_document\n"
        f"read_document('documents/a.html', {PAGE!r})\n"
        "print(WORKER._process.pid, flush=True)\n"
        "import os; os.kill(os.getpid(), 9)\n"
    )
    told = subprocess.run([sys.executable, "-c", program], cwd=ROOT, stdout=subprocess.PIPE, text=True, check=False)
    pid = int(told.stdout)
    for _ in range(100):
        try:
            os.kill(pid, 0)
            if _zombie(pid):
                return
        except ProcessLookupError:
            return
        time.sleep(0.1)
    pytest.fail("the process outlived the one that asked")


def _zombie(pid: int) -> bool:
    try:
        with open(f"/proc/{pid}/stat") as stat:
            return stat.read().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


def test_documents_are_read_in_the_one_process_that_is_warm() -> None:
    read_document("documents/a.html", PAGE)
    warm = WORKER._process
    read_document("documents/a.pdf", SAMPLES["handbook.pdf"])
    assert WORKER._process is warm
