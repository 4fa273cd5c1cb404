"""What a secret looks like, and how it is taken out of text: the same in logs, in prompts and in what we post."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

GONE = "[redacted]"
SHORTEST_SECRET = 4
"""Shorter ones would blot out ordinary words."""

SHORTEST_IN_WORDS = 8
"""The same where people read on: a password that is a plain word must not blank it in every message."""

_SHAPES = re.compile(
    r"-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----.*?(?:-----END [A-Z ]{0,40}PRIVATE KEY-----|\Z)"
    r"|\bx(?:ox[a-z]|app)(?:\.xox[a-z])?-[A-Za-z0-9-]{6,}"
    r"|\bAT(?:ATT|CTT|BB)[A-Za-z0-9_=-]{8,}"
    r"|\bsk-ant-[A-Za-z0-9_-]{6,}"
    r"|\b(?:gh[pousr]_|github_pat_|glpat-)[A-Za-z0-9_-]{16,}"
    r"|\b(?:AKIA|ASIA)[A-Z0-9]{16}\b"
    r"|\beyJ[A-Za-z0-9_-]{5,}\.[A-Za-z0-9_-]{5,}\.[A-Za-z0-9_-]*"
    r"|(?<=://)[^/\s@:]{0,200}:[^/\s@]{1,400}(?=@)"
    r"|(?i:(?<=bearer )|(?<=basic ))(?=\S{0,60}\d)[A-Za-z0-9+/=._~-]{8,}",
    re.DOTALL,
)
"""Private keys, tokens of Slack, Atlassian, Anthropic, GitHub, GitLab and AWS, JWTs, passwords in addresses, and
what stands behind *bearer* or *basic*."""

EXACT = frozenset(
    {
        *("type", "id", "accountId", "localId", "key", "value", "action_id", "block_id", "callback_id"),
        *("private_metadata", "external_id", "channel", "ts", "thread_ts", "user", "user_id"),
    }
)
"""What a vendor gives back to us as it is: nobody reads it, and a changed letter would break a button."""


class Redactor:
    """Takes secrets out of text: the known ones exactly, and whatever has the shape of one."""

    def __init__(self, secrets: Iterable[str] = (), shortest: int = SHORTEST_SECRET) -> None:
        """``shortest``: characters a secret has at least to be looked for in words that people read."""
        known = sorted({s for s in secrets if len(s) >= shortest}, key=len, reverse=True)
        self._known = re.compile("|".join(map(re.escape, known))) if known else None

    def __call__(self, text: str) -> str:
        """``text`` without secrets."""
        if self._known is not None:
            text = self._known.sub(GONE, text)
        return _SHAPES.sub(GONE, text)

    def deep(self, value: object) -> object:
        """The same for everything inside ``value``, which comes back as JSON can hold it."""
        if value is None or isinstance(value, bool | int | float):
            return value
        if isinstance(value, Mapping):
            return {self(str(k)): self.deep(v) for k, v in value.items()}
        if isinstance(value, list | tuple | set | frozenset):
            return [self.deep(v) for v in value]
        return self(str(value))

    def shown(self, value: Any) -> Any:
        """A body that goes to a vendor, with every word in it that somebody may read; ids stay as they are."""
        if isinstance(value, str):
            return self(value)
        if isinstance(value, Mapping):
            return {k: v if k in EXACT and isinstance(v, str) else self.shown(v) for k, v in value.items()}
        if isinstance(value, list | tuple):
            return [self.shown(v) for v in value]
        return value


SHAPES = Redactor()
"""Knows no secret by heart, only what secrets look like."""
