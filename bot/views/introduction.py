"""The one message of the agent about itself in a channel; it calls nobody and asks nothing."""

from __future__ import annotations

from collections.abc import Sequence

from bot.views.parts.message import Message, actions, button, context, message, section
from bot.views.parts.mrkdwn import and_more, escape
from planner.reports.introduction import Introduction


def introduction_message(said: Introduction) -> Message:
    """What it is, what it watches, what it never does, and how to have peace of it."""
    opening = f"*{escape(said.opening, 300)}*" + (f"\n{escape(said.mode, 200)}" if said.mode else "")
    lines = [said.limit, said.peace, said.owners]
    return message(
        [
            section(opening),
            *_list("What I watch", said.watches, said.more),
            *_list("What I never do", said.never, 0),
            section("\n".join(escape(line, 600) for line in lines)),
            actions(button("What you can ask", "ask:0", "help"), button("All rules", "ask:1", "directives")),
            context("Said once in this channel, because I was invited."),
        ]
    )


def _list(title: str, lines: Sequence[str], more: int) -> list[dict[str, object]]:
    if not lines:
        return []
    told = [f"• {escape(line, 200)}" for line in lines] + ([and_more(more, "rule")] if more else [])
    return [section("\n".join([f"*{title}*", *told]))]
