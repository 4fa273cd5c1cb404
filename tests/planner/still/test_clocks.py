"""Response clocks: a critical matter nobody answers goes to the next person, one at a time, each step once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from models.actions import CommentOnIssue, RemindPerson
from models.cycles import Cycle, Heard, History
from models.directives import Directives
from models.events import Reason, Trigger
from models.hushes import Hush
from models.ids import EffectId, HushId, PersonId, TeamId
from models.proposals import Decided, Effect, EffectState, Ending, Outcome, Receipt, Verdict
from models.signals import Urgency
from models.work import Absence, Facts, Issue, Person, Progress
from planner.carry_out import carry_out
from planner.cycle import run_cycle
from planner.detect import detect
from planner.facts.observe import observe
from planner.hearers.escalation import chain
from planner.hearers.patience import Patience
from planner.ports import Desk
from planner.reasoning import RulesMind
from tests.planner.world import (
    BASE,
    DAY,
    HOUR,
    NOON,
    TEAM,
    constitution,
    facts,
    history,
    issue,
    line,
    people,
    pull_request,
)

pytestmark = pytest.mark.anyio

MINUTE = timedelta(minutes=1)
CRITICAL = BASE["urgency"]["critical"]["rule"] | {"answer_within": "30 minutes"}
URGENCY = BASE["urgency"] | {"critical": {"says": "Now.", "rule": CRITICAL}}
LAW = constitution(urgency=URGENCY)
ANN, PAT, DEB, TESS, BOB = (PersonId(p) for p in ("ann", "pat", "deb", "tess", "bob"))
DOWN: dict[str, Any] = {"priority": "P0", "labels": frozenset({"incident"})}
"""What marks production as down, and so as critical."""
STUCK = issue(1, flagged_since=NOON - 26 * HOUR, updated=NOON - HOUR, **DOWN)
UNTIL_6 = NOON + 6 * HOUR


@dataclass(frozen=True)
class At:
    """A clock that stands."""

    at: datetime

    def now(self) -> datetime:
        return self.at

    def real(self) -> datetime:
        return self.at

    def monotonic(self) -> float:
        return 0.0


@dataclass
class Company:
    """One team under the agent's eyes: whoever is told has read it at once, and says nothing unless a test makes it."""

    held: Facts
    law: Directives = LAW
    now: datetime = NOON
    known: History = field(default_factory=history)
    told: list[tuple[str, str]] = field(default_factory=list)
    """When and who, in New York."""
    arrives: bool = True
    outcome: Outcome | None = None
    effect: Effect | None = None

    def desk(self) -> Desk:
        return Desk(
            clock=At(self.now), directives=self.law, work=self, mind=RulesMind(), ledger=self,  # type: ignore[arg-type]
            hands={"remind_person": self, "comment_on_issue": self},  # type: ignore[dict-item]
        )  # fmt: skip

    # --- what the planner asks of it

    async def facts_about(self, team: TeamId) -> Facts:
        return self.held

    async def history(self, team: TeamId) -> History:
        return self.known

    async def history_about(self, team: TeamId, subjects: Sequence[str]) -> History:
        return replace(self.known, heard=tuple(each for each in self.known.heard if each.subject in subjects))

    async def hushes(self, team: TeamId, person: PersonId) -> Sequence[Hush]:
        return [hush for hush in self.known.hushes if hush.person == person]

    async def record(self, cycle: Cycle) -> tuple[Decided, ...]:
        for each in cycle.decided:
            if each.decision.verdict is Verdict.ALLOW:
                self._heard(each)
        return cycle.decided

    def _heard(self, each: Decided) -> None:
        spend, action = each.decision.spend, each.proposal.action
        items = action.items if isinstance(action, RemindPerson) else (action.item,)  # type: ignore[union-attr]
        person = action.person  # type: ignore[union-attr]
        rows = tuple(
            Heard(person=person, signal=i.signal, kind=i.kind, subject=i.subject,
                  urgency=Urgency[i.urgency.upper()], at=self.now if self.arrives else None)
            for i in items
        )  # fmt: skip
        assert not self.known.told & {(row.person, row.signal) for row in rows}, "told the same twice"
        spent = {(spend.person, spend.day.isoformat(), spend.budget): spend.ordinal} if spend else {}
        self.known = replace(
            self.known,
            told=self.known.told | {(row.person, row.signal) for row in rows},
            heard=(*self.known.heard, *rows),
            spent={**self.known.spent, **spent},
        )
        local = self.now - 5 * HOUR
        self.told.append((f"{local:%a %H:%M}", str(person)))
        self.effect = Effect(
            id=EffectId("e"), team=TEAM, cycle=None, proposal=each.proposal, action=action, state=EffectState.PLANNED
        )

    async def begin(self, effect: EffectId) -> Effect | None:
        return self.effect

    async def settle(self, effect: EffectId, outcome: Outcome) -> None:
        self.outcome = outcome

    async def take(self, effect: EffectId, units: object) -> bool:
        return True

    async def still_ours(self) -> None:
        return None

    async def perform(self, effect: Effect) -> Receipt:
        return Receipt({"ts": "1"}, "sent")

    async def changed(self, effect: Effect) -> str | None:
        return None

    # --- what a test does with it
    async def live(self, until: datetime) -> None:
        """Look whenever the product itself says it will look again."""
        while self.now <= until:
            trigger = Trigger(team=TEAM, reason=Reason.LOOK, at=self.now)
            self.now = (await run_cycle(trigger, self.desk())).next_look
        self.now = until

    def change(self, *issues: Issue) -> None:
        self.held = replace(self.held, issues=issues)


