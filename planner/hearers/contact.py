"""How a person wants to be contacted, in their own word: checked, kept, and lived by instead of the constitution's."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, Literal

from models.directives import WEEKDAYS, Directives, Hours, Member, Team, Weekday
from models.ids import PersonId, TeamId
from models.scalars import zone_named
from planner.bounds.limits import most_a_day, most_for
from planner.bounds.worktime import house_hours

ALL_TEAMS, ABOUT = TeamId("-"), "contact"
"""Under these names wishes are kept, by person: one for all their teams."""

Channel = Literal["", "dm", "jira", "learn"]
CHANNELS: tuple[Channel, ...] = ("dm", "jira", "learn")
WAYS: Mapping[str, str] = {
    "dm": "as direct messages",
    "jira": "as Jira comments",
    "learn": "as direct messages or Jira comments, whichever you answer",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """One person's own word; whatever is left empty is as the constitution has it."""

    hours: str = ""
    """``10:00-16:00``: when messages may come."""
    days: tuple[Weekday, ...] = ()
    zone: str = ""
    per_day: int | None = None
    """At most so many messages unasked on one day; never more than the constitution's limit."""
    channel: Channel = ""

    def __bool__(self) -> bool:
        return self != Wish()


NO_WISH = Wish()
"""Somebody who leaves it to the constitution."""


class NotAWish(ValueError):
    """What somebody wants cannot be; ``field`` names which part, the message says why and what can."""

    def __init__(self, field: str, why: str) -> None:
        super().__init__(why)
        self.field = field


# --- from what was typed ----------------------------------------------------------------------------------------

_HOURS = re.compile(r"(\d{1,2})(?:[:.](\d\d))?\s*(?:-|–|—|to|until)\s*(\d{1,2})(?:[:.](\d\d))?")


def read_hours(typed: str) -> str:
    """``9:00 - 17.30`` as ``09:00-17:30``; nothing stays nothing. Raises ``NotAWish``."""
    said = " ".join(typed.split())
    if not said:
        return ""
    found = _HOURS.fullmatch(said)
    if found is None:
        raise NotAWish("hours", "Write two times of a day, for example 10:00-16:00.")
    begin, end = (f"{int(found[n]):02d}:{found[n + 1] or '00'}" for n in (1, 3))
    try:
        return Hours(hours=f"{begin}-{end}").hours
    except ValueError:
        raise NotAWish("hours", "The second time must be later on the same day, for example 10:00-16:00.") from None


def read_per_day(typed: str, most: int) -> int | None:
    """A number from 0 to ``most``; nothing stays nothing. Raises ``NotAWish``."""
    said = typed.strip()
    if not said:
        return None
    if not re.fullmatch(r"[0-9]{1,3}", said):
        raise NotAWish("per_day", f"Write a whole number from 0 to {most}.")
    if int(said) > most:
        why = f"At most {most} a day: the constitution's limit. You can choose fewer, not more."
        raise NotAWish("per_day", why)
    return int(said)


def read_zone(typed: str) -> str:
    """An IANA time zone; nothing stays nothing. Raises ``NotAWish``."""
    said = typed.strip()
    try:
        return zone_named(said) if said else ""
    except ValueError as wrong:
        raise NotAWish("zone", f"{str(wrong)[:1].upper()}{str(wrong)[1:]}.") from None


def wish_of(given: Mapping[str, Any], most: int) -> Wish:
    """What ``given`` (words by the names of ``Wish``'s fields, typed by anybody) asks for. Raises ``NotAWish``."""
    days = given.get("days") or ()
    if isinstance(days, str) or any(day not in WEEKDAYS for day in days):
        raise NotAWish("days", "Those are no days of the week.")
    channel = str(given.get("channel") or "")
    if channel not in ("", *CHANNELS):
        raise NotAWish("channel", "Choose direct messages, Jira comments, or to have it learnt.")
    per_day = given.get("per_day")
    return Wish(
        hours=read_hours(str(given.get("hours") or "")),
        days=tuple(day for day in WEEKDAYS if day in days),
        zone=read_zone(str(given.get("zone") or "")),
        per_day=read_per_day("" if per_day is None else str(per_day), most),
        channel=channel,
    )


# --- beside the constitution --------------------------------------------------------------------------------------


