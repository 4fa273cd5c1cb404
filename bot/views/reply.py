"""Answers to somebody who asked: every Reply of the planner as a Message."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial

from bot.views.parts.items import rule_id
from bot.views.parts.message import Block, Message, actions, button, context, divider, message, section, sections
from bot.views.parts.moments import localised, moment
from bot.views.parts.mrkdwn import and_more, coded, escape, plain
from bot.views.replies.sheet import as_lists, digest_reply, rules_reply, sheet_reply
from bot.views.replies.status import status_reply
from bot.views.replies.talk import talk_reply
from planner.words.replies import (
    DigestReply,
    HelpReply,
    ListReply,
    PlainReply,
    Reply,
    RulesReply,
    SeveralReply,
    SheetReply,
    StatusReply,
    TalkReply,
    WhyReply,
)

_COMMANDS = 60

MOST_BLOCKS = 48
"""Of several answers in one message: Slack takes 50, and a line about a pause may follow."""


def reply_message(
    reply: Reply,
    *,
    zone: str,
    now: datetime,
    company_now: datetime,
    public: str = "",
    again: str = "",
    named: bool = False,
    paused: str = "",
) -> Message:
    """``now`` is real time, for the age of data; ``company_now`` that of the record.

    ``public`` names who shows the answer to the channel; ``again`` is the command that asks the same again. ``named``
    says with each time in which zone it is, for readers who are in others. ``paused`` says who has paused the team.
    """
    if isinstance(reply, SeveralReply):
        told: Message | None = _several(
            reply, partial(reply_message, zone=zone, now=now, company_now=company_now, named=named)
        )
    else:
        told = talk_reply(reply, now) if isinstance(reply, TalkReply) else None
    made = told or _about_work(reply, zone, now, company_now, public, again, named)
    made = made or _said(reply, zone, company_now, named)
    return message([*made.blocks, context(escape(paused, 300))]) if paused else made


def _several(reply: SeveralReply, draw: Callable[[Reply], Message]) -> Message:
    """One under the other, without buttons: their names would be the same twice. Slack takes one table in a message."""
    blocks: list[Block] = []
    for place, each in enumerate(reply.replies):
        drawn = draw(as_lists(each) if place else each).blocks
        blocks += [*([divider()] if place else []), *(block for block in drawn if block["type"] != "actions")]
    return message(blocks[:MOST_BLOCKS])


def _about_work(
    reply: Reply, zone: str, now: datetime, company_now: datetime, public: str, again: str, named: bool
) -> Message | None:
    match reply:
        case StatusReply():
            return status_reply(reply, now, zone, company_now, public=public, again=again, named=named)
        case SheetReply():
            return sheet_reply(reply, now, zone, company_now, public=public, again=again)
        case DigestReply():
            return digest_reply(reply, now, public=public, again=again)
        case RulesReply():
            return rules_reply(reply, public=public, again=again)
        case _:
            return None


def _said(reply: Reply, zone: str, company_now: datetime, named: bool) -> Message:
    match reply:
        case WhyReply():
            return why_reply(reply, zone, company_now, named=named)
        case HelpReply():
            return help_reply(reply)
        case ListReply():
            return list_reply(reply)
        case PlainReply():
            return plain_reply(reply, zone, named=named)
        case _:
            raise TypeError(reply)


def why_reply(reply: WhyReply, zone: str, now: datetime, *, named: bool = False) -> Message:
    """The record behind a message: the decision first, then what was true, then the rule in its own words."""
    again = f" Decided again {moment(reply.until, zone, now, named=named)}." if reply.until else ""
    blocks = [section(f"*{escape(reply.title)}*\n{coded(localised(reply.decision, zone, named=named), 400)}{again}")]
    facts = [localised(fact, zone, named=named) for fact in reply.facts[:8]]
    if facts:
        blocks.append(section("*What was true then*\n" + "\n".join(f"• {escape(fact)}" for fact in facts)))
    if reply.weighed:
        blocks.append(section(f"*What I made of it*\n{escape(reply.weighed, 900)}"))
    blocks.append(section(f"*The rule*\n{escape(reply.rule, 600)}"))
    about = f"Decided {moment(reply.at, zone, now, named=named)} · from the record, no model asked"
    version = f"directives {rule_id(reply.directives_version[:12])} · id {rule_id(reply.proposal)}"
    undo = [actions(button("Undo", "ask:0", plain(reply.undo, 500), reads="Take this back"))] if reply.undo else []
    return message([*blocks, context(f"{about} · {version}"), *undo])


def help_reply(reply: HelpReply) -> Message:
    """The commands; what was not understood is said first."""
    first, near = "*What you can ask*", len(reply.choices) > 1
    if reply.unknown:
        first = f"I do not know “{escape(reply.unknown, 80)}”. {'Did you mean one of these?' if near else _THESE}"
    rows = [f"`{escape(command, 60)}` {escape(answer, 160)}" for command, answer in reply.commands[:_COMMANDS]]
    lacking = [context(escape(" ".join(reply.cannot), 600))] if reply.cannot else []
    return message([*sections([first, *rows]), *lacking, *_choices(reply.choices)])


_THESE = "These I do:"


def plain_reply(reply: PlainReply, zone: str = "UTC", *, named: bool = False) -> Message:
    """One line and up to five things to try instead; each button asks its command."""
    said = escape(localised(reply.text, zone, named=named), 1_000) or "No answer was found."
    return message([section(said), *_choices(reply.choices)])


def list_reply(reply: ListReply) -> Message:
    """A title, its lines, and up to five things to do about them."""
    lines = [f"• {escape(line, 400)}" for line in reply.lines]
    more = [and_more(reply.more, "line")] if reply.more else []
    return message([*sections([f"*{escape(reply.title)}*", *lines, *more]), *_choices(reply.choices)])


def _choices(choices: Sequence[tuple[str, str]]) -> list[Block]:
    """Buttons that ask their command."""
    drawn = [
        button(plain(label, 75) or "Try this", f"ask:{place}", plain(command, 500) or "help")
        for place, (label, command) in enumerate(choices[:5])
    ]
    return [actions(*drawn)] if drawn else []


def interrupted(again: str) -> Message:
    """In place of an answer that may stand above already; ``again`` is the command that asks once more."""
    words = "I was interrupted while I answered this. If there is no answer above, ask again."
    return plain_reply(PlainReply(text=words, choices=(("Ask again", again or "help"),)))


def lost(asked: str) -> Message:
    """No answer will come; ``asked`` are the words it was asked in, or nothing for a press."""
    words = plain(asked, 80)
    first = f"I could not answer “{words}”." if words else "What you pressed or filled in could not be carried out."
    then = "Ask again; if it happens once more, an admin finds why in `pm dead-letters list`."
    then = then if words else then.replace("Ask again", "Look at it before you press again")
    return message([section(f"{escape(first, 400)} Something went wrong here, and I have stopped trying. {then}")])


def too_late(again: str) -> Message:
    """Slack takes a post to the channel for half an hour after its button was shown."""
    words = "Slack does not take that into the channel any more: the answer is too old. Ask again for a new one."
    return plain_reply(PlainReply(text=words, choices=(("Ask again", again or "help"),)))
