"""Every message about a condition says what the next step is, in words of its own."""

from __future__ import annotations

import pytest

from bot.views.nudge import nudge
from models.actions import Item, RemindPerson
from models.ids import PersonId, SignalId
from models.signals import SignalKind

ASKED = sorted(set(SignalKind) - {SignalKind.IDENTITY_UNCERTAIN})


def told(kind: SignalKind, asks: str = "") -> str:
    item = Item(
        signal=SignalId("s"),
        kind=kind.value,
        subject="PAY-1",
        text="PAY-1 waits",
        url="https://jira.test/browse/PAY-1",
        urgency="low",
        rule="some-line",
        asks=asks,
    )
    message = nudge(RemindPerson(person=PersonId("ann"), items=(item,)), "p")
    return str(message.blocks[0]["text"]["text"])


@pytest.mark.parametrize("kind", ASKED)
def test_a_message_says_what_the_next_step_is(kind: SignalKind) -> None:
    first, _, step = told(kind).partition("\n")
    assert "waits" in first and step.endswith((".", "?"))


def test_no_two_conditions_ask_for_the_same() -> None:
    steps = [told(kind).partition("\n")[2] for kind in ASKED]
    assert len(set(steps)) == len(steps)


def test_what_is_asked_of_this_reader_stands_in_place_of_what_everybody_is_asked() -> None:
    assert told(SignalKind.BLOCKED_TOO_LONG, "Who takes it?") == told(SignalKind.BUILD_RED, "Who takes it?")
    assert told(SignalKind.BLOCKED_TOO_LONG, "Nobody owns it <a>").endswith("Nobody owns it &lt;a&gt;")
