"""The simulated Slack takes what Slack takes, in its words refuses what Slack refuses, and answers in its shapes."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from integrations.simulator.server import Simulator
from integrations.simulator.slack import blocks
from integrations.simulator.slack.workspace import Channel
from models.directives import Directives
from tests.integrations.simulator.conftest import Asking

pytestmark = pytest.mark.anyio


@cache
def schema() -> dict[str, Any]:
    file = Path(__file__).resolve().parents[3].parent / "shared" / "slack" / "schemas" / "web-api-responses.schema.json"
    if not file.is_file():
        pytest.skip("Slack's descriptions (folder shared/slack beside the checkout) are absent")
    return dict(json.loads(file.read_text()))


def shaped(method: str, reply: Any) -> dict[str, Any]:
    """The reply, after holding it against Slack's own types."""
    data = dict(reply.data)
    whole = schema()
    root = {"$ref": f"#/definitions/{whole['x-roots'][method]}", "definitions": whole["definitions"]}
    wrong = [f"{e.json_path}: {e.message[:200]}" for e in Draft7Validator(root).iter_errors(data)]
    assert not wrong, (method, wrong)
    return data


@pytest.fixture
async def slack(simulator: Simulator) -> AsyncIterator[AsyncWebClient]:
    import aiohttp

    async with aiohttp.ClientSession() as session:
        client = AsyncWebClient(
            token=simulator.secrets.slack_bot_token,
            base_url=simulator.environment()["SLACK_API_URL"],
            session=session,
            retry_handlers=[],
        )
        client.proxy = None
        yield client


def room(simulator: Simulator, directives: Directives, role: str = "team") -> Channel:
    name = directives.teams[0].channels[role]
    return next(c for c in simulator.workspace.channels.values() if c.name == name)


def somebody(simulator: Simulator) -> str:
    return next(u.id for u in simulator.workspace.users.values() if not u.bot and not u.guest)


SECTION = {"type": "section", "block_id": "b1", "text": {"type": "mrkdwn", "text": "*Hello*"}}
BUTTON = {"type": "button", "action_id": "go", "text": {"type": "plain_text", "text": "Go"}, "value": "1"}
MARK = {"event_type": "pm_agent_effect", "event_payload": {"effect": "e1"}}


async def refusal(call: Any) -> str:
    with pytest.raises(SlackApiError) as refused:
        await call
    assert refused.value.response["ok"] is False
    return str(refused.value.response["error"])


async def test_every_reply_has_slacks_shape(
    simulator: Simulator, slack: AsyncWebClient, directives: Directives
) -> None:
    channel, user = room(simulator, directives).id, somebody(simulator)
    group = next(iter(simulator.workspace.groups))
    home = {"type": "home", "blocks": [SECTION]}
    modal = {"type": "modal", "title": {"type": "plain_text", "text": "Title"}, "blocks": [SECTION]}
    posted = await slack.chat_postMessage(channel=channel, text="Hello", blocks=[SECTION], metadata=MARK)
    ts = posted["ts"]
    trigger = simulator.workspace.trigger(user)
    opened = await slack.views_open(trigger_id=trigger, view=modal)
    pushed = simulator.workspace.trigger(user)
    for method, reply in [
        ("chat.postMessage", posted),
        ("chat.update", await slack.chat_update(channel=channel, ts=ts, text="Hello again")),
        ("chat.postEphemeral", await slack.chat_postEphemeral(channel=channel, user=user, text="For you")),
        ("chat.getPermalink", await slack.chat_getPermalink(channel=channel, message_ts=ts)),
        ("reactions.add", await slack.reactions_add(channel=channel, timestamp=ts, name="eyes")),
        ("conversations.open", await slack.conversations_open(users=user, return_im=True)),
        ("conversations.list", await slack.conversations_list(limit=2)),
        ("conversations.info", await slack.conversations_info(channel=channel)),
        ("conversations.members", await slack.conversations_members(channel=channel)),
        ("conversations.history", await slack.conversations_history(channel=channel, include_all_metadata=True)),
        ("conversations.replies", await slack.conversations_replies(channel=channel, ts=ts)),
        ("users.info", await slack.users_info(user=user)),
        ("users.list", await slack.users_list()),
        ("users.lookupByEmail", await slack.users_lookupByEmail(email=simulator.workspace.users[user].email)),
        ("users.conversations", await slack.users_conversations(types="public_channel,im")),
        ("users.profile.get", await slack.users_profile_get(user=user)),
        ("dnd.info", await slack.dnd_info(user=user)),
        ("usergroups.users.list", await slack.usergroups_users_list(usergroup=group)),
        ("auth.test", await slack.auth_test()),
        ("team.info", await slack.team_info()),
        ("views.open", opened),
        ("views.push", await slack.views_push(trigger_id=pushed, view=modal)),
        ("views.update", await slack.views_update(view_id=opened["view"]["id"], view=modal)),
        ("views.publish", await slack.views_publish(user_id=user, view=home)),
        (
            "assistant.threads.setStatus",
            await slack.assistant_threads_setStatus(channel_id=channel, thread_ts=ts, status="is looking"),
        ),
        ("chat.delete", await slack.chat_delete(channel=channel, ts=ts)),
    ]:
        assert shaped(method, reply)["ok"], method


