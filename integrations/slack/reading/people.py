"""Who people are in Slack: read together, believed for a while, forgotten as soon as Slack says that one changed."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from integrations.payloads import inside, words
from integrations.slack.reading.members import SlackMember, read_member
from models.clock import Clock
from models.errors import Refused, Unclear
from models.ids import SlackUserId

FRESH = 900.0
"""Seconds for which what Slack said of a person is believed: 15 minutes. Its events end that belief at once."""

GROUP_FRESH = 300.0
"""Seconds for a user group, from which approvers may come: five minutes."""

MANY = 24
"""Unknown people from which on the member list is read instead of each of them."""

_PER_PAGE = 200
"""Slack's advice for users.list."""

_TOGETHER = 50
"""People dnd.teamInfo takes at once."""

_KEPT = 5_000
_STRANGERS = frozenset({"user_not_found", "user_not_visible", "users_not_found"})
"""Slack's words for somebody it does not know or does not show us."""

Ask = Callable[..., Awaitable[Any]]
"""A reading call: the name of the method and its arguments."""

Changed = Callable[[], Awaitable[Collection[str]]]
"""Ids of people and user groups that changed since this was asked last; it is asked before any belief is used."""


async def nobody() -> Collection[str]:
    """Where no events arrive, beliefs end by age alone."""
    return ()


T = TypeVar("T", dict[str, Any], list[Any])


def told(answer: Any, key: str, kind: type[T]) -> T:
    """``answer[key]``, which must be there: an answer without it says nothing. Raises ``Unclear``."""
    value = answer.get(key)
    if not isinstance(value, kind):
        raise Unclear(f"Slack's answer has no {key} that can be read")
    return value


@dataclass(frozen=True, slots=True)
class _Known:
    """What was said, when and after how many changes we began to ask; ``None`` is somebody Slack does not know."""

    asked: float
    change: int
    member: SlackMember | None


