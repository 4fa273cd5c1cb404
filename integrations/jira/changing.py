"""Changing one issue: its owner, status, priority, links. Each change is sent once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from integrations.jira import mapping
from integrations.jira.nouns import transition_of
from integrations.jira.reading import Reading
from integrations.jira.site import Session, path_of
from integrations.payloads import inside, rows, words
from integrations.rest import answer, listing
from models.errors import Refused, Unclear
from models.ids import AccountId, IssueKey
from models.ways import Transition


class Changing(Reading):
    """What may be changed in one issue."""

    async def assign(self, issue: IssueKey | str, account: AccountId | None) -> None:
        """Give an issue to somebody; ``None`` takes its owner off.

        Raises ``Refused`` (``not_assignable``) when Jira would not take them.
        """
        what = f"assign {issue}" if account is not None else f"unassign {issue}"
        if account is not None:
            able = await self._call(
                what, lambda s: listing(what, s.core.find_assignable_users(issue_key=issue, account_id=account))
            )
            if account not in {mapping.account_of(user) for user in able}:
                raise Refused(f"{what}: this person cannot be assigned in its project", code="not_assignable")
        body = {"accountId": str(account) if account is not None else None}
        await self._call(what, lambda s: answer(what, s.core.assign_issue(path_of(issue), data=body)))

    async def transitions(self, issue: IssueKey | str) -> list[Transition]:
        """Where this issue can go from its present status; to be asked each time, ids differ between issues."""
        what = f"list transitions of {issue}"
        found = await self._object(what, lambda s: s.core.get_transitions(path_of(issue), expand="transitions.fields"))
        if not isinstance(found.get("transitions"), list):
            raise Unclear(f"{what}: the answer has no transitions")
        return [each for raw in found["transitions"] if (each := transition_of(raw)) is not None]

    async def transition(self, issue: IssueKey | str, transition_id: str) -> None:
        """Send an issue the way ``transitions`` has told."""
        body = {"transition": {"id": str(transition_id)}}
        await self._write(f"move {issue} on", lambda s: s.core.do_transition(path_of(issue), data=body))

    async def set_priority(self, issue: IssueKey | str, priority_name: str) -> None:
        """Give an issue a priority it may have. Raises ``Refused`` (``no_such_priority``) with the names it may."""
        what = f"set the priority of {issue}"
        allowed = await self.priorities(issue)
        number = _named(allowed, priority_name)
        if number is None:
            may = ", ".join(allowed) or "none: the priority is not on its screen"
            raise Refused(f"{what}: {priority_name!r} is not among what it may have ({may})", code="no_such_priority")
        body = {"fields": {"priority": {"id": number}}}
        await self._write(what, lambda s: s.core.edit_issue(path_of(issue), data=body))

    async def set_flag(self, issue: IssueKey | str, on: bool) -> None:
        """Flag an issue as an impediment, or take its flag off. Raises ``Refused`` (``no_flag``) where neither can be.

        The field and its one value are the site's own, as its metadata names them.
        """
        what = f"{'flag' if on else 'unflag'} {issue}"
        field = (await self.site_fields()).flagged
        value = await self.flag_of(issue, field) if field is not None else None
        if field is None or value is None:
            raise Refused(f"{what}: there is no flag on its edit screen. Change it in Jira.", code="no_flag")
        body = {"fields": {field: [{"id": value}] if on else []}}
        await self._write(what, lambda s: s.core.edit_issue(path_of(issue), data=body))

    async def link(self, kind: str, inward: IssueKey | str, outward: IssueKey | str) -> None:
        """Link two issues: with ``Blocks``, ``inward`` blocks ``outward``, and ``outward`` *is blocked by* it.

        Raises ``Refused`` (``no_such_link``) with the names the site has. A link that is there already stays one.
        """
        what = f"link {inward} to {outward}"
        found = await self._object(what, lambda s: s.core.get_issue_link_types())
        kinds = {words(inside(raw, "name")): str(inside(raw, "id")) for raw in rows(found.get("issueLinkTypes"))}
        number = _named(kinds, kind)
        if number is None:
            raise Refused(f"{what}: there is no link {kind!r} here ({', '.join(kinds)})", code="no_such_link")
        body = {"type": {"id": number}, "inwardIssue": {"key": str(inward)}, "outwardIssue": {"key": str(outward)}}
        await self._write(what, lambda s: s.core.link_issues(data=body))

    async def _write(self, what: str, ask: Any) -> None:
        """A write whose answer says nothing but that it is done."""

        def sent(session: Session) -> None:
            answer(what, ask(session))

        await self._call(what, sent)


def _named(ids: Mapping[str, str], name: str) -> str | None:
    """The id of that name, whatever its case."""
    return next((number for known, number in ids.items() if known.casefold() == name.strip().casefold()), None)
