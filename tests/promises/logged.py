"""What the agent logs, as it is set up for real; the test runner's own handlers come back afterwards."""

from __future__ import annotations

import contextlib
import io
import logging
from collections.abc import Iterator

from bot import logs


@contextlib.contextmanager
def logged(*secrets: str) -> Iterator[io.StringIO]:
    """Everything that is logged meanwhile, at DEBUG, as JSON lines."""
    root, stream = logging.getLogger(), io.StringIO()
    handlers, level = list(root.handlers), root.level
    root.handlers.clear()
    logs.set_up("DEBUG", secrets, stream, human=False)
    try:
        yield stream
    finally:
        root.handlers[:] = handlers
        root.setLevel(level)
