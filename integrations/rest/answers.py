"""What a reply, or the lack of one, means for us: what it says, or ``NotDone``, ``Unclear`` or ``Refused``."""

from __future__ import annotations

import math
import socket
import ssl
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from typing import Any

from models.errors import NotDone, Refused, Unclear, VendorError

REMEDIES = {
    401: "The token was not accepted: it is wrong, has expired (Atlassian tokens live one year at most), "
    "or, in Jira, a scoped token was sent to the site's own address (set ATLASSIAN_CLOUD_ID).",
    403: "The token was accepted but may not do this: give its account the permission, or the token the scope.",
    404: "It does not exist, or the token's account cannot see it.",
    410: "Atlassian has removed this address: update PM Agent.",
}


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


def part(what: str, found: Mapping[str, Any], name: str) -> list[Any]:
    """The list a reply must have under ``name``. Raises ``Unclear``: taking *no list* for *none* would forget work."""
    value = found.get(name)
    if not isinstance(value, list):
        raise Unclear(f"{what}: the answer has no {name}")
    return value


def meaning(what: str, failure: Exception, *, sent: bool = True) -> VendorError:
    """What a ``requests`` exception means for us. Nothing has happened unless something was ``sent``."""
    import requests

    if isinstance(failure, requests.TooManyRedirects):
        return Refused(f"{what}: the address answers with a redirect. Check the base address.", code="redirect")
    if isinstance(failure, requests.exceptions.InvalidURL | requests.exceptions.InvalidSchema):
        return Refused(f"{what}: the address cannot be used. Check the base address.", code="address")
    if not sent:
        return NotDone(f"{what}: cannot be reached: {_obstacle(failure)}")
    if isinstance(failure, requests.Timeout | TimeoutError) or _has(failure, TimeoutError):
        return Unclear(f"{what}: no complete answer in time")
    if type(failure).__name__ == "TooLarge":
        return Unclear(f"{what}: the answer is too large ({failure})")
    return Unclear(f"{what}: the connection broke before the answer was complete")


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
    except (ValueError, TypeError, OverflowError):  # of a year or an offset that no calendar has
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
    return f" {line[:300].rstrip('.')}" if line else ""


def _obstacle(failure: BaseException) -> str:
    """Why no connection came about, in words an operator can act on."""
    if _has(failure, socket.gaierror) or _has(failure, UnicodeError):
        return "its name is not known (DNS)"
    if "CERTIFICATE_VERIFY_FAILED" in str(failure):
        return "its certificate is not trusted. Check the base address and this machine's clock"
    if _has(failure, ssl.SSLError):
        return "no secure connection could be made. Check the base address"
    if _has(failure, ConnectionRefusedError):
        return "the connection was refused"
    if _has(failure, TimeoutError):
        return "no connection in time"
    return "the connection could not be made"


def _has(failure: BaseException | None, kind: type[BaseException]) -> bool:
    """Whether ``failure`` or what led to it is of that kind."""
    for _ in range(12):
        if failure is None or isinstance(failure, kind):
            return failure is not None
        failure = failure.__cause__ or failure.__context__
    return False
