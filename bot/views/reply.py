"""Answers to somebody who asked: every Reply of the planner as a Message."""

from __future__ import annotations

from datetime import datetime

from bot.views.items import rule_id
from bot.views.message import Block, Message, actions, button, context, header, message, section, sections
from bot.views.moments import data_age, moment
from bot.views.mrkdwn import coded, escape, link, plain
from planner.replies import HelpReply, PlainReply, Reply, Row, StatusReply, WhyReply

MOST_ROWS = 5
_NOTES, _COMMANDS = 6, 24


def reply_message(
    reply: Reply, *, zone: str, now: datetime, company_now: datetime, public: str = "", again: str = ""
) -> Message:
    """``now`` is real time, for the age of data; ``company_now`` that of the record.

    ``public`` names who shows the answer to the channel; ``again`` is the command that asks the same again.
    """
    match reply:
        case StatusReply():
            return status_reply(reply, now, public=public, again=again)
        case WhyReply():
            return why_reply(reply, zone, company_now)
        case HelpReply():
            return help_reply(reply)
        case PlainReply():
            return plain_reply(reply)


def status_reply(reply: StatusReply, now: datetime, *, public: str = "", again: str = "") -> Message:
    """Where the sprint stands: the answer, what needs somebody, how old the data is."""
    blocks: list[Block] = [header(plain(reply.title, 150)), section(_headline(reply))]
    blocks += [context(escape(note, 400)) for note in reply.notes[:_NOTES]]
    blocks += [section(_row(row)) for row in reply.rows[:MOST_ROWS]]
    blocks.append(context(_status_footer(reply, now, public)))
    if reply.post_to_channel and not public:
        blocks.append(actions(_post_button(again or f"status {reply.title.split(' · ')[0]}")))
    return message(blocks)


def why_reply(reply: WhyReply, zone: str, now: datetime) -> Message:
    """The record behind a message: the decision first, then what was true, then the rule in its own words."""
    again = f" Decided again {moment(reply.until, zone, now)}." if reply.until else ""
    blocks = [section(f"*{escape(reply.title)}*\n{coded(reply.decision, 400)}{again}")]
    if reply.facts:
        blocks.append(section("*What was true then*\n" + "\n".join(f"• {escape(fact)}" for fact in reply.facts[:8])))
    blocks.append(section(f"*The rule*\n{escape(reply.rule, 600)}"))
    about = f"Decided {moment(reply.at, zone, now)} · from the record, no model asked"
    version = f"directives {rule_id(reply.directives_version[:12])} · id {rule_id(reply.proposal)}"
    return message([*blocks, context(f"{about} · {version}")])


def help_reply(reply: HelpReply) -> Message:
    """The commands; what was not understood is said first."""
    first = "*What you can ask*"
    if reply.unknown:
        first = f"I do not know “{escape(reply.unknown, 80)}”. These I do:"
    rows = [f"`{escape(command, 60)}` {escape(answer, 160)}" for command, answer in reply.commands[:_COMMANDS]]
    return message(sections([first, *rows]))


def plain_reply(reply: PlainReply) -> Message:
    """One line and up to five things to try instead; each button asks its command."""
    blocks = [section(escape(reply.text, 1_000) or "No answer was found.")]
    choices = [
        button(plain(label, 75) or "Try this", f"ask:{place}", plain(command, 500) or "help")
        for place, (label, command) in enumerate(reply.choices[:5])
    ]
    if choices:
        blocks.append(actions(*choices))
    return message(blocks)


def interrupted(again: str) -> Message:
    """In place of an answer that may stand above already; ``again`` is the command that asks once more."""
    words = "I was interrupted while I answered this. If there is no answer above, ask again."
    return plain_reply(PlainReply(text=words, choices=(("Ask again", again or "help"),)))


def _headline(reply: StatusReply) -> str:
    return "\n".join([f"*{escape(reply.headline, 400)}*", *(escape(count) for count in reply.counts[:_NOTES])])


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
