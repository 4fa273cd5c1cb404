"""Somebody asked: read the question, answer it from facts, send the reply where it was asked."""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from bot import homes
from bot.app import App
from bot.jobs.asked import conversation, outsiders
from bot.jobs.asked.boards import choose, here
from bot.jobs.asked.conversation import Heard, own_words
from bot.jobs.asked.conversing import Asking, conversed, noted, takes
from bot.jobs.asked.documents import about_document
from bot.jobs.asked.itself import about_itself
from bot.jobs.asked.lacking import with_what_is_lacking
from bot.jobs.asked.learn import about_asker
from bot.jobs.asked.request import made_ready
from bot.jobs.asked.searching import searched
from bot.jobs.asked.streaming import Place, ends_stream, streamed, streaming_in
from bot.jobs.asked.teams import choose_team, team_here
from bot.jobs.asked.whose import joined, teams_for
from bot.jobs.asked.working import working
from bot.jobs.presses.acting import may_act, memberships
from bot.jobs.presses.press import note_answer
from bot.jobs.saying import Said, asked_in, respond_once, say_once, tell_lost, tell_privately
from bot.jobs.trust.asked import about_shadow
from bot.views.parts.message import Message
from bot.views.parts.more import meant
from bot.views.parts.verdict import judged
from bot.views.reply import interrupted, reply_message, too_late
from models.directives import Team
from models.errors import NotDone, Refused, Unclear
from models.ids import PersonId, named
from models.mailbox import Job, look_at
from models.proposals import AskedIn
from planner.answer import answer
from planner.asked.questions import AskBoard, AskSeveral, AskTeam, AskWhy, Question, Report, parse_command
from planner.asked.quiet.pausing import AskPause, AskResume, pause_line
from planner.asked.requests import AskUndo, Request
from planner.asked.topics import AskSearch
from planner.carry_out import IN_FLIGHT
from planner.words.replies import (
    DigestReply,
    ListReply,
    PlainReply,
    Reply,
    RulesReply,
    SheetReply,
    StatusReply,
    TalkReply,
    WhyReply,
)

log = logging.getLogger(__name__)

ACTS = (Request, AskUndo, AskPause, AskResume)
"""Questions that have something done."""

OF_ONE_TEAM = (Report, AskSeveral, AskBoard, AskSearch)
"""Questions about the work of one team, which do not say of which."""

PUBLIC = (StatusReply, SheetReply, DigestReply, RulesReply)
"""Replies that may be for the whole channel."""

JUDGED = (*PUBLIC, WhyReply, ListReply, TalkReply)
"""Replies whose readers may say whether they helped, where they stand in a conversation."""

TRIES = 3
"""Tries of an answer of which nobody knows whether it arrived."""


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
    place: str = ""
    """The channel it was asked in, wherever the answer goes."""
    room: str = ""
    """That channel's name, where Slack tells it."""
    told: Reply | None = None
    """What a model has made of it, where it could not be answered otherwise."""
    note: str = ""
    """Why no model was heard."""


async def answer_one(app: App, job: Job) -> None:
    """Answer one command, button, mention or opened Home.

    A definite *not now* is tried again. So is what may have arrived, once a lost call has surely ended: in a thread
    it is looked for first, and where nobody can look the asker is told that an answer may be missing, because hearing
    it twice is worse than asking again. What is refused for good is not, and they are told so.
    """
    delivery = await app.mailbox.delivery(job.payload["inbox"])
    body = json.loads(delivery.body or b"{}")
    try:
        await _reply(app, job, delivery.name, body)
    except (Unclear, Refused) as lost:
        if isinstance(lost, Unclear) and job.attempts < TRIES:
            raise NotDone(str(lost), retry_after=IN_FLIGHT) from lost
        log.warning("a reply was lost: %s", lost, extra={"action": "reply_lost", "job": job.id})
        await tell_lost(app, job, *asked_in(body))
    await app.mailbox.finish(job)