def company(*issues: Issue, who: dict[PersonId, Person] | None = None, **changes: Any) -> Company:
    known = tuple((who or people()).values())
    return Company(facts(*(issues or (STUCK,)), people=known), **changes)


# --- step by step ------------------------------------------------------------------------------------------------


async def test_every_thirty_minutes_the_next_person_hears_and_each_step_once() -> None:
    acme = company()
    await acme.live(NOON + 3 * DAY)
    assert acme.told[:4] == [("Wed 12:00", "ann"), ("Wed 12:30", "pat"), ("Wed 13:00", "deb"), ("Wed 13:30", "tess")]
    assert [who for _, who in acme.told[4:]] == [], "the chain is at its end"


WATCHED = {"primary": [*BASE["objectives"]["primary"], line("down", {"watch": "production_down"})]}
MARKED = issue(1, **DOWN)


@pytest.mark.parametrize("where", ["in the sprint", "outside it"])
async def test_a_ticket_that_is_merely_marked_is_told_at_once_and_goes_up_every_thirty_minutes(where: str) -> None:
    ticket = MARKED if where == "in the sprint" else replace(MARKED, sprint=None)
    acme = company(ticket, law=constitution(urgency=URGENCY, objectives=WATCHED))
    await acme.live(NOON + 3 * DAY)
    assert acme.told == [("Wed 12:00", "ann"), ("Wed 12:30", "pat"), ("Wed 13:00", "deb"), ("Wed 13:30", "tess")]


async def test_a_comment_on_a_marked_ticket_outside_the_sprint_is_an_answer() -> None:
    acme = company(replace(MARKED, sprint=None), law=constitution(urgency=URGENCY, objectives=WATCHED))
    await acme.live(NOON + 10 * MINUTE)
    acme.change(replace(MARKED, sprint=None, updated=NOON + 10 * MINUTE))
    await acme.live(UNTIL_6)
    assert acme.told == [("Wed 12:00", "ann")]


async def test_leadership_waits_for_who_was_told_that_production_is_down_as_if_told_that_it_is_blocked() -> None:
    patient = {"escalation": [*BASE["escalation"], line("first", {"try_first": "4 business hours"})]}
    acme = company(law=constitution(objectives=WATCHED, **patient))
    await acme.live(NOON + 2 * HOUR)
    look = observe(acme.held, Trigger(team=TEAM, reason=Reason.LOOK, at=acme.now), acme.now)
    up = next(s for s in detect(look, acme.law).signals if s.kind == "blocked_too_long")
    wait = Patience.of(detect(look, acme.law).signals, look, acme.law, acme.known).wait(
        replace(up, step=1, rule="to-leadership"), None
    )
    assert wait is not None and "was told Wed 18 Nov 12:00 and has 4 business hours" in wait.reason


