"""``pm chaos``: kill the agent again and again on a database server of the user's own, and certify what was left."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import math
import os
import secrets
import shlex
import shutil
import signal
from collections.abc import Coroutine, Iterator, Mapping
from pathlib import Path
from typing import Any

import click

from bot.cli.printing import json_option, print_json
from models.clock import SystemClock
from models.database import address_of
from models.errors import OperatorError, SettingsError

MINUTES = 10.0
SEEDS = 1_000_000
SHELL = ("PATH", "HOME", "TMPDIR")
ENDS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def _number(_context: click.Context, _option: click.Parameter, given: float) -> float:
    """What compares with a clock. Raises ``BadParameter`` for ``nan``, which no range refuses."""
    if math.isnan(given):
        raise click.BadParameter("nan is not a number of minutes")
    return given


def _address(_context: click.Context, _option: click.Parameter, given: str) -> str:
    """Of a database, or nothing. Raises ``BadParameter``."""
    try:
        if given:
            address_of(given)
    except SettingsError as error:
        raise click.BadParameter(f"{error.hint}.") from error
    return given


@click.command()
@click.option(
    "--minutes",
    default=MINUTES,
    show_default=True,
    type=click.FloatRange(0, 24 * 60, min_open=True),
    callback=_number,
    help="No story is begun after that.",
)
@click.option("--kills", type=click.IntRange(1, 100_000), help="How many; else every commit point, then storms.")
@click.option("--seed", type=click.IntRange(0), help="Of all chance in it; else a new one, which is told.")
@click.option(
    "--database", "url", default="", metavar="URL", callback=_address, help="A server, or a SQLite file, to be beside."
)
@json_option
def chaos(minutes: float, kills: int | None, seed: int | None, url: str, as_json: bool) -> None:
    """Kill the agent at its commit points and at random, and check that nothing was lost or doubled.

    A simulated company works for four days, on loopback: no account and no real service is touched. Everything is in
    scratch databases that are made for it and dropped: on the PostgreSQL server of URL, or beside that SQLite file,
    else in the folder for passing things. Where the agent's own rows are it refuses. See docs/chaos.md.
    """
    from bot.chaos.campaign import Campaign
    from bot.chaos.certificate import Certificate
    from bot.chaos.places import scratch
    from bot.chaos.rooms import room
    from bot.status import version

    logging.getLogger("aiohttp").setLevel(logging.CRITICAL)  # whoever calls the simulated vendors dies: that is meant
    drawn = secrets.randbelow(SEEDS) if seed is None else seed
    with _interruptible(), scratch(url) as place, room() as folder:
        click.echo(f"{place.name}, seed {drawn}; Ctrl-C ends it and drops what was made", err=True)
        campaign = Campaign(place, folder, SystemClock(), drawn, _tell, _shell(os.environ))
        ended, broken = _until_told(campaign.run(kills, minutes * 60))
        if campaign.figures.violations:
            click.echo(f"The logs of the stories with violations: {_kept(folder)}", err=True)
    command = _command(minutes, kills, drawn, url)
    certificate = Certificate(version(), place.name, drawn, command, campaign.figures, interrupted=not ended)
    if as_json:
        print_json(certificate.as_json())
    else:
        click.echo("\n".join(certificate.lines()))
    if broken is not None:
        raise broken
    if not (ended and campaign.figures.proven):
        raise click.exceptions.Exit(1)


def _shell(environment: Mapping[str, str]) -> dict[str, str]:
    """What the agents need of the user's own: where programs and passing things are, and how the server lets us in."""
    return {name: value for name, value in environment.items() if name in SHELL or name.startswith("PG")}


@contextlib.contextmanager
def _interruptible() -> Iterator[None]:
    """Whoever ends it, what was made is dropped: each signal comes as Ctrl-C does."""
    before = {sign: signal.signal(sign, signal.default_int_handler) for sign in ENDS}
    try:
        yield
    finally:
        for sign, handler in before.items():
            signal.signal(sign, handler)


def _kept(folder: Path) -> Path:
    """What is left of the room once it is gone, its mark apart: its stories went wrong."""
    from bot.chaos.rooms import MARK

    return Path(shutil.copytree(folder, f"{folder}-logs", ignore=shutil.ignore_patterns("*.draft", MARK)))


def _tell(words: str) -> None:
    click.echo(words, err=True)


def _until_told(work: Coroutine[Any, Any, None]) -> tuple[bool, OperatorError | None]:
    """Do it: whether it came to its end, and what of the operator's made it impossible.

    What it has started is ended first, however often it is told to end.
    """

    async def until_told() -> tuple[bool, OperatorError | None]:
        told = asyncio.Event()
        for sign in ENDS:
            asyncio.get_running_loop().add_signal_handler(sign, told.set)
        doing, waiting = asyncio.ensure_future(work), asyncio.ensure_future(told.wait())
        await asyncio.wait([doing, waiting], return_when=asyncio.FIRST_COMPLETED)
        waiting.cancel()
        if not doing.done():
            doing.cancel()
            await asyncio.wait([doing])
            return False, None
        try:
            doing.result()
        except OperatorError as broken:
            return False, broken
        return True, None

    return asyncio.run(until_told())


def _command(minutes: float, kills: int | None, seed: int, url: str) -> str:
    """What repeats it, without the password of the database."""
    words = ["pm", "chaos", "--seed", str(seed), "--minutes", f"{minutes:g}"]
    words += [] if kills is None else ["--kills", str(kills)]
    words += ["--database", address_of(url).set(drivername="postgresql").render_as_string()] if _is_server(url) else []
    words += ["--database", url] if url and not _is_server(url) else []
    return shlex.join(words)


def _is_server(url: str) -> bool:
    return bool(url) and address_of(url).get_backend_name() == "postgresql"
