"""Slack as the planner's hand: finds the person or channel, draws the message, leaves a marker, never repeats."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from bot.places import Places, Workspace
from bot.shown import GONE, Shown, until_still
from bot.views.approval import approval_card, question_reminder
from bot.views.digest import Pressed, digest
from bot.views.escalation import escalation
from bot.views.identity import identity_question
from bot.views.living import all_settled, as_it_stands, settled_lines
from bot.views.notice import channel_post, to_admins
from bot.views.nudge import nudge
from bot.views.parts.feedback import last_noted
from bot.views.parts.message import Message
from bot.views.parts.moments import data_age
from bot.views.refusal import refusal_message
from models.actions import (
    REMINDERS,
    AskApproval,
    AskIdentity,
    Asking,
    Escalate,
    PostDigest,
    PostToOtherChannel,
    RemindPerson,
    ShadowLog,
    TellAdmins,
    addressee,
)
from models.clock import Clock
from models.directives import Directives, Mode
from models.errors import NotDone, Refused, Unclear, VendorError
from models.hushes import Hush
from models.ids import EffectId, PersonId, TeamId
from models.lessons import What
from models.proposals import CARD_OPEN, Approval, ApprovalState, Effect, Receipt, ask_of
from models.signals import Urgency
from models.standing import Living
from planner.asked.pressed.claims import claimable
from planner.asked.pressed.endings import Asides, asides
from planner.asked.requests import stands_now
from planner.bounds.limits import Place, most_a_day, most_for
from planner.facts.observe import owned, people_of
from planner.hearers.putting_off import later_choices
from planner.lessons.learning import learns
from planner.matters.quiet import is_free
from planner.policy import next_asked
from planner.policy.trust import mode_of
from planner.ports import Work
from planner.reports.deeds import changes_of

log = logging.getLogger(__name__)


class SlackHand:
    """``planner.ports.Hand`` for what people see in Slack. With ``slack=None`` everything is refused."""

    def __init__(
        self,
        slack: Workspace | None,
        ledger: Shown,
        directives_of: Callable[[], Directives],
        clock: Clock,
        *,
        work: Work | None = None,
    ) -> None:
        self._ledger = ledger
        self._directives_of = directives_of
        self._clock = clock
        self._work = work
        self._places = Places(slack, directives_of)

    # --- the Hand ----------------------------------------------------------------------------------------

    async def perform(self, effect: Effect) -> Receipt:
        """Post the message, or add the question to the card its approver already has."""
        if isinstance(effect.action, AskApproval) and effect.action.asking not in REMINDERS:
            return await self._ask(effect, effect.action)
        if isinstance(effect.action, Escalate) and (edited := await self._edit_post(effect, effect.action)) is not None:
            return edited
        drawn = await self._draw(effect)
        channel = await self._places.where(effect.team, effect.action)
        ref = await self._slack.post(channel, drawn.text, drawn.blocks, marker=effect.id)
        return Receipt(ref, self._places.words(effect))

    async def _edit_post(self, effect: Effect, action: Escalate) -> Receipt | None:
        """A channel has one post about a subject while its matter goes on: a further step is said by editing it."""
        post = await self._ledger.post_about(effect.team, action.channel, action.item.subject)
        if post is None or post.sent["channel"] != await self._places.where(effect.team, action):
            return None  # none yet, or none where that channel is today
        drawn = await self._draw(effect)
        try:
            await self._slack.update(post.sent["channel"], post.sent["ts"], drawn.text, drawn.blocks)
        except Refused as refused:
            if refused.code in GONE:
                return None
            raise
        return Receipt(dict(post.sent), self._places.words(effect))

    async def find(self, effect: Effect) -> Receipt | None:
        """Look for the marker. A look-up that fails is *unclear*, never *not done*: we would post twice."""
        try:
            if isinstance(effect.action, AskApproval) and effect.action.asking not in REMINDERS:
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
        """Draw a card again from the ledger; doing it twice changes nothing."""

        async def look() -> list[Approval] | None:
            return sorted(await self._ledger.on_card(channel, ts), key=lambda a: (a.asked_at, a.id)) or None

        async def put(rows: list[Approval]) -> None:
            card = await self._card(rows, _reader(rows, {"channel": channel, "ts": ts}))
            await self._slack.update(channel, ts, card.text, card.blocks)

        await until_still(look, put)

    async def whisper(self, response_url: str, words: str) -> None:
        """Tell one person privately why their click did nothing; a lost answer is logged, never retried."""
        if not self._places.is_on or not response_url:
            return
        note = refusal_message(words)
        try:
            await self._slack.respond(response_url, note.text, note.blocks)
        except VendorError as failure:
            log.warning("a refusal was not shown: %s", failure, extra={"action": "whisper_lost"})

    async def refresh_told(self, team: TeamId, effect_id: EffectId, *first: str) -> None:
        """Draw a reminder or a post again from the ledger; doing it twice changes nothing. Raises as ``Slack.update``.

        ``first`` stands first in the footer of a reminder that is still open.
        """

        async def look() -> tuple[Mapping[str, str], Message] | None:
            living = await self._ledger.living(team, effect_id)
            effect = await self._ledger.effect(living.effect) if living is not None else None
            if living is None or effect is None:
                return None
            return living.sent, await self._drawn_again(effect, living, *first)

        async def put(seen: tuple[Mapping[str, str], Message]) -> None:
            await self._slack.update(seen[0]["channel"], seen[0]["ts"], seen[1].text, seen[1].blocks)

        await until_still(look, put)

    # --- questions -----------------------------------------------------------------------------------------

    async def _ask(self, effect: Effect, action: AskApproval) -> Receipt:
        """The ledger is told first where the question stands; then the message is drawn from the ledger.

        So whoever draws it again, at whatever moment, draws all of it.
        """
        asked = await self._approval(action)
        # Who has just asked for it looks for their card below, not in a message of this morning.
        open_card = await self._open_card(action.person) if asked.proposal.asked_by != action.person else None
        card = asked.shown_to(action.person) or open_card
        if card is None:
            return await self._new_card(effect, action, [asked])
        if asked.shown_to(action.person) is None:
            await self._ledger.place_card([asked.id], card["channel"], card["ts"], action.person)
        try:
            await self.refresh_card(card["channel"], card["ts"])
        except Refused as refused:
            if refused.code not in GONE:
                raise
            lost = await self._ledger.on_card(card["channel"], card["ts"])
            return await self._new_card(effect, action, [a for a in lost if a.state is ApprovalState.PENDING])
        return Receipt(dict(card), self._places.words(effect))

    async def _new_card(self, effect: Effect, action: AskApproval, asked: Sequence[Approval]) -> Receipt:
        card = await self._card(asked, action.person)
        channel = await self._places.where(effect.team, action)
        ref = await self._slack.post(channel, card.text, card.blocks, marker=effect.id)
        await self._ledger.place_card([a.id for a in asked], ref["channel"], ref["ts"], action.person)
        return Receipt(ref, self._places.words(effect))

    async def _find_card(self, effect: Effect, action: AskApproval) -> Receipt | None:
        """Placed in the ledger, or posted just before we died and not yet placed."""
        asked = await self._approval(action)
        card = asked.shown_to(action.person)
        if card is None:
            posted = await self._find_post(effect)
            if posted is None:
                return None
            card = posted.ref
            await self._ledger.place_card([asked.id], card["channel"], card["ts"], action.person)
        try:
            await self.refresh_card(card["channel"], card["ts"])
        except Refused as refused:
            if refused.code in GONE:
                return None
            raise
        return Receipt(dict(card), self._places.words(effect))

    def _asker(self, effect: Effect) -> str:
        """The name of whoever asked for it; empty when nobody did, or they have left the team."""
        members = self._directives_of().team(effect.team).members
        return next((m.name for m in members if m.id == effect.proposal.asked_by), "")

    async def _editor(self, effect: Effect) -> str:
        """The name of whoever else has changed it before they said yes; empty when it is as it was asked for."""
        asked = await self._ledger.approval(effect.approval) if effect.approval is not None else None
        by = asked.by if asked is not None and asked.edits is not None else None
        if by is None or by == effect.proposal.asked_by:
            return ""
        return next((m.name for m in self._directives_of().team(effect.team).members if m.id == by), by)

    async def _open_card(self, person: PersonId) -> Mapping[str, str] | None:
        """The newest message that asked ``person`` something today and is still open."""
        asked = [a for a in await self._ledger.card_of(person) if a.state is ApprovalState.PENDING]
        today = [a for a in asked if a.shown_to(person) is not None and await self._is_of_today(a, person)]
        cards = [card for a in today if (card := a.shown_to(person)) is not None]
        return max(cards, key=lambda card: card["ts"], default=None)

    async def _is_of_today(self, asked: Approval, person: PersonId) -> bool:
        """Asked today, or posted today: what waited for its reader's hours is of the day on which they see it."""
        since = self._clock.now() - CARD_OPEN
        if ((asked.passed_on if person in asked.copies else None) or asked.asked_at) > since:
            return True
        posted = await self._ledger.effect(ask_of(asked.id)) if person in asked.approvers[:1] else None
        return posted is not None and posted.ended is not None and posted.ended > since

    async def _approval(self, action: AskApproval) -> Approval:
        asked = await self._ledger.approval(action.approval)
        if asked is None:
            raise Refused("the question is not on record", code="no_approval")
        return asked

    async def _card(self, rows: Sequence[Approval], person: PersonId) -> Message:
        """Names and zone come from the constitution; the reader may have left it since."""
        directives = self._directives_of()
        names, zone, channels = _shown_with(directives, rows[0].team, person)
        people = people_of(await self._work.facts_about(rows[0].team)) if self._work is not None else {}
        at = Place(rows[0].team, people, directives, self._clock.now())
        law = next((team for team in directives.teams if team.id == at.team), None)
        stopped = frozenset(a.id for a in rows if law is not None and mode_of(a.proposal, law) is Mode.SHADOW)
        of_today = await self._ledger.history_about(at.team, [])
        then = {a.id: next_asked(a, at, of_today) for a in rows if a.id not in stopped}
        known = law is not None
        later = later_choices(person, at) if known else ()
        return approval_card(rows, names, zone, channels, then, later, stopped=stopped)

    async def _reminded_of(self, action: AskApproval) -> Message:
        asked = await self._approval(action)
        names, zone, channels = _shown_with(self._directives_of(), asked.team, action.person)
        card = asked.shown_to(action.person) or {}
        beside = await self._ledger.on_card(card["channel"], card["ts"]) if card else ()
        more = sum(a.state is ApprovalState.PENDING and a.id != asked.id for a in beside)
        promised = action.asking is Asking.PROMISED
        url = await self._address(card)
        now = self._clock.now()
        return question_reminder(asked, names, zone, channels, now=now, more=more, promised=promised, url=url)

    async def _address(self, card: Mapping[str, str]) -> str:
        """Where a card stands; empty where Slack does not tell: it stands in their direct messages anyway."""
        try:
            return await self._slack.permalink(card["channel"], card["ts"]) if card else ""
        except VendorError:
            return ""

    # --- messages ------------------------------------------------------------------------------------------

    async def _draw(self, effect: Effect) -> Message:
        match effect.action:
            case RemindPerson() as action:
                return await self._nudge(effect, action)
            case AskApproval() as action:
                return await self._reminded_of(action)
            case AskIdentity() as action:
                return identity_question(action, effect.proposal.id, effect.proposal.evidence, self._budget(effect))
            case Escalate() as action:
                return escalation(action, effect.proposal.id, await self._age(effect.team))
            case PostDigest() as action:
                return await self._digest(effect, action)
            case PostToOtherChannel() as action:
                return channel_post(action, effect.proposal.id, self._asker(effect), await self._editor(effect))
            case TellAdmins() | ShadowLog() as action:
                return to_admins(action, effect.proposal)
            case _:
                raise Refused(f"{effect.action.kind} is not done in Slack", code="wrong_hand")

    async def _digest(self, effect: Effect, action: PostDigest, shown: Pressed | None = None) -> Message:
        facts = await self._work.facts_about(effect.team) if shown is None and self._work is not None else None
        shown = shown or Pressed(offers=claimable(action.items, facts) if facts is not None else {})
        return digest(action, effect.proposal.id, await self._age(effect.team), shown)

    async def refresh_digest(self, effect: Effect, pressed: Callable[[], Awaitable[Pressed]]) -> None:
        """Draw a summary again with what was ``pressed`` in it, read anew each time. Raises as ``Slack.update``."""
        action, place = effect.action, effect.receipt
        assert isinstance(action, PostDigest)

        async def look() -> Message:
            return await self._digest(effect, action, await pressed())

        async def put(drawn: Message) -> None:
            await self._slack.update(place["channel"], place["ts"], drawn.text, drawn.blocks)

        await until_still(look, put)

    async def _nudge(self, effect: Effect, action: RemindPerson, *first: str, **settled: Any) -> Message:
        directives, menu = self._directives_of(), What.FEEDBACK in learns(self._directives_of())
        beside, changed = Asides(), tuple[str, ...]()
        if self._work is not None:
            facts = await self._work.facts_about(effect.team)
            said = (await self._ledger.history_about(effect.team, [item.subject for item in action.items])).hushes
            beside = asides(action.items, action.person, facts, said, directives, self._clock.now())
            theirs = owned(facts, action.person)
            others = await self._ledger.changed_for(action.person, effect.team, issues=theirs, until=effect.ended)
            changed = changes_of(others, directives)
        notes = [*first, *self._budget(effect), *await self._age(effect.team)]
        return nudge(action, effect.proposal.id, notes, menu=menu, asides=beside, changed=changed, **settled)

    async def _drawn_again(self, effect: Effect, living: Living, *first: str) -> Message:
        """As it was drawn first, but for what is over, was put off, or is said of it in other words now."""
        action, team = living.action, self._directives_of().team(effect.team)
        if isinstance(action, RemindPerson):
            reader = self._places.member(effect.team, action.person)
            hushes = [await self._as_it_came(h) for h in await self._ledger.hushes(effect.team, action.person)]
            settled = settled_lines(living, hushes, reader.zone)
            said = last_noted(effect.id, await self._ledger.known_of(action.person))
            return await self._nudge(effect, action, *(first or said), settled=settled, over=living.standing.over)
        settled = settled_lines(living, (), team.zone)
        if living.is_over and settled:
            return all_settled(settled.values(), nothing=True)
        return escalation(as_it_stands(living, action), effect.proposal.id, await self._age(effect.team))

    async def _as_it_came(self, hush: Hush) -> Hush:
        """With what came of the request behind a press, once there is something."""
        record = await self._ledger.why(hush.said.proposal) if hush.said and hush.said.proposal else None
        words = stands_now(record, self._directives_of()) if record is not None else ""
        return replace(hush, said=replace(hush.said, words=words)) if hush.said and words else hush

    def _budget(self, effect: Effect) -> list[str]:
        """How much of today's attention this is. Critical messages have a budget of their own."""
        if is_free(effect.proposal):
            return ["you asked for this"]
        if effect.proposal.urgency is Urgency.CRITICAL:
            return []
        who, directives = addressee(effect.action), self._directives_of()
        most = most_for(who, effect.team, directives) if who is not None else most_a_day(directives)[1]
        return ["1 of 1 today"] if most == 1 else [f"at most {most} a day"]

    async def _age(self, team: TeamId) -> list[str]:
        if self._work is None:
            return []
        facts = await self._work.facts_about(team)
        return [words] if (words := data_age(facts.read_at, self._clock.real())) else []

    async def _find_post(self, effect: Effect) -> Receipt | None:
        channel = await self._places.where(effect.team, effect.action)
        ref = await self._slack.find(channel, effect.id, effect.first_try or self._clock.real())
        return Receipt(ref, self._places.words(effect)) if ref is not None else None

    @property
    def _slack(self) -> Workspace:
        return self._places.slack


def _reader(rows: Sequence[Approval], place: Mapping[str, str]) -> PersonId:
    """Whose message that is: everything on one message was asked of one person."""
    shown = (person for a in rows for person in a.asked if a.shown_to(person) == place)
    return next(shown, rows[0].approvers[0])


def _shown_with(
    directives: Directives, team: TeamId, person: PersonId
) -> tuple[Mapping[PersonId, str], str, Mapping[str, str]]:
    """Everybody's name, the reader's zone, and the team's channels by role."""
    everybody = {m.id: m for each in directives.teams for m in each.members}
    channels = next((each.channels for each in directives.teams if each.id == team), {})
    reader = everybody.get(person)
    return {m.id: m.name for m in everybody.values()}, reader.zone if reader else "UTC", channels
