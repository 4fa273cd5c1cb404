"""The search for people's accounts: Slack gives the address, Jira and Bitbucket are asked who has it."""

from __future__ import annotations

import logging
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from models.directives import Member
from models.errors import Refused
from models.ids import AccountId, PersonId, SlackUserId
from models.people import FOUND, Identity, Seen, Service, Standing
from planner.hearers.identity import Verdict, same_address, settle, without_conflicts

log = logging.getLogger(__name__)

_ACCOUNT = re.compile(r"[\w:.-]{1,128}")
"""What an Atlassian account id looks like; anything else is no id of theirs."""


class SlackProfile(Protocol):
    """What of a Slack member tells who they are elsewhere."""

    @property
    def id(self) -> SlackUserId: ...  # noqa: D102
    @property
    def name(self) -> str: ...  # noqa: D102
    @property
    def email(self) -> str | None: ...  # noqa: D102
    @property
    def deleted(self) -> bool: ...  # noqa: D102
    @property
    def bot(self) -> bool: ...  # noqa: D102


class InSlack(Protocol):
    """Slack's directory."""

    async def members(self, users: Collection[str]) -> Mapping[str, SlackProfile]:
        """Those of ``users`` Slack knows, by id."""
        ...

    async def user_by_email(self, email: str) -> SlackProfile | None:
        """Whose address it is."""
        ...


class JiraAccount(Protocol):
    """One account as Jira shows it; ``email`` is ``None`` when it is hidden."""

    @property
    def account(self) -> AccountId: ...  # noqa: D102
    @property
    def name(self) -> str: ...  # noqa: D102
    @property
    def email(self) -> str | None: ...  # noqa: D102
    @property
    def active(self) -> bool: ...  # noqa: D102
    @property
    def human(self) -> bool: ...  # noqa: D102


class InJira(Protocol):
    """Jira's directory."""

    async def users_with_email(self, email: str) -> Sequence[JiraAccount]:
        """Everybody its search finds for the address, those who hide theirs too."""
        ...

    async def user(self, account: AccountId) -> JiraAccount | None:
        """Whose account it is, also when they have left."""
        ...


class InBitbucket(Protocol):
    """Bitbucket's directory."""

    async def members(self, emails: Sequence[str]) -> Mapping[str, AccountId]:
        """The workspace's members by address."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """Looks people up; a directory that is switched off is ``None``."""

    slack: InSlack | None
    jira: InJira | None
    bitbucket: InBitbucket | None

    async def find(
        self,
        members: Sequence[Member],
        before: Sequence[Identity] = (),
        taken: Mapping[tuple[Service, str], PersonId] | None = None,
    ) -> list[Identity]:
        """What is found now for ``members``, each of whom lacks an account.

        One call to Slack for many profiles and one for each address without a Slack id, one to Jira for each
        address, one to Bitbucket for 90; and one to Jira for each account that only Bitbucket knows. ``before``
        is what is known of them, ``taken`` whose each account is already. Raises ``NotDone`` or ``Unclear``
        when a directory cannot be read now. One that refuses for good, or shows no addresses, says nothing:
        what an earlier search found there stays.
        """
        if not members:
            return []
        profiles, found = await self._profiles(members, before)
        addresses = {m.id: address for m in members if (address := _address(m, profiles.get(m.id)))}
        lacking = [m for m in members if m.account is None and m.id not in _left(members, profiles)]
        elsewhere = await self._in_bitbucket([addresses[m.id] for m in lacking if m.id in addresses])
        for member in lacking:
            theirs = [each for each in before if each.person == member.id and each.service is Service.JIRA]
            email, profile = addresses.get(member.id), profiles.get(member.id)
            found.append(
                _without_address(member, profile, theirs)
                if email is None
                else await self._atlassian(member, email, elsewhere.get(email), theirs)
            )
        found += [_departed(m) for m in members if m.account is None and m not in lacking]
        return without_conflicts(found, taken or {})

    # --- Slack ---------------------------------------------------------------------------------------------

    async def _profiles(
        self, members: Sequence[Member], before: Sequence[Identity]
    ) -> tuple[dict[PersonId, SlackProfile], list[Identity]]:
        """Everybody's Slack profile, by the id given, else by the address given; and the ids found that way."""
        if self.slack is None:
            return {}, []
        known = await self.slack.members([m.slack for m in members if m.slack is not None])
        profiles = {m.id: known[m.slack] for m in members if m.slack is not None and m.slack in known}
        found: list[Identity] = []
        for member in members:
            if member.slack is None:
                identity, profile = await self._by_address(member, before)
                found.append(identity)
                profiles.update({member.id: profile} if profile is not None else {})
        return profiles, found

    async def _by_address(self, member: Member, before: Sequence[Identity]) -> tuple[Identity, SlackProfile | None]:
        if member.email is None or self.slack is None:
            return _unknown(
                member, Service.SLACK, "directives.yaml gives neither a Slack id nor an e-mail address"
            ), None
        try:
            profile = await self.slack.user_by_email(member.email)
        except Refused as refused:
            theirs = [each for each in before if each.person == member.id and each.service is Service.SLACK]
            return _as_it_was(member, Service.SLACK, theirs, f"Slack refuses to look an address up: {refused}"), None
        if profile is None or profile.bot:
            return _unknown(member, Service.SLACK, "Slack knows nobody of that e-mail address"), None
        if profile.deleted:
            return _unknown(member, Service.SLACK, "the Slack account of that e-mail address is deactivated"), profile
        certain = Verdict(Standing.CERTAIN, "Slack names it for the e-mail address")
        return _identity(member, Service.SLACK, certain, str(profile.id), profile.name), profile

    # --- Jira and Bitbucket --------------------------------------------------------------------------------

    async def _in_bitbucket(self, emails: Sequence[str]) -> Mapping[str, AccountId]:
        if self.bitbucket is None or not emails:
            return {}
        try:
            return await self.bitbucket.members(sorted(set(emails)))
        except Refused as refused:
            log.warning("Bitbucket does not tell its members' addresses: %s", refused, extra={"action": "no_members"})
            return {}

    async def _atlassian(
        self, member: Member, email: str, elsewhere: AccountId | None, theirs: Sequence[Identity]
    ) -> Identity:
        before = next((AccountId(each.account) for each in theirs if each.standing is Standing.CERTAIN), None)
        try:
            seen = await self._in_jira(email, elsewhere or before)
        except Refused as refused:
            return _as_it_was(member, Service.JIRA, theirs, f"Jira refuses to look an address up: {refused}")
        no = {each.account for each in theirs if each.standing is Standing.REFUSED}
        verdict = settle(email, seen, elsewhere, refused=no, before=before)
        return _identity(member, Service.JIRA, verdict, verdict.account or "", verdict.name)

    async def _in_jira(self, email: str, elsewhere: AccountId | None) -> list[Seen]:
        """What the search finds; and ``elsewhere``, when Jira can tell that it is or was theirs.

        Jira's search leaves out who has left, Bitbucket may still name them. Where Bitbucket names nobody,
        ``elsewhere`` is the account that was certain until now.
        """
        if self.jira is None:
            return []
        seen = [_seen(user) for user in await self.jira.users_with_email(email) if _ACCOUNT.fullmatch(user.account)]
        if elsewhere is not None and all(each.account != elsewhere for each in seen):
            other = await self.jira.user(elsewhere)
            if other is not None and (not other.active or not other.human or same_address(other.email, email)):
                seen.append(_seen(other))
        return seen


