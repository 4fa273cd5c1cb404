"""Lines about issues and pull requests: a table where there is one group of them, short lists where there are several.

Slack takes one table in a message. Where it refuses blocks, the words of each row stand in the message's text.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from bot.views.parts.message import Block, sections
from bot.views.parts.moments import moment
from bot.views.parts.mrkdwn import and_more, escape, link
from bot.views.parts.table import cell, linked_cell, table
from planner.words.replies import Group, Row

ROOM = 7_000
"""Characters of all lines of an answer, addresses included: Slack takes 10,000 of a whole message."""


def fits_a_table(group: Group) -> bool:
    """Whether a phone still shows it as one, and Slack takes it."""
    return len(group.rows) <= _TABLE_ROWS and sum(len(_line(row)) for row in group.rows) <= ROOM


_TABLE_ROWS = 20


def rows_table(heading: str, rows: Sequence[Row], zone: str, now: datetime, *, reason: str = "Why") -> list[Block]:
    """Issue · who · since · why (or what ``reason`` calls it); a column that says nothing in any row is left out."""
    if not rows:
        return []
    who, since = any(row.owner for row in rows), any(row.since for row in rows)
    heads = [heading, *(["Who"] if who else []), *(["Since"] if since else []), reason]
    return [table(heads, [_cells(row, zone, now, who=who, since=since) for row in rows])]


def _cells(row: Row, zone: str, now: datetime, *, who: bool, since: bool) -> list[Block]:
    made = [linked_cell(row.key, row.url, row.title)]
    made += [cell(row.owner)] if who else []
    made += [cell(_since(row.since, zone, now) if row.since else "")] if since else []
    return [*made, cell(row.why)]


def _since(at: datetime, zone: str, now: datetime) -> str:
    """``09:40`` today, else the day: ``Fri``, ``Fri 13 Nov``."""
    told = moment(at, zone, now)
    return told.rpartition(" ")[0] if told[:1].isalpha() else told.partition(" ")[0]


def groups_lists(groups: Sequence[Group]) -> list[Block]:
    """Each group under its name, a line for each row; what there is no room for is counted."""
    made: list[Block] = []
    left = ROOM
    for group in groups:
        lines = list(_lines(group, left))
        left -= sum(map(len, lines))
        made += sections(lines)
    return made


def _lines(group: Group, room: int) -> Iterator[str]:
    if group.name:
        name = f"*{escape(group.name, 300)}*"
        room -= len(name)
        yield name
    for place, row in enumerate(group.rows):
        line = _line(row)
        room -= len(line)
        if room < 0:
            yield and_more(len(group.rows) - place + group.more, "line")
            return
        yield line
    if group.more:
        yield and_more(group.more, "line")


def _line(row: Row) -> str:
    owner = "" if row.owner == "nobody" and row.why.startswith("no owner") else row.owner
    told = " · ".join(escape(each, 160) for each in (owner, row.why) if each)
    return f"• {link(row.url, row.key, 60)} {escape(row.title, 80)}{f' · {told}' if told else ''}"
