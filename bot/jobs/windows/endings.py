"""The two windows of a reminder: drawn for its reader alone, settled like the presses beside them."""

from __future__ import annotations

from bot.app import App
from bot.jobs.presses.ending import UNKNOWN, Found, Word, end_it, find
from bot.jobs.presses.press import note_answer
from bot.jobs.windows.form import Filled, Opened
from bot.views.windows.waiting import REASON, UNTIL, waiting_window
from bot.views.windows.window import Window
from bot.views.windows.wrong_person import WHOSE, wrong_person_window
from models.hushes import End
from models.ids import SignalId
from models.mailbox import Job
from planner.asked.pressed.endings import NOBODY, NOT_MINE, may_have

NOBODY_CHOSEN = "Nobody of the team was chosen, so nothing was done."


async def draw_waiting(app: App, opened: Opened) -> Window | str:
    """The form of *Waiting on purpose*, or why there is none."""
    found = await _found(app, opened.user, opened.channel, opened.ts, opened.value.get("s"))
    if isinstance(found, str):
        return found
    return waiting_window(found.item.subject, opened.channel, opened.ts, found.item.signal)


async def draw_wrong_person(app: App, opened: Opened) -> Window | str:
    """The form of *Wrong person*, or why there is none."""
    found = await _found(app, opened.user, opened.channel, opened.ts, opened.value.get("s"))
    if isinstance(found, str):
        return found
    able = may_have(found.item, await app.store.facts_about(found.team.id), found.team)
    others = [(member.name, str(member.id)) for member in able if member.id != found.who.id]
    return wrong_person_window(found.item.subject, others, opened.channel, opened.ts, found.item.signal)


async def settle_waiting(app: App, job: Job, filled: Filled) -> str | None:
    """Keep the wait with its day and reason."""
    found = await _from(app, filled)
    if isinstance(found, str):
        return found
    until, reason = filled.picked.get(UNTIL), filled.picked.get(REASON)
    word = Word(end=End.WAITING, until=str(until or "")[:10], reason=str(reason or ""))
    return await _ended(app, job, filled, found, word)


async def settle_wrong_person(app: App, job: Job, filled: Filled) -> str | None:
    """Put right whose it is."""
    found = await _from(app, filled)
    if isinstance(found, str):
        return found
    whose = str(filled.picked.get(WHOSE) or "")
    able = may_have(found.item, await app.store.facts_about(found.team.id), found.team)
    if whose not in {NOBODY, NOT_MINE, *(member.id for member in able)} - {str(found.who.id)}:
        return NOBODY_CHOSEN
    return await _ended(app, job, filled, found, Word(end=End.WRONG, whose=whose))


async def _ended(app: App, job: Job, filled: Filled, found: Found, word: Word) -> str | None:
    refusal = await end_it(app, job, found, word)
    if refusal is None:
        await note_answer(app, filled.user, found.living.sent["channel"], found.living.sent["ts"])
    return refusal


async def _from(app: App, filled: Filled) -> Found | str:
    """What a window carried names a line; whose it is, the record says."""
    ids = filled.ids
    return await _found(app, filled.user, ids.get("c"), ids.get("t"), ids.get("s"))


async def _found(app: App, user: str, channel: object, ts: object, signal: object) -> Found | str:
    if not (isinstance(channel, str) and isinstance(ts, str) and isinstance(signal, str)):
        return UNKNOWN
    return await find(app, user, channel, ts, SignalId(signal))
