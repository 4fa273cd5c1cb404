"""A brain that says what a test has written down, in that order, and then what another one says."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable, Mapping
from typing import Any

from integrations.simulator.claude.brains.port import Asked, Brain, Said

Line = str | Mapping[str, Any] | Said | Callable[[Asked], Said]
"""Words, a JSON reply, everything by hand, or a function of the request."""


class Scripted:
    """Uses up its lines first. Without ``otherwise`` the last line is said again and again."""

    def __init__(self, *lines: Line, otherwise: Brain | None = None) -> None:
        self.lines = deque[Line](lines)
        self.otherwise = otherwise
        self._last: Line = lines[-1] if lines else ""

    def says(self, *lines: Line) -> None:
        """Add lines."""
        self.lines.extend(lines)

    def answer(self, asked: Asked) -> Said:
        """See ``Brain.answer``."""
        if self.lines:
            self._last = self.lines.popleft()
        elif self.otherwise is not None:
            return self.otherwise.answer(asked)
        return _said(self._last, asked)


def _said(line: Line, asked: Asked) -> Said:
    if isinstance(line, Said):
        return line
    if isinstance(line, str):
        return Said(line)
    return line(asked) if callable(line) else Said(json.dumps(line, ensure_ascii=False))
