"""``pm dead-letters``: jobs that were given up; nothing else forgets them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import asdict

import click

from bot.cli.printing import json_option, print_columns, print_json
from bot.cli.rooms import Rooms, in_rooms
from models.errors import OperatorError

IDS = click.argument("ids", nargs=-1, required=True, type=int, metavar="ID...")


@click.group("dead-letters")
def dead_letters() -> None:
    """Jobs that were given up."""


@dead_letters.command("list")
@json_option
def list_all(as_json: bool) -> None:
    """What was given up, latest first, and why."""
    letters = in_rooms(lambda r: r.mailbox.dead_letters())
    if as_json:
        print_json([asdict(letter) for letter in letters])
    elif letters:
        rows = [(d.id, d.kind, d.key, d.attempts, f"{d.at:%Y-%m-%d %H:%M}", _short(d.error)) for d in letters]
        print_columns(("ID", "KIND", "KEY", "TRIES", "GIVEN UP (UTC)", "ERROR"), rows)
    else:
        click.echo("no dead letters")


@dead_letters.command()
@IDS
@json_option
def retry(ids: tuple[int, ...], as_json: bool) -> None:
    """Give them a fresh start; what may have happened already is looked up before it is done again."""
    _each(ids, lambda rooms: rooms.mailbox.replay, "waiting again", as_json)


@dead_letters.command()
@IDS
@json_option
def drop(ids: tuple[int, ...], as_json: bool) -> None:
    """Delete them for good."""
    _each(ids, lambda rooms: rooms.mailbox.drop, "dropped", as_json)


def _each(
    ids: tuple[int, ...], choose: Callable[[Rooms], Callable[[int], Awaitable[bool]]], word: str, as_json: bool
) -> None:
    async def run(rooms: Rooms) -> list[int]:
        return [letter for letter in ids if await choose(rooms)(letter)]

    done = in_rooms(run)
    if as_json:
        print_json({word: done})
    else:
        click.echo("\n".join(f"{letter}: {word}" for letter in done), nl=bool(done))
    missing = [str(letter) for letter in ids if letter not in done]
    if missing:
        raise OperatorError(f"no dead letter has the id {', '.join(missing)}", hint="See: pm dead-letters list")


def _short(error: str) -> str:
    line = error.splitlines()[0] if error else ""
    return line if len(line) <= 80 else line[:79] + "…"
