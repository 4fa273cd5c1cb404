"""The simulated prefix cache counts as the real one: exact prefixes, a least length, five minutes or an hour."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from integrations.simulator.claude.brains import Scripted
from integrations.simulator.claude.cache import PrefixCache, Share, least
from integrations.simulator.claude.tokens import Piece, pieces, tokens_of
from models.clock import SystemClock
from models.thoughts import Turn, Usage
from tests.integrations.claude.loopback import HAIKU, LOOK, SONNET, Loopback, prompt, serving

pytestmark = pytest.mark.anyio

RULES = "A rule of the house that stays as it is. " * 100
"""About 1,400 tokens: above every least length but one."""


class Company(SystemClock):
    """Company time that a test moves."""

    def __init__(self) -> None:
        self.at = datetime(2026, 11, 17, 9, 40, tzinfo=UTC)

    def now(self) -> datetime:
        return self.at


@pytest.fixture
def clock() -> Company:
    return Company()


@pytest.fixture
async def loopback(clock: Company) -> AsyncIterator[Loopback]:
    async with serving(Scripted("Yes."), clock) as both:
        yield both


async def used(loopback: Loopback, model: str = HAIKU, words: str = "Now?", **how: Any) -> Usage:
    return (await loopback.claude.ask(prompt(words, **{"fixed": RULES} | how), model)).usage


async def test_the_first_call_writes_the_fixed_part_and_the_next_reads_it(loopback: Loopback) -> None:
    first, second = await used(loopback), await used(loopback, words="And now, an hour of talk later?")
    assert (first.cached, first.kept) == (0, tokens_of(RULES))
    assert (second.cached, second.kept) == (tokens_of(RULES), 0)
    assert second.read > first.read > 0


async def test_what_is_read_lives_on_and_what_is_not_is_gone(loopback: Loopback, clock: Company) -> None:
    await used(loopback)
    for _ in range(3):
        clock.at += timedelta(minutes=5, seconds=-1)
        assert (await used(loopback)).cached
    clock.at += timedelta(minutes=5)
    assert not (await used(loopback)).cached


async def test_one_other_byte_another_model_tool_or_schema_is_another_prefix(loopback: Loopback) -> None:
    await used(loopback)
    schema = {"type": "object", "properties": {}, "additionalProperties": False}
    assert not (await used(loopback, fixed=f"{RULES}.")).cached
    assert not (await used(loopback, model=SONNET)).cached
    assert not (await used(loopback, tools=(LOOK,))).cached
    assert not (await used(loopback, answer=schema)).cached
    assert (await used(loopback)).cached


async def test_below_the_least_length_nothing_is_kept_and_nobody_is_told(loopback: Loopback) -> None:
    for _ in range(2):
        short = await used(loopback, fixed="Short rules.")
        assert (short.cached, short.kept) == (0, 0)


async def test_the_tools_before_the_rules_are_kept_with_them(loopback: Loopback) -> None:
    first = await used(loopback, tools=(LOOK,))
    assert first.kept > tokens_of(RULES)


async def test_what_is_counted_is_what_was_sent(loopback: Loopback) -> None:
    first = await used(loopback, turns=(Turn(ours=True, text="é" * 300),))
    assert first.read == tokens_of("é" * 300) + 4 and tokens_of("é" * 300) == 200


def test_each_model_has_its_least_length() -> None:
    assert [least(m) for m in (HAIKU, "claude-haiku-4-5-20251001", SONNET, "claude-opus-5-5", "new")] == [
        *(512, 4_096, 1_024, 512, 1_024)
    ]


NOW = datetime(2026, 11, 17, tzinfo=UTC)


def blocks(*marked: str, size: int = 2_000) -> list[Piece]:
    return [Piece(f"block {at}".encode(), size, lasts) for at, lasts in enumerate(marked)]


def test_several_breakpoints_are_split_by_how_long_they_last() -> None:
    cache = PrefixCache()
    assert cache.take(SONNET, blocks("1h", "", "5m", ""), NOW) == Share(read=2_000, kept=4_000, kept_long=2_000)
    assert cache.take(SONNET, blocks("1h", "", "", ""), NOW) == Share(read=6_000, cached=2_000)
    assert cache.take(SONNET, blocks("1h", "", "5m", ""), NOW) == Share(read=2_000, cached=6_000)


def test_a_talk_that_grows_is_read_up_to_where_it_was_written() -> None:
    cache = PrefixCache()
    cache.take(SONNET, blocks("", "", "5m"), NOW)
    assert cache.take(SONNET, blocks("", "", "", "", "5m"), NOW) == Share(read=0, cached=6_000, kept=4_000)


def test_an_end_more_than_twenty_blocks_back_is_not_found() -> None:
    for grown, cached in ((20, 100), (21, 0)):
        cache = PrefixCache()
        cache.take("claude-sonnet-5-5", [Piece(b"a", 5_000, "5m")], NOW)
        longer = [Piece(b"a", 5_000), *blocks(*[""] * (grown - 2), "5m", size=10)]
        assert bool(cache.take("claude-sonnet-5-5", longer, NOW).cached) is bool(cached)


def test_a_mark_for_the_whole_request_stands_at_its_last_block() -> None:
    body = {"messages": [{"role": "user", "content": "a"}], "cache_control": {"type": "ephemeral"}}
    assert [piece.lasts for piece in pieces(body)] == ["5m"]


def test_a_mark_is_no_part_of_what_it_marks() -> None:
    plain, marked = ({"type": "text", "text": "a"} | mark for mark in ({}, {"cache_control": {"type": "ephemeral"}}))
    one, other = (pieces({"system": [block], "messages": []})[0] for block in (plain, marked))
    assert (one.said, one.tokens) == (other.said, other.tokens) and (one.lasts, other.lasts) == ("", "5m")