async def test_metadata_is_kept_and_shown_only_when_asked_for(
    simulator: Simulator, slack: AsyncWebClient, directives: Directives
) -> None:
    channel = room(simulator, directives).id
    posted = await slack.chat_postMessage(channel=channel, text="Hello", metadata=MARK)
    with_it = await slack.conversations_history(channel=channel, include_all_metadata=True)
    without = await slack.conversations_history(channel=channel)
    assert with_it["messages"][0]["metadata"] == MARK
    assert "metadata" not in without["messages"][0]
    await slack.chat_update(channel=channel, ts=posted["ts"], text="Changed")
    kept = await slack.conversations_history(channel=channel, include_all_metadata=True)
    assert kept["messages"][0]["metadata"] == MARK


async def test_company_time_never_leaves_through_the_web_api(
    simulator: Simulator, slack: AsyncWebClient, directives: Directives
) -> None:
    channel = room(simulator, directives).id
    posted = await slack.chat_postMessage(channel=channel, text="Hello")
    assert abs(float(posted["ts"]) - simulator.clock.real().timestamp()) < 5
    assert "company_time" not in posted["message"]


async def test_history_is_newest_first_and_bounded(
    simulator: Simulator, slack: AsyncWebClient, directives: Directives
) -> None:
    channel = room(simulator, directives).id
    sent = [(await slack.chat_postMessage(channel=channel, text=str(n)))["ts"] for n in range(4)]
    await slack.chat_postMessage(channel=channel, text="in the thread", thread_ts=sent[0])
    page = await slack.conversations_history(channel=channel, oldest=sent[0], limit=2)
    assert [m["text"] for m in page["messages"]] == ["3", "2"]
    assert page["has_more"]
    rest = await slack.conversations_history(
        channel=channel, oldest=sent[0], limit=2, cursor=page["response_metadata"]["next_cursor"]
    )
    assert [m["text"] for m in rest["messages"]] == ["1"]
    thread = await slack.conversations_replies(channel=channel, ts=sent[0])
    assert [m["text"] for m in thread["messages"]] == ["0", "in the thread"]


def long_section(size: int) -> dict[str, Any]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": "x" * size}}


