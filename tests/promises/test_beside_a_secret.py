"""A title that looks like a secret, or like half of one, costs its own row its words and no other row anything."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

from bot.thinking.discreet import discreet
from bot.views.parts.mrkdwn import plain
from bot.views.reply import reply_message
from integrations.jira import adf
from integrations.slack.outgoing.gate import Gate
from models.actions import DelegateTask, Task
from models.errors import NotThought, Silence
from models.events import Reason, Trigger
from models.ids import PersonId
from models.links import Links
from models.redaction import SHORTEST_IN_WORDS, Redactor
from models.thoughts import Prompt
from models.work import Facts
from planner.answer import answer
from planner.asked.converse.outside import Searched
from planner.asked.questions import parse_command
from planner.asked.topics import AskLost
from planner.bounds.worktime import quoted
from planner.converse import Talk, converse
from planner.cycle import run_cycle
from planner.ports import Desk, Mind
from planner.prompts.untrusted import cleaned, line
from planner.reasoning import RulesMind, ThinkingMind
from planner.tasks.material import material
from tests.contracts.blockkit import texts
from tests.models.test_redaction import BEGIN, KEY, MARKERS, TOKENS
from tests.planner.large import Remembering, Shown, Still
from tests.planner.reasoning.minds import Drawer
from tests.planner.world import HOUR, LAW, LONG_AGO, NOON, TEAM, facts, history, issue, pull_request

pytestmark = pytest.mark.anyio

KNOWN = 'zq7"for<strangers>&'
REDACT = Redactor((KNOWN,), SHORTEST_IN_WORDS)
HONEST = "Zebra refunds"
AT_A_CUT = tuple(f"{'x ' * room}{TOKENS[5]}" for room in (15, 18, 24, 35, 40, 100, 115))
"""Wherever a title is cut, it is cut inside one of these tokens, and what is left of it has no shape."""

BESIDE = tuple(f"log:\n{token} {KNOWN}" for token in TOKENS)
SECRET = (*AT_A_CUT, *BESIDE, KEY, f"{KEY} {KNOWN}", f"cut off in it: {KNOWN * 30}")
LEFT = (*KEY.split()[4:-4], *TOKENS, TOKENS[5][:8], KNOWN[:8], "strangers")
TITLES = (
    *MARKERS,
    "-----END PRIVATE KEY-----",
    f'{BEGIN}"],["PAY-9',
    "a://b:",
    "://",
    'bearer "',
    "eyJaaaaa.bbbbb.",
    *SECRET,
)


def work(title: str) -> Facts:
    return facts(
        issue(1, flagged_since=LONG_AGO, title=title),
        issue(2, None, points=3.0, title="Production is down"),
        issue(3, "bob", flagged_since=NOON - 26 * HOUR, title="eve:x@there waits"),
        issue(4, "bob", title="-----END PRIVATE KEY-----"),
        prs=(pull_request(7, title=title),),
    )


@dataclass
class Seeing:
    """A model that is away, and saw what it was asked."""

    seen: list[Prompt] = field(default_factory=list)

    async def think(self, prompt: Prompt, team: Any, **_: Any) -> Any:
        self.seen.append(discreet(prompt, REDACT))
        raise NotThought(Silence.AWAY, "it is away")


class Nothing:
    async def search(self, question: Any) -> Searched:
        return Searched()


def desk_of(title: str, mind: Mind) -> Desk:
    ledger = Remembering(known=history())
    return Desk(clock=Still(), directives=LAW, work=Shown(work(title)), mind=mind, ledger=ledger, hands={})


async def planned(title: str) -> Sequence[str]:
    """The lines of a planning prompt."""
    model = Seeing()
    await run_cycle(Trigger(team=TEAM, reason=Reason.LOOK, at=NOON), desk_of(title, ThinkingMind(model, Drawer())))
    return model.seen[0].turns[0].text.split("\n")


async def talked(title: str) -> Sequence[str]:
    """The lines a conversation opens with."""
    model, words = Seeing(), "what holds PAY-1 up"
    talk = Talk(words=words, asked=AskLost(words), asker=PersonId("ann"), team=TEAM, public=True)
    await converse(talk, desk_of(title, RulesMind()), model, Nothing())
    return model.seen[0].turns[0].text.split("\n")


async def filed(title: str) -> Sequence[str]:
    """The rows of the file that a delegated task is worked on with."""
    action = DelegateTask(task=Task.PATTERN, about="PAY-1", question="what holds it up")
    told = json.loads(REDACT.rows(material(action, work(title), LAW, NOON).file))
    return [json.dumps(row) for row in (*told.pop("facts"), told)]


async def posted(title: str) -> Sequence[str]:
    """The lines of an answer in Slack, all of its blocks."""
    reply = await answer(parse_command("blockers"), TEAM, desk_of(title, RulesMind()), asker=PersonId("ann"))
    drawn = reply_message(reply, zone=LAW.teams[0].tz.key, now=NOON, company_now=NOON, public="Ann")
    said, blocks = Gate(Links(), REDACT).message(drawn.text, drawn.blocks)
    return [line for text in (said, *texts(blocks)) for line in text.split("\n")]


PLACES = {"plan": planned, "talk": talked, "facts.json": filed, "Slack": posted}


@pytest.mark.parametrize("place", PLACES)
async def test_no_row_but_its_own_changes_for_what_a_title_says(place: str) -> None:
    rows = await PLACES[place](HONEST)
    assert sum("Zebra" in row for row in rows) > 0 and len(rows) > 4
    for title in TITLES:
        told = await PLACES[place](title)
        assert len(told) == len(rows), title
        assert [a for a, b in zip(told, rows, strict=True) if "Zebra" not in b] == [
            row for row in rows if "Zebra" not in row
        ], title


@pytest.mark.parametrize("place", PLACES)
async def test_of_a_secret_in_a_title_nothing_is_left_however_it_is_cut(place: str) -> None:
    for title in SECRET:
        told = "\n".join(await PLACES[place](title))
        assert not [piece for piece in LEFT if piece in told], (title, told)


CUTS = {"a view": plain, "a fact": quoted, "a prompt": line, "a question": cleaned}


@pytest.mark.parametrize("cut", CUTS.values(), ids=CUTS)
def test_no_cut_leaves_half_a_secret(cut: Callable[[str, int], str]) -> None:
    for room in range(50):
        assert TOKENS[5][:5] not in cut(f"{'x' * room} {TOKENS[5]}", 48)


def test_no_cut_leaves_half_a_secret_in_a_comment() -> None:
    for room in range(adf.LONGEST - 50, adf.LONGEST):
        assert TOKENS[5][:5] not in adf.one_line(f"{'x' * room} {TOKENS[5]}")
