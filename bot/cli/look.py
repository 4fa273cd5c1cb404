"""``pm status`` and ``pm trigger``: they read and write the database, so they work without a running server."""

from __future__ import annotations

import socket
from collections.abc import Mapping, Sequence
from typing import Any

import click

from bot import status as reports
from bot.backups.standing import in_words
from bot.bells import bells_of
from bot.cli.printing import json_option, print_columns, print_json, span
from bot.cli.rooms import Rooms, in_rooms
from bot.doors.trigger import ask_for_a_look
from bot.metrics import Metrics
from bot.operations.overview import is_grave, lines, overview
from bot.operations.promises import Sources
from bot.operations.vitals import vitals
from bot.settings import Settings
from bot.watch import expiries, here, set_up
from models.directives import Mode
from models.errors import DatabaseNotReady, DirectivesError
from models.events import Source
from models.ids import TeamId
from models.trust import Cause
from planner.words.modes import MODES


@click.command()
@click.option("--check", is_flag=True, help="Only what needs somebody; exits 1 when something is wrong.")
@json_option
def status(as_json: bool, check: bool) -> None:
    """How the agent is doing: what needs somebody, the worst first; then teams, data age, what waits and was done."""
    settings = Settings.from_environment(only_look=True)

    async def read(rooms: Rooms) -> Mapping[str, Any]:
        law = await law_of(rooms)
        told = await reports.status(law, rooms.mailbox, rooms.store, rooms.ledger, rooms.clock)
        told = {**told, "redis": await _redis(rooms, settings)}
        return {**told, **await _overview(rooms, law["teams"], settings)}

    data = in_rooms(read)
    if as_json:
        print_json(data)
    else:
        click.echo("\n".join(lines(data)))
    if not (as_json or check):
        click.echo()
        print_status(data)
    if check and is_grave(data):
        raise SystemExit(1)


async def _redis(rooms: Rooms, settings: Settings) -> Mapping[str, Any]:
    bells = bells_of(rooms.database, settings.redis_url, rooms.clock, Metrics())
    try:
        return await bells.status()
    finally:
        await bells.close()


async def _overview(rooms: Rooms, teams: Sequence[Mapping[str, Any]], settings: Settings) -> Mapping[str, Any]:
    of = Sources(operations=rooms.operations, store=rooms.store, ledger=rooms.ledger, clock=rooms.clock, teams=teams)
    signed = {
        Source.JIRA: bool(settings.jira_webhook_secret),
        Source.BITBUCKET: bool(settings.bitbucket_webhook_secret),
    }
    days = expiries(
        jira=settings.atlassian_token_expires if settings.jira_on else None,
        bitbucket=settings.bitbucket_token_expires if settings.bitbucket_on else None,
    )
    read = set_up(jira=settings.jira_on, bitbucket=settings.bitbucket_on, slack=settings.slack_on)
    return await overview(await vitals(of, rooms.mailbox, await here(of, rooms.database, signed, days, read)), of)


async def law_of(rooms: Rooms) -> Mapping[str, Any]:
    """By what the agent lives: the file, or while that is broken what it was said to live by last."""
    kept = (await rooms.store.recall(reports.SITE, reports.ABOUT)).get(reports.IN_FORCE)
    try:
        return reports.standing(rooms.directives)
    except DirectivesError as error:
        if kept is None:
            raise
        return {**kept, "trouble": error.in_short()}


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


def _print_redis(redis: Mapping[str, str]) -> None:
    if redis["state"] != "off":
        click.echo(f"redis: {redis['state']}: {redis['detail']}")


def _print_own_wishes(own: int) -> None:
    who = "one person has" if own == 1 else f"{own} people have"
    if own:
        click.echo(f"\n{who} said in Home how they may be contacted, which wins over directives.yaml: pm people show")


def print_status(data: Any) -> None:
    """For people: what waits, then a line for each team, how closely it is looked at, and what could not be read."""
    queue = data["queue"]
    waiting = ", ".join(f"{count} {lane}" for lane, count in queue["waiting"].items())
    click.echo(f"pm-agent {data['version']}, directives {data['directives']}")
    if data["directives_trouble"]:
        click.echo(f"the constitution on disk is broken, so this version stays in force:\n{data['directives_trouble']}")
    click.echo(f"waiting: {waiting}; oldest {span(queue['oldest_waiting'])}; running: {queue['running']}")
    click.echo(f"dead letters: {queue['dead_letters']}; deliveries not looked at yet: {queue['deliveries_unseen']}")
    _print_redis(data.get("redis", {"state": "off"}))
    click.echo(f"{in_words(data['backups'], span(data['backups']['age']))}\n")
    print_columns(("TEAM", "MODE", "NEXT LOOK", "DATA READ", "DONE IN A DAY"), [_row(team) for team in data["teams"]])
    _print_own_wishes(data["own_wishes"])
    for team in data["teams"]:
        _print_trust(team)
        if urgency := team["urgency"]:
            why = f": {urgency['why']}" if urgency["why"] else ""
            click.echo(f"\n{team['id']}: urgency {urgency['level']}{why}; a look every {urgency['every']}")
        _print_wrong_persons(team)
        for source, words in team["reading"].items():
            click.echo(f"\n{team['id']}: reading {source}: {words}")
        if past := team["past_sprints"]:
            refused = f"; Jira does not tell of {past['refused']} more" if past["refused"] else ""
            told = f"{past['read']} past sprints read for forecasts, {past['counted']} of use{refused}"
            click.echo(f"\n{team['id']}: {told}")
        for source, read in team["data"].items():
            if read["error"]:
                click.echo(f"\n{team['id']}: {source} could not be read: {read['error']}")


def _print_trust(team: Any) -> None:
    """How far the agent may go for it, and where it has stepped back: only an admin's press in Home ends that."""
    if said := MODES.get(Mode(team["mode"])):
        click.echo(f"\n{team['id']}: {said}")
    for name, mode in team.get("modes", {}).items():
        click.echo(f"\n{team['id']}: {name}: {mode} mode")
    for step in team["stepped_back"]:
        after = Cause(step["cause"]).after
        click.echo(f"\n{team['id']}: {step['action']} asks again: stepped back after {after} on {step['at'][:10]}")


def _print_wrong_persons(team: Any) -> None:
    """Who says that a rule's messages are not for them: something for an admin to put right, never guessed at."""
    for rule in team["learning"]["rules"]:
        if rule["wrong_person_for"]:
            names = ", ".join(rule["wrong_person_for"])
            click.echo(f"\n{team['id']}: called for the wrong person: {rule['rule']}, by {names} (see directives.yaml)")


def _row(team: Any) -> tuple[str, ...]:
    mode = f"{team['mode']} (paused)" if team["paused"] else team["mode"]
    read = ", ".join(f"{source} {span(d['age'])} ago" for source, d in team["data"].items() if d["age"] is not None)
    done = ", ".join(f"{count} {state}" for state, count in team["effects_last_day"].items())
    return team["id"], mode, (team["next_look"] or "not planned")[:16], read or "never", done or "nothing"
