"""What thinking may cost and has cost: reserved before each call, settled after it, in the same database.

A process that dies between the two leaves the worst case counted, so the cap holds whatever happens.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from models.bills import Bill, BillState, Caps, Spending, Wanted
from models.database import Database
from models.errors import NotThought
from models.ids import TeamId
from models.keeping import costs
from models.keeping.records import storable
from models.money import Money
from models.thoughts import Size, Thought

MOST_TOKENS = 2**31 - 1
"""The largest count a row holds: who tells of more is believed no further, and their money is settled all the same."""


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
            "model": storable(thought.model)[:60],
            "read": min(used.read, MOST_TOKENS),
            "written": min(used.written, MOST_TOKENS),
            "cached": min(used.cached, MOST_TOKENS),
            "kept": min(used.kept, MOST_TOKENS),
            "kept_long": min(used.kept_long, MOST_TOKENS),
            "stop": thought.stop.value,
            "request": storable(thought.request)[:80],
            "seconds": thought.seconds,
            "trouble": storable(trouble)[:200],
        }
        await self._database.write(lambda c: costs.settle(c, id, told, cost, BillState.SETTLED), "settle_cost")

    async def give_up(self, id: str, why: NotThought, model: str) -> None:
        """No answer came: free where the vendor surely charged nothing, else the worst case stays counted."""
        told = {"model": storable(model)[:60], "trouble": storable(f"{why.why}: {why}")[:200]}
        state, cost = (BillState.LOST, None) if why.charged else (BillState.FREE, Money())
        await self._database.write(lambda c: costs.settle(c, id, told, cost, state), "settle_cost")

    async def spending(self, team: TeamId, day: date, now: datetime) -> Spending:
        """What counts against that day's cap at ``now`` (company time)."""
        return await self._database.read(lambda c: costs.spending_of(c, team, day, now))

    async def bills(self, since: date, team: TeamId | None = None) -> Sequence[Bill]:
        """Every call since that day, oldest first."""
        return await self._database.read(lambda c: costs.bills(c, since, team))
