"""What else may be pressed in a daily summary: its details in the thread, and whether and when it comes at all."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass, replace
from pathlib import Path

from bot.app import App
from bot.jobs.presses.press import Press, settle_press
from bot.jobs.presses.took import SKIPPED, UNKNOWN, Found, about, found, show
from bot.jobs.saying import Said, say_once
from bot.views.digest import OPINIONS, SKIP, details_reply
from bot.views.parts.feedback import WORDS
from bot.views.parts.message import Message
from models.directives import Team
from models.errors import OperatorError, Refused
from models.events import Reason, Trigger
from models.ids import named
from models.lessons import Feedback, Observation, What
from models.mailbox import Job
from models.marked import read as read_marked
from models.work import SprintState
from models.written import look_up
from planner.asked.ahead import lore_of
from planner.asked.requests.meaning import KEEPERS
from planner.detect import detect
from planner.facts.observe import observe
from planner.foresight.outlook import outlook
from planner.lessons.learning import learns
from planner.reports.daily import to_tell
from planner.reports.details import details

log = logging.getLogger(__name__)

MAY_SKIP = ("pm", KEEPERS)
"""The roles that may leave the summary out."""

NOT_THEIRS = "Only the PM and the admins can leave the summary out. Nothing was changed."
NO_SPRINT = "No sprint is running, so there is nothing to leave out."
ALREADY = "The details are in the thread already."
UNSEEN = "I may not read this thread, so I cannot tell whether the details came. If they did not, press again."
NOT_LEARNT = "The constitution does not let me learn from this, so nothing was kept."

DETAILS = "details"
"""The key under which it is remembered that the details of a summary were posted."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A choice in the menu, or *Details in thread* (no choice)."""

    press: Press
    proposal: str
    choice: str = ""


async def settle_one(app: App, job: Job) -> None:
    """Do what was chosen; an answer that is a refusal is written down too."""
    await settle_press(app, job, read=_read, settle=_settle, refused="digest_menu", about=lambda asked: asked.proposal)


def _read(press: Press) -> Asked:
    return Asked(press, str(press.value["a"]), str(press.value.get("m", "")))


async def _settle(app: App, job: Job, asked: Asked) -> str | None:
    at = await found(app, asked.press, asked.proposal, anywhere=asked.choice in OPINIONS)
    if isinstance(at, str):
        return at
    match asked.choice:
        case "":
            return await _post_details(app, job, at)
        case "useful" | "not_useful" as said:
            return await _noted(app, at, Feedback(said))
        case "move":
            return await _where(app, at.team)
        case "skip" | "again" as wish:
            return await _skip(app, at, skip=wish == SKIP)
        case _:
            return UNKNOWN


# --- details ----------------------------------------------------------------------------------------------------


async def _post_details(app: App, job: Job, at: Found) -> str | None:
    """One reply under the summary, whoever asks first: it is known to stand, or said once."""
    if await app.store.remembered(at.team.id, about(at.effect.id), DETAILS) is not None:
        return ALREADY
    drawn = await _details(app, at)
    if drawn is None:
        return "No sprint is running, so there are no details."
    place, marker = at.effect.receipt, named("details", at.effect.id)
    try:
        said = await say_once(app, job, place["channel"], drawn, marker=marker, thread=place["ts"])
    except Refused as refused:
        return f"Slack does not let me post in this thread ({refused.code}), so the details are not there."
    if said is Said.UNSEEN:
        return UNSEEN
    await app.store.remember(at.team.id, about(at.effect.id), DETAILS, {"ts": place["ts"]})
    return None


async def _details(app: App, at: Found) -> Message | None:
    facts, now = await app.store.facts_about(at.team.id), app.clock.now()
    snapshot = observe(facts, Trigger(team=at.team.id, reason=Reason.ASKED, at=now), now)
    if snapshot.sprint is None:
        return None
    signals = detect(snapshot, app.directives).signals
    told = await app.ledger.known_items(at.team.id)
    _, known = to_tell(signals, replace(snapshot, known=told))
    known -= len(at.action.items)  # what stands above is not known from before
    lore = await lore_of(app.foresight, at.team.id, snapshot.sprint.id)
    seen = outlook(snapshot.sprint, facts, snapshot, app.directives, lore)
    sheet = details(snapshot, snapshot.sprint, signals, facts, app.directives, max(known, 0), seen)
    return details_reply(sheet, at.effect.proposal.id, app.clock.real(), at.team.zone, now)


# --- the menu ---------------------------------------------------------------------------------------------------


async def _noted(app: App, at: Found, said: Feedback) -> str:
    """What one member thinks of it, counted for its rule; the latest word of each."""
    if What.FEEDBACK not in learns(app.directives):
        return NOT_LEARNT
    rule = at.effect.proposal.rule
    seen = Observation(
        team=at.team.id,
        person=at.who.id,
        what=What.FEEDBACK,
        about=rule,
        source=at.effect.id,
        value={"said": said.value},
        at=app.clock.now(),
    )
    await app.ledger.observe([seen])
    app.metrics.feedback(at.team.id, rule, said.value)
    return f"Noted: {WORDS[said].lower()}."


async def _where(app: App, team: Team) -> str:
    """The line that says when it comes, and who keeps it: nobody changes that from here."""
    line = await asyncio.to_thread(line_of_the_time, Path(app.settings.directives_file), team)
    keepers = team.people_of(KEEPERS) or team.people_of("pm")
    names = " or ".join(member.name for member in team.members if member.id in keepers) or "nobody who is named"
    return f"It comes at {team.digest.at:%H:%M} because of {line}. {names} can change it."


def line_of_the_time(path: Path, team: Team) -> str:
    """``directives.yaml, line 366``: where the time of a team's summary stands, or the team when it says none."""
    try:
        texts = look_up(path).texts
    except OperatorError:
        texts = ()
    for text in texts:
        marked = read_marked(text.body.decode(errors="replace"))
        teams = marked.value.get("teams") if isinstance(marked.value, dict) else None
        for place, each in enumerate(teams if isinstance(teams, list) else ()):
            if isinstance(each, dict) and each.get("id") == team.id:
                return f"{text.name}, line {marked.line(('teams', place, 'digest', 'at'))}"
    return path.name


async def _skip(app: App, at: Found, *, skip: bool) -> str | None:
    """Remembered with the sprint, so it ends by itself with that."""
    if not any(at.who.id in at.team.people_of(role) for role in MAY_SKIP):
        return NOT_THEIRS
    running = (s for s in (await app.store.facts_about(at.team.id)).sprints if s.state is SprintState.ACTIVE)
    sprint = min(running, key=lambda each: (each.end is None, each.end, each.id), default=None)
    if sprint is None:
        return NO_SPRINT
    if skip:
        await app.store.remember(at.team.id, "digest", SKIPPED, {"sprint": sprint.id, "name": at.who.name})
    else:
        await app.store.forget(at.team.id, "digest", SKIPPED)
    what = "digest_skipped" if skip else "digest_resumed"
    who = at.who.slack or at.who.id
    await app.ledger.audit(team=at.team.id, who=who, what=what, about=at.effect.id, detail=sprint.name)
    if await show(app, at.effect):
        return None
    return "Noted: it is left out until the sprint ends." if skip else "Noted: it is posted every day again."
