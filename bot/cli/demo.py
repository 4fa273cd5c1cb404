"""``pm demo``: the real ``pm start`` beside a simulated company, and a page like Slack to watch both."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import math
import os
import secrets
import shutil
import signal
import socket
import sys
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import aiohttp
import click

from integrations.simulator.control import FASTEST
from integrations.simulator.server import Simulator, company_clock
from models.directives_file import load
from models.errors import OperatorError
from models.written import look_up

PORT = 8400
SPEED = 60.0
"""Company seconds per real second at the start: the 09:30 digest comes five seconds after 09:25."""

PATIENCE = 40.0
"""Seconds the product may take until it has read the company and looked at it once."""

FOLDER = Path("var/demo")
MOST = 20
"""Demos of one checkout at the same time."""

FILE = click.Path(path_type=Path)

HERE = Path(__file__).resolve().parents[2]
"""The checkout: where directives.yaml is when DIRECTIVES_FILE does not say otherwise."""


@dataclass(frozen=True, slots=True)
class Stage:
    """Where one demo plays."""

    folder: Path
    directives: Path
    port: int
    product_port: int
    speed: float

    @property
    def clock_file(self) -> Path:
        """The company clock both processes read."""
        return self.folder / "clock.json"

    @property
    def product(self) -> str:
        """Where the product listens."""
        return f"http://127.0.0.1:{self.product_port}"


@click.command()
@click.option("--port", default=PORT, show_default=True, help="Port of the page; 0 for any, next free one if taken.")
@click.option(
    "--dir",
    "named",
    type=click.Path(path_type=Path, file_okay=False),
    help=f"Its folder; else {FOLDER}, or {FOLDER}-2, -3 ... beside a running demo.",
)
@click.option("--directives", "constitution", type=FILE, help="Whose company.")
@click.option(
    "--speed",
    default=SPEED,
    show_default=True,
    type=click.FloatRange(0, FASTEST, min_open=True),
    callback=lambda context, option, speed: _a_number(speed),
    help="Company seconds per real second.",
)
@click.option("--open/--no-open", "browse", default=False, help="Open the page in the default browser.")
def demo(port: int, named: Path | None, constitution: Path | None, speed: float, browse: bool) -> None:
    """A simulated company and a page like Slack; needs no account.

    The company is built from the constitution: people, channels, projects and repositories are those of
    directives.yaml. Everything starts afresh each time.
    """
    chosen = constitution or Path(os.environ.get("DIRECTIVES_FILE") or HERE / "directives.yaml")
    with own_folder(named) as folder:
        stage = Stage(
            folder=folder,
            directives=chosen.resolve(),
            port=_free_port(port),
            product_port=_free_port(0),
            speed=speed,
        )
        asyncio.run(_play(stage, browse))


def _a_number(speed: float) -> float:
    """``nan`` passes every range: no comparison with it is true."""
    if math.isnan(speed):
        raise click.BadParameter("nan is not a number.")
    return speed


async def _play(stage: Stage, browse: bool) -> None:
    directives = load(stage.directives)
    text = "\n".join(each.plain() for each in look_up(stage.directives).texts)
    clock = company_clock(stage.clock_file, directives, stage.speed)
    simulator = Simulator(directives, text, clock, stage.product)
    ended = asyncio.Event()
    for sign in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(sign, ended.set)
    await simulator.start(port=stage.port)
    click.echo("Starting the agent ...", err=True)
    log = stage.folder / "product.log"
    try:
        async with _product(stage, simulator.environment(), log) as process:
            await _until_ready(stage, process, log)
            address = f"http://127.0.0.1:{stage.port}"
            click.echo(
                f"PM Agent demo: {address}\nThe agent itself: {stage.product} (its log: {log})\nCtrl-C ends both."
            )
            if browse:
                click.launch(address)
            await _until_either_ends(process, ended, log)
    finally:
        await simulator.stop()


@contextlib.asynccontextmanager
async def _product(stage: Stage, upstream: Mapping[str, str], log: Path) -> AsyncIterator[asyncio.subprocess.Process]:
    """The product as an operator starts it, configured by environment alone."""
    with log.open("wb") as out:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bot", "start"),
            cwd=stage.folder,
            env=environment(stage, upstream),
            stdout=out,
            stderr=out,
            start_new_session=True,
        )
        try:
            yield process
        finally:
            if process.returncode is None:
                process.terminate()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(process.wait(), 15)
            if process.returncode is None:
                process.kill()


def environment(stage: Stage, upstream: Mapping[str, str]) -> Mapping[str, str]:
    """What the product is told: nothing of this shell's own settings, so that no real account is touched."""
    return {
        **upstream,
        "PATH": os.environ.get("PATH", ""),
        "HOME": os.environ.get("HOME", ""),
        "PYTHONPATH": str(HERE),
        "DATABASE_URL": f"sqlite:///{stage.folder / 'pm-agent.db'}",
        "DIRECTIVES_FILE": str(stage.directives),
        "CLOCK_FILE": str(stage.clock_file),
        "PORT": str(stage.product_port),
        "ADMIN_TOKEN": secrets.token_urlsafe(16),
    }


