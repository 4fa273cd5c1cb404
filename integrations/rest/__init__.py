"""Calls to Atlassian through its synchronous library: few threads, one deadline, no hidden second try.

Every way a call can end is told as what it means for us: done, ``NotDone``, ``Unclear`` or ``Refused``.
"""

from __future__ import annotations

import logging
import threading
from typing import Any
from urllib.parse import urlsplit

from integrations.rest.answers import answer, listing, mapping, meaning, part, retry_after
from integrations.rest.calls import MAX_REPLY, TIMEOUT
from integrations.rest.threads import Threads
from models.errors import OperatorError

__all__ = [
    "IMPORTING",
    "MAX_REPLY",
    "TIMEOUT",
    "Threads",
    "address",
    "answer",
    "listing",
    "mapping",
    "meaning",
    "part",
    "quiet",
    "retry_after",
    "session",
]

IMPORTING = threading.Lock()
"""Held while the library is imported: its packages import each other, and two threads that begin at different ends
find a half-made module (``KeyError: 'atlassian.bitbucket'``)."""


def session() -> Any:
    """A ``requests`` session that keeps to the call's deadline. Imported here, so that others never pay for it."""
    with IMPORTING:
        from integrations.rest import wire

    quiet()
    return wire.session()


def quiet() -> None:
    """Keep the library at WARNING: at DEBUG it logs whole bodies as command lines."""
    logging.getLogger("atlassian").setLevel(logging.WARNING)


def address(text: str, setting: str) -> str:
    """``text`` as a base address without a trailing slash. Raises ``OperatorError`` when it is not one."""
    base = text.strip().rstrip("/")
    parts = urlsplit(base)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username or parts.query:
        raise OperatorError(f"{setting} is not an http(s) address", hint="Write for example https://example.com")
    return base
