"""A message in Slack that was sent says what has come of it; a channel has one post about a matter while it goes on."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from bot.notify import SlackHand
from integrations.slack import Slack
from models.actions import Escalate, RemindPerson
from models.clock import SystemClock
from models.hushes import Hush
from models.ids import HushId, SignalId
from models.proposals import Effect
from models.standing import Living, Over, Standing
from tests.bot.test_notify import CardsInMemory, Mirror, Tuesday, constitution, effect, said
from tests.bot.views.samples import LI, TUESDAY, escalate, item, remind
from tests.integrations.slack.loopback import Loopback, loopback

pytestmark = pytest.mark.anyio

OVER = Over(TUESDAY + timedelta(hours=2), "PAY-398 is not blocked any more")
PLACE = {"channel": "DU2", "ts": "1700000000.000001"}
POSTED = PLACE | {"channel": "C2"}


@pytest.fixture
async def server() -> AsyncIterator[Loopback]:
    async with loopback() as running:
        running.say("conversations.list", {"channels": [{"id": "C2", "name": "leads"}]})
        yield running


@pytest.fixture
def cards() -> CardsInMemory:
    return CardsInMemory()


@pytest.fixture
async def hand(server: Loopback, cards: CardsInMemory) -> AsyncIterator[SlackHand]:
    slack = Slack("xoxb-test", server.url, SystemClock())
    yield SlackHand(slack, cards, constitution, Tuesday(), work=Mirror())
    await slack.close()


def sent(cards: CardsInMemory, what: Effect, **standing: Any) -> Effect:
    """The effect as the ledger has it once it is out."""
    assert isinstance(what.action, RemindPerson | Escalate)
    cards.effects[what.id] = what
    place = POSTED if isinstance(what.action, Escalate) else PLACE
    living = Living(effect=what.id, action=what.action, standing=Standing(**standing), sent=place, at=TUESDAY)
    cards.told.append(living)
    return what


async def test_a_reminder_whose_matter_is_over_says_so_in_one_line(
    hand: SlackHand, server: Loopback, cards: CardsInMemory
) -> None:
    told = sent(cards, effect(remind()), over={SignalId("s1"): OVER})
    await hand.refresh_told(told.team, told.id)
    [edit] = server.of("chat.update")
    assert (edit["channel"], edit["ts"]) == tuple(PLACE.values())
    assert said(edit).endswith("is not blocked any more (18:30). Nothing to do.") and len(edit["blocks"]) == 1


async def test_what_is_over_among_others_is_struck_through_and_the_rest_keeps_its_menu(
    hand: SlackHand, server: Loopback, cards: CardsInMemory
) -> None:
    left = item("PAY-42", signal=SignalId("s2"))
    told = sent(cards, effect(remind(item(), left)), over={SignalId("s1"): OVER})
    await hand.refresh_told(told.team, told.id)
    [edit] = server.of("chat.update")
    assert "~" in said(edit) and "(18:30)" in said(edit) and "Nothing to do" not in said(edit)
    menus = [e for b in edit["blocks"] for e in b.get("elements", ()) if e.get("action_id", "").startswith("later")]
    assert [menu["action_id"] for menu in menus] == ["later:s2"]


async def test_what_was_put_off_is_one_line_with_the_readers_own_time_and_the_way_back(
    hand: SlackHand, server: Loopback, cards: CardsInMemory
) -> None:
    told = sent(cards, effect(remind()))
    until = TUESDAY + timedelta(days=1)
    cards.quiet.append(Hush(id=HushId("h"), team=told.team, person=LI, subject="PAY-398", until=until, at=TUESDAY))
    await hand.refresh_told(told.team, told.id)
    [edit] = server.of("chat.update")
    assert "is put off until Wed 16:30." in said(edit) and "/pm unmute PAY-398" in said(edit)
    assert [block["type"] for block in edit["blocks"]] == ["section"]


async def test_a_further_step_edits_the_post_there_is_and_posts_no_second(
    hand: SlackHand, server: Loopback, cards: CardsInMemory
) -> None:
    sent(cards, effect(escalate()))
    receipt = await hand.perform(effect(escalate(), number=2))
    assert receipt.ref == POSTED
    assert len(server.of("chat.update")) == 1 and not server.of("chat.postMessage")


async def test_a_post_in_a_channel_of_yesterday_is_not_edited_for_readers_of_another(
    hand: SlackHand, server: Loopback, cards: CardsInMemory
) -> None:
    sent(cards, effect(escalate()))
    server.say("conversations.list", {"channels": [{"id": "C9", "name": "leads"}]})
    receipt = await hand.perform(effect(escalate(), number=2))
    assert receipt.ref["channel"] == "C9" and not server.of("chat.update")


async def test_a_post_whose_matter_is_over_is_left_and_a_new_matter_gets_a_post_of_its_own(
    hand: SlackHand, server: Loopback, cards: CardsInMemory
) -> None:
    sent(cards, effect(escalate()), over={SignalId("s1"): OVER})
    await hand.perform(effect(escalate(), number=2))
    assert len(server.of("chat.postMessage")) == 1 and not server.of("chat.update")


async def test_a_post_somebody_deleted_is_posted_anew(hand: SlackHand, server: Loopback, cards: CardsInMemory) -> None:
    sent(cards, effect(escalate()))
    server.refuse("chat.update", "message_not_found")
    await hand.perform(effect(escalate(), number=2))
    assert len(server.of("chat.postMessage")) == 1


async def test_what_somebody_asked_to_hear_says_so_and_names_no_budget(hand: SlackHand, server: Loopback) -> None:
    promised = effect(remind(), promised=HushId("h"), rule="you-asked")
    await hand.perform(promised)
    assert "you asked for this" in said(server.of("chat.postMessage")[0])
