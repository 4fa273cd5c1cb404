"""Your work: what is its reader's own in active sprints."""

from __future__ import annotations

from bot.views.home.data import HomeData, fewer
from bot.views.parts.message import Block, context, header, section, sections
from bot.views.parts.mrkdwn import and_more, escape, link
from planner.words.replies import Row

MOST = 8


def work(data: HomeData, less: int = 1) -> list[Block]:
    """The section."""
    blocks: list[Block] = [header("Your work")]
    if not data.work:
        none = "No issue in an active sprint is assigned to you."
        none = "I don’t know which issues are yours." if data.unknown else none
        return [*blocks, section("Nothing beside what waits for you." if data.moves else none)]
    most = fewer(MOST, less)
    blocks += sections(row_line(row) for row in data.work[:most])
    left = len(data.work) - most
    return [*blocks, context(and_more(left, "issue"))] if left > 0 else blocks


def row_line(row: Row) -> str:
    """One issue or pull request with what is so."""
    return f"*{link(row.url, row.key, 60)}*  {escape(row.title, 90)} · {escape(row.why, 90)}"
