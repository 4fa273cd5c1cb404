"""What I did: what its reader was sent, asked for or said yes to in the last days, each with *Why?* and *Undo*."""

from __future__ import annotations

import json
from datetime import datetime

from bot.views.home.data import HomeData, fewer
from bot.views.parts.message import Block, actions, button, context, header, section
from bot.views.parts.moments import dated
from bot.views.parts.mrkdwn import escape
from planner.reports.deeds import DAYS, Deed

MOST = 8


def deeds(data: HomeData, less: int = 1) -> list[Block]:
    """The section; the newest first."""
    blocks: list[Block] = [header(f"What I did in the last {DAYS} days")]
    if not data.deeds:
        return [*blocks, section("Nothing that concerns you.")]
    most = fewer(MOST, less)
    for place, deed in enumerate(data.deeds[:most]):
        blocks += _deed(deed, place, data.zone, data.now, may_undo=not data.guest)
    left = max(data.deeds_in_all, len(data.deeds)) - len(data.deeds[:most])
    return [*blocks, context(f"{left} more")] if left > 0 else blocks


def _deed(deed: Deed, place: int, zone: str, now: datetime, *, may_undo: bool) -> list[Block]:
    how = f" · {escape(deed.how, 60)}" if deed.how else ""
    line = section(f"{dated(deed.at, zone, now)}  {escape(deed.words, 200)}{how}")
    why = button("Why?", f"why:{place}", deed.why, reads=f"Why: {deed.words}")
    if not deed.undo or not may_undo:
        return [line | {"accessory": why}]
    undo = button("Undo", f"undo:{place}", json.dumps({"a": deed.undo}), reads=f"Undo: {deed.words}")
    return [line, actions(why, undo)]
