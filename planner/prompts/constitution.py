"""The constitution as a model reads it: the same bytes for the same directives, so that the vendor's cache holds it.

No date, no id of an account, no version: what changes while the rules stay as they are would cost the cache.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from models.directives import Directive, Directives, Level, Team
from models.ids import TeamId
from models.once import once_for_each

LEVELS = ("critical", "high", "medium", "low")


@once_for_each
def constitution(directives: Directives, team: TeamId) -> str:
    """Every line in the order of the file, marked where no code keeps it, and the people of ``team``.

    Of people their name, zone and roles: what ``notes`` say of somebody's ways is kept from models.
    """
    own = directives.team(team)
    lines = (*_role(directives), *_sections(directives), *_levels(directives), *_team(own))
    return "\n".join(("The constitution", "", *lines))


def _role(directives: Directives) -> Iterator[str]:
    yield f"You work for: {directives.role.title}. {directives.role.says}"


def _sections(directives: Directives) -> Iterator[str]:
    objectives, autonomy = directives.objectives, directives.autonomy
    sections: Sequence[tuple[str, Sequence[Directive]]] = (
        ("Objectives", objectives.primary),
        ("Further objectives", objectives.secondary),
        ("Communication", directives.communication),
        ("Escalation", directives.escalation),
        ("May be done without asking", autonomy.automatic),
        ("Needs somebody's yes", autonomy.needs_confirmation),
        ("Never", autonomy.never),
        ("In doubt", directives.uncertainty),
        ("Learning", directives.learning),
    )
    for title, lines in sections:
        yield from _section(title, lines)


def _section(title: str, lines: Sequence[Directive]) -> Iterator[str]:
    if lines:
        yield from ("", title, *(_line(each) for each in lines))


def _line(line: Directive) -> str:
    """``- blocked-1-day: No ticket ...``; a line that no code keeps is marked, for there a judgement counts."""
    advice = "" if line.rule is not None or line.kept_by else " (advice)"
    return f"- {line.id}: {_one_line(line.says)}{advice}"


def _levels(directives: Directives) -> Iterator[str]:
    yield from ("", "Urgency")
    for name in LEVELS:
        level = next((each for key, each in directives.urgency.items() if key == name), None)
        if level is not None:
            yield from _level(name, level)


def _level(name: str, level: Level) -> Iterator[str]:
    yield f"- {name}: {_one_line(level.says)}"
    yield from (_line(each) for each in level.directives)


def _team(team: Team) -> Iterator[str]:
    yield from ("", "The team")
    for member in sorted(team.members, key=lambda each: each.id):
        roles = sorted(role for role, people in team.roles.items() if member.id in people)
        yield f"- {', '.join((f'{member.id} ({_one_line(member.name)}, {member.zone})', *roles))}"


def _one_line(words: str) -> str:
    return " ".join(words.split())
