"""The ledger in plain Python: what the stores on disk have to come to after the same history."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from models.actions import AskApproval, Asking, addressee
from models.cycles import Cycle, Edit
from models.ids import ApprovalId, EffectId, PersonId, ProposalId, SignalId, TeamId, named
from models.keeping.approvals import approval_name
from models.keeping.cycles import FIRST, HEARD
from models.keeping.records import fingerprint
from models.keeping.telling import told_by
from models.proposals import (
    ApprovalState,
    Decided,
    EffectState,
    Ending,
    Outcome,
    Proposal,
    Unit,
    Verdict,
    ask_of,
    effect_of,
)

IN_FLIGHT = (EffectState.SENDING, EffectState.UNKNOWN)
LIVE = (EffectState.PLANNED, *IN_FLIGHT)
GONE = (Ending.CHANGED, Ending.FORBIDDEN, Ending.DEFERRED)

Told = tuple[PersonId, SignalId]
Place = tuple[PersonId, str, str, int]
"""Person, day, budget, and which unit of it."""


@dataclass
class Sending:
    """One effect."""

    id: EffectId
    proposal: Proposal
    action: Any
    approval: ApprovalId | None = None
    """The question whose yes it carries out."""
    state: EffectState = EffectState.PLANNED
    tries: int = 0
    gave: tuple[set[Told], set[Place]] | None = None

    @property
    def shows(self) -> ApprovalId | None:
        """The question it shows for the first time."""
        first = isinstance(self.action, AskApproval) and self.action.asking is Asking.FIRST
        return self.action.approval if first else None


@dataclass
class Question:
    """One approval."""

    id: ApprovalId
    proposal: Proposal
    approvers: tuple[PersonId, ...]
    expires: datetime
    state: ApprovalState = ApprovalState.PENDING
    by: PersonId | None = None
    place: str | None = None
    reminded: bool = False
    passed_on: bool = False
    put_off: datetime | None = None
    put_off_by: PersonId | None = None
    failed: EffectId | None = None
    """What could not show it, and so withdrew it."""

    @property
    def version(self) -> str:
        return fingerprint(self.proposal.action)

    def open_at(self, now: datetime) -> bool:
        return self.state is ApprovalState.PENDING and self.expires > now


@dataclass
class Model:
    """Everything the ledger promises to know, and nothing of how it is kept."""

    effects: dict[EffectId, Sending] = field(default_factory=dict)
    questions: dict[ApprovalId, Question] = field(default_factory=dict)
    settled: dict[ProposalId, Verdict] = field(default_factory=dict)
    told: dict[Told, EffectId] = field(default_factory=dict)
    units: dict[Place, EffectId] = field(default_factory=dict)
    next_look: dict[TeamId, datetime] = field(default_factory=dict)
    team: TeamId = TeamId("pay")

    # --- looks ------------------------------------------------------------------------------------------------

    def record(self, cycle: Cycle) -> list[tuple[ProposalId, Verdict, str]]:
        for name in cycle.overtaken:
            self.withdraw(name)
        self.next_look[self.team] = cycle.next_look
        kept = [self._decide(decided, cycle) for decided in cycle.decided]
        return [each for each in kept if each is not None]

    def _decide(self, decided: Decided, cycle: Cycle) -> tuple[ProposalId, Verdict, str] | None:
        proposal, decision = decided.proposal, decided.decision
        if decision.verdict is Verdict.DEFER:
            return proposal.id, Verdict.DEFER, decision.reason
        if proposal.id in self.settled:
            return None
        question = approval_name(proposal, cycle)
        effect = effect_of(proposal.id) if decision.verdict is Verdict.ALLOW else ask_of(question)
        heard = [(addressee(proposal.action), item.signal) for item in told_by(proposal.action)]
        if (spend := decision.spend) is not None:
            unit = Unit(person=spend.person, day=spend.day, budget=spend.budget, most=max(spend.most, spend.ordinal))
            if not self._free(unit):
                return proposal.id, Verdict.DEFER, FIRST
        if decision.verdict is Verdict.ALLOW and any(each in self.told for each in heard):
            return proposal.id, Verdict.DEFER, HEARD
        if spend is not None:
            self._spend(unit, effect)
        self.settled[proposal.id] = decision.verdict
        if decision.verdict is Verdict.ALLOW:
            self.told.update(dict.fromkeys(heard, effect))  # type: ignore[arg-type]
            self.plan(Sending(effect, proposal, proposal.action))
        if decision.verdict is Verdict.ASK:
            assert decision.expires is not None
            self.questions[question] = Question(question, proposal, decision.approvers, decision.expires)
            self.plan(Sending(effect, proposal, AskApproval(approval=question, person=decision.approvers[0])))
        return proposal.id, decision.verdict, decision.reason

    def _free(self, unit: Unit) -> list[Place]:
        of_day = [place for place in self.units if place[:3] == (unit.person, unit.day.isoformat(), unit.budget)]
        if len(of_day) >= unit.most:
            return []
        places = [(unit.person, unit.day.isoformat(), unit.budget, n) for n in range(1, unit.most + 1)]
        return [place for place in places if place not in self.units]

    def _spend(self, unit: Unit, effect: EffectId) -> bool:
        for place in self._free(unit)[:1]:
            self.units[place] = effect
            return True
        return False

    def take(self, effect: EffectId, units: Sequence[Unit]) -> bool:
        for unit in units:
            own = {place for place, owner in self.units.items() if owner == effect and place[0] == unit.person}
            today = {place for place in own if place[1] == unit.day.isoformat()}
            if today:
                return True
            if self._spend(unit, effect):
                for place in [p for p, owner in self.units.items() if owner == effect and p[1] != unit.day.isoformat()]:
                    del self.units[place]
                return True
        return False

    # --- effects ----------------------------------------------------------------------------------------------

    def plan(self, wanted: Sending) -> bool:
        there = self.effects.get(wanted.id)
        if there is None:
            self.effects[wanted.id] = wanted
        elif there.state is EffectState.CANCELLED:
            there.state = EffectState.UNKNOWN if there.tries else EffectState.PLANNED
        else:
            return False
        return True

    def begin(self, effect: EffectId) -> EffectState | None:
        """As it was before; ``None`` when it has ended."""
        one = self.effects[effect]
        if one.state not in LIVE:
            return None
        before, one.tries = one.state, one.tries + 1
        one.state = EffectState.SENDING if before is EffectState.PLANNED else EffectState.UNKNOWN
        return before

    def settle(self, effect: EffectId, outcome: Outcome, place: str | None) -> None:
        one = self.effects[effect]
        if one.state not in IN_FLIGHT:
            return
        first, ending = one.state is EffectState.SENDING, outcome.ending
        if ending in (Ending.DONE, Ending.FOUND):
            one.state = EffectState.SENT
        elif ending in GONE:
            one.state = EffectState.CANCELLED
            self._give_back(effect)
        elif ending is Ending.FAILED:
            one.state = EffectState.DEAD
            one.gave = self._give_back(effect) if first else None
        elif ending is Ending.LATER and first:
            one.state = EffectState.PLANNED
        else:
            one.state = EffectState.UNKNOWN
        asked = self.questions[one.shows] if one.shows is not None else None
        if ending is Ending.DEFERRED and (asked is None or asked.state is ApprovalState.PENDING):
            assert outcome.until is not None
            self.next_look[self.team] = min(self.next_look[self.team], outcome.until)
            self.settled.pop(one.proposal.id, None)
        if asked is not None and one.state not in LIVE:
            self._shown(one, asked, ending, place)

    def _shown(self, one: Sending, asked: Question, ending: Ending, place: str | None) -> None:
        """A question that will not be shown is nobody's, and an answer stays one."""
        if one.state is EffectState.SENT:
            asked.place = asked.place or place
        elif asked.state is ApprovalState.PENDING and (ending is Ending.DEFERRED or asked.place is None):
            asked.state = ApprovalState.SUPERSEDED
            asked.failed = one.id if ending is Ending.FAILED else None

    def _give_back(self, effect: EffectId) -> tuple[set[Told], set[Place]]:
        heard = {key for key, owner in self.told.items() if owner == effect}
        spent = {key for key, owner in self.units.items() if owner == effect}
        for key in heard:
            del self.told[key]
        for place in spent:
            del self.units[place]
        return heard, spent

    def replay(self, effect: EffectId) -> None:
        """A dead letter is tried again: with the attention it gave back, unless its reader was told meanwhile."""
        one = self.effects[effect]
        heard, spent = one.gave or (set(), set())
        if one.state is not EffectState.DEAD or any(key in self.told for key in heard):
            return
        self.told.update(dict.fromkeys(heard, effect))
        for place in spent - self.units.keys():
            self.units[place] = effect
        one.state, one.gave = EffectState.UNKNOWN, None
        asked = self.questions.get(one.shows) if one.shows is not None else None
        if asked is not None and asked.failed == effect and asked.place is None:
            asked.state, asked.failed = ApprovalState.PENDING, None

    # --- questions --------------------------------------------------------------------------------------------

    def answer(
        self, name: ApprovalId, now: datetime, by: PersonId, approve: bool, version: str, again: datetime | None
    ) -> bool:
        """Whether this answer won."""
        asked = self.questions[name]
        if not asked.open_at(now) or version not in ("", asked.version):
            self.lapse(now, name)
            return False
        asked.state, asked.by = ApprovalState.APPROVED if approve else ApprovalState.REJECTED, by
        asked.put_off, asked.put_off_by = again, None
        if approve:
            self._approved(asked)
        elif again is not None:
            self.settled.pop(asked.proposal.id, None)
            self.next_look[self.team] = min(self.next_look[self.team], again)
        return True

    def _approved(self, asked: Question) -> None:
        action, effect = asked.proposal.action, effect_of(asked.proposal.id)
        self.plan(Sending(effect, asked.proposal, action, asked.id))
        for item in told_by(action):
            self.told.setdefault((addressee(action), item.signal), effect)  # type: ignore[arg-type]

    def edit(self, wanted: Edit, now: datetime) -> bool:
        asked = self.questions[wanted.approval]
        if not asked.open_at(now) or wanted.version != asked.version:
            self.lapse(now, asked.id)
            return False
        asked.state, asked.by, became = ApprovalState.SUPERSEDED, wanted.by, wanted.decided.proposal
        new = replace(asked, id=wanted.name, proposal=became, state=ApprovalState.APPROVED)
        new.put_off = new.put_off_by = new.failed = None
        self.questions[new.id], self.settled[became.id] = new, Verdict.ASK
        self._approved(new)
        return True

    def lapse(self, now: datetime, *only: ApprovalId) -> list[ApprovalId]:
        due = [q for q in self.questions.values() if q.state is ApprovalState.PENDING and q.expires <= now]
        ended = [asked for asked in due if not only or asked.id in only]
        for asked in ended:
            asked.state = ApprovalState.EXPIRED
        return [asked.id for asked in ended]

    def withdraw(self, name: ApprovalId) -> None:
        """The world has overtaken it: should the same be found again, it is asked again."""
        asked = self.questions[name]
        if asked.state is ApprovalState.PENDING:
            asked.state = ApprovalState.SUPERSEDED
            self.settled.pop(asked.proposal.id, None)

    def remind(self, name: ApprovalId, now: datetime) -> bool:
        asked = self.questions[name]
        awake = asked.put_off is None or asked.put_off <= now
        if not asked.open_at(now) or asked.reminded or not awake:
            return False
        asked.reminded = True
        if asked.put_off is None:
            return self._again(asked, asked.approvers[0], Asking.AGAIN)
        assert asked.put_off_by is not None
        return self._again(asked, asked.put_off_by, Asking.PROMISED, asked.put_off.isoformat())

    def pass_on(self, name: ApprovalId, to: PersonId, expires: datetime, now: datetime) -> bool:
        asked = self.questions[name]
        if not asked.open_at(now) or asked.passed_on:
            return False
        asked.passed_on, asked.expires = True, max(expires, asked.expires)
        asked.approvers = tuple(dict.fromkeys([*asked.approvers, to]))
        return self._again(asked, to, Asking.DEPUTY)

    def _again(self, asked: Question, person: PersonId, asking: Asking, *more: str) -> bool:
        name = EffectId(named("ask", asked.id, asking, person, *more))
        return self.plan(Sending(name, asked.proposal, AskApproval(approval=asked.id, person=person, asking=asking)))

    def put_off(self, name: ApprovalId, until: datetime, expires: datetime, by: PersonId, now: datetime) -> bool:
        asked = self.questions[name]
        if not asked.open_at(now):
            return False
        asked.put_off, asked.put_off_by, asked.expires, asked.reminded = until, by, expires, False
        return True
