"""What is asked of Jira, at Jira's own price: a reading costs one point and one for each object, a change costs one.

The source of the rule is Atlassian's page on rate limits; a count and a change return no object. Whatever stands in a
list of the reply is taken for an object, which is on the dear side: settings and histories count as issues do.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from integrations.simulator.traffic import Tap

LISTS = ("issues", "values", "issueChangeLogs", "comments", "worklogs", "histories")
READING_POSTS = ("/search/jql", "/bulkfetch", "/approximate-count")


@dataclass
class Spent:
    """What one caller has asked for."""

    calls: int = 0
    points: int = 0
    size: int = 0
    """Bytes of the replies."""
    by_path: Counter[str] = field(default_factory=Counter)
    """Points by endpoint."""

    def add(self, request: web.Request, reply: bytes) -> None:
        """Count one call."""
        price = price_of(request, reply)
        self.calls, self.points, self.size = self.calls + 1, self.points + price, self.size + len(reply)
        path = re.sub(r"/\d+(?=/|$)", "/N", request.path.removeprefix("/jira/rest/").replace("api/3/", ""))
        self.by_path[f"{request.method} {path}"] += price


@dataclass
class Bills:
    """What each of two callers has asked of Jira: the one that names itself so, and everybody else."""

    name: str = ""
    theirs: Spent = field(default_factory=Spent)
    ours: Spent = field(default_factory=Spent)

    @property
    def tap(self) -> Tap:
        """For ``Traffic.taps``."""
        return self._hear

    def anew(self) -> None:
        """Begin to count again."""
        self.theirs, self.ours = Spent(), Spent()

    def _hear(self, request: web.Request, body: bytes, response: web.StreamResponse) -> None:
        if request.path.startswith("/jira/") and isinstance(response, web.Response):
            named = self.name and self.name in request.headers.get("User-Agent", "")
            (self.theirs if named else self.ours).add(request, body_of(response))


def price_of(request: web.Request, reply: bytes) -> int:
    """Points of one call."""
    reads = request.method == "GET" or request.path.endswith(READING_POSTS)
    return 1 + (objects(json.loads(reply)) if reads and reply else 0)


def objects(reply: Any) -> int:
    """How many objects a reply holds."""
    if isinstance(reply, list):
        return len(reply)
    found = [len(reply[name]) for name in LISTS if isinstance(reply.get(name), list)]
    return sum(found) if found else int("count" not in reply)


def body_of(response: web.StreamResponse) -> bytes:
    """What was answered; nothing where that is a stream."""
    if not isinstance(response, web.Response):
        return b""
    return bytes(response.body) if isinstance(response.body, (bytes, bytearray)) else b""
