"""The product as an operator runs it: ``pm start`` in processes of its own, which may be killed and end with ours."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp

from bot.dying import DONE
from integrations.tether import tied

ROOT = Path(__file__).resolve().parents[2]
"""The checkout the processes run from."""

LEASE = 3.0
"""Seconds in these runs instead of 20: the simulated vendors answer at once, so nothing is under way for long."""

WATCHED = 0.2
"""Seconds between two looks of the supervisor."""

FAREWELL = 20
"""Seconds a process has for a clean end."""


@dataclass
class Product:
    """One ``pm start`` and whatever it forks; started again when all of it has died."""

    folder: Path
    port: int
    environment: Mapping[str, str]
    words: tuple[str, ...] = ("start",)
    module: str = "bot"
    name: str = ""
    """Of its log, where that is not the words."""
    starts: int = 0
    process: subprocess.Popen[bytes] | None = None
    _watch: asyncio.Task[None] | None = None
    _session: aiohttp.ClientSession | None = None

    @property
    def url(self) -> str:
        """Where its doors are."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> Path:
        """What it says, over all starts."""
        return self.folder / f"{self.name or '-'.join(self.words)}.log"

    async def start(self) -> None:
        """Start it, and again whenever all of it has died."""
        self._session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(force_close=True))
        self._begin()
        self._watch = asyncio.get_running_loop().create_task(self._keep_up())

    def _begin(self) -> None:
        self.starts += 1
        with self.log.open("ab") as out:
            self.process = subprocess.Popen(  # noqa: S603 - our own interpreter, our own words
                tied([sys.executable, "-m", self.module, *self.words]),
                cwd=self.folder,
                env=dict(self.environment),
                stdout=out,
                stderr=out,
                start_new_session=True,
            )

    async def _keep_up(self) -> None:
        """What a supervisor does."""
        while True:
            await asyncio.sleep(WATCHED)
            if self.process is not None and self.process.poll() is not None:
                self._begin()

    async def stop(self) -> None:
        """Ask for a clean end; whatever is left of the group is killed."""
        if self._watch is not None:
            self._watch.cancel()
            await asyncio.gather(self._watch, return_exceptions=True)
        if self._session is not None:
            await self._session.close()
        if self.process is None:
            return
        group = self.process.pid
        self.process.terminate()
        try:
            with contextlib.suppress(subprocess.TimeoutExpired):
                await asyncio.to_thread(self.process.wait, FAREWELL)
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(group, signal.SIGKILL)
            await asyncio.to_thread(self.process.wait)

    def workers(self) -> list[int]:
        """The processes gunicorn has forked and that live."""
        if self.process is None:
            return []
        with contextlib.suppress(OSError):
            kept = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
            return [int(worker) for worker in kept.read_text().split()]
        return []

    async def queue(self) -> Mapping[str, Any] | None:
        """What /api/status says of the queue; ``None`` while nobody answers."""
        assert self._session is not None
        with contextlib.suppress(aiohttp.ClientError, TimeoutError, ValueError):
            async with self._session.get(f"{self.url}/api/status", timeout=aiohttp.ClientTimeout(total=5)) as answer:
                if answer.status == 200:
                    return dict((await answer.json())["queue"])
        return None


def environment(
    folder: Path,
    constitution: Path,
    port: int,
    database: str,
    upstream: Mapping[str, str],
    shell: Mapping[str, str] | None = None,
) -> dict[str, str]:
    """What the product is told: nothing of the user's own settings, ``shell`` apart, so no real account is touched."""
    return {
        **(shell or {}),
        **upstream,
        "PYTHONPATH": str(ROOT),
        "DATABASE_URL": database,
        "DIRECTIVES_FILE": str(constitution),
        "CLOCK_FILE": str(folder / "clock.json"),
        "PORT": str(port),
        "LEASE_SECONDS": str(LEASE),
        "CHAOS_TRACE": str(folder / "trace.txt"),
    }


@dataclass
class Passed:
    """Which commit points a run passed, by the step of the story in which that was."""

    file: Path
    steps: dict[str, Counter[str]] = field(default_factory=dict)

    def enter(self, step: str) -> None:
        """From now on it is this step."""
        with self.file.open("a") as lines:
            lines.write(f"# {step}\n")

    def read(self) -> dict[str, Counter[str]]:
        """How often each point was passed, by step."""
        step = ""
        self.steps.clear()
        for line in self.file.read_text().splitlines():
            if line.startswith("# "):
                step = line.removeprefix("# ")
            else:
                self.steps.setdefault(step, Counter())[line] += 1
        return self.steps


@dataclass(frozen=True)
class Orders:
    """The file that tells the product's processes where to die."""

    file: Path

    def give(self, point: str, nth: int) -> None:
        """Whoever passes ``point`` for the ``nth`` time from now on dies there."""
        draft = self.file.with_suffix(".draft")
        draft.write_text(f"{point}:{nth}")
        draft.replace(self.file)

    def withdraw(self) -> None:
        """Nobody dies."""
        self.file.write_text("")

    def done(self, point: str) -> bool:
        """Whether somebody died there."""
        return self.file.exists() and self.file.read_text() == f"{DONE} {point}"
