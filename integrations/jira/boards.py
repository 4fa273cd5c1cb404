"""Boards and their sprints: agile 1.0 where it still stands (its issue lists are deprecated and never asked)."""

from __future__ import annotations

from typing import Any

from integrations.jira import mapping
from integrations.jira.nouns import Board, board_of
from integrations.jira.paging import by_offset, unique
from integrations.jira.site import Site
from integrations.payloads import inside, whole
from models.errors import Refused
from models.ids import SprintId
from models.work import Sprint

BOARD_PAGE = 50
SPRINT_PAGE = 50

CLOSED_KEPT = 20
"""How many of a board's closed sprints are told, the latest ones."""


class Boards(Site):
    """What boards there are, and their sprints."""

    async def boards(self, project: str) -> list[Board]:
        """Every board whose filter names the project (a key)."""
        what = f"list boards of {project}"
        found, _ = await by_offset(
            what,
            "values",
            lambda start: self._agile_object(
                what,
                lambda s: s.software.get_all_boards(start_at=start, max_results=BOARD_PAGE, project_key_or_id=project),
            ),
        )
        return [board for raw in unique(found) if (board := board_of(raw)) is not None]

    async def board(self, number: int) -> Board | None:
        """One board; ``None`` when it does not exist or the token may not see it."""
        try:
            return board_of(await self._agile_object(f"read board {number}", lambda s: s.software.get_board(number)))
        except Refused as refused:
            if refused.code == "404":
                return None
            raise

    async def sprint(self, number: SprintId | int) -> Sprint | None:
        """One sprint by its id; ``None`` when it does not exist or the token may not see it."""
        what = f"read sprint {int(number)}"
        try:
            found = await self._agile_object(what, lambda s: s.software.get_sprint(int(number)))
        except Refused as refused:
            if refused.code == "404":
                return None
            raise
        return mapping.sprint_of(found, whole(inside(found, "originBoardId")) or 0)

    async def sprints(self, board: int) -> list[Sprint]:
        """A board's active and future sprints and its latest closed ones; none for a board without sprints.

        A full read begins here, so the site's fields are looked up afresh.
        """
        self._boards.add(board)
        self._fields = None
        return await self._those(board, closed=True)

    async def coming(self, board: int) -> list[Sprint]:
        """Its active and future sprints alone."""
        return await self._those(board, closed=False)

    async def _those(self, board: int, *, closed: bool) -> list[Sprint]:
        try:
            coming, _ = await self._sprint_pages(board, "active,future", 0)
            past = await self._closed(board) if closed else []
        except Refused as refused:
            if refused.code == "400":  # a Kanban board: "The board does not support sprints"
                return []
            raise
        found = (mapping.sprint_of(raw, board) for raw in unique([*past[-CLOSED_KEPT:], *coming]))
        return [sprint for sprint in found if sprint is not None]

    async def _closed(self, board: int) -> list[Any]:
        """The latest closed sprints. They come oldest first, so the next read begins on the last page but one."""
        start = self._closed_from.get(board, 0)
        found, end = await self._sprint_pages(board, "closed", start)
        if not found and start:
            found, end = await self._sprint_pages(board, "closed", 0)
        self._closed_from[board] = max(0, end - 2 * SPRINT_PAGE)
        return found

    async def _sprint_pages(self, board: int, state: str, start: int) -> tuple[list[Any], int]:
        """All rows from ``start`` to the end of the list, and where that end is."""
        what = f"list sprints of board {board}"
        return await by_offset(
            what,
            "values",
            lambda at: self._agile_object(
                what,
                lambda s: s.software.get_all_sprints(board, start_at=at, max_results=SPRINT_PAGE, state=state),
            ),
            start,
        )
