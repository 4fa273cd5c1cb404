"""Was this body really sent by Atlassian, and is it safe to read? Both doors ask here before anything is parsed.

Jira and Bitbucket sign alike: ``X-Hub-Signature: method=hex``, an HMAC over the raw bytes.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from models.errors import Unwelcome

MAX_BYTES = 1_048_576
"""Largest body taken. Bitbucket never sends over 256 KB, Jira rarely (atlassian.md 1 and 4; reliability.md 4)."""

MAX_DEPTH = 100
"""Deepest nesting taken: rich text in a real body stays below 30."""

_METHODS = {"sha256": hashlib.sha256, "sha384": hashlib.sha384, "sha512": hashlib.sha512}
_FORM = re.compile(r"(sha256|sha384|sha512)=([0-9a-f]{64,128})", re.IGNORECASE)
_PLAIN = re.compile(r"[\x21-\x7e]{1,200}")

Secrets = str | Sequence[str]
"""One secret, a comma-separated list of them, or a sequence: all are good while one is being replaced."""


def lowered(headers: Mapping[str, str]) -> dict[str, str]:
    """The headers with lower-case names, for looking one up whatever the server made of its case."""
    return {name.lower(): value for name, value in headers.items()}


def plain(value: str | None) -> str | None:
    """A header value that is safe to keep as an id or a name (printable ASCII, at most 200), else ``None``."""
    text = (value or "").strip()
    return text if _PLAIN.fullmatch(text) else None


@dataclass(frozen=True, slots=True)
class Checked:
    """What was sent, once it is known by whom."""

    headers: Mapping[str, str]
    """With lower-case names."""
    said: Mapping[str, Any]
    """The body's JSON object."""


def checked(headers: Mapping[str, str], body: bytes, secret: Secrets) -> Checked:
    """A body that is signed and safe to read, read.

    Raises ``Unwelcome``: 413 too large, 401 unsigned or signed by somebody else, 400 not a plain JSON object.
    """
    lower = lowered(headers)
    if len(body) > MAX_BYTES:
        raise Unwelcome(413, f"the body has {len(body)} bytes, at most {MAX_BYTES} are taken")
    if not signed(lower.get("x-hub-signature", ""), body, secret):
        raise Unwelcome(401, "the signature is missing or does not match")
    if lower.get("content-encoding", "identity").strip().lower() not in ("", "identity"):
        raise Unwelcome(400, "the body is compressed; it must be sent as it was signed")
    return Checked(lower, read(body))


def signed(signature: str, body: bytes, secret: Secrets) -> bool:
    """Whether ``signature`` is of ``body`` under any of the secrets. No secret at all: nothing is signed."""
    match = _FORM.fullmatch(signature.strip())
    if match is None:
        return False
    method, given = match[1].lower(), match[2].lower()
    # Every secret is tried, so that the time taken does not tell which one matched.
    return any([hmac.compare_digest(_digest(method, body, each), given) for each in _each(secret)])


def read(body: bytes) -> dict[str, Any]:
    """The JSON object in ``body``. Raises ``Unwelcome`` 400 for anything else, or when it is built to hurt."""
    try:
        value = _JSON.decode(body.decode("utf-8"))
    except (ValueError, RecursionError) as broken:
        raise Unwelcome(400, f"the body cannot be read: {type(broken).__name__}") from None
    if not isinstance(value, dict):
        raise Unwelcome(400, "the body is not a JSON object")
    # Most bodies have fewer brackets than that, so that nobody has to look how they stand within each other.
    if body.count(b"{") + body.count(b"[") > MAX_DEPTH and _deeper_than(value, MAX_DEPTH):
        raise Unwelcome(400, f"the body is nested more than {MAX_DEPTH} levels deep")
    return value


def sign(body: bytes, secret: str, method: str = "sha256") -> str:
    """The header value a sender makes; the simulator signs with it."""
    return f"{method}={_digest(method, body, secret)}"


def _digest(method: str, body: bytes, secret: str) -> str:
    return hmac.new(secret.encode(), body, _METHODS[method]).hexdigest()


def _each(secret: Secrets) -> list[str]:
    parts = secret.split(",") if isinstance(secret, str) else secret
    return [part.strip() for part in parts if part.strip()]


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise ValueError("a key is given twice")
    return value


def _no_constant(word: str) -> float:
    raise ValueError(f"{word} is not JSON")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError("a number is too large")
    return number


_JSON = json.JSONDecoder(object_pairs_hook=_unique, parse_constant=_no_constant, parse_float=_finite)
"""Made once: with wishes of its own ``json.loads`` makes another for each body."""


def _deeper_than(value: Any, limit: int) -> bool:
    """Level by level rather than by recursion, which is what the sender would like us to exhaust."""
    level = [value]
    for _ in range(limit):
        level = [child for node in level for child in _inner(node) if isinstance(child, _HOLDS)]
        if not level:
            return False
    return True


_HOLDS = (dict, list)
"""What may hold more, in JSON."""


def _inner(node: dict[str, Any] | list[Any]) -> Iterable[Any]:
    return node.values() if isinstance(node, dict) else node
