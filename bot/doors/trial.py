"""A trial delivery: signed like the vendor's own, known by our door, answered and then forgotten.

It proves the way from the outside to the door and that both ends hold the same secret. It is recognised only when
its signature is good, it is never stored, and nothing is looked at because of it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from integrations.signatures import sign, signed
from models.ids import fresh

HEADER = "x-pm-agent-trial"
"""Without this header no delivery is taken for a trial; nor with it alone. With it a refused one is no vendor's."""

NAME = "pm-agent:trial"


def make(secret: str) -> tuple[dict[str, str], bytes, str]:
    """Headers, body and the word that the answer must repeat."""
    word = fresh()
    body = json.dumps({"webhookEvent": NAME, "trial": word}).encode()
    headers = {
        "Content-Type": "application/json",
        "X-Hub-Signature": sign(body, secret),
        "X-Event-Key": NAME,
        "X-PM-Agent-Trial": word,
    }
    return headers, body, word


def word_of(headers: Mapping[str, str], body: bytes, secret: str) -> str | None:
    """The word of a trial that is signed with ``secret`` (several, comma-separated); ``None`` for anything else."""
    word = headers.get(HEADER)
    if not word or not signed(headers.get("x-hub-signature", ""), body, secret):
        return None
    try:
        said: Any = json.loads(body)
    except (ValueError, RecursionError):
        return None
    is_trial = isinstance(said, dict) and said.get("webhookEvent") == NAME and said.get("trial") == word
    return word if is_trial else None
