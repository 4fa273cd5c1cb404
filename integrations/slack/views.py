"""What one person has in front of them: their Home, and the windows they opened."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from integrations.slack.complaints import VIEW_FAULTS
from integrations.slack.outgoing.gate import Gate
from integrations.slack.reading.people import Ask
from models.errors import Refused

log = logging.getLogger(__name__)

View = Mapping[str, Any]


class Views:
    """Views of one workspace, each through the gate. Raises what ``ask`` raises."""

    def __init__(self, ask: Ask, gate: Gate) -> None:
        self._ask, self._gate = ask, gate

    async def publish(self, user: str, view: View, seen: str = "") -> str:
        """Draw somebody's Home, and tell its hash; when Slack refuses its blocks, its words alone.

        ``seen`` is the hash of the Home this one replaces. A call that was long under way is refused by it (``Refused``
        with ``hash_conflict``) instead of drawing older facts over newer ones.
        """
        safe, only = self._gate.view(view), {"hash": seen} if seen else {}
        try:
            answer = await self._ask("views.publish", user_id=user, view=safe, **only)
        except Refused as refused:
            if refused.code not in VIEW_FAULTS:
                raise
            log.warning("Slack refused a Home, so its words go alone: %s", refused, extra={"action": "blocks_refused"})
            answer = await self._ask("views.publish", user_id=user, view=self._gate.plain(safe), **only)
        drawn = answer.get("view")
        return str(drawn.get("hash") or "") if isinstance(drawn, Mapping) else ""

    async def open(self, trigger: str, view: View) -> None:
        """Open a window for whoever has just done something; a trigger lasts three seconds and is good for one."""
        await self._ask("views.open", trigger_id=trigger, view=self._gate.view(view))

    async def update(self, name: str, view: View) -> None:
        """Draw an open window again, by its ``external_id``. ``Refused`` with ``not_found`` while it is not there."""
        await self._ask("views.update", external_id=name, view=self._gate.view(view))
