"""A model that says what a test has written down, and a drawer for the last plan."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from models.errors import NotThought
from models.events import Reason, Trigger
from models.ids import CycleId, PersonId, TeamId
from models.money import Money
from models.proposals import Proposal
from models.signals import Signal
from models.thoughts import Prompt, Stop, Thought, Usage
from models.work import Snapshot
from planner.detect import detect
from planner.reasoning import LastPlan, Thinking, ThinkingMind
from planner.still.factcheck import Ground
from tests.planner.world import LAW, NOON, TEAM

COST = Money.usd("0.0123")


@dataclass
class Model:
    """Says its lines one after the other, the last one again and again."""

    lines: deque[str | NotThought] = field(default_factory=deque)
    asked: list[Prompt] = field(default_factory=list)
    cycles: list[CycleId | None] = field(default_factory=list)

    async def think(
        self, prompt: Prompt, team: TeamId, *, asker: PersonId | None = None, cycle: CycleId | None = None
    ) -> Thought:
        self.asked.append(prompt)
        self.cycles.append(cycle)
        line = self.lines.popleft() if len(self.lines) > 1 else self.lines[0]
        if isinstance(line, NotThought):
            raise line
        return Thought(text=line, stop=Stop.END, usage=Usage(), model="claude-sonnet-5-5", cost=COST)

    @property
    def words(self) -> str:
        return self.asked[-1].turns[0].text

    @property
    def offers(self) -> list[Mapping[str, Any]]:
        return [json.loads(line) for line in self.words.splitlines() if line.startswith('{"o":')]


class Drawer:
    def __init__(self, plan: LastPlan | None = None) -> None:
        self.plan = plan

    async def last(self, team: TeamId) -> LastPlan | None:
        return self.plan

    async def keep(self, team: TeamId, plan: LastPlan) -> None:
        self.plan = plan


def pick(offer: str, *evidence: str, weighed: str = "", options: Sequence[Mapping[str, Any]] = ()) -> dict[str, Any]:
    return {"offer": offer, "evidence": list(evidence), "weighed": weighed, "options": list(options)}


def way(offer: str, pros: Sequence[str] = (), cons: Sequence[str] = ()) -> dict[str, Any]:
    return {"offer": offer, "pros": list(pros), "cons": list(cons)}


def says(*picks: Mapping[str, Any]) -> str:
    return json.dumps({"picks": picks})


def mind(*lines: str | NotThought, plan: LastPlan | None = None) -> ThinkingMind:
    return ThinkingMind(Model(deque(lines or (says(),))), Drawer(plan))


def trigger(reason: Reason = Reason.LOOK, **more: Any) -> Trigger:
    return Trigger(team=TEAM, reason=reason, at=NOON, **more)


async def weighed(by: ThinkingMind, world: Snapshot, reason: Reason = Reason.LOOK, law: Any = LAW) -> Thinking:
    return await by.weigh(world, detect(world, law).signals, trigger(reason), law)


def signals(world: Snapshot, law: Any = LAW) -> Sequence[Signal]:
    return detect(world, law).signals


def grounded(thinking: Thinking, world: Snapshot, law: Any = LAW) -> list[Proposal]:
    """The proposals as policy gets them."""
    ground = Ground.of(world, law)
    return [found for each in thinking.proposals if (found := ground.checked(each)) is not None]
