"""A press that ends a matter: only its reader's counts, what it asks for is decided by policy, and the message says so.

Whatever moved before the press is told instead of it, and nothing else happens. Pressed twice, it is done once.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace

from bot.app import App
from bot.jobs.presses.acting import may_act
from bot.jobs.presses.answering import own_yes
from bot.jobs.presses.press import Press, settle_press
from bot.jobs.presses.telling import is_gone, show
from bot.views.parts.moments import moment
from models.actions import Item, Reassign, RemindPerson, Unflag
from models.cycles import WhyRecord
from models.directives import Member, Team
from models.errors import Refused, VendorError
from models.hushes import End, Hush
from models.ids import EffectId, IssueKey, SignalId
from models.lessons import Feedback, Observation, What
from models.mailbox import Job
from models.proposals import AskedIn
from models.standing import Living
from models.ways import Possible
from models.work import Facts
from planner.asked.pressed.endings import Pressed, conclude, hush_name, moved_first
from planner.asked.quiet.hushing import NotHushed
from planner.facts.observe import is_ours
from planner.lessons.learning import learns
from planner.ports import Desk
from planner.words.titles import called

log = logging.getLogger(__name__)

NOT_YOURS = "Only the person this was sent to can press that. Nothing was done."
SAID_BEFORE = "You have said something else of {subject} already, {when}, and that holds. Nothing was done."
UNKNOWN = "This message is not on record here any more, so nothing was done."


@dataclass(frozen=True, slots=True)
class Found:
    """What was pressed, on record: the message, the line, and its reader, who pressed it."""

    team: Team
    living: Living
    item: Item
    who: Member


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """What a press says, with what was filled in beside it."""

    end: End
    until: str = ""
    reason: str = ""
    whose: str = ""


async def settle_one(app: App, job: Job) -> None:
    """Do what the press says, or refuse privately and write down who tried."""
    await settle_press(app, job, read=_read, settle=_settle, refused="ending_refused", about=lambda said: said[1])


def _read(press: Press) -> tuple[Press, SignalId, End]:
    return press, SignalId(str(press.value["s"])), End(press.value["e"])


async def _settle(app: App, job: Job, said: tuple[Press, SignalId, End]) -> str | None:
    press, signal, end = said
    found = await find(app, press.user, press.channel, press.ts, signal)
    return found if isinstance(found, str) else await end_it(app, job, found, Word(end=end))


async def find(app: App, user: str, channel: str, ts: str, signal: SignalId) -> Found | str:
    """The line of a message that ``user`` may end, or why they may not. Raises ``VendorError`` when Slack is silent."""
    for team in app.directives.teams:
        living = await app.ledger.message_at(team.id, channel, ts)
        if living is None or not isinstance(living.action, RemindPerson):
            continue
        item = next((each for each in living.action.items if each.signal == signal), None)
        who = next((m for m in team.members if m.id == living.action.person and m.slack == user), None)
        if item is None:
            return UNKNOWN
        return Found(team, living, item, who) if who is not None and await may_act(app, user) else NOT_YOURS
    return UNKNOWN


async def end_it(app: App, job: Job, found: Found, word: Word) -> str | None:
    """Have it done once and shown; why nothing was done, or ``None``."""
    possible = await _reread(app, found, word.end)
    before = await _said_before(app, found)
    if before is not None and not _says(before, job, found, word):
        when = moment(before.at, found.who.zone, app.clock.now())
        return SAID_BEFORE.format(subject=called(found.item.subject), when=when)
    if before is not None:
        await _own_yes(app, found, before)  # an earlier try may have died before it
    else:
        desk = replace(app.desk(job), ledger=app.ledger)
        facts = await app.store.facts_about(found.team.id)
        moved = await moved_first(found.living, facts, desk)
        if moved is not None:
            await app.ledger.stand(found.team.id, [moved])
        if found.item.signal not in (moved or found.living).standing.over:
            try:
                await _conclude(app, found, _pressed(found, word, facts, possible), desk, str(job.payload["inbox"]))
            except NotHushed as why:
                return str(why)
    await show(app, job, found.team.id, found.living, found.item.signal)
    return None


def _says(before: Hush, job: Job, found: Found, word: Word) -> bool:
    """Whether it was this very press, tried again, or the same button once more; a window brings words of its own."""
    if before.id == hush_name(found.who.id, str(job.payload["inbox"])):
        return True
    said = before.said
    same = said is not None and (said.signal, said.end) == (found.item.signal, word.end)
    return same and not (word.until or word.reason or word.whose)


def _pressed(found: Found, word: Word, facts: Facts, possible: Possible) -> Pressed:
    place = AskedIn(person=found.who.id, channel=found.living.sent["channel"])
    return Pressed(
        end=word.end,
        item=found.item,
        who=found.who,
        facts=facts,
        effect=found.living.effect,
        asked_in=place,
        until=word.until,
        reason=word.reason,
        whose=word.whose,
        possible=possible,
    )


async def _conclude(app: App, found: Found, pressed: Pressed, desk: Desk, delivery: str) -> None:
    team, who = found.team.id, found.who
    hush = await app.ledger.hush(await conclude(pressed, desk, delivery))
    await _own_yes(app, found, hush)
    detail = f"{pressed.end} {hush.said.words}".strip() if hush.said else str(pressed.end)
    await app.ledger.audit(team=team, who=who.slack or who.id, what="ended", about=found.item.signal, detail=detail)
    if pressed.end is End.WRONG:
        await _learn(app, found)
    await app.ledger.redraw_about(team, found.item.subject, who.id)


async def _own_yes(app: App, found: Found, hush: Hush) -> None:
    """Whoever takes something upon themselves, or says that its flag is over, and may say yes to that has said it."""
    said = hush.said
    record = await app.ledger.why(said.proposal) if said and said.proposal and said.end in _OWN else None
    if record is not None and isinstance(record.proposal.action, Reassign | Unflag):
        await own_yes(app, record, found.who.id)


_OWN = (End.TAKE, End.OVER)
"""Endings whose press is the yes of whoever may give it: what they change is exactly what was said."""


async def _said_before(app: App, found: Found) -> Hush | None:
    """What this reader has said of this very message's matter already, as long as it holds."""
    held = await app.ledger.hushes(found.team.id, found.who.id)
    mine = (h for h in held if h.subject == found.item.subject and h.said is not None)
    return next((h for h in mine if h.said is not None and h.said.effect == found.living.effect), None)


