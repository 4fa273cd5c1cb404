"""What was decided, what is on its way out, what the world said back: one transaction per change of state."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection, func, insert, select

from models.clock import Clock
from models.cycles import Cycle, History, LastCycle, WhyRecord
from models.database import Database
from models.ids import ApprovalId, EffectId, PersonId, ProposalId, SignalId, TeamId
from models.keeping import approvals as asks
from models.keeping import cycles as book
from models.keeping import effects as outbox
from models.keeping import jobs as queue
from models.keeping.jobs import Job
from models.proposals import CARD_OPEN, Approval, ApprovalState, Decided, Effect, Outcome, Verdict
from models.signals import Urgency
from models.tables import approvals, audit, cycles, decisions, effects, reminders, told

REMEMBERED = timedelta(days=120)
"""How far back policy is shown what was told and settled; the constraints hold for ever."""


class Ledger:
    """Decisions, approvals and effects. Business times are company time; tries and jobs are real time."""

    def __init__(self, database: Database, clock: Clock, *, job: Job | None = None) -> None:
        self._database = database
        self._clock = clock
        self._job = job

    def under(self, job: Job) -> Ledger:
        """The same ledger for the work of one claimed job: once the job is lost, nothing more is written."""
        return Ledger(self._database, self._clock, job=job)

    # --- what the two stories need (planner.ports.Ledger) ---------------------------------------------------

    async def history(self, team: TeamId) -> History:
        """What policy must know before it decides for ``team``."""
        return await self._database.read(lambda c: _history(c, team, self._clock.now()))

    async def record(self, cycle: Cycle) -> Sequence[Decided]:
        """Keep a cycle, withdraw what it has overtaken, plan its effects and finish its job in one transaction.

        Returns what was really recorded: a decision that lost a race for attention comes back as *defer*,
        one that was settled before is left out. Raises ``LostLease``.
        """
        kept = await self._database.write(lambda c: self._record(c, cycle), "record")
        self._database.doorbell.ring()
        return kept

    async def begin(self, effect: EffectId) -> Effect | None:
        """Commit the intent to send; the effect as it was before, ``None`` when it has ended. Raises ``LostLease``."""
        return await self._database.write(lambda c: self._begin(c, effect), "begin")

    async def still_ours(self) -> None:
        """Raises ``LostLease`` when the job has been taken over; without a job there is nothing to lose."""
        if self._job is not None:
            job = self._job
            await self._database.read(lambda c: queue.check(c, job))

    async def settle(self, effect: EffectId, outcome: Outcome) -> None:
        """Commit how it ended this time; the job stays the worker's to finish. Raises ``LostLease``."""
        await self._database.write(lambda c: self._settle(c, effect, outcome), "settle")
        self._database.doorbell.ring()

    async def approval(self, approval: ApprovalId) -> Approval | None:
        """The ask of that id."""
        return await self._database.read(lambda c: asks.get(c, approval))

    async def why(self, id: str) -> WhyRecord | None:
        """The record behind a proposal, effect or approval id."""
        return await self._database.read(lambda c: book.why(c, id))

    # --- asks and answers ------------------------------------------------------------------------------------

    async def decide(
        self, approval: ApprovalId, *, by: PersonId, approve: bool, note: str = "", version: str = ""
    ) -> Approval:
        """Answer a pending ask and, on yes, plan its effect in the same transaction.

        Whoever comes second gets the ask as it is now: compare ``by`` and ``state``. ``version`` is the
        payload hash the button showed. Whether ``by`` may answer is the caller's to check. Raises
        ``KeyError`` for an id nobody has.
        """
        answered = await self._database.write(lambda c: self._decide(c, approval, by, approve, note, version), "decide")
        self._database.doorbell.ring()
        return answered

    async def supersede(self, which: Sequence[ApprovalId], note: str = "") -> list[Approval]:
        """End pending asks the world has overtaken; returns those that were still pending."""
        chosen = approvals.c.id.in_(which)
        return await self._close(chosen, ApprovalState.SUPERSEDED, self._clock.now(), note)

    async def lapse(self, now: datetime) -> list[Approval]:
        """Expire pending asks that are due at ``now`` (company time); returns them."""
        return await self._close(asks.lapsed(now), ApprovalState.EXPIRED, now, "")

    async def card_of(self, person: PersonId) -> list[Approval]:
        """What the approver's open card shows: pending asks, and settled ones on the same message."""
        return await self._database.read(lambda c: asks.card_of(c, person))

    async def on_card(self, channel: str, ts: str) -> list[Approval]:
        """Every ask shown on one Slack message, oldest first."""
        return await self._database.read(lambda c: asks.on_card(c, channel, ts))

    async def place_card(self, which: Sequence[ApprovalId], channel: str, ts: str) -> None:
        """Note which Slack message shows these asks."""
        await self._database.write(lambda c: asks.place(c, which, channel, ts), "place_card")

    # --- looking back ----------------------------------------------------------------------------------------

    async def effect(self, effect: EffectId) -> Effect | None:
        """The effect of that id."""
        found = select(effects).where(effects.c.id == effect)
        row = await self._database.read(lambda c: c.execute(found).mappings().first())
        return outbox.to_effect(row) if row else None

    async def recent(
        self, *, person: PersonId | None = None, team: TeamId | None = None, days: float = 7, limit: int = 100
    ) -> list[Effect]:
        """Effects planned for a person, or by a team, in the last ``days`` of company time, latest first."""
        since = self._clock.now() - timedelta(days=days)
        wanted = select(effects).where(effects.c.planned >= since)
        if person is not None:
            wanted = wanted.where(effects.c.person == person)
        if team is not None:
            wanted = wanted.where(effects.c.team == team)
        wanted = wanted.order_by(effects.c.planned.desc(), effects.c.id).limit(limit)
        rows = await self._database.read(lambda c: c.execute(wanted).mappings().all())
        return [outbox.to_effect(row) for row in rows]

    async def last_cycles(self, team: TeamId, limit: int) -> list[LastCycle]:
        """The latest cycles of ``team``, newest first."""
        wanted = select(cycles).where(cycles.c.team == team).order_by(cycles.c.at.desc()).limit(limit)
        rows = await self._database.read(lambda c: c.execute(wanted).mappings().all())
        return [LastCycle(r["id"], r["reason"], r["at"], Urgency(r["urgency"]), len(r["signals"])) for r in rows]

    async def audit(self, team: TeamId, who: str, what: str, about: str, detail: str = "") -> None:
        """Keep what somebody did or was refused."""
        row = {"team": team, "who": who, "what": what, "about": about, "detail": detail, "at": self._clock.real()}
        await self._database.write(lambda c: c.execute(insert(audit).values(**row)), "audit")

    # --- inside one transaction ------------------------------------------------------------------------------

    def _record(self, connection: Connection, cycle: Cycle) -> list[Decided]:
        real = self._clock.real()
        if self._job is not None:
            queue.finish(connection, self._job, real)
        asks.overtake(connection, cycle.overtaken, cycle.at, real)
        return book.keep(connection, cycle, real)

    def _begin(self, connection: Connection, effect: EffectId) -> Effect | None:
        self._fence(connection)
        return outbox.begin(connection, effect, self._clock.real())

    def _settle(self, connection: Connection, effect: EffectId, outcome: Outcome) -> None:
        self._fence(connection)
        outbox.settle(connection, effect, outcome, self._clock.now(), self._clock.real())

    def _fence(self, connection: Connection) -> None:
        if self._job is not None:
            queue.fence(connection, self._job)

    def _decide(
        self, connection: Connection, approval: ApprovalId, by: PersonId, approve: bool, note: str, version: str
    ) -> Approval:
        now, real = self._clock.now(), self._clock.real()
        won = asks.answer(connection, approval, by, approve, note, version, now, real)
        if won is None:
            asks.close(connection, (approvals.c.id == approval) & asks.lapsed(now), ApprovalState.EXPIRED, now, real)
            found = asks.get(connection, approval)
            if found is None:
                raise KeyError(approval)
            return found
        if approve:
            asks.plan_approved(connection, won, now, real)
        return won

    async def _close(self, which: object, state: ApprovalState, at: datetime, note: str) -> list[Approval]:
        real = self._clock.real()
        ended = await self._database.write(lambda c: asks.close(c, which, state, at, real, note), state.value)
        if ended:
            self._database.doorbell.ring()
        return ended


