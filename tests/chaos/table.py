"""What was done to the product and what came of it, one line a run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple, dataclass

from tests.chaos.flow import Kill, Run

HEAD = ("database", "point", "in", "nth", "seconds", "events", "sent", "verdict")


@dataclass(frozen=True)
class Row:
    """One run."""

    database: str
    point: str
    step: str
    nth: str
    seconds: str
    events: str
    sent: str
    verdict: str


def row(database: str, kill: Kill | None, run: Run, point: str = "no kill") -> Row:
    """The line of one run."""
    wrong = run.verdict
    return Row(
        database=database,
        point=kill.point if kill else point,
        step=kill.step if kill else "",
        nth=str(kill.nth) if kill else "",
        seconds=f"{run.seconds:.1f}",
        events=str(run.events),
        sent=str(sum(effect["state"] == "sent" for effect in run.seen.effects)),
        verdict="ok" if not wrong else f"{len(wrong)} WRONG: {wrong[0]}",
    )


def drawn(rows: Sequence[Row]) -> list[str]:
    """The table, as wide as its longest words."""
    lines = [HEAD, *(astuple(each) for each in rows)]
    widths = [max(len(str(line[column])) for line in lines) for column in range(len(HEAD) - 1)]
    padded = ["  ".join(str(cell).ljust(width) for cell, width in zip(line, widths, strict=False)) for line in lines]
    return [f"{text}  {line[-1]}" for text, line in zip(padded, lines, strict=True)]
