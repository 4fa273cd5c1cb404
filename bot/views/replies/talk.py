"""An answer a model has put into words: what is so, apart from it what the model makes of that, and the sources."""

from __future__ import annotations

from datetime import datetime

from bot.views.parts.message import Block, Message, context, message, section, sections
from bot.views.parts.mrkdwn import escape, link
from bot.views.replies.foot import buttons, footer
from planner.words.replies import TalkReply

SIMULATED, STAND_IN = "-simulated", "the demo's stand-in, not by Claude"
"""How a simulated model's name ends, and what it is called instead: nobody is to take its words for Claude's."""

_PASSAGE, _FACT = 900, 300
"""Characters of one passage, and of one fact."""


def talk_reply(reply: TalkReply, now: datetime) -> Message:
    """``now`` is real time. Every text is a model's or somebody else's as far as escaping goes: none of it is ours."""
    blocks: list[Block] = [section(escape(passage, _PASSAGE)) for passage in reply.passages]
    if reply.facts:
        blocks += sections([f"• {escape(fact, _FACT)}" for fact in reply.facts])
    if reply.inference:
        made = " ".join(escape(passage, _PASSAGE) for passage in reply.inference)
        blocks.append(section(f"*What I make of it:* {made}"))
    if reply.unknown:
        blocks.append(section(escape(reply.unknown, _PASSAGE)))
    blocks += _foot(reply, now)
    return message(blocks)


def _foot(reply: TalkReply, now: datetime) -> list[Block]:
    """Where the facts stand, how old they are, and who put them into words."""
    where = ", ".join(link(url, label, 60) for label, url in reply.sources)
    whose = STAND_IN if reply.by.endswith(SIMULATED) else escape(reply.by, 60)
    by = f"Worded by {whose}, each fact written out by code" if reply.by else ""
    last = footer(reply.read_at, now, parts=[f"Sources: {where}" if where else "", by])
    return [*([context(last)] if last else []), *buttons(reply.choices)]
