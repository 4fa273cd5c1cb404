"""What was worked out for one question serves the next: never past a change of the work, the law or the time."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime

import pytest

from models.directives import Directives
from models.ids import SprintId, TeamId
from models.work import Absence, Facts, Progress
from planner.asked.here import NOWHERE
from planner.asked.questions import AskStatus
from planner.asked.work import about_work, seen
from planner.detect import detect
from planner.ports import Desk
from planner.reasoning import RulesMind
from planner.words.replies import StatusReply
from tests.planner.test_stories import Book
from tests.planner.world import DAY, HOUR, LAW, NOON, TEAM, constitution, facts, issue, line, people, sprint

pytestmark = pytest.mark.anyio

HELD_UP = issue(1, status="Stuck")
DONE = issue(2, progress=Progress.DONE)
HELD = facts(HELD_UP, DONE, issue(3, None), issue(4, flagged_since=NOON - HOUR))


@dataclass
class World:
    """A mirror that shows the very same until it is changed, and a clock that can be moved."""

    held: Facts = HELD
    at: datetime = NOON

    async def facts_about(self, team: TeamId) -> Facts:
        return self.held

    def now(self) -> datetime:
        return self.at

    def real(self) -> datetime:
        return self.at

    def monotonic(self) -> float:
        return 0.0


@dataclass
class Question:
    """Asked of one world again and again, each time by one law."""

    world: World = field(default_factory=World)
    law: Directives = LAW

    @property
    def desk(self) -> Desk:
        world = self.world
        return Desk(clock=world, directives=self.law, work=world, mind=RulesMind(), ledger=Book(), hands={})

    async def ask(self) -> StatusReply:
        reply = await about_work(AskStatus(), None, TEAM, self.desk, NOWHERE)
        assert isinstance(reply, StatusReply)
        return reply


async def rows(question: Question) -> dict[str, str]:
    return {row.key: row.why for row in (await question.ask()).rows}


async def test_an_issue_that_is_done_now_is_done_in_the_next_answer() -> None:
    question = Question()
    assert (await question.ask()).counts[0] == "1 of 4 issues done, 3 in progress, 0 not started"
    finished = replace(HELD_UP, progress=Progress.DONE)
    question.world.held = replace(HELD, issues=(finished, *HELD.issues[1:]))
    assert (await question.ask()).counts[0] == "2 of 4 issues done, 2 in progress, 0 not started"


async def test_an_issue_that_left_the_sprint_is_not_counted_any_more() -> None:
    question = Question()
    assert (await question.ask()).total == 4
    question.world.held = replace(HELD, issues=(replace(HELD_UP, sprint=SprintId(25)), *HELD.issues[1:]))
    assert (await question.ask()).total == 3


async def test_what_the_constitution_calls_blocked_today_is_blocked() -> None:
    question = Question()
    assert set(await rows(question)) == {"PAY-3", "PAY-4"}
    question.law = constitution(team={"jira": {"projects": ["PAY"], "boards": [7], "blocked_statuses": ["Stuck"]}})
    assert "blocked" in (await rows(question))["PAY-1"]
    question.law = LAW
    assert set(await rows(question)) == {"PAY-3", "PAY-4"}


async def test_what_the_constitution_finds_today_is_found() -> None:
    question = Question()
    question.world.at = NOON + 5 * DAY
    assert "PAY-1" not in await rows(question)
    watched = line("watched", {"watch": "stale_in_progress", "after": "2 business days"})
    question.law = constitution(objectives={"primary": [watched]})
    assert "no sign of life" in (await rows(question))["PAY-1"]


async def test_time_that_passes_is_told_although_nothing_else_has_changed() -> None:
    question = Question()
    assert (await rows(question))["PAY-4"] == "blocked for 1 working hour"
    question.world.at = NOON + 2 * HOUR
    assert (await rows(question))["PAY-4"] == "blocked for 3 working hours"
    question.world.at = NOON + DAY
    after = await question.ask()
    assert {row.key: row.why for row in after.rows}["PAY-4"] == "blocked for 1 working day"
    assert "day 8 of" in after.title


async def test_a_sprint_whose_dates_were_moved_is_told_by_the_new_ones() -> None:
    question = Question()
    before = await question.ask()
    assert "day 7 of 13" in before.title
    moved = sprint(end=datetime.fromisoformat("2026-12-01T22:00:00+00:00"))
    question.world.held = replace(HELD, sprints=(moved,))
    assert "day 7 of 13" not in (await question.ask()).title


async def test_what_somebody_has_in_hand_is_theirs_until_they_are_away() -> None:
    watched = line("watched", {"watch": "person_overloaded", "more_than": 1, "tell": "pm"})
    question = Question(law=constitution(objectives={"primary": [watched]}))

    def overloaded() -> bool:
        return bool(detect(seen(question.world.held, question.desk), question.law).signals)

    assert overloaded()
    away = people(ann=Absence(reason="ill", until=NOON + 9 * DAY))
    question.world.held = replace(HELD, people=tuple(away.values()))
    assert not overloaded()


async def test_another_age_of_the_facts_is_told_although_the_work_is_the_same() -> None:
    question = Question()
    await question.ask()
    question.world.held = replace(HELD, read_at={"jira": NOON + HOUR})
    assert (await question.ask()).read_at == {"jira": NOON + HOUR}
