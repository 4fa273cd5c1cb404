"""Thirty simulated days, once with learning and once without: the planner and a real ledger, people with habits.

Tickets live and die by the calendar alone, whatever is said about them, so both runs find the same; only what is
sent, when and how may differ.
"""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from models.actions import CommentOnIssue, RemindPerson
from models.database import Database
from models.directives import Directives
from models.events import Reason, Trigger
from models.ids import AccountId, EffectId, PersonId, SignalId, TeamId, named
from models.ledger import Ledger
from models.lessons import ALL, Act, Habits, Way, What
from models.proposals import Effect, Ending, Receipt, Verdict
from models.work import Facts, Issue
from planner.bounds.worktime import person_calendar
from planner.carry_out import carry_out
from planner.cycle import run_cycle
from planner.lessons.learning import LEAST, lessons_of
from planner.ports import Desk
from planner.reasoning import RulesMind
from tests.planner.world import BASE, TEAM, ZONE, constitution, facts, issue, line, sprint
from tests.world import empty_database, in_memory

pytestmark = pytest.mark.anyio

FIRST = date(2026, 11, 9)
DAYS = 30
HABITS = ("mike", "sarah", "li", "sam")
ZONES = {"sarah": "America/Los_Angeles"}
LEARN = [line("learn-all", {"learn": ["response", "channel", "hour", "feedback", "velocity"]})]


@cache
def law(*, learning: bool) -> Directives:
    """The usual constitution with four people whose channel is left open, and looks that only time forces."""
    members = [BASE["teams"][0]["members"][0]]
    for who in HABITS:
        members.append({"id": who, "name": who.title(), "jira": f"acc-{who}", "zone": ZONES.get(who, ZONE)})
    return constitution(
        team={"members": members, "roles": {"pm": ["pat"]}},
        objectives={"primary": [line("blocked-1-day", {"watch": "blocked_too_long", "after": "1 business day"})]},
        escalation=[],
        urgency={"low": {"says": "Later.", "rule": {"look_every": "12 hours"}}},
        learning=LEARN if learning else [],
    )


class Clock:
    """Moves only when told."""

    def __init__(self) -> None:
        self.at = datetime.combine(FIRST, time(6), tzinfo=ZoneInfo(ZONE)).astimezone(UTC)

    def now(self) -> datetime:
        return self.at

    def real(self) -> datetime:
        return self.at

    def monotonic(self) -> float:
        return self.at.timestamp()


@dataclass
class Hand:
    """Everything arrives at once."""

    sent: list[tuple[datetime, Effect]]
    clock: Clock

    async def perform(self, effect: Effect) -> Receipt:
        self.sent.append((self.clock.at, effect))
        return Receipt({})

    async def find(self, effect: Effect) -> Receipt | None:
        return None

    async def changed(self, effect: Effect) -> str | None:
        return None


@dataclass
class Month:
    """One run: what was found, what was sent, and what people did about it."""

    directives: Directives
    ledger: Ledger
    clock: Clock
    tickets: tuple[Issue, ...]
    ends: Mapping[str, datetime]
    sent: list[tuple[datetime, Effect]] = field(default_factory=list)
    found: set[SignalId] = field(default_factory=set)
    answers: list[Act] = field(default_factory=list)

    @property
    def desk(self) -> Desk:
        hand = Hand(self.sent, self.clock)
        hands = {RemindPerson.kind: hand, CommentOnIssue.kind: hand}
        return Desk(
            clock=self.clock, directives=self.directives, work=self, mind=RulesMind(), ledger=self.ledger, hands=hands
        )

    async def facts_about(self, team: TeamId) -> Facts:
        now = self.clock.at
        held = [t for t in self.tickets if t.flagged_since and t.flagged_since <= now < self.ends[t.key]]
        people = facts().people[:1] + tuple(
            replace(facts().people[0], id=PersonId(w), name=w.title(), account=AccountId(f"acc-{w}"), zone=_zone(w))
            for w in HABITS
        )
        return facts(*held, sprints=(sprint(start=None, end=None),), people=people)

    async def live(self) -> None:
        """From look to look and from act to act, for thirty days."""
        end = self.clock.at + timedelta(days=DAYS)
        while self.clock.at < end:
            looked = await self.look()
            self.clock.at = min([looked, *(act.at for act in self.answers if act.at > self.clock.at)])

    async def look(self, again: tuple[Act, ...] = ()) -> datetime:
        acts = again or tuple(act for act in self.answers if act.at == self.clock.at)
        trigger = Trigger(team=TEAM, reason=Reason.LOOK, at=self.clock.at, acts=acts)
        looked = await run_cycle(trigger, self.desk)
        for decided in looked.decided:
            self.found |= set(decided.proposal.signals)
            if decided.decision.verdict is Verdict.ALLOW:
                await self._carry_out(EffectId(named("effect", decided.proposal.id)))
        return looked.next_look

    async def _carry_out(self, effect: EffectId) -> None:
        outcome = await carry_out(effect, self.desk)
        assert outcome is not None and outcome.ending is Ending.DONE
        at, sent = self.sent[-1]
        act = answer(sent, at, self.directives)
        self.answers += [act] if act else []

    def messages(self, who: str) -> list[tuple[datetime, Effect]]:
        """What somebody got, in their own time."""
        own = [(at, effect) for at, effect in self.sent if getattr(effect.action, "person", "") == who]
        return [(at.astimezone(ZoneInfo(_zone(who))), effect) for at, effect in own]


def _zone(who: str) -> str:
    return ZONES.get(who, ZONE)


