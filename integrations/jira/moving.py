"""Moving issues between sprints and the backlog: in blocks Jira takes, with a result for each issue.

Jira says yes or no to a whole block and names no issue. So a refused block is sent again issue by issue, and after an
unclear answer nothing is sent again: the issues are read to see where they are.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from integrations.jira.boards import Boards
from integrations.jira.nouns import Moved
from integrations.jira.reading import Reading
from integrations.jira.site import Session
from integrations.rest import answer
from models.errors import NotDone, Refused, Unclear, VendorError
from models.ids import IssueKey, SprintId
from models.work import SprintState

BLOCK = 50
"""Issues one call may move (OpenAPI description)."""

SINGLES = 100
"""Calls for single issues that one move may cost, so that a few refused blocks do not become a storm of writes."""

UNSURE = "it is unclear whether it was done"

Keys = Sequence[IssueKey]


@dataclass(slots=True)
class _Move:
    """One move on its way."""

    what: str
    send: Callable[[Session, Keys], Any]
    there: Callable[[frozenset[SprintId]], bool]
    """Whether an issue in these open sprints is where it shall go."""
    done: set[IssueKey] = field(default_factory=set)
    failed: dict[IssueKey, str] = field(default_factory=dict)
    singles: int = 0
    stopped: str = ""
    """Why nothing more is sent."""

    def fail(self, keys: Keys, why: str) -> None:
        self.failed |= dict.fromkeys(keys, why)


class Moving(Boards, Reading):
    """Which sprint issues are in."""

    async def move_to_sprint(self, sprint: SprintId | int, issues: Sequence[IssueKey | str]) -> Moved:
        """Move issues into a future or active sprint.

        Raises ``Refused`` (``no_such_sprint``, ``sprint_closed``) before anything is sent, and ``NotDone`` when
        the first call is already turned away.
        """
        number, what = SprintId(int(sprint)), f"move into sprint {int(sprint)}"
        known = await self.sprint(number)
        if known is None:
            raise Refused(f"{what}: it does not exist, or the token's account cannot see it", code="no_such_sprint")
        if known.state is SprintState.CLOSED:
            raise Refused(f"{what}: {known.name!r} is closed and takes no issues", code="sprint_closed")

        def send(session: Session, keys: Keys) -> Any:
            return session.software.move_issues_to_sprint_and_rank(number, data={"issues": list(keys)})

        return await self._move(_Move(what, send, lambda open_in: number in open_in), issues)

    async def move_to_backlog(self, issues: Sequence[IssueKey | str]) -> Moved:
        """Take issues out of their future and active sprints. Raises ``NotDone`` as ``move_to_sprint``."""

        def send(session: Session, keys: Keys) -> Any:
            return session.software.move_issues_to_backlog(data={"issues": list(keys)})

        return await self._move(_Move("move to the backlog", send, lambda open_in: not open_in), issues)

    async def _move(self, move: _Move, issues: Sequence[IssueKey | str]) -> Moved:
        await self._only_cloud()
        keys = list(dict.fromkeys(IssueKey(str(key)) for key in issues))
        for start in range(0, len(keys), BLOCK):
            await self._block(move, keys[start : start + BLOCK])
        return Moved(tuple(key for key in keys if key in move.done), move.failed)

    async def _block(self, move: _Move, keys: Keys) -> None:
        if move.stopped:
            return move.fail(keys, f"not tried: {move.stopped}")
        try:
            await self._agile(move.what, lambda s: answer(move.what, move.send(s, keys)))
            move.done |= set(keys)
        except NotDone as failure:
            if not move.done and not move.failed:
                raise
            move.stopped = str(failure)
            move.fail(keys, f"not done: {failure}")
        except Unclear as failure:
            move.stopped = str(failure)
            await self._look(move, keys, failure)
        except Refused as refused:
            await self._refused(move, keys, refused)
        return None

    async def _refused(self, move: _Move, keys: Keys, refused: Refused) -> None:
        """One by one, as far as the calls last: one bad issue must not hold back forty-nine."""
        if refused.code == "401" or len(keys) == 1:
            return move.fail(keys, str(refused))
        for key in keys:
            if move.singles >= SINGLES:
                move.fail([key], f"not tried on its own: {refused}")
            else:
                move.singles += 1
                await self._block(move, [key])
        return None

    async def _look(self, move: _Move, keys: Keys, unclear: Unclear) -> None:
        try:
            found = await self.open_sprints(keys)
        except VendorError:
            return move.fail(keys, f"{UNSURE}: {unclear}")
        for key in keys:
            if key not in found:
                move.fail([key], "it does not exist, or the token's account cannot see it")
            elif move.there(found[key]):
                move.done.add(key)
            else:
                move.fail([key], f"not done: {unclear}")
        return None
