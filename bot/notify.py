"""Slack as the planner's hand: finds the person or channel, draws the message, leaves a marker, never repeats."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from bot.views.approval import approval_card
from bot.views.digest import digest
from bot.views.escalation import escalation
from bot.views.home import HomeData, home, home_of
from bot.views.identity import identity_question
from bot.views.message import Message
from bot.views.moments import data_age
from bot.views.nudge import nudge
from bot.views.refusal import refusal_message
from integrations.slack import Slack
from models.actions import Action, AskApproval, AskIdentity, Escalate, PostDigest, RemindPerson
from models.clock import Clock
from models.directives import Directives, LimitReminders, Member
from models.errors import NotDone, Refused, Unclear, VendorError
from models.ids import ApprovalId, PersonId, TeamId
from models.proposals import CARD_OPEN, Approval, ApprovalState, Effect, Receipt
from models.signals import Urgency
from models.work import Facts
from planner.ports import Work

log = logging.getLogger(__name__)

REDRAWS = 5
"""Times one drawing follows the ledger before it leaves that to the next."""

_GONE = frozenset({"message_not_found", "cant_update_message", "edit_window_closed"})
"""Slack's words for a card that is no longer there to edit: the question is posted anew."""


class Cards(Protocol):
    """What of the ledger a card is drawn from, and where it is written down which message shows it."""

    async def approval(self, approval: ApprovalId) -> Approval | None:
        """The ask of that id."""
        ...

    async def card_of(self, person: PersonId) -> Sequence[Approval]:
        """Pending asks of ``person``, and settled ones on the same message."""
        ...

    async def on_card(self, channel: str, ts: str) -> Sequence[Approval]:
        """Every ask that message shows."""
        ...

    async def place_card(self, approvals: Sequence[ApprovalId], channel: str, ts: str) -> None:
        """Write down that this message shows these asks."""
        ...


