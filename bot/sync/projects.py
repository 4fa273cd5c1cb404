"""Which projects there really are: only their keys are issue keys, so that ``UTF-8`` never becomes a ticket."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from integrations.jira import Jira
from models.clock import Clock
from models.directives import Directives
from models.errors import VendorError
from models.ids import TeamId
from models.store import Store

log = logging.getLogger(__name__)

REFRESHED = timedelta(days=1)
"""Real time between two readings of the site's projects."""

SITE = TeamId("-")
ABOUT, KEYS = "projects", "site"
"""Where the site's keys lie in the store's memory: they are no team's own."""


@dataclass
class Projects:
    """The allow-list of key prefixes: what the constitution names and the site has."""

    store: Store
    clock: Clock
    directives: Callable[[], Directives]
    """The constitution in force."""
    jira: Jira | None
    _warned: set[str] = field(default_factory=set)

    async def allowed(self) -> Sequence[str]:
        """Project keys whose issues may be named in titles and branches, refreshed once a day.

        While the site does not say, the constitution alone decides.
        """
        named = [project for team in self.directives().teams for project in team.jira.projects]
        real = await self._real()
        if not real:
            return named
        for project in sorted({p for p in named if p.upper() not in real} - self._warned):
            self._warned.add(project)
            log.warning("Jira shows us no project %s", project, extra={"action": "no_project", "project": project})
        return [project for project in named if project.upper() in real]

    async def _real(self) -> frozenset[str]:
        kept = (await self.store.recall(SITE, ABOUT)).get(KEYS)
        if kept is not None and self.clock.real() - datetime.fromisoformat(kept["at"]) < REFRESHED:
            return frozenset(kept["keys"])
        found = await self._ask()
        if found is None:
            return frozenset(kept["keys"]) if kept is not None else frozenset()
        await self.store.remember(SITE, ABOUT, KEYS, {"keys": sorted(found), "at": self.clock.real().isoformat()})
        return found

    async def _ask(self) -> frozenset[str] | None:
        if self.jira is None:
            return None
        try:
            return frozenset(key.upper() for key in await self.jira.project_keys())
        except VendorError as failure:
            log.warning("Jira does not list its projects: %s", failure, extra={"action": "projects_unknown"})
            return None
