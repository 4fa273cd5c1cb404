"""What one run of a task may cost is held before it begins, and what it came to is settled after."""

from __future__ import annotations

import logging

from integrations.claude_code import Ran
from models.bills import Caps, Wanted
from models.clock import Clock
from models.delegated import most
from models.directives import Team
from models.errors import NotThought, Silence
from models.ids import fresh
from models.money import Money
from models.proposals import Effect
from models.purse import Purse
from models.thoughts import Purpose, Size
from planner.tasks.briefing import NAME

log = logging.getLogger(__name__)

_NO_SHARE = Money.usd(1_000_000)
"""Nobody's own share limits what somebody else has said yes to; the team's day does."""


class Held:
    """The money of one run, held as this is made by ``hold``; settled once, whatever became of the run."""

    def __init__(self, purse: Purse, wanted: Wanted, size: Size) -> None:
        self._purse, self._wanted, self.size = purse, wanted, size

    async def settle(self, ran: Ran, model: str) -> Money:
        """What the run came to, by the program's own count; where that is not known, the worst case stays counted."""
        worst = self._wanted.worst[self.size]
        if ran.cost is None:
            why = ran.trouble or NotThought(Silence.GARBAGE, "It did not tell what it cost", charged=True)
            await self._purse.give_up(self._wanted.id, why, model)
            return worst if why.charged else Money()
        if ran.cost > worst:  # bounds of ours that a newer program does not know: what is paid counts all the same
            log.error("a task cost %s, of %s at most", ran.cost, worst, extra={"action": "task_above_its_sum"})
        await self._purse.settle(self._wanted.id, ran.thought, ran.cost, str(ran.trouble or ""))
        return ran.cost

    async def lose(self, model: str) -> None:
        """It was stopped by us, and nobody knows what it had asked."""
        await self._purse.give_up(self._wanted.id, NotThought(Silence.CUT, "We were stopped", charged=True), model)


async def hold(effect: Effect, team: Team, purse: Purse, clock: Clock) -> Held:
    """Hold the worst case of a run out of the team's day. Raises ``NotThought`` where it is not there.

    Somebody has said yes to this sum, so it is not counted against what the questions of one person may take.
    """
    now = clock.now()
    wanted = Wanted(
        id=fresh(),
        team=team.id,
        day=now.astimezone(team.tz).date(),
        at=now,
        purpose=Purpose.TASK,
        prompt=NAME,
        size=Size.LARGE,
        worst={size: most(size) for size in Size},
        asker=effect.proposal.asked_by,
        cycle=effect.cycle,
    )
    caps = Caps(team=Money.usd(team.daily_cap_usd), person=_NO_SHARE)
    return Held(purse, wanted, await purse.hold(wanted, caps))
