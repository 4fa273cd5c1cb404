"""One case of the evaluation: a story with a model in it, judged line by line, with what it cost and how long it took.

A case is told in the sentences of the stories (``tests/stories``) and of ``judging``:

    - case: Somebody new is found for a ticket that nobody has
      given: |
        Li works on "Refund page"
      when: |
        Li lets go of "Refund page"
        20 minutes pass
      must: |
        no message pings a whole channel
      should: |
        Mike or Sarah is proposed for "Refund page"

What stands under *must* holds whichever model answers, or the product is wrong. What stands under *should* is the
model's quality, and is counted.
"""

from __future__ import annotations

import asyncio
import inspect
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from pydantic import SecretStr

from bot.metrics import Metrics
from integrations.simulator.claude.api import Pace
from models.money import Money
from tests.evals import judging
from tests.evals.rations import Rations
from tests.stories import at_home, beginnings, happenings, lawmaking, outcomes
from tests.stories.scene import Plan, Scene, played
from tests.stories.sentences import Language, given, spoken, then, when

LANGUAGE = (at_home, beginnings, happenings, judging, lawmaking, outcomes)
"""Imported for the sentences they teach."""

DOLLAR = Money.usd("1")

PATIENCE = 300.0
"""Seconds of one case, a slow model included."""

WORDS = frozenset({"case", "given", "when", "must", "should", "measures"})
"""What a case may say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """How one case went."""

    case: str
    broken: Sequence[str]
    """Lines under *must* that do not hold, each with what was seen."""
    missed: Sequence[str]
    """The same of *should*."""
    hoped: int
    """Lines under *should*."""
    calls: int
    unused: int
    """Calls whose answer was paid for and not used."""
    cost: Money
    unsaid: Mapping[str, int]
    """What of its answers was not let through, by what for and why: ``{"talk: key": 2}``."""
    unpaid: int
    """Calls that were not made because the money of the evaluation did not reach."""
    thinking: float
    """Seconds the model took."""
    seconds: float
    """Seconds the case took."""


def cases(folder: Path) -> Mapping[str, Mapping[str, Any]]:
    """Every case of the YAML files in ``folder``, by name. Raises ``ValueError`` for one that is not told right."""
    found: dict[str, Mapping[str, Any]] = {}
    for file in sorted(folder.glob("*.yaml")):
        for case in yaml.safe_load(file.read_text(encoding="utf-8")):
            unknown = set(case) - WORDS
            if unknown or "case" not in case or not (case.get("must") or case.get("should")):
                raise ValueError(
                    f"{file.name}: {case.get('case', case)!r} says {sorted(unknown)}; needs {sorted(WORDS)}"
                )
            found[f"{file.stem}: {case['case']}"] = case
    return found


async def judge(name: str, case: Mapping[str, Any], folder: Path, key: str = "", left: Money = DOLLAR) -> Judged:
    """Play ``case`` in a world of its own; with ``key`` the real Claude answers, else the simulated one.

    However many days it takes, all its calls together cost at most ``left``.
    """
    plan, began, rations = Plan(), time.perf_counter(), Rations(left)
    for sentence in spoken(case.get("given", "")):
        await _say(given, sentence, plan)
    model: dict[str, Any] = (
        {"anthropic_api_key": SecretStr(key), "anthropic_base_url": ""} if key else {"claude": Pace()}
    )
    async with asyncio.timeout(PATIENCE), played(plan, folder, equip=rations.over, **model) as scene:
        for sentence in spoken(case.get("when", "")):
            await _say(when, sentence, scene)
            await scene.world.settle(PATIENCE, parked=True)
        broken = [fault for line in spoken(case.get("must", "")) if (fault := await _fault(line, scene))]
        should = list(spoken(case.get("should", "")))
        missed = [fault for line in should if (fault := await _fault(line, scene))]
        await scene.check_promises()
        bills = await judging.bills(scene)
        unsaid = not_let_through(scene.world.app.metrics)
    return Judged(
        case=name,
        broken=broken,
        missed=missed,
        hoped=len(should),
        calls=len(bills),
        unused=sum(bool(bill.trouble) for bill in bills),
        cost=sum((bill.cost for bill in bills), Money()),
        unsaid=unsaid,
        unpaid=rations.refused,
        thinking=sum(bill.seconds for bill in bills),
        seconds=time.perf_counter() - began,
    )


def not_let_through(metrics: Metrics) -> Mapping[str, int]:
    """Of a model's answers what was not used, as the product counts it."""
    found = [each for family in metrics.registry.collect() for each in family.samples]
    counted = [each for each in found if each.name == "pm_model_words_unused_total"]
    return {f"{each.labels['purpose']}: {each.labels['why']}": int(each.value) for each in counted}


async def _fault(sentence: str, scene: Scene) -> str:
    """Empty when it holds, else the sentence and what was seen instead."""
    try:
        await _say(then, sentence, scene)
    except AssertionError as seen:
        return f"{sentence} (seen: {' '.join(str(seen).split())[:300]})"
    return ""


async def _say(language: Language, sentence: str, subject: Plan | Scene) -> None:
    act, blanks = language.find(sentence)
    done = act(subject, **blanks)
    if inspect.isawaitable(done):
        await done