def _history(connection: Connection, team: TeamId, now: datetime) -> History:
    since = now - REMEMBERED
    # Two days back covers every zone's today; units of a day still open are all policy asks about.
    days = reminders.c.day >= (now - timedelta(days=2)).date().isoformat()
    unit = (reminders.c.person, reminders.c.day, reminders.c.budget)
    spent = connection.execute(select(*unit, func.count()).where(days).group_by(*unit)).all()
    heard = select(told.c.person, told.c.signal).where(told.c.team == team, told.c.at >= since)
    settled = select(decisions.c.proposal_id, decisions.c.verdict).where(
        decisions.c.team == team, decisions.c.at >= since, decisions.c.verdict != Verdict.DEFER.value
    )
    raised = select(decisions.c.person, decisions.c.verdict, decisions.c.signals).where(
        decisions.c.team == team,
        decisions.c.at >= since,
        decisions.c.person.is_not(None),
        decisions.c.verdict.in_([Verdict.ASK.value, Verdict.DENY.value]),
    )
    cards = select(approvals.c.asked).where(asks.PENDING, approvals.c.asked_at > now - CARD_OPEN).distinct()
    return History(
        spent={(PersonId(person), day, budget): count for person, day, budget, count in spent},
        told=frozenset((PersonId(p), SignalId(s)) for p, s in connection.execute(heard)),
        settled={ProposalId(p): Verdict(v) for p, v in connection.execute(settled)},
        open_cards=frozenset(PersonId(p) for p in connection.execute(cards).scalars()),
        raised=frozenset(
            (PersonId(person), SignalId(signal), Verdict(verdict))
            for person, verdict, signals in connection.execute(raised)
            for signal in signals
        ),
        pending=asks.pending_of(connection, team),
    )
