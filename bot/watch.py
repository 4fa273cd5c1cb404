"""How the agent is doing, put together from its parts: for its watch over itself, /metrics and ``pm status``."""

from __future__ import annotations

import platform
from collections.abc import Mapping
from datetime import date
from pathlib import Path

from bot.app import App
from bot.backups.standing import since
from bot.operations.promises import Sources
from bot.operations.vitals import Here, Vitals, vitals
from bot.status import standing
from bot.sync.gaps import judged_of, missing
from models.database import Database
from models.events import Source
from models.ids import TeamId


def sources_of(app: App) -> Sources:
    """Where the figures of a running agent come from."""
    teams = standing(app.directives)["teams"]
    return Sources(operations=app.operations, store=app.store, ledger=app.ledger, clock=app.clock, teams=teams)


async def vitals_of(app: App) -> Vitals:
    """How a running agent is doing."""
    signed = {
        Source.JIRA: bool(app.settings.jira_webhook_secret),
        Source.BITBUCKET: bool(app.settings.bitbucket_webhook_secret),
    }
    days = expiries(
        jira=app.settings.atlassian_token_expires if app.settings.jira_on else None,
        bitbucket=app.settings.bitbucket_token_expires if app.settings.bitbucket_on else None,
    )
    of = sources_of(app)
    return await vitals(of, app.mailbox, await here(of, app.database, signed, days, read_of(app)))


def read_of(app: App) -> frozenset[Source]:
    """The sources that are set up."""
    on = app.settings
    return set_up(jira=on.jira_on, bitbucket=on.bitbucket_on, slack=on.slack_on)


def set_up(**on: bool) -> frozenset[Source]:
    """Those that are, by name."""
    return frozenset(Source(name) for name, is_on in on.items() if is_on)


def expiries(**days: date | None) -> Mapping[str, date]:
    """The days that were written down."""
    return {vendor: day for vendor, day in days.items() if day is not None}


async def here(
    of: Sources,
    database: Database,
    signed: Mapping[Source, bool],
    days: Mapping[str, date],
    read: frozenset[Source],
) -> Here:
    """What is not in the rows of operations; ``signed`` says whose webhooks are expected, ``read`` who is set up."""
    return Here(
        read=frozenset(read),
        folder=_folder(database),
        missing={
            source.value: number
            for source, expected in signed.items()
            if expected and (number := await _missing(of, source))
        },
        expiries=days,
        host=platform.node()[:120] if database.dialect == "postgresql" else "",
        backup=await since(of.store),
    )


def _folder(database: Database) -> Path | None:
    """Where the file of an SQLite database lies; the disk of a server elsewhere is not ours to see."""
    return Path(str(database.address.database)).parent if database.dialect == "sqlite" else None


async def _missing(of: Sources, source: Source) -> int:
    """How many changes of the last hours came to light by reading, where that is so many that webhooks seem gone."""
    judged = [await judged_of(of.store, TeamId(team["id"]), source) for team in of.teams]
    windows = [window for each in judged for window in each.windows]
    return sum(window.untold for window in windows) if missing(windows) else 0
