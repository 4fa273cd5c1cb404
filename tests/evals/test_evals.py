"""The evaluation itself: every case can be read, and a wrong answer is seen as one."""

from __future__ import annotations

import asyncio
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from bot.metrics import Metrics
from integrations.claude import prices
from models.ids import TeamId
from models.money import Money
from models.thoughts import Prompt, Purpose, Size, Stop, Thought, Turn, Usage
from tests.evals.__main__ import CASES, summary
from tests.evals.playing import Judged, cases, judge, not_let_through
from tests.evals.rations import Rationed, Rations
from tests.stories.sentences import given, spoken, then, when

pytestmark = pytest.mark.anyio

ALL = cases(CASES)


@pytest.mark.parametrize("name", ALL)
def test_every_sentence_of_a_case_is_understood(name: str) -> None:
    for kind, language in (("given", given), ("when", when), ("must", then), ("should", then)):
        for sentence in spoken(ALL[name].get(kind, "")):
            language.find(sentence)


async def test_what_must_hold_and_does_not_is_told_with_what_was_seen(tmp_path: Path) -> None:
    case = {
        "case": "wrong on purpose",
        "given": 'Li works on "Refund page"',
        "when": 'Li writes to the agent "status"',
        "must": 'the answer to Li tells "Sprint 99"',
        "should": 'the answer to Li tells "Sprint 24"\nthe answer to Li has at most 1 words',
    }
    judged = await judge("x", case, tmp_path)
    assert len(judged.broken) == 1 and "seen: " in judged.broken[0] and "Sprint 24" in judged.broken[0]
    assert (len(judged.missed), judged.hoped, judged.calls) == (1, 2, 0)


async def test_a_case_costs_no_more_than_is_left_and_says_what_was_not_asked(tmp_path: Path) -> None:
    case = {
        "case": "a question no rule understands",
        "given": 'Li works on "Refund page"',
        "when": 'Li writes to the agent "what would you look at first if you were me this morning?"',
        "must": "no model was asked",
    }
    judged = await judge("x", case, tmp_path, left=Money.usd("0.0001"))
    assert (judged.broken, judged.calls, judged.unpaid) == ([], 0, 1)


class Sold:
    """A model, and the bills for what it was asked."""

    def __init__(self, each: Money) -> None:
        self.each, self.times = each, 0

    async def think(self, prompt: Prompt, team: TeamId, **whose: object) -> Thought:
        await asyncio.sleep(0)
        self.times += 1
        return Thought(text="", stop=Stop.END, usage=Usage(), model="")

    async def bills(self, since: date) -> list[Any]:
        return [SimpleNamespace(cost=self.each)] * self.times


async def test_the_cap_of_an_evaluation_holds_on_all_days_and_for_calls_at_once() -> None:
    asked = Prompt(purpose=Purpose.TALK, size=Size.SMALL, name="x/1", fixed=(), turns=(Turn(True, "?"),), most=100)
    worst = prices.worst(prices.CHOICES[Size.LARGE].model, asked, prices.bytes_of(asked))
    sold = Sold(worst)
    rationed = Rationed(sold, sold, Rations(worst * 3))  # type: ignore[arg-type]
    await asyncio.gather(*(rationed.think(asked, TeamId("t")) for _ in range(9)), return_exceptions=True)
    assert (sold.times, rationed.rations.refused) == (3, 6)


def test_what_was_not_let_through_is_printed_by_kind(capsys: pytest.CaptureFixture[str]) -> None:
    metrics = Metrics()
    for kind, times in (("key", 2), ("word", 3)):
        metrics.unused("talk", kind, times)
    judged = Judged(
        case="x",
        broken=(),
        missed=(),
        hoped=0,
        calls=6,
        unused=0,
        cost=Money(),
        unsaid=not_let_through(metrics),
        unpaid=0,
        thinking=0.0,
        seconds=0.0,
    )
    summary([judged, judged], "nobody")
    assert "not let through 10: talk: word 6, talk: key 4" in capsys.readouterr().out


def test_a_case_that_is_misspelt_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.yaml").write_text("- case: a\n  musts: b\n", encoding="utf-8")
    with pytest.raises(ValueError, match="musts"):
        cases(tmp_path)
