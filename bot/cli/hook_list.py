"""The work behind ``pm webhooks list`` and ``delete``: repositories and their workspace are looked at alike."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from bot.app import App
from bot.cli.hook_rights import NEEDS, VENDORS, Look, Obstacle, Why, looks, obstacle
from bot.cli.hooking import Choice, Done, delete_by_hand, every_office, failed
from bot.connections import hooks
from bot.connections.hooks import POLLING, Wanted
from bot.connections.offices import Office
from integrations.hooks import Hook
from models.errors import VendorError
from models.events import Source

ANYWHERE = "https://not-told.invalid"
"""Stands for an address nobody gave: then only the name tells which webhooks are ours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One webhook of a list, or a list that could not be read."""

    service: Source
    place: str
    id: str
    whose: str
    shown: str
    state: str
    obstacle: Obstacle | None = None

    def as_data(self) -> Mapping[str, object]:
        """For programs."""
        return {
            "service": self.service.value,
            "place": self.place,
            "id": self.id,
            "whose": self.whose,
            "address": self.shown,
            "state": self.state,
        }


@dataclass(frozen=True, slots=True)
class Listing:
    """Every webhook that could be seen, and what that says about ours."""

    rows: tuple[Row, ...]
    verdicts: tuple[str, ...]

    @property
    def complete(self) -> bool:
        """False when a token is dead or a vendor does not answer; a right that is missing is only told."""
        return all(row.obstacle is None or row.obstacle.why is Why.RIGHT for row in self.rows)


async def listed(app: App, choice: Choice) -> Listing:
    """Every webhook of every list where ours may be; a list we may not see is a row that says so."""
    rows, verdicts = list[Row](), list[str]()
    todo = every_office(app, choice)
    seen = await looks(app, todo)
    for service in dict.fromkeys(office.service for office in todo):
        want = hooks.wanted(service, choice.url or ANYWHERE, app.directives, choice.name)
        theirs = [row for each in seen if each.office.service is service for row in _rows(each, want)]
        places = [office.place for office in todo if office.service is service]
        rows += theirs
        verdicts += _verdict(service, theirs, places if choice.repos else [])
    return Listing(tuple(rows), tuple(verdicts))


def _verdict(service: Source, rows: Sequence[Row], only: Sequence[str]) -> list[str]:
    """Nothing when there is one of ours; that there is none is said only when everything could be seen."""
    if any(row.whose.startswith("ours") for row in rows):
        return []
    name, hidden = VENDORS[service], [row for row in rows if row.obstacle is not None]
    if hidden:
        everything = any(row.obstacle is not None and row.obstacle.everywhere for row in hidden)
        what = "its webhooks" if everything else ", ".join(row.place for row in hidden)
        return [f"{name}: unknown: {what} could not be listed"]
    where = f" at {', '.join(only)}" if only and service is Source.BITBUCKET else ""
    return [f"{name}: none is ours{where}: {POLLING}"]


def _rows(seen: Look, want: Wanted) -> list[Row]:
    if seen.obstacle is not None:
        return [_unseen(seen.office, seen.obstacle)]
    return [_row(seen.office, hook, want) for hook in seen.hooks]


def _row(office: Office, hook: Hook, want: Wanted) -> Row:
    if hooks.ours(hook, want):
        whose, shown, state = "ours", hook.url, "; ".join(hooks.lacks(hook, want)) or "right"
    elif hooks.astray(hook, want):
        whose, shown, state = "ours, elsewhere", hook.url, "points elsewhere"
    else:
        # A stranger's path and query may be a password.
        parts = urlsplit(hook.url)
        whose, shown, state = "stranger", f"{parts.scheme}://{parts.hostname}/…", "on" if hook.active else "off"
    return Row(service=office.service, place=office.place, id=hook.id, whose=whose, shown=shown, state=state)


def _unseen(office: Office, found: Obstacle) -> Row:
    state = found.words
    if found.why is Why.RIGHT:
        state = f"cannot be listed with this token: needs {NEEDS[office.service]}"
    return Row(service=office.service, place=office.place, id="-", whose="-", shown="-", state=state, obstacle=found)


# --- delete -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Sweep:
    """One deletion: of what, and whether it is only named."""

    app: App
    choice: Choice
    dry_run: bool
    tell: Callable[[str], None]


async def delete_ours(app: App, choice: Choice, *, dry_run: bool, tell: Callable[[str], None]) -> list[Done]:
    """Delete what points to our address, and nothing else; each is named before it goes. Raises ``OperatorError``."""
    url, todo = choice.address(), every_office(app, choice)
    wants = {service: hooks.wanted(service, url, app.directives, choice.name) for service in choice.services}
    sweep, done = Sweep(app=app, choice=choice, dry_run=dry_run, tell=tell), list[Done]()
    for each in await looks(app, todo):
        want = wants[each.office.service]
        done += await _swept(sweep, each, want) if _meant(choice, each.office) else _left(each, want)
    return done


def _meant(choice: Choice, office: Office) -> bool:
    """Whether it is deleted there: ``--workspace`` and ``--repo`` narrow it down."""
    if office.service is not Source.BITBUCKET or not (choice.workspace or choice.repos):
        return True
    return choice.workspace == office.place.startswith("workspace")


def _left(seen: Look, want: Wanted) -> list[Done]:
    """What is ours where nothing is to be deleted is named all the same; so is what could not be seen."""
    office = seen.office
    if seen.obstacle is not None:
        lines: tuple[str, ...] = (f"unknown whether one of ours is here too: {seen.obstacle.words}",)
    else:
        lines = tuple(f"also ours, and left: {h.id} ({h.url})" for h in seen.hooks if hooks.ours(h, want))
    return [Done(service=office.service, place=office.place, lines=lines)] if lines else []


async def _swept(sweep: Sweep, seen: Look, want: Wanted) -> list[Done]:
    office, lines = seen.office, list[str]()
    if seen.obstacle is not None:
        return [_undeleted(sweep, office, want, seen.obstacle, NEEDS[office.service])]
    for hook in (hook for hook in seen.hooks if hooks.ours(hook, want)):
        verb = "would delete" if sweep.dry_run else "deleting"
        sweep.tell(f"{office.place}: {verb} {hook.id} “{hook.name}” ({hook.url})")
        try:
            if not sweep.dry_run:
                await office.delete(hook.id)
        except VendorError as failure:
            found = await obstacle(sweep.app, office.service, failure)
            needs = NEEDS[office.service].replace("read:", "delete:")
            return [replace(_undeleted(sweep, office, want, found, needs), lines=tuple(lines))]
        lines.append(f"{'would be' if sweep.dry_run else 'is'} deleted: {hook.id} ({hook.url})")
    return [Done(service=office.service, place=office.place, lines=tuple(lines) or ("none of ours is here",))]


def _undeleted(sweep: Sweep, office: Office, want: Wanted, found: Obstacle, needs: str) -> Done:
    words = failed(office, found)
    if found.why is Why.RIGHT:
        hand = delete_by_hand(sweep.app, office, want.url)
        words = f"{VENDORS[office.service]}, {office.place}: this token may not (that needs {needs}): {hand}"
    return Done(service=office.service, place=office.place, lines=(), failed=(words,))
