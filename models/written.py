"""The constitution as it is written: one file, or a folder of which one file holds the company's lines."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from models.errors import Complaint, DirectivesError, OperatorError
from models.ids import named
from models.marked import Marked, Place, read

ENDINGS = frozenset({".yaml", ".yml"})
TEAMS = "teams"
"""The one section a team's file holds."""

_REMEDY = "Set DIRECTIVES_FILE to your constitution; begin with the directives.yaml of the repository"


@dataclass(frozen=True, slots=True)
class Text:
    """One file: its name, and what stands in it."""

    name: str
    body: bytes

    def plain(self) -> str:
        """As text. Raises ``DirectivesError`` for bytes that are none."""
        try:
            return self.body.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = error.object.count(b"\n", 0, error.start) + 1
            raise DirectivesError(self.name, [Complaint(line, "is not UTF-8 text")]) from error


@dataclass(frozen=True, slots=True)
class Written:
    """What stands in DIRECTIVES_FILE at one moment, byte for byte."""

    name: str
    """The last part of the path: what complaints call it where there is only one file."""
    texts: tuple[Text, ...]
    folder: bool = False

    @property
    def content(self) -> str:
        """One name for exactly these bytes in exactly these files."""
        return named(*(part for text in self.texts for part in (text.name, text.body.hex())))


def look_up(path: Path) -> Written:
    """Read the file, or every YAML file of the folder in name order. Raises ``OperatorError`` when there is none.

    Hidden files are left out: editors keep their own copies under such names.
    """
    try:
        if not path.is_dir():
            return Written(path.name, (Text(path.name, path.read_bytes()),))
        files = [each for each in sorted(path.iterdir()) if each.suffix in ENDINGS and not each.name.startswith(".")]
        texts = tuple(Text(each.name, each.read_bytes()) for each in files)
    except OSError as error:
        raise OperatorError(f"{path} cannot be read: {error.strerror}", hint=_REMEDY) from error
    if not texts:
        raise OperatorError(f"{path} is a folder without a .yaml file", hint=_REMEDY)
    return Written(path.name, texts, folder=True)


# --- several files read as one --------------------------------------------------------------------------------


@dataclass
class Whole:
    """All files as one tree; a line of it is one line of one file."""

    version: str
    marked: Marked = field(default_factory=Marked)
    starts: list[int] = field(default_factory=list)
    """Lines that stand before each file's first."""
    names: list[str] = field(default_factory=list)
    """Empty for a single file, whose name goes without saying."""

    def complaint(self, line: int, message: str) -> Complaint:
        """What is wrong, in the file and line where it stands."""
        number = max(bisect_right(self.starts, line - 1) - 1, 0)
        return Complaint(line - self.starts[number], message, self.names[number])


def whole(written: Written) -> Whole:
    """Every file read, their teams under one another. Never raises but for ``DirectivesError`` on what is no text."""
    texts = [text.plain() for text in written.texts]
    if not written.folder:
        return Whole(named(texts[0]), read(texts[0]), [0], [""])
    names = [text.name for text in written.texts]
    found = Whole(named(*(part for pair in zip(names, texts, strict=True) for part in pair)), names=names)
    parts: list[tuple[Marked, int]] = []
    for text in texts:
        found.starts.append(found.starts[-1] + parts[-1][1] if parts else 0)
        parts.append((read(text), text.count("\n") + 1))
    _join(found, [part for part, _ in parts])
    return found


def _join(found: Whole, parts: Sequence[Marked]) -> None:
    for start, part in zip(found.starts, parts, strict=True):
        for each in part.complaints:
            found.marked.complain(start + each.line, each.message)
    if found.marked.complaints:
        return
    company = _company(parts)
    if company is None:
        words = "no file of this folder holds the company's lines (constitution, role, objectives, ...)"
        found.marked.complain(1, words)
        return
    tree: dict[str, Any] = {}
    teams: list[Any] = []
    for number, (start, part) in enumerate(zip(found.starts, parts, strict=True)):
        _place(found.marked, part, start, len(teams))
        for line, words in _misplaced(part, number == company, found.names[company]):
            found.marked.complain(start + line, words)
        if isinstance(part.value, dict):
            own = part.value.get(TEAMS)
            teams += own if isinstance(own, list) else []
            tree |= {key: value for key, value in part.value.items() if number == company and key != TEAMS}
    found.marked.lines.setdefault((), found.starts[company] + 1)
    found.marked.value = tree | {TEAMS: teams}


def _company(parts: Sequence[Marked]) -> int | None:
    """Which file holds the company's lines: the first that says ``constitution``, else the first with other keys."""
    keys = [set(part.value) if isinstance(part.value, dict) else set() for part in parts]
    saying = [number for number, each in enumerate(keys) if "constitution" in each]
    others = [number for number, each in enumerate(keys) if each - {TEAMS}]
    return next(iter(saying + others), None)


def _misplaced(part: Marked, is_company: bool, company: str) -> Iterator[tuple[int, str]]:
    """What does not belong into a file of its kind."""
    if not isinstance(part.value, dict):
        yield 1, f"must be a mapping with the key '{TEAMS}', as in every file beside {company}"
        return
    own = part.value.get(TEAMS)
    if own is not None and not isinstance(own, list):
        yield part.line((TEAMS,)), f"{TEAMS}: must be a list, each team beginning with '- id:'"
    if is_company:
        return
    for key in part.value:
        if key != TEAMS:
            words = f"{key!r} belongs into {company}, which holds the company's lines; only '{TEAMS}' here"
            yield part.line((key,)), words
    if TEAMS not in part.value:
        yield 1, f"'{TEAMS}' is missing: every file beside {company} holds teams"


def _place(marked: Marked, part: Marked, start: int, before: int) -> None:
    """Where each thing of one file stands in the whole: further down, and its teams after those before."""
    for place, line in part.lines.items():
        if place:
            marked.lines.setdefault(_moved(place, before), start + line)


def _moved(place: Place, before: int) -> Place:
    if len(place) > 1 and place[0] == TEAMS and isinstance(place[1], int):
        return (TEAMS, place[1] + before, *place[2:])
    return place
