"""Which channels there are, by name, whether the app is in them, and who else reads them."""

from __future__ import annotations

import re

from integrations.slack.reading.people import Ask, next_page, told
from models.clock import Clock
from models.errors import NotDone, Refused, Unclear

_FRESH = 300.0
"""Seconds for which the list of channels is believed."""

_RETRY_LIST = 30.0
"""Seconds before a name that was not in the list is looked for again."""

_PAGES, _PER_PAGE = 20, 999
_KEPT = 5_000

SHARED = "channel_shared"
"""The ``code`` of a refusal to say something internal where others read it."""

_OTHERS = ("is_shared", "is_ext_shared", "is_org_shared", "is_pending_ext_shared", "pending_shared")
"""Slack's words for a channel that another organisation or workspace reads, or is invited to."""
_ID = re.compile(r"[CGD][A-Z0-9]{7,}")


class Places:
    """The conversations the app can see. Raises what ``ask`` raises."""

    def __init__(self, ask: Ask, clock: Clock) -> None:
        self._ask = ask
        self._clock = clock
        self._known: tuple[float, dict[str, str]] | None = None
        self._shared: dict[str, tuple[float, bool]] = {}

    async def named(self, name: str) -> str:
        """The id of ``#name``. Raises ``Refused`` when the app can see no such channel."""
        wanted = name.lstrip("#").strip()
        known = self._known
        believed = _FRESH if known is not None and wanted in known[1] else _RETRY_LIST
        if known is None or self._clock.monotonic() - known[0] > believed:
            known = self._known = (self._clock.monotonic(), await self._list())
        if wanted in known[1]:
            return known[1][wanted]
        if wanted in known[1].values():
            return wanted
        raise Refused(
            f"Slack shows no channel #{wanted}; check the name in directives.yaml and /invite the app there",
            code="channel_not_found",
        )

    async def inside(self, channel: str) -> bool:
        """Whether the app is a member of ``channel`` (id or name), asked anew each time."""
        try:
            id_ = channel if _ID.fullmatch(channel) else await self.named(channel)
            answer = await self._ask("conversations.info", channel=id_)
        except Refused as refused:
            if refused.code == "channel_not_found":  # a private channel shows itself to its members only
                return False
            raise
        found = told(answer, "channel", dict)
        return bool(found.get("is_member") or found.get("is_im")) and not found.get("is_archived")

    async def is_public(self, name: str) -> bool:
        """Whether a channel (id or name) is open to the workspace; not when the app cannot see it. Asked anew."""
        try:
            id_ = name if _ID.fullmatch(name) else await self.named(name)
            found = told(await self._ask("conversations.info", channel=id_), "channel", dict)
        except Refused as refused:
            if refused.code == "channel_not_found":
                return False
            raise
        closed = ("is_private", "is_im", "is_mpim", "is_ext_shared")
        return bool(found.get("is_channel")) and not any(found.get(each) for each in closed)

    async def is_shared(self, channel: str) -> bool:
        """Whether another organisation or workspace reads ``channel`` (id), or is invited to; believed for 5 minutes.

        Never without an answer of Slack: raises ``Refused`` with the remedy when it will not say, ``NotDone`` when it
        cannot now. A direct message is its reader's, whom we know.
        """
        if channel.startswith("D"):
            return False
        known = self._shared.get(channel)
        if known is None or self._clock.monotonic() - known[0] > _FRESH:
            if len(self._shared) >= _KEPT:
                self._shared.clear()
            known = self._shared[channel] = (self._clock.monotonic(), await self._read_by_others(channel))
        return known[1]

    async def ours_alone(self, channel: str) -> None:
        """Raise as ``is_shared``, and ``Refused`` (``channel_shared``) for a channel that others read."""
        if await self.is_shared(channel):
            raise Refused(
                f"{self._called(channel)} is shared with another organisation, so nothing internal is posted there; "
                "name another channel in directives.yaml",
                code=SHARED,
            )

    async def _read_by_others(self, channel: str) -> bool:
        try:
            found = told(await self._ask("conversations.info", channel=channel), "channel", dict)
        except Unclear as lost:  # nothing was said, and nothing will be before this is known
            raise NotDone(f"not known yet whether {self._called(channel)} is shared with others: {lost}") from lost
        except Refused as refused:
            raise Refused(
                f"Slack does not say whether {self._called(channel)} is shared with another organisation, so nothing "
                f"internal is posted there: {refused}",
                code=refused.code,
            ) from refused
        return any(found.get(each) for each in _OTHERS)

    def _called(self, channel: str) -> str:
        """``#engineering`` where the name is known, else the id."""
        known = self._known[1] if self._known is not None else {}
        return next((f"#{name}" for name, id_ in known.items() if id_ == channel), channel)

    async def _list(self) -> dict[str, str]:
        try:
            return await self._pages("public_channel,private_channel")
        except Refused as refused:
            if refused.code != "missing_scope":
                raise
            return await self._pages("public_channel")  # without groups:read the private ones are not shown

    async def _pages(self, kinds: str) -> dict[str, str]:
        found: dict[str, str] = {}
        cursor = ""
        for _ in range(_PAGES):
            page = await self._ask(
                "conversations.list",
                types=kinds,
                exclude_archived=True,
                limit=_PER_PAGE,
                **({"cursor": cursor} if cursor else {}),
            )
            rooms = [room for room in told(page, "channels", list) if isinstance(room, dict)]
            found |= {str(room["name"]): str(room["id"]) for room in rooms if room.get("name") and room.get("id")}
            cursor = next_page(page)
            if not cursor:
                break
        return found