async def _reply(app: App, job: Job, name: str, body: dict[str, Any]) -> None:
    if _opened_home(body):
        await homes.opened(app, str(body["event"]["user"]))
        return
    asked = read_question(name, body)
    if asked is None:
        return
    where = body.get("container") or {}
    await note_answer(app, asked.user, str(where.get("channel_id", "")), str(where.get("message_ts", "")))
    asked = replace(asked, room=_room(body))
    team, sure = await team_here(app, asked.user, asked.place, asked.room)
    heard = await conversation.heard_in(app, name, body)
    refusal = await outsiders.refusal(app, asked.user, asked.place, body, public=not _alone(asked))
    meant = await _meant(app, asked, heard, team, refused=refusal is not None)
    if meant is None:
        await app.mailbox.forget(job.payload["inbox"])  # words for others are not kept
        return
    asked = replace(asked, question=meant)
    if refusal is None:
        asked, team = await _of_which_team(app, asked, heard.text if heard else asked.again, team, sure=sure)
        asked, team, job = await _conversed(app, job, asked, heard, team, sure=sure)
    if refusal is None and isinstance(asked.question, ACTS) and not await may_act(app, asked.user):
        refusal = outsiders.OUTSIDE
    if refusal is None and isinstance(asked.question, AskSearch):
        await _search(app, job, replace(asked, public=False), asked.question, team)
    else:
        await _tell(app, job, asked, team, refusal, body)
    if heard is not None and refusal is None:
        await conversation.keep(app, heard, asked.question)
    log.info("answered %s", asked.user, extra={"action": "answered", "question": type(asked.question).__name__})


async def _tell(app: App, job: Job, asked: Asked, team: Team, refusal: PlainReply | None, body: dict[str, Any]) -> None:
    """Answer from facts, or refuse."""
    own = None if refusal else await about_asker(app, asked.question, asked.user, private=_alone(asked))
    own = own or (None if refusal else await about_document(app, asked.question, asked.user))
    own = own or (None if refusal else await about_shadow(app, asked.question, asked.user, private=_alone(asked)))
    if own is None:
        async with working(app, asked.channel, asked.thread):
            told = refusal or asked.told
            told = told or await about_itself(app, asked.question, team, asked.user, private=_alone(asked))
            reply = fitting(told or noted(await _answered(app, job, asked, team), asked.note), body)
        asked = replace(asked, public=asked.public and may_stand(reply))
        reader = _member(team, asked.user) if _alone(asked) else None
        own = _drawn(app, asked, reply, team, "" if refusal else await _paused(app, team, reader))
        own = judged(own, _marker(job)) if asked.channel and isinstance(reply, JUDGED) else own
    if not await ends_stream(app, job, _place_of(asked, job), own):
        await _send(app, job, asked, own, for_all=refusal is not None)


async def _conversed(
    app: App, job: Job, asked: Asked, heard: Heard | None, team: Team, *, sure: bool
) -> tuple[Asked, Team, Job]:
    """What no rule understood, once more with a model where there is one: another question, or already a reply.

    The job knows of the stream that was begun meanwhile.
    """
    words, asker = heard.text if heard else asked.again, _member(team, asked.user)
    if asker is None or not takes(app, asked.question, asker):
        return asked, team, job
    asking = Asking(
        words=words,
        question=asked.question,
        asker=asker,
        team=team,
        place=_place_of(asked, job),
        where=asked.place,
        public=not _alone(asked),
        heard=heard,
    )
    done = await conversed(app, job, asking)
    asked = replace(asked, question=done.question or asked.question, told=done.reply, note=done.note)
    if done.question is not None:
        asked, team = await _of_which_team(app, asked, words, team, sure=sure)
    return asked, team, streaming_in(job, done.stream)


def _place_of(asked: Asked, job: Job) -> Place:
    return Place(channel=asked.channel, thread=asked.thread, user=asked.user, marker=_marker(job))


