"""Whether an id is somebody's: Jira and Slack are asked before an admin's word about it is kept."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from models.errors import OperatorError, Refused, VendorError
from models.ids import AccountId
from models.people import ATLASSIAN, Service

ELSEWHERE = "If it is right all the same, give it in directives.yaml, which is believed"


class JiraAccount(Protocol):
    """One Atlassian account."""

    @property
    def active(self) -> bool: ...  # noqa: D102
    @property
    def human(self) -> bool: ...  # noqa: D102


class InJira(Protocol):
    """Jira's directory."""

    async def myself(self) -> AccountId:
        """Whose the token is."""
        ...

    async def user(self, account: AccountId, /) -> JiraAccount | None:
        """Whose account it is, also when they have left."""
        ...


class SlackProfile(Protocol):
    """One member of the workspace."""

    @property
    def deleted(self) -> bool: ...  # noqa: D102
    @property
    def bot(self) -> bool: ...  # noqa: D102


class InSlack(Protocol):
    """Slack's directory."""

    async def member(self, user: str, /) -> SlackProfile:
        """Who it is. Raises ``Refused`` (``user_not_found``)."""
        ...


async def not_checked(given: Mapping[Service, str], jira: InJira | None, slack: InSlack | None) -> dict[Service, str]:
    """The ids nobody could be asked about, each with the reason; a vendor that is switched off is ``None``.

    An account in Bitbucket is an Atlassian account too, so Jira is asked about it. Raises ``OperatorError`` for an
    id that does not exist, is deactivated, or is no person's.
    """
    silent: dict[Service, str] = {}
    for service, account in given.items():
        vendor = "Jira" if service in ATLASSIAN else "Slack"
        try:
            if service in ATLASSIAN and jira is not None:
                await _in_jira(jira, AccountId(account))
            elif service is Service.SLACK and slack is not None:
                await _in_slack(slack, account)
            else:
                silent[service] = f"{vendor} is switched off here"
        except VendorError as failure:
            silent[service] = f"{vendor} did not answer: {' '.join(str(failure).split())}"
    return silent


async def _in_jira(jira: InJira, account: AccountId) -> None:
    user = await jira.user(account)
    if user is None:
        raise OperatorError(f"Jira knows no account {account}", hint=ELSEWHERE)
    if await jira.myself() == account:
        raise OperatorError(
            f"{account} is the account this agent works with (ATLASSIAN_EMAIL)", hint="Name the person's own account"
        )
    if not user.human:
        raise OperatorError(f"{account} is an app in Jira, not a person", hint="Name the person's own account")
    if not user.active:
        raise OperatorError(f"{account} is deactivated in Jira", hint="Name the account they work with now")


async def _in_slack(slack: InSlack, user: str) -> None:
    try:
        member = await slack.member(user)
    except Refused as refused:
        if refused.code not in ("user_not_found", "user_not_visible"):
            raise
        raise OperatorError(f"Slack knows no member {user}", hint="Their profile in Slack: Copy member ID") from None
    if member.bot:
        raise OperatorError(f"{user} is a bot in Slack, not a person", hint="Name the person's own member id")
    if member.deleted:
        raise OperatorError(f"{user} is deactivated in Slack", hint="Name the account they use now")
