"""Was this body really sent by Slack, just now? Checked on the raw bytes, before anything reads them."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime

from models.errors import Unwelcome

TOLERANCE = 300
"""Seconds a request may be old or early (Slack: "Verifying requests from Slack", five minutes)."""


def sign(secret: str, timestamp: str, body: bytes) -> str:
    """The value of ``X-Slack-Signature`` for a body sent at ``timestamp`` (Unix seconds as text)."""
    base = b"v0:" + timestamp.encode() + b":" + body
    return "v0=" + hmac.new(secret.encode(), base, hashlib.sha256).hexdigest()


def verify(secret: str, headers: Mapping[str, str], body: bytes, now: datetime) -> None:
    """Raise ``Unwelcome`` (401) unless the signature is right and fresh. ``now`` is real time."""
    given = {name.lower(): value for name, value in headers.items()}
    stamp = given.get("x-slack-request-timestamp", "")
    if not secret or not (stamp.isascii() and stamp.isdigit() and len(stamp) <= 12):
        raise Unwelcome(401, "the Slack timestamp is missing or malformed")
    if abs(now.timestamp() - int(stamp)) > TOLERANCE:
        raise Unwelcome(401, "the Slack timestamp is too old; is the clock of this machine right?")
    wanted, signature = sign(secret, stamp, body), given.get("x-slack-signature", "")
    if not hmac.compare_digest(wanted.encode(), signature.encode("utf-8", "replace")):
        raise Unwelcome(401, "the Slack signature is wrong; does SLACK_SIGNING_SECRET match the app?")