async def _until_ready(stage: Stage, process: asyncio.subprocess.Process, log: Path) -> None:
    deadline = asyncio.get_running_loop().time() + PATIENCE
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=2)) as session:
        while process.returncode is None and asyncio.get_running_loop().time() < deadline:
            with contextlib.suppress(aiohttp.ClientError, TimeoutError):
                async with session.get(f"{stage.product}/api/status") as answer:
                    if answer.status == 200 and all(team["last_cycles"] for team in (await answer.json())["teams"]):
                        return
            await asyncio.sleep(0.1)
    raise _ended(log)


async def _until_either_ends(process: asyncio.subprocess.Process, ended: asyncio.Event, log: Path) -> None:
    waits = [asyncio.create_task(process.wait()), asyncio.create_task(ended.wait())]
    await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    for wait in waits:
        wait.cancel()
    if not ended.is_set():
        raise _ended(log)


def _ended(log: Path) -> OperatorError:
    last = log.read_text(errors="replace").strip().splitlines()[-3:]
    return OperatorError("The agent did not stay up: " + " / ".join(last), hint=f"See {log}")


@contextlib.contextmanager
def own_folder(named: Path | None) -> Iterator[Path]:
    """A folder that is this demo's alone as long as it runs: the one named, else the first that no other demo has."""
    others = [FOLDER.with_name(f"{FOLDER.name}-{number}") for number in range(2, MOST + 1)]
    for folder in (named,) if named else (FOLDER, *others):
        if mark := _claimed(folder.resolve()):
            with mark:
                yield folder.resolve()
            return
    taken = f"{named} is in use by a running demo" if named else f"{MOST} demos are running"
    raise OperatorError(taken, hint="Name another folder with --dir")


def _claimed(folder: Path) -> IO[str] | None:
    """The mark of an emptied folder, locked until it is closed; None when a living demo has it.

    Raises ``OperatorError`` for a folder that holds what is not a demo's.
    """
    path = folder / ".pm-demo"
    if folder.exists() and any(folder.iterdir()) and not path.exists():
        raise OperatorError(f"{folder} holds files that are not a demo's", hint="Name another folder with --dir")
    folder.mkdir(parents=True, exist_ok=True)
    mark = path.open("a")
    try:
        fcntl.flock(mark, fcntl.LOCK_EX | fcntl.LOCK_NB)  # let go by the system however this process ends
    except BlockingIOError:
        mark.close()
        return None
    for left in folder.iterdir():
        if left.is_dir() and not left.is_symlink():
            shutil.rmtree(left)
        elif left != path:
            left.unlink()
    return mark


def _free_port(wanted: int) -> int:
    """``wanted``, or the next free one after it; any free one for 0."""
    for port in range(wanted, wanted + 50) if wanted else (0,):
        with contextlib.closing(socket.socket()) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise OperatorError(f"no free port from {wanted} on", hint="Name one with --port")
