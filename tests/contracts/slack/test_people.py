"""Who people are: in few calls, never guessed, and forgotten when they change."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from integrations.simulator.slack.api import SCOPES
from integrations.simulator.slack.workspace import Channel, User
from models.errors import Refused
from tests.contracts.slack.conftest import Conversation

pytestmark = pytest.mark.anyio

LI = User(id="U0LI0000002", handle="li2", name="Li Wei", zone="Asia/Shanghai", email="li2@example.com", title="")


def add(talk: Conversation, **fields: Any) -> User:
    """One more account, a twin of Li."""
    user = replace(LI, **fields)
    talk.workspace.users[user.id] = user
    return user


def change(talk: Conversation, user: str, **fields: Any) -> None:
    talk.workspace.users[user] = replace(talk.workspace.users[user], **fields)


async def test_a_team_is_read_in_one_call_each_and_one_for_all_then_for_nothing(talk: Conversation) -> None:
    for _ in range(3):
        assert sorted(await talk.slack.members(talk.people)) == sorted(talk.people)
    assert talk.counts == {"users.info": len(talk.people), "dnd.teamInfo": 1}


async def test_a_change_is_seen_as_soon_as_it_is_told(talk: Conversation) -> None:
    user = talk.people[0]
    await talk.slack.members(talk.people)
    now = int(talk.simulator.clock.real().timestamp())
    change(talk, user, status="On vacation", emoji=":palm_tree:", quiet=(now - 60, now + 3_600))
    assert (await talk.slack.member(user)).status_text == ""
    talk.slack.forget(user)
    seen = await talk.slack.member(user)
    assert (seen.status_text, seen.dnd_until) == ("On vacation", datetime.fromtimestamp(now + 3_600, UTC))


async def test_guests_strangers_bots_and_departed_ones_are_told_apart(talk: Conversation) -> None:
    add(talk, id="U0STRANGER1", stranger=True)
    add(talk, id="U0DEPARTED1", deleted=True)
    guest = next(u.id for u in talk.workspace.users.values() if u.guest)
    wanted = [talk.people[0], "U0STRANGER1", "U0DEPARTED1", guest, talk.workspace.bot, "U0NOBODY001"]
    seen = await talk.slack.members(wanted)
    assert [(user, m.guest, m.bot, m.deleted) for user, m in seen.items()] == [
        (talk.people[0], False, False, False),
        ("U0STRANGER1", True, False, False),
        ("U0DEPARTED1", False, False, True),
        (guest, True, False, False),
        (talk.workspace.bot, False, True, False),
    ]


async def test_an_address_leads_to_one_active_member_or_to_nobody(talk: Conversation) -> None:
    known = talk.workspace.users[talk.people[0]]
    found = await talk.slack.user_by_email(known.email.upper())
    assert found is not None
    assert (found.id, found.email) == (known.id, known.email)
    assert await talk.slack.user_by_email("nobody@example.com") is None


@pytest.mark.parametrize("why", ["hidden", "deleted", "stranger", "bot"])
async def test_an_address_that_is_not_a_members_to_show_leads_nowhere(talk: Conversation, why: str) -> None:
    add(talk, **{why: True})
    assert await talk.slack.user_by_email(LI.email) is None


async def test_of_two_accounts_with_an_address_the_departed_one_is_never_taken(talk: Conversation) -> None:
    add(talk, id="U0AAAAAAAA1", deleted=True)
    active = add(talk, id="U0ZZZZZZZZ1")
    found = await talk.slack.user_by_email(LI.email)
    assert found is not None
    assert found.id == active.id


async def test_without_the_scope_an_address_is_refused_by_name_and_shown_nowhere(talk: Conversation) -> None:
    talk.simulator.slack.scopes = SCOPES.replace(",users:read.email", "")
    with pytest.raises(Refused, match=r"users:read\.email"):
        await talk.slack.user_by_email(LI.email)
    assert (await talk.slack.member(talk.people[0])).email is None


async def test_a_user_groups_people_are_known_until_they_change(talk: Conversation) -> None:
    group, users = next(iter(talk.workspace.groups.items()))
    for _ in range(2):
        assert tuple(await talk.slack.group_members(group)) == users
    talk.workspace.groups[group] = users[:1]
    talk.slack.forget(group)
    assert tuple(await talk.slack.group_members(group)) == users[:1]
    assert talk.counts == {"usergroups.users.list": 2}
    with pytest.raises(Refused) as refused:
        await talk.slack.group_members("S0NOSUCHONE")
    assert refused.value.code == "no_such_subteam"


async def test_granted_scopes_are_those_slack_names(talk: Conversation) -> None:
    assert await talk.slack.scopes() == frozenset(SCOPES.split(","))


async def test_membership_is_asked_anew_by_id_or_name(talk: Conversation) -> None:
    assert await talk.slack.in_channel(talk.room().id)
    assert await talk.slack.in_channel("#engineering")
    assert not await talk.slack.in_channel("general")
    assert not await talk.slack.in_channel("C0NOSUCHONE")
    room = talk.room()
    talk.workspace.channels[room.id] = replace(room, members=room.members - {talk.workspace.bot})
    assert not await talk.slack.in_channel(room.id)


async def test_a_private_channel_is_seen_from_inside_only(talk: Conversation) -> None:
    for name, members in (("inside", {talk.workspace.bot}), ("outside", {talk.people[0]})):
        id_ = f"C0{name.upper()}01"
        talk.workspace.channels[id_] = Channel(id=id_, name=name, members=frozenset(members), private=True)
    assert await talk.slack.in_channel("inside")
    assert not await talk.slack.in_channel("outside")


async def test_without_the_scope_for_private_channels_the_public_ones_are_found(talk: Conversation) -> None:
    talk.simulator.slack.scopes = SCOPES.replace("groups:read,", "")
    assert await talk.slack.channel_named("engineering") == talk.room().id


async def test_slack_may_show_another_time_of_day_than_the_constitution(talk: Conversation) -> None:
    user = talk.people[0]
    change(talk, user, zone="Europe/Berlin")
    seen = await talk.slack.member(user)
    at = datetime(2026, 11, 24, tzinfo=UTC)
    assert seen.tz == "Europe/Berlin"
    assert seen.elsewhere("America/New_York", at)
    assert not seen.elsewhere("Europe/Paris", at)
    assert seen.elsewhere("Africa/Lagos", at)  # the same today, another in summer
