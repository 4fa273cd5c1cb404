"""A constitution of many teams: each with people, a project, a board, a repository and channels of its own."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import yaml

from tests.world import CONSTITUTION


def of_teams(count: int) -> str:
    """The product's own, its team so many times over; everybody may hear of everything."""
    law = yaml.safe_load(patient(CONSTITUTION.read_text(encoding="utf-8")))
    first = law["teams"][0]
    law["teams"] = [first, *(_another(first, number) for number in range(1, count))]
    return str(yaml.safe_dump(law, sort_keys=False, width=10_000))


def patient(text: str) -> str:
    """A constitution under which nothing is unsaid for want of attention: a bench asks how soon it is said."""
    return text.replace(
        "per_person_per_day: 1, critical_per_person_per_day: 1",
        "per_person_per_day: 20, critical_per_person_per_day: 5",
    )


def _another(first: dict[str, Any], number: int) -> dict[str, Any]:
    people = {member["id"]: f"{member['id']}{number}" for member in first["members"]}
    other: dict[str, Any] = {"id": f"team{number}", "name": f"Team {number}"}
    other["jira"] = {**first["jira"], "projects": [f"T{number}"], "boards": [100 + number]}
    other["bitbucket"] = {**first["bitbucket"], "repositories": [f"service-{number}"]}
    other["channels"] = {"team": f"team-{number}", "leadership": f"leaders-{number}", "ops": "ops"}
    other["roles"] = {role: [people[each] for each in held] for role, held in first["roles"].items()}
    other["members"] = [_member(member, place, number) for place, member in enumerate(first["members"])]
    return deepcopy({**first, **other})  # copied, because YAML would point back to what is the same


def _member(member: dict[str, Any], place: int, number: int) -> dict[str, Any]:
    account = f"712020:{number:08x}-0000-4000-8000-{place:012x}"
    own = {"id": f"{member['id']}{number}", "name": f"{member['name']} {number}", "slack": f"U0{number:04d}TEAM{place}"}
    return {**member, **own, "jira": account, "bitbucket": account}
