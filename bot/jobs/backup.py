"""The backup of the day: made in a thread of its own, so that nobody waits for it."""

from __future__ import annotations

import asyncio
import logging
import threading

from bot import status
from bot.app import App
from bot.backups import standing
from bot.backups.archive import Stop
from bot.backups.beside import files
from bot.backups.folder import Source, make, rotate
from bot.backups.rotation import Keep
from models.errors import OperatorError
from models.mailbox import Job

log = logging.getLogger(__name__)

ELSEWHERE = 5.0
"""Seconds after which a backup is offered again by a worker that has no folder for it: another one has."""


async def back_up(app: App, job: Job) -> None:
    """Make a backup in BACKUP_FOLDER and let old ones go. What fails is told once, and tried again in the next hour."""
    if app.settings.backup_folder is None:
        await app.mailbox.retry(job, "waits for a worker with BACKUP_FOLDER", ELSEWHERE, counted=False)
        return
    try:
        await _make(app)
    except OperatorError as error:
        log.error("%s", error, extra={"action": "backup_failed"})
        await standing.note_failed(app.store, app.clock.real(), error.args[0])
    await app.mailbox.finish(job)


async def _make(app: App) -> None:
    settings, ended = app.settings, threading.Event()
    assert settings.backup_folder is not None
    beside = files(settings.directives_file, settings.mcp_config)
    source = Source(url=settings.database_url, version=status.version(), beside=beside, pg_dump=settings.pg_dump)
    try:
        made = await asyncio.to_thread(make, source, settings.backup_folder, app.clock, ended.is_set)
    except asyncio.CancelledError:
        ended.set()  # the thread looks at it between two steps
        raise
    except Stop:
        return
    assert made.manifest is not None
    await standing.note_made(app.store, made)
    told = {"file": str(made.file), "bytes": made.size, "rows": made.manifest.total}
    log.info("a backup was made", extra={"action": "backed_up", **told})
    database = made.manifest.database
    try:
        keep = Keep.read(settings.backup_keep)
        gone = await asyncio.to_thread(rotate, settings.backup_folder, database, keep, app.clock.real())
    except OperatorError as error:  # the new one is good all the same
        log.error("%s", error, extra={"action": "backups_not_tidied"})
        await standing.note_left(app.store, app.clock.real(), error.args[0])
        return
    log.info("old backups were deleted", extra={"action": "backups_tidied", "deleted": len(gone)})
