"""``pm costs``: what thinking with Claude came to, by day, purpose and model, beside what it may cost."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any

import click

from bot.cli.printing import json_option, print_columns, print_json
from bot.cli.rooms import Rooms, in_rooms
from bot.thinking.sums import Sum, by_day, by_model, by_purpose, summed, summed_by
from integrations.claude.prices import CHOICES, READ_ON
from models.bills import Bill, Spending
from models.directives import Team
from models.ids import TeamId
from models.money import Money
from models.purse import Purse

WAYS: Mapping[str, Callable[[Bill], str]] = {"day": by_day, "purpose": by_purpose, "model": by_model}


@click.command()
@click.option("--days", default=7, show_default=True, type=click.IntRange(1, 180), help="How many days, with today.")
@click.option("--team", "only", default="", help="One team's id; default: every team.")
@json_option
def costs(days: int, only: str, as_json: bool) -> None:
    """What Claude came to: by day, by purpose, by model, and how much the cache saved."""

    async def read(rooms: Rooms) -> tuple[Sequence[Bill], Sequence[Mapping[str, Any]]]:
        teams = _teams(rooms, only)
        now, purse = rooms.clock.now(), Purse(rooms.database)
        # The zones of the teams differ by up to a day from ours.
        bills = await purse.bills((now - timedelta(days=days)).date(), TeamId(only) if only else None)
        shown = {team.id: now.astimezone(team.tz).date() - timedelta(days=days - 1) for team in teams}
        today = [await _today(purse, team, rooms) for team in teams]
        return [bill for bill in bills if bill.team not in shown or bill.day >= shown[bill.team]], today

    bills, today = in_rooms(read)
    if as_json:
        print_json(_json(bills, today, days))
    else:
        _print(bills, today, days)


def _teams(rooms: Rooms, only: str) -> Sequence[Team]:
    teams = rooms.directives.teams
    if only and all(team.id != only for team in teams):
        known = ", ".join(team.id for team in teams)
        raise click.BadParameter(f"no team has the id {only!r}; there are: {known}", param_hint="--team")
    return [team for team in teams if only in ("", team.id)]


async def _today(purse: Purse, team: Team, rooms: Rooms) -> Mapping[str, Any]:
    now = rooms.clock.now()
    spending = await purse.spending(team.id, now.astimezone(team.tz).date(), now)
    told = {"usd": spending.gone.dollars, "held_usd": spending.held.dollars, "cap_usd": team.daily_cap_usd}
    return {"team": team.id, **told}


def _json(bills: Sequence[Bill], today: Sequence[Mapping[str, Any]], days: int) -> Mapping[str, Any]:
    groups = {
        f"by_{way}": {name: each.as_json() for name, each in summed_by(bills, key).items()} for way, key in WAYS.items()
    }
    models = {size.value: choice.model for size, choice in CHOICES.items()}
    return {
        "days": days,
        "today": today,
        "total": summed(bills).as_json(),
        **groups,
        "models": models,
        "prices_of": READ_ON,
    }


def _print(bills: Sequence[Bill], today: Sequence[Mapping[str, Any]], days: int) -> None:
    for each in today:
        spending = Spending(gone=Money.usd(each["usd"]), held=Money.usd(each["held_usd"]))
        click.echo(f"{each['team']}: {spending.told(Money.usd(each['cap_usd']))}")
    if not bills:
        click.echo(f"No model was asked in {_days(days)}: rules and templates did all of it.")
        return
    for way, key in WAYS.items():
        click.echo()
        print_columns((way, "calls", "not used", "cost", "read", "from cache", "written"), _rows(bills, key))
    click.echo(f"\n{summed(bills).cost} in {_days(days)}, by the prices of {READ_ON.isoformat()}.")


def _days(days: int) -> str:
    return "one day" if days == 1 else f"{days} days"


def _rows(bills: Sequence[Bill], key: Callable[[Bill], str]) -> list[tuple[object, ...]]:
    return [(name, *_row(each)) for name, each in summed_by(bills, key).items()]


def _row(each: Sum) -> tuple[object, ...]:
    used, hits = each.usage, each.cache_hits
    read = used.read + used.cached + used.kept + used.kept_long
    share = "-" if hits is None else f"{hits:.0%}"
    return each.calls, each.unused, each.cost, f"{read:,}", share, f"{used.written:,}"
