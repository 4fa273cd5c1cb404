"""A back-test of sprints that were lived through says what was said: to whom, when to the minute, what, and why."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import pytest

from bot.backtest.days import Days as Tried
from bot.backtest.folder import Folder
from bot.backtest.trial import Trial
from models.actions import TellAdmins, addressee
from models.directives_file import load
from models.presses import Answered, Away, Hushed, Lifted, Pressed, PutOffTill, Wished
from models.recollection import Carried, Recollection
from tests.backtest.live import FORTNIGHT, MONDAY, TEAM, living
from tests.backtest.passing import DAY
from tests.world import in_memory

pytestmark = pytest.mark.anyio

Line = tuple[str, str, str, str, str, str]


async def lived_and_tried(
    folder: Path, sprints: int, length: timedelta, seed: int
) -> tuple[list[Line], list[Line], Tried]:
    """What the live run of those days sent, what a back-test of them says, and what it was given."""
    end = MONDAY + sprints * length
    async with living(folder, sprints, length, seed) as live:
        await live.live_until(end)
        seen = Recollection(live.app.database)
        sent, presses = await seen.carried(), await seen.presses(TEAM, MONDAY, end)
        said, texts = [*sent], live.workspace.texts
    stops = tuple(MONDAY + n * length for n in range(1, sprints))
    given = Tried(
        sprints=("WEB",), begin=MONDAY, end=end, tellings={TEAM: live.kept}, stops=stops, presses=presses, checksum="1"
    )
    tried = Folder(folder / "tried")
    tried.make()
    law = load(folder / "directives.yaml")
    await Trial(given, tried).of(folder / "directives.yaml", law, law)
    again = await carried_in(tried.scratch(law.version))
    return lines_of(said, texts), lines_of(again, {}), given


async def carried_in(scratch: Path) -> list[Carried]:
    from bot.backtest.walk.clock import SetClock
    from models.scratch import Scratch

    database = Scratch(f"sqlite:///{scratch}", SetClock(MONDAY))
    found = await Recollection(database).carried()
    await database.close()
    return found


def lines_of(carried: Sequence[Carried], texts: dict[str, str]) -> list[Line]:
    """To whom, when, what and why, but for what tells of the running of the agent itself: on paper nothing runs."""
    return [_line(each, texts) for each in carried if not isinstance(each.effect.action, TellAdmins)]


def _line(each: Carried, texts: dict[str, str]) -> Line:
    effect = each.effect
    assert effect.ended is not None
    to = addressee(effect.action) or getattr(effect.action, "channel", None) or getattr(effect.action, "issue", "")
    said = effect.receipt.get("text") or texts.get(effect.id, "")
    kind = effect.action.kind
    words = "" if kind == "comment_on_issue" else said  # what Jira was told stands in the action, behind the id
    why = each.decision.reason if each.decision is not None else ""
    return f"{effect.ended:%d %b %H:%M}", str(to), kind, effect.id, words, f"{effect.proposal.rule}: {why}"


async def test_three_sprints_tried_say_what_three_sprints_lived_said(tmp_path: Path) -> None:
    with in_memory(tmp_path) as folder:
        live, tried, given = await lived_and_tried(folder, 3, 4 * DAY, seed=40)
    assert tried == live
    pressed = {type(press) for press in given.presses}
    wanted = {Answered, Away, Hushed, Lifted, Pressed, PutOffTill, Wished}
    assert pressed >= wanted, "long enough to mean something"
    assert len(live) > 40


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(1, 5))
async def test_three_fortnights_tried_say_what_they_lived_said(tmp_path: Path, seed: int) -> None:
    with in_memory(tmp_path) as folder:
        live, tried, _ = await lived_and_tried(folder, 3, FORTNIGHT, seed)
    assert tried == live
