"""Jira's admin webhooks: what is registered, one more, one less. Needs the global permission *Administer Jira*.

Calls are raw: the library has no method for this address, which Atlassian documents outside its API description.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from integrations.hooks import Hook
from integrations.jira.nouns import HOOK_PATH, ISSUE_FILTER, hook_of
from integrations.jira.site import Site, path_of
from integrations.rest import answer, listing
from models.errors import Refused, Unclear


class AdminHooks(Site):
    """The webhooks of the site."""

    async def hooks(self) -> list[Hook]:
        """Every registered webhook, whoever made it. Registering is not idempotent: list first."""
        what = "list webhooks"
        found = await self._call(what, lambda s: listing(what, s.core.get(HOOK_PATH)))
        return [hook for raw in found if (hook := hook_of(raw)) is not None]

    async def add_hook(self, url: str, name: str, events: Iterable[str], jql: str, secret: str) -> Hook:
        """Register one more. ``jql`` narrows issue and comment events only.

        The secret can never be read again; without one (empty) deliveries are not signed.
        Raises ``Unclear`` when the answer names no webhook: it may be there, list again.
        """
        body: dict[str, Any] = {
            "name": name,
            "url": url,
            "events": sorted(events),
            "filters": {ISSUE_FILTER: jql},
            "excludeBody": False,
        } | ({"secret": secret} if secret else {})
        hook = hook_of(await self._object("register a webhook", lambda s: s.core.post(HOOK_PATH, data=body)))
        if hook is None:
            raise Unclear("register a webhook: the answer names none")
        return hook

    async def delete_hook(self, number: str) -> None:
        """Remove one; one that is gone already is fine."""
        what = f"delete webhook {number}"
        try:
            await self._call(what, lambda s: answer(what, s.core.delete(f"{HOOK_PATH}/{path_of(number)}")))
        except Refused as refused:
            if refused.code != "404":
                raise
