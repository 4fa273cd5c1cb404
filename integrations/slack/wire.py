"""The connection to Slack: a call ends at its deadline, and a reply has a limit."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime

import aiohttp

from integrations.rest import MAX_REPLY

TIMEOUT = 10.0
"""Seconds for one call, connecting included; a lost call cannot be under way for longer."""

_PIECE = 2**16


class TooLarge(aiohttp.ClientPayloadError):
    """The reply has more than ``MAX_REPLY`` bytes; the rest was not read."""


class Bounded(aiohttp.ClientResponse):
    """A reply that is read up to ``MAX_REPLY`` bytes, unpacked, and no further."""

    async def read(self) -> bytes:
        """See ``aiohttp.ClientResponse.read``. Raises ``TooLarge``."""
        if self._body is None:
            body = bytearray()
            async for piece in self.content.iter_chunked(_PIECE):
                body += piece
                if len(body) > MAX_REPLY:
                    self.close()
                    raise TooLarge(f"more than {MAX_REPLY // 2**20} MB")
            self._body = bytes(body)
        return self._body


def new_session(seconds: float = TIMEOUT) -> aiohttp.ClientSession:
    """A session for calls of ``seconds`` each; half of that must do for the connection."""
    timeout = aiohttp.ClientTimeout(total=seconds, connect=seconds / 2)
    return aiohttp.ClientSession(timeout=timeout, response_class=Bounded)


def ahead(headers: Mapping[str, str], now: datetime) -> timedelta:
    """How far our clock, at ``now``, is ahead of the one of whoever answered; nothing when it does not say."""
    try:
        return now - parsedate_to_datetime(headers.get("Date", ""))
    except (ValueError, TypeError):
        return timedelta()


def quiet() -> logging.Logger:
    """The SDK writes whole bodies at DEBUG: people's words do not belong in a log."""
    logger = logging.getLogger("integrations.slack.wire")
    logger.setLevel(logging.INFO)
    return logger
