"""``pm people``: who is who, who is not known yet, and the admin's word where nothing else can tell."""

from __future__ import annotations

import getpass
import re
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import Any

import click

from bot.app import build, close_app
from bot.cli import known
from bot.cli.accounts import not_checked
from bot.cli.printing import json_option, print_columns, print_json
from bot.cli.rooms import Rooms, in_rooms
from bot.people import Roster
from bot.settings import Settings
from models.directives import Directives, Member
from models.errors import OperatorError
from models.ids import PersonId
from models.mailbox import look_at
from models.people import ATLASSIAN, HELD, Identity, Service, Standing
from planner.hearers.identity import Stranger, owners, strangers

_SLACK_ID = re.compile(r"[UW][A-Z0-9]{2,20}")
_ACCOUNT_ID = re.compile(r"[\w:.-]{1,128}")
_SHAPES: Mapping[Service, tuple[re.Pattern[str], str]] = {
    Service.SLACK: (_SLACK_ID, "a Slack member id such as U07ABCDEF12"),
    Service.JIRA: (_ACCOUNT_ID, "an Atlassian account id: the last part of the address of a profile page"),
    Service.BITBUCKET: (_ACCOUNT_ID, "an Atlassian account id: the last part of the address of a profile page"),
}

GIVEN = "directives.yaml"
_MARKS = {Standing.CERTAIN: "found", Standing.CONFIRMED: "confirmed", Standing.SET: "set"}

PERSON = click.argument("person", metavar="PERSON")


@click.group()
def people() -> None:
    """Who is who in Slack, Jira and Bitbucket."""


@people.command("list")
@json_option
def list_all(as_json: bool) -> None:
    """Everybody and how they are known; who is not; and accounts with work that are nobody's."""
    data = in_rooms(_survey)
    if as_json:
        print_json(data)
    else:
        _print(data)


@people.command("map")
@PERSON
@click.option("--slack", default="", metavar="USER", help="Slack member id.")
@click.option("--jira", default="", metavar="ACCOUNT", help="Atlassian account id used in Jira.")
@click.option("--bitbucket", default="", metavar="ACCOUNT", help="Atlassian account id used in Bitbucket.")
@json_option
def set_by_hand(person: str, slack: str, jira: str, bitbucket: str, as_json: bool) -> None:
    """Say whose an account is. What directives.yaml gives cannot be changed here.

    Jira and Slack are asked whether it is an active person's; what cannot be asked is kept, and told as not checked.
    """
    wanted = {Service.SLACK: slack, Service.JIRA: jira, Service.BITBUCKET: bitbucket}
    given = {service: account for service, account in wanted.items() if account}
    if not given:
        raise click.UsageError("name at least one account: --slack, --jira or --bitbucket")
    for service, account in given.items():
        shape, words = _SHAPES[service]
        if not shape.fullmatch(account):
            raise click.BadParameter(f"{account!r} is not {words}", param_hint=f"--{service}")
    silent = in_rooms(lambda rooms: _set(rooms, person, given))
    told = {"person": person, "set": {s.value: a for s, a in given.items()}}
    told["not_checked"] = {service.value: why for service, why in silent.items()}
    unsure = [f"not checked: {service} {given[service]}, because {why}" for service, why in silent.items()]
    _done(told, "\n".join([f"{person} is {_told(given)}", *unsure]), as_json)


@people.command("unmap")
@PERSON
@click.option("--slack", "services", flag_value="slack", help="Only the Slack id.")
@click.option("--atlassian", "services", flag_value="atlassian", help="Only the accounts in Jira and Bitbucket.")
@json_option
def forget(person: str, services: str | None, as_json: bool) -> None:
    """Forget what was found, answered or set; the next search begins anew, and may ask again."""
    chosen = {"slack": (Service.SLACK,), "atlassian": ATLASSIAN, None: tuple(Service)}[services]
    gone = in_rooms(lambda rooms: _drop(rooms, person, chosen))
    words = ", ".join(f"{each.service} {each.account or '(nothing found)'}" for each in gone)
    _done({"person": person, "forgotten": [_plain(each) for each in gone]}, f"forgotten: {words}", as_json)


@people.command("show")
@PERSON
@json_option
def show(person: str, as_json: bool) -> None:
    """What is known of one person: learnt, found, said, and given in directives.yaml."""
    data = in_rooms(known.telling(person, _find))
    if as_json:
        print_json(data)
    else:
        known.print_known(data)


