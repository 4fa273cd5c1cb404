"""R4, R2: inside the reader's hours, never dropped, weighed again at delivery; one unit of attention for the best."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

import holidays
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.actions import AskApproval, CommentOnIssue, Reassign, RemindPerson
from models.ids import ApprovalId, EffectId, HushId, IssueKey, PersonId
from models.proposals import Decided, Effect, EffectState, Ending, Proposal, Verdict
from models.signals import Urgency
from models.work import Absence, Person
from planner.policy import decide, still_allowed
from planner.reasoning import reminder
from planner.reports.summaries import item_of
from planner.still.factcheck import Ground, still_so
from tests.planner.matters.test_quiet import look
from tests.planner.world import (
    DAY,
    HOUR,
    LAW,
    LONG_AGO,
    MEMBERS,
    NOON,
    TEAM,
    account,
    constitution,
    facts,
    history,
    issue,
    people,
    pull_request,
    signal,
    snapshot,
)

ANN = PersonId("ann")
ZONES = (
    "America/New_York",
    "America/St_Johns",
    "America/Santiago",
    "Europe/Berlin",
    "Europe/London",
    "Africa/Cairo",
    "Asia/Kolkata",
    "Asia/Tokyo",
    "Australia/Lord_Howe",
    "Pacific/Auckland",
    "Pacific/Apia",
    "UTC",
)
BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
PATIENCE = 60 * DAY
"""Longer than any stretch of holidays, vacation and nights the worlds below can have."""


@cache
def free_days(code: str | None, year: int) -> frozenset[date]:
    country, _, part = (code or "").partition("-")
    return frozenset(holidays.country_holidays(country, subdiv=part or None, years=year) if country else ())


@dataclass(frozen=True)
class Life:
    """One reader: where they are, when they work, when Slack says that they are not to be disturbed."""

    zone: str
    hours: tuple[int, int]
    free: str | None
    vacation: tuple[datetime, datetime, bool]
    """From, until, and whether their status says until when."""
    night: tuple[int, int]
    """Do not disturb from this hour of theirs, for so many hours: it runs over midnight."""

    def law(self) -> Any:
        first, last = self.hours
        ann = {"id": "ann", "name": "Ann", "jira": "acc-ann", "zone": self.zone, "holidays": self.free}
        ann |= {"hours": {"hours": f"{first:02d}:00-{last:02d}:00"}}
        others = [m for m in MEMBERS if m["id"] != "ann"]
        return constitution(team={"members": [ann, *others], "roles": {"pm": ["ann"]}, "holidays": None})

    def absent(self, t: datetime) -> Absence | None:
        """What Slack would say at ``t``."""
        begin, end, told = self.vacation
        if begin <= t < end:
            return Absence(reason="Slack status: vacation", until=end if told else None)
        quiet_end = self._quiet_until(t)
        return Absence(reason="do not disturb", until=quiet_end) if quiet_end else None

    def _quiet_until(self, t: datetime) -> datetime | None:
        zone, (hour, length) = ZoneInfo(self.zone), self.night
        for back in (0, 1):
            day = t.astimezone(zone).date() - timedelta(days=back)
            start = datetime(day.year, day.month, day.day, hour, tzinfo=zone).astimezone(UTC)
            if start <= t < start + length * HOUR:
                return start + length * HOUR
        return None

    def people(self, t: datetime) -> dict[PersonId, Person]:
        return people() | {
            ANN: Person(
                id=ANN, name="Ann", zone=self.zone, account=account("ann"), holidays=self.free, absent=self.absent(t)
            )
        }

    def is_open(self, t: datetime) -> bool:
        """By our own reckoning: may somebody speak to them at ``t``?"""
        local = t.astimezone(ZoneInfo(self.zone))
        worked = local.weekday() < 5 and local.date() not in free_days(self.free, local.year)
        return worked and self.hours[0] <= local.hour < self.hours[1] and self.absent(t) is None


@st.composite
def lives(draw: st.DrawFn) -> tuple[Life, datetime]:
    """A reader, and a moment within two years at which there is something to tell them."""
    at = BEGIN + timedelta(minutes=draw(st.integers(0, 2 * 365 * 24 * 60)))
    away = at + timedelta(hours=draw(st.integers(-200, 100)))
    life = Life(
        zone=draw(st.sampled_from(ZONES)),
        hours=draw(st.sampled_from([(9, 18), (6, 14), (13, 22), (0, 8), (11, 13)])),
        free=draw(st.sampled_from([None, "US", "DE-BY", "IN", "JP"])),
        vacation=(away, away + timedelta(hours=draw(st.sampled_from([0, 5, 48, 400]))), draw(st.booleans())),
        night=(draw(st.sampled_from([18, 20, 22, 23])), draw(st.sampled_from([1, 8, 12]))),
    )
    return life, at


def proposals() -> dict[str, Proposal]:
    """Everything that costs a person's attention."""
    told = signal("PAY-1", urgency=Urgency.MEDIUM)
    words = reminder(ANN, [told], LAW)
    comment = CommentOnIssue(person=ANN, issue=IssueKey("PAY-1"), item=item_of(told))
    link = {"issue_title": "t", "issue_url": "https://x", "giver": None, "taker": PersonId("bob")}
    return {
        "a reminder": words,
        "a comment": replace(words, action=comment),
        "a question": replace(words, action=Reassign(issue=IssueKey("PAY-1"), **link)),  # type: ignore[arg-type]
        "what they put off": replace(words, promised=HushId("h")),
    }


