"""What thinking may cost and has cost: reserved before each call, settled after it, in the same database.

A process that dies between the two leaves the worst case counted, so the cap holds whatever happens.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from models.bills import Bill, BillState, Caps, Wanted
from models.database import Database
from models.errors import NotThought
from models.ids import CycleId, TeamId
from models.keeping import costs
from models.money import Money
from models.thoughts import Size, Thought


class Purse:
    """The money of a day, shared by every process of the same database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def hold(self, wanted: Wanted, caps: Caps) -> Size:
        """Keep the worst case of a call; which model may take it. Raises ``NotThought``: *budget* or *person*."""
        return await self._database.write(lambda c: costs.hold(c, wanted, caps), "hold")

    async def settle(self, id: str, thought: Thought, cost: Money, trouble: str = "") -> None:
        """Put what it came to in place of the worst case; ``trouble`` says why the answer is not used."""
        used = thought.usage
        told = {
            "model": thought.model[:60],
            "read": used.read,
            "written": used.written,
            "cached": used.cached,
            "kept": used.kept,
            "kept_long": used.kept_long,
            "stop": thought.stop.value,
            "request": thought.request[:80],
            "seconds": thought.seconds,
            "trouble": trouble[:200],
        }
        await self._database.write(lambda c: costs.settle(c, id, told, cost, BillState.SETTLED), "settle_cost")

    async def give_up(self, id: str, why: NotThought, model: str) -> None:
        """No answer came: free where the vendor surely charged nothing, else the worst case stays counted."""
        told = {"model": model[:60], "trouble": f"{why.why}: {why}"[:200]}
        state, cost = (BillState.LOST, None) if why.charged else (BillState.FREE, Money())
        await self._database.write(lambda c: costs.settle(c, id, told, cost, state), "settle_cost")

    async def spent(self, team: TeamId, day: date) -> Money:
        """What counts against that day's cap."""
        return await self._database.read(lambda c: costs.spent_on(c, team, day))

    async def bills(self, since: date, team: TeamId | None = None) -> Sequence[Bill]:
        """Every call since that day, oldest first."""
        return await self._database.read(lambda c: costs.bills(c, since, team))

    async def of_cycle(self, cycle: CycleId) -> Money:
        """What thinking of one look cost."""
        return await self._database.read(lambda c: costs.of_cycle(c, cycle))
