"""A model that says what a test has written down, a library, and a desk with a small mirror behind it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from models.cycles import History, WhyRecord
from models.errors import NotThought
from models.ids import CycleId, PersonId, TeamId
from models.meanings import Meaning
from models.money import Money
from models.thoughts import Call, Prompt, Stop, Thought, Usage
from models.work import Facts
from planner.asked.converse.outside import Searched
from planner.asked.questions import Question
from planner.asked.topics import AskLost, AskSearch
from planner.converse import Conversed, Talk, converse
from planner.ports import Desk
from planner.prompts.talking import Said
from planner.reasoning import RulesMind
from tests.planner.test_answer import Clock, Mirror, Records
from tests.planner.world import LAW, LONG_AGO, NOON, TEAM, facts, history, issue, pull_request

COST = Money.usd("0.001")

WORK = facts(
    issue(1, flagged_since=LONG_AGO),
    issue(2, None, title="Refunds settle twice"),
    issue(3, "bob", blocked_by=("PAY-1",)),
    prs=(pull_request(7, issues=("PAY-3",)),),
)

Line = str | NotThought | Sequence[Call] | Callable[["Model"], "str | Sequence[Call]"]


@dataclass
class Model:
    """Says its lines one after the other, the last one again and again."""

    lines: list[Line]
    asked: list[Prompt] = field(default_factory=list)
    askers: list[PersonId | None] = field(default_factory=list)

    async def think(
        self, prompt: Prompt, team: TeamId, *, asker: PersonId | None = None, cycle: CycleId | None = None
    ) -> Thought:
        self.asked.append(prompt)
        self.askers.append(asker)
        line = self.lines[min(len(self.asked), len(self.lines)) - 1]
        line = line(self) if callable(line) else line
        if isinstance(line, NotThought):
            raise line
        text, calls = (line, ()) if isinstance(line, str) else ("", tuple(line))
        stop = Stop.TOOLS if calls else Stop.END
        return Thought(text=text, calls=calls, stop=stop, usage=Usage(), model="claude-haiku-5-5", cost=COST)

    def fact(self, words: str) -> str:
        """The citation of the first fact with these words in it."""
        for turn in self.asked[-1].turns:
            for row in "\n".join([turn.text, *(result.text for result in turn.results)]).splitlines():
                told = json.loads(row) if row.startswith('{"f') else {}
                name = next((key for key, text in told.items() if key != "from" and words in text), None)
                if name:
                    return f"{{{name}}}"
        raise AssertionError(f"no fact says {words!r}")


@dataclass
class Shelf:
    found: Searched = field(default_factory=Searched)
    asked: list[AskSearch] = field(default_factory=list)

    async def search(self, question: AskSearch) -> Searched:
        self.asked.append(question)
        return self.found


class Ledger(Records):
    async def history_of(self, team: TeamId, person: PersonId) -> History:
        return self.known


def call(name: str, **given: Any) -> Call:
    return Call(id=f"c-{name}-{len(given)}", name=name, arguments=given)


def says(*answer: str, inference: Sequence[str] = (), unknown: str = "") -> str:
    return json.dumps({"answer": list(answer), "inference": list(inference), "unknown": unknown})


def desk(held: Facts = WORK, known: History | None = None, law: Any = LAW, **kept: WhyRecord) -> Desk:
    return Desk(
        clock=Clock(),
        directives=law,
        work=Mirror(held),
        mind=RulesMind(),
        ledger=Ledger(kept, known or history()),  # type: ignore[arg-type]
        hands={},
        meanings=lambda directives: [Meaning("no-code", "autonomy.never", "It writes no code.", "", "", "", "")],
    )


@dataclass
class Steps:
    told: list[tuple[str, bool | None]] = field(default_factory=list)

    async def __call__(self, name: str, words: str, well: bool | None) -> None:
        self.told.append((words, well))


async def talked(
    model: Model,
    words: str = "is there anything I should worry about?",
    *,
    asked: Question | None = None,
    held: Facts = WORK,
    at: Desk | None = None,
    shelf: Shelf | None = None,
    told: Steps | None = None,
    public: bool = True,
    before: Sequence[Said] = (),
    spoken_of: str = "",
) -> Conversed:
    talk = Talk(
        words=words,
        asked=asked or AskLost(words),
        asker=PersonId("ann"),
        team=TEAM,
        public=public,
        before=before,
        spoken_of=spoken_of,
    )
    return await converse(talk, at or desk(held), model, shelf or Shelf(), told or Steps())


def results(model: Model) -> Mapping[str, str]:
    """What the tools gave, by the id of their calls."""
    return {result.call: result.text for prompt in model.asked for turn in prompt.turns for result in turn.results}


__all__ = ["COST", "NOON", "Model", "Shelf", "Steps", "call", "desk", "results", "says", "talked"]