class People:
    """The members of one workspace, and its user groups. Raises what ``ask`` raises."""

    def __init__(self, ask: Ask, clock: Clock, changed: Changed = nobody) -> None:
        self._ask = ask
        self._hear = changed
        self._clock = clock
        self._known: dict[str, _Known] = {}
        self._groups: dict[str, tuple[float, int, tuple[SlackUserId, ...]]] = {}
        self._change = self._all_changed = 0
        self._changed: dict[str, int] = {}
        self._reading = asyncio.Lock()

    async def members(self, users: Collection[str]) -> Mapping[str, SlackMember]:
        """Everybody of ``users`` whom Slack knows, by id; those it does not know are left out.

        Costs nothing while all are fresh; else one users.info for each stale one, or a few pages of users.list when
        they are many, and one dnd.teamInfo for fifty.
        """
        await self._listen()
        wanted = list(dict.fromkeys(users))
        found = self._fresh(wanted)
        if found is None:  # only who is not known waits for Slack; whoever asks for the same meanwhile finds it here
            async with self._reading:
                found = self._fresh(wanted)
                if found is None:
                    found = await self._found(wanted)
        return {user: member for user, member in found.items() if member is not None}

    def _fresh(self, users: Sequence[str]) -> Mapping[str, SlackMember | None] | None:
        """Everybody of ``users`` as they are believed; ``None`` when that is over for one of them."""
        return {user: self._known[user].member for user in users} if all(map(self._is_fresh, users)) else None

    async def _found(self, users: Sequence[str]) -> Mapping[str, SlackMember | None]:
        if len(self._known) > _KEPT:
            self._known.clear()
        await self._read([user for user in users if not self._is_fresh(user)])
        return {user: self._known[user].member for user in users}

    async def member(self, user: str) -> SlackMember:
        """One person. Raises ``Refused`` (``user_not_found``) when Slack does not know them."""
        found = (await self.members([user])).get(user)
        if found is None:
            raise Refused(
                f"Slack knows no user {user}; check the person's slack id in directives.yaml", code="user_not_found"
            )
        return found

    async def by_email(self, email: str) -> SlackMember | None:
        """Whose address this is; ``None`` when Slack names nobody, or somebody with another address."""
        if "@" not in email:
            return None
        try:
            answer = await self._ask("users.lookupByEmail", email=email.strip())
        except Refused as refused:
            if refused.code in _STRANGERS:
                return None
            raise
        member = read_member(told(answer, "user", dict), {}, self._clock.real())
        other = member.email is not None and member.email.casefold() != email.strip().casefold()
        return None if other or not member.id else member

    async def group(self, usergroup: str) -> Sequence[SlackUserId]:
        """The people of a user group, believed for five minutes. Raises ``Refused`` when there is none of that id."""
        await self._listen()
        known = self._groups.get(usergroup)
        if known is None or self._is_over(usergroup, known[0], known[1], GROUP_FRESH):
            asked, change = self._clock.monotonic(), self._change
            answer = await self._ask("usergroups.users.list", usergroup=usergroup)
            users = tuple(SlackUserId(str(user)) for user in told(answer, "users", list))
            known = self._groups[usergroup] = (asked, change, users)
        return known[2]

    def forget(self, id: str) -> None:
        """Slack has told that something about this person or user group changed; also of what is being read now."""
        self._change += 1
        self._changed[id] = self._change
        if len(self._changed) > _KEPT:
            self._changed, self._all_changed = {}, self._change

    async def _listen(self) -> None:
        for id_ in await self._hear():
            self.forget(id_)

    # --- how -------------------------------------------------------------------------------------------

    def _is_fresh(self, user: str) -> bool:
        known = self._known.get(user)
        return known is not None and not self._is_over(user, known.asked, known.change, FRESH)

    def _is_over(self, id: str, asked: float, change: int, fresh: float) -> bool:
        changed = max(self._changed.get(id, 0), self._all_changed)
        return changed > change or self._clock.monotonic() - asked > fresh

    async def _read(self, users: Sequence[str]) -> None:
        asked, change = self._clock.monotonic(), self._change
        found = await self._listed(users) if len(users) > MANY else {}
        for user in users:
            if user not in found:
                found[user] = await self._info(user)
        quiet = await self._quiet([user for user, data in found.items() if _reachable(data)])
        real = self._clock.real()
        for user, data in found.items():
            member = read_member(data, quiet.get(user) or {}, real) if data else None
            self._known[user] = _Known(asked, change, member)

    async def _info(self, user: str) -> Mapping[str, Any]:
        """What users.info says, nothing when Slack does not know them."""
        try:
            answer = await self._ask("users.info", user=user)
        except Refused as refused:
            if refused.code in _STRANGERS:
                return {}
            raise
        return told(answer, "user", dict)

    async def _listed(self, users: Sequence[str]) -> dict[str, Mapping[str, Any]]:
        """Those of ``users`` on the first pages of the member list: no more pages than are worth it."""
        wanted, found, cursor = set(users), dict[str, Mapping[str, Any]](), ""
        for _ in range(len(users) // 4):
            page = await self._ask("users.list", limit=_PER_PAGE, **({"cursor": cursor} if cursor else {}))
            members = (member for member in told(page, "members", list) if isinstance(member, dict))
            found |= {str(member["id"]): member for member in members if member.get("id") in wanted}
            cursor = next_page(page)
            if not cursor or len(found) == len(wanted):
                break
        return found

    async def _quiet(self, users: Sequence[str]) -> Mapping[str, Mapping[str, Any]]:
        """Do-not-disturb by person. Snoozes of others Slack shows to nobody, so nothing is lost by asking for many."""
        found: dict[str, Mapping[str, Any]] = {}
        try:
            for at in range(0, len(users), _TOGETHER):
                found |= await self._quiet_of(users[at : at + _TOGETHER])
        except Refused:  # without dnd:read we still know the rest
            return found
        return found

    async def _quiet_of(self, users: Sequence[str]) -> Mapping[str, Mapping[str, Any]]:
        """At most fifty. Slack refuses all for one it does not show us: then each is asked for alone."""
        if len(users) > 1:  # dnd.teamInfo wants more than one
            try:
                answer = await self._ask("dnd.teamInfo", users=list(users))
                return {user: each for user, each in told(answer, "users", dict).items() if isinstance(each, dict)}
            except Refused as refused:
                if refused.code not in _STRANGERS:
                    raise
        found = {}
        for user in users:
            try:
                found[user] = await self._ask("dnd.info", user=user)
            except Refused as refused:
                if refused.code not in _STRANGERS:
                    raise
        return found


def next_page(page: Any) -> str:
    """The cursor of the next page; empty on the last."""
    return words(inside(page.get("response_metadata"), "next_cursor"))


def _reachable(user: Mapping[str, Any]) -> bool:
    return bool(user) and not user.get("deleted") and not user.get("is_bot")