@people.command("forget")
@PERSON
@click.option("--yes", is_flag=True, help="Really delete it.")
@json_option
def forget_all(person: str, yes: bool, as_json: bool) -> None:
    """Delete what was learnt of a person, what they muted, and accounts found by search. Learning starts anew."""
    if not yes:
        raise click.UsageError(f"this cannot be undone; to delete it: pm people forget {person} --yes")
    data = in_rooms(known.forgetting(person, _find, _operator()))
    if as_json:
        print_json(data)
    else:
        known.print_forgotten(data)


def _find(rooms: Rooms, person: str) -> Member:
    return _member(rooms.directives, person)


# --- what is done -------------------------------------------------------------------------------------------


async def _set(rooms: Rooms, person: str, given: Mapping[Service, str]) -> Mapping[Service, str]:
    """What could not be checked, and why. Raises ``OperatorError`` when it is another's account, or no person's."""
    directives = rooms.directives
    member = _member(directives, person)
    _free(directives, member, given)
    silent = await _ask(given)
    by = _operator()
    why = {service: "set by hand, not checked" if service in silent else "set by hand" for service in given}
    wanted = [
        Identity(person=member.id, service=service, account=account, standing=Standing.SET, why=why[service], by=by)
        for service, account in given.items()
    ]
    holder = await rooms.store.set_identities(wanted)
    if holder is not None:
        remedy = f"If that is wrong: pm people unmap {holder.person}"
        raise OperatorError(f"{holder.account} is {holder.person}'s ({_MARKS[holder.standing]})", hint=remedy)
    unsure = f" (not checked: {', '.join(silent)})" if silent else ""
    await _changed(rooms, directives, member.id, "identity_set", _told(given) + unsure)
    return silent


def _free(directives: Directives, member: Member, given: Mapping[Service, str]) -> None:
    """Raises ``OperatorError`` when the file gives another id, or gives this one to somebody else."""
    whose = owners(directives)
    for service, account in given.items():
        if getattr(member, service.value) is not None:
            raise OperatorError(
                f"directives.yaml gives the {service} id of {member.id}, and it always wins", hint="Change it there"
            )
        owner = whose.get((service, account), member.id)
        if owner != member.id:
            raise OperatorError(f"{account} is {owner}'s in directives.yaml", hint="One account is one person's")


async def _ask(given: Mapping[Service, str]) -> Mapping[Service, str]:
    """What nobody could be asked about, and why. Raises ``OperatorError`` for an id that is no person's."""
    app = build(Settings.from_environment())
    try:
        return await not_checked(given, app.jira, app.slack)
    finally:
        await close_app(app)


async def _drop(rooms: Rooms, person: str, services: Sequence[Service]) -> list[Identity]:
    """Also of somebody who has left the constitution. Raises ``OperatorError`` when nothing is known."""
    gone = await rooms.store.drop_identities(PersonId(person), services)
    if not gone:
        raise OperatorError(f"nothing was found, answered or set for {person!r}", hint="See: pm people list")
    detail = ", ".join(f"{each.service} {each.account} {each.standing}" for each in gone)
    await _changed(rooms, rooms.directives, PersonId(person), "identity_forgotten", detail)
    return gone


async def _changed(rooms: Rooms, directives: Directives, person: PersonId, what: str, detail: str) -> None:
    """Written down, told to the mirror, and a reason to look."""
    teams = [team for team in directives.teams if any(m.id == person for m in team.members)] or [directives.teams[0]]
    await rooms.ledger.audit(team=teams[0].id, who=_operator(), what=what, about=person, detail=detail)
    await Roster(directives, rooms.store).tell()
    for team in teams:
        await rooms.mailbox.put(look_at(team.id))


def _member(directives: Directives, person: str) -> Member:
    members = {member.id: member for team in directives.teams for member in team.members}
    found = members.get(PersonId(person))
    if found is not None:
        return found
    close = get_close_matches(person, sorted(members), n=1)
    hint = f"Did you mean {close[0]!r}?" if close else f"The members are: {', '.join(sorted(members))}"
    raise OperatorError(f"directives.yaml has no member {person!r}", hint=hint)


def _operator() -> str:
    """Whoever is logged in on this machine, for the record."""
    try:
        return f"pm:{getpass.getuser()}"[:60]
    except (KeyError, OSError):  # a container whose user has no name
        return "pm"


# --- what is shown ------------------------------------------------------------------------------------------


