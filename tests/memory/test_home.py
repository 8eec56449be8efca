from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from memory.errors import BadInput, Conflict, NotFound
from memory.home import FOLDERS, STARTER, Home


def test_open_makes_the_folders_and_copies_the_starter_files_once(tmp_path: Path) -> None:
    home = Home.open(tmp_path / "new")
    assert {p.name for p in home.root.iterdir()} == set(FOLDERS)
    assert {p.name for p in (home.root / "memory").iterdir()} == {p.name for p in STARTER.glob("*.md")}

    (home.root / "memory/food.md").write_text("mine")
    (home.root / "memory/people.md").unlink()
    Home.open(home.root)
    assert home.read("memory/food.md").text == "mine"
    assert not (home.root / "memory/people.md").exists()


def test_a_memory_folder_with_something_in_it_gets_no_starter_files(tmp_path: Path) -> None:
    (tmp_path / "memory").mkdir()
    (tmp_path / "memory/own.md").write_text("- I like tea")
    home = Home.open(tmp_path)
    assert [p.name for p in (home.root / "memory").iterdir()] == ["own.md"]


def test_a_root_that_cannot_be_a_home_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(BadInput, match="is a file"):
        Home.open(tmp_path / "file")
    with pytest.raises(BadInput, match="cannot be used as a home"):
        Home.open(Path("/proc/nowhere"))


@pytest.mark.parametrize(
    "rel",
    ["", "/etc/passwd", "../x", "memory/../../x", "memory/\0", "..\\x", "C:/x", "memory/out/passwd", "memory/link.md"],
)
def test_nothing_outside_home_is_reached(home: Home, rel: str) -> None:
    (home.root / "memory/out").symlink_to("/etc")
    (home.root / "memory/link.md").symlink_to("/etc/passwd")
    with pytest.raises(BadInput):
        home.resolve(rel)
    with pytest.raises(BadInput):
        home.write(rel, "x", None)


def test_a_write_names_the_version_it_read(home: Home) -> None:
    first = home.write("memory/a.md", "one\r\n", None)
    assert home.read("memory/a.md").text == "one\r\n"
    assert home.read("memory/a.md").etag == first
    with pytest.raises(Conflict, match="exists already"):
        home.write("memory/a.md", "two", None)
    (home.root / "memory/a.md").write_text("by hand")
    with pytest.raises(Conflict, match="has changed"):
        home.write("memory/a.md", "two", first)
    with pytest.raises(Conflict):
        home.delete("memory/a.md", first)
    home.delete("memory/a.md", home.read("memory/a.md").etag)
    with pytest.raises(NotFound):
        home.read("memory/a.md")


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 3), st.text(max_size=20)), max_size=12))
def test_only_the_version_that_was_read_is_replaced(
    tmp_path_factory: pytest.TempPathFactory, moves: list[tuple[int, str]]
) -> None:
    home = Home.open(tmp_path_factory.mktemp("home"))
    etags: list[str | None] = [None]
    now: str | None = None
    stands = ""
    for back, text in moves:
        based_on = etags[max(0, len(etags) - 1 - back)]
        try:
            etag = home.write("documents/a.md", text, based_on)
        except Conflict:
            assert based_on != now
        else:
            assert based_on == now
            now, stands = etag, text
            etags.append(etag)
    if now:
        assert home.read("documents/a.md").text == stands


def test_of_two_writers_with_one_version_one_wins(home: Home) -> None:
    etag = home.write("memory/a.md", "0", None)
    won: list[str] = []

    def write(text: str) -> None:
        try:
            home.write("memory/a.md", text, etag)
            won.append(text)
        except Conflict:
            pass

    threads = [threading.Thread(target=write, args=(f"w{n}",)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert won == [home.read("memory/a.md").text]


WRITER = """
import sys, pathlib
from memory.home import Home
home = Home.open(pathlib.Path(sys.argv[1])); print("ready", flush=True)
n = 0
while True:
    n += 1
    home.write("documents/a.md", str(n % 10) * 200_000, home.read("documents/a.md").etag)
"""


def test_a_killed_writer_leaves_the_old_or_the_new_file(home: Home) -> None:
    home.write("documents/a.md", "0" * 200_000, None)
    for kill in range(4):
        writer = subprocess.Popen([sys.executable, "-c", WRITER, str(home.root)], stdout=subprocess.PIPE)
        assert writer.stdout is not None
        writer.stdout.readline()
        time.sleep(0.02 + 0.017 * kill)
        writer.send_signal(signal.SIGKILL)
        writer.wait()
        text = home.read("documents/a.md").text
        assert len(text) == 200_000
        assert len(set(text)) == 1


OWNER = """
import sys, pathlib, time
from memory.home import Home
with Home.open(pathlib.Path(sys.argv[1])).lock("http://127.0.0.1:8000"):
    print("mine", flush=True); time.sleep(60)
"""


def test_a_second_owner_is_told_of_the_first(home: Home) -> None:
    owner = subprocess.Popen([sys.executable, "-c", OWNER, str(home.root)], stdout=subprocess.PIPE)
    assert owner.stdout is not None
    owner.stdout.readline()
    with pytest.raises(Conflict, match=f"{owner.pid}.*http://127.0.0.1:8000.*stop it"), home.lock():
        pass
    owner.kill()
    owner.wait()
    with home.lock("http://127.0.0.1:9000"):
        assert home.owner() == {"pid": os.getpid(), "url": "http://127.0.0.1:9000"}
    assert home.owner() == {}


def test_a_sample_home_says_whose(home: Home) -> None:
    assert home.sample is None
    (home.root / "memory/about.md").write_text("---\nsample: true\nname: Ada\n---\n# About\n")
    assert home.sample == "Ada"
    (home.root / "memory/about.md").write_text("---\nsample: [\n---\n")
    assert home.sample is None
