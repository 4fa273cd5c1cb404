"""Every way a question to an MCP server can end without an answer, named by what follows from it."""

from __future__ import annotations

import re
from enum import StrEnum

from models.errors import NotDone, Refused, VendorError


class Reason(StrEnum):
    """Why there is no answer. The words are the labels of the metrics."""

    AUTH = "auth"
    RATE_LIMIT = "rate_limit"
    NOT_FOUND = "not_found"
    INVALID = "invalid"
    TIMEOUT = "timeout"
    LOST = "connection_lost"
    STARTING = "starting"
    BREAKER_OPEN = "breaker_open"
    MISSING_TOOL = "missing_tool"
    TOO_LARGE = "too_large"
    UNREADABLE = "unreadable"
    UPSTREAM = "upstream_error"


REAL_ANSWERS = frozenset({Reason.NOT_FOUND, Reason.INVALID})
"""The service has spoken and another way to it would hear the same: nobody else is asked."""

UNTRIED = frozenset({Reason.STARTING, Reason.BREAKER_OPEN, Reason.MISSING_TOOL})
"""Nothing was asked, so nothing is learnt about the server."""


class Failure(VendorError):
    """A server gave no usable answer; ``reason`` says which kind, ``retry_after`` is in seconds."""

    def __init__(self, message: str, reason: Reason, *, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.reason = reason
        self.retry_after = retry_after
        self.server = ""
        """Which server was asked; filled in where several are tried."""


_RATE = re.compile(r"\b429\b|rate.?limit|too many requests", re.I)
_AUTH = re.compile(
    r"\b40[13]\b|authenticat|unauthori[sz]ed|forbidden|invalid_auth|not_authed|token_(revoked|expired)|"
    r"account_inactive|missing_scope|not_allowed_token_type|no_permission|permission denied",
    re.I,
)
_INVALID = re.compile(
    r"\b400\b|(in|invalid|unbounded) (the )?jql|field '[^']{0,80}'|invalid (arg|param|request|query)|"
    r"missing required|validation error|is required|invalid_arg",
    re.I,
)
_GARBLED = re.compile(r"unexpected return value|unexpected (response|content)|expecting value", re.I)
"""How a server says that what it was told made no sense: no verdict on the question."""

_MISSING = re.compile(r"\b404\b|not.?found|does not exist|could not find|no such issue", re.I)
_WAIT = re.compile(r"retry.?after\D{0,12}(\d{1,5})|in (\d{1,5}) ?s", re.I)


def failure_of(server: str, text: str) -> Failure:
    """The failure a tool described in words: servers hand no codes on, so its words are all there is."""
    said = f"{server}: {' '.join(text.split())[:300] or 'it failed without a word'}"
    if _RATE.search(text):
        wait = _WAIT.search(text)
        return Failure(said, Reason.RATE_LIMIT, retry_after=float(wait[1] or wait[2]) if wait else None)
    verdicts = (
        (_GARBLED, Reason.UPSTREAM),
        (_AUTH, Reason.AUTH),
        (_INVALID, Reason.INVALID),
        (_MISSING, Reason.NOT_FOUND),
    )
    return Failure(said, next((reason for pattern, reason in verdicts if pattern.search(text)), Reason.UPSTREAM))


def refusal_of(server: str, status: int, retry_after: str = "") -> Failure | None:
    """What an HTTP status says that another try would not mend; ``retry_after`` is the header of that name."""
    if status in (401, 403):
        return Failure(f"{server} does not accept its credentials ({status})", Reason.AUTH)
    if status != 429:
        return None
    wait = float(retry_after) if retry_after.isascii() and retry_after.isdigit() else None
    told = f": it asks to wait {wait:g} s" if wait else ""
    return Failure(f"{server} is asked too often (429){told}", Reason.RATE_LIMIT, retry_after=wait)


def reason_of(error: VendorError) -> Reason:
    """The same for an error of our own REST clients."""
    if isinstance(error, Failure):
        return error.reason
    if isinstance(error, NotDone):
        return Reason.RATE_LIMIT if error.retry_after is not None or "too many" in str(error) else Reason.UPSTREAM
    if not isinstance(error, Refused):
        return Reason.UPSTREAM
    known = {"404": Reason.NOT_FOUND, "400": Reason.INVALID, "channel_not_found": Reason.NOT_FOUND}
    return known.get(error.code, Reason.AUTH)
