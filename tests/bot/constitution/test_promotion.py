"""The difference that would let a line or an action go further: small, valid as it is, and nothing else with it."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.constitution.promotion import with_mode
from models.directives import Mode
from models.directives_file import parse, understand
from models.ids import TeamId
from models.written import Text, Written

TEXT = (Path(__file__).parents[3] / "directives.yaml").read_text(encoding="utf-8")
SHADOW = TEXT.replace("mode: act ", "mode: shadow ")
PAYMENTS = TeamId("payments")
BEFORE = {
    "none yet": SHADOW,
    "others already": SHADOW.replace("    mode: shadow ", "    modes:\n      due-dates: suggest\n    mode: shadow "),
    "on one line": SHADOW.replace("    mode: shadow ", "    modes: {due-dates: suggest}\n    mode: shadow "),
    "an empty one": SHADOW.replace("    mode: shadow ", "    modes: {}\n    mode: shadow "),
    "its own": SHADOW.replace("    mode: shadow ", "    modes:\n      review-8-hours: shadow\n    mode: shadow "),
}


def written(text: str) -> Written:
    return Written("directives.yaml", (Text("directives.yaml", text.encode()),))


def patched(text: str, diff: str) -> str:
    """The text with a unified difference of one place applied."""
    old = [line[1:] for line in diff.splitlines(keepends=True)[3:] if line[0] in " -"]
    new = [line[1:] for line in diff.splitlines(keepends=True)[3:] if line[0] in " +"]
    assert text.count("".join(old)) == 1
    return text.replace("".join(old), "".join(new))


@pytest.mark.parametrize("name", BEFORE)
def test_what_is_shown_comes_into_force_as_it_is_and_changes_nothing_else(name: str) -> None:
    before = understand(written(BEFORE[name]))
    after = parse(
        patched(BEFORE[name], with_mode(written(BEFORE[name]), PAYMENTS, "review-8-hours", Mode.SUGGEST)), "x"
    )
    assert after.teams[0].modes == {**before.teams[0].modes, "review-8-hours": Mode.SUGGEST}
    as_before = after.teams[0].model_copy(update={"modes": before.teams[0].modes})
    assert as_before == before.teams[0]
    assert after.model_copy(update={"teams": before.teams, "version": before.version}) == before


@pytest.mark.parametrize("name", ["review-8-ours", "remind_persons"])
def test_what_could_not_come_into_force_is_not_shown(name: str) -> None:
    assert with_mode(written(SHADOW), PAYMENTS, name, Mode.SUGGEST) == ""
    assert with_mode(written(SHADOW), TeamId("nobody"), "review-8-hours", Mode.SUGGEST) == ""
    assert with_mode(written("nonsense: ["), PAYMENTS, "review-8-hours", Mode.SUGGEST) == ""
