"""A choice in a message's *Later…*: its reader's own word is kept, and the message says what was agreed."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from bot.app import App
from bot.jobs.presses.press import Press, settle_press
from bot.jobs.presses.telling import show
from bot.views.parts.later import NEVER, RULE
from models.actions import Item, RemindPerson
from models.ids import HushId, PersonId, SignalId, TeamId, named
from models.mailbox import Job
from models.standing import Living
from planner.asked.quiet.hushing import AskHush, NotHushed, hush_about

log = logging.getLogger(__name__)

NOT_YOURS = "Only the person this was sent to can put it off. Nothing was done."
UNKNOWN = "This message is not on record here any more, so nothing was done. `/pm snooze` does the same."


@dataclass(frozen=True, slots=True)
class Choice:
    """What was chosen, about which line."""

    press: Press
    signal: SignalId
    later: str
    """The words of a time, ``never`` or ``rule``."""


async def settle_one(app: App, job: Job) -> None:
    """Keep what the reader chose, or refuse privately and write down who tried."""
    await settle_press(app, job, read=_read, settle=_settle, refused="later_refused", about=lambda c: c.signal)


def _read(press: Press) -> Choice:
    return Choice(press, SignalId(str(press.value["s"])), str(press.value["l"]))


async def _settle(app: App, job: Job, choice: Choice) -> str | None:
    """Why it did nothing; ``None`` when it was kept. A second try keeps the same and changes nothing."""
    team, living = await _message(app, choice.press)
    if team is None or living is None or not isinstance(living.action, RemindPerson):
        return UNKNOWN
    item = next((each for each in living.action.items if each.signal == choice.signal), None)
    if item is None:
        return UNKNOWN
    if not _is_reader(app, team, living.action.person, choice.press.user):
        return NOT_YOURS
    return await _hush(app, job, choice, team, living, item)


async def _hush(app: App, job: Job, choice: Choice, team: TeamId, living: Living, item: Item) -> str | None:
    assert isinstance(living.action, RemindPerson)
    name = HushId(named("hush", living.action.person, job.payload["inbox"]))
    asked = _asked(choice, item)
    facts, now = await app.store.facts_about(team), app.clock.now()
    subject, rule = ("", item.rule) if choice.later == RULE else (item.subject, "")
    try:
        hush = hush_about(subject, rule, asked, name, living.action.person, facts, app.directives, now)
    except NotHushed as why:
        return str(why)
    await app.ledger.hush(hush)
    await show(app, job, team, living, item.signal)
    return None


def _asked(choice: Choice, item: Item) -> AskHush:
    """The same as the command would say."""
    if choice.later in (NEVER, RULE):
        return AskHush(what=item.subject, mute=True)
    return AskHush(what=item.subject, until=choice.later)


async def _message(app: App, press: Press) -> tuple[TeamId | None, Living | None]:
    """The message on record that was pressed, and whose team's it is."""
    for team in app.directives.teams:
        found = await app.ledger.message_at(team.id, press.channel, press.ts)
        if found is not None:
            return team.id, found
    return None, None


def _is_reader(app: App, team: TeamId, person: PersonId, user: str) -> bool:
    return any(
        m.id == person and m.slack == user for each in app.directives.teams if each.id == team for m in each.members
    )
