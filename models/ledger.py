"""What was decided, what is on its way out, what the world said back: one transaction per change of state."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import Connection, insert, select

from models.clock import Clock
from models.cycles import Cycle, Edit, History, LastCycle, WhyRecord
from models.database import Database
from models.held import sure
from models.hushes import Hush
from models.ids import ApprovalId, EffectId, HushId, PersonId, SignalId, TeamId
from models.keeping import answering, deeds, looks, matters, pursuing, summaries, telling
from models.keeping import approvals as asks
from models.keeping import cycles as book
from models.keeping import deferred as waiting
from models.keeping import effects as outbox
from models.keeping import hushes as quiet
from models.keeping import jobs as queue
from models.keeping import living as messages
from models.keeping import observations as learnt
from models.keeping.jobs import Job
from models.lessons import Experience, Forgotten, Observation, Reception
from models.proposals import Approval, ApprovalState, Decided, Effect, Objection, Outcome, PutOff, Unit
from models.signals import Urgency
from models.standing import Living
from models.tables.asks import approvals
from models.tables.outbox import audit, effects


class Ledger:
    """Decisions, approvals and effects. Business times are company time; tries and jobs are real time."""

    def __init__(self, database: Database, clock: Clock, *, job: Job | None = None) -> None:
        self._database = database
        self._clock = clock
        self._job = job
        self._observed: dict[TeamId, tuple[learnt.Stamp, tuple[Observation, ...]]] = {}

    def under(self, job: Job) -> Ledger:
        """The same ledger for the work of one claimed job: once the job is lost, nothing more is written."""
        ledger = Ledger(self._database, self._clock, job=job)
        ledger._observed = self._observed
        return ledger

    # --- what the two stories need (planner.ports.Ledger) ---------------------------------------------------

    async def history(self, team: TeamId) -> History:
        """What policy must know before it decides for ``team``."""
        return await self._database.read(lambda c: self._history(c, team))

    async def history_about(self, team: TeamId, subjects: Sequence[str]) -> History:
        """As ``history``, of these subjects alone: who has heard, who wants peace, and the attention of today."""
        now = self._clock.now()
        return await self._database.read(lambda c: matters.about(c, team, subjects, now))

    async def history_of(self, team: TeamId, person: PersonId) -> History:
        """As ``history``, of one reader alone: what they were told and put off, and the team's questions."""
        now = self._clock.now()
        return await self._database.read(lambda c: matters.of_reader(c, team, person, now))

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

    async def take(self, effect: EffectId, units: Sequence[Unit]) -> bool:
        """Take one of ``units`` for what is about to begin; ``False`` when none is left. Raises ``LostLease``."""
        return await self._database.write(lambda c: self._take(c, effect, units), "take")

    async def still_ours(self) -> None:
        """Raises ``LostLease`` when the job has been taken over, ``NotDone`` when nobody says in time.

        Without a job there is nothing to lose.
        """
        if self._job is not None:
            job = self._job
            await sure(lambda: self._database.read(lambda c: queue.check(c, job)), self._clock)

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
        self,
        approval: ApprovalId,
        *,
        by: PersonId,
        approve: bool,
        note: str = "",
        version: str = "",
        objection: Objection | None = None,
        again: datetime | None = None,
    ) -> Approval:
        """Answer a pending ask and, on yes, plan its effect in the same transaction.

        Whoever comes second gets the ask as it is now: compare ``by`` and ``state``. ``version`` is the
        payload hash the button showed. Whether ``by`` may answer is the caller's to check. With a no may go why,
        and before when (company time) the same is not proposed ``again``. Raises ``KeyError`` for an id nobody has.
        """
        said = asks.Said(by=by, approve=approve, note=note, version=version, objection=objection, again=again)
        now, real = self._clock.now(), self._clock.real()
        answered = await self._database.write(lambda c: answering.decide(c, approval, said, now, real), "decide")
        self._database.doorbell.ring()
        return answered

    async def edit(self, edit: Edit) -> Approval:
        """Answer a pending ask with a yes to something else, and plan that, in one transaction; else as ``decide``."""
        now, real = self._clock.now(), self._clock.real()
        answered = await self._database.write(lambda c: answering.edit(c, edit, now, real), "edit")
        self._database.doorbell.ring()
        return answered

    async def put_off(self, seen: Approval, to: PutOff, by: PersonId) -> bool:
        """Bring a pending ask again later; ``False`` when it is over, or not as it was ``seen``."""
        now, real = self._clock.now(), self._clock.real()
        done = await self._database.write(lambda c: pursuing.put_off(c, seen, to, by, now, real), "put_off")
        self._database.doorbell.ring()
        return done

    async def objections(self, team: TeamId, objection: Objection) -> list[Approval]:
        """The team's questions somebody said no to for that reason, oldest first."""
        return await self._database.read(lambda c: asks.objections(c, team, objection))

    async def supersede(self, which: Sequence[ApprovalId], note: str = "") -> list[Approval]:
        """End pending asks the world has overtaken; returns those that were still pending."""
        chosen = approvals.c.id.in_(which)
        return await self._close(chosen, ApprovalState.SUPERSEDED, self._clock.now(), note)

    async def withdraw(self, which: Sequence[ApprovalId]) -> None:
        """End pending asks so that the same may be asked again, of whoever may answer then."""
        now, real = self._clock.now(), self._clock.real()
        await self._database.write(lambda c: asks.overtake(c, which, now, real), "withdraw")
        self._database.doorbell.ring()

    async def lapse(self, now: datetime) -> list[Approval]:
        """Expire pending asks that are due at ``now`` (company time); returns them."""
        return await self._close(asks.lapsed(now), ApprovalState.EXPIRED, now, "")

    async def card_of(self, person: PersonId) -> list[Approval]:
        """What the approver's open card shows: pending asks, and settled ones on the same message."""
        return await self._database.read(lambda c: asks.card_of(c, person))

    async def shown_cards(self) -> frozenset[PersonId]:
        """Whoever has a card of today that shows an open question."""
        now = self._clock.now()
        return await self._database.read(lambda c: asks.shown_cards(c, now))

    async def on_card(self, channel: str, ts: str) -> list[Approval]:
        """Every ask shown on one Slack message, oldest first."""
        return await self._database.read(lambda c: asks.on_card(c, channel, ts))

    async def place_card(
        self, which: Sequence[ApprovalId], channel: str, ts: str, person: PersonId | None = None
    ) -> None:
        """Note which Slack message shows these asks to ``person``; without one, to whoever was asked first."""
        await self._database.write(lambda c: asks.place(c, which, channel, ts, person), "place_card")

    async def pending(self) -> list[Approval]:
        """Every team's asks that wait for an answer, the oldest first."""
        return await self._database.read(asks.pending)

    async def remind(self, approval: ApprovalId) -> bool:
        """Plan the one reminder of a pending ask; ``False`` when another worker has, or the ask is over."""
        now, real = self._clock.now(), self._clock.real()
        planned = await self._database.write(lambda c: pursuing.remind(c, approval, now, real), "remind")
        self._database.doorbell.ring()
        return planned

    async def pass_on(self, approval: ApprovalId, to: PersonId, expires: datetime) -> bool:
        """Ask ``to`` as well, until ``expires`` (company time); ``False`` as ``remind``."""
        now, real = self._clock.now(), self._clock.real()
        planned = await self._database.write(lambda c: pursuing.pass_on(c, approval, to, expires, now, real), "pass_on")
        self._database.doorbell.ring()
        return planned

    async def answered(self, person: PersonId, channel: str, ts: str) -> bool:
        """Note that somebody pressed a button of a message; whether it had told them of anything."""
        now = self._clock.now()
        return await self._database.write(lambda c: telling.answered(c, person, channel, ts, now), "answered")

    # --- what people do not want to hear of ------------------------------------------------------------------

    async def hush(self, hush: Hush) -> Hush:
        """Keep what somebody has put off or muted, instead of what they said about the same before."""
        real = self._clock.real()
        kept = await self._database.write(lambda c: quiet.keep(c, hush, real), "hush")
        self._database.doorbell.ring()
        return kept

    async def unhush(self, team: TeamId, person: PersonId, which: Sequence[HushId]) -> list[Hush]:
        """End these of the person's own; returns those that still held."""
        now, real = self._clock.now(), self._clock.real()
        ended = await self._database.write(lambda c: quiet.lift(c, team, person, which, now, real), "unhush")
        if ended:
            self._database.doorbell.ring()
        return ended

    async def hushes(self, team: TeamId, person: PersonId) -> list[Hush]:
        """What the person has put off or muted now, oldest first."""
        now = self._clock.now()
        return await self._database.read(lambda c: quiet.of_person(c, team, person, now))

    async def hushes_of(self, person: PersonId) -> list[Hush]:
        """As ``hushes``, in every team."""
        now = self._clock.now()
        return await self._database.read(lambda c: matters.hushes_of(c, person, now))

    # --- what experience teaches -----------------------------------------------------------------------------

    async def observe(self, seen: Sequence[Observation]) -> None:
        """Keep what was seen; what is known by its source counts once."""
        await self._database.write(lambda c: learnt.keep(c, seen), "observe")

    async def say(self, said: Observation) -> None:
        """Keep what somebody has set right, instead of what they said of it before."""
        await self._database.write(lambda c: learnt.say(c, said), "say")
        self._observed.clear()  # it holds in every team

    async def experience(self, team: TeamId) -> Experience:
        """What has been learnt in ``team``, and what may be learnt from."""
        return await self._database.read(lambda c: self._experience(c, team))

    async def known_of(self, person: PersonId) -> list[Observation]:
        """Everything observed of one person, oldest first."""
        return await self._database.read(lambda c: learnt.about_person(c, person))

    async def forget(self, team: TeamId, person: PersonId, topic: str) -> Forgotten:
        """Delete what was observed of one person about ``topic``; nothing older is learnt again."""
        now = self._clock.now()
        return await self._database.write(lambda c: learnt.forget(c, team, person, topic, now), "forget_person")

    async def reception(self, team: TeamId, days: float) -> list[Reception]:
        """How each rule's messages of the last ``days`` (company time) were taken."""
        since = self._clock.now() - timedelta(days=days)
        return await self._database.read(lambda c: learnt.reception(c, team, since))

    async def known_items(self, team: TeamId) -> Mapping[SignalId, Urgency]:
        """What the team's daily summary need not tell again, and how urgent it was when it was told or refused."""
        now = self._clock.now()
        return await self._database.read(lambda c: summaries.known(c, team, now))

    async def deferred(self, team: TeamId) -> tuple[Decided, ...]:
        """What the team's last look put off, with the reason and until when."""
        return await self._database.read(lambda c: waiting.of_team(c, team))

    # --- messages that can still say what has come of what they told -----------------------------------------

    async def living(self, team: TeamId, effect: EffectId) -> Living | None:
        """What the message of that effect tells now; ``None`` when it was not sent, or long ago."""
        now = self._clock.now()
        return await self._database.read(lambda c: messages.on_message(c, effect, team, now))

    async def message_at(self, team: TeamId, channel: str, ts: str) -> Living | None:
        """What one message of the last days told; ``None`` for one that told nothing, or another team."""
        now = self._clock.now()
        return await self._database.read(lambda c: messages.at_place(c, team, channel, ts, now))

    async def post_about(self, team: TeamId, channel: str, subject: str) -> Living | None:
        """The last days' post in that channel (its role) about ``subject`` whose matter goes on."""
        now = self._clock.now()
        return await self._database.read(lambda c: messages.post_about(c, team, channel, subject, now))

    async def stand(self, team: TeamId, stood: Sequence[Living]) -> None:
        """Keep how the matters of these messages stand now; they are drawn again."""
        real = self._clock.real()
        await self._database.write(lambda c: messages.stand(c, team, stood, real), "stand")

    async def redraw_about(self, team: TeamId, subject: str, but: PersonId) -> None:
        """Have what others than ``but`` were told of ``subject`` drawn again: somebody has said something of it."""
        now, real = self._clock.now(), self._clock.real()
        await self._database.write(lambda c: messages.redraw_about(c, team, subject, but, now, real), "redraw_about")
        self._database.doorbell.ring()

    # --- looking back ----------------------------------------------------------------------------------------

    async def effect(self, effect: EffectId) -> Effect | None:
        """The effect of that id."""
        found = select(effects).where(effects.c.id == effect)
        row = await self._database.read(lambda c: c.execute(found).mappings().first())
        return outbox.to_effect(row) if row else None

    async def carried_out(self, id: str) -> Effect | None:
        """The effect that carried out the proposal behind a proposal, effect or approval id."""
        return await self._database.read(lambda c: book.carried_out(c, id))

    async def recent(
        self, *, person: PersonId | None = None, team: TeamId | None = None, days: float = 7, limit: int = 100
    ) -> list[Effect]:
        """Effects planned for a person, or by a team, in the last ``days`` of company time, latest first."""
        since = self._clock.now() - timedelta(days=days)
        return await self._database.read(lambda c: deeds.recent(c, person, team, since, limit))

    async def deeds(
        self, person: PersonId, teams: Sequence[TeamId], *, days: float, limit: int, issues: Sequence[str] = ()
    ) -> tuple[list[Effect], int]:
        """What ``person`` was sent, asked for or said yes to, and what of theirs was changed (``issues`` are the keys
        they own now), done in the last ``days``, and how many."""
        since = self._clock.now() - timedelta(days=days)
        return await self._database.read(lambda c: deeds.about(c, person, teams, since, limit, issues))

    async def refused_to(self, person: PersonId, team: TeamId) -> Approval | None:
        """The last request of ``person``'s that somebody said no to in the last two months."""
        return await self._database.read(lambda c: asks.refused_to(c, person, team, self._clock.now()))

    async def changed_for(
        self, person: PersonId, team: TeamId, *, issues: Sequence[str] = (), until: datetime | None = None
    ) -> list[Effect]:
        """What others have changed of their tickets since the last message to them before ``until`` (company time)."""
        then = until or self._clock.now()
        return await self._database.read(lambda c: deeds.changed_for(c, person, team, then, issues))

    async def undone(self, which: Sequence[EffectId]) -> frozenset[EffectId]:
        """Those of ``which`` that somebody takes back or has taken back."""
        return await self._database.read(lambda c: deeds.undone(c, which))

    async def last_cycles(self, team: TeamId, limit: int) -> list[LastCycle]:
        """The latest looks at ``team``, newest first; a request that was taken down is none, nor is a notice."""
        return await self._database.read(lambda c: looks.latest(c, team, limit))

    async def audit(self, team: TeamId, who: str, what: str, about: str, detail: str = "") -> None:
        """Keep what somebody did or was refused."""
        row = {"team": team, "who": who, "what": what, "about": about, "detail": detail, "at": self._clock.real()}
        await self._database.write(lambda c: c.execute(insert(audit).values(**row)), "audit")

    # --- inside one transaction ------------------------------------------------------------------------------

    def _history(self, connection: Connection, team: TeamId) -> History:
        known = matters.of_team(connection, team, self._clock.now())
        return replace(known, experience=self._experience(connection, team))

    def _experience(self, connection: Connection, team: TeamId) -> Experience:
        """Observations are read again only when there are others: between two looks there rarely are."""
        now, stamp = self._clock.now(), learnt.stamp(connection, team)
        before = self._observed.get(team)
        seen = before[1] if before is not None and before[0] == stamp else learnt.latest(connection, team, now)
        self._observed[team] = (stamp, seen)
        return learnt.experience(connection, team, seen, now)

    def _record(self, connection: Connection, cycle: Cycle) -> list[Decided]:
        real = self._clock.real()
        if self._job is not None:
            queue.finish(connection, self._job, real)
        asks.overtake(connection, cycle.overtaken, cycle.at, real)
        quiet.wake(connection, cycle.woken, cycle.at)
        messages.stand(connection, cycle.trigger.team, cycle.stood, real)
        learnt.keep(connection, cycle.learnt)
        return book.keep(connection, cycle, real)

    def _begin(self, connection: Connection, effect: EffectId) -> Effect | None:
        self._fence(connection)
        return outbox.begin(connection, effect, self._clock.real())

    def _take(self, connection: Connection, effect: EffectId, units: Sequence[Unit]) -> bool:
        self._fence(connection)
        return pursuing.take(connection, effect, units, self._clock.now())

    def _settle(self, connection: Connection, effect: EffectId, outcome: Outcome) -> None:
        self._fence(connection)
        outbox.settle(connection, effect, outcome, self._clock.now(), self._clock.real())

    def _fence(self, connection: Connection) -> None:
        if self._job is not None:
            queue.fence(connection, self._job)

    async def _close(self, which: object, state: ApprovalState, at: datetime, note: str) -> list[Approval]:
        real = self._clock.real()
        ended = await self._database.write(lambda c: asks.close(c, which, state, at, real, note), state.value)
        if ended:
            self._database.doorbell.ring()
        return ended
