"""Answers to somebody who asked: every Reply of the planner as a Message."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.views.parts.items import rule_id
from bot.views.parts.message import Block, Message, actions, button, context, header, message, section, sections
from bot.views.parts.moments import data_age, moment
from bot.views.parts.mrkdwn import and_more, coded, escape, link, plain
from planner.words.replies import Attention, HelpReply, ListReply, PlainReply, Reply, Row, StatusReply, WhyReply

MOST_ROWS = 5
_NOTES, _COMMANDS = 6, 24


def reply_message(
    reply: Reply,
    *,
    zone: str,
    now: datetime,
    company_now: datetime,
    public: str = "",
    again: str = "",
    named: bool = False,
) -> Message:
    """``now`` is real time, for the age of data; ``company_now`` that of the record.

    ``public`` names who shows the answer to the channel; ``again`` is the command that asks the same again. ``named``
    says with each time in which zone it is, for readers who are in others.
    """
    match reply:
        case StatusReply():
            return status_reply(reply, now, zone, company_now, public=public, again=again, named=named)
        case WhyReply():
            return why_reply(reply, zone, company_now, named=named)
        case HelpReply():
            return help_reply(reply)
        case PlainReply():
            return plain_reply(reply)
        case ListReply():
            return list_reply(reply)


def status_reply(
    reply: StatusReply,
    now: datetime,
    zone: str,
    company_now: datetime,
    *,
    public: str = "",
    again: str = "",
    named: bool = False,
) -> Message:
    """Where the sprint stands: the answer, what needs somebody, how old the data is."""
    blocks: list[Block] = [header(plain(reply.title, 150)), section(_headline(reply))]
    blocks += [context(escape(note, 400)) for note in reply.notes[:_NOTES]]
    if reply.attention is not None:
        blocks.append(context(_attention(reply.attention, zone, company_now, named)))
    blocks += [section(_row(row)) for row in reply.rows[:MOST_ROWS]]
    blocks.append(context(_status_footer(reply, now, public)))
    if reply.post_to_channel and not public:
        blocks.append(actions(_post_button(again or f"status {reply.title.split(' · ')[0]}")))
    return message(blocks)


def why_reply(reply: WhyReply, zone: str, now: datetime, *, named: bool = False) -> Message:
    """The record behind a message: the decision first, then what was true, then the rule in its own words."""
    again = f" Decided again {moment(reply.until, zone, now, named=named)}." if reply.until else ""
    blocks = [section(f"*{escape(reply.title)}*\n{coded(reply.decision, 400)}{again}")]
    if reply.facts:
        blocks.append(section("*What was true then*\n" + "\n".join(f"• {escape(fact)}" for fact in reply.facts[:8])))
    blocks.append(section(f"*The rule*\n{escape(reply.rule, 600)}"))
    about = f"Decided {moment(reply.at, zone, now, named=named)} · from the record, no model asked"
    version = f"directives {rule_id(reply.directives_version[:12])} · id {rule_id(reply.proposal)}"
    undo = [actions(button("Undo", "ask:0", plain(reply.undo, 500), reads="Take this back"))] if reply.undo else []
    return message([*blocks, context(f"{about} · {version}"), *undo])


def help_reply(reply: HelpReply) -> Message:
    """The commands; what was not understood is said first."""
    first = "*What you can ask*"
    if reply.unknown:
        first = f"I do not know “{escape(reply.unknown, 80)}”. These I do:"
    rows = [f"`{escape(command, 60)}` {escape(answer, 160)}" for command, answer in reply.commands[:_COMMANDS]]
    return message(sections([first, *rows]))


def plain_reply(reply: PlainReply) -> Message:
    """One line and up to five things to try instead; each button asks its command."""
    return message([section(escape(reply.text, 1_000) or "No answer was found."), *_choices(reply.choices)])


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


def _headline(reply: StatusReply) -> str:
    return "\n".join([f"*{escape(reply.headline, 400)}*", *(escape(count) for count in reply.counts[:_NOTES])])


def _attention(now_on: Attention, zone: str, now: datetime, named: bool) -> str:
    """``Urgency high: PAY-7 has been blocked for 2 working days · a look every 60 minutes, the next 14:20``."""
    why = f": {escape(now_on.why, 200)}" if now_on.why else ""
    often = f" · a look every {escape(now_on.every, 40)}" if now_on.every else ""
    then = f", the next {moment(now_on.next_look, zone, now, named=named)}" if now_on.next_look else ""
    return f"Urgency {escape(now_on.level, 20)}{why}{often}{then}"


def _row(row: Row) -> str:
    """``PAY-412 Retry card payments`` and below it whose it is, what is so and for how long."""
    what = f"*{link(row.url, row.key, 60)}*  {escape(row.title, 90)}"
    return f"{what}\n{escape(row.owner, 60)} · {escape(row.why, 160)}"


def _status_footer(reply: StatusReply, now: datetime, public: str) -> str:
    """How much is not shown, and how old what is shown is."""
    hidden = reply.more + len(reply.rows[MOST_ROWS:])
    parts = [
        f"{hidden} more not shown" if hidden else "",
        f"{reply.total} issue{'' if reply.total == 1 else 's'} in the sprint",
        data_age(reply.read_at, now) or "nothing has been read yet",
        f"shown by {escape(public, 60)}" if public else "",
    ]
    return " · ".join(part for part in parts if part)


def _post_button(command: str) -> Block:
    return button("Post to channel", "post_to_channel", plain(command, 500), reads="Post this answer to the channel")
