"""Calls to Atlassian through its synchronous library: few threads, one deadline, no hidden second try.

Every way a call can end is told as what it means for us: done, ``NotDone``, ``Unclear`` or ``Refused``.
"""

from __future__ import annotations

import asyncio
import logging
import math
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from email.utils import parsedate_to_datetime
from typing import Any, Generic, TypeVar
from urllib.parse import urlsplit

from models.errors import NotDone, OperatorError, Refused, Unclear, VendorError

TIMEOUT = 10
"""Seconds the library may wait for a connection and between two bytes of a reply."""

DEADLINE = 12.0
"""Seconds a call may take in all: what ``carry_out`` waits before it looks an unclear write up."""

REMEDIES = {
    401: "The token was not accepted: it is wrong, has expired (Atlassian tokens live one year at most), "
    "or a scoped token was sent to the site's own address (set ATLASSIAN_CLOUD_ID).",
    403: "The token was accepted but may not do this: give its account the permission, or the token the scope.",
    404: "It does not exist, or the token's account cannot see it.",
    410: "Atlassian has removed this address: update PM Agent.",
}

IMPORTING = threading.Lock()
"""Held while the library is imported: its packages import each other, and two threads that begin at different ends
find a half-made module (``KeyError: 'atlassian.bitbucket'``)."""

C = TypeVar("C")
T = TypeVar("T")


class Threads(Generic[C]):
    """A small thread pool in which every thread has a client of its own (sessions are not thread-safe)."""

    def __init__(self, build: Callable[[], C], name: str, size: int = 4, deadline: float = DEADLINE) -> None:
        self._build = build
        self._own = threading.local()
        self._pool = ThreadPoolExecutor(max_workers=size, thread_name_prefix=name)
        self._slots = asyncio.Semaphore(size)
        self._deadline = deadline

    async def call(self, what: str, ask: Callable[[C], T]) -> T:
        """Run ``ask`` with this thread's client. Raises a ``VendorError`` that begins with ``what``."""
        async with self._slots:
            future = self._pool.submit(self._run, what, ask)
            try:
                async with asyncio.timeout(self._deadline):
                    return await asyncio.wrap_future(future)
            except TimeoutError:
                raise Unclear(f"{what}: no complete answer within {self._deadline:g} s") from None

    def close(self) -> None:
        """Let running calls end in the background and take no more."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _run(self, what: str, ask: Callable[[C], T]) -> T:
        import requests

        if not hasattr(self._own, "client"):
            self._own.client = self._build()
        try:
            return ask(self._own.client)
        except requests.RequestException as failure:
            raise meaning(what, failure) from None


def session() -> Any:
    """A ``requests`` session that follows no redirect: an answer must not send our token elsewhere."""
    import requests

    quiet()
    fresh = requests.Session()
    fresh.max_redirects = 0
    return fresh


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


def answer(what: str, response: Any) -> Any:
    """The JSON of a ``requests.Response``; ``None`` when it is empty. Raises a ``VendorError``."""
    status = int(response.status_code)
    if status >= 300:
        raise _refusal(what, status, response)
    if status == 204 or not response.content:
        return None
    try:
        return response.json()
    except (ValueError, RecursionError):
        raise Unclear(f"{what}: the answer ({status}) cannot be read") from None


def mapping(what: str, response: Any) -> dict[str, Any]:
    """The JSON object of a response. Raises a ``VendorError``; ``Unclear`` when it is something else."""
    value = answer(what, response)
    if not isinstance(value, dict):
        raise Unclear(f"{what}: the answer is not an object")
    return value


def listing(what: str, response: Any) -> list[Any]:
    """The JSON array of a response. Raises a ``VendorError``; ``Unclear`` when it is something else."""
    value = answer(what, response)
    if not isinstance(value, list):
        raise Unclear(f"{what}: the answer is not a list")
    return value


def meaning(what: str, failure: Exception) -> VendorError:
    """What a ``requests`` exception means for us."""
    import requests

    if isinstance(failure, requests.TooManyRedirects):
        return Refused(f"{what}: the address answers with a redirect. Check the base address.", code="redirect")
    if isinstance(failure, requests.exceptions.InvalidURL | requests.exceptions.InvalidSchema):
        return Refused(f"{what}: the address cannot be used. Check the base address.", code="address")
    if isinstance(failure, requests.exceptions.SSLError) and "CERTIFICATE_VERIFY_FAILED" in str(failure):
        return Refused(f"{what}: the certificate is not trusted. Check the base address.", code="certificate")
    if isinstance(failure, requests.exceptions.ConnectTimeout) or _never_connected(failure):
        return NotDone(f"{what}: cannot be reached")
    if isinstance(failure, requests.exceptions.Timeout):
        return Unclear(f"{what}: no answer in time")
    return Unclear(f"{what}: the connection broke ({type(failure).__name__})")


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds from a ``Retry-After`` header, or ``None``. A date is measured against the reply's own ``Date``."""
    text = headers.get("Retry-After", "").strip()
    try:
        seconds = float(text)
    except ValueError:
        return _until(text, headers.get("Date", ""))
    return max(0.0, seconds) if math.isfinite(seconds) else None


def _until(text: str, date: str) -> float | None:
    try:
        return max(0.0, (parsedate_to_datetime(text) - parsedate_to_datetime(date)).total_seconds())
    except (ValueError, TypeError):
        return None


def _refusal(what: str, status: int, response: Any) -> VendorError:
    said = f"{what}: {status}{_words(response)}"
    if status == 429:
        return NotDone(f"{what}: too many calls", retry_after=retry_after(response.headers))
    if status in (408, 425):
        return NotDone(said)
    if status >= 500:
        return Unclear(said)
    remedy = REMEDIES.get(status)
    return Refused(f"{said}. {remedy}" if remedy else said, code=str(status))


def _words(response: Any) -> str:
    """What an Atlassian error body says, in one short line; the forms of Jira and Bitbucket."""
    try:
        body = response.json()
    except (ValueError, RecursionError):
        return ""
    if not isinstance(body, dict):
        return ""
    error, errors = body.get("error"), body.get("errors")
    found = [body.get("message"), error.get("message") if isinstance(error, dict) else error]
    found += body["errorMessages"] if isinstance(body.get("errorMessages"), list) else []
    found += list(errors.values()) if isinstance(errors, dict) else []
    line = "; ".join(" ".join(each.split()) for each in found if isinstance(each, str) and each.strip())
    return f" {line[:300]}" if line else ""


def _never_connected(failure: Exception) -> bool:
    """Refused or not resolved: no byte of the request has left."""
    from urllib3.exceptions import NewConnectionError

    reason = getattr(failure.args[0], "reason", None) if failure.args else None
    return isinstance(reason, NewConnectionError)