async def _search(app: App, job: Job, asked: Asked, question: AskSearch, team: Team) -> None:
    """Answer from Jira and Slack themselves; in a thread it is seen how that goes on."""
    work = partial(searched, app, question, team, _member(team, asked.user), asked.place)

    def draw(reply: Reply) -> Message:
        made = _drawn(app, asked, reply, team)
        return judged(made, _marker(job)) if asked.channel and isinstance(reply, JUDGED) else made

    said: Message | None
    if asked.response_url:
        said = draw(await work())
    else:
        said = await streamed(app, job, question, _place_of(asked, job), work=work, draw=draw)
    if said is not None:
        await _send(app, job, asked, said)


async def _meant(app: App, asked: Asked, heard: Heard | None, team: Team, *, refused: bool) -> Question | None:
    """What is asked in plain words, or ``None`` when it was not said to us; a refusal is never forced on a thread."""
    if refused:
        return None if heard is not None and heard.follow_up else asked.question
    theirs = _theirs(app, asked.user, team)
    if heard is not None:
        return await conversation.understood_in(app, heard, theirs)
    return await conversation.typed(app, asked.question, asked.again, asked.user, theirs)


async def _of_which_team(app: App, asked: Asked, words: str, team: Team, *, sure: bool) -> tuple[Asked, Team]:
    """A team that is chosen is kept for the place, and asked; where none is sure, which one is asked first."""
    question = asked.question
    if isinstance(question, OF_ONE_TEAM) and not sure:
        return replace(asked, question=AskTeam(then=words)), team
    if not isinstance(question, AskTeam) or not question.team:
        return asked, team
    chosen = await choose_team(app, asked.user, asked.place, question.team)
    if chosen is None or not question.then:
        return asked, chosen or team
    then = await conversation.typed(
        app, parse_command(question.then), question.then, asked.user, _theirs(app, asked.user, chosen)
    )
    return replace(asked, question=then, again=question.then), chosen


def _theirs(app: App, user: str, team: Team) -> list[Team]:
    """The teams somebody is in, ``team`` first."""
    return [team, *(each for each, _ in memberships(app.directives, user) if each is not team)]


async def _answered(app: App, job: Job, asked: Asked, team: Team) -> Reply:
    teams = await teams_for(asked.question, _theirs(app, asked.user, team), app)
    if isinstance(teams, PlainReply):
        return teams
    reply = joined([await _of_team(app, job, asked, each, first=each is teams[0]) for each in teams])
    return await with_what_is_lacking(app, reply)


async def _of_team(app: App, job: Job, asked: Asked, team: Team, *, first: bool) -> Reply:
    asker = _member(team, asked.user)
    asked = await _on_board(app, asked, team, asker)
    assert not isinstance(asked.question, AskSearch)  # answered from Jira and Slack themselves
    place = AskedIn(person=asker, channel=asked.channel, thread=asked.thread) if asker is not None else None
    question, desk = await made_ready(app, job, asked.question, team, place)
    name, public = str(job.payload["inbox"]), not _alone(asked)
    name = name if first else f"{name} {team.id}"
    where = await here(app, team.id, asked.place, asker)
    reply = await answer(question, team.id, desk, asker=asker, name=name, public=public, here=where)
    if isinstance(question, AskResume) and not await app.store.paused(team.id):
        await app.mailbox.put(look_at(team.id))
    return reply


async def _on_board(app: App, asked: Asked, team: Team, asker: PersonId | None) -> Asked:
    """A board that is chosen is kept for the place, and what was to be asked of it is asked."""
    question = asked.question
    if not isinstance(question, AskBoard) or question.board is None or asker is None:
        return asked
    await choose(app, team.id, asked.place, asker, question.board)
    then = parse_command(question.then) if question.then else None
    return replace(asked, question=then) if isinstance(then, Report) else asked


async def _paused(app: App, team: Team, reader: PersonId | None) -> str:
    """Who has paused the team, for the foot of whatever is answered meanwhile."""
    return pause_line(await app.store.pause_of(team.id), team.id, app.directives, app.clock.now(), reader)


