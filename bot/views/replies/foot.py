"""What stands under every answer about the work: how old it is, where to see it, and what to ask next."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from bot.views.parts.message import Block, actions, button
from bot.views.parts.moments import data_age
from bot.views.parts.mrkdwn import escape, link, plain

_MOST_BUTTONS = 5


def footer(
    read_at: Mapping[str, datetime],
    now: datetime,
    *,
    parts: Iterable[str] = (),
    url: str = "",
    opens: str = "Jira",
    public: str = "",
) -> str:
    """One line; ``public`` names who shows the answer to the channel."""
    told = [*parts, data_age(read_at, now) if read_at else "", link(url, f"Open in {opens}", 60) if url else ""]
    told.append(f"shown by {escape(public, 60)}" if public else "")
    return " · ".join(part for part in told if part)


def buttons(
    choices: Sequence[tuple[str, str]], *, post: str = "", why: str = "", last: Sequence[Block] = ()
) -> list[Block]:
    """A row of what can be asked next, *Post to channel* with the command that asks the same again, and *Why?*."""
    drawn = [
        button(plain(label, 75) or "Try this", f"ask:{place}", plain(command, 500) or "help")
        for place, (label, command) in enumerate(choices[:_MOST_BUTTONS])
    ]
    if again := plain(post, 500):
        drawn.append(button("Post to channel", "post_to_channel", again, reads=_POST))
    if how := plain(why, 500):
        drawn.append(button("Why?", f"ask:{len(drawn)}", how, reads="How is this computed?"))
    drawn += last
    return [actions(*drawn)] if drawn else []


_POST = "Post this answer to the channel"