async def test_a_message_of_a_further_step_says_who_was_told_and_when() -> None:
    acme = company()
    await acme.live(NOON + 40 * MINUTE)
    assert acme.effect is not None and isinstance(acme.effect.action, RemindPerson)
    (item,) = acme.effect.action.items
    assert "Ann was told Wed 18 Nov 12:00, and nothing has changed" in item.text
    assert (item.rule, item.urgency) == ("urgency-critical", "critical")


async def test_one_minute_earlier_nobody_else_has_heard() -> None:
    acme = company()
    await acme.live(NOON + 29 * MINUTE)
    assert acme.told == [("Wed 12:00", "ann")]


async def test_the_next_look_comes_when_the_first_clock_runs_out() -> None:
    seldom = URGENCY | {"critical": {"says": "Now.", "rule": CRITICAL | {"look_every": "5 hours"}}}
    acme = company(law=constitution(urgency=seldom))
    await acme.live(NOON + 70 * MINUTE)
    assert acme.told == [("Wed 12:00", "ann"), ("Wed 12:30", "pat"), ("Wed 13:00", "deb")]


async def test_without_a_clock_in_the_constitution_nobody_else_hears() -> None:
    acme = company(law=constitution())
    await acme.live(UNTIL_6)
    assert acme.told == [("Wed 12:00", "ann")]


async def test_what_is_not_critical_has_no_clock() -> None:
    acme = company(replace(STUCK, priority="Low"))
    await acme.live(UNTIL_6)
    assert acme.told == [("Wed 12:00", "ann")]


# --- it stops at once --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "change",
    [
        {"flagged_since": None, "updated": NOON + 40 * MINUTE},
        {"progress": Progress.DONE, "updated": NOON + 40 * MINUTE},
        {"updated": NOON + 40 * MINUTE},  # a comment, or whatever else Jira calls a change
    ],
)
async def test_it_stops_when_it_is_resolved_or_somebody_has_answered(change: dict[str, Any]) -> None:
    acme = company()
    await acme.live(NOON + 40 * MINUTE)
    acme.change(replace(STUCK, **change))
    await acme.live(UNTIL_6)
    assert [who for _, who in acme.told] == ["ann", "pat"]


async def test_a_pressed_button_is_an_answer() -> None:
    acme = company()
    await acme.live(NOON + 10 * MINUTE)
    pressed = tuple(replace(row, answered=acme.now) for row in acme.known.heard)
    acme.known = replace(acme.known, heard=pressed)
    await acme.live(UNTIL_6)
    assert [who for _, who in acme.told] == ["ann"]


async def test_what_we_ourselves_wrote_in_jira_is_nobodys_answer() -> None:
    acme = company()
    await acme.live(NOON + 10 * MINUTE)
    acme.known = replace(acme.known, heard=tuple(replace(r, wrote=NOON + MINUTE) for r in acme.known.heard))
    acme.change(replace(STUCK, updated=NOON + MINUTE))
    await acme.live(NOON + 40 * MINUTE)
    assert [who for _, who in acme.told] == ["ann", "pat"]
    acme.change(replace(STUCK, updated=NOON + 45 * MINUTE))
    await acme.live(UNTIL_6)
    assert [who for _, who in acme.told] == ["ann", "pat"]


async def test_a_clock_does_not_run_before_the_message_has_arrived() -> None:
    acme = company(arrives=False)
    await acme.live(UNTIL_6)
    assert acme.told == [("Wed 12:00", "ann")]


# --- whose time, and whose turn ----------------------------------------------------------------------------------


async def test_a_clock_runs_in_working_time() -> None:
    acme = company(now=NOON + 5 * HOUR + 50 * MINUTE)
    await acme.live(NOON + DAY)
    assert acme.told[:2] == [("Wed 17:50", "ann"), ("Thu 09:20", "pat")]


