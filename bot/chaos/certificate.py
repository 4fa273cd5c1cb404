"""What was done to the product and what came of it: figures, and the page that states them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.chaos.play import Run

TOLD = 40
"""Violations told one by one."""

COLUMNS = 3
"""Commit points beside each other."""


@dataclass
class Figures:
    """Counted over all stories."""

    stories: int = 0
    points: Counter[str] = field(default_factory=Counter)
    """Kills by commit point."""
    passed: int = 0
    """Commit points that the story passes."""
    left: int = 0
    """Kills that were wanted and for which there was no time."""
    by_chance: int = 0
    """Kills of storms."""
    events: int = 0
    repeats: int = 0
    effects: int = 0
    approvals: int = 0
    violations: list[str] = field(default_factory=list)
    unreached: list[str] = field(default_factory=list)
    """Kills whose moment came in none of several stories: nothing is known of them."""
    seconds: float = 0.0

    @property
    def kills(self) -> int:
        """All of them."""
        return self.points.total() + self.by_chance

    @property
    def proven(self) -> bool:
        """Whether all that was wanted was tried, and nothing was wrong."""
        return not self.violations and not self.unreached

    def add(self, run: Run) -> None:
        """One more story."""
        self.stories += 1
        self.points.update(kill.point for kill in run.killed)
        self.events += run.events
        self.repeats += run.repeats
        self.effects += run.sent
        self.approvals += len(run.seen.approvals)
        self.violations += run.verdict


@dataclass(frozen=True)
class Certificate:
    """Whose figures these are, and how they are had again."""

    version: str
    database: str
    seed: int
    command: str
    figures: Figures
    interrupted: bool = False

    def as_json(self) -> Mapping[str, Any]:
        """For programs."""
        counted = self.figures
        return {
            "version": self.version,
            "database": self.database,
            "seed": self.seed,
            "interrupted": self.interrupted,
            "stories": counted.stories,
            "runs_per_commit_point": dict(sorted(counted.points.items())),
            "commit_points_passed": counted.passed,
            "kills": counted.kills,
            "kills_by_chance": counted.by_chance,
            "kills_left": counted.left,
            "events": counted.events,
            "repeats": counted.repeats,
            "effects": counted.effects,
            "approvals": counted.approvals,
            "violations": counted.violations,
            "unreached": counted.unreached,
            "seconds": round(counted.seconds, 1),
            "command": self.command,
        }

    def lines(self) -> Iterator[str]:
        """For people."""
        counted, wrong = self.figures, self.figures.violations
        yield "PM Agent: certificate of chaos" + (", INTERRUPTED: what was done until then" if self.interrupted else "")
        hit = f"{len(counted.points)} of the {counted.passed} commit points the story passes"
        told = {
            "version": self.version,
            "database": self.database,
            "seed": str(self.seed),
            "stories": f"{counted.stories}" + (", each checked whole" if counted.stories else ""),
            "kills": f"{counted.kills:,}: {counted.points.total():,} at {hit}, {counted.by_chance:,} by chance",
            "events": f"{counted.events:,} different ones taken in",
            "repeats": f"{counted.repeats:,} sent again although they were acknowledged",
            "effects": f"{counted.effects:,}, looked for at their targets",
            "approvals": f"{counted.approvals:,}",
            "violations": f"{len(wrong):,}",
            "duration": f"{counted.seconds // 60:.0f} min {counted.seconds % 60:.0f} s",
            "again": self.command,
        }
        yield from (f"  {name:<11} {words}" for name, words in told.items())
        yield from self._points()
        yield from (f"VIOLATION {words}" for words in wrong[:TOLD])
        yield from (f"not reached: {words}" for words in counted.unreached)
        if counted.left:
            yield f"not played: {counted.left:,} kills that were wanted, for want of time"
        if len(wrong) > TOLD:
            yield f"and {len(wrong) - TOLD} more: --json has all"

    def _points(self) -> Iterator[str]:
        cells = [f"{count:>4} {point}" for point, count in sorted(self.figures.points.items())]
        if cells:
            yield "  kills by commit point"
        for first in range(0, len(cells), COLUMNS):
            yield "  " + "".join(f"{cell:<32}" for cell in cells[first : first + COLUMNS]).rstrip()
