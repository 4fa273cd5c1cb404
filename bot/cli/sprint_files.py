"""Files of sprints that ended, ``<project>_iteration_<stage>.csv``, read into what the forecaster knows.

Each line holds a sprint as it stood after ``stage`` per cent of its time, and what became of it. The columns are
counted from the right, because the sprint's name may hold commas and nothing is quoted.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from models.errors import PMAgentError
from models.forecasts import Ended, Stand
from models.ids import SprintId

PATTERN = re.compile(r"(?P<project>.+)_iteration_(?P<stage>\d{1,3})\.csv")

_COLUMNS = 16
"""After the name: vel_diff, planday, then issues and units at the start, added, removed, to do, in progress and done,
and at last administrators and members of the team."""
_BEFORE_THE_NAME = 2


class BrokenFile(PMAgentError):
    """A file or a line that cannot be read, by name and number."""


@dataclass(frozen=True, slots=True)
class SprintFile:
    """One file's rows, in its order."""

    project: str
    stage: int
    """Per cent, 0 to 100."""
    rows: Sequence[Ended]


def read_folder(folder: Path) -> Sequence[SprintFile]:
    """Every such file of ``folder``, by project and stage. Raises ``BrokenFile``."""
    found = [(match, path) for path in sorted(folder.iterdir()) if (match := PATTERN.fullmatch(path.name))]
    if not found:
        raise BrokenFile(f"no file named <project>_iteration_<stage>.csv in {folder}")
    files = [_read(path, match["project"], int(match["stage"])) for match, path in found]
    return sorted(files, key=lambda each: (each.project, each.stage))


def _read(path: Path, project: str, stage: int) -> SprintFile:
    if stage > 100:
        raise BrokenFile(f"{path.name}: its stage is {stage}, and a stage is 0 to 100 per cent")
    try:
        # Not splitlines: a name may hold what Unicode counts as the end of a line.
        lines = path.read_text(encoding="utf-8-sig").replace("\r\n", "\n").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise BrokenFile(f"{path.name} cannot be read: {error}") from error
    if lines[0].rpartition(",")[2].strip().isdigit():
        raise BrokenFile(f"{path.name} line 1: the names of the columns are expected, and it holds a sprint")
    rows = [_row(line, f"{path.name} line {n}", stage) for n, line in enumerate(lines[1:], 2) if line.strip()]
    if not rows:
        raise BrokenFile(f"{path.name} holds no sprint below its header")
    return SprintFile(project, stage, rows)


def _row(line: str, place: str, stage: int) -> Ended:
    cells = line.split(",")
    if len(cells) <= _BEFORE_THE_NAME + _COLUMNS:
        raise BrokenFile(f"{place}: {_BEFORE_THE_NAME + 1 + _COLUMNS} columns are needed, and it has {len(cells)}")
    board, sprint = (_number(cell, place) for cell in cells[:_BEFORE_THE_NAME])
    difference, _, *counts = (_number(cell, place) for cell in cells[-_COLUMNS:])
    issues, units = counts[0:12:2], counts[1:12:2]
    target = units[0] + units[1] - units[2]
    stand = Stand(
        board=int(board),
        sprint=SprintId(int(sprint)),
        share=stage / 100,
        target=target,
        done=units[5],
        start_issues=int(issues[0]),
        added_issues=int(issues[1]),
        removed_issues=int(issues[2]),
        todo_issues=int(issues[3]),
        doing_issues=int(issues[4]),
        done_issues=int(issues[5]),
        people=int(counts[13]),
    )
    return Ended(stand, target + difference)


def _number(cell: str, place: str) -> float:
    try:
        number = float(cell)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise BrokenFile(f"{place}: {cell.strip()[:40]!r} is not a number")
    return number
