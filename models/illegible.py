"""What YAML cannot read, in words for whoever wrote the file: the line that is wrong, and what to do there."""

from __future__ import annotations

import re

import yaml

_BAD_START = re.compile(r"found character '(.*)' that cannot start any token")
_OPEN = re.compile(r"""\s*(- )?[\w-]+: +(?P<quote>['"])((?!(?P=quote)).)*$""")
"""A text in quotes that does not end on its line."""
_FLOW = re.compile(r"expected ',' or '(.)'")


def told(error: yaml.MarkedYAMLError, text: str) -> tuple[int, str]:
    """Line, counted from 1, and sentence. Never raises."""
    lines = text.splitlines()
    at = _line_of(error.problem_mark) or _line_of(error.context_mark) or 1
    began = _line_of(error.context_mark) or at
    problem = str(error.problem or error.context or "")
    if opened := next((number for number, line in enumerate(lines[:at], 1) if _OPEN.match(line)), None):
        return opened, "the text that begins here in quotes never ends: add the closing quote"
    here = lines[at - 1] if 0 < at <= len(lines) else ""
    if flow := _FLOW.search(problem):
        opening = {"}": "{", "]": "["}.get(flow[1], flow[1])
        return began, f"the {opening!r} of this line is not closed, or a comma is missing before what follows it"
    if "could not find expected ':'" in problem:
        return began, "a key needs a colon and a space after it: write 'says: ...'"
    if "another document" in problem:
        return _document_mark(lines), "'---' begins another document, and a constitution is one: leave it out"
    return at, _of_a_line(problem, here)


def _line_of(mark: yaml.Mark | None) -> int | None:
    return mark.line + 1 if mark else None


def _of_a_line(problem: str, here: str) -> str:
    if bad := _BAD_START.search(problem):
        if bad[1] in ("\\t", "\t"):
            return "begins with a tab: indent with spaces"
        return f"{bad[1]!r} cannot begin a word: put the whole word in quotes"
    if found := re.search(r"but found '([}\]])'", problem):
        return f"there is one {found[1]!r} too many"
    if "mapping values are not allowed" in problem:
        return _second_colon(here)
    if "expected <block end>" in problem:
        return _indentation(here)
    return f"not readable as YAML: {problem}"


def _second_colon(here: str) -> str:
    """A key where a text goes on: a colon inside it, a comment glued to it, or a line that is indented too far."""
    value = here.partition(": ")[2]
    if re.search(r"\S#", value.partition('"')[0]):
        return "a comment needs a space before its '#'"
    if ": " in value:
        return "a text with a colon in it must be in quotes"
    return "is indented further than the line above it belongs to: begin both in the same column"


def _indentation(here: str) -> str:
    if re.match(r"\s*-[^\s-]", here):
        return "a space is missing after the dash: write '- id: ...'"
    return "begins in another column than the lines it belongs with: indent it as they are, with spaces"


def _document_mark(lines: list[str]) -> int:
    """The ``---`` after the first line that says anything."""
    begun = False
    for number, line in enumerate(lines, 1):
        if line.startswith("---") and begun:
            return number
        begun = begun or bool(line.strip() and not line.startswith(("#", "---")))
    return 1
