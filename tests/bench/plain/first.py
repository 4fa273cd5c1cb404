"""The plain design that acknowledges first: the answer leaves, then a thread works through what is in memory.

As ``intake.py`` but for that. What is done for each event takes ``WORK`` seconds, as if it asked somebody who answers
at once; whatever is still in memory when the process dies is gone.
"""

from __future__ import annotations

import json
import os
import queue
import threading
import time
from collections.abc import Callable, Iterable
from typing import Any

from tests.bench.plain.intake import Start, answered, metadata, opened, taken, verified

WORK = 0.02
"""Seconds: the own time of an agent that reads the sprint and asks a model for each event, when both answer at once."""


def app() -> Callable[[dict[str, Any], Start], Iterable[bytes]]:
    """The WSGI application and its one worker."""
    engine, secret = opened(os.environ["DATABASE_URL"], os.environ["DURABILITY"]), os.environ["SECRET"].encode()
    metadata.create_all(engine)
    waiting: queue.Queue[tuple[str, bytes]] = queue.Queue()

    def work() -> None:
        while True:
            number, body = waiting.get()
            time.sleep(WORK)
            taken(engine, number, json.loads(body)["webhookEvent"], body)

    threading.Thread(target=work, daemon=True).start()

    def serve(request: dict[str, Any], start: Start) -> Iterable[bytes]:
        if request["REQUEST_METHOD"] == "GET":
            return answered(start, "200 OK")
        body = request["wsgi.input"].read(int(request.get("CONTENT_LENGTH") or 0))
        if not verified(request.get("HTTP_X_HUB_SIGNATURE", ""), body, secret):
            return answered(start, "401 Unauthorized")
        waiting.put((request.get("HTTP_X_ATLASSIAN_WEBHOOK_IDENTIFIER", ""), body))
        return answered(start, "202 Accepted")

    return serve
