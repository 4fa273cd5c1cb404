"""Has a load sent by a process of its own, and waits for what came of it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

from tests.bench.intake.load import Load, Outcome

LOAD = Path(__file__).with_name("load.py")
LONGEST = 120.0
"""Seconds after which a sender is given up."""


def send(load: Load, at_begin: Callable[[], None] = lambda: None) -> Outcome:
    """Send it all; ``at_begin`` is called when everything has been made and nothing has been sent."""
    with subprocess.Popen([sys.executable, LOAD], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as sender:
        assert sender.stdin is not None and sender.stdout is not None
        sender.stdin.write(json.dumps(asdict(load)) + "\n")
        sender.stdin.flush()
        assert sender.stdout.readline() == "ready\n"
        at_begin()
        try:
            told, _ = sender.communicate("go\n", timeout=LONGEST)
        finally:
            sender.kill()
    return Outcome(**json.loads(told))
