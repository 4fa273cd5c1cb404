"""Files of sprints that ended, ``<project>_iteration_<stage>.csv``, read into what the forecaster knows.

Each line holds a sprint as it stood after ``stage`` per cent of its time, and what became of it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from bot.cli.sprint_columns import BrokenFile, Columns, columns_of
from models.forecasts import Ended, Stand
from models.ids import SprintId

PATTERN = re.compile(r"(?P<project>.+)_iteration_(?P<stage>\d{1,3})\.csv")

_NO_BOARD = 0


@dataclass(frozen=True, slots=True)
class SprintFile:
    """One file's rows, in its order: a sprint stands in it once for each board that it is on."""

    project: str
    stage: int
    """Per cent, 0 to 100."""
    rows: Sequence[Ended]

    @property
    def sprints(self) -> int:
        """How many different sprints it holds."""
        return len({row.stand.sprint for row in self.rows})

    def once(self) -> SprintFile:
        """Without the lines that say of a sprint, for another board, just what an earlier one says."""
        seen: dict[Ended, Ended] = {}
        for row in self.rows:
            seen.setdefault(replace(row, stand=replace(row.stand, board=_NO_BOARD)), row)
        return replace(self, rows=tuple(seen.values()))


def read_folder(folder: Path) -> Sequence[SprintFile]:
    """Every such file of ``folder``, by project and stage. Raises ``BrokenFile``."""
    names = sorted(folder.iterdir())
    found = [(match, path) for path in names if (match := PATTERN.fullmatch(path.name))]
    if not found:
        near = next((path.name for path in names if re.fullmatch(PATTERN.pattern, path.name, re.IGNORECASE)), None)
        hint = f"; {near} would be one in small letters" if near else ""
        raise BrokenFile(f"no file named <project>_iteration_<stage>.csv in {folder}{hint}")
    known: dict[tuple[str, int], str] = {}
    for match, path in found:
        other = known.setdefault((match["project"], int(match["stage"])), path.name)
        if other != path.name:
            raise BrokenFile(f"{other} and {path.name} are of the same stage: keep one of them")
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
    columns = columns_of(lines[0], f"{path.name} line 1")
    rows = [_row(line, columns, f"{path.name} line {n}", stage) for n, line in enumerate(lines[1:], 2) if line.strip()]
    if not rows:
        raise BrokenFile(f"{path.name} holds no sprint below its header")
    return SprintFile(project, stage, rows)


def _row(line: str, columns: Columns, place: str, stage: int) -> Ended:
    told = columns.figures(line, place)
    target = told["vel_starttime"] + told["vel_added"] - told["vel_removed"]
    if target < 0:
        raise BrokenFile(f"{place}: its target is below zero ({target:g}): start, added, less removed")
    stand = Stand(
        board=_whole(told, "boardid", place),
        sprint=SprintId(_whole(told, "sprintid", place)),
        share=stage / 100,
        target=target,
        done=told["vel_done"],
        start_issues=_whole(told, "no_issue_starttime", place),
        added_issues=_whole(told, "no_issue_added", place),
        removed_issues=_whole(told, "no_issue_removed", place),
        todo_issues=_whole(told, "no_issuetodo", place),
        doing_issues=_whole(told, "no_issueinprogress", place),
        done_issues=_whole(told, "no_issuedone", place),
        people=_whole(told, "no_teammember", place),
    )
    return Ended(stand, target + told["vel_diff"])


def _whole(told: Mapping[str, float], name: str, place: str) -> int:
    if not told[name].is_integer():
        raise BrokenFile(f"{place}: {told[name]:g} is no whole number ({name})")
    return int(told[name])
