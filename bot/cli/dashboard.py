"""``pm dashboard link``: a link that signs a browser in as an admin of the host, once."""

from __future__ import annotations

from datetime import datetime

import click

from bot.cli.printing import json_option, print_json
from bot.cli.rooms import Rooms, in_rooms
from bot.settings import Settings
from models.errors import SettingsError
from models.visits import Visits


@click.group()
def dashboard() -> None:
    """The dashboard (docs/dashboard.md)."""


@dashboard.command()
@json_option
def link(as_json: bool) -> None:
    """A link that works once, for ten minutes. Whoever opens it sees and may do everything there."""
    settings = Settings.from_environment(only_look=True)
    if settings.dashboard_url == "off":
        raise SettingsError("DASHBOARD_URL is off, so there is no dashboard", hint="Set an address, or leave it out")

    async def make(rooms: Rooms) -> tuple[str, datetime]:
        return await Visits(rooms.database, rooms.clock).make_link()

    secret, until = in_rooms(make)
    base = settings.dashboard_url.rstrip("/") or f"http://127.0.0.1:{settings.port}"
    address = f"{base}/dashboard/link/{secret}"
    if as_json:
        print_json({"url": address, "until": until.isoformat()})
        return
    click.echo(address)
    where = "" if settings.dashboard_url else ", on this machine or through a tunnel to it (docs/dashboard.md)"
    click.echo(f"Works once, until {until:%H:%M} UTC{where}.", err=True)
