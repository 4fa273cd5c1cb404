"""One question that no rule understood: asked of a model, seen to be worked on, kept before it is told.

At most two tries pay for it: a job that was taken over twice answers as it would without a model.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from bot.app import App
from bot.jobs.asked.conversation import Heard, spoken_of
from bot.jobs.asked.conversing.telling import Outcome, kept, restored
from bot.jobs.asked.conversing.thread import before
from bot.jobs.asked.searching import found_for
from bot.jobs.asked.streaming import Place, begun, session, step, unless_stopped
from bot.jobs.asked.working import working
from integrations.slack.streams import Step
from models.directives import Team
from models.ids import PersonId
from models.mailbox import Job
from planner.asked.converse.outside import Searched
from planner.asked.questions import AskHelp, Question
from planner.asked.topics import AskLost, AskSearch, AskWhich
from planner.converse import Conversed, Talk, converse
from planner.words.replies import PlainReply

log = logging.getLogger(__name__)

TALK = "talk"
"""In a job's payload: what the conversation has come to, or how often it was begun."""

MOST_TRIES = 2

COMMAND = 2
"""Words of a command with a slip in it; more than these are a question."""

THINKING = "is thinking about it"


def takes(app: App, question: Question, asker: PersonId | None) -> bool:
    """Whether a model may be asked: rules did not understand it, or see several, and a member of the team asks."""
    return asker is not None and _is_lost(question) and app.model is not None


def _is_lost(question: Question) -> bool:
    match question:
        case AskLost():
            return True
        case AskWhich(subjects=subjects):
            return len(subjects) > 1
        case AskHelp(unknown=unknown):
            return len(unknown.split()) > COMMAND
        case _:
            return False


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """Who asks what, and where the answer will stand."""

    words: str
    question: Question
    """What the rules took it for."""
    asker: PersonId
    team: Team
    place: Place
    """Its channel is empty for a command: then nothing is seen of the work."""
    where: str
    """The channel it was asked in, wherever the answer goes."""
    public: bool
    heard: Heard | None = None


async def conversed(app: App, job: Job, asking: Asking) -> Outcome:
    """What it comes to, of an earlier try or asked now. What a model does wrong is an outcome, never raised."""
    before_now = job.payload.get(TALK) or {}
    if "outcome" in before_now:
        return restored(before_now["outcome"])
    tries = int(before_now.get("tries", 0))
    if tries >= MOST_TRIES:
        return Outcome()
    await app.mailbox.note(job, **{TALK: {"tries": tries + 1}})
    steps = _Steps(app, job, asking.place, seen=app.slack is not None and bool(asking.place.channel))
    done = await (_seen(app, job, asking, steps) if steps.seen else _story(app, job, asking, steps))
    outcome = Outcome(reply=done) if isinstance(done, PlainReply) else Outcome.of(done, public=asking.public)
    if isinstance(asking.question, AskWhich) and outcome.is_no_answer:
        outcome = Outcome()  # asking back which one is a good answer, with or without a model
    await app.mailbox.note(job, **{TALK: {"outcome": kept(outcome)}})
    if isinstance(done, Conversed):
        await _recorded(app, asking, done)
    return replace(outcome, stream=steps.ts)


async def _seen(app: App, job: Job, asking: Asking, steps: _Steps) -> Conversed | PlainReply:
    """The story, in sight of whoever asks, and until they stop it."""
    asked, place = await app.mailbox.delivery(job.payload["inbox"]), asking.place
    await session(app, place, working=True)
    try:
        async with working(app, place.channel, place.thread, words=THINKING):
            return await unless_stopped(app, place, _story(app, job, asking, steps), asked.received.isoformat())
    finally:
        await session(app, place, working=False)


async def _story(app: App, job: Job, asking: Asking, steps: _Steps) -> Conversed:
    assert app.model is not None
    talk = Talk(
        words=asking.words,
        asked=asking.question,
        asker=asking.asker,
        team=asking.team.id,
        public=asking.public,
        before=await before(app, job, asking.place.user),
        spoken_of=await spoken_of(app, asking.heard) if asking.heard is not None else "",
    )
    return await converse(talk, app.desk(job), app.model, _Library(app, asking), steps)


@dataclass(frozen=True, slots=True)
class _Library:
    """What Jira and Slack have that everybody in the place of the question may read."""

    app: App
    asking: Asking

    async def search(self, question: AskSearch) -> Searched:
        """See ``planner.asked.converse.outside.Library``."""
        asking = self.asking
        found = await found_for(self.app, question, asking.team, asking.asker, asking.where)
        results = [each.result for each in found.values() if each.result is not None and not each.result.problem]
        troubles = [each.trouble for each in found.values() if each.trouble]
        return Searched(
            issues=list({issue.key: issue for each in results for issue in each.issues}.values()),
            messages=[message for each in results for message in each.messages],
            trouble=next(iter(troubles), ""),
        )


@dataclass
class _Steps:
    """What is done, line by line, in a stream that begins with the first of it."""

    app: App
    job: Job
    place: Place
    seen: bool = False
    ts: str = ""
    names: dict[str, str] = field(default_factory=dict)
    """Under which short name each call stands; the vendor's own ids stay with us."""

    async def __call__(self, name: str, words: str, well: bool | None) -> None:
        """See ``planner.converse.Told``."""
        if not self.seen:
            return
        known = self.names.setdefault(name, f"step{len(self.names) + 1}")
        if well is None and len(self.names) == 1:
            self.ts = await begun(self.app, self.job, self.place, {known: words}, THINKING)
        elif self.ts:
            await step(self.app, self.place, self.ts, known, words, _HOW[well])


_HOW: Mapping[bool | None, Step] = {None: Step.UNDER_WAY, True: Step.DONE, False: Step.FAILED}


async def _recorded(app: App, asking: Asking, done: Conversed) -> None:
    """Every answer that was not used is counted by its kind; who asked, and what it took, is on the record."""
    for miss in done.misses:
        app.metrics.unused("talk", miss.kind)
    ended: Any = done.question or done.reply or done.silence
    detail = f"{type(ended).__name__}, {done.calls} calls, {done.cost}"
    if done.misses:
        detail += f"; not used: {', '.join(miss.kind for miss in done.misses)}"
    await app.ledger.audit(asking.team.id, asking.asker, "conversed", asking.place.marker, detail)
    log.info("conversed: %s", detail, extra={"action": "conversed"})
