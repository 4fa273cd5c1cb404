"""What of a run of the chaos programme is done: kept beside pytest's own cache, so that an interrupted one goes on."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from bot.chaos.certificate import Figures
from bot.chaos.kills import Kill
from bot.chaos.play import Run
from bot.chaos.product import ROOT

SOURCE = ("bot", "integrations", "planner", "models", "alembic", "tests/chaos")
FILES = ("directives.yaml", "pyproject.toml", "requirements.lock")


def source_version() -> str:
    """One word for exactly this source: another one has proven nothing yet."""
    found = (file for folder in SOURCE for file in (ROOT / folder).rglob("*") if file.is_file())
    summed = hashlib.sha256()
    for file in sorted([*(f for f in found if "__pycache__" not in f.parts), *map(ROOT.joinpath, FILES)]):
        summed.update(f"{file.relative_to(ROOT)}\n".encode() + hashlib.sha256(file.read_bytes()).digest())
    return summed.hexdigest()[:16]


class Memory:
    """Cells that are done, and their figures, by database; of another source nothing is remembered."""

    def __init__(self, file: Path, source: str) -> None:
        self._file = file
        kept = json.loads(file.read_text()) if file.exists() else {}
        self._kept: dict[str, Any] = kept if kept.get("source") == source else {"source": source, "databases": {}}

    def done(self, database: str, cell: str) -> bool:
        """Whether that was finished, without a violation."""
        return cell in self._of(database)["cells"]

    def left(self, database: str, kills: Iterable[Kill]) -> list[Kill]:
        """Those that have not happened yet."""
        return [kill for kill in kills if not self.done(database, _cell(kill))]

    def note(self, database: str, run: Run, cell: str = "", by_chance: int = 0) -> None:
        """A story is over: in the figures for sure, among the cells only when nothing was wrong."""
        kept, figures = self._of(database), self.figures(database)
        figures.add(run)
        figures.by_chance += by_chance
        figures.seconds += run.seconds
        if not run.verdict:
            kept["cells"] += [*map(_cell, run.killed), *([cell] if cell else [])]
        self._figure(database, figures)

    def wanted(self, database: str, points: int, left: int) -> None:
        """So many commit points does the story pass, and so many kills are left to do."""
        figures = self.figures(database)
        figures.passed, figures.left = points, left
        self._figure(database, figures)

    def figures(self, database: str) -> Figures:
        """Over all that is remembered."""
        kept = self._of(database)["figures"]
        return Figures(**kept | {"points": Counter(kept["points"])}) if kept else Figures()

    def databases(self) -> list[str]:
        """Those of which anything is known."""
        return [name for name, kept in self._kept["databases"].items() if kept["figures"]]

    def forget(self) -> None:
        """All of it was finished: the next run begins anew."""
        self._file.unlink(missing_ok=True)

    def _of(self, database: str) -> dict[str, Any]:
        kept: dict[str, Any] = self._kept["databases"].setdefault(database, {"cells": [], "figures": {}})
        return kept

    def _figure(self, database: str, figures: Figures) -> None:
        self._of(database)["figures"] = vars(figures) | {"points": dict(figures.points)}
        self._file.parent.mkdir(parents=True, exist_ok=True)
        draft = self._file.with_suffix(".new")
        draft.write_text(json.dumps(self._kept, indent=1))
        draft.replace(self._file)


def _cell(kill: Kill) -> str:
    return f"{kill.point} {kill.hit}"
