"""A shell in a folder of its own, beside a company and an agent at work: for typing what the pages tell."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import SecretStr

from bot.settings import Settings
from integrations.simulator.server import Simulator
from tests.docs.forked import CALL
from tests.docs.reading import ROOT
from tests.world import World, running


@dataclass(frozen=True)
class Shell:
    """``type`` runs a line as somebody types it; ``world`` is what the agent lives in, in a loop of another thread."""

    folder: Path
    variables: Mapping[str, str]
    world: World
    loop: asyncio.AbstractEventLoop

    def type(self, line: str, **more: str) -> subprocess.CompletedProcess[str]:
        """In bash, as one page shows ``<(...)``."""
        return subprocess.run(
            ["bash", "-c", line],
            cwd=self.folder,
            env={**self.variables, **more},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
        )


@contextlib.contextmanager
def shell(folder: Path) -> Iterator[Shell]:
    """Company and agent up, the first look done, and a folder with the files that pages speak of."""
    with living(folder) as (world, loop), forking(folder) as programs:
        lay_out(folder / "home", programs)
        upstream = world.simulator.environment()
        own = {
            "PATH": f"{programs}:{Path(sys.executable).parent}:{os.environ['PATH']}",
            "HOME": str(folder / "home"),
            "PYTHONPATH": str(ROOT),
            "DATABASE_URL": world.settings.database_url,
            "DIRECTIVES_FILE": "directives.yaml",
            "CLOCK_FILE": str(world.settings.clock_file),
            "PORT": str(world.settings.port),
            "PUBLIC_URL": f"http://127.0.0.1:{world.settings.port}",
            "ADMIN_TOKEN": world.settings.admin_token.get_secret_value(),
            "BACKUP_FOLDER": "var/backups",
            "LANG": "C.UTF-8",
        }
        assert set(own) - {"PATH", "HOME", "LANG", "PYTHONPATH"} <= {name.upper() for name in Settings.model_fields}
        yield Shell(folder / "home", {**upstream, **own}, world, loop)


def lay_out(home: Path, programs: Path) -> None:
    """The files a checkout has, and those that pages name."""
    law = (ROOT / "directives.yaml").read_text(encoding="utf-8")
    for name in ("directives.yaml", "old.yaml"):
        (home / name).write_text(law, encoding="utf-8")
    for name in ("new.yaml", "proposed.yaml", "draft.yaml"):
        (home / name).write_text(law.replace("8 business hours", "4 business hours"), encoding="utf-8")
    (home / ".venv").mkdir()
    (home / ".venv" / "bin").symlink_to(programs)
    (home / "deploy").symlink_to(ROOT / "deploy")
    (home / ".env.example").write_text((ROOT / ".env.example").read_text(encoding="utf-8"), encoding="utf-8")
    if shutil.which("git") is None:
        return
    git = ["git", "-c", "user.name=Pat", "-c", "user.email=pat@example.com"]
    for words in (["init", "-q"], ["add", "directives.yaml"], ["commit", "-q", "-m", "Ours"]):
        subprocess.run([*git, *words], cwd=home, check=True, capture_output=True)


@contextlib.contextmanager
def forking(folder: Path) -> Iterator[Path]:
    """A folder of programs with ``pm`` in it."""
    programs = folder / "bin"
    programs.mkdir()
    (folder / "home").mkdir()
    place = str(folder / "pm.sock")
    (programs / "pm").write_text(CALL.replace("PLACE", repr(place)))
    (programs / "pm").chmod(0o755)
    variables = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "tests.docs.forked", place]
    process = subprocess.Popen(command, env=variables, start_new_session=True)
    try:
        end = time.monotonic() + 30
        while not Path(place).exists():
            assert process.poll() is None and time.monotonic() < end, "pm did not come up"
            time.sleep(0.02)
        yield programs
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(10)


@contextlib.contextmanager
def living(folder: Path) -> Iterator[tuple[World, asyncio.AbstractEventLoop]]:
    """The simulated company and the agent at work in it, in a thread of their own."""
    up, over = threading.Event(), asyncio.Event()
    made: list[tuple[World, asyncio.AbstractEventLoop]] = []
    broken: list[BaseException] = []

    async def live() -> None:
        try:
            async with _opened(folder) as world:
                made.append((world, asyncio.get_running_loop()))
                up.set()
                await over.wait()
        except BaseException as why:
            broken.append(why)
            raise
        finally:
            up.set()

    thread = threading.Thread(target=lambda: asyncio.run(live()))
    thread.start()
    up.wait(60)
    if broken:
        raise broken[0]
    try:
        yield made[0]
    finally:
        made[0][1].call_soon_threadsafe(over.set)
        thread.join(30)


@contextlib.asynccontextmanager
async def _opened(folder: Path) -> AsyncIterator[World]:
    place = folder / "company"
    place.mkdir()
    async with running(place, prepare=_an_admin, admin_token=SecretStr("a-token-made-up")) as world:
        yield world


def _an_admin(simulator: Simulator) -> None:
    """The token is that of somebody who may register webhooks."""
    simulator.jira.denied.discard("ADMINISTER")
