"""What Slack heard of a running product: when each post came, where, which tickets it named, and what Slack said."""

from __future__ import annotations

import json
import re
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from aiohttp import web

from tests.bench.points import body_of

KEY = re.compile(rb"\b[A-Z][A-Z0-9]*-\d+\b")
POST = "/slack/api/chat.postMessage"


@dataclass
class Ears:
    """A tap of the simulator's traffic; seconds are of ``perf_counter``."""

    first: dict[str, float] = field(default_factory=dict)
    """When each ticket was first named."""
    posts: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    """When Slack took a message, by channel."""
    refused: int = 0
    """Posts that Slack answered with 429."""

    def tap(self, request: web.Request, body: bytes, response: web.StreamResponse) -> None:
        """For ``Traffic.taps``."""
        if request.path != POST:
            return
        if response.status == 429:
            self.refused += 1
        reply = json.loads(body_of(response) or b"{}")
        if not reply.get("ok"):
            return
        now = time.perf_counter()
        self.posts[reply["channel"]].append(now)
        for key in KEY.findall(body):
            self.first.setdefault(key.decode(), now)

    @property
    def taken(self) -> int:
        """Posts that Slack took."""
        return sum(map(len, self.posts.values()))

    def busiest(self, span: float) -> float:
        """Posts a second in the fullest ``span`` seconds of any channel."""
        return max((_fullest(each, span) for each in self.posts.values()), default=0) / span

    def waits(self, happened: dict[str, float]) -> Sequence[float]:
        """Seconds from each ticket's event to the first message that names it."""
        return [self.first[key] - at for key, at in happened.items() if key in self.first]


def _fullest(times: Sequence[float], span: float) -> int:
    return max(sum(begin <= each < begin + span for each in times) for begin in times)
