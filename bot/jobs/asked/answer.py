"""Somebody asked: read the question, answer it from facts, send the reply where it was asked."""

from __future__ import annotations

import json
import logging
import re
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from bot.app import App
from bot.jobs.asked.learn import about_asker, known_to
from bot.jobs.asked.request import made_ready
from bot.jobs.asked.whose import joined, teams_for
from bot.jobs.presses.acting import may_act, memberships
from bot.jobs.presses.press import note_answer
from bot.views.parts.message import Message
from bot.views.reply import interrupted, reply_message
from models.directives import Team
from models.errors import NotDone, Refused, Unclear, VendorError
from models.ids import PersonId, named
from models.mailbox import Job
from models.proposals import AskedIn
from planner.answer import answer
from planner.asked.questions import AskWhy, Question, parse_command
from planner.asked.requests import AskUndo, Request
from planner.carry_out import IN_FLIGHT
from planner.words.replies import PlainReply, Reply, StatusReply

log = logging.getLogger(__name__)

OUTSIDE = PlainReply(text="I answer members of this workspace only: what I know is internal to it.")
SHARED = PlainReply(
    text="This channel is shared with another organisation, so I say nothing internal here. Ask me in a direct message."
)

SENDING = "sending"
"""In a job's payload: its answer may have been sent."""

TRIES = 3
"""Tries of an answer of which nobody knows whether it arrived."""

LOOK_BACK = timedelta(hours=1)
"""How far back an earlier try of the same reply is looked for: longer than all tries of a job take."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, who asked it and where the answer goes."""

    question: Question
    user: str
    response_url: str = ""
    channel: str = ""
    thread: str = ""
    public: bool = False
    again: str = ""
    """The command that asks the same again."""


async def answer_one(app: App, job: Job) -> None:
    """Answer one command, button, mention or opened Home.

    A definite *not now* is tried again. So is what may have arrived, once a lost call has surely ended: in a thread
    it is looked for first, and where nobody can look the asker is told that an answer may be missing, because hearing
    it twice is worse than asking again. What is refused for good is not.
    """
    delivery = await app.mailbox.delivery(job.payload["inbox"])
    body = json.loads(delivery.body)
    try:
        await _reply(app, job, delivery.name, body)
    except Unclear as lost:
        if job.attempts < TRIES:
            raise NotDone(str(lost), retry_after=IN_FLIGHT) from lost
        _give_up(job, lost)
    except Refused as refused:
        _give_up(job, refused)
    await app.mailbox.finish(job)


def _give_up(job: Job, lost: VendorError) -> None:
    log.warning("a reply was lost: %s", lost, extra={"action": "reply_lost", "job": job.id})


async def _reply(app: App, job: Job, name: str, body: dict[str, Any]) -> None:
    if _opened_home(body):
        user = str(body["event"]["user"])
        facts = await app.store.facts_about(_team(app, user).id)
        await app.notify.show_home(user, facts, await known_to(app, user))
        return
    asked = read_question(name, body)
    if asked is None:
        return
    where = body.get("container") or {}
    await note_answer(app, asked.user, str(where.get("channel_id", "")), str(where.get("message_ts", "")))
    team = _team(app, asked.user)
    refusal = await _refusal(app, asked.user, body)
    if refusal is None and isinstance(asked.question, Request | AskUndo) and not await may_act(app, asked.user):
        refusal = OUTSIDE
    own = None if refusal else await about_asker(app, asked.question, asked.user, private=_alone(asked))
    if own is None:
        reply = refusal or await _answered(app, job, asked, team)
        own = _drawn(app, asked, fitting(reply, body), team)
    await _send(app, job, asked, own)
    log.info("answered %s", asked.user, extra={"action": "answered", "question": type(asked.question).__name__})


async def _answered(app: App, job: Job, asked: Asked, team: Team) -> Reply:
    theirs = [each for each, _ in memberships(app.directives, asked.user)] or [team]
    teams = await teams_for(asked.question, theirs, app)
    if isinstance(teams, PlainReply):
        return teams
    return joined([await _of_team(app, job, asked, each, first=each is teams[0]) for each in teams])


async def _of_team(app: App, job: Job, asked: Asked, team: Team, *, first: bool) -> Reply:
    asker = _member(team, asked.user)
    place = AskedIn(person=asker, channel=asked.channel, thread=asked.thread) if asker is not None else None
    question, desk = await made_ready(app, job, asked.question, team, place)
    name, public = str(job.payload["inbox"]), not _alone(asked)
    name = name if first else f"{name} {team.id}"
    return await answer(question, team.id, desk, asker=asker, name=name, public=public)


