"""What a binding is: one question of ours, one tool of a known server, and the way between them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from integrations.mcp.failures import Failure, Reason
from integrations.mcp.operations import Operation


@dataclass(frozen=True, slots=True)
class Place:
    """Where answers come from, for building links and telling sites apart."""

    jira: str = ""
    """Address of the Jira site people open, without a trailing slash."""
    cloud: str = ""
    """Atlassian cloud id, where it is known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Binding:
    """``read`` raises ``Failure`` (``unreadable``) for what is not the answer it should be."""

    kind: str
    """The known server this is for, as people call it."""
    operation: Operation
    tool: str
    arguments: Callable[[Any, Place], Mapping[str, Any]]
    """From the question; ``sends`` names every argument that can be in it."""
    sends: frozenset[str]
    read: Callable[[Any, Any, Place], Any]
    """From the decoded result and the question to the answer."""
    verified: bool = False
    """Whether it was run against the real server; else it is made from recorded shapes."""


def unreadable(kind: str, what: str) -> Failure:
    """For a result that has another form than this server's."""
    return Failure(f"{kind}: the answer is not {what}", Reason.UNREADABLE)