@pytest.mark.parametrize(
    ("code", "arguments"),
    [
        ("channel_not_found", {"channel": "C0NOWHERE00", "text": "x"}),
        ("not_in_channel", {"channel": "general", "text": "x"}),
        ("msg_too_long", {"text": "x" * 4001}),
        ("thread_not_found", {"text": "x", "thread_ts": "1.000001"}),
        ("invalid_metadata_format", {"text": "x", "metadata": {"event_type": "t"}}),
        ("invalid_blocks_format", {"text": "x", "blocks": "[not json"}),
        ("invalid_blocks", {"text": "x", "blocks": [{"type": "sparkles"}]}),
        ("invalid_blocks", {"text": "x", "blocks": [{"type": "section"}]}),
        ("invalid_blocks", {"text": "x", "blocks": [long_section(3001)]}),
        ("invalid_blocks", {"text": "x", "blocks": [long_section(0)]}),
        ("invalid_blocks", {"text": "x", "blocks": [SECTION, SECTION]}),
        ("invalid_blocks", {"text": "x", "blocks": [{"type": "divider"}] * 51}),
        ("invalid_blocks", {"text": "x", "blocks": [{"type": "actions", "elements": []}]}),
        ("invalid_blocks", {"text": "x", "blocks": [{"type": "actions", "elements": [BUTTON, BUTTON]}]}),
        ("invalid_blocks", {"text": "x", "blocks": [{"type": "divider", "colour": "red"}]}),
        (
            "invalid_blocks",
            {"text": "x", "blocks": [{"type": "header", "text": {"type": "mrkdwn", "text": "no markup here"}}]},
        ),
        (
            "invalid_blocks",
            {"text": "x", "blocks": [{"type": "header", "text": {"type": "plain_text", "text": "x" * 151}}]},
        ),
        (
            "invalid_blocks",
            {"text": "x", "blocks": [{"type": "actions", "elements": [{**BUTTON, "value": "x" * 2001}]}]},
        ),
        (
            "invalid_blocks",
            {
                "text": "x",
                "blocks": [
                    {"type": "actions", "elements": [{**BUTTON, "text": {"type": "plain_text", "text": "x" * 76}}]}
                ],
            },
        ),
        ("invalid_blocks", {"text": "x", "blocks": [{"type": "context", "elements": [SECTION["text"]] * 11}]}),
        ("msg_blocks_too_long", {"text": "x", "blocks": [long_section(2900) for _ in range(5)]}),
    ],
)
async def test_posting_refuses_what_slack_refuses(
    simulator: Simulator, slack: AsyncWebClient, directives: Directives, code: str, arguments: dict[str, Any]
) -> None:
    names = {c.name: c.id for c in simulator.workspace.channels.values() if not c.direct}
    channel = arguments.pop("channel", room(simulator, directives).id)
    assert await refusal(slack.chat_postMessage(channel=names.get(channel, channel), **arguments)) == code
    assert not [m for m in simulator.workspace.messages.values() if m.user == simulator.workspace.bot]


async def test_other_methods_refuse_what_slack_refuses(
    simulator: Simulator, slack: AsyncWebClient, directives: Directives
) -> None:
    channel, user, world = room(simulator, directives).id, somebody(simulator), simulator.workspace
    guest = next(u.id for u in world.users.values() if u.guest)
    said = simulator.slack_out.say(user, channel, "Hello")
    only = await slack.chat_postEphemeral(channel=channel, user=user, text="For you")
    modal = {"type": "modal", "title": {"type": "plain_text", "text": "T"}, "blocks": [SECTION]}
    used = world.trigger(user)
    await slack.views_open(trigger_id=used, view=modal)
    leadership = room(simulator, directives, "leadership").id
    for code, call in [
        ("cant_update_message", slack.chat_update(channel=channel, ts=said.ts, text="Mine now")),
        ("cant_delete_message", slack.chat_delete(channel=channel, ts=said.ts)),
        ("message_not_found", slack.chat_update(channel=channel, ts="1.000001", text="x")),
        ("message_not_found", slack.chat_update(channel=channel, ts=only["message_ts"], text="x")),
        ("user_not_in_channel", slack.chat_postEphemeral(channel=leadership, user=guest, text="x")),
        ("user_not_found", slack.users_info(user="U0NOBODY000")),
        ("users_not_found", slack.users_lookupByEmail(email="nobody@example.com")),
        ("user_not_found", slack.conversations_open(users="U0NOBODY000")),
        ("cannot_dm_bot", slack.conversations_open(users=world.bot)),
        ("thread_not_found", slack.conversations_replies(channel=channel, ts="1.000001")),
        ("no_such_subteam", slack.usergroups_users_list(usergroup="S0NOBODY000")),
        ("invalid_cursor", slack.users_list(cursor="guess")),
        ("invalid_trigger_id", slack.views_open(trigger_id="1.2.3", view=modal)),
        ("exchanged_trigger_id", slack.views_open(trigger_id=used, view=modal)),
        ("invalid_arguments", slack.views_publish(user_id=user, view=modal)),
        ("invalid_arguments", slack.views_publish(user_id=user, view={"type": "home", "blocks": [{"type": "plan"}]})),
        ("no_text", slack.api_call("chat.postMessage", json={"channel": channel, "text": ""})),
        ("unknown_method", slack.api_call("chat.shout")),
    ]:
        assert await refusal(call) == code


