"""What is wrong with Claude is told in one line each, with its remedy; and what is asked costs next to nothing."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bot.connections.claude import probes, quick
from bot.connections.probes import Finding, State, examine
from integrations.claude import Claude
from models.clock import SystemClock
from tests.integrations.claude.loopback import HAIKU, KEY, SONNET, Loopback, prompt, serving

pytestmark = pytest.mark.anyio


@pytest.fixture
async def loopback() -> AsyncIterator[Loopback]:
    async with serving() as both:
        yield both


async def findings(claude: Claude | None) -> list[Finding]:
    return [each async for each in examine(probes(claude, "ANTHROPIC_API_KEY is not set"))]


async def test_a_good_key_is_told_with_what_asking_cost_and_both_models_are_tried(loopback: Loopback) -> None:
    small, large = await findings(loopback.claude)
    assert (small.state, large.state) == (State.OK, State.OK)
    assert HAIKU in small.detail and "asking cost <$0.0001" in small.detail and SONNET in large.detail
    assert [(seen.path.rsplit("/", 1)[-1], seen.body["model"]) for seen in loopback.api.journal.seen] == [
        ("messages", HAIKU),
        ("count_tokens", SONNET),
    ]


@pytest.mark.parametrize(
    ("mode", "state", "says", "remedy"),
    [
        ("bad_key", State.FAILED, "does not know the key", "ANTHROPIC_API_KEY"),
        ("no_credit", State.FAILED, "credit", "Billing"),
        ("forbidden", State.FAILED, "may not be used with this key", "Allow the model"),
        ("overloaded", State.WARNING, "overloaded", "rules and templates"),
        ("page", State.WARNING, "cannot be read", "ANTHROPIC_BASE_URL"),
    ],
)
async def test_a_mistake_is_one_line_with_its_remedy_and_nothing_else_is_asked(
    loopback: Loopback, mode: str, state: State, says: str, remedy: str
) -> None:
    loopback.api.modes.add(mode, 9)
    found = {each.name: each for each in await findings(loopback.claude)}
    assert found["model"].state is state and says in found["model"].detail and remedy in found["model"].remedy
    assert found["model, the larger"].state in (State.SKIPPED, State.WARNING)


async def test_a_larger_model_the_key_may_not_use_is_told(loopback: Loopback) -> None:
    loopback.api.modes.add("forbidden", 9, model=SONNET)
    small, large = await findings(loopback.claude)
    assert small.state is State.OK and large.state is State.FAILED and "Allow the model" in large.remedy


async def test_nobody_there_is_a_warning_that_names_the_address() -> None:
    claude = Claude(KEY, "http://127.0.0.1:9", SystemClock(), pause=0.01)
    found = (await findings(claude))[0]
    await claude.close()
    assert found.state is State.WARNING and "ANTHROPIC_BASE_URL" in found.remedy


async def test_without_a_key_it_is_off_and_says_what_would_turn_it_on() -> None:
    (found,) = await findings(None)
    assert found.state is State.OFF and "ANTHROPIC_API_KEY" in found.detail


async def test_readiness_tells_how_the_last_call_ended_and_makes_none(loopback: Loopback) -> None:
    ready = quick(loopback.claude, {}).ask
    assert (await ready()).detail == "a key is set; not asked since the start"
    loopback.api.modes.add("no_credit")
    with pytest.raises(Exception, match="credit"):
        await loopback.claude.ask(prompt(), HAIKU)
    told = await ready()
    assert told.state == "warning" and "Billing" in told.hint
    await loopback.claude.ask(prompt(), HAIKU)
    assert (await ready()).detail == "answered when it was last asked"
    assert len(loopback.api.journal.seen) == 2
