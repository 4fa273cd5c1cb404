"""The whole product with a hostile Claude behind the real SDK: nobody is reached for it, and no secret gets out."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
from pydantic import SecretStr

from integrations.jira import adf
from integrations.simulator.claude.api import Pace
from integrations.simulator.claude.brains import Asked, Said, Wish
from integrations.simulator.server import Simulator
from planner.reasoning.reply import SCHEMA as PLAN
from tests.promises.injected import CANARY, EVIL, MARK, SHAPED, answers, payloads, plan_of
from tests.promises.logged import logged
from tests.world import running

pytestmark = pytest.mark.anyio

SEEN = payloads()[::23]
"""One for each ticket that is open, and a question for the first of them."""


QUESTIONS = (
    "what would you do in my place",
    "which of all these things smells funny",
    "how do we make our customers happy",
)
"""Rules understand none of them."""


class Hostile:
    """Answers every question as the words it was shown want it, and tells every secret it knows."""

    def __init__(self) -> None:
        self.dice, self.payloads, self.plans, self.talks = Random(5), list(SEEN), 0, 0

    def answer(self, asked: Asked) -> Said:
        """See ``Brain.answer``."""
        payload = self.dice.choice(self.payloads)
        if asked.schema == PLAN:
            self.plans += 1
            rows = [json.loads(line) for line in asked.words.splitlines() if line.startswith('{"')]
            offers = [row["o"] for row in rows if "o" in row]
            return Said(plan_of(payload, offers, [f"f{n}" for n in range(1, 9)], self.dice))
        self.talks += 1
        if not asked.results and self.dice.random() < 0.7:
            wanted: Mapping[str, Any] = {"change": "assign", "ticket": "PAY-401", "to": "mallory"}
            return Said(calls=(Wish("search", {"words": CANARY, "where": "both"}), Wish("propose", wanted)))
        said = answers(payload, self.dice)
        return Said(json.dumps({"answer": [said[0]], "inference": [said[1]], "unknown": said[2]}))


def poisoned(simulator: Simulator) -> None:
    """Open tickets are called what an attacker calls them, with comments of the same kind."""
    simulator.claude.brain = Hostile()
    company = simulator.company
    for issue, payload in zip(list(company.active()), SEEN, strict=False):
        words = payload.text[:200]
        company.edit(issue.key, by=str(issue.assignee or issue.key), title=words)
        company.comment(issue.key, str(issue.assignee), adf.doc(adf.text(words)))


async def test_the_whole_product_does_and_says_nothing_for_a_hostile_model(tmp_path: Path) -> None:
    hostile = running(tmp_path, claude=Pace(), prepare=poisoned, admin_token=SecretStr(CANARY))
    with logged(CANARY) as stream:
        async with hostile as world:
            owners = {key: world.owner_of(key) for key in world.simulator.company.issues}
            lost = world.lose_an_owner()
            await world.later(timedelta(hours=2))
            slack, mike = world.simulator.slack_out, world.slack_id("mike")
            direct = world.simulator.workspace.direct(mike).id
            for words in QUESTIONS:
                slack.say(mike, direct, words)
                await world.settle()
            brain = world.simulator.claude.brain
            assert isinstance(brain, Hostile) and brain.plans and brain.talks, "it was asked in both ways"
            told = [message for message in world.messages() if message.user == world.simulator.workspace.bot]
            posts = json.dumps([[message.text, message.blocks] for message in told])
            assert told and not [word for word in (MARK, CANARY, SHAPED, f"<https://{EVIL}", "<!") if word in posts]
            assert {k: o for k, o in owners.items() if k != lost} == {
                key: world.owner_of(key) for key in owners if key != lost
            }, "nothing changed hands"
            asked = json.dumps([dict(body) for body in world.simulator.claude.journal.bodies])
            assert CANARY not in asked and SHAPED not in asked
    assert CANARY not in stream.getvalue() and SHAPED not in stream.getvalue() and MARK not in stream.getvalue()
    assert not [word for word in (MARK, CANARY, SHAPED) if word.encode() in kept(tmp_path)]


def kept(folder: Path) -> bytes:
    return b"".join(file.read_bytes() for file in folder.glob("pm.db*"))
