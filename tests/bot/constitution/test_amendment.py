"""The difference that is shown would come into force as it is, and forbid exactly that; the file is never written."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.constitution.amendment import never_again
from models.directives_file import load, parse
from models.proposals import Verdict
from models.written import Text, Written, look_up
from planner.policy import law_of
from tests.planner.asked.pressed.test_edits import CLOSE, GIVE, MOVE, POST, RAISE, SET
from tests.world import CONSTITUTION

_HUNK = re.compile(r"@@ -(\d+)")


def applied(text: str, diff: str) -> str:
    """As ``patch`` does it, and as strictly: every line of the difference must be where it says."""
    lines, made, at = text.splitlines(), list[str](), 0
    for line in diff.splitlines()[2:]:
        if found := _HUNK.match(line):
            begin = int(found[1]) - 1
            made, at = [*made, *lines[at:begin]], begin
        elif line[:1] == "+":
            made.append(line[1:])
        else:
            assert lines[at] == line[1:], line
            made += [line[1:]] if line[:1] == " " else []
            at += 1
    return "\n".join([*made, *lines[at:], ""])


KINDS = [GIVE, MOVE, POST, SET, CLOSE, RAISE]


@pytest.mark.parametrize("action", KINDS, ids=lambda action: action.kind)
def test_what_is_shown_can_be_applied_and_forbids_it(action: object, tmp_path: Path) -> None:
    diff = never_again(look_up(CONSTITUTION), action.kind)  # type: ignore[attr-defined]
    file = tmp_path / "directives.yaml"
    file.write_text(applied(CONSTITUTION.read_text(encoding="utf-8"), diff), encoding="utf-8")
    assert law_of(action, load(file)).verdict is Verdict.DENY  # type: ignore[arg-type]


def test_the_line_about_it_is_changed_where_it_stands() -> None:
    diff = never_again(look_up(CONSTITUTION), "reassign")
    changed = [line for line in diff.splitlines() if line[:1] in "+-" and line[:3] not in ("+++", "---")]
    assert changed == [
        "-      says: Reassigning a ticket needs the PM's confirmation.",
        "-      rule: {ask: reassign, of: pm}",
        "+      says: Never reassign.",
        "+      rule: {never: reassign}",
    ]


def test_a_line_about_several_things_stays_and_gets_one_beside_it() -> None:
    diff = never_again(look_up(CONSTITUTION), "close_issue")
    assert "-" not in {line[:1] for line in diff.splitlines()[2:]}
    assert "+      rule: {never: close_issue}" in diff


def test_what_cannot_be_made_out_is_no_difference() -> None:
    broken = Written("d", (Text("d", b"constitution: 1\nteams: []\n"),))
    assert never_again(broken, "reassign") == ""


def test_the_file_is_not_touched() -> None:
    before = CONSTITUTION.read_bytes()
    never_again(look_up(CONSTITUTION), "reassign")
    assert CONSTITUTION.read_bytes() == before and parse(before.decode(), "d")
