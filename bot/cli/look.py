"""``pm status`` and ``pm trigger``: they read and write the database, so they work without a running server."""

from __future__ import annotations

import socket
from typing import Any

import click

from bot import status as reports
from bot.cli.printing import json_option, print_columns, print_json, span
from bot.cli.rooms import Rooms, in_rooms
from bot.doors.trigger import ask_for_a_look
from bot.settings import Settings
from models.errors import DatabaseNotReady
from models.ids import TeamId


@click.command()
@json_option
def status(as_json: bool) -> None:
    """How the agent is doing: teams, data age, what waits, what was done in the last day."""
    data = in_rooms(lambda r: reports.status(r.directives, r.mailbox, r.store, r.ledger, r.clock))
    if as_json:
        print_json(data)
    else:
        _print(data)


@click.command()
@click.option("--sprint", default="", help="A sprint's name, number or Jira id, e.g. SPRINT-24; default: all.")
@json_option
def trigger(sprint: str, as_json: bool) -> None:
    """Look now. A running worker takes it up within a second."""
    settings = Settings.from_environment(only_look=True)
    settings.require_something()
    if settings.no_database_yet():
        raise DatabaseNotReady("there is no database yet, so no worker is running", hint="Run: pm start")

    async def ask(rooms: Rooms) -> list[TeamId]:
        return list(await ask_for_a_look(rooms.directives, rooms.mailbox, rooms.store, sprint))

    teams, here = in_rooms(ask), _answers(settings.port)
    if as_json:
        print_json({"status": "queued", "teams": teams, "agent_here": here})
    else:
        click.echo(f"queued: {', '.join(teams)}")
        if not here:
            click.echo(f"no agent answers on port {settings.port} of this machine: a worker must run (pm start)")


def _answers(port: int) -> bool:
    """Whether an agent listens on this machine; one that works elsewhere cannot be seen from here."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1):
            return True
    except OSError:
        return False


def _print(data: Any) -> None:
    queue = data["queue"]
    waiting = ", ".join(f"{count} {lane}" for lane, count in queue["waiting"].items())
    click.echo(f"pm-agent {data['version']}, directives {data['directives']}")
    click.echo(f"waiting: {waiting}; oldest {span(queue['oldest_waiting'])}; running: {queue['running']}")
    click.echo(f"dead letters: {queue['dead_letters']}; deliveries not looked at yet: {queue['deliveries_unseen']}\n")
    print_columns(("TEAM", "MODE", "NEXT LOOK", "DATA READ", "DONE IN A DAY"), [_row(team) for team in data["teams"]])
    for team in data["teams"]:
        for source, words in team["reading"].items():
            click.echo(f"\n{team['id']}: reading {source}: {words}")
        for source, read in team["data"].items():
            if read["error"]:
                click.echo(f"\n{team['id']}: {source} could not be read: {read['error']}")


def _row(team: Any) -> tuple[str, ...]:
    mode = f"{team['mode']} (paused)" if team["paused"] else team["mode"]
    read = ", ".join(f"{source} {span(d['age'])} ago" for source, d in team["data"].items() if d["age"] is not None)
    done = ", ".join(f"{count} {state}" for state, count in team["effects_last_day"].items())
    return team["id"], mode, (team["next_look"] or "not planned")[:16], read or "never", done or "nothing"
