"""A back-test's folder belongs to one back-test at a time, forgets all of it on demand, and does not grow for ever."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from bot.backtest import folder as room
from bot.backtest.folder import Folder, History
from bot.backtest.report.pictures import Gallery
from models.errors import OperatorError
from tests.backtest.live import MONDAY, TEAM
from tests.backtest.test_pictures import BERLIN, past

HISTORY = History(sprints=("A",), begin=MONDAY, end=MONDAY + timedelta(days=14), past=past(1))


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    made = Folder(tmp_path / "own")
    made.make()
    return made


def walked(folder: Folder, *constitutions: str) -> None:
    for age, name in enumerate(constitutions):
        folder.scratch(name).write_bytes(name.encode())
        folder.keep(name, "tried", MONDAY)
        for file in folder.path.glob(f"kept-{name}.*"):
            os.utime(file, (1_000 + age, 1_000 + age))


def names(folder: Folder) -> set[str]:
    return {file.name for file in folder.path.iterdir() if not file.name.startswith(".")}


def test_a_second_back_test_in_one_folder_is_told_of_the_first_and_touches_nothing(folder: Folder) -> None:
    with folder.alone():
        walked(folder, "one")
        told = r"another back-test runs in .*own\. Wait for it, or name another"
        with pytest.raises(OperatorError, match=told), Folder(folder.path).alone():
            folder.empty()
        assert "walk-one.db" in names(folder)
    with Folder(folder.path).alone():
        pass


def test_anew_forgets_all_of_it_and_nothing_else(folder: Folder) -> None:
    walked(folder, "one")
    folder.keep_history(TEAM, "asked", HISTORY)
    folder.keep_earlier(TEAM, "sprints", "rules", ())
    (folder.path / "mine.txt").write_text("stays")
    folder.empty()
    assert names(folder) == {"mine.txt"}


def test_walks_go_when_they_are_told_and_the_last_two_constitutions_are_kept(folder: Folder) -> None:
    walked(folder, "old", "mine", "new")
    folder.tidy("mine")
    assert names(folder) == {"kept-mine.db", "kept-mine.json", "kept-new.db", "kept-new.json"}
    assert folder.begun("mine", "tried") == MONDAY


def test_what_was_kept_in_another_form_is_read_anew(folder: Folder, other_form: Callable[[], None]) -> None:
    folder.keep_history(TEAM, "asked", HISTORY)
    folder.keep_earlier(TEAM, "sprints", "rules", ())
    assert folder.history(TEAM, "asked") == HISTORY and folder.earlier(TEAM, "sprints", "rules") == ()
    other_form()
    assert folder.history(TEAM, "asked") is None and folder.earlier(TEAM, "sprints", "rules") is None


@pytest.fixture
def other_form(folder: Folder) -> Callable[[], None]:
    """The program's form of keeping goes on: what lies there is of the one before."""

    def older() -> None:
        history, earlier = folder.history(TEAM, None), folder.earlier(TEAM, None, "rules")
        assert history is not None and earlier is not None
        folder.keep_history(TEAM, "asked", history, form=room.FORM - 1)
        folder.keep_earlier(TEAM, "sprints", "rules", earlier, form=room.FORM - 1)

    return older


@pytest.mark.parametrize(("asked", "rules"), [("others", "rules"), ("sprints", "another calendar")])
def test_earlier_sprints_of_other_words_are_read_anew(folder: Folder, asked: str, rules: str) -> None:
    folder.keep_earlier(TEAM, "sprints", "rules", ())
    assert folder.earlier(TEAM, asked, rules) is None
    assert folder.earlier(TEAM, None, "rules") == ()


def test_earlier_sprints_that_were_changed_since_are_read_anew(folder: Folder) -> None:
    ended = Gallery(past(1), BERLIN).ended
    folder.keep_earlier(TEAM, "sprints", "rules", ended)
    assert folder.earlier(TEAM, "sprints", "rules") == ended
    [file] = folder.path.glob("*.earlier.json")
    file.write_text(file.read_text().replace(": 12.0", ": 13.0"))
    assert folder.earlier(TEAM, "sprints", "rules") is None
