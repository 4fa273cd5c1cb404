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
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

import aiohttp
import click

from integrations.simulator.acting import FASTEST
from integrations.simulator.claude.api import LIFELIKE
from integrations.simulator.server import Simulator, company_clock
from models.clock import SystemClock
from models.database import Database
from models.directives_file import load
from models.errors import OperatorError
from models.visits import Visits
from models.written import look_up

PORT = 8400
SPEED = 60.0
"""Company seconds per real second at the start: the 09:30 digest comes five seconds after 09:25."""

PATIENCE = 40.0
"""Seconds the product may take until it has read the company and looked at it once."""

PAST = 12
"""Past sprints the company looks back on, with all their history: what forecasts rest on."""

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
    socket: bool = False
    """Whether Slack is reached over Socket Mode instead of HTTP."""
    claude: bool = True
    """Whether the agent is given the simulated Claude."""

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
@click.option("--socket", "over_socket", is_flag=True, help="Socket Mode instead of HTTP between Slack and the agent.")
@click.option("--claude/--no-claude", "claude", default=True, help="Whether the agent has a (simulated) Claude to ask.")
@click.option("--open/--no-open", "browse", default=False, help="Open the page in the default browser.")
def demo(
    port: int,
    named: Path | None,
    constitution: Path | None,
    speed: float,
    over_socket: bool,
    claude: bool,
    browse: bool,
) -> None:
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
            socket=over_socket,
            claude=claude,
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
    pace = LIFELIKE if stage.claude else None
    simulator = Simulator(directives, text, clock, stage.product, past=PAST, socket=stage.socket, claude=pace)
    ended = asyncio.Event()
    for sign in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(sign, ended.set)
    await simulator.start(port=stage.port)
    click.echo("Starting the agent ...", err=True)
    log = stage.folder / "product.log"
    product = Product(stage, simulator.environment(), log)
    simulator.troubles.restart = product.restart
    try:
        await product.start()
        await _until_ready(product)
        address = f"http://127.0.0.1:{stage.port}"
        click.echo(f"PM Agent demo: {address}\nThe agent itself: {stage.product} (its log: {log})")
        click.echo(f"Its dashboard, once, signed in: {await _dashboard(stage)}\nCtrl-C ends both.")
        if browse:
            click.launch(address)
        await _until_either_ends(product, ended)
    finally:
        await product.stop()
        await simulator.stop()


@dataclass
class Product:
    """The product as an operator starts it, configured by environment alone."""

    stage: Stage
    upstream: Mapping[str, str]
    log: Path
    process: asyncio.subprocess.Process | None = None
    changing: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Held while its end is meant."""

    async def start(self) -> None:
        """Start it; what it says is added to the log."""
        with self.log.open("ab") as out:
            self.process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "bot", "start"),
                cwd=self.stage.folder,
                env=environment(self.stage, self.upstream),
                stdout=out,
                stderr=out,
                start_new_session=True,
            )

    @property
    def alive(self) -> bool:
        """Whether it runs."""
        return self.process is not None and self.process.returncode is None

    async def restart(self) -> str:
        """Kill it in the middle of whatever it does and start it again; what happened, in words."""
        async with self.changing:
            if self.process is not None and self.process.returncode is None:
                self.process.kill()
                await self.process.wait()
            await self.start()
        return "The agent was killed (kill -9) and started again on the same database. It is back in a few seconds."

    async def ends(self) -> None:
        """Returns when it has ended by itself."""
        awaited = None
        while awaited is not self.process:
            awaited = self.process
            if awaited is not None:
                await awaited.wait()
            async with self.changing:  # an end that was meant is followed by a start
                pass

    async def stop(self) -> None:
        """Let it end cleanly, or make it."""
        async with self.changing:
            process = self.process
            if process is None:
                return
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
        "CLAUDE_CODE_BIN": os.environ.get("CLAUDE_CODE_BIN", ""),  # a program, no account: it asks the simulated Claude
        "PYTHONPATH": str(HERE),
        "DATABASE_URL": f"sqlite:///{stage.folder / 'pm-agent.db'}",
        "DIRECTIVES_FILE": str(stage.directives),
        "CLOCK_FILE": str(stage.clock_file),
        "PORT": str(stage.product_port),
        "ADMIN_TOKEN": secrets.token_urlsafe(16),
    }


async def _dashboard(stage: Stage) -> str:
    """A link that signs a browser in to the product's dashboard, as ``pm dashboard link`` makes it."""
    clock = SystemClock()
    database = Database(environment(stage, {})["DATABASE_URL"], clock)
    try:
        secret, _ = await Visits(database, clock).make_link()
    finally:
        await database.close()
    return f"{stage.product}/dashboard/link/{secret}"


async def _until_ready(product: Product) -> None:
    deadline = asyncio.get_running_loop().time() + PATIENCE
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=2)) as session:
        while product.alive and asyncio.get_running_loop().time() < deadline:
            with contextlib.suppress(aiohttp.ClientError, TimeoutError):
                async with session.get(f"{product.stage.product}/api/status") as answer:
                    if answer.status == 200 and all(team["last_cycles"] for team in (await answer.json())["teams"]):
                        return
            await asyncio.sleep(0.1)
    raise _ended(product.log)


async def _until_either_ends(product: Product, ended: asyncio.Event) -> None:
    waits = [asyncio.create_task(product.ends()), asyncio.create_task(ended.wait())]
    await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    for wait in waits:
        wait.cancel()
    if not ended.is_set():
        raise _ended(product.log)


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
