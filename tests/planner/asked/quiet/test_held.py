"""What somebody was not told is found: the matter, why, and until when; what they were told is not in it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from models.cycles import History
from models.hushes import Hush
from models.ids import ApprovalId, HushId, PersonId
from models.proposals import Approval, ApprovalState, Decided, Decision, Verdict
from models.signals import Signal
from models.work import Absence
from planner.asked.quiet.held import Held, held_for
from planner.detect import detect
from planner.reasoning import Load, reassign, reminder
from tests.planner.world import DAY, HOUR, LAW, LONG_AGO, NOON, TEAM, facts, history, issue, people, snapshot

ANN, PAT = PersonId("ann"), PersonId("pat")
TWO = (issue(1, flagged_since=LONG_AGO), issue(2, flagged_since=LONG_AGO + HOUR))
SPENT = Decision(verdict=Verdict.DEFER, rule="one-a-day", reason="Ann has had today's one message", until=NOON + DAY)


def found(subject: str) -> Signal:
    return next(s for s in detect(snapshot(*TWO), LAW).signals if s.subject == subject and s.step == 0)


def held(*deferred: Decided, person: PersonId = ANN, **known: Any) -> tuple[Held, ...]:
    return held_for(person, facts(*TWO), history(**known), deferred, LAW, NOON)


def told(*subjects: str) -> frozenset[Any]:
    return frozenset((ANN, found(subject).id) for subject in subjects)


def test_what_the_budget_left_out_is_found_with_its_reason_and_its_moment() -> None:
    waits = Decided(reminder(ANN, [found("PAY-2")], LAW), SPENT)
    [left] = held(waits, told=told("PAY-1"))
    assert (left.subject, left.why, left.until) == ("PAY-2", SPENT.reason, SPENT.until)
    assert left.url.endswith("PAY-2") and "PAY-2" in left.text


def test_what_they_were_told_is_not_held_back() -> None:
    assert held(told=told("PAY-1", "PAY-2")) == ()


def test_what_they_put_off_is_shown_although_they_were_told_of_it() -> None:
    quiet = Hush(id=HushId("h"), team=TEAM, person=ANN, subject="PAY-1", until=NOON + HOUR, at=NOON)
    [left] = held(told=told("PAY-1", "PAY-2"), hushes=(quiet,))
    assert (left.subject, left.why) == ("PAY-1", "PAY-1 is put off until Wed 18 Nov 13:00")


def test_it_says_when_a_yes_is_waited_for_and_when_the_next_look_decides() -> None:
    first, second = held(raised=frozenset({(ANN, found("PAY-1").id, Verdict.ASK)}))
    assert (first.why, second.why) == ("it waits for a yes", "it is weighed at the next look")


def test_a_question_that_was_held_back_is_found_by_whoever_would_be_asked() -> None:
    known: History = history()
    asked = next(s for s in detect(snapshot(issue(3, None)), LAW).signals if s.step == 0)
    seen = snapshot(issue(3, None))
    proposal = reassign(asked, seen.issues[0], seen.people[ANN], Load.of(seen), seen, LAW)
    wait = Decided(proposal, replace(SPENT, reason="Pat has had today's one message"))
    rows = held_for(PAT, facts(issue(3, None)), known, [wait], LAW, NOON)
    assert [(row.text, row.why) for row in rows if not row.subject] == [
        ("A question: Give PAY-3 to Ann", "Pat has had today's one message")
    ]
    assert held_for(ANN, facts(issue(3, None)), known, [wait], LAW, NOON) == ()


def test_what_stands_on_a_card_of_theirs_is_told_open_or_answered() -> None:
    orphan, pat = issue(3, None), PAT
    seen = snapshot(orphan)
    asked = next(s for s in detect(seen, LAW).signals if s.step == 0)
    proposal = reassign(asked, orphan, seen.people[ANN], Load.of(seen), seen, LAW)
    card = Approval(
        id=ApprovalId("a"),
        team=TEAM,
        proposal=proposal,
        payload_hash="h",
        approvers=(PAT, PersonId("deb")),
        state=ApprovalState.PENDING,
        asked_at=NOON,
        expires=NOON + DAY,
        decision_rule="ask-reassign",
        directives_version="v1",
    )

    def rows(person: PersonId, **known: Any) -> list[str]:
        return [row.subject for row in held_for(person, facts(orphan), history(**known), (), LAW, NOON)]

    late = replace(card, passed_on=NOON, copies={PersonId("deb"): None})
    spent = {(PersonId("deb"), "2026-11-18", "daily"): 1}
    [coming] = held_for(PersonId("deb"), facts(orphan), history(pending=(late,), spent=spent), (), LAW, NOON)
    assert (coming.text, coming.why) == ("A question: Give PAY-3 to Ann", "Deb has had today's one message already")
    assert coming.until is not None and coming.until > NOON
    assert rows(PersonId("deb"), pending=(late,)) == [], "it comes at this moment"
    assert rows(PersonId("deb"), pending=(late,), spent=spent, open_cards=frozenset({"deb"})) == [], "it joins a card"
    seen_by_deb = replace(late, copies={PersonId("deb"): {"channel": "D1", "ts": "1"}})
    assert rows(PersonId("deb"), pending=(seen_by_deb,), spent=spent) == []
    assert rows(pat) == ["PAY-3"]
    assert rows(pat, pending=(card,)) == []
    assert rows(pat, settled={proposal.id: Verdict.ASK}) == []


def test_whoever_is_away_hears_to_whom_it_was_passed_on() -> None:
    away = Absence(reason="on vacation", until=NOON + 3 * DAY)
    held_now = replace(facts(*TWO), people=tuple(people(ann=away).values()))
    known = history(told=frozenset((PAT, signal.id) for signal in detect(snapshot(*TWO), LAW).signals))
    rows = held_for(ANN, held_now, known, (), LAW, NOON)
    assert [(row.subject, row.why) for row in rows] == [
        ("PAY-1", "you are away, so it was passed to Pat"),
        ("PAY-2", "you are away, so it was passed to Pat"),
    ]
    assert held_for(PersonId("bob"), held_now, known, (), LAW, NOON) == ()
