"""Whoever is asked for a yes reads the asker's own words, in whatever shape the card comes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bot.views.approval import approval_card
from models.actions import CloseIssue, Reassign
from models.ids import IssueKey, PersonId
from models.proposals import Approval
from models.signals import Evidence
from tests.bot.views.samples import NAMES, approval, proposal

LI = PersonId("li")


def asked(number: int, kind: type[Any]) -> Approval:
    about: dict[str, Any] = {"issue": IssueKey(f"PAY-{number}"), "issue_title": "T", "issue_url": "https://x.test"}
    given = {"giver": None, "taker": LI} if kind is Reassign else {"before": "To Do"}
    words = Evidence(f"Li Wei asked for it: “number {number}, {'as I said before, ' * 6}if Noor & I agree”")
    made = proposal(kind(**about, **given), because="Li Wei asked for it.", evidence=(words,))
    return approval(number, proposal=replace(made, asked_by=LI, id=replace(made).id))


@pytest.mark.parametrize("many", [1, 2, 5, 8])
@pytest.mark.parametrize("kinds", [(CloseIssue,), (Reassign, CloseIssue)])
def test_every_question_of_a_card_has_the_words_it_was_asked_by(many: int, kinds: tuple[type[Any], ...]) -> None:
    questions = [
        replace(asked(number, kinds[number % len(kinds)]), decision_rule=f"rule-{number}" if len(kinds) > 1 else "one")
        for number in range(1, many + 1)
    ]
    shown = str(approval_card(questions, NAMES, "Europe/Berlin").blocks)
    assert [n for n in range(1, many + 1) if f"“number {n}, " not in shown] == []
    assert shown.count("if Noor &amp; I agree”") == many