async def _refusal(app: App, user: str, body: dict[str, Any]) -> PlainReply | None:
    """What we know is internal: guests, other organisations and channels shared with them hear nothing of it."""
    if body.get("is_ext_shared_channel"):
        return SHARED
    if app.slack is None or any(m.slack == user for team in app.directives.teams for m in team.members):
        return None
    try:
        asker = await app.slack.member(user)
    except Refused:  # Slack does not know them either
        return OUTSIDE
    return OUTSIDE if asker.guest or asker.bot or asker.deleted else None


def read_question(name: str, body: dict[str, Any]) -> Asked | None:
    """What was asked, or ``None`` for a body that asks nothing."""
    if name == "command":
        return Asked(
            parse_command(str(body.get("text", ""))),
            user=str(body.get("user_id", "")),
            response_url=str(body.get("response_url", "")),
            again=str(body.get("text", "")),
        )
    if name == "block_actions":
        return _button(body)
    event = body.get("event") or {}
    if event.get("type") in {"app_mention", "message"} and not event.get("bot_id"):
        return Asked(
            parse_command(_without_mention(str(event.get("text", "")))),
            user=str(event.get("user", "")),
            channel=str(event.get("channel", "")),
            thread=str(event.get("thread_ts") or event.get("ts", "")),
        )
    return None


def _button(body: dict[str, Any]) -> Asked | None:
    action = (body.get("actions") or [{}])[0]
    word, value = str(action.get("action_id", "")), str(action.get("value", ""))
    user, url = str((body.get("user") or {}).get("id", "")), str(body.get("response_url", ""))
    if word.startswith("why"):
        return Asked(AskWhy(value), user=user, response_url=url, again=f"why {value}")
    if word.startswith(("ask", "post_to_channel")):
        public = word.startswith("post_to_channel")
        return Asked(parse_command(value), user=user, response_url=url, public=public, again=value)
    return None


def _alone(asked: Asked) -> bool:
    """Whether nobody but the asker will read the answer."""
    return bool(asked.response_url and not asked.public) or asked.channel.startswith("D")


def _without_mention(text: str) -> str:
    """The words after ``<@U…>``."""
    return re.sub(r"^\s*(?:<@[^>]*>\s*)?", "", text)  # a second one may name whom something is asked for


def _opened_home(body: dict[str, Any]) -> bool:
    event = body.get("event") or {}
    return bool(event.get("type") == "app_home_opened" and event.get("tab", "home") == "home")


def _team(app: App, user: str) -> Team:
    """The team the asker belongs to; somebody unknown asks about the first."""
    return next((team for team, _ in memberships(app.directives, user)), app.directives.teams[0])


def _member(team: Team, user: str) -> PersonId | None:
    return next((member.id for member in team.members if member.slack == user), None)


def fitting(reply: Reply, body: dict[str, Any]) -> Reply:
    """In direct messages there is no channel that an answer could be posted to."""
    where = body.get("channel_id") or (body.get("container") or {}).get("channel_id")
    channel = str(where or (body.get("event") or {}).get("channel", ""))
    if isinstance(reply, StatusReply) and channel.startswith("D"):
        return replace(reply, post_to_channel=False)
    return reply


def _drawn(app: App, asked: Asked, reply: Reply, team: Team) -> Message:
    zone = next((m.zone for m in team.members if m.slack == asked.user and _alone(asked)), team.zone)
    asker = next((m.name for m in team.members if m.slack == asked.user), "somebody outside the team")
    return reply_message(
        reply,
        zone=zone,
        now=app.clock.real(),
        company_now=app.clock.now(),
        public=asker if asked.public else "",
        again=asked.again,
        named=not _alone(asked),
    )


async def _send(app: App, job: Job, asked: Asked, message: Message) -> None:
    """To the asker alone through the response URL, or into the thread of the mention, marked so that it stands once."""
    if app.slack is None:
        return
    if asked.response_url:
        await _respond(app, job, asked, message)
    elif asked.channel:
        marker = named("reply", job.id)
        began = app.clock.real() - LOOK_BACK
        if job.attempts > 1 and await app.slack.find(asked.channel, marker, began, thread=asked.thread) is not None:
            return
        await app.slack.post(asked.channel, message.text, message.blocks, marker=marker, thread=asked.thread)


async def _respond(app: App, job: Job, asked: Asked, message: Message) -> None:
    """Through the response URL nothing can be looked up: when an earlier try broke off as it sent, say that instead."""
    assert app.slack is not None
    if job.payload.get(SENDING):
        notice = interrupted(asked.again)
        try:
            await app.slack.respond(asked.response_url, notice.text, notice.blocks)
        except Unclear as lost:  # once is enough of that
            _give_up(job, lost)
        return
    await app.mailbox.note(job, **{SENDING: True})
    try:
        await app.slack.respond(asked.response_url, message.text, message.blocks, in_channel=asked.public)
    except NotDone:
        await app.mailbox.note(job, **{SENDING: False})
        raise
