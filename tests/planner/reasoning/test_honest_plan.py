"""The simulator's honest brain weighs our own prompt, and every word of it is let through."""

from __future__ import annotations

import json
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from integrations.simulator.claude.brains import Asked, Honest
from models.actions import Reassign
from models.thoughts import Prompt, Stop, Thought, Usage
from planner.reasoning import ThinkingMind
from planner.reasoning.reply import SCHEMA
from tests.planner.reasoning.minds import Drawer, grounded, weighed
from tests.planner.world import LONG_AGO, issue, pull_request, snapshot

pytestmark = pytest.mark.anyio

BUSY = snapshot(
    issue(1, flagged_since=LONG_AGO),
    issue(2, None, points=3.0),
    *(issue(n, who, points=5.0) for n, who in enumerate(["ann", "bob", "deb", "mike", "tess"], 10)),
    issue(3, "bob", flagged_since=LONG_AGO, blocked_by=("PAY-1",)),
    prs=(pull_request(7),),
)


class Brain:
    """What would come over the wire."""

    said: str = ""

    async def think(self, prompt: Prompt, team: str, **more: Any) -> Thought:
        body = {
            "system": [{"type": "text", "text": text} for text in prompt.fixed],
            "messages": [{"role": "user", "content": turn.text} for turn in prompt.turns],
            "output_config": {"format": {"type": "json_schema", "schema": prompt.answer}},
        }
        self.said = Honest().answer(Asked(body)).text
        return Thought(text=self.said, stop=Stop.END, usage=Usage(), model="claude-sonnet-5-5")


async def test_nothing_an_honest_brain_says_is_thrown_away() -> None:
    thinking = await weighed(ThinkingMind(Brain(), Drawer()), BUSY)
    assert (dict(thinking.dropped), thinking.by) == ({}, "claude-sonnet-5-5")
    assert all(proposal.weighed for proposal in grounded(thinking, BUSY))


async def test_it_gives_what_nobody_has_to_somebody_with_room_and_says_why() -> None:
    found = grounded(await weighed(ThinkingMind(Brain(), Drawer()), BUSY), BUSY)
    [orphan] = [each for each in found if isinstance(each.action, Reassign)]
    assert orphan.action.taker == "kai"  # type: ignore[union-attr]
    assert orphan.weighed.endswith(
        "Kai has nothing open in this sprint, so this leaves room for it, and I would ask them."
    )


async def test_its_answer_is_of_the_given_shape() -> None:
    brain = Brain()
    await weighed(ThinkingMind(brain, Drawer()), BUSY)
    assert Draft202012Validator(SCHEMA).is_valid(json.loads(brain.said))
