"""Words that no rule understood, with a model: it routes to a question of ours, or reads and answers within facts.

A loop of our own: few calls, one deadline, the small model first. Each tool is decided by us, each fact numbered, each
sentence checked; what the model wants changed becomes a request, and what it may not say is not said.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace

from models.clock import Clock
from models.errors import NotThought, Silence
from models.events import Reason, Trigger
from models.ids import PersonId, TeamId
from models.money import Money
from models.thoughts import Call, Result, Size, Thought, Turn
from planner.asked.converse.known import Known
from planner.asked.converse.outside import Library, memory, rules, search
from planner.asked.converse.reading import READS, opening, read
from planner.asked.converse.replying import SCHEMA, UNSAYABLE, Answered, answered, unanswered
from planner.asked.converse.routing import UNLOOKED, UNWANTED, proposed, routed
from planner.asked.converse.tools import NAMES, TOOLS, step_of
from planner.asked.questions import Question
from planner.asked.requests import Request
from planner.asked.talk.topical import choices_near
from planner.bounds.worktime import person_calendar, team_calendar
from planner.claims.facts import Fact
from planner.claims.of import Clause
from planner.claims.prose import Miss
from planner.facts.observe import observe
from planner.ports import Desk
from planner.prompts.model import Model
from planner.prompts.talking import Matter, Said, fact_row, first_turn, prompt
from planner.words.replies import TalkReply
from planner.words.silence import clause

MOST_CALLS = 4
"""Calls of the model for one question, the last of them without another tool."""

PATIENCE = 45.0
"""Seconds of real time for all of it."""

LEAST = 3.0
"""Seconds below which no further call is begun."""

MOST_TOOLS = 4
"""Tools of one turn."""

Told = Callable[[str, str, bool | None], Awaitable[None]]
"""Hears of each step: its name, its words, and how it ended; ``None`` when it begins."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Talk:
    """A question that rules did not understand, and where it was asked."""

    words: str
    asked: Question
    """What the rules took it for: lost, or one of several."""
    asker: PersonId
    team: TeamId
    public: bool
    before: Sequence[Said] = ()
    """What was said before in the same conversation, oldest first."""
    spoken_of: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversed:
    """What became of it: one of ``question``, ``reply`` and ``silence``; none where there is nothing to go by."""

    question: Question | None = None
    """One of ours, to be answered as if it had been asked."""
    reply: TalkReply | None = None
    silence: NotThought | None = None
    """Why no model answered; with a ``reply`` beside it where something had been read."""
    misses: tuple[Miss, ...] = ()
    """Answers that were not used, and readings that were left out of one that was."""
    calls: int = 0
    cost: Money = field(default_factory=Money)


async def nobody(name: str, words: str, well: bool | None) -> None:
    """For who need not hear of each step."""


async def converse(talk: Talk, desk: Desk, model: Model, library: Library, told: Told = nobody) -> Conversed:
    """What is to be answered; nothing where nothing was read yet. Raises nothing of the model's: it may be silent."""
    known = await _known(talk, desk)
    if "jira" not in known.facts.read_at:
        return Conversed()
    loop = _Loop(talk, desk, model, library, known, told)
    try:
        return await loop.run()
    except NotThought as silence:
        reply = unanswered(clause(silence, public=talk.public), known, known.found) if known.found else None
        return loop.outcome(reply=reply, silence=silence)


async def _known(talk: Talk, desk: Desk) -> Known:
    facts, now = await desk.work.facts_about(talk.team), desk.clock.now()
    directives = desk.directives
    alone = None if talk.public else person_calendar(directives, talk.team, talk.asker)
    known = Known(
        facts=facts,
        snapshot=observe(facts, Trigger(team=talk.team, reason=Reason.ASKED, at=now), now),
        directives=directives,
        asker=talk.asker,
        public=talk.public,
        zone=alone or team_calendar(directives, talk.team),
        spoken_of=talk.spoken_of,
    )
    known.hear(f"{talk.words} {talk.spoken_of}")
    known.begin(opening(known, talk.spoken_of))
    known.keys |= {issue.key for issue in known.snapshot.unfinished} | ({talk.spoken_of} if talk.spoken_of else set())
    return known


