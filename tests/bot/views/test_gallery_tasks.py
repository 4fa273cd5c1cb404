"""A delegated task while it is worked on, its report, and all of it; see ``test_gallery`` for how to read these."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from bot.views.document import at_work, over, report_message, whole_report
from bot.views.parts.message import Message
from models.actions import Task
from models.documents import Document, DocumentState, Section
from models.ids import EffectId, TeamId
from models.money import Money
from planner.asked.questions import AskDocument, parse_command
from tests.bot.views.reading import pressable, seen
from tests.bot.views.samples import LI, SITE, TUESDAY
from tests.bot.views.test_gallery import GALLERY
from tests.contracts.blockkit import check_message

TASK = Document(
    id=EffectId("0f1e2d3c4b5a69788796"),
    team=TeamId("payments"),
    asker=LI,
    task=Task.ROOT_CAUSE,
    about="PAY-398",
    state=DocumentState.DONE,
    runs=1,
    begun=TUESDAY,
    title="What is behind PAY-398",
    summary=("PAY-398 waits for INFRA-77, which nobody has.", "INFRA-77 holds up 2 other tickets."),
    body=(
        Section(
            "What was found",
            (
                ("1. PAY-398 waits for INFRA-77, and nobody has INFRA-77.", ""),
                ("– PAY-398 waits for INFRA-77", f"{SITE}/PAY-398"),
                ("– nobody has INFRA-77", f"{SITE}/INFRA-77"),
            ),
        ),
        Section("What I make of it", (("Talk to the team about who could take it.", ""),)),
        Section("What is not known", (("I do not know why.", ""),)),
    ),
    markdown="# What is behind PAY-398\n",
    dropped=1,
    cost=Money.usd("0.08"),
)

MESSAGES: dict[str, Callable[[], Message]] = {
    "task-begun": lambda: at_work(TASK, 0, ""),
    "task-at-work": lambda: at_work(TASK, 3, "INFRA-77"),
    "task-done": lambda: over(TASK),
    "task-without-a-report": lambda: over(
        TASK, "It was not done within 5 minutes and was ended. Ask about less at once"
    ),
    "task-report": lambda: report_message(TASK),
    "task-whole-report": lambda: whole_report(TASK),
}


@pytest.mark.parametrize("name", MESSAGES)
def test_the_message_reads_as_in_the_gallery(name: str) -> None:
    assert seen(MESSAGES[name]().blocks) == (GALLERY / f"{name}.txt").read_text(encoding="utf-8").rstrip("\n")


@pytest.mark.parametrize("name", MESSAGES)
def test_slack_would_take_the_message(name: str) -> None:
    drawn = MESSAGES[name]()
    check_message({"text": drawn.text, "blocks": drawn.blocks})


def test_the_button_under_a_report_asks_for_all_of_it() -> None:
    [press] = pressable(report_message(TASK).blocks)
    assert parse_command(press["value"]) == AskDocument(TASK.id)


def test_a_report_longer_than_a_message_is_cut_and_says_where_all_of_it_is() -> None:
    many = tuple((f"{n}. {'PAY-398 waits. ' * 20}", "") for n in range(60))
    drawn = whole_report(replace(TASK, body=(Section("What was found", many), *TASK.body[1:])))
    check_message({"text": drawn.text, "blocks": drawn.blocks})
    assert "pm documents show" in str(drawn.blocks[-1]) and "59. " not in str(drawn.blocks)
