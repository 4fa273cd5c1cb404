"""What a back-test says that rebuilds its days from Jira and Bitbucket is what was said on them.

Nothing the mirror held reaches the back-test: histories come over HTTP, presses and absences from the agent's ledger.
Three things differ by nature, and are taken out on both sides:
- how old the data was: in life some minutes, and nobody knows afterwards how many; rebuilt facts are of the moment;
- the ids of questions, which carry the very instant of the look that asked, and so the half second a webhook took;
- the minutes somebody took to answer, for the same half second when they are rounded.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.backtest.days import Days
from bot.backtest.fetch import Wanted, days_of
from bot.backtest.folder import Folder
from bot.backtest.trial import Trial
from models.database import Database
from models.directives_file import load
from models.foresight import Foresight
from models.ids import SprintId
from models.ledger import Ledger
from models.lessons import Observation
from models.recollection import Recollection
from models.scratch import Scratch
from tests.backtest.live import TEAM
from tests.backtest.passing import A_BREATH, DAY, HOUR
from tests.backtest.test_equal import lines_of
from tests.backtest.vendors import recorded
from tests.world import in_memory

pytestmark = pytest.mark.anyio

UNKNOWABLE = re.compile(r"(?:Jira|Bitbucket|Jira and Bitbucket) (?:under )?\d+ \w+ old(?: · )?|id `[0-9a-f]{20}`")


@dataclass
class Told:
    """What came of some days."""

    said: list[tuple[str, ...]]
    """When to the minute, to whom, how, what, why."""
    foretold: set[tuple[SprintId, date, float]]
    learnt: list[tuple[Any, ...]]
    """Of whom, what, by which rule."""

    @classmethod
    async def of(cls, database: Database, sprints: Iterable[int], texts: dict[str, str]) -> Told:
        """What was said, foretold of ``sprints``, and learnt, as that database has it."""
        made = [f for sprint in sprints for f in await Foresight(database).of_sprint(TEAM, SprintId(sprint))]
        seen = (await Ledger(database, database.clock).experience(TEAM)).observations
        carried = lines_of(await Recollection(database).carried(), texts)
        return cls(
            said=sorted((when, to, kind, UNKNOWABLE.sub("", text), why) for when, to, kind, _, text, why in carried),
            foretold={(each.sprint, each.day, round(each.chance, 9)) for each in made},
            learnt=sorted((o.person, o.what.value, o.about, *_of(o)) for o in seen if o.person is not None),
        )


def _of(seen: Observation) -> list[tuple[str, Any]]:
    """Half a second of a webhook's way may be another minute when it is rounded."""
    return sorted((name, value) for name, value in seen.value.items() if name != "minutes")


async def lived_and_rebuilt(folder: Path, sprints: int, length: timedelta, seed: int) -> tuple[Told, Told, Days]:
    """What a live run came to, what a back-test of it comes to, and what that was given."""
    tried = Folder(folder / "tried")
    tried.make()
    async with recorded(folder, sprints, length, seed) as live:
        end = live.ends(sprints, length)
        await live.live_until(end - A_BREATH)
        known = [*live.simulator.company.sprints]
        lived = await Told.of(live.app.database, known, live.workspace.texts)
        await live.live_until(end)  # only a sprint that is over can be tried
        law = load(folder / "directives.yaml")
        days = await days_of(Wanted(last=sprints), law, live.pasts, tried, live.app.database)
    await Trial(days, tried).of(folder / "directives.yaml", law, law)
    database = Scratch(f"sqlite:///{tried.scratch(law.version)}", live.clock)
    rebuilt = await Told.of(database, known, {})
    await database.close()
    return lived, rebuilt, days


async def test_a_day_rebuilt_from_the_vendors_says_what_that_day_said(tmp_path: Path) -> None:
    with in_memory(tmp_path) as folder:
        lived, rebuilt, days = await lived_and_rebuilt(folder, 1, 9 * HOUR, seed=11)
    assert rebuilt == lived
    assert len(lived.said) > 3 and lived.foretold and lived.learnt, "long enough to mean something"
    assert days.since is None, "the agent began with the sprint"


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(1, 4))
async def test_two_sprints_rebuilt_from_the_vendors_say_what_they_said(tmp_path: Path, seed: int) -> None:
    with in_memory(tmp_path) as folder:
        lived, rebuilt, days = await lived_and_rebuilt(folder, 2, 5 * DAY, seed)
    assert rebuilt == lived
    assert any("forecast" in what for _, _, _, what, _ in lived.said), "a forecast is told"
    assert len(lived.said) > 40 and len({type(press) for press in days.presses}) >= 4
