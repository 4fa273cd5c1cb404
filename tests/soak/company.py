"""Forty people of five teams in six time zones, under the product's own constitution."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from models.ids import AccountId, PersonId, TeamId
from models.work import Person
from tests.soak.hours import SUNDAY_TO_THURSDAY, Hours

CONSTITUTION = Path(__file__).parents[2] / "directives.yaml"

PLACES = {
    "ny": ("America/New_York", "US"),
    "la": ("America/Los_Angeles", "US-CA"),
    "muc": ("Europe/Berlin", "DE-BY"),
    "tlv": ("Asia/Jerusalem", "IL"),
    "blr": ("Asia/Kolkata", "IN"),
    "syd": ("Australia/Sydney", "AU-NSW"),
}
"""Zone and country. Between 7 September and 6 December 2026 four of them change their clocks, one the other way."""

WEEKEND_ON_FRIDAY = "tlv"

TEAMS = {
    "pay": ("ny", ("ny", "ny", "la", "ny", "la", "blr", "ny", "muc")),
    "web": ("muc", ("muc", "muc", "muc", "blr", "muc", "ny", "tlv", "muc")),
    "data": ("tlv", ("tlv", "tlv", "tlv", "tlv", "tlv", "muc", "blr", "tlv")),
    "ops": ("syd", ("syd", "syd", "syd", "syd", "blr", "la", "syd", "syd")),
    "app": ("blr", ("blr", "blr", "blr", "blr", "syd", "muc", "tlv", "ny")),
}
"""Where each team sits, and each of its people: first the project manager, then the one who leads and stands in."""

HOUSE = Hours("UTC", "US")
"""The constitution's hours; teams have a zone and holidays, and no days of their own."""


@dataclass(frozen=True)
class Member:
    """One of the forty, as the oracle knows them."""

    id: PersonId
    team: TeamId
    place: str
    channel: str
    on_call: bool

    @property
    def account(self) -> AccountId:
        return AccountId(f"acc-{self.id}")

    @property
    def hours(self) -> Hours:
        zone, country = PLACES[self.place]
        return Hours(zone, country, SUNDAY_TO_THURSDAY) if self.place == WEEKEND_ON_FRIDAY else Hours(zone, country)

    def as_person(self, zone: str | None = None) -> Person:
        """As the mirror holds them; ``zone`` when they travel."""
        home, country = PLACES[self.place]
        return Person(
            id=self.id, name=str(self.id).title(), zone=zone or home, account=self.account, holidays=country, slack=None
        )


def members(team: str) -> list[Member]:
    places = TEAMS[team][1]
    return [
        Member(
            id=PersonId(f"{team}{n}"),
            team=TeamId(team),
            place=place,
            channel="jira" if n == 5 else "dm",
            on_call=n == 1,
        )
        for n, place in enumerate(places)
    ]


EVERYBODY: dict[PersonId, Member] = {member.id: member for team in TEAMS for member in members(team)}


def written(folder: Path) -> Path:
    """The constitution's file: every rule of the product's own, and these teams."""
    data = yaml.safe_load(CONSTITUTION.read_text(encoding="utf-8"))
    data["teams"] = [_team(team, place) for team, (place, _) in TEAMS.items()]
    file = folder / "directives.yaml"
    file.write_text(yaml.safe_dump(data, sort_keys=False, allow_unicode=True), encoding="utf-8")
    return file


def _team(team: str, place: str) -> dict[str, Any]:
    zone, country = PLACES[place]
    everybody = members(team)
    pm, lead = everybody[0].id, everybody[1].id
    return {
        "id": team,
        "name": team.title(),
        "zone": zone,
        "holidays": country,
        "mode": "act",
        "jira": {"projects": [team.upper()], "boards": [list(TEAMS).index(team) + 1], "blocked_statuses": ["Blocked"]},
        "bitbucket": {"workspace": "acme", "repositories": [team]},
        "channels": {"team": team, "leadership": "leadership", "ops": "ops"},
        "roles": {
            "pm": [pm],
            "deputy_pm": [lead],
            "tech_lead": [lead],
            "admins": [pm],
            "approvers": [pm, lead],
        },
        "digest": {"at": "09:30"},
        "members": [_member(member) for member in everybody],
    }


def _member(member: Member) -> dict[str, Any]:
    zone, country = PLACES[member.place]
    said = {
        "id": str(member.id),
        "name": str(member.id).title(),
        "slack": f"U{str(member.id).upper()}",
        "jira": str(member.account),
        "bitbucket": str(member.account),
        "zone": zone,
        "holidays": country,
        "channel": member.channel,
        "on_call": member.on_call,
    }
    if member.place == WEEKEND_ON_FRIDAY:
        said["hours"] = {"hours": "09:00-18:00", "days": ["sun", "mon", "tue", "wed", "thu"]}
    return said