async def test_a_modal_with_inputs_needs_a_submit_button() -> None:
    field = {"type": "plain_text_input", "action_id": "words"}
    view = {
        "type": "modal",
        "title": {"type": "plain_text", "text": "Why?"},
        "blocks": [{"type": "input", "label": {"type": "plain_text", "text": "Words"}, "element": field}],
    }
    assert blocks.view_faults(view) == [("missing required field: submit", "/view")]
    assert not blocks.view_faults({**view, "submit": {"type": "plain_text", "text": "Send"}})


@pytest.mark.parametrize(("token", "code"), [("", "not_authed"), ("xoxb-guess", "invalid_auth")])
async def test_nobody_else_gets_in(simulator: Simulator, token: str, code: str) -> None:
    client = AsyncWebClient(token=token, base_url=simulator.environment()["SLACK_API_URL"], retry_handlers=[])
    client.proxy = None
    assert await refusal(client.auth_test()) == code


async def test_a_channel_takes_a_small_burst_and_then_one_message_a_second(
    simulator: Simulator, slack: AsyncWebClient, directives: Directives
) -> None:
    channel, other = room(simulator, directives).id, room(simulator, directives, "leadership").id
    with pytest.raises(SlackApiError) as refused:
        for number in range(20):
            await slack.chat_postMessage(channel=channel, text=str(number))
    assert refused.value.response["error"] == "ratelimited"
    assert refused.value.response.status_code == 429
    assert refused.value.response.headers["Retry-After"] == "1"
    assert (await slack.chat_postMessage(channel=other, text="Other channels go on"))["ok"]


async def test_a_response_url_works_five_times(ask: Asking, simulator: Simulator, directives: Directives) -> None:
    channel, user = room(simulator, directives).id, somebody(simulator)
    token = simulator.workspace.response_url(channel, user)
    url = f"{simulator.url}/slack/response/{token}"
    for number in range(5):
        async with ask.http.post(url, json={"text": str(number)}) as reply:
            assert (reply.status, await reply.text()) == (200, "ok")
    async with ask.http.post(url, json={"text": "once more"}) as reply:
        assert (await reply.json())["error"] == "used_url"
    shown = simulator.workspace.shown(channel, user)
    assert [m.only_for for m in shown] == [user] * 5
    assert not simulator.workspace.said(channel)


async def test_the_constitutions_channels_have_the_app_and_general_has_not(
    simulator: Simulator, slack: AsyncWebClient, directives: Directives
) -> None:
    listed = (await slack.conversations_list(limit=1000))["channels"]
    inside = {c["name"] for c in listed if c["is_member"]}
    assert inside == set(directives.teams[0].channels.values())
    assert {c["name"] for c in listed} - inside == {"general"}


async def test_the_guest_is_restricted_and_in_no_constitution(
    simulator: Simulator, slack: AsyncWebClient, directives: Directives
) -> None:
    members = {m.slack for m in directives.teams[0].members}
    listed = (await slack.users_list())["members"]
    (guest,) = [u for u in listed if u["is_restricted"]]
    assert guest["id"] not in members
    assert members <= {u["id"] for u in listed}
    zones = {u["id"]: u["tz"] for u in listed}
    assert all(zones[m.slack] == m.zone for m in directives.teams[0].members)
