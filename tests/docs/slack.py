"""Every ``/pm`` of the pages, sent to the agent as Slack sends it, and answered with what it knows that it is."""

from __future__ import annotations

import json
import re
from typing import Any

from tests.docs.reading import distinct
from tests.world import World

TYPED = [text for text in distinct() if text.startswith("/pm ")]

STANDS_FOR = (
    (r"\[until tomorrow \| for 2h\]", "until tomorrow"),
    (r"\[id\]", ""),
    (r"\[word\]", "snooze"),
    (r"\[words or id\]", "review-8-hours"),
    (r"[\[\]]", ""),
    ("@li", "<@U07LIWEI9M5>"),
    (r"\bann\b", "mike"),
    (r"\bbob\b", "sam"),
)
"""What people in the examples are called here, and what is left out by choice."""

LOST = ("I do not know", "I did not understand", "Something went wrong", "failed with the error")


async def ask_all(world: World) -> list[str]:
    """What is wrong with the answers, command by command; the last one is none and must be found wrong."""
    return [told for text in (*TYPED, "/pm flyy") if (told := await _asked(world, text))]


async def _asked(world: World, text: str) -> str:
    """What is wrong with the answer; empty when nothing is."""
    keys = sorted(issue.key for issue in world.simulator.company.active())
    line = re.sub(r"(PAY|INFRA)-(\d+)", lambda key: keys[int(key[2]) % len(keys)], text)
    for word, meant in STANDS_FOR:
        line = re.sub(word, meant, line)
    workspace, dana = world.simulator.workspace, world.slack_id("dana")
    room = next(
        id for id, channel in workspace.channels.items() if not channel.direct and channel.name == "engineering"
    )
    before = {key: _words(message) for key, message in workspace.messages.items()}
    answered = await world.simulator.slack_out.command(dana, room, "/pm", line.removeprefix("/pm ").strip())
    await world.settle(parked=True)
    said = [_words(m) for key, m in workspace.messages.items() if before.get(key) != _words(m)]
    if not answered.ok or not said:
        return f"{line}: no answer"
    lost = [words for words in LOST if any(words in each for each in said)]
    return f"{line}: {said[0][:300]}" if lost else ""


def _words(message: Any) -> str:
    return json.dumps([message.text, message.blocks], ensure_ascii=False, default=str)
