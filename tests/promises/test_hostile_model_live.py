"""The whole product with a hostile Claude behind the real SDK: nobody is reached for it, and no secret gets out."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest
from pydantic import SecretStr

from integrations.jira import adf
from integrations.simulator.claude.api import Pace
from integrations.simulator.claude.brains import Asked, Said, Wish
from integrations.simulator.server import Simulator
from planner.asked.converse.tools import CHANGES, LOOKS
from planner.reasoning.reply import SCHEMA as PLAN
from tests.promises.injected import CANARY, EVIL, MARK, ORDINARY, SHAPED, answers, payloads, plan_of
from tests.promises.logged import logged
from tests.world import running

pytestmark = pytest.mark.anyio

SEEN = payloads()[::23]
"""One for each ticket that is open, and a question for the first of them."""


QUESTIONS = ORDINARY[3::13]
"""Ordinary ones, with words that stand in orders too; rules understand none of them."""

UNREAD = "qqunread"
"""In every comment: of those nothing comes before a model."""


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
        if not asked.results:
            ticket = next(json.loads(row)[0] for row in asked.words.splitlines() if row.startswith('["PAY-'))
            wanted = [{"change": change, "ticket": ticket, "to": "sarah"} for change in (*CHANGES, *LOOKS)]
            return Said(calls=(Wish("search", {"words": CANARY, "where": "both"}), *map(_propose, wanted)))
        said = answers(payload, self.dice)
        return Said(json.dumps({"answer": [said[0]], "inference": [said[1]], "unknown": said[2]}))


def _propose(wanted: Mapping[str, str]) -> Wish:
    return Wish("propose", wanted)


def poisoned(simulator: Simulator) -> None:
    """Open tickets are called what an attacker calls them, with comments of the same kind."""
    simulator.claude.brain = Hostile()
    company = simulator.company
    for issue, payload in zip(list(company.active()), SEEN, strict=False):
        words = payload.text[:200]
        company.edit(issue.key, by=str(issue.assignee or issue.key), title=words)
        company.comment(issue.key, str(issue.assignee), adf.doc(adf.text(f"{words} {UNREAD}")))


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
            assert not [message for message in world.messages() if "A model understood" in str(message.blocks)]
            asked = json.dumps([dict(body) for body in world.simulator.claude.journal.bodies])
            assert CANARY not in asked and SHAPED not in asked and UNREAD not in asked
            assert [each for each in SEEN if each.text[:20] in asked], "what stands in a title does come before it"
    assert CANARY not in stream.getvalue() and SHAPED not in stream.getvalue() and MARK not in stream.getvalue()
    assert not [word for word in (MARK, CANARY, SHAPED) if word.encode() in kept(tmp_path)]


def kept(folder: Path) -> bytes:
    return b"".join(file.read_bytes() for file in folder.glob("pm.db*"))
