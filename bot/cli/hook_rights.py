"""What a list of webhooks holds, or why it cannot be read: a dead token, a missing right, a vendor out of reach."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from bot.app import App
from bot.connections.bitbucket import repositories
from bot.connections.offices import Office
from integrations.hooks import Hook
from models.errors import Refused, VendorError
from models.events import Source

VENDORS = {Source.JIRA: "Jira", Source.BITBUCKET: "Bitbucket"}
NEEDS = {
    Source.JIRA: "the global permission Administer Jira, and a token without scopes",
    Source.BITBUCKET: "the scope read:webhook:bitbucket and an admin's rights there",
}
"""What looking takes."""
REFUSED = "401"
NO_RIGHT = frozenset({REFUSED, "403"})


class Why(StrEnum):
    """What kind of obstacle it is."""

    DEAD = "dead"
    """The token is refused everywhere."""
    RIGHT = "right"
    """The token is good, but may not do this."""
    OUT = "out"
    """The vendor does not answer, or not now."""
    OTHER = "other"
    """No such list, for example."""


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Why one list cannot be read or changed; ``words`` end without a full stop."""

    why: Why
    words: str

    @property
    def everywhere(self) -> bool:
        """Whether the vendor's other lists need not be tried."""
        return self.why in (Why.DEAD, Why.OUT)


@dataclass(frozen=True, slots=True)
class Look:
    """One list as it was seen, or why it was not."""

    office: Office
    hooks: tuple[Hook, ...] = ()
    obstacle: Obstacle | None = None


async def looks(app: App, offices: Sequence[Office]) -> list[Look]:
    """Every list; of a vendor that is out of reach, or refuses the token, only the first."""
    found, closed = list[Look](), set[Source]()
    for office in offices:
        if office.service in closed:
            continue
        seen = await look(app, office)
        found.append(seen)
        if seen.obstacle is not None and seen.obstacle.everywhere:
            closed.add(office.service)
    return found


async def look(app: App, office: Office) -> Look:
    """One list. Never raises ``VendorError``."""
    try:
        await _require_admin(app, office.service)
        return Look(office, tuple(await office.hooks()))
    except VendorError as failure:
        return Look(office, obstacle=await obstacle(app, office.service, failure))


async def obstacle(app: App, service: Source, failure: VendorError) -> Obstacle:
    """What ``failure`` means. A 401 may be a dead token, or a good one without the right: the vendor is asked."""
    words = str(failure).rstrip(". ")
    if not isinstance(failure, Refused):
        return Obstacle(Why.OUT, words)
    if failure.code == REFUSED and not await _signed_in(app, service):
        return Obstacle(Why.DEAD, _dead(app, service))
    if failure.code in NO_RIGHT:
        return Obstacle(Why.RIGHT, f"this token may not look: that needs {NEEDS[service]}")
    return Obstacle(Why.OTHER, words)


async def _require_admin(app: App, service: Source) -> None:
    """Jira's permission is asked for before its list. Raises ``Refused``, as Jira would a moment later.

    Who we are comes first: Jira tells nobody's permissions to a token it does not know, and calls that no error.
    """
    if service is not Source.JIRA or app.jira is None:
        return
    await app.jira.myself()
    if not (await app.jira.may(["ADMINISTER"]))["ADMINISTER"]:
        raise Refused("this account does not administer Jira", code="403")


async def _signed_in(app: App, service: Source) -> bool:
    """Whether the token is good for anything; when that cannot be found out, it is not called dead."""
    if service is Source.BITBUCKET:
        return await _reads_something(app)
    try:
        return app.jira is None or bool(await app.jira.myself())
    except VendorError as failure:
        return not (isinstance(failure, Refused) and failure.code == REFUSED)


async def _reads_something(app: App) -> bool:
    """A repository's own access token may be refused at the workspace, and the other way round."""
    places: list[str | None] = [None, *repositories(app.directives)]
    for place in places:
        if app.bitbucket is None or (await app.bitbucket.check(place)).ok:
            return True
    return False


def _dead(app: App, service: Source) -> str:
    if service is Source.BITBUCKET:
        return (
            "the token is refused: check BITBUCKET_EMAIL / BITBUCKET_TOKEN (the e-mail stays empty for an access token)"
        )
    words = "the token is refused: check ATLASSIAN_EMAIL / ATLASSIAN_API_TOKEN"
    if app.settings.atlassian_cloud_id:
        return f"{words}; a token without scopes needs ATLASSIAN_CLOUD_ID taken out"
    return f"{words}; a token with scopes also needs ATLASSIAN_CLOUD_ID"
