"""What is told of a change: at whose word it was made, and never as the reader's own when it was another's."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from models.actions import Reassign
from models.ids import EffectId, IssueKey, PersonId, ProposalId, TeamId
from models.proposals import AskedIn, Effect, EffectState, Proposal
from models.signals import Urgency
from planner.reports.deeds import changes_of, deeds_of
from tests.planner.world import LAW, NOON, TEAM

ANN, BOB, PAT, KAI = (PersonId(p) for p in ("ann", "bob", "pat", "kai"))


def given(yes: PersonId | None = PAT, number: int = 7, **changes: Any) -> Effect:
    """A ticket of Kai's that went to Bob because Ann asked for it."""
    action = Reassign(issue=IssueKey(f"PAY-{number}"), issue_title="", issue_url="", giver=KAI, taker=BOB)
    proposal = Proposal(
        id=ProposalId("p"), action=action, because="", evidence=(), signals=(), urgency=Urgency.LOW, rule="r",
        **({"asked_by": ANN} | changes),
    )  # fmt: skip
    return Effect(
        id=EffectId("e"), team=TeamId(TEAM), cycle=None, proposal=proposal, action=action, state=EffectState.SENT,
        said_yes=yes, ended=NOON,
    )  # fmt: skip


def how(effect: Effect, person: PersonId) -> str:
    [deed] = deeds_of(person, [effect], LAW)
    return deed.how


def test_each_reads_at_whose_word_it_was_done() -> None:
    assert how(given(), ANN) == "you asked for it"
    assert how(given(), PAT) == "you approved it"
    assert how(given(), BOB) == how(given(), KAI) == "Ann asked for it, Pat said yes"
    assert how(given(asked_by=None), BOB) == "Pat said yes", "it was proposed"
    assert how(given(yes=ANN), BOB) == "Ann said yes", "one who did both is named once"
    assert how(given(yes=None, asked_by=None), BOB) == "", "allowed without a word of anybody"


def test_what_was_asked_anew_is_still_its_first_askers() -> None:
    anew = given(asked_by=PAT, asked_in=AskedIn(person=ANN))
    assert how(anew, BOB) == "Ann asked for it, Pat said yes"


def test_the_next_message_tells_three_changes_and_counts_the_rest() -> None:
    lines = changes_of([given(number=n) for n in range(1, 6)], LAW)
    assert lines[0] == "PAY-1 → Bob: Ann asked for it, Pat said yes"
    assert len(lines) == 4 and lines[-1] == "and 2 more in Home"


def test_what_was_taken_back_says_by_whom() -> None:
    back = replace(given(yes=None, asked_by=PAT, undoes=EffectId("e0")))
    assert changes_of([back], LAW) == ("PAY-7 → Bob: Pat took it back",)
