"""The whole Home: sections from top to bottom, at most as many blocks as Slack takes."""

from __future__ import annotations

from bot.views.home.admins import running
from bot.views.home.contact import contact
from bot.views.home.data import HomeData, Reach
from bot.views.home.deeds import deeds
from bot.views.home.held import held_back
from bot.views.home.known import known
from bot.views.home.strangers import stranger
from bot.views.home.waiting import waiting
from bot.views.home.work import work
from bot.views.parts.message import Block, context, divider, section, text_size
from bot.views.parts.moments import data_age
from bot.views.parts.mrkdwn import escape

ROOM = 9_500
"""Characters of all blocks; Slack is given at most 10,000, and what is cut there is the end, where the buttons are."""

LOOKS_ONLY = "Slack knows you as a guest: what is said about you is yours to change, the team's work is not."


def home(data: HomeData) -> dict[str, object]:
    """The view for ``views.publish``."""
    if data.reach is None:
        return {"type": "home", "blocks": stranger(guest=data.guest)}
    blocks: list[Block] = []
    for less in (1, 2, 4, 8):
        blocks = _sections(data, data.reach, less)
        if text_size(blocks) <= ROOM:
            break
    return {"type": "home", "blocks": blocks}


def _sections(data: HomeData, reach: Reach, less: int) -> list[Block]:
    """All of it; lists are cut to the ``less``th part of what they may show."""
    blocks: list[Block] = [section(f"*{escape(data.note, 400)}*"), divider()] if data.note else []
    blocks += [context(LOOKS_ONLY)] if data.guest else []
    blocks += [context(escape(data.paused, 300))] if data.paused else []
    blocks += [
        *waiting(data, less),
        divider(),
        *work(data, less),
        *held_back(data.held, data.zone, data.now, less),
        divider(),
    ]
    blocks += [*contact(reach), divider(), *deeds(data, less), divider(), *known(data, less)]
    if data.running is not None:
        blocks += [divider(), *running(data.running, less)]
    read = data_age(data.read_at, data.real)
    return [*blocks, context(read)] if read else blocks
