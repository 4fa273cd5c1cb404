"""People as Jira knows them: found by account id or e-mail, never by a name; and what the token itself may do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from integrations.jira.nouns import JiraUser, user_of
from integrations.jira.site import Site
from integrations.payloads import inside
from integrations.rest import listing
from models.errors import Refused, Unclear
from models.ids import AccountId

MOST_FOUND = 50
"""People looked through for one address; more than a few means that it is no address."""


class People(Site):
    """Who is who, and who may do what."""

    async def users_with_email(self, email: str) -> list[JiraUser]:
        """Active people Jira finds for an address.

        The search looks at beginnings of names and addresses alike. Whoever shows another address is left out;
        whoever hides theirs (``email`` is ``None``) is told, but may have been found by a name somebody gave
        themselves: that proves nothing.
        """
        wanted = email.strip().casefold()
        if "@" not in wanted:
            return []
        what = "look an e-mail address up"
        found = await self._call(what, lambda s: listing(what, s.core.find_users(query=wanted, max_results=MOST_FOUND)))
        people = (user_of(raw) for raw in found)
        return [each for each in people if each is not None and (each.email or wanted).casefold() == wanted]

    async def user(self, account: AccountId | str) -> JiraUser | None:
        """Whose account this is, also when they have left (``active`` is false); ``None`` when it is nobody's."""
        try:
            return user_of(await self._object("read a user", lambda s: s.core.get_user(account_id=str(account))))
        except Refused as refused:
            if refused.code == "404":
                return None
            raise

    async def assignable(self, project: str, account: AccountId | str) -> bool:
        """Whether this person can be given issues of the project (a key)."""
        what = f"ask who can be assigned in {project}"
        able = await self._call(
            what, lambda s: listing(what, s.core.find_assignable_users(project=project, account_id=str(account)))
        )
        return any(user is not None and user.account == account for user in map(user_of, able))

    async def may(self, permissions: Sequence[str], project: str | None = None) -> Mapping[str, bool]:
        """Whether the token's account has each of these permissions (Jira's keys), in one project or anywhere."""
        what = f"read permissions in {project}" if project else "read permissions"
        asked = ",".join(permissions)
        found = await self._object(what, lambda s: s.core.get_my_permissions(permissions=asked, project_key=project))
        told = found.get("permissions")
        if not isinstance(told, dict):
            raise Unclear(f"{what}: the answer names none")
        return {name: inside(told, name, "havePermission") is True for name in permissions}
