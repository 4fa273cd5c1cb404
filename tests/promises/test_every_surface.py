"""Whatever anybody writes into a ticket, a name or a message: Slack takes what we say, and nobody is called."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, get_args

import pytest

from bot.views.approval import approval_card
from bot.views.digest import digest
from bot.views.escalation import escalation
from bot.views.home import home, home_of
from bot.views.identity import identity_question
from bot.views.nudge import nudge
from bot.views.parts.message import Message
from bot.views.reply import reply_message
from bot.views.windows import FAULTS
from integrations.slack.outgoing.fitting import size
from integrations.slack.outgoing.gate import guard, guard_view
from models.actions import AskIdentity, Escalate, PostDigest, RemindPerson
from models.events import Reason, Trigger
from models.links import Links
from models.proposals import Approval, Proposal, Verdict
from planner.answer import answer
from planner.asked.questions import COMMANDS, AskMine, Report, parse_command
from planner.cycle import run_cycle
from tests.bot.views.samples import BERLIN, approval
from tests.bot.views.test_hostile import LIVE, is_short
from tests.contracts.blockkit import ALL_TEXT, FALLBACK, check_message, check_view, parts, texts
from tests.integrations.slack.outgoing.test_leading import END, LED
from tests.planner.world import DAY, NOON, TEAM
from tests.promises.hostile import Words, arguments
from tests.promises.hostile_sprints import HostileSprint, hostile_sprint
from tests.promises.surfaces import as_sent, own_words, surfaces

pytestmark = pytest.mark.anyio

SURFACES = surfaces()
OURS = Links.to("https://x.example")
ROUNDS = 60
"""Hostile drawings of each surface."""

BROADCAST = re.compile(r"(?<![A-Za-z0-9_/+])@(here|channel|everyone)\b")


@pytest.mark.parametrize("name", SURFACES)
def test_slack_takes_whatever_is_in_it_and_nobody_is_called(name: str) -> None:
    view = SURFACES[name]
    for seed in range(ROUNDS):
        words = Words(seed)
        made = view(**arguments(view, words, own_words(view)))
        judge(*as_sent(made))


def judge(surface: str, sent: Mapping[str, Any]) -> None:
    """What must be true of everything that leaves, before the gate and after it."""
    assert calls(read_by_slack(sent)) == [], "a view is safe by itself"
    if surface == "message":
        text, blocks = guard(sent["text"], sent["blocks"], links=OURS)
        assert size(text) <= FALLBACK
        check_message({"text": text, "blocks": blocks})
        safe: Mapping[str, Any] = {"text": text, "blocks": blocks}
    else:
        safe = guard_view(sent, links=OURS)
        check_view(safe)
    read = read_by_slack(safe)
    assert calls(read) == [] and loud(read) == [] and away(read, safe) == []
    assert sum(map(size, texts(safe["blocks"]))) <= ALL_TEXT


def calls(read: Sequence[str]) -> list[str]:
    """What Slack would act on and no link of ours is."""
    return [text for text in read if LIVE.search(text)]


def loud(read: Sequence[str]) -> list[str]:
    """Spelled-out calls that Slack could find in plain words."""
    return [text for text in read if BROADCAST.search(text)]


def away(read: Sequence[str], sent: Mapping[str, Any]) -> list[str]:
    """What Slack could make a link of that leads elsewhere."""
    found = [address for text in read for pair in LED.findall(text) for address in pair if address]
    found += [str(part["url"]) for part in parts(sent) if "url" in part]
    return [each for each in found if not OURS.lead_to(each.replace("&amp;", "&").rstrip(f"{END}*_~`"))]


def read_by_slack(sent: Mapping[str, Any]) -> list[str]:
    """Every text in which Slack looks for more than letters."""
    return [str(sent.get("text", "")), *(part["text"] for part in parts(sent) if part.get("type") in PARSED)]


PARSED = frozenset({"mrkdwn", "markdown"})


@pytest.mark.parametrize("word", FAULTS)
def test_whatever_comes_back_from_a_window_is_told_in_words_at_most(word: str) -> None:
    for seed in range(20 * ROUNDS):
        words = Words(seed)
        blocks = [*BLOCKS_OF_WINDOWS, words.text()]
        picked = {words.dice.choice(blocks): filled_in(words) for _ in range(words.few())}
        wrong = FAULTS[word](picked)
        assert all(isinstance(each, str) and 0 < len(each) <= 200 for pair in wrong.items() for each in pair), wrong
        assert wrong.keys() <= {*BLOCKS_OF_WINDOWS, *picked}, (
            "Slack refuses a complaint about a block that is not there"
        )


BLOCKS_OF_WINDOWS = (
    *("reason", "note", "value", "until", "whose", "hours", "days", "zone", "zone_typed", "per_day", "way"),
    *("per_day_1", "per_day_99", "per_day_x", "what", "about", "words"),
)


def filled_in(words: Words) -> Any:
    """What a body can hold where a window expects a text, a choice, or several."""
    return words.dice.choice((None, "", words.text(), [words.text()], [], {"a": words.text()}, 7, True, "2026-02-30"))


# --- a thousand sprints ------------------------------------------------------------------------------------------

SPRINTS = 1_000
"""Each is looked at as the product looks, and everything that would be said of it is drawn."""

ASKED = tuple(command.removeprefix("/pm ") for command, _ in COMMANDS)
ABOUT_WORK = tuple(typed for typed in ASKED if isinstance(parse_command(typed), get_args(Report) + (AskMine,)))


@pytest.mark.parametrize("part", range(4))
async def test_of_a_thousand_hostile_sprints_nothing_is_invented_or_said_that_slack_would_refuse_or_act_on(
    part: int,
) -> None:
    said: Counter[str] = Counter()
    for seed in range(part, SPRINTS, 4):
        made = hostile_sprint(seed)
        async for kind, drawn in everything_said(made, seed):
            surface, sent = as_sent(drawn)
            judge(surface, sent)
            assert named(sent) <= real(made), "no ticket and no pull request is spoken of that is not among the facts"
            assert kind != "digest" or is_short(drawn)
            said[kind] += 1
            said["named"] += len(named(sent))
    assert said["named"] > SPRINTS
    assert min(said[kind] for kind in ("nudge", "card", "digest", "home", "answer")) > SPRINTS // 40


NAMED = re.compile(r"\bPAY-\d+\b|\bapi#\d+\b")
FOREIGN = "PAY-1"
"""Stands in the words of hostile people."""


def named(sent: Mapping[str, Any]) -> set[str]:
    """Every ticket and pull request a reader finds in it."""
    return {name for text in (*texts(sent["blocks"]), str(sent.get("text", ""))) for name in NAMED.findall(text)}


def real(made: HostileSprint) -> set[str]:
    pulls = {f"api#{pull.id.rpartition('#')[2]}" for pull in made.facts.pull_requests}
    return {FOREIGN, *(str(issue.key) for issue in made.facts.issues), *pulls}


async def everything_said(made: HostileSprint, seed: int) -> AsyncIterator[tuple[str, Any]]:
    """What a look, the morning's digest, two questions and somebody's Home come to."""
    reason = Reason.DIGEST if seed % 3 == 0 else Reason.LOOK
    looked = await run_cycle(Trigger(team=TEAM, reason=reason, at=NOON), made.desk)
    [team] = made.desk.directives.teams
    names = {member.id: member.name for member in team.members}
    asked = []
    for number, decided in enumerate(looked.decided):
        if decided.decision.verdict is Verdict.ASK:
            asked.append(question(number, decided.proposal))
        if (drawn := message_of(decided.proposal)) is not None:
            yield drawn
    yield "card", approval_card(asked, names, BERLIN, team.channels)
    member = team.members[seed % len(team.members)]
    yield "home", home(home_of(member, made.desk.directives, made.facts, asked, now=NOON, real=NOON))
    for typed in {"status", ABOUT_WORK[seed % len(ABOUT_WORK)]}:
        reply = await answer(parse_command(typed), TEAM, made.desk, asker=member.id, name=str(seed))
        yield "answer", reply_message(reply, zone=BERLIN, now=NOON, company_now=NOON, public=member.name)


def question(number: int, proposal: Proposal) -> Approval:
    return replace(approval(number), team=TEAM, proposal=proposal, asked_at=NOON, expires=NOON + DAY)


def message_of(proposal: Proposal) -> tuple[str, Message] | None:
    """As the product would post it; what goes to Jira is no message."""
    match proposal.action:
        case RemindPerson():
            return "nudge", nudge(proposal.action, proposal.id, ["1 of 1 today"])
        case Escalate():
            return "escalation", escalation(proposal.action, proposal.id)
        case PostDigest():
            return "digest", digest(proposal.action, proposal.id)
        case AskIdentity():
            return "identity", identity_question(proposal.action, proposal.id, proposal.evidence)
    return None
