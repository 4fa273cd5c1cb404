"""``pm people show`` and ``forget``: what is known of one person, for those who run the agent."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

import click

from bot.cli.printing import print_columns
from bot.cli.rooms import Rooms
from bot.people import Roster
from models.directives import Member
from models.lessons import ALL, What
from models.mailbox import look_at
from planner.hearers.contact import NO_WISH, to_keep
from planner.lessons.known import Known, known_of

Finder = Callable[[Rooms, str], Member]
"""Finds a member by id. Raises ``OperatorError``."""


def telling(person: str, find: Finder) -> Callable[[Rooms], Awaitable[dict[str, Any]]]:
    """What is known of ``person``, ready for JSON."""

    async def tell(rooms: Rooms) -> dict[str, Any]:
        member = find(rooms, person)
        team = rooms.directives.teams_of(member.id)[0]
        roster = Roster(rooms.directives, rooms.store)
        await roster.refresh()
        seen = await rooms.ledger.known_of(member.id)
        hushed = await rooms.ledger.hushes_of(member.id)
        wish = roster.wishes.get(member.id)
        known = known_of(member, seen, roster.identities, len(hushed), rooms.directives, wish)
        marks = [each.at for each in seen if each.what is What.FORGOTTEN]
        return {
            "person": member.id,
            "team": team.id,
            "forgotten": max(marks, default=None),
            "contact": dict(to_keep(wish)) if wish else {},
            "known": [_plain(each) for each in known],
            "observations": [
                {"what": e.what.value, "about": e.about, "value": e.value, "at": e.at, "source": e.source}
                for e in seen
                if e.what is not What.FORGOTTEN
            ],
        }

    return tell


def forgetting(person: str, find: Finder, who: str) -> Callable[[Rooms], Awaitable[dict[str, Any]]]:
    """Delete all that was learnt and found of ``person``; what it was, ready for JSON."""

    async def forget(rooms: Rooms) -> dict[str, Any]:
        member = find(rooms, person)
        team = rooms.directives.teams_of(member.id)[0]
        gone = await rooms.ledger.forget(team.id, member.id, ALL)
        await rooms.ledger.audit(team=team.id, who=who, what="forgotten", about=member.id, detail="by an admin")
        await Roster(rooms.directives, rooms.store).wish(member.id, NO_WISH)
        for each in rooms.directives.teams_of(member.id):
            await rooms.mailbox.put(look_at(each.id))
        counts = {"observations": gone.observations, "hushes": gone.hushes, "identities": gone.identities}
        return {"person": member.id, "forgotten": counts}

    return forget


def print_known(data: Mapping[str, Any]) -> None:
    """What is known, for people."""
    if data["forgotten"]:
        click.echo(f"everything before {data['forgotten']:%Y-%m-%d %H:%M} UTC was deleted, and is not learnt again\n")
    rows: Sequence[Mapping[str, Any]] = data["known"]
    shown = [
        (r["topic"] or "-", r["times"] or "-", f"{r['since']:%Y-%m-%d}" if r["since"] else "-", r["words"])
        for r in rows
    ]
    print_columns(("KIND", "TIMES", "SINCE", "WHAT IS KNOWN"), shown)
    click.echo(f"\nTo delete it: pm people forget {data['person']} --yes")


def print_forgotten(data: Mapping[str, Any]) -> None:
    """What was deleted and what stays, for people."""
    counts = ", ".join(f"{count} {what}" for what, count in data["forgotten"].items())
    click.echo(f"forgotten of {data['person']}: {counts}")
    click.echo("what stays: the record of messages sent and decisions made, by which anybody can ask why")


def _plain(each: Known) -> dict[str, Any]:
    return {"topic": each.topic, "words": each.words, "times": each.times, "since": each.since}
