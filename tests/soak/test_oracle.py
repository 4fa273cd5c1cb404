"""The oracle complains: of every fault it is to find, one example."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from random import Random

import pytest

from models.actions import Action, AskApproval, Asking, Escalate, Item, PostDigest, RemindPerson
from models.ids import ApprovalId, EffectId, IssueKey, PersonId, ProposalId, SignalId, TeamId
from models.proposals import Effect, EffectState, Proposal
from models.signals import Urgency
from models.work import Absence
from tests.soak.life import Life
from tests.soak.oracle import Oracle
from tests.soak.soak import HOUR, MONDAY

NINE = MONDAY + 31 * HOUR
"""Tuesday, nine o'clock in Munich; Monday was a working day there."""


def life() -> Life:
    return Life(TeamId("web"), 2, Random(1), MONDAY)


def stuck(life: Life) -> tuple[IssueKey, PersonId]:
    """A ticket of somebody in Munich that was flagged on Monday morning; it is Tuesday ten o'clock."""
    key = next(iter(life.issues))
    life.now = MONDAY + 7 * HOUR
    life.assign(key, life.members[2].account)
    life.flag(key)
    life.now = NINE + HOUR
    return key, life.members[2].id


def about(subject: str, urgency: str = "medium") -> Item:
    return Item(SignalId("s"), "blocked_too_long", subject, f"{subject} is blocked", "https://x", urgency, "r")


def effect(action: Action, name: str = "e", urgency: Urgency = Urgency.MEDIUM) -> Effect:
    proposal = Proposal(
        id=ProposalId(name), action=action, because="", evidence=(), signals=(), urgency=urgency, rule="r"
    )
    return Effect(
        id=EffectId(name), team=TeamId("web"), cycle=None, proposal=proposal, action=action, state=EffectState.PLANNED
    )


def remind(person: PersonId, *subjects: str) -> RemindPerson:
    return RemindPerson(person=person, items=tuple(about(subject) for subject in subjects))


def test_it_is_silent_about_what_is_right() -> None:
    here = life()
    key, person = stuck(here)
    oracle = Oracle({"web": here})
    oracle.hear(effect(remind(person, key)), posted=True)
    assert not oracle.faults and oracle.days


def too_much(here: Life, oracle: Oracle) -> None:
    key, person = stuck(here)
    oracle.hear(effect(remind(person, key)), posted=True)
    oracle.hear(effect(RemindPerson(person=person, items=()), "another"), posted=True)


def at_night(here: Life, oracle: Oracle) -> None:
    key, person = stuck(here)
    here.now += 10 * HOUR
    oracle.hear(effect(remind(person, key)), posted=True)


def on_vacation(here: Life, oracle: Oracle) -> None:
    key, person = stuck(here)
    here.absent(person, Absence(reason="vacation", until=here.now + HOUR, since=here.now))
    oracle.hear(effect(remind(person, key)), posted=True)


def in_a_channel_at_night(here: Life, oracle: Oracle) -> None:
    key, _ = stuck(here)
    here.now += 34 * HOUR
    oracle.hear(effect(Escalate(channel="leadership", item=about(key), facts=())), posted=True)


def a_digest_in_the_afternoon(here: Life, oracle: Oracle) -> None:
    here.now = NINE + 6 * HOUR
    digest = PostDigest(channel="team", day=here.now.date(), headline="", items=(), footer="")
    oracle.hear(effect(digest), posted=True)


def to_somebody_else(here: Life, oracle: Oracle) -> None:
    key, _ = stuck(here)
    oracle.hear(effect(remind(here.members[4].id, key)), posted=True)


def to_another_team(here: Life, oracle: Oracle) -> None:
    oracle.hear(effect(remind(PersonId("pay2"))), posted=True)


def a_question_to_the_deputy_while_the_manager_is_there(here: Life, oracle: Oracle) -> None:
    here.now = NINE + HOUR
    ask = AskApproval(approval=ApprovalId("a"), person=here.members[1].id, asking=Asking.FIRST)
    oracle.hear(effect(ask), posted=True, asked_at=here.now)


def of_what_is_over(here: Life, oracle: Oracle) -> None:
    key, person = stuck(here)
    here.unflag(key)
    oracle.hear(effect(remind(person, key)), posted=True)


def too_early(here: Life, oracle: Oracle) -> None:
    key, person = stuck(here)
    here.unflag(key)
    here.flag(key)
    here.now += 2 * HOUR
    oracle.hear(effect(remind(person, key)), posted=True)


def twice(here: Life, oracle: Oracle) -> None:
    key, person = stuck(here)
    oracle.hear(effect(remind(person, key)), posted=True)
    here.now += timedelta(days=1)
    oracle.hear(effect(remind(person, key), "again"), posted=True)


def one_effect_twice(here: Life, oracle: Oracle) -> None:
    key, person = stuck(here)
    oracle.hear(effect(remind(person)), posted=True)
    here.now += timedelta(days=1)
    oracle.hear(effect(remind(person)), posted=True)
    assert key


def of_what_it_does_not_know(here: Life, oracle: Oracle) -> None:
    key, person = stuck(here)
    strange = replace(about(key), kind="something_new")
    oracle.hear(effect(RemindPerson(person=person, items=(strange,))), posted=True)


@pytest.mark.parametrize(
    ("happens", "fault"),
    [
        (too_much, "over budget"),
        (at_night, "outside hours"),
        (on_vacation, "outside hours"),
        (in_a_channel_at_night, "outside hours"),
        (a_digest_in_the_afternoon, "outside hours"),
        (to_somebody_else, "wrong addressee"),
        (to_another_team, "wrong addressee"),
        (a_question_to_the_deputy_while_the_manager_is_there, "wrong addressee"),
        (of_what_is_over, "about what is over"),
        (too_early, "too early"),
        (twice, "doubled"),
        (one_effect_twice, "doubled"),
        (of_what_it_does_not_know, "unjudged"),
    ],
)
def test_it_complains(happens: Callable[[Life, Oracle], None], fault: str) -> None:
    here = life()
    oracle = Oracle({"web": here})
    happens(here, oracle)
    assert oracle.faults == {fault: 1}, oracle.examples