async def _learn(app: App, found: Found) -> None:
    """That it was the wrong person counts like the word of that name in the menu below a message."""
    if What.FEEDBACK not in learns(app.directives):
        return
    seen = Observation(
        team=found.team.id,
        person=found.who.id,
        what=What.FEEDBACK,
        about=found.item.rule,
        source=found.living.effect,
        value={"said": Feedback.WRONG_PERSON.value},
        at=app.clock.now(),
    )
    await app.ledger.observe([seen])
    app.metrics.feedback(found.team.id, found.item.rule, Feedback.WRONG_PERSON.value)


async def _reread(app: App, found: Found, end: End) -> Possible:
    """The ticket as it is now, and where it can go; without Jira what was known before must do."""
    key = IssueKey(found.item.subject)
    if not is_ours(key, found.team):
        return Possible()
    try:
        await app.sync.issues(found.team.id, [key])
        if end in (End.OVER, End.CLOSE) and app.jira is not None:
            return Possible(transitions=tuple(await app.jira.transitions(key)))
    except VendorError as failure:
        log.warning("a press goes by what was known: %s", failure, extra={"action": "reread_failed"})
    return Possible()


async def shown_on_message(app: App, record: WhyRecord) -> bool:
    """Whether what came of a request is told by the message under which it was pressed, which is drawn again.

    One that cannot be edited any more tells nothing. Raises ``VendorError`` to be tried again.
    """
    asked = record.proposal.asked_in
    if asked is None:
        return False
    held = await app.ledger.hushes(record.team, asked.person)
    said = next((h.said for h in held if h.said is not None and h.said.proposal == record.proposal.id), None)
    if said is None or await app.ledger.living(record.team, EffectId(said.effect)) is None:
        return False
    try:
        await app.notify.refresh_told(record.team, EffectId(said.effect))
    except Refused as refused:
        if not is_gone(refused):
            raise
        return False
    return True
