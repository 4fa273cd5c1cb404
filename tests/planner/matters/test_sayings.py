"""What somebody says with a press spares the others, is read by whoever hears next, and leaves the summary out."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from models.hushes import IN_HAND, End, Hush, Said
from models.ids import HushId, PersonId
from models.signals import Findings, Signal, SignalKind, Urgency
from planner.matters.sayings import in_hand, with_sayings
from planner.policy.peace import awake, left_in_peace
from planner.reasoning.rules import escalate
from planner.still.factcheck import Ground
from tests.planner.world import DAY, HOUR, LAW, NOON, TEAM, history, signal, snapshot

ANN, TESS = PersonId("ann"), PersonId("tess")
REVIEW = signal("acme/api#9", "tess", kind=SignalKind.REVIEW_OVERDUE)


def said(end: End = End.TODAY, subject: str = REVIEW.subject, **changes: Any) -> Hush:
    words = changes.pop("words", "")
    made = Hush(
        id=HushId("h"),
        team=TEAM,
        person=ANN,
        subject=subject,
        at=NOON,
        until=NOON + DAY,
        said=Said(end=end, words=words),
    )
    return replace(made, **changes)


def hears(found: Any, hush: Hush, person: PersonId = TESS) -> bool:
    return bool(awake([found], person, Ground.of(snapshot(), LAW), history(hushes=(hush,))))


def test_while_somebody_has_taken_it_nobody_else_is_reminded() -> None:
    assert not hears(REVIEW, said())
    assert not hears(REVIEW, said(End.TAKE))


@pytest.mark.parametrize(
    ("found", "hush"),
    [
        (replace(REVIEW, urgency=Urgency.CRITICAL), said()),
        (replace(REVIEW, step=1), said()),
        (REVIEW, said(until=NOON - HOUR)),
        (REVIEW, said(ended=NOON)),
        (REVIEW, said(subject="acme/api#8")),
        (REVIEW, said(End.WAITING)),
        (REVIEW, said(End.OVER)),
    ],
    ids=["critical", "gone further", "time over", "taken back", "another", "waits", "no claim"],
)
def test_otherwise_they_hear_as_before(found: Any, hush: Hush) -> None:
    assert hears(found, hush)


def test_whoever_hears_next_reads_it_and_its_sayer_does_not() -> None:
    blocked, own = signal("PAY-7", "pat", step=1), signal("PAY-7")
    hush = said(End.WAITING, "PAY-7", words="the bank\nanswers then")
    told = with_sayings(Findings((blocked, own)), (hush,), snapshot(), LAW).signals
    words = "waiting on purpose until Thu 19 Nov 12:00, says Ann: “the bank answers then”"
    assert told[0].headline == f"PAY-7 waits ({words})"
    assert told[0].evidence == blocked.evidence, "said once"
    assert told[0].id == blocked.id and told[1] == own


def test_what_is_told_aloud_says_also_what_its_own_reader_has_said() -> None:
    found = Findings((signal("PAY-7"),))
    [told] = with_sayings(found, (said(End.OVER, "PAY-7"),), snapshot(), LAW, aloud=True).signals
    assert told.headline == "PAY-7 waits (over, says Ann)"


def held(found: Signal, hush: Hush) -> bool:
    """Whether a word to the channel, about what ``hush`` is about, is not even asked for."""
    ground = Ground.of(snapshot(), LAW, Findings((found,)))
    return left_in_peace(escalate(found, "leadership", LAW), ground, history(hushes=(hush,)))


def test_what_somebody_says_is_over_goes_no_further_until_their_word_has_run_out() -> None:
    found = signal("PAY-7", None, step=2)
    assert held(found, said(End.OVER, "PAY-7"))
    assert not hears(replace(found, addressee=TESS), said(End.OVER, "PAY-7")), "nor up the ladder in a message"
    assert not held(found, said(End.OVER, "PAY-7", until=NOON - HOUR))
    assert not held(found, said(End.WAITING, "PAY-7")) and not held(found, said(End.OVER, "PAY-8"))
    assert not held(replace(found, urgency=Urgency.CRITICAL), said(End.OVER, "PAY-7"))


def test_a_long_reason_is_cut_and_an_old_one_is_not_told() -> None:
    hush = said(End.WAITING, "PAY-7", words="x" * 500)
    [told] = with_sayings(Findings((signal("PAY-7", "pat"),)), (hush,), snapshot(), LAW).signals
    assert len(told.headline) < 240 and told.headline.endswith("…”)")
    over = replace(hush, until=NOON - HOUR)
    assert with_sayings(Findings((REVIEW,)), (over,), snapshot(), LAW).signals == (REVIEW,)


@pytest.mark.parametrize("end", End)
def test_the_summary_leaves_out_what_is_in_hand_unless_it_is_critical(end: End) -> None:
    known = in_hand(Findings((REVIEW, signal("PAY-1"))), (said(end),), NOON)
    assert known == ({REVIEW.id: Urgency.HIGH} if end in IN_HAND else {})
