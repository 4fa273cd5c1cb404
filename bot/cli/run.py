"""``pm start`` and ``pm worker``: the two ways to be at work."""

from __future__ import annotations

import asyncio
import logging
import signal

import click

from bot import logs
from bot.cli.alone import only_worker
from bot.cli.tables import prepare_database
from bot.settings import Settings

log = logging.getLogger(__name__)

SPRINT = click.option("--sprint", help="Look at this sprint only, e.g. SPRINT-24; default: every active one.")


@click.command()
@SPRINT
@click.option("--no-worker", is_flag=True, help="Doors alone; run pm worker beside it.")
def start(sprint: str | None, no_worker: bool) -> None:
    """Web, worker and clock in one process, until it is told to stop."""
    settings = _ready_to_run(sprint)
    from bot.cli.serve import serve  # gunicorn is loaded only by the command that serves

    with only_worker("" if no_worker else settings.database_url):
        serve(settings, with_worker=not no_worker)


@click.command()
@SPRINT
def worker(sprint: str | None) -> None:
    """Worker and clock alone, until it is told to stop."""
    settings = _ready_to_run(sprint, patient=True)
    asyncio.run(_work(settings))


def _ready_to_run(sprint: str | None, *, patient: bool = False) -> Settings:
    """Everything that can be known to be wrong is said before anything starts. Raises ``OperatorError``.

    Who is ``patient`` waits for a PostgreSQL that is not there, or not of this version: see ``usable``.
    """
    settings = Settings.from_environment()
    settings.require_something()
    if sprint:
        settings = settings.model_copy(update={"only_sprint": sprint})
    logs.set_up(settings.log_level, settings.secrets())
    for service, remedy in settings.off_services().items():
        log.info("%s is off: %s", service, remedy, extra={"action": "service_off", "service": service})
    if not patient or settings.database_url.startswith("sqlite"):
        prepare_database(settings)
    return settings


async def _work(settings: Settings) -> None:
    from bot.app import build, close_app
    from bot.garbage import settle
    from bot.operations.pulse import Pulse, at_work
    from bot.shift import opened, shift, usable
    from bot.status import version
    from models.running import Kind

    app, stop = build(settings), asyncio.Event()
    loop = asyncio.get_running_loop()
    for sign in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(sign, stop.set)
    if not await usable(app, stop):
        await close_app(app)
        return
    with only_worker(settings.database_url):
        pulse = Pulse(app.operations, app.metrics, Kind.WORKER, version())
        async with opened(app), at_work(pulse), shift(app, alone=False):
            log.info("at work", extra={"action": "started"})
            settle()
            await stop.wait()
            log.info("stopping", extra={"action": "stopping"})
