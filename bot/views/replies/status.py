"""Where a sprint stands: the answer, what needs somebody as a table, by what it is said, and what to ask next."""

from __future__ import annotations

from datetime import datetime

from bot.views.parts.message import Block, Message, context, header, message, section
from bot.views.parts.moments import moment
from bot.views.parts.mrkdwn import coded, escape, plain
from bot.views.parts.table import folded
from bot.views.replies.foot import buttons, footer
from bot.views.replies.rows import rows_table
from planner.words.replies import Attention, StatusReply

MOST_ROWS = 5
_NOTES, _HOW = 6, 7


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
    """``again`` is the command that asks the same; without one the title's sprint is asked for."""
    blocks: list[Block] = [header(plain(reply.title, 150)), section(_headline(reply))]
    blocks += [context(escape(note, 400)) for note in reply.notes[:_NOTES]]
    if reply.attention is not None:
        blocks.append(context(_attention(reply.attention, zone, company_now, named)))
    blocks += rows_table("Issue", reply.rows[:MOST_ROWS], zone, company_now)
    if reply.how:
        said = "\n".join(coded(line, 400) for line in reply.how[:_HOW])
        blocks.append(folded("How this was computed", [section(said)]))
    blocks.append(context(_footer(reply, now, public)))
    if not public:
        post = again or f"status {reply.title.split(' · ')[0]}"
        why = reply.why if reply.how else ""
        blocks += buttons(reply.choices, post=post if reply.post_to_channel else "", why=why)
    return message(blocks)


def _headline(reply: StatusReply) -> str:
    return "\n".join([f"*{escape(reply.headline, 400)}*", *(escape(count) for count in reply.counts[:_NOTES])])


def _attention(now_on: Attention, zone: str, now: datetime, named: bool) -> str:
    """``Urgency high at 13:20: PAY-7 has been blocked for 2 days · a look every 60 minutes, the next 14:20``."""
    at = f" at {moment(now_on.at, zone, now, named=named)}" if now_on.at else ""
    why = f": {escape(now_on.why, 200)}" if now_on.why else ""
    often = f" · a look every {escape(now_on.every, 40)}" if now_on.every else ""
    then = f", the next {moment(now_on.next_look, zone, now, named=named)}" if now_on.next_look else ""
    return f"Urgency {escape(now_on.level, 20)}{at}{why}{often}{then}"


def _footer(reply: StatusReply, now: datetime, public: str) -> str:
    """How much is not shown, and how old what is shown is."""
    hidden = reply.more + len(reply.rows[MOST_ROWS:])
    parts = [
        f"{hidden} more not shown" if hidden else "",
        f"{reply.total} issue{'' if reply.total == 1 else 's'} in the sprint",
        "" if reply.read_at else "nothing has been read yet",
        escape(reply.board, 200),
    ]
    return footer(reply.read_at, now, parts=parts, url=reply.url, public=public)
