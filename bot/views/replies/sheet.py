"""An answer in one sentence and the lines it rests on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from bot.views.parts.items import item_line
from bot.views.parts.message import Block, Message, context, header, message, section, sections
from bot.views.parts.mrkdwn import and_more, coded, escape, plain
from bot.views.replies.foot import buttons, footer
from bot.views.replies.rows import fits_a_table, groups_lists, rows_table
from planner.words.replies import DigestReply, Group, Reply, RulesReply, SheetReply, StatusReply

MOST_NOTES = 6
_RULES = 6_500
"""Characters of all lines of the constitution in one answer."""


def sheet_reply(
    reply: SheetReply, now: datetime, zone: str, company_now: datetime, *, public: str = "", again: str = ""
) -> Message:
    """One group is a table, several are lists."""
    blocks: list[Block] = [header(plain(reply.title, 150)), section(f"*{escape(reply.headline, 500)}*")]
    one = len(reply.groups) == 1 and fits_a_table(reply.groups[0])
    if one and reply.groups[0].name:
        blocks.append(section(f"*{escape(reply.groups[0].name, 300)}*"))
    if one:
        blocks += rows_table(reply.heading, reply.groups[0].rows, zone, company_now, reason=reply.reason)
    else:
        blocks += groups_lists(reply.groups)
    more = [and_more(reply.groups[0].more, "line")] if one and reply.groups[0].more else []
    blocks += [context(escape(note, 400)) for note in (*more, *reply.notes[:MOST_NOTES])]
    last = footer(reply.read_at, now, parts=[escape(reply.board, 200)], url=reply.url, opens=reply.opens, public=public)
    blocks += [context(last)] if last else []
    if not public:
        blocks += buttons(reply.choices, post=again if reply.post_to_channel else "")
    return message(blocks)


def as_lists(reply: Reply) -> Reply:
    """The same without a table, for a message that has one already."""
    match reply:
        case StatusReply():
            notes = (*reply.counts, *reply.notes)
            rows = (Group("", reply.rows, reply.more), _NOTHING)
            return SheetReply(
                title=reply.title,
                headline=reply.headline,
                groups=rows,
                read_at=reply.read_at,
                notes=notes,
                url=reply.url,
            )
        case SheetReply(groups=groups) if len(groups) == 1:
            return replace(reply, groups=(*groups, _NOTHING))
        case _:
            return reply


_NOTHING = Group("", ())
"""Beside one group of lines: what has more than one is told in lists."""


def digest_reply(reply: DigestReply, now: datetime, *, public: str = "", again: str = "") -> Message:
    """The summary as it would be posted, for whoever asked."""
    made = reply.digest
    blocks: list[Block] = [section(f"*{escape(made.headline, 400)}*")]
    if made.items:
        asks = [f"{number}. {item_line(item)}" for number, item in enumerate(made.items, start=1)]
        blocks += sections(asks)
    parts = [escape(reply.title, 100), escape(made.footer, 300)]
    blocks.append(context(footer(reply.read_at, now, parts=parts, public=public)))
    if not public:
        blocks += buttons((("Sprint status", "status"),), post=again if reply.post_to_channel else "")
    return message(blocks)


def rules_reply(reply: RulesReply, *, public: str = "", again: str = "") -> Message:
    """Lines of the constitution under the names of their sections."""
    lines = [f"*{coded(reply.title, 200)}*", coded(reply.headline, 600), *_within(_rules(reply), _RULES)]
    shown = [*([f"shown by {escape(public, 60)}"] if public else [])]
    blocks = [*sections(lines), context(" · ".join(filter(None, (escape(reply.footer, 300), *shown))))]
    if not public:
        blocks += buttons(reply.choices, post=again if reply.post_to_channel else "")
    return message(blocks)


def _rules(reply: RulesReply) -> Iterator[str]:
    for name, inside in reply.sections:
        if name:
            yield f"*{escape(name, 100)}*"
        yield from (f"• {coded(line, 600)}" for line in inside)


def _within(lines: Iterator[str], room: int) -> Iterator[str]:
    """As many lines as there is room for, and how many are left out."""
    left = 0
    for line in lines:
        room -= len(line)
        left += room < 0
        if room >= 0:
            yield line
    if left:
        yield and_more(left, "line")