def _seen(user: JiraAccount) -> Seen:
    return Seen(account=user.account, name=user.name, email=user.email, active=user.active, human=user.human)


def _address(member: Member, profile: SlackProfile | None) -> str | None:
    """The address to look for: the constitution's, else Slack's."""
    if member.email is not None:
        return member.email.strip().casefold()
    if profile is None or profile.deleted or profile.bot or profile.email is None:
        return None
    return profile.email.strip().casefold() or None


def _left(members: Sequence[Member], profiles: Mapping[PersonId, SlackProfile]) -> set[PersonId]:
    """Who has left: their address may be somebody else's by now."""
    return {m.id for m in members if m.id in profiles and profiles[m.id].deleted}


def _departed(member: Member) -> Identity:
    return _unknown(member, Service.JIRA, "their Slack account is deactivated")


def _without_address(member: Member, profile: SlackProfile | None, theirs: Sequence[Identity]) -> Identity:
    """Nothing to look for. A person's profile without an address may be all that our token is shown of it."""
    why = "no e-mail address is known: Slack shows none, directives.yaml gives none"
    if profile is None or profile.bot:
        return _unknown(member, Service.JIRA, why)
    return _as_it_was(member, Service.JIRA, theirs, why)


def _as_it_was(member: Member, service: Service, theirs: Sequence[Identity], why: str) -> Identity:
    """What an earlier search found, where nothing can be found out now: silence takes nobody's account away."""
    log.warning("%s of %s cannot be looked up: %s", service.value, member.id, why, extra={"action": "not_looked_up"})
    found = next((each for each in theirs if each.standing in FOUND and each.account), None)
    if found is None:
        return _unknown(member, service, why)
    # A question keeps the reason for which it is asked: the person reads it.
    return replace(found, why=f"it was certain before; now {why}") if found.standing is Standing.CERTAIN else found


def _unknown(member: Member, service: Service, why: str) -> Identity:
    return _identity(member, service, Verdict(Standing.UNKNOWN, why), "", "")


def _identity(member: Member, service: Service, verdict: Verdict, account: str, name: str) -> Identity:
    return Identity(
        person=member.id, service=service, account=account, standing=verdict.standing, why=verdict.why, name=name
    )
