"""Move one issue into a sprint, out of one, or from one to another, unless it is elsewhere by now."""

from __future__ import annotations

from dataclasses import dataclass

from integrations.jira.client import Jira
from integrations.jira.hand.deeds import already, is_ours, moved_on
from integrations.jira.hand.who import Who
from integrations.jira.moving import UNSURE
from integrations.jira.standing import Standing, Topic
from models.actions import ChangeSprintScope, was_of, will_be
from models.errors import Refused, Unclear
from models.proposals import Effect, Receipt


@dataclass(frozen=True, slots=True)
class Scope:
    """Carries out ``ChangeSprintScope``."""

    jira: Jira
    who: Who
    effect: Effect
    action: ChangeSprintScope

    async def perform(self) -> Receipt:
        """See ``Deed.perform``. Raises ``Refused`` for a sprint that is closed or gone, before anything is sent."""
        issue, sprint = self.action.issue, self.action.after
        if sprint is None:
            moved = await self.jira.move_to_backlog([issue])
        else:
            moved = await self.jira.move_to_sprint(sprint, [issue])
        for why in moved.failed.values():
            raise Unclear(f"move {issue}: {why}") if UNSURE in why else Refused(why, code="not_moved")
        return self._receipt()

    async def find(self) -> Receipt | None:
        """See ``Deed.find``."""
        standing = await self.jira.standing(self.action.issue, Topic.SPRINT)
        if not self._is_there(standing) or not is_ours(self.effect, standing, await self.jira.myself()):
            return None
        return self._receipt()

    async def changed(self) -> str | None:
        """See ``Deed.changed``."""
        issue, before = self.action.issue, self.action.before
        standing = await self.jira.standing(issue, Topic.SPRINT)
        if self._is_there(standing):
            return already(issue, f"is in {will_be(self.action)}", standing, self.who)
        here = before in standing.sprints if before is not None else not standing.sprints
        return None if here else moved_on(self.effect, issue, standing, await self._place(standing), self.who)

    def _is_there(self, standing: Standing) -> bool:
        after = self.action.after
        return after in standing.sprints if after is not None else not standing.sprints

    async def _place(self, standing: Standing) -> str:
        """Where it is now, by name."""
        found = [await self.jira.sprint(number) for number in sorted(standing.sprints)]
        names = [sprint.name for sprint in found if sprint is not None]
        return f"in {' and '.join(names)}" if names else "in the backlog"

    def _receipt(self) -> Receipt:
        issue, action = self.action.issue, self.action
        ref = {"issue": str(issue), "before": str(action.before or ""), "after": str(action.after or "")}
        return Receipt(ref, f"{issue}: {was_of(action)} → {will_be(action)}")
