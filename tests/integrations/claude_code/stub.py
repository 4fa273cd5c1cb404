"""A program that stands in for Claude Code: it says what a test wrote down, and ends as it was told to."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from integrations.claude_code import ClaudeCode, Errand
from models.clock import SystemClock
from models.money import Money

SCHEMA = {
    "type": "object",
    "additionalProperties": False,
    "required": ["title", "ids"],
    "properties": {"title": {"type": "string"}, "ids": {"type": "array", "items": {"type": "string"}}},
}
ANSWER = {"title": "x", "ids": ["f1"]}
FACTS = json.dumps(
    {"team": "Payments", "facts": [{"id": "f1", "subject": "PAY-7", "says": "PAY-7 is blocked", "outside": False}]}
)
KEY = "sk-ant-stub-0001"


def errand(**how: Any) -> Errand:
    """A small errand; ``how`` are its other fields."""
    given: dict[str, Any] = {
        "system": "You look into things.",
        "question": "Why does PAY-7 wait?",
        "schema": SCHEMA,
        "facts": FACTS,
        "model": "claude-sonnet-5-5",
        "effort": "low",
        "most": Money.usd("0.20"),
        "patience": 10.0,
    }
    return Errand(**(given | how))


def result(**how: Any) -> dict[str, Any]:
    """What the program reports of a good run; ``how`` changes it."""
    usage = {"input_tokens": 10, "output_tokens": 20, "cache_read_input_tokens": 5, "cache_creation_input_tokens": 7}
    good = {
        "type": "result",
        "subtype": "success",
        "is_error": False,
        "result": "done",
        "structured_output": ANSWER,
        "session_id": "s-1",
        "total_cost_usd": 0.0123,
        "usage": usage,
        "modelUsage": {"claude-sonnet-5-5": {}},
        "num_turns": 3,
        "permission_denials": [],
        "terminal_reason": "completed",
        "stop_reason": "end_turn",
    }
    return good | how


SERVED = "pathlib.Path('../looked.jsonl').write_text('')"


def stub(folder: Path, body: str, *, version: str = "2.1.330 (Claude Code)") -> ClaudeCode:
    """``body`` is Python, run with what the program would have; ``say(value)`` prints JSON."""
    file = folder / "claude"
    head = "import json, os, pathlib, signal, subprocess, sys, time\n\ndef say(value):\n    print(json.dumps(value))\n"
    told = f"if sys.argv[1:] == ['--version']:\n    print({version!r})\n    sys.exit(0)\nasked = sys.stdin.read()\n"
    file.write_text(f"#!{sys.executable} -IS\n{head}{told}{body}\n")
    file.chmod(0o755)
    return ClaudeCode(str(file), KEY, "http://127.0.0.1:9", SystemClock(), grace=0.3)


def ends_with(told: dict[str, Any] | str, code: int = 0, *, served: bool = True) -> str:
    """The body of a program that says this and ends so."""
    said = f"print({told!r}, end='')" if isinstance(told, str) else f"say({told!r})"
    return f"{SERVED if served else ''}\n{said}\nsys.stdout.flush()\nsys.exit({code})"
