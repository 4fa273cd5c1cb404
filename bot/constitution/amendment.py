"""The difference of directives.yaml that would forbid an action for good: shown to its keepers, never written."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from dataclasses import replace

from models.directives import Directives, Never
from models.directives_file import understand
from models.errors import DirectivesError
from models.written import Text, Written

_LINE = re.compile(r"^(?P<indent>\s*)- id: (?P<id>[a-z0-9-]+)\s*$")
_RULE = re.compile(r"^(?P<indent>\s*)rule: .*$")
_CONTEXT = 1
"""Unchanged lines around a change: enough to find the place."""


def never_again(written: Written, kind: str) -> str:
    """A unified difference after which ``kind`` is never done; empty when no small change comes to that.

    It is made of the words that stand there now, and read again: what is shown would come into force as it is.
    """
    for text in written.texts:
        for changed in _candidates(text, kind):
            if _forbids(written, text, changed, kind):
                return "".join(_differing(text, changed))
    return ""


def _candidates(text: Text, kind: str) -> Iterator[str]:
    """The line about this action alone says *never*; else a line of its own at the end of the nevers."""
    try:
        lines = text.plain().splitlines(keepends=True)
    except DirectivesError:
        return
    for place, line in enumerate(lines):
        if _RULE.match(line) and re.search(rf"(ask|allow|never): {kind}\b", line):
            indent = line[: len(line) - len(line.lstrip())]
            words = _words(kind)
            said = [n for n in range(max(place - 2, 0), place) if lines[n].lstrip().startswith("says:")]
            new = [*lines[:place], f"{indent}rule: {{never: {kind}}}\n", *lines[place + 1 :]]
            for n in said:
                new[n] = f"{indent}says: {words}\n"
            yield "".join(new)
    yield from _appended(lines, kind)


def _appended(lines: list[str], kind: str) -> Iterator[str]:
    start = next((n for n, line in enumerate(lines) if line.strip() == "never:"), None)
    if start is None:
        return
    depth = len(lines[start]) - len(lines[start].lstrip())
    end = next((n for n in range(start + 1, len(lines)) if _is_out(lines[n], depth)), len(lines))
    while not lines[end - 1].strip():
        end -= 1
    pad = next((m["indent"] for n in range(start, end) if (m := _LINE.match(lines[n]))), " " * (depth + 2))
    name = f"never-{kind.replace('_', '-')}"
    own = [f"{pad}- id: {name}\n", f"{pad}  says: {_words(kind)}\n", f"{pad}  rule: {{never: {kind}}}\n"]
    yield "".join([*lines[:end], "\n", *own, *lines[end:]])


def _is_out(line: str, depth: int) -> bool:
    return bool(line.strip()) and not line.lstrip().startswith("#") and len(line) - len(line.lstrip()) <= depth


def _words(kind: str) -> str:
    return f"Never {kind.replace('_', ' ')}."


def _forbids(written: Written, text: Text, changed: str, kind: str) -> bool:
    """Whether the whole constitution would be valid with it, and never do this."""
    texts = tuple(replace(each, body=changed.encode()) if each is text else each for each in written.texts)
    try:
        law: Directives = understand(replace(written, texts=texts))
    except DirectivesError:
        return False
    rules = (line.rule for line in law.lines())
    return any(isinstance(rule, Never) and kind in rule.never and rule.unless_approved_by is None for rule in rules)


def _differing(text: Text, changed: str) -> Iterator[str]:
    before, after = text.plain().splitlines(keepends=True), changed.splitlines(keepends=True)
    return iter(difflib.unified_diff(before, after, text.name, text.name, n=_CONTEXT))