class SlackHand:
    """``planner.ports.Hand`` for what people see in Slack. With ``slack=None`` everything is refused."""

    def __init__(
        self,
        slack: Slack | None,
        ledger: Cards,
        directives_of: Callable[[], Directives],
        clock: Clock,
        *,
        work: Work | None = None,
    ) -> None:
        self._service = slack
        self._ledger = ledger
        self._directives_of = directives_of
        self._clock = clock
        self._work = work

    # --- the Hand ----------------------------------------------------------------------------------------

    async def perform(self, effect: Effect) -> Receipt:
        """Post the message, or add the question to the card its approver already has."""
        if isinstance(effect.action, AskApproval):
            return await self._ask(effect, effect.action)
        drawn = await self._draw(effect)
        channel = await self._where(effect.team, effect.action)
        ref = await self._slack.post(channel, drawn.text, drawn.blocks, marker=effect.id)
        return Receipt(ref, self._words(effect))

    async def find(self, effect: Effect) -> Receipt | None:
        """Look for the marker. A look-up that fails is *unclear*, never *not done*: we would post twice."""
        try:
            if isinstance(effect.action, AskApproval):
                return await self._find_card(effect, effect.action)
            return await self._find_post(effect)
        except NotDone as no:
            raise Unclear(f"could not look whether it was posted: {no}") from no

    async def changed(self, effect: Effect) -> str | None:
        """A question that was settled or has lapsed is not asked any more."""
        if not isinstance(effect.action, AskApproval):
            return None  # facts are weighed again elsewhere; a message depends on nothing in Slack
        approval = await self._ledger.approval(effect.action.approval)
        if approval is None:
            return "the question is not on record any more"
        if approval.state is not ApprovalState.PENDING:
            return f"the question is already {approval.state.value}"
        return "the question lapsed before it was asked" if approval.expires <= self._clock.now() else None

    # --- beside the Hand -----------------------------------------------------------------------------------

    async def refresh_card(self, channel: str, ts: str) -> None:
        """Draw a card again from the ledger; doing it twice changes nothing.

        Two may draw at once, and the slower may have read earlier: whoever has drawn looks whether it is still so.
        """
        drawn: list[Approval] = []
        for _ in range(REDRAWS):
            rows = sorted(await self._ledger.on_card(channel, ts), key=lambda a: (a.asked_at, a.id))
            if rows == drawn:
                return
            card = self._card(rows)
            await self._slack.update(channel, ts, card.text, card.blocks)
            drawn = rows

    async def whisper(self, response_url: str, words: str) -> None:
        """Tell one person privately why their click did nothing; a lost answer is logged, never retried."""
        if self._service is None or not response_url:
            return
        note = refusal_message(words)
        try:
            await self._slack.respond(response_url, note.text, note.blocks)
        except VendorError as failure:
            log.warning("a refusal was not shown: %s", failure, extra={"action": "whisper_lost"})

    async def show_home(self, user: str, facts: Facts) -> None:
        """Draw somebody's Home tab from what is known."""
        directives = self._directives_of()
        now, real = self._clock.now(), self._clock.real()
        member = next((m for team in directives.teams for m in team.members if m.slack == user), None)
        if member is None:
            data = HomeData(zone="UTC", now=now, real=real, reach=None)
        else:
            data = home_of(member, directives, facts, await self._ledger.card_of(member.id), now=now, real=real)
        await self._slack.publish_home(user, home(data))

    # --- questions -----------------------------------------------------------------------------------------

    async def _ask(self, effect: Effect, action: AskApproval) -> Receipt:
        """The ledger is told first where the question stands; then the message is drawn from the ledger.

        So whoever draws it again, at whatever moment, draws all of it.
        """
        asked = await self._approval(action)
        card = asked.card or await self._open_card(action.person)
        if card is None:
            return await self._new_card(effect, action, [asked])
        if asked.card is None:
            await self._ledger.place_card([asked.id], card["channel"], card["ts"])
        try:
            await self.refresh_card(card["channel"], card["ts"])
        except Refused as refused:
            if refused.code not in _GONE:
                raise
            lost = await self._ledger.on_card(card["channel"], card["ts"])
            return await self._new_card(effect, action, [a for a in lost if a.state is ApprovalState.PENDING])
        return Receipt(dict(card), self._words(effect))

    async def _new_card(self, effect: Effect, action: AskApproval, asked: Sequence[Approval]) -> Receipt:
        card = self._card(asked)
        channel = await self._where(effect.team, action)
        ref = await self._slack.post(channel, card.text, card.blocks, marker=effect.id)
        await self._ledger.place_card([a.id for a in asked], ref["channel"], ref["ts"])
        return Receipt(ref, self._words(effect))

    async def _find_card(self, effect: Effect, action: AskApproval) -> Receipt | None:
        """Placed in the ledger, or posted just before we died and not yet placed."""
        asked = await self._approval(action)
        card = asked.card
        if card is None:
            posted = await self._find_post(effect)
            if posted is None:
                return None
            card = posted.ref
            await self._ledger.place_card([asked.id], card["channel"], card["ts"])
        try:
            await self.refresh_card(card["channel"], card["ts"])
        except Refused as refused:
            if refused.code in _GONE:
                return None
            raise
        return Receipt(dict(card), self._words(effect))

    async def _open_card(self, person: PersonId) -> Mapping[str, str] | None:
        """The newest message on which ``person`` was asked something today that is still open."""
        since = self._clock.now() - CARD_OPEN
        rows = [a for a in await self._ledger.card_of(person) if a.asked_at > since]
        cards = [a.card for a in rows if a.card is not None and a.state is ApprovalState.PENDING]
        return max(cards, key=lambda card: card["ts"], default=None)

    async def _approval(self, action: AskApproval) -> Approval:
        asked = await self._ledger.approval(action.approval)
        if asked is None:
            raise Refused("the question is not on record", code="no_approval")
        return asked

    def _card(self, rows: Sequence[Approval]) -> Message:
        """Names and zone come from the constitution; the reader is whoever was asked."""
        directives = self._directives_of()
        names = {m.id: m.name for team in directives.teams for m in team.members}
        reader = self._member(rows[0].team, rows[0].approvers[0])
        return approval_card(rows, names, reader.zone, directives.team(rows[0].team).channels)

    # --- messages ------------------------------------------------------------------------------------------

    async def _draw(self, effect: Effect) -> Message:
        match effect.action:
            case RemindPerson() as action:
                return nudge(action, effect.proposal.id, [*self._budget(effect), *await self._age(effect.team)])
            case AskIdentity() as action:
                return identity_question(action, effect.proposal.id, effect.proposal.evidence, self._budget(effect))
            case Escalate() as action:
                return escalation(action, effect.proposal.id, await self._age(effect.team))
            case PostDigest() as action:
                return digest(action, effect.proposal.id, await self._age(effect.team))
            case _:
                raise Refused(f"{effect.action.kind} is not done in Slack", code="wrong_hand")

    def _budget(self, effect: Effect) -> list[str]:
        """How much of today's attention this is. Critical messages have a budget of their own."""
        if effect.proposal.urgency is Urgency.CRITICAL:
            return []
        rules = (line.rule for line in self._directives_of().lines())
        most = next((rule.per_person_per_day for rule in rules if isinstance(rule, LimitReminders)), 1)
        return ["1 of 1 today"] if most == 1 else [f"at most {most} a day"]

    async def _age(self, team: TeamId) -> list[str]:
        if self._work is None:
            return []
        facts = await self._work.facts_about(team)
        return [words] if (words := data_age(facts.read_at, self._clock.real())) else []

    async def _find_post(self, effect: Effect) -> Receipt | None:
        channel = await self._where(effect.team, effect.action)
        ref = await self._slack.find(channel, effect.id, effect.first_try or self._clock.real())
        return Receipt(ref, self._words(effect)) if ref is not None else None

    def _words(self, effect: Effect) -> str:
        match effect.action:
            case RemindPerson(person=person):
                return f"message to {self._member(effect.team, person).name}"
            case AskApproval(person=person) | AskIdentity(person=person):
                return f"asked {self._member(effect.team, person).name}"
            case Escalate(channel=role) | PostDigest(channel=role):
                return f"posted in #{self._channel_name(effect.team, role)}"
            case _:
                return ""

    # --- who and where -------------------------------------------------------------------------------------

    async def _where(self, team: TeamId, action: Action) -> str:
        match action:
            case RemindPerson(person=person) | AskApproval(person=person) | AskIdentity(person=person):
                return await self._slack.open_dm(self._slack_id(self._member(team, person)))
            case Escalate(channel=role) | PostDigest(channel=role):
                return await self._slack.channel_named(self._channel_name(team, role))
            case _:
                raise Refused(f"{action.kind} is not done in Slack", code="wrong_hand")

    def _member(self, team: TeamId, person: PersonId) -> Member:
        try:
            return self._directives_of().team(team).member(person)
        except (KeyError, StopIteration):
            words = f"{person} is not a member of team {team} in directives.yaml"
            raise Refused(words, code="unknown_person") from None

    def _slack_id(self, member: Member) -> str:
        if member.slack is None:
            raise Refused(f"{member.name} has no slack id in directives.yaml; add it", code="no_slack_id")
        return member.slack

    def _channel_name(self, team: TeamId, role: str) -> str:
        name = self._directives_of().team(team).channels.get(role)
        if not name:
            raise Refused(f"team {team} names no {role} channel in directives.yaml; add it", code="no_channel")
        return name.lstrip("#")

    @property
    def _slack(self) -> Slack:
        if self._service is None:
            raise Refused("Slack is off; set SLACK_BOT_TOKEN", code="service_off")
        return self._service