async def test_for_somebody_on_call_it_runs_in_real_time() -> None:
    hers = replace(STUCK, assignee="acc-tess")
    kai_leads = {"roles": {"pm": ["kai"]}}  # in Tokyo it is morning
    acme = company(hers, now=NOON + 8 * HOUR, law=constitution(urgency=URGENCY, team=kai_leads))
    await acme.live(NOON + 9 * HOUR)
    assert acme.told == [("Wed 20:00", "tess"), ("Wed 20:30", "kai")]


async def test_who_cannot_be_reached_now_is_passed_over_for_who_can() -> None:
    acme = company(who=people(pat=Absence(reason="on holiday", until=NOON + 3 * DAY)))
    await acme.live(NOON + 40 * MINUTE)
    assert [who for _, who in acme.told] == ["ann", "deb"]


async def test_nobody_hears_beyond_their_own_attention() -> None:
    both = {(PAT, "2026-11-18", budget): 1 for budget in ("critical", "daily")}
    acme = company(known=history(spent=both))
    await acme.live(NOON + 40 * MINUTE)
    assert [who for _, who in acme.told] == ["ann", "deb"]


async def test_who_has_muted_the_matter_is_left_in_peace() -> None:
    mute = Hush(id=HushId("h"), team=TEAM, person=PAT, subject="PAY-1", rule="", at=NOON)
    acme = company(known=history(hushes=(mute,)))
    await acme.live(NOON + 40 * MINUTE)
    assert [who for _, who in acme.told] == ["ann", "deb"]


async def test_whoever_heard_of_it_before_it_was_critical_hears_that_once_and_then_the_clock_begins() -> None:
    acme = company(replace(STUCK, priority="Low"))
    await acme.live(NOON + HOUR)
    acme.change(replace(STUCK, updated=NOON + HOUR))
    await acme.live(NOON + 2 * HOUR)
    assert acme.told == [("Wed 12:00", "ann"), ("Wed 13:00", "ann"), ("Wed 13:30", "pat"), ("Wed 14:00", "deb")]


def test_the_chain_is_whose_move_it_is_their_deputy_the_owner_then_the_leaders_with_their_deputies() -> None:
    team = constitution(
        team={"roles": {"pm": ["pat"], "deputy_pm": ["deb"], "tech_lead": ["tess"], "deputy_tech_lead": ["kai"]}}
    ).team(TEAM)
    assert chain([ANN], BOB, team) == ("ann", "bob", "pat", "deb", "tess", "kai")
    assert chain([TESS], ANN, team) == ("tess", "kai", "ann", "pat", "deb")
    assert chain([PAT], None, team) == ("pat", "deb", "tess", "kai")


async def test_of_a_review_the_author_hears_before_the_leaders() -> None:
    ticket = replace(STUCK, flagged_since=None)
    waiting = pull_request(7, author="bob", reviews={"ann": "waiting"}, issues=("PAY-1",))
    acme = company(ticket)
    acme.held = replace(acme.held, pull_requests=(waiting,))
    await acme.live(NOON + 70 * MINUTE)
    assert [who for _, who in acme.told] == ["ann", "bob", "pat"]


async def test_a_further_step_by_jira_comment_is_a_step_of_its_own() -> None:
    comments = constitution(urgency=URGENCY, team={"roles": {"pm": ["mike"]}})
    acme = company(replace(STUCK, assignee="acc-mike"), law=comments)
    await acme.live(NOON + 5 * MINUTE)
    assert acme.told == [("Wed 12:00", "mike")] and isinstance(acme.effect and acme.effect.action, CommentOnIssue)


# --- at the last moment ------------------------------------------------------------------------------------------


async def carried_out(acme: Company) -> Ending | None:
    await carry_out(EffectId("e"), acme.desk())
    return acme.outcome.ending if acme.outcome else None


async def test_a_further_step_goes_out_while_nobody_has_answered_and_not_after() -> None:
    acme = company()
    await acme.live(NOON + 29 * MINUTE)
    acme.arrives = False
    await acme.live(NOON + 31 * MINUTE)
    assert [who for _, who in acme.told] == ["ann", "pat"]
    assert await carried_out(acme) is Ending.DONE
    acme.change(replace(STUCK, updated=NOON + 30 * MINUTE))
    assert await carried_out(acme) is Ending.CHANGED
