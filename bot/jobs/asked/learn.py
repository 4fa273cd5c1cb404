"""What people do teaches; and what is known of somebody is theirs to see, to set right and to delete."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass

from bot import homes
from bot.app import App
from bot.jobs.presses.press import Press, settle_press
from bot.views.known import forget_question, forgotten_message, known_message
from bot.views.parts.message import Message
from models.directives import Member, Team
from models.errors import VendorError
from models.events import Event, Source
from models.ids import AccountId, PersonId
from models.lessons import ALL, Act, Observation, Way, What
from models.mailbox import Job, look_at
from planner.asked.questions import AskForgetMe, AskMe, Question
from planner.hearers.contact import NO_WISH
from planner.lessons.known import PREFERENCES, Known, known_of

log = logging.getLogger(__name__)

NOT_YOURS = "What is known of somebody is theirs alone. Nothing was done."
DELETED = "Deleted. It is learnt anew from now on."
NOBODY = "You are not in this team's constitution, so nothing is kept about you."

_WHERE = {Source.JIRA: Way.JIRA, Source.BITBUCKET: Way.BITBUCKET}


def acts_of(events: Iterable[Event], me: AccountId | None) -> tuple[Act, ...]:
    """Who did what, from events that say so; what we did ourselves (``me``) is nobody's answer."""
    found = []
    for event in events:
        subject = event.issue or event.pull_request
        if event.actor not in (None, me) and event.at is not None and subject and event.source in _WHERE:
            found.append(Act(AccountId(str(event.actor)), subject, event.at, _WHERE[event.source]))
    return tuple(found)


# --- what somebody asks about themselves ------------------------------------------------------------------------


async def about_asker(app: App, question: Question, user: str, *, private: bool) -> Message | None:
    """The answer to ``/pm me`` and ``/pm forget me``; ``None`` for any other question, and where others can read it."""
    if not isinstance(question, AskMe | AskForgetMe) or not private:
        return None
    found = _member(app, user)
    if found is None:
        return known_message((), PersonId(""), "UTC", app.clock.now(), NOBODY)
    if isinstance(question, AskForgetMe):
        return forget_question(found[1].id)
    return await _page(app, *found)


async def known_to(app: App, user: str) -> tuple[Known, ...]:
    """What one member may see of themselves; nothing for anybody else."""
    found = _member(app, user)
    return await known_things(app, *found) if found is not None else ()


async def known_things(app: App, team: Team, member: Member) -> tuple[Known, ...]:
    """Everything known of one member; ``directives.yaml`` as it is written, without what was found out."""
    given = app.roster.constitution.team(team.id).member(member.id)
    seen = await app.ledger.known_of(member.id)
    hushed = await app.ledger.hushes_of(member.id)
    wish = app.roster.wishes.get(member.id)
    return known_of(given, seen, app.roster.identities, len(hushed), app.directives, wish)


async def _page(app: App, team: Team, member: Member, first: str = "") -> Message:
    known = await known_things(app, team, member)
    return known_message(known, member.id, member.zone, app.clock.now(), first)


def _member(app: App, user: str) -> tuple[Team, Member] | None:
    members = ((team, member) for team in app.directives.teams for member in team.members)
    return next(((team, member) for team, member in members if user and member.slack == user), None)


# --- and what they press there ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Wish:
    """A press of *Delete*, of a preference, or of *Delete everything*."""

    press: Press
    person: PersonId
    topic: str = ""
    """What to delete; ``ALL`` is everything."""
    prefers: str = ""
    """A word of ``PREFERENCES``."""


async def settle_one(app: App, job: Job) -> None:
    """Do it when it is about themselves, or refuse privately and write down who tried."""
    await settle_press(app, job, read=_read, settle=_settle, refused="known_refused", about=lambda wish: wish.person)


def _read(press: Press) -> Wish:
    person = PersonId(str(press.value["p"]))
    if press.button.startswith("known_prefer"):
        word = str(press.value["c"])
        if word not in PREFERENCES:
            raise ValueError(word)
        return Wish(press, person, prefers=word)
    if press.button.startswith("known_delete"):
        return Wish(press, person, topic=What(press.value["t"]).value)
    return Wish(press, person, topic=ALL)


async def _settle(app: App, job: Job, wish: Wish) -> str | None:
    """Why it did nothing; ``None`` when it was done. Doing it twice changes nothing."""
    found = _member(app, wish.press.user)
    if found is None or found[1].id != wish.person:
        return NOT_YOURS
    await _answer(app, wish, await _done(app, wish, *found))
    return None


async def _done(app: App, wish: Wish, team: Team, member: Member) -> Message:
    if wish.prefers:
        await app.ledger.say(_own_word(app, wish, team))
        return await _page(app, team, member, "Noted. It counts from the next message on.")
    gone = await app.ledger.forget(team.id, member.id, wish.topic)
    if wish.topic != ALL:
        return await _page(app, team, member, DELETED)
    await app.ledger.audit(
        team=team.id, who=wish.press.user, what="forgotten", about=member.id, detail="at their own request"
    )
    before = app.roster.wishes.get(member.id)
    if await app.roster.wish(member.id, NO_WISH) or gone.hushes or before:
        for each in app.directives.teams_of(member.id):
            await app.mailbox.put(look_at(each.id))
    return forgotten_message(gone)


def _own_word(app: App, wish: Wish, team: Team) -> Observation:
    about = wish.prefers.partition(":")[0]
    return Observation(
        team=team.id,
        person=wish.person,
        what=What.SAID,
        about=about,
        source=f"said:{wish.person}",
        value=PREFERENCES[wish.prefers],
        at=app.clock.now(),
    )


async def _answer(app: App, wish: Wish, shown: Message) -> None:
    """Where they pressed, for them alone; what was done stays done when it cannot be shown."""
    if app.slack is None:
        return
    if not wish.press.response_url:  # on their Home, which is drawn again
        await homes.touch(app, wish.press.user, shown.text.partition("\n")[0].replace("*", ""))
        return
    try:
        await app.slack.respond(wish.press.response_url, shown.text, shown.blocks, replace=True)
    except VendorError as failure:
        log.warning("what was done was not shown: %s", failure, extra={"action": "redraw_lost"})
