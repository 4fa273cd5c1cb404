"""The log of shadow mode: every decision of its time in exactly one entry, and every moment in exactly one log."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from models.actions import Action, Escalate, Item, Kept, PostDigest, Reassign, RemindPerson
from models.directives_file import load
from models.ids import IssueKey, PersonId, ProposalId, SignalId
from models.proposals import Decision, Proposal, Supposed, Verdict
from models.signals import Urgency
from models.trust import Recorded
from planner.bounds.worktime import person_calendar
from planner.reports.shadow import LONGEST, begin_of, cut_of, day_of, told
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
    of_day = day_of(day, LAW)
    assert sum(entry.decisions for entry in (*of_day.sent, *of_day.withheld)) == len(day)
    names = [entry.kept.proposal for entry in (*of_day.sent, *of_day.withheld)]
    assert len(set(names)) == len(names) and set(names) <= {each.proposal.id for each in day}
    last = {each.proposal.id: each.would_be_sent for each in day}
    assert {entry.kept.proposal for entry in of_day.sent} == {name for name, sent in last.items() if sent}
    assert all(entry.sent for entry in of_day.sent) and not any(entry.sent for entry in of_day.withheld)


def test_what_waited_and_grew_is_told_as_what_it_became() -> None:
    of_day = day_of([recorded("p1", Verdict.DEFER, "a"), recorded("p2", Verdict.ALLOW, "ab", minutes=9)], LAW)
    [entry] = of_day.sent
    assert of_day.withheld == () and (entry.kept.proposal, entry.decisions) == ("p2", 2)
    assert (entry.kept.to, entry.kept.what) == ("Li Wei", "a waits. · b waits.")
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


# --- what stands in an entry ----------------------------------------------------------------------------------------

BERLIN = person_calendar(LAW, TEAM.id, PersonId("li"))
ONE = Item(SignalId("s"), "review_overdue", "PAY-7", "PAY-7 is blocked for 2 days.", "https://x.example", "high", "r")
DAY = NOON.date()


def entry_of(action: Action, verdict: Verdict = Verdict.ALLOW) -> Kept:
    made = recorded("p", verdict, "a")
    told_of = day_of([replace(made, proposal=replace(made.proposal, action=action, because="It has no owner."))], LAW)
    [kept] = told([*told_of.sent, *told_of.withheld], 5, BERLIN, DAY)
    return kept


def test_an_entry_says_the_words_that_would_have_been_sent() -> None:
    summary = PostDigest(channel="team", day=DAY, headline="Sprint 24: on track", items=(ONE,), footer="f")
    assert entry_of(summary).what == "Sprint 24: on track · PAY-7 is blocked for 2 days."
    louder = Escalate(channel="leadership", item=ONE, facts=("Nobody has answered.",))
    assert entry_of(louder).what == "PAY-7 is blocked for 2 days. · Nobody has answered."
    remind = RemindPerson(person=LI, items=(ONE, replace(ONE, text="PAY-8 waits.")), more=2)
    assert entry_of(remind).what == "PAY-7 is blocked for 2 days. · PAY-8 waits. · and 2 more"
    give = Reassign(issue=IssueKey("PAY-9"), issue_title="t", issue_url="u", giver=None, taker=LI)
    assert entry_of(give, Verdict.ASK).what == "Approve? Give PAY-9 to Li Wei: It has no owner."
    assert entry_of(give).what == "Give PAY-9 to Li Wei: It has no owner."


def test_an_entry_says_when_in_its_readers_zone_with_the_day_when_it_was_another() -> None:
    kept = day_of([recorded("p", Verdict.ALLOW, "a")], LAW).sent
    [today], [later] = told(kept, 5, BERLIN, DAY), told(kept, 5, BERLIN, DAY + timedelta(days=1))
    assert (today.when, later.when) == (f"{BERLIN.local(NOON):%H:%M}", BERLIN.when(NOON))
    assert today.when != f"{NOON:%H:%M}"


def test_a_question_would_reach_somebody_and_counts_as_sent() -> None:
    assert len(day_of([recorded("p", Verdict.ASK, "a")], LAW).sent) == 1


def test_what_grew_stands_where_it_was_decided_last() -> None:
    """Of one urgency the order is that of the decisions, and what grew is as young as what it became."""
    first = [recorded("p1", Verdict.DEFER, "a"), recorded("p2", Verdict.ALLOW, "c", SAM, 1)]
    entries = day_of([*first, recorded("p1", Verdict.ALLOW, "a", minutes=2)], LAW).sent
    assert [entry.kept.proposal for entry in entries] == ["p2", "p1"]
