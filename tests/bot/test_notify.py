"""The hand in Slack: the right person, once, on one card, whenever it dies in between."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.notify import SlackHand
from integrations.slack import Slack
from models.actions import (
    Action,
    AskApproval,
    Asking,
    CommentOnIssue,
    Escalate,
    PostToOtherChannel,
    Reassign,
    RemindPerson,
    TellAdmins,
)
from models.clock import SystemClock
from models.cycles import History, WhyRecord
from models.directives import Directives
from models.errors import NotDone, Refused, Unclear
from models.hushes import Hush
from models.ids import ApprovalId, EffectId, IssueKey, PersonId, TeamId
from models.lessons import Observation
from models.proposals import Approval, ApprovalState, Decided, Effect, EffectState, ask_of
from models.signals import Urgency
from models.standing import Living
from models.work import Facts
from tests.bot.views.samples import DANA, LI, TUESDAY, approval, escalate, item, proposal, remind, summary
from tests.contracts.blockkit import check_call, texts
from tests.integrations.slack.loopback import Answer, Loopback, loopback

pytestmark = pytest.mark.anyio


class Tuesday(SystemClock):
    """Company time stands at 09:30 in Berlin; real and monotonic time run."""

    def now(self) -> datetime:
        return TUESDAY


@dataclass
class CardsInMemory:
    """Fits ``bot.shown.Shown``."""

    rows: dict[ApprovalId, Approval] = field(default_factory=dict)
    changed: list[Effect] = field(default_factory=list)
    effects: dict[EffectId, Effect] = field(default_factory=dict)
    told: list[Living] = field(default_factory=list)
    quiet: list[Hush] = field(default_factory=list)

    def add(self, *approvals: Approval) -> None:
        self.rows |= {a.id: a for a in approvals}

    async def approval(self, approval: ApprovalId) -> Approval | None:
        return self.rows.get(approval)

    async def card_of(self, person: PersonId) -> Sequence[Approval]:
        return [a for a in self.rows.values() if a.approvers[0] == person and a.state is ApprovalState.PENDING]

    async def on_card(self, channel: str, ts: str) -> Sequence[Approval]:
        return [a for a in self.rows.values() if a.card == {"channel": channel, "ts": ts}]

    async def place_card(self, which: Sequence[ApprovalId], channel: str, ts: str, person: PersonId) -> None:
        for each in which:
            self.rows[each] = replace(self.rows[each], card={"channel": channel, "ts": ts})

    async def effect(self, effect: EffectId) -> Effect | None:
        return self.effects.get(effect)

    async def living(self, team: TeamId, effect: EffectId) -> Living | None:
        return next((each for each in self.told if each.effect == effect), None)

    async def post_about(self, team: TeamId, channel: str, subject: str) -> Living | None:
        posts = [each for each in self.told if isinstance(each.action, Escalate) and not each.is_over]
        return next((each for each in posts if each.action.item.subject == subject), None)  # type: ignore[union-attr]

    async def hushes(self, team: TeamId, person: PersonId) -> Sequence[Hush]:
        return [hush for hush in self.quiet if hush.person == person]

    async def known_of(self, person: PersonId) -> Sequence[Observation]:
        return []

    async def history_of(self, team: TeamId, person: PersonId) -> History:
        return History(spent={}, told=frozenset(), settled={}, open_cards=frozenset())

    async def changed_for(self, person: PersonId, team: TeamId, **_: Any) -> Sequence[Effect]:
        return [each for each in self.changed if isinstance(each.action, Reassign) and each.action.taker == person]

    async def history_about(self, team: TeamId, subjects: Sequence[str]) -> History:
        return History(spent={}, told=frozenset(), settled={}, open_cards=frozenset(), hushes=tuple(self.quiet))

    async def why(self, id: str) -> WhyRecord | None:
        return None

    async def deferred(self, team: TeamId) -> Sequence[Decided]:
        return []


class Mirror:
    """Fits ``planner.ports.Work``: Jira was read two minutes ago."""

    async def facts_about(self, team: TeamId) -> Facts:
        read = {"jira": SystemClock().real() - timedelta(minutes=2, seconds=5)}
        return Facts(team=team, sprints=(), issues=(), pull_requests=(), people=(), read_at=read)


def constitution(**team: Any) -> Directives:
    line = {"id": "once-a-day", "says": "Once a day.", "rule": {"limit": "reminders", "per_person_per_day": 1}}
    people = [
        {"id": "dana", "name": "Dana Ortiz", "slack": "U1", "zone": "Europe/Berlin"},
        {"id": "li", "name": "Li Wei", "slack": "U2", "jira": "a2", "zone": "Asia/Singapore"},
        {"id": "noor", "name": "Noor Haddad", "zone": "UTC"},
    ]
    payments = {
        "id": "payments",
        "name": "Payments",
        "zone": "Europe/Berlin",
        "jira": {"projects": ["PAY"]},
        "channels": {"team": "#engineering", "leadership": "leads"},
        "roles": {"pm": ["dana"]},
        "digest": {"at": "09:30"},
        "members": people,
    }
    nothing: dict[str, Any] = {"uncertainty": [], "learning": [], "escalation": [], "urgency": {}}
    autonomy: dict[str, Any] = {"automatic": [], "needs_confirmation": [], "never": []}
    return Directives.model_validate(
        {
            "constitution": 1,
            "role": {"title": "PM", "says": "Keeps watch."},
            "objectives": {"primary": []},
            "communication": [line],
            "autonomy": autonomy,
            "teams": [payments | team],
            **nothing,
        }
    )


def effect(action: Action, state: EffectState = EffectState.PLANNED, **changes: Any) -> Effect:
    number = changes.pop("number", 1)
    return Effect(
        id=EffectId(f"e{number}"),
        team=TeamId("payments"),
        cycle=None,
        proposal=proposal(action, **changes),
        action=action,
        state=state,
        first_try=TUESDAY,
    )


def ask(number: int = 1) -> Effect:
    return effect(AskApproval(approval=approval(number).id, person=DANA), number=number)


@pytest.fixture
async def server() -> AsyncIterator[Loopback]:
    async with loopback() as running:
        channels = [{"id": "C1", "name": "engineering"}, {"id": "C2", "name": "leads"}]
        running.say("conversations.list", {"channels": channels})
        yield running


@pytest.fixture
def cards() -> CardsInMemory:
    return CardsInMemory()


@pytest.fixture
async def hand(server: Loopback, cards: CardsInMemory) -> AsyncIterator[SlackHand]:
    slack = Slack("xoxb-test", server.url, SystemClock())
    yield SlackHand(slack, cards, constitution, Tuesday(), work=Mirror())
    await slack.close()


def said(call: dict[str, Any]) -> str:
    return "\n".join(texts(call["blocks"]))


# --- messages --------------------------------------------------------------------------------------------


async def test_a_reminder_goes_to_the_persons_own_conversation_with_its_marker(
    hand: SlackHand, server: Loopback
) -> None:
    receipt = await hand.perform(effect(remind()))
    posted = server.of("chat.postMessage")[0]
    assert receipt.ref == {"channel": "DU2", "ts": "1700000000.000002"}
    assert receipt.words == "message to Li Wei"
    assert posted["metadata"]["event_payload"] == {"effect": "e1"}
    assert "1 of 1 today · Jira 2 min old" in said(posted)


async def test_what_others_had_changed_of_the_readers_comes_with_the_message(
    hand: SlackHand, server: Loopback, cards: CardsInMemory
) -> None:
    gave = Reassign(issue=IssueKey("PAY-9"), issue_title="", issue_url="", giver=None, taker=LI)
    cards.changed = [replace(effect(gave), said_yes=DANA)]
    await hand.perform(effect(remind()))
    assert "PAY-9 → Li Wei: Dana Ortiz said yes" in said(server.of("chat.postMessage")[0])


async def test_a_critical_message_does_not_claim_to_be_the_days_only_one(hand: SlackHand, server: Loopback) -> None:
    await hand.perform(effect(remind(), urgency=Urgency.CRITICAL))
    assert "1 of 1" not in said(server.of("chat.postMessage")[0])


POST = PostToOtherChannel(channel="leadership", headline="<!channel> we ship", facts=())
ADMINS = TellAdmins(channel="team", headline="The cap is reached.", facts=("$1.00 spent",))


@pytest.mark.parametrize(
    ("action", "channel"), [(summary(item()), "C1"), (escalate(), "C2"), (POST, "C2"), (ADMINS, "C1")]
)
async def test_a_post_goes_to_the_channel_of_its_role(
    hand: SlackHand, server: Loopback, action: Action, channel: str
) -> None:
    receipt = await hand.perform(effect(action))
    assert receipt.ref["channel"] == channel
    assert receipt.words.startswith("posted in #")


async def test_a_post_says_who_wanted_it_and_pings_nobody(hand: SlackHand, server: Loopback) -> None:
    await hand.perform(effect(POST, asked_by=LI))
    words = said(server.of("chat.postMessage")[0])
    assert "Posted for Li Wei" in words and "&lt;!channel&gt; we ship" in words


async def test_a_post_says_whose_words_it_has_when_its_approver_changed_them(
    hand: SlackHand, server: Loopback, cards: CardsInMemory
) -> None:
    cards.add(replace(approval(1), edits=ApprovalId("first"), by=DANA))
    await hand.perform(replace(effect(POST, asked_by=LI), approval=approval(1).id))
    assert "Posted for Li Wei, in the words of Dana Ortiz" in said(server.of("chat.postMessage")[0])


async def test_whoever_has_just_asked_gets_a_card_below_and_not_a_line_of_this_mornings(
    hand: SlackHand, server: Loopback, cards: CardsInMemory
) -> None:
    cards.add(approval(1, card={"channel": "DU1", "ts": "1.0"}))
    own = approval(2)
    cards.add(replace(own, proposal=replace(own.proposal, asked_by=DANA)))
    await hand.perform(ask(2))
    assert len(server.of("chat.postMessage")) == 1 and server.of("chat.update") == []


async def test_every_call_of_the_hand_is_one_slack_takes(
    hand: SlackHand, server: Loopback, cards: CardsInMemory
) -> None:
    cards.add(approval())
    for number, action in enumerate((remind(), escalate(), summary(item()), POST, ADMINS)):
        await hand.perform(effect(action, number=number))
    await hand.perform(ask())
    for method, arguments in server.calls:
        check_call(method, arguments)


@pytest.mark.parametrize(
    ("action", "code"),
    [
        (RemindPerson(person=PersonId("noor"), items=(item(),)), "no_slack_id"),
        (RemindPerson(person=PersonId("stranger"), items=(item(),)), "unknown_person"),
        (replace(escalate(), channel="board"), "no_channel"),
        (CommentOnIssue(person=LI, issue="PAY-1", item=item()), "wrong_hand"),  # type: ignore[arg-type]
    ],
)
async def test_what_cannot_be_addressed_is_refused_with_the_remedy(
    hand: SlackHand, server: Loopback, action: Action, code: str
) -> None:
    with pytest.raises(Refused) as refused:
        await hand.perform(effect(action))
    assert refused.value.code == code
    assert not server.of("chat.postMessage")


async def test_without_slack_everything_is_refused() -> None:
    hand = SlackHand(None, CardsInMemory(), constitution, Tuesday())
    with pytest.raises(Refused) as refused:
        await hand.perform(effect(remind()))
    assert refused.value.code == "service_off"


# --- looking before a resend -----------------------------------------------------------------------------


async def test_a_message_that_did_arrive_is_found_by_its_marker(hand: SlackHand, server: Loopback) -> None:
    mark = {"event_type": "pm_agent_effect", "event_payload": {"effect": "e1"}}
    server.say("conversations.history", {"messages": [{"ts": "5.5", "metadata": mark}]})
    found = await hand.find(effect(remind(), EffectState.UNKNOWN))
    assert found is not None
    assert found.ref == {"channel": "DU2", "ts": "5.5"}


async def test_one_that_did_not_is_not(hand: SlackHand, server: Loopback) -> None:
    server.say("conversations.history", {"messages": []})
    assert await hand.find(effect(remind(), EffectState.UNKNOWN)) is None


async def test_a_look_up_that_fails_is_unclear_never_a_licence_to_post_again(hand: SlackHand, server: Loopback) -> None:
    server.say("conversations.history", Answer({"ok": False, "error": "ratelimited"}, 429, {"Retry-After": "1"}))
    with pytest.raises(Unclear):
        await hand.find(effect(remind(), EffectState.UNKNOWN))
    with pytest.raises(NotDone):  # posting, by contrast, says plainly that nothing happened
        server.say("chat.postMessage", Answer({"ok": False, "error": "ratelimited"}, 429))
        await hand.perform(effect(remind()))


# --- cards -----------------------------------------------------------------------------------------------


async def test_a_first_question_is_posted_and_placed(hand: SlackHand, server: Loopback, cards: CardsInMemory) -> None:
    cards.add(approval())
    receipt = await hand.perform(ask())
    assert cards.rows[approval().id].card == receipt.ref
    assert receipt.words == "asked Dana Ortiz"
    assert "*Approve?*" in said(server.of("chat.postMessage")[0])
    assert "lapses Wed 18:00" in said(server.of("chat.postMessage")[0])


async def test_a_second_question_joins_the_open_card(hand: SlackHand, server: Loopback, cards: CardsInMemory) -> None:
    cards.add(approval(1), approval(2))
    first, second = await hand.perform(ask(1)), await hand.perform(ask(2))
    assert second.ref == first.ref
    assert len(server.of("chat.postMessage")) == 1
    assert said(server.of("chat.update")[-1]).count("unassigned → Li Wei") == 2


async def test_a_question_of_another_day_is_a_message_of_its_own_because_an_edit_notifies_nobody(
    hand: SlackHand, server: Loopback, cards: CardsInMemory
) -> None:
    yesterday = {"channel": "DU1", "ts": "1.1"}
    cards.add(approval(1, asked_at=TUESDAY - timedelta(days=1), card=yesterday), approval(2))
    await hand.perform(ask(2))
    assert len(server.of("chat.postMessage")) == 1
    assert cards.rows[approval(1).id].card == yesterday


async def test_questions_that_waited_for_the_morning_share_one_message(
    hand: SlackHand, server: Loopback, cards: CardsInMemory
) -> None:
    last_night = TUESDAY - timedelta(hours=13)
    for number in (1, 2, 3):
        cards.add(approval(number, asked_at=last_night))
    for number in (1, 2, 3):
        await hand.perform(ask(number))
        shown = ask_of(approval(number).id)
        cards.effects[shown] = replace(ask(number), id=shown, state=EffectState.SENT, ended=TUESDAY)
    assert len(server.of("chat.postMessage")) == 1
    assert said(server.of("chat.update")[-1]).count("unassigned → Li Wei") == 3


async def test_with_no_question_open_a_new_message_is_posted(
    hand: SlackHand, server: Loopback, cards: CardsInMemory
) -> None:
    old = {"channel": "DU1", "ts": "1.1"}
    cards.add(approval(1, state=ApprovalState.REJECTED, by=DANA, at=TUESDAY, card=old), approval(2))
    await hand.perform(ask(2))
    assert len(server.of("chat.postMessage")) == 1


async def test_dying_between_post_and_note_asks_nobody_twice(
    hand: SlackHand, server: Loopback, cards: CardsInMemory
) -> None:
    cards.add(approval())
    mark = {"event_type": "pm_agent_effect", "event_payload": {"effect": "e1"}}
    server.say("conversations.history", {"messages": [{"ts": "5.5", "metadata": mark}]})
    found = await hand.find(replace(ask(), state=EffectState.UNKNOWN))
    assert found is not None
    assert cards.rows[approval().id].card == found.ref == {"channel": "DU1", "ts": "5.5"}


async def test_dying_between_note_and_edit_still_shows_the_question(
    hand: SlackHand, server: Loopback, cards: CardsInMemory
) -> None:
    placed = {"channel": "DU1", "ts": "5.5"}
    cards.add(approval(1, card=placed), approval(2, card=placed))
    assert await hand.find(replace(ask(2), state=EffectState.UNKNOWN)) is not None
    assert said(server.of("chat.update")[-1]).count("unassigned → Li Wei") == 2


async def test_a_deleted_card_is_posted_anew_with_all_it_asked(
    hand: SlackHand, server: Loopback, cards: CardsInMemory
) -> None:
    cards.add(approval(1, card={"channel": "DU1", "ts": "5.5"}), approval(2))
    server.refuse("chat.update", "message_not_found")
    receipt = await hand.perform(ask(2))
    assert said(server.of("chat.postMessage")[-1]).count("unassigned → Li Wei") == 2
    assert {a.card["ts"] for a in cards.rows.values() if a.card} == {receipt.ref["ts"]}


async def test_drawing_a_card_again_shows_what_the_ledger_says(
    hand: SlackHand, server: Loopback, cards: CardsInMemory
) -> None:
    placed = {"channel": "DU1", "ts": "5.5"}
    cards.add(approval(1, state=ApprovalState.REJECTED, by=DANA, at=TUESDAY, card=placed))
    await hand.refresh_card("DU1", "5.5")
    drawn = server.of("chat.update")[-1]
    assert said(drawn).startswith("*Rejected* Tue 09:30 by Dana Ortiz, nothing done")
    assert [block["type"] for block in drawn["blocks"]] == ["section"]
    await hand.refresh_card("DU1", "no such message")
    assert len(server.of("chat.update")) == 1


SETTLED = {
    "answered": {"state": ApprovalState.APPROVED},
    "withdrawn": {"state": ApprovalState.SUPERSEDED},
    "lapsed": {"expires": TUESDAY},
}


@pytest.mark.parametrize("changes", SETTLED.values(), ids=SETTLED)
async def test_a_settled_question_is_not_asked(hand: SlackHand, cards: CardsInMemory, changes: dict[str, Any]) -> None:
    cards.add(approval(1, **changes), approval(2))
    assert await hand.changed(ask(1))
    assert await hand.changed(ask(2)) is None
    assert await hand.changed(effect(remind())) is None
    assert await hand.changed(ask(3))


# --- beside the hand -------------------------------------------------------------------------------------


async def test_a_lost_whisper_is_no_failure(hand: SlackHand, server: Loopback) -> None:
    server.say("respond", Answer("expired_url", 404))
    await hand.whisper(server.url.replace("/slack/api/", "/respond"), "Only Dana can answer this.")
    await hand.whisper("https://elsewhere.example/", "t")
    await hand.whisper("", "t")
    assert [sent["response_type"] for sent in server.of("respond")] == ["ephemeral"]


async def test_a_reminder_of_a_card_leads_to_it_and_does_without_where_slack_tells_no_address(
    hand: SlackHand, server: Loopback, cards: CardsInMemory
) -> None:
    server.say("chat.getPermalink", {"permalink": "https://x.slack.com/archives/DU1/p1"})
    cards.add(approval(1, card={"channel": "DU1", "ts": "1.0"}))
    cards.add(approval(2, card={"channel": "DU1", "ts": "2.0"}))
    again = [replace(ask(n), action=replace(ask(n).action, asking=Asking.AGAIN)) for n in (1, 2)]  # type: ignore[call-arg]
    await hand.perform(again[0])
    server.say("chat.getPermalink", {"ok": False, "error": "message_not_found"})
    await hand.perform(again[1])
    linked, bare = (said(each) for each in server.of("chat.postMessage"))
    assert "<https://x.slack.com/archives/DU1/p1|card of " in linked
    assert "The card of " in bare and "has the buttons" in bare
