"""The mind that asks a model where there is something to choose. Rules come first, and stand when nobody answers.

A model chooses among what the rules found and what the same findings would carry instead. Nothing the rules propose
is left out, nobody else is addressed, nothing becomes more urgent; what may be done is decided after it, by code.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

from models.cycles import cycle_of
from models.directives import Directives
from models.errors import NotThought
from models.events import Reason, Trigger
from models.proposals import Proposal
from models.signals import Signal
from models.work import Snapshot
from planner.bounds.worktime import team_calendar
from planner.claims.facts import Sheet
from planner.hearers.discretion import is_private
from planner.prompts.model import Model
from planner.prompts.planning import BUDGET, Matter, OfferRow, Planned, plan
from planner.reasoning.choosing import as_before, chosen
from planner.reasoning.memory import LastPlan, Plans, changes_since, in_words, standing
from planner.reasoning.offers import Offer, offers_of
from planner.reasoning.reply import SCHEMA, Unreadable, read
from planner.reasoning.rules import RulesMind
from planner.reasoning.sheet import sheet_of
from planner.reasoning.table import at_stake
from planner.reasoning.thinking import Thinking
from planner.reasoning.wording import let_through

EVERY = timedelta(hours=1)
"""Company time between two plans of one team, however much is found."""

AGAIN = timedelta(minutes=5)
"""The same where an operator asks for a look: then it is weighed again although nothing has changed."""

LONGEST_NAME = 40
"""Letters of a model's name that are kept; the vendor says it, and a record has room for sixty."""


@dataclass(frozen=True, slots=True)
class ThinkingMind:
    """Rules, and a model where it is worth its money."""

    model: Model
    plans: Plans
    rules: RulesMind = field(default_factory=RulesMind)
    name: str = "rules and a model"
    budget: int = BUDGET
    """Tokens of what it is shown of one look."""

    async def weigh(
        self, snapshot: Snapshot, signals: Sequence[Signal], trigger: Trigger, directives: Directives
    ) -> Thinking:
        """See ``planner.ports.Mind``. Raises what ``plans`` raises; a model's silence is no error."""
        own = await self.rules.propose(snapshot, signals, trigger, directives)
        last = await self.plans.last(snapshot.team)
        open_ones = [signal for signal in signals if not is_private(signal, directives)]
        asks = worthwhile(open_ones, last, snapshot, trigger, directives)
        if not asks and (last is None or not last.order):
            return Thinking(own, self.rules.name)
        look = _Look.of(own, open_ones, snapshot, signals, directives)
        if asks and look.has_a_choice:
            return await self._asked(look, trigger, last)
        return Thinking(as_before(own, look.offers, last), self.rules.name)

    async def _asked(self, look: _Look, trigger: Trigger, last: LastPlan | None) -> Thinking:
        """Noted before the call: whoever dies half-way through does not ask a second time at once."""
        team, now = look.snapshot.team, look.snapshot.now
        before = replace(last, tried=now) if last is not None else LastPlan(tried=now)
        await self.plans.keep(team, before)
        planned = look.prompt(last, self.budget)
        stand = as_before(look.own, look.offers, last)
        try:
            thought = await self.model.think(planned.prompt, team, cycle=cycle_of(trigger, now))
        except NotThought as silence:
            return Thinking(stand, f"{self.rules.name}: {silence.why.value}")
        matters = {offer.id: offer.matter for offer in look.offers if offer.id in planned.offers}
        try:
            reply = read(thought.text, matters, planned.facts)
        except Unreadable:
            return Thinking(stand, f"{self.rules.name}: unreadable", thought.cost, Counter({"unreadable": 1}))
        reply = let_through(reply, look.shown(planned))
        proposals, takers, order = chosen(look.own, look.offers, reply.picks, look.sheet)
        await self.plans.keep(team, look.remembered(takers, order))
        return Thinking(proposals, thought.model[:LONGEST_NAME], thought.cost, reply.dropped)


def worthwhile(
    signals: Sequence[Signal], last: LastPlan | None, snapshot: Snapshot, trigger: Trigger, directives: Directives
) -> bool:
    """Whether a model is asked now: something new was found, the last plan is an hour old, and people work.

    Never for a part of what is watched, nor while somebody has paused the team: nothing would come of it.
    """
    if trigger.sprint is not None or (snapshot.paused is not None and snapshot.paused.holds(snapshot.now)):
        return False
    asked = trigger.reason is Reason.ASKED
    if last is not None and timedelta() <= snapshot.now - last.tried < (AGAIN if asked else EVERY):
        return False
    if asked:
        return True
    if not team_calendar(directives, snapshot.team).is_working(snapshot.now):
        return False
    return last is None or any(signal.id not in last.found for signal in signals)


def rows_of(offers: Sequence[Offer]) -> Sequence[OfferRow]:
    """The offers as they are shown."""
    return [
        OfferRow(each.id, each.matter, each.does, each.proposal.urgency.name.lower(), each.own, each.about)
        for each in offers
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Look:
    """Everything one look's weighing needs."""

    own: Sequence[Proposal]
    snapshot: Snapshot
    directives: Directives
    open_ones: Sequence[Signal]
    """What was found and is not for one person or role alone."""
    sheet: Sheet
    offers: Sequence[Offer]

    @classmethod
    def of(
        cls,
        own: Sequence[Proposal],
        open_ones: Sequence[Signal],
        snapshot: Snapshot,
        signals: Sequence[Signal],
        directives: Directives,
    ) -> _Look:
        sheet = sheet_of(snapshot, signals, directives)
        return cls(
            own=own,
            snapshot=snapshot,
            directives=directives,
            open_ones=open_ones,
            sheet=sheet,
            offers=offers_of(own, snapshot, signals, sheet, directives),
        )

    @property
    def has_a_choice(self) -> bool:
        """Whether there is more than one thing to put in order, or one that can be done in more than one way."""
        return len(self.offers) > 1

    def prompt(self, last: LastPlan | None, budget: int) -> Planned:
        """What the model is shown."""
        spoken_of = {fact.subject for fact in self.sheet.facts}
        changes = changes_since(last, self.open_ones, self.snapshot, spoken_of)
        matter = Matter(
            snapshot=self.snapshot,
            directives=self.directives,
            sheet=self.sheet,
            tickets=at_stake(self.snapshot, self.sheet),
            found=self._found(),
            offers=rows_of(self.offers),
            changes=changes,
            answer=SCHEMA,
        )
        return plan(matter, budget)

    def _found(self) -> Mapping[str, Sequence[str]]:
        found: dict[str, list[str]] = defaultdict(list)
        for signal in self.open_ones:
            if signal.kind.value not in found[signal.subject]:
                found[signal.subject].append(signal.kind.value)
        return found

    def shown(self, planned: Planned) -> Sheet:
        """The facts that were given, and no others."""
        return Sheet(tuple(fact for fact in self.sheet.facts if fact.id in planned.facts))

    def remembered(self, takers: Mapping[str, str], order: Sequence[str]) -> LastPlan:
        """What the next look must know."""
        return LastPlan(
            tried=self.snapshot.now,
            weighed=True,
            found=in_words(self.open_ones),
            tickets=standing(self.open_ones, self.snapshot),
            takers=takers,
            order=tuple(order),
        )
