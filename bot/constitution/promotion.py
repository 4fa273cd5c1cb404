"""The difference of directives.yaml that would let a line, or a kind of action, go further: shown, never written."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from dataclasses import replace

from models.directives import Directives, Mode
from models.directives_file import understand
from models.errors import DirectivesError
from models.ids import TeamId
from models.written import Text, Written

_MODE = re.compile(r"^(?P<indent>\s+)mode:\s")
_MODES = re.compile(r"^(?P<indent>\s+)modes:\s*(?P<inline>\{.*\})?\s*(?:#.*)?$")
_CONTEXT = 1
"""Unchanged lines around a change: enough to find the place."""


def with_mode(written: Written, team: TeamId, name: str, mode: Mode) -> str:
    """A unified difference after which ``name`` has that mode in ``team``; empty when no small change comes to that.

    It is made of the words that stand there now, and read again: nothing else would be different with it.
    """
    try:
        before = understand(written)
    except DirectivesError:
        return ""
    wanted = _wanted(before, team, name, mode)
    for text in written.texts:
        for changed in _candidates(text, name, mode):
            if _comes_to(written, text, changed, wanted):
                return "".join(_differing(text, changed))
    return ""


def _wanted(before: Directives, team: TeamId, name: str, mode: Mode) -> tuple[object, ...]:
    teams = [t.model_copy(update={"modes": {**t.modes, name: mode}}) if t.id == team else t for t in before.teams]
    return tuple(teams)


def _candidates(text: Text, name: str, mode: Mode) -> Iterator[str]:
    """In place of its own entry; as one more in ``modes``; as the first below ``mode`` or ``id`` of a team."""
    try:
        lines = text.plain().splitlines(keepends=True)
    except DirectivesError:
        return
    entry = re.compile(rf"^(?P<indent>\s+){re.escape(name)}:\s*(?P<mode>[a-z]+)")
    for place, line in enumerate(lines):
        for found, new in ((entry.match(line), None), (_MODES.match(line), ""), (_MODE.match(line), "modes")):
            if found is None:
                continue
            yield "".join([*lines[:place], *_instead(line, found, new, name, mode), *lines[place + 1 :]])


def _instead(line: str, found: re.Match[str], new: str | None, name: str, mode: Mode) -> list[str]:
    """What stands in place of one line."""
    indent = found["indent"]
    if new is None:
        return [f"{line[: found.start('mode')]}{mode}{line[found.end('mode') :]}"]
    if new:
        return [line, f"{indent}modes:\n", f"{indent}  {name}: {mode}\n"]
    if found["inline"]:
        end = found.end("inline") - 1
        comma = ", " if found["inline"].strip("{} ") else ""
        return [f"{line[:end]}{comma}{name}: {mode}{line[end:]}"]
    return [line, f"{indent}  {name}: {mode}\n"]


def _comes_to(written: Written, text: Text, changed: str, wanted: tuple[object, ...]) -> bool:
    """Whether the whole constitution would be valid with it, and its teams exactly so."""
    texts = tuple(replace(each, body=changed.encode()) if each is text else each for each in written.texts)
    try:
        return tuple(understand(replace(written, texts=texts)).teams) == wanted
    except DirectivesError:
        return False


def _differing(text: Text, changed: str) -> Iterator[str]:
    before, after = text.plain().splitlines(keepends=True), changed.splitlines(keepends=True)
    return iter(difflib.unified_diff(before, after, text.name, text.name, n=_CONTEXT))
