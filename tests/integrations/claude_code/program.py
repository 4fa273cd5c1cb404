"""The real Claude Code, pinned and kept outside the repository; without it the tests that need it skip and say why."""

from __future__ import annotations

import subprocess
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]


@cache
def _found() -> tuple[str, str]:
    """Its path, or why there is none."""
    try:
        done = subprocess.run([ROOT / ".ci" / "claude-cli"], capture_output=True, text=True, timeout=120, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        return "", f"Claude Code could not be installed: {type(error).__name__}"
    why = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
    return (done.stdout.strip(), "") if done.returncode == 0 else ("", f"Claude Code: {why}")


def program() -> str:
    """Its path; skips where it cannot be had."""
    path, why = _found()
    if not path:
        pytest.skip(why)
    return path