@dataclass
class _Loop:
    talk: Talk
    desk: Desk
    model: Model
    library: Library
    known: Known
    told: Told
    turns: list[Turn] = field(default_factory=list)
    misses: list[Miss] = field(default_factory=list)
    calls: int = 0
    cost: Money = field(default_factory=Money)
    size: Size = Size.SMALL

    async def run(self) -> Conversed:
        """The whole of it. Raises ``NotThought``."""
        matter = self._matter()
        self.turns.append(first_turn(matter))
        clock, cited = self.desk.clock, tuple[Fact, ...]()
        kept: TalkReply | None = None
        until = clock.monotonic() + PATIENCE
        while self.calls < MOST_CALLS:
            thought = await self._think(matter, until, clock)
            if thought.calls:
                question = await self._tools(thought)
                if question is not None:
                    return self.outcome(question=question)
                continue
            answer = answered(thought.text, self.known, thought.model)
            if isinstance(answer, Answered):
                kept = self._kept(answer, kept)
                if not self._lacks_advice(answer):
                    break
                self._again(thought, answer.left_out[0], Size.SMALL)
                continue
            self.misses.append(answer.miss)
            cited = answer.cited or cited
            if kept is not None or len(self.misses) > 1:
                break
            self._again(thought, answer.miss, Size.LARGE)
        return self.outcome(reply=kept or unanswered(UNSAYABLE, self.known, cited))

    def _kept(self, answer: Answered, before: TalkReply | None) -> TalkReply:
        """The better of two tries: the one with a reading, or the first."""
        self.misses += answer.left_out
        return before if before is not None and not answer.reply.inference else answer.reply

    def _lacks_advice(self, answer: Answered) -> bool:
        """Whether all of its advice was left out, and it may be put anew: once, and never as the last call."""
        first = len(self.misses) == len(answer.left_out)
        return bool(first and answer.left_out and not answer.reply.inference and self.calls < MOST_CALLS)

    def outcome(
        self, *, question: Question | None = None, reply: TalkReply | None = None, silence: NotThought | None = None
    ) -> Conversed:
        """How it ends, with what it took; where no answer could be given, with what else can be asked."""
        if reply is not None and not reply.by:
            reply = replace(reply, choices=tuple(choices_near(self.talk.words, self.known.facts)))
        return Conversed(
            question=question,
            reply=reply,
            silence=silence,
            misses=tuple(self.misses),
            calls=self.calls,
            cost=self.cost,
        )

    def _matter(self) -> Matter:
        talk, known = self.talk, self.known
        return Matter(
            question=talk.words,
            asker=talk.asker,
            public=talk.public,
            snapshot=known.snapshot,
            directives=known.directives,
            zone=known.zone,
            sheet=known.sheet,
            before=talk.before,
            spoken_of=talk.spoken_of,
        )

    async def _think(self, matter: Matter, until: float, clock: Clock) -> Thought:
        left = until - clock.monotonic()
        if left < LEAST:
            raise NotThought(Silence.AWAY, f"The answer was not there within {PATIENCE:.0f} seconds")
        asked = replace(prompt(matter, self.turns, TOOLS, SCHEMA), size=self.size, patience=left)
        self.calls += 1
        thought = await self.model.think(asked, self.talk.team, asker=self.talk.asker)
        self.cost += thought.cost
        return thought

    def _again(self, thought: Thought, miss: Miss, size: Size) -> None:
        """One more try, by a model which is told what was wrong: the larger one where nothing could be shown."""
        self.size = size
        words = f"That answer was thrown away: {miss.what[:60]!r} ({miss.kind}). Answer anew, by the rules of writing."
        self.turns += [thought.turn, Turn(ours=True, text=words)]

    # --- tools --------------------------------------------------------------------------------------------------

    async def _tools(self, thought: Thought) -> Question | None:
        """Everything that was called for, in order; a question of ours ends it."""
        ends = {call.id: self._ends(call) for call in thought.calls}
        question = next((end for end in ends.values() if end is not None and not isinstance(end, str)), None)
        if question is not None:
            return question
        results = [await self._result(call, ends[call.id], place) for place, call in enumerate(thought.calls)]
        self.turns += [thought.turn, Turn(ours=True, results=tuple(results), text=self._last())]
        return None

    async def _result(self, call: Call, trouble: object, place: int) -> Result:
        if isinstance(trouble, str):
            return Result(call.id, trouble, failed=True)
        if place >= MOST_TOOLS or self.calls >= MOST_CALLS:
            return Result(call.id, "No more tools: answer from the facts you have.", failed=True)
        return await self._read(call)

    def _last(self) -> str:
        return "Answer now: there are no more tools." if self.calls >= MOST_CALLS - 1 else ""

    def _ends(self, call: Call) -> Question | str | None:
        """The question a call comes to, or why to none; ``None`` for a call that reads."""
        if call.name == "route":
            return routed(call.arguments, self.known, self.talk.asked, self.talk.words)
        if call.name == "propose":
            found = proposed(call.arguments, self.known, self.talk.words)
            if found in (UNWANTED, UNLOOKED):
                self.known.untaken = str(call.arguments.get("change", ""))
            return found if isinstance(found, Request | str) else None
        return None if call.name in NAMES else f"There is no tool {call.name[:40]!r}."

    async def _read(self, call: Call) -> Result:
        """What a reading tool gives, as numbered facts."""
        words = step_of(call, self.known)
        await self.told(call.id, words, None)
        found = await self._found(call)
        well = not isinstance(found, str)
        await self.told(call.id, words, well)
        if isinstance(found, str):
            return Result(call.id, found, failed=True)
        return Result(call.id, "\n".join(map(fact_row, self.known.learn(found))) or "Nothing.")

    async def _found(self, call: Call) -> Sequence[Clause] | str:
        given = {name: str(value) for name, value in call.arguments.items()}
        about = given.get("about", "")
        match call.name:
            case name if name in READS:
                told = read(name, given, self.known)
                return told if isinstance(told, str) else tuple(told)
            case "search":
                return await search(given.get("words", ""), given.get("where", ""), self.known, self.library)
            case "memory":
                return await memory(about, self.known, self.desk)
            case _:
                return rules(about, self.desk)
