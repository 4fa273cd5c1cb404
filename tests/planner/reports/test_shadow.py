"""The log of shadow mode: every decision of its time in exactly one entry, and every moment in exactly one log."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from models.actions import Item, RemindPerson
from models.directives_file import load
from models.ids import PersonId, ProposalId, SignalId
from models.proposals import Decision, Proposal, Supposed, Verdict
from models.signals import Urgency
from models.trust import Recorded
from planner.reports.shadow import LONGEST, begin_of, cut_of, day_of
from tests.planner.world import NOON

LAW = load(Path(__file__).parents[3] / "directives.yaml")
TEAM = LAW.teams[0]
LI, SAM = PersonId("li"), PersonId("sam")


def recorded(name: str, verdict: Verdict, signals: str, who: PersonId = LI, minutes: int = 0) -> Recorded:
    items = tuple(
        Item(SignalId(s), "review_overdue", s, f"{s} waits.", "https://x.example", "high", "review-8-hours")
        for s in signals
    )
    proposal = Proposal(
        id=ProposalId(name),
        action=RemindPerson(person=who, items=items),
        because="b",
        evidence=(),
        signals=tuple(SignalId(s) for s in signals),
        urgency=Urgency.MEDIUM,
        rule="review-8-hours",
    )
    supposed = Supposed(verdict=verdict, rule="ask-for-updates", reason="Li has had today's one message already")
    is_sent = verdict in (Verdict.ALLOW, Verdict.ASK)
    kept = Decision(verdict=Verdict.DENY if is_sent else verdict, rule="mode-shadow", reason="r", supposed=supposed)
    return Recorded(team=TEAM.id, proposal=proposal, decision=kept, at=NOON + timedelta(minutes=minutes))


SOME = st.builds(
    recorded,
    st.sampled_from(["p1", "p2", "p3", "p4", "p5"]),
    st.sampled_from(list(Verdict)),
    st.sampled_from(["a", "b", "ab", "abc", "c"]),
    st.sampled_from([LI, SAM]),
)


@settings(max_examples=300, deadline=None, derandomize=True)
@given(st.lists(SOME, max_size=20))
def test_every_decision_of_the_day_is_in_exactly_one_of_sent_and_withheld(day: list[Recorded]) -> None:
    told = day_of(day, LAW)
    assert sum(entry.decisions for entry in (*told.sent, *told.withheld)) == len(day)
    names = [entry.kept.proposal for entry in (*told.sent, *told.withheld)]
    assert len(set(names)) == len(names) and set(names) <= {each.proposal.id for each in day}
    last = {each.proposal.id: each.would_be_sent for each in day}
    assert {entry.kept.proposal for entry in told.sent} == {name for name, sent in last.items() if sent}
    assert all(entry.sent for entry in told.sent) and not any(entry.sent for entry in told.withheld)


def test_what_waited_and_grew_is_told_as_what_it_became() -> None:
    told = day_of([recorded("p1", Verdict.DEFER, "a"), recorded("p2", Verdict.ALLOW, "ab", minutes=9)], LAW)
    [entry] = told.sent
    assert told.withheld == () and (entry.kept.proposal, entry.decisions) == ("p2", 2)
    assert (entry.kept.to, entry.kept.what) == ("Li Wei", "a waits. And 1 more.")
    other = day_of([recorded("p1", Verdict.DEFER, "a"), recorded("p2", Verdict.ALLOW, "ab", SAM)], LAW)
    assert len(other.withheld) == 1, "what somebody else hears is not what this reader waits for"


def test_what_is_withheld_says_what_held_it_back() -> None:
    [entry] = day_of([recorded("p1", Verdict.DEFER, "a")], LAW).withheld
    assert entry.kept.why == "Li has had today's one message already (ask-for-updates)"


@settings(max_examples=200, deadline=None, derandomize=True)
@given(st.integers(0, 60 * 24 * 40))
def test_logs_follow_each_other_without_a_gap_or_an_overlap(minutes: int) -> None:
    now = NOON + timedelta(minutes=minutes)
    cut = cut_of(TEAM, LAW, now)
    if cut is None:
        return
    before = begin_of(TEAM, LAW, cut, None)
    assert cut - LONGEST <= before < cut
    assert begin_of(TEAM, LAW, cut, before) == before
    assert before == cut - LONGEST or cut_of(TEAM, LAW, before) == before
    assert begin_of(TEAM, LAW, cut, before + timedelta(hours=1)) == before + timedelta(hours=1)


def test_the_log_is_cut_half_an_hour_before_the_team_goes_home_and_never_on_a_free_day() -> None:
    cut = cut_of(TEAM, LAW, NOON)
    assert cut == datetime.fromisoformat("2026-11-18T17:30:00-05:00")
    assert cut_of(TEAM, LAW, NOON + timedelta(days=3)) is None
    assert replace(recorded("p", Verdict.DENY, "a")).would_be_sent is False
