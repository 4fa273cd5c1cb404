"""What those who run the agent read of a condition: what is so, what to do first, where it is explained."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, tzinfo

from bot.operations.conditions import CONDITIONS, runbook
from bot.operations.flapping import QUIET
from models.running import Alert

SHOWN = 1
"""Of a condition that holds for several, so many are told besides the first: a notice shows six facts."""


def told(rows: Sequence[Alert], zone: tzinfo) -> tuple[str, tuple[str, ...]]:
    """The first line of the message that tells of ``rows``, and the lines below it."""
    if not rows[0].message.startswith(QUIET):
        return _alone(rows[0], zone) if len(rows) == 1 else _alike(rows, zone)
    open_ = [row for row in rows if row.ended is None]
    over = [row for row in rows if row.ended is not None]
    if not open_:
        return "All of this is over.", tuple(_over(row, zone) for row in over)
    many = "One thing" if len(open_) == 1 else f"{len(open_)} things"
    return f"{many} to look at when there is time.", (*map(_line, open_), *(_over(row, zone) for row in over))


def _alone(row: Alert, zone: tzinfo) -> tuple[str, tuple[str, ...]]:
    if row.ended is not None:
        return _over(row, zone), ()
    again = (
        f"It has come back {row.times - 1} times." if row.times > 2 else "It has come back." if row.times > 1 else ""
    )
    facts = (f"Since {_at(row.since, zone)}.", again, f"Look first with: {_do(row)}", f"More: {runbook(row.name)}")
    return f"{row.words}.", tuple(fact for fact in facts if fact)


def _alike(rows: Sequence[Alert], zone: tzinfo) -> tuple[str, tuple[str, ...]]:
    """One condition that holds, or has held, for several teams or sources."""
    open_ = [row for row in rows if row.ended is None]
    if not open_:
        return f"Over since {_at(max(row.held for row in rows), zone)}: {_and_more(rows)}.", ()
    first, *others = open_
    over = len(rows) - len(open_)
    facts = [f"Since {_at(min(row.since for row in open_), zone)}."]
    facts += [f"{row.words}." for row in others[:SHOWN]]
    facts += [f"And {len(others) - SHOWN} more: pm status --json"] if len(others) > SHOWN else []
    facts += [f"Over for {over} of {len(rows)}."] if over else []
    return f"{_and_more(open_)}.", (*facts, f"Look first with: {_do(first)}", f"More: {runbook(first.name)}")


def _and_more(rows: Sequence[Alert]) -> str:
    more = f", and {len(rows) - 1} more like it" if len(rows) > 1 else ""
    return f"{rows[0].words}{more}"


def _line(row: Alert) -> str:
    return f"{row.words}. Look with: {_do(row)} ({runbook(row.name)})"


def _over(row: Alert, zone: tzinfo) -> str:
    assert row.ended is not None
    return f"Over since {_at(row.held, zone)}: {row.words}."


def _do(row: Alert) -> str:
    return CONDITIONS[row.name].do if row.name in CONDITIONS else "pm status"


def _at(moment: datetime, zone: tzinfo) -> str:
    """As the reader's clock shows it, with the day: such a message may be read much later."""
    return f"{moment.astimezone(zone):%H:%M on %a %d %b}"
