from __future__ import annotations

import subprocess
from pathlib import Path

from memory.history import History
from memory.home import Home


def git(folder: Path, *words: str) -> str:
    identity = ["-c", "user.name=a", "-c", "user.email=a@b"]
    return subprocess.run(
        ["git", "-C", str(folder), *identity, *words], capture_output=True, text=True, check=True
    ).stdout


def test_a_new_home_begins_its_history_with_what_is_there(home: Home) -> None:
    (home.root / "memory/a.md").write_text("- mine\n")
    History(home)
    assert git(home.root, "ls-files").split() == [".gitignore", "memory/a.md"]
    (home.root / "runs/t").mkdir()
    (home.root / "runs/t/page.png").touch()
    (home.root / "state/x").touch()
    assert git(home.root, "status", "--short") == ""
    History(home)
    assert git(home.root, "rev-list", "--count", "HEAD") == "1\n"


def test_a_home_that_is_a_repository_keeps_its_past_and_its_staged_work(home: Home) -> None:
    (home.root / "memory/a.md").write_text("- mine\n")
    git(home.root, "init", "-q")
    git(home.root, "add", "memory/a.md")
    git(home.root, "commit", "-q", "-m", "my own")
    (home.root / "memory/b.md").write_text("- ours\n")
    (home.root / "memory/staged.md").write_text("- not yet\n")
    git(home.root, "add", "memory/staged.md")
    assert History(home).commit("Remember b", ["memory/b.md"])
    assert git(home.root, "log", "--format=%s").split("\n") == ["Remember b", "my own", ""]
    assert git(home.root, "show", "--format=", "--name-only", "HEAD") == "memory/b.md\n"
    assert git(home.root, "status", "--short") == "A  memory/staged.md\n"
    assert not (home.root / ".gitignore").exists()


def test_a_home_inside_somebodys_repository_is_left_alone(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    home = Home.open(tmp_path / "home")
    history = History(home)
    assert str(tmp_path) in history.why_not
    assert history.commit("x", ["memory/about.md"]) is None
    assert not (home.root / ".git").exists()


def test_a_home_that_the_repository_above_ignores_has_its_own(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    (tmp_path / ".gitignore").write_text("/home/\n")
    home = Home.open(tmp_path / "home")
    history = History(home)
    assert history.why_not == ""
    assert git(home.root, "log", "--format=%s") == "Begin this home's history\n"


def test_a_lock_left_by_another_git_loses_no_note(home: Home) -> None:
    history = History(home)
    (home.root / ".git/index.lock").touch()
    (home.root / "memory/a.md").write_text("- mine\n")
    assert history.commit("x", ["memory/a.md"]) is None
    (home.root / ".git/index.lock").unlink()
    assert history.commit("x", ["memory/a.md"])


def test_a_lock_that_a_killed_process_left_is_taken_away_and_that_of_another_is_not(home: Home) -> None:
    (home.root / "memory/a.md").write_text("- mine\n")
    History(home)
    branch = git(home.root, "symbolic-ref", "HEAD").strip()
    lock = home.root / ".git" / f"{branch}.lock"
    lock.touch()
    (home.root / "memory/a.md").write_text("- mine\n- more\n")
    assert History(home).commit("Locked", ["memory/a.md"]) is None

    lock.unlink()
    (home.root / "state/committing").touch()
    lock.touch()
    assert History(home).commit("Go on", ["memory/a.md"])
