"""Answers as their reader sees them, from a believable team; see ``test_gallery`` for how to read these."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.listeners.buttons import JOBS
from bot.views.home import home, home_of
from bot.views.parts.message import Message
from bot.views.reply import reply_message
from planner.asked.here import Here
from planner.asked.questions import AskHelp, parse_command
from planner.asked.quiet.pausing import pause_line
from tests.bot.views.reading import seen
from tests.contracts.blockkit import check_message
from tests.planner.asked.quiet.test_pausing import PAUSE
from tests.planner.reports.believable import LAW, ask, two_boards, work
from tests.planner.reports.remembered import MEMORY
from tests.planner.world import HOUR, NOON, TEAM, ZONE

pytestmark = pytest.mark.anyio
GALLERY = Path(__file__).parent / "gallery"

ASKED = {
    "answer-all": "all",
    "answer-blockers": "blockers",
    "answer-changes": "changes",
    "answer-digest": "digest",
    "answer-directives": "directives",
    "answer-directives-of-one-line": "directives blocked-1-day",
    "answer-forecast": "forecast",
    "answer-forecast-with-a-chance": "forecast",
    "answer-left": "left",
    "answer-mine": "mine",
    "answer-nearly": "staus",
    "answer-of-every-sprint": "status all",
    "answer-pause-refused": "pause until tomorrow",
    "answer-reviews": "reviews",
    "answer-several": "how are we doing and what is blocked",
    "answer-status": "status",
    "answer-status-of-a-board": "status",
    "answer-unowned": "unowned",
    "answer-waiting": "waiting",
    "answer-waiting-for-one": "waiting for ann",
    "answer-which-board": "status",
    "answer-why-status": "why status",
    "answer-work-of-one": "work of bob",
}


async def drawn(name: str, *, public: str = "") -> Message:
    several = name in {"answer-which-board", "answer-status-of-a-board", "answer-of-every-sprint"}
    here = Here(board=9) if name == "answer-status-of-a-board" else Here()
    held, said = two_boards() if several else work(), name == "answer-several"
    memory = MEMORY if name == "answer-forecast-with-a-chance" else None
    reply = await ask(ASKED[name], held, here=here, public=bool(public), said=said, hindsight=memory)
    paused = pause_line(PAUSE, TEAM, LAW, NOON) if name == "answer-status" else ""
    again = ASKED[name]
    return reply_message(
        reply, zone=ZONE, now=NOON + HOUR / 10, company_now=NOON, again=again, paused=paused, public=public
    )


@pytest.mark.parametrize("name", ASKED)
async def test_the_answer_reads_as_in_the_gallery(name: str) -> None:
    shown = seen((await drawn(name)).blocks)
    assert shown == (GALLERY / f"{name}.txt").read_text(encoding="utf-8").rstrip("\n")


@pytest.mark.parametrize("name", ASKED)
async def test_slack_would_take_the_answer(name: str) -> None:
    message = await drawn(name)
    check_message({"text": message.text, "blocks": message.blocks})


@pytest.mark.parametrize("name", ASKED)
async def test_every_button_asks_something_that_is_understood(name: str) -> None:
    rows = [block["elements"] for block in (await drawn(name)).blocks if block["type"] == "actions"]
    for button in (button for row in rows for button in row):
        assert button["action_id"].partition(":")[0] in JOBS
        asked = parse_command(button["value"])
        assert not isinstance(asked, AskHelp) or asked == AskHelp(), button


@pytest.mark.parametrize("name", ASKED)
async def test_a_public_answer_has_no_buttons_and_names_who_shows_it(name: str) -> None:
    message = await drawn(name, public="Ann")
    posted = "Post to channel" in str((await drawn(name)).blocks)
    if posted:
        assert "shown by Ann" in message.text and not any(block["type"] == "actions" for block in message.blocks)


@pytest.mark.parametrize("name", ASKED)
async def test_the_words_alone_name_every_issue_the_blocks_name(name: str) -> None:
    """Where Slack refuses the blocks, a table's rows stand in the text."""
    message = await drawn(name)
    tables = [block for block in message.blocks if block["type"] == "table"]
    for row in (row for block in tables for row in block["rows"][1:]):
        key = row[0]["elements"][0]["elements"][0]["text"]
        assert f"{key} " in message.text


@pytest.mark.parametrize("name", ASKED)
async def test_nothing_is_praised_shouted_or_noticed(name: str) -> None:
    words = (await drawn(name)).text.lower()
    assert not [word for word in ("!", "i noticed", "great", "well done", "please", "oops", "sorry") if word in words]


def test_the_home_of_everybody_says_who_has_paused() -> None:
    [member] = [each for each in LAW.teams[0].members if each.id == "ann"]
    told = [str(home(home_of(member, LAW, work(paused=pause), (), now=NOON, real=NOON))) for pause in (PAUSE, None)]
    assert ["Paused by Pat since Wed 18 Nov 11:00" in page for page in told] == [True, False]