async def _survey(rooms: Rooms) -> dict[str, Any]:
    roster = Roster(rooms.directives, rooms.store)
    await roster.refresh()
    rows = [
        _person(team.id, given, member, roster.identities)
        for team, plain in zip(roster.directives.teams, roster.constitution.teams, strict=True)
        for member, given in zip(team.members, plain.members, strict=True)
    ]
    nobody = []
    for team in roster.directives.teams:
        facts = await rooms.store.facts_about(team.id)
        nobody += [_stranger(team.id, each) for each in strangers(facts, roster.directives)]
    return {"people": rows, "unknown_accounts": nobody}


def _person(team: str, given: Member, member: Member, identities: Sequence[Identity]) -> dict[str, Any]:
    theirs = [each for each in identities if each.person == member.id]
    held = {each.service: each for each in theirs if each.standing in HELD}
    services = {s.value: _account(s, given, member, held) for s in Service}
    open_ones = [each for each in theirs if each.standing is Standing.UNCERTAIN] if member.account is None else []
    missing = [each for each in theirs if each.standing is Standing.UNKNOWN and _lacks(member, each.service)]
    return {
        "team": team,
        "person": member.id,
        "name": member.name,
        **services,
        "known": member.slack is not None and member.account is not None,
        "in_doubt": [_plain(each) for each in open_ones],
        "missing": [{"service": each.service.value, "why": each.why} for each in missing],
        "refused": [each.account for each in theirs if each.standing is Standing.REFUSED],
    }


def _account(service: Service, given: Member, member: Member, held: Mapping[Service, Identity]) -> dict[str, Any]:
    account = getattr(member, service.value)
    if account is None and service in ATLASSIAN:  # the same account in both, unless somebody says otherwise
        other = next(s for s in ATLASSIAN if s is not service)
        return _account(other, given, member, held) if getattr(member, other.value) is not None else _none()
    if account is None:
        return _none()
    by = GIVEN if getattr(given, service.value) is not None else _MARKS[held[service].standing]
    return {"account": account, "known_by": by}


def _none() -> dict[str, Any]:
    return {"account": None, "known_by": None}


def _lacks(member: Member, service: Service) -> bool:
    return member.slack is None if service is Service.SLACK else member.account is None


def _stranger(team: str, each: Stranger) -> dict[str, Any]:
    counts = {"open_issues": each.issues, "open_pull_requests": each.pull_requests}
    return {"team": team, "account": each.account, **counts}


def _plain(each: Identity) -> dict[str, Any]:
    told = {"service": each.service.value, "account": each.account, "standing": each.standing.value, "why": each.why}
    return told | {"since": each.since, "by": each.by}


def _print(data: Mapping[str, Any]) -> None:
    rows = data["people"]
    table = [(r["team"], r["person"], *(r[s.value]["account"] or "-" for s in Service), _known_by(r)) for r in rows]
    print_columns(("TEAM", "PERSON", "SLACK", "JIRA", "BITBUCKET", "KNOWN BY"), table)
    lacking = [row for row in rows if not row["known"]]
    click.echo(f"\n{len(rows) - len(lacking)} of {len(rows)} people are known everywhere.")
    for row in lacking:
        click.echo(f"{row['person']}: {_lacking(row)}")
    if lacking:
        click.echo("To say it yourself: pm people map PERSON --slack USER --jira ACCOUNT")
    if data["unknown_accounts"]:
        click.echo("\nAccounts with work that belong to nobody in directives.yaml:\n")
        known = ("team", "account", "open_issues", "open_pull_requests")
        print_columns(
            ("TEAM", "ACCOUNT", "OPEN ISSUES", "OPEN PULL REQUESTS"),
            [tuple(each[key] for key in known) for each in data["unknown_accounts"]],
        )


def _known_by(row: Mapping[str, Any]) -> str:
    ways = dict.fromkeys(row[service.value]["known_by"] for service in Service)
    return ", ".join(way for way in ways if way) or "-"


def _lacking(row: Mapping[str, Any]) -> str:
    """Why, in one line: what is being asked, what is missing, or that nobody has looked yet."""
    doubts = [f"may be {each['account']}, which only they can say: {each['why']}" for each in row["in_doubt"]]
    missing = [f"{each['service']}: {each['why']}" for each in row["missing"]]
    refused = [f"has said that {account} is not theirs" for account in row["refused"]]
    return "; ".join(doubts + refused + missing) or "not looked for yet; a running agent does so once a day"


def _told(given: Mapping[Service, str]) -> str:
    return ", ".join(f"{service} {account}" for service, account in given.items())


def _done(data: Mapping[str, Any], words: str, as_json: bool) -> None:
    if as_json:
        print_json(data)
    else:
        click.echo(words)