def usual(member: Member, team: TeamId, directives: Directives) -> Wish:
    """How ``directives`` themselves have ``member`` contacted, as a wish for all of it would say."""
    hours = member.reached or member.hours or house_hours(directives)
    per_day = most_for(member.id, team, directives)
    channel = member.channel or "learn"
    return Wish(hours=hours.hours, days=hours.days, zone=member.zone, per_day=per_day, channel=channel)


def beside(wish: Wish, given: Wish) -> Wish:
    """Of ``wish`` what differs from what is ``given``: only that is somebody's own word, the rest follows the file."""
    own = {each.name: getattr(wish, each.name) for each in fields(wish)}
    return Wish(**{name: value for name, value in own.items() if value != getattr(given, name)})


def whole(wish: Wish, given: Wish) -> Wish:
    """How somebody is contacted now: their own word, and for the rest what is ``given``."""
    own = {each.name: getattr(wish, each.name) for each in fields(wish)}
    return replace(given, **{name: value for name, value in own.items() if value not in ("", (), None)})


# --- kept and lived by ------------------------------------------------------------------------------------------


def to_keep(wish: Wish) -> Mapping[str, Any]:
    """As plain values for the store."""
    return {each.name: value for each in fields(wish) if (value := getattr(wish, each.name)) not in ("", (), None)}


def wishes(kept: Mapping[str, Any]) -> Mapping[PersonId, Wish]:
    """What is kept, by person; what cannot be read is nobody's wish. A limit that has come down since still holds."""
    found: dict[PersonId, Wish] = {}
    for person, given in kept.items():
        try:
            found[PersonId(person)] = wish_of(given, _ANY)
        except (NotAWish, AttributeError, TypeError):
            continue
    return found


_ANY = 999
"""What is kept was checked when it was said, and is held to the limit of the day whenever it counts."""


def heeded(directives: Directives, said: Mapping[PersonId, Wish]) -> Directives:
    """The same constitution, with members as they want to be contacted: their own word wins, within its limit."""
    everybody = {member.id for team in directives.teams for member in team.members}
    own = {person: wish for person, wish in said.items() if wish and person in everybody}
    if not own:
        return directives
    teams = tuple(_with_wishes(team, own, directives) for team in directives.teams)
    return directives.model_copy(update={"teams": teams})


def _with_wishes(team: Team, own: Mapping[PersonId, Wish], directives: Directives) -> Team:
    members = tuple(_as_wished(m, own[m.id], directives) if m.id in own else m for m in team.members)
    return team.model_copy(update={"members": members})


def _as_wished(member: Member, wish: Wish, directives: Directives) -> Member:
    changes: dict[str, Any] = {}
    if wish.hours or wish.days:
        given = member.reached or member.hours or house_hours(directives)
        changes["reached"] = Hours(hours=wish.hours or given.hours, days=wish.days or given.days)
    if wish.zone:
        changes["zone"] = wish.zone
    if wish.per_day is not None:
        changes["per_day"] = min(wish.per_day, most_a_day(directives)[1])
    if wish.channel:
        changes["channel"] = None if wish.channel == "learn" else wish.channel
    return member.model_copy(update=changes)


# --- in words ---------------------------------------------------------------------------------------------------


def told(wish: Wish) -> tuple[str, ...]:
    """Each thing that was said: ``at most 0 messages a day``, ``10:00-16:00``, ``Mon to Fri``."""
    parts = [wish.hours, named_days(wish.days), f"{wish.zone} time" if wish.zone else ""]
    if wish.per_day is not None:
        parts.append(messages_a_day(wish.per_day))
    parts.append(WAYS.get(wish.channel, ""))
    return tuple(part for part in parts if part)


def messages_a_day(most: int) -> str:
    """``at most one message a day unasked``."""
    if most == 0:
        return "no message unasked"
    return f"at most {'one message' if most == 1 else f'{most} messages'} a day unasked"


def named_days(days: Sequence[Weekday]) -> str:
    """``Mon to Fri``, ``Mon, Wed``, ``every day``."""
    places = [WEEKDAYS.index(day) for day in days]
    names = [day.capitalize() for day in days]
    if len(places) == len(WEEKDAYS):
        return "every day"
    if len(places) > 2 and places == list(range(places[0], places[0] + len(places))):
        return f"{names[0]} to {names[-1]}"
    return ", ".join(names)


def minding(said: Mapping[PersonId, Wish], people: Iterable[PersonId]) -> int:
    """How many of ``people`` have a wish of their own."""
    return sum(bool(said.get(person)) for person in set(people))