def answer(effect: Effect, at: datetime, directives: Directives) -> Act | None:
    """What somebody does about a message, by their habit."""
    action = effect.action
    assert isinstance(action, RemindPerson | CommentOnIssue)
    who = action.person
    calendar = person_calendar(directives, TEAM, who)
    subject = (action.items[0] if isinstance(action, RemindPerson) else action.item).subject
    if who == "mike" and isinstance(action, RemindPerson):
        return None
    if who == "sarah":
        local = calendar.local(at)
        half_past_ten = local.replace(hour=10, minute=30, second=0)
        later = calendar.local(calendar.next_morning(at)).replace(hour=10, minute=30, second=0)
        then = half_past_ten if local < half_past_ten else later
    else:
        then = calendar.add_working_time(at, {"mike": 60, "li": 20, "sam": 180}[who] * timedelta(minutes=1))
    return Act(AccountId(f"acc-{who}"), subject, then.astimezone(UTC), Way.JIRA)


def tickets(directives: Directives) -> Iterator[tuple[Issue, datetime]]:
    """Each working day one ticket of everybody's is flagged for four of their working days."""
    chance = random.Random(7)
    for number, who in enumerate(HABITS):
        calendar = person_calendar(directives, TEAM, PersonId(who))
        for day in range(DAYS):
            worked = calendar.worked_on(FIRST + timedelta(days=day))
            if worked is None or (day % 2 and who in ("li", "sam")):
                continue
            # Sarah's are found in the first hour of her day, the others' at any.
            minutes = chance.randrange(1, 25) if who == "sarah" else chance.randrange(10, 420)
            flagged = worked[0] + timedelta(minutes=minutes)
            end = calendar.add_working_time(flagged, 4 * calendar.day_length)
            key = 1000 * (number + 1) + day
            yield issue(key, who, flagged_since=flagged), end


@pytest.fixture(scope="module")
def months(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mapping[bool, Month]]:
    with in_memory(tmp_path_factory.mktemp("learning")) as folder:
        yield {learning: asyncio.run(_lived(learning, folder)) for learning in (True, False)}


async def _lived(learning: bool, folder: Path) -> Month:
    directives, clock = law(learning=learning), Clock()
    file = folder / f"{learning}.db"
    file.write_bytes(empty_database())
    made = dict((key.key, (key, end)) for key, end in tickets(directives))
    month = Month(
        directives=directives,
        ledger=Ledger(Database(f"sqlite:///{file}", clock), clock),
        clock=clock,
        tickets=tuple(ticket for ticket, _ in made.values()),
        ends={key: end for key, (_, end) in made.items()},
    )
    await month.live()
    return month


def habits(month: Month) -> Mapping[PersonId, Habits]:
    experience = asyncio.run(month.ledger.experience(TEAM))
    return lessons_of(experience.observations, month.directives).people


def test_mike_gets_jira_comments_instead_of_pings(months: Mapping[bool, Month]) -> None:
    kinds = {learning: [e.action.kind for _, e in month.messages("mike")] for learning, month in months.items()}
    assert set(kinds[False]) == {"remind_person"}
    assert kinds[True][:5] == ["remind_person"] * 5
    assert set(kinds[True][-10:]) == {"comment_on_issue"}, Counter(kinds[True])


def test_nobody_else_hears_in_another_way(months: Mapping[bool, Month]) -> None:
    for who in ("sarah", "li", "sam"):
        assert {e.action.kind for _, e in months[True].messages(who)} == {"remind_person"}


def test_response_times_differ_per_person_and_are_those_simulated(months: Mapping[bool, Month]) -> None:
    known = habits(months[True])
    taken = {who: known[PersonId(who)].response for who in ("mike", "li", "sam")}
    assert taken == {"mike": timedelta(hours=1), "li": timedelta(minutes=20), "sam": timedelta(hours=3)}
    assert known[PersonId("mike")].asked[Way.JIRA][1] > 5 and known[PersonId("mike")].asked[Way.DM][1] == 0


def test_sarahs_nudges_come_in_her_morning(months: Mapping[bool, Month]) -> None:
    assert habits(months[True])[PersonId("sarah")].hours == (10, 11)
    hours = {learning: [at.hour for at, _ in month.messages("sarah")] for learning, month in months.items()}
    assert set(hours[False]) == {9}
    assert len(hours[True]) > 15 and set(hours[True][10:]) == {10}


def test_both_months_found_the_same(months: Mapping[bool, Month]) -> None:
    assert months[True].found == months[False].found
    assert len(months[True].found) > 50


def test_learning_sends_nobody_more_nor_anything_twice(months: Mapping[bool, Month]) -> None:
    for who in HABITS:
        with_it, without = (len(months[learning].messages(who)) for learning in (True, False))
        assert LEAST < with_it <= without
        days = Counter(at.date() for at, _ in months[True].messages(who))
        assert max(days.values()) == 1
        assert all(9 <= at.hour < 18 for at, _ in months[True].messages(who))


def test_without_the_line_nothing_is_learnt(months: Mapping[bool, Month]) -> None:
    assert not asyncio.run(months[False].ledger.experience(TEAM)).observations


def test_what_is_known_of_somebody_goes_when_they_ask_and_does_not_come_back(months: Mapping[bool, Month]) -> None:
    asyncio.run(_forgets(months[True]))


async def _forgets(month: Month) -> None:
    li, sam = PersonId("li"), PersonId("sam")
    before = await month.ledger.known_of(sam)
    assert (await month.ledger.forget(TEAM, li, ALL)).observations > 10
    await month.look(again=tuple(month.answers))  # every webhook of the month once more
    assert {each.what for each in await month.ledger.known_of(li)} == {What.FORGOTTEN}
    assert li not in lessons_of((await month.ledger.experience(TEAM)).observations, month.directives).people
    assert await month.ledger.known_of(sam) == before