PROPOSALS = proposals()


def delivered(life: Life, proposal: Proposal, at: datetime, late: timedelta) -> datetime:
    """When it is really said: decided, queued for ``late`` on the first try, asked once more, until it is out."""
    law, begun, t = life.law(), at, at
    while t - begun < PATIENCE:
        decision = decide(proposal, snapshot(now=t, who=life.people(t)), law, history())
        if decision.verdict is Verdict.DEFER:
            assert decision.until is not None and decision.until > t, "a wait ends later than it begins"
            t = decision.until
            continue
        assert decision.verdict in (Verdict.ALLOW, Verdict.ASK), decision
        t, late = t + late, timedelta()
        outcome = still_allowed(effect_of(proposal), life.people(t), law, t)
        if outcome is None:
            return t
        assert outcome.ending is Ending.DEFERRED and outcome.until is not None and outcome.until > t
        t = outcome.until
    raise AssertionError(f"dropped: not said in {PATIENCE}")


def effect_of(proposal: Proposal) -> Effect:
    is_question = isinstance(proposal.action, Reassign)
    action = AskApproval(approval=ApprovalId("a"), person=ANN) if is_question else proposal.action
    return Effect(id=EffectId("e"), team=TEAM, cycle=None, proposal=proposal, action=action, state=EffectState.PLANNED)


@given(lives(), st.sampled_from(sorted(PROPOSALS)), st.integers(0, 300))
@settings(max_examples=800, deadline=None)
def test_whatever_the_zone_season_holiday_night_or_absence_it_is_said_inside_their_hours_and_never_dropped(
    lived: tuple[Life, datetime], what: str, late: int
) -> None:
    life, at = lived
    if not any(life.is_open(at + n * HOUR / 2) for n in range(60 * 48)):
        return  # somebody whose quiet hours cover their working hours cannot be reached at all
    said = delivered(life, PROPOSALS[what], at, timedelta(minutes=late))
    assert life.is_open(said), f"said at {said.astimezone(ZoneInfo(life.zone))}"


@given(lives())
@settings(max_examples=100, deadline=None)
def test_what_somebody_has_just_asked_for_comes_at_any_hour(lived: tuple[Life, datetime]) -> None:
    life, at = lived
    asked = replace(PROPOSALS["a reminder"], asked_by=ANN)
    assert delivered(life, asked, at, timedelta()) == at


