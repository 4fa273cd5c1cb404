"""The real servers, each in a place of its own: installed once at a pinned version, kept in the user's cache."""

from __future__ import annotations

import fcntl
import functools
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ATLASSIAN = "mcp-atlassian==0.23.1"
SLACK = "slack-mcp-server@1.3.0"
PATIENCE = 240
"""Seconds one installation may take."""


def cache() -> Path:
    return Path.home() / ".cache" / "pm-agent-tests"


@functools.cache
def atlassian() -> str:
    """The command of mcp-atlassian. Skips with a reason when it cannot be installed."""
    return _installed(ATLASSIAN, "bin/mcp-atlassian", _with_pip)


@functools.cache
def slack() -> str:
    """The program of korotovsky's slack-mcp-server. Skips with a reason when it cannot be installed."""
    if shutil.which("npm") is None:
        pytest.skip("slack-mcp-server needs npm to be installed")
    # npm's own starter is a second process that would keep a kill from the server.
    return _installed(SLACK, "node_modules/slack-mcp-server-*/bin/slack-mcp-server-*", _with_npm)


def _installed(package: str, program: str, install: Callable[[str, Path], None]) -> str:
    folder = cache() / package.replace("==", "-").replace("@", "-")
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # test processes run side by side
        if not list(folder.glob(program)):
            try:
                install(package, folder)
            except (subprocess.SubprocessError, OSError) as error:
                pytest.skip(f"{package} cannot be installed here: {error}")
        found = list(folder.glob(program))
    if not found:
        pytest.skip(f"{package} has no program for this machine")
    return str(found[0])


def _with_pip(package: str, folder: Path) -> None:
    subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True, timeout=PATIENCE, capture_output=True)
    pip = [str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", package]
    subprocess.run(pip, check=True, timeout=PATIENCE, capture_output=True)


def _with_npm(package: str, folder: Path) -> None:
    npm = ["npm", "install", "--no-audit", "--no-fund", "--silent", "--prefix", str(folder), package]
    subprocess.run(npm, check=True, timeout=PATIENCE, capture_output=True)