def read_question(name: str, body: dict[str, Any]) -> Asked | None:
    """What was asked, or ``None`` for a body that asks nothing."""
    if name == "command":
        return Asked(
            parse_command(str(body.get("text", ""))),
            user=str(body.get("user_id", "")),
            response_url=str(body.get("response_url", "")),
            again=str(body.get("text", "")),
            place=_place(body),
        )
    if name == "block_actions":
        return _button(body)
    event = body.get("event") or {}
    if event.get("type") in {"app_mention", "message"} and not event.get("bot_id"):
        return Asked(
            parse_command(own_words(str(event.get("text", "")))),
            user=str(event.get("user", "")),
            channel=str(event.get("channel", "")),
            thread=str(event.get("thread_ts") or event.get("ts", "")),
            place=_place(body),
        )
    return None


def _button(body: dict[str, Any]) -> Asked | None:
    action = meant((body.get("actions") or [{}])[0])
    word, value = str(action.get("action_id", "")), str(action.get("value", ""))
    user, url = str((body.get("user") or {}).get("id", "")), str(body.get("response_url", ""))
    if word.startswith("why"):
        return Asked(AskWhy(value), user=user, response_url=url, again=f"why {value}", place=_place(body))
    if word.startswith(("ask", "post_to_channel")):
        public = word.startswith("post_to_channel")
        asked = Asked(parse_command(value), user=user, response_url=url, public=public, again=value)
        return replace(asked, place=_place(body))
    return None


def _alone(asked: Asked) -> bool:
    """Whether nobody but the asker will read the answer."""
    return bool(asked.response_url and not asked.public) or asked.channel.startswith("D")


def _opened_home(body: dict[str, Any]) -> bool:
    event = body.get("event") or {}
    return bool(event.get("type") == "app_home_opened" and event.get("tab", "home") == "home")


def _member(team: Team, user: str) -> PersonId | None:
    return next((member.id for member in team.members if member.slack == user), None)


def fitting(reply: Reply, body: dict[str, Any]) -> Reply:
    """In direct messages there is no channel that an answer could be posted to."""
    if isinstance(reply, PUBLIC) and _place(body).startswith("D"):
        return replace(reply, post_to_channel=False)
    return reply


def may_stand(reply: Reply) -> bool:
    """Whether the whole channel may read it; what may not is told to whoever pressed *Post to channel*."""
    return isinstance(reply, PUBLIC) and reply.post_to_channel


def _place(body: dict[str, Any]) -> str:
    """The channel something was asked in."""
    where = body.get("channel_id") or (body.get("container") or {}).get("channel_id")
    return str(where or (body.get("event") or {}).get("channel", ""))


def _room(body: dict[str, Any]) -> str:
    """The name of that channel; a mention does not tell it."""
    return str(body.get("channel_name") or (body.get("channel") or {}).get("name", ""))


def _drawn(app: App, asked: Asked, reply: Reply, team: Team, paused: str = "") -> Message:
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
        paused=paused,
    )


async def _send(app: App, job: Job, asked: Asked, message: Message, *, for_all: bool = False) -> None:
    """To the asker alone through the response URL, or into the thread of the mention, marked so that it stands once.

    Where neither can be, they hear of it in their direct messages. ``for_all`` says nothing internal.
    """
    if app.slack is None:
        return
    instead = interrupted(asked.again)
    if asked.response_url:
        taken = await respond_once(app, job, asked.response_url, message, instead=instead, in_channel=asked.public)
        if not taken:
            await tell_privately(app, job, asked.user, too_late(asked.again) if asked.public else message)
    elif asked.channel:
        said = await say_once(
            app, job, asked.channel, message, marker=_marker(job), thread=asked.thread, for_all=for_all
        )
        if said is Said.UNSEEN:
            await tell_lost(app, job, asked.user, instead)


def _marker(job: Job) -> str:
    """What makes the one answer of a job findable."""
    return named("reply", job.id)