@given(lives())
@settings(max_examples=100, deadline=None)
def test_do_not_disturb_counts_until_its_end_whatever_the_hours_are(lived: tuple[Life, datetime]) -> None:
    life, at = lived
    absent = life.absent(at)
    decision = decide(PROPOSALS["a reminder"], snapshot(now=at, who=life.people(at)), life.law(), history())
    if absent is not None:
        assert decision.verdict is Verdict.DEFER
        assert decision.until is not None and decision.until >= (absent.until or at)


# --- weighed again at delivery --------------------------------------------------------------------------------

CLOSING = NOON + 6 * HOUR - timedelta(minutes=1)
"""17:59 in New York."""


def queued() -> Effect:
    told = signal("PAY-1", since=LONG_AGO, rule="blocked-1-day")
    return replace(effect_of(reminder(ANN, [told], LAW)), id=EffectId("late"))


def test_what_was_queued_at_one_minute_to_six_waits_for_nine_o_clock() -> None:
    assert still_allowed(queued(), people(), LAW, CLOSING) is None
    outcome = still_allowed(queued(), people(), LAW, CLOSING + timedelta(minutes=1))
    assert outcome is not None and outcome.ending is Ending.DEFERRED
    assert outcome.until == NOON + 21 * HOUR, "09:00 the next morning"


def test_at_nine_it_is_weighed_against_the_facts_of_then() -> None:
    morning = NOON + 21 * HOUR
    goes_on = Ground.of(snapshot(issue(1, flagged_since=LONG_AGO), now=morning), LAW)
    ready = still_so(queued(), goes_on)
    assert isinstance(ready, Effect)
    over = still_so(queued(), Ground.of(snapshot(issue(1), now=morning), LAW))
    assert not isinstance(over, Effect) and over.ending is Ending.CHANGED


# --- one unit of attention, the best first --------------------------------------------------------------------


def taken(decided: tuple[Decided, ...], person: str) -> list[str]:
    """What takes one person's attention, in words."""
    spent = [d for d in decided if d.decision.spend is not None and d.decision.spend.person == person]
    return [d.proposal.action.kind for d in spent]


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("mine", "unowned", "wins"),
    [
        # Blocked for three days is high, nobody's ticket is medium: the reminder wins.
        (issue(1, "pat", flagged_since=LONG_AGO), issue(2, None), "remind_person"),
        # A ticket blocked for just a day is medium, nobody's and blocked for three days is high: the question wins.
        (issue(1, "pat", flagged_since=NOON - 25 * HOUR), issue(2, None, flagged_since=LONG_AGO), "reassign"),
    ],
)
async def test_a_question_and_a_reminder_share_one_budget_and_the_more_urgent_wins(
    mine: Any, unowned: Any, wins: str
) -> None:
    cycle = await look(facts(mine, unowned), law=constitution(escalation=[]))
    assert taken(cycle.decided, "pat") == [wins]


@pytest.mark.anyio
async def test_of_several_comments_the_most_urgent_is_written_and_the_rest_waits() -> None:
    old, new = issue(1, "mike", flagged_since=NOON - 26 * HOUR), issue(2, "mike", flagged_since=LONG_AGO)
    cycle = await look(facts(old, new))
    comments = [d for d in cycle.decided if isinstance(d.proposal.action, CommentOnIssue)]
    written = [d.proposal.action.issue for d in comments if d.decision.verdict is Verdict.ALLOW]  # type: ignore[union-attr]
    assert written == ["PAY-2"]
    assert [d.decision.verdict for d in comments].count(Verdict.DEFER) == 1


@pytest.mark.anyio
async def test_two_hundred_matters_of_one_person_are_one_message_with_the_three_best() -> None:
    many = [issue(n, flagged_since=NOON - 25 * HOUR) for n in range(1, 199)]
    worst = [issue(900 + n, flagged_since=LONG_AGO) for n in range(3)]
    cycle = await look(facts(*many, *worst, prs=(pull_request(7),)))
    [told] = [d for d in cycle.decided if isinstance(d.proposal.action, RemindPerson) and d.decision.spend]
    assert isinstance(told.proposal.action, RemindPerson)
    assert {item.subject for item in told.proposal.action.items} == {"PAY-900", "PAY-901", "PAY-902"}
    assert told.proposal.action.more >= 198
