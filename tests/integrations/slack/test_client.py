"""The client over real HTTP: what it sends, how it understands refusals, and that it never says a thing twice."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
import pytest

from integrations.slack import Slack
from integrations.slack.outgoing.pacing import BURST, INTERVAL
from models.clock import SystemClock
from models.errors import NotDone, Refused, Unclear
from models.links import Links
from tests.contracts.blockkit import check_call
from tests.integrations.slack.loopback import Answer, Loopback

pytestmark = pytest.mark.anyio

BLOCKS: list[dict[str, Any]] = [{"type": "section", "text": {"type": "mrkdwn", "text": "*PAY-7* waits"}}]
USER = {"id": "U1", "tz": "Europe/Berlin", "profile": {"display_name": "Li", "status_text": ""}}


class Stopwatch(SystemClock):
    """Monotonic time stands still until told."""

    def __init__(self) -> None:
        self.at = 100.0

    def monotonic(self) -> float:
        return self.at


async def test_a_post_carries_its_marker_and_unfurls_nothing(slack: Slack, server: Loopback) -> None:
    ref = await slack.post("C1", "PAY-7 waits", BLOCKS, marker="e1", thread="1.2")
    sent = server.of("chat.postMessage")[0]
    assert ref == {"channel": "C1", "ts": "1700000000.000001"}
    assert sent["metadata"] == {"event_type": "pm_agent_effect", "event_payload": {"effect": "e1"}}
    assert (sent["unfurl_links"], sent["unfurl_media"], sent["link_names"]) == (False, False, False)
    assert sent["parse"] == "none"
    assert sent["thread_ts"] == "1.2"


async def test_the_same_marker_gives_the_same_client_msg_id(slack: Slack, server: Loopback) -> None:
    for marker in ("e1", "e1", "e2"):
        await slack.post("C1", "t", marker=marker)
    first, again, other = (sent["client_msg_id"] for sent in server.of("chat.postMessage"))
    assert first == again != other


async def test_every_call_is_one_slack_describes(slack: Slack, server: Loopback) -> None:
    server.say("users.info", {"user": USER})
    server.say("dnd.info", {"dnd_enabled": False})
    server.say("dnd.teamInfo", {"users": {}})
    server.say("users.lookupByEmail", {"user": USER})
    server.say("usergroups.users.list", {"users": ["U1"]})
    server.say("conversations.info", {"channel": {"is_member": True}})
    server.say("conversations.list", {"channels": [{"id": "C1", "name": "engineering"}]})
    server.say("conversations.history", {"messages": []})
    await slack.post("C1", "t", BLOCKS, marker="e1")
    await slack.update("C1", "1.1", "t", BLOCKS)
    await slack.ephemeral("C1", "U1", "t", BLOCKS)
    await slack.open_dm("U1")
    await slack.publish_home("U1", {"type": "home", "blocks": BLOCKS})
    await slack.find("C1", "e1", datetime(2026, 11, 24, tzinfo=UTC))
    await slack.member("U1")
    await slack.members(["U1", "U2"])
    await slack.user_by_email("li@example.com")
    await slack.group_members("S1")
    await slack.channel_named("engineering")
    await slack.in_channel("C12345678")
    await slack.validate(BLOCKS)
    await slack.scopes()
    await slack.check()
    for method, arguments in server.calls:
        check_call(method, arguments)
    assert len(server.calls) == 18


REFUSALS = {
    "said no for now": (Answer({"ok": False, "error": "ratelimited"}, 429, {"Retry-After": "7"}), NotDone),
    "slow down in words": (Answer({"ok": False, "error": "ratelimited"}), NotDone),
    "429 without a body": (Answer("slow down", 429), NotDone),
    "a server error": (Answer("oops", 500), Unclear),
    "a bad gateway page": (Answer("<html>", 502, {"Content-Type": "text/html"}), Unclear),
    "an error of theirs in JSON": (Answer({"ok": False, "error": "internal_error"}), Unclear),
    "text instead of JSON": (Answer("fine"), Unclear),
    "half an object": (Answer('{"ok": tr', 200, {"Content-Type": "application/json"}), Unclear),
    "a list": (Answer([1]), Unclear),
    "null": (Answer(None), Unclear),
    "no ts": (Answer({"ok": True, "channel": "C1"}), Unclear),
    "a cut connection": (Answer(cut=True), Unclear),
    "our id is known already": (Answer({"ok": False, "error": "duplicate_message_not_found"}), Unclear),
    "no such channel": (Answer({"ok": False, "error": "channel_not_found"}), Refused),
    "not invited": (Answer({"ok": False, "error": "not_in_channel"}), Refused),
    "archived": (Answer({"ok": False, "error": "is_archived"}), Refused),
    "a bad token": (Answer({"ok": False, "error": "invalid_auth"}), Refused),
    "a word we do not know": (Answer({"ok": False, "error": "brand_new_error"}), Refused),
}


@pytest.mark.parametrize(("answer", "meaning"), REFUSALS.values(), ids=REFUSALS)
async def test_a_failed_post_is_understood_and_not_repeated(
    slack: Slack, server: Loopback, answer: Answer, meaning: type[Exception]
) -> None:
    server.say("chat.postMessage", answer)
    with pytest.raises(meaning):
        await slack.post("C1", "t")
    assert len(server.of("chat.postMessage")) == 1


async def test_a_refusal_names_slacks_word_and_the_remedy(slack: Slack, server: Loopback) -> None:
    server.refuse("chat.postMessage", "not_in_channel")
    with pytest.raises(Refused, match="/invite") as refused:
        await slack.post("C1", "t")
    assert refused.value.code == "not_in_channel"
    server.refuse("users.info", "missing_scope", needed="users:read")
    with pytest.raises(Refused, match="users:read"):
        await slack.member("U1")


async def test_nobody_listening_means_nothing_happened() -> None:
    slack = Slack("xoxb-test", "http://127.0.0.1:1/", SystemClock())
    with pytest.raises(NotDone):
        await slack.post("C1", "t")
    await slack.close()


async def test_an_answer_that_never_comes_is_unclear(server: Loopback) -> None:
    def impatient() -> aiohttp.ClientSession:
        return aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=0.2))

    server.say("chat.postMessage", Answer({"ok": True}, wait=0.6))
    slack = Slack("xoxb-test", server.url, SystemClock(), session=impatient)
    with pytest.raises(Unclear):
        await slack.post("C1", "t")
    await slack.close()


@pytest.mark.parametrize("fault", ["invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long"])
async def test_refused_blocks_never_lose_the_words(slack: Slack, server: Loopback, fault: str) -> None:
    refused, taken = Answer({"ok": False, "error": fault}), Answer({"ok": True, "channel": "C1", "ts": "1.1"})
    server.say("chat.postMessage", refused, taken)
    assert await slack.post("C1", "PAY-7 waits", BLOCKS, marker="e1") == {"channel": "C1", "ts": "1.1"}
    with_blocks, without = server.of("chat.postMessage")
    assert "blocks" in with_blocks
    assert "blocks" not in without
    assert (without["text"], without["metadata"]) == ("PAY-7 waits", with_blocks["metadata"])


async def test_slacks_complaint_about_blocks_is_logged_once_with_its_pointers(
    slack: Slack, server: Loopback, caplog: pytest.LogCaptureFixture
) -> None:
    said = {"errors": ["must be less than 3001 characters [json-pointer:/blocks/0/text/text]"]}
    refused = Answer({"ok": False, "error": "invalid_blocks", **said})
    server.say("chat.postMessage", refused, Answer({"ok": True, "channel": "C1", "ts": "1.1"}))
    await slack.post("C1", "PAY-7 waits", BLOCKS)
    (line,) = [record for record in caplog.records if record.levelname == "WARNING"]
    assert "invalid_blocks" in line.getMessage()
    assert "/blocks/0/text/text" in line.getMessage()
    assert "PAY-7" not in line.getMessage()


async def test_a_home_slack_refuses_is_drawn_in_words(slack: Slack, server: Loopback) -> None:
    server.say("views.publish", Answer({"ok": False, "error": "invalid_arguments"}), Answer({"ok": True}))
    await slack.publish_home("U1", {"type": "home", "blocks": BLOCKS})
    refused, drawn = (sent["view"]["blocks"] for sent in server.of("views.publish"))
    assert refused == [{"type": "section", "text": BLOCKS[0]["text"] | {"verbatim": True}}]
    assert drawn == [{"type": "section", "text": {"type": "plain_text", "text": "*PAY-7* waits", "emoji": False}}]


async def test_only_what_was_allowed_for_one_message_is_called_in_it(slack: Slack, server: Loopback) -> None:
    await slack.post("C1", "<!channel> <@U1>", mentions={"<!channel>"})
    await slack.post("C1", "<!channel> <@U1>")
    assert [sent["text"] for sent in server.of("chat.postMessage")] == [
        "<!channel> &lt;@U1>", "&lt;!channel> &lt;@U1>"]  # fmt: skip


async def test_what_is_said_in_a_channel_arrives_in_order(slack: Slack, server: Loopback) -> None:
    slow = Answer({"ok": True, "channel": "C1", "ts": "1.1"}, wait=0.2)
    server.say("chat.postMessage", slow, Answer({"ok": True, "channel": "C1", "ts": "1.2"}))
    first = asyncio.create_task(slack.post("C1", "first"))
    await asyncio.sleep(0)
    await slack.update("C1", "1.0", "second")
    assert first.done()
    await first
    assert [m for m, _ in server.calls if m.startswith("chat.")] == ["chat.postMessage", "chat.update"]


async def test_words_alone_are_not_sent_a_second_time(slack: Slack, server: Loopback) -> None:
    server.refuse("chat.postMessage", "invalid_blocks")
    with pytest.raises(Refused):
        await slack.post("C1", "t", BLOCKS)
    with pytest.raises(Refused):
        await slack.post("C1", "t")
    assert len(server.of("chat.postMessage")) == 3


async def test_a_paused_channel_holds_up_no_other(slack: Slack, server: Loopback) -> None:
    pause = Answer({"ok": False, "error": "ratelimited"}, 429, {"Retry-After": "30"})
    server.say("chat.postMessage", pause, Answer({"ok": True, "channel": "C2", "ts": "1.1"}))
    for _ in range(2):
        with pytest.raises(NotDone) as told:
            await slack.post("C1", "t")
        assert told.value.retry_after == pytest.approx(30, abs=1)
    await slack.post("C2", "t")
    assert [sent["channel"] for sent in server.of("chat.postMessage")] == ["C1", "C2"]


async def test_nothing_calls_everybody_whatever_is_handed_in(slack: Slack, server: Loopback) -> None:
    blocks = [{"type": "section", "text": {"type": "mrkdwn", "text": "<!channel> <@U1> <https://x.example|ok>"}}]
    await slack.post("C1", "<!here> look", blocks)
    await slack.publish_home("U1", {"type": "home", "blocks": blocks})
    posted, home = server.of("chat.postMessage")[0], server.of("views.publish")[0]["view"]
    assert posted["text"] == "&lt;!here> look"
    for drawn in (posted["blocks"], home["blocks"]):
        assert drawn[0]["text"]["text"] == "&lt;!channel> &lt;@U1> <https://x.example|ok>"


# --- finding again ---------------------------------------------------------------------------------------


def marked(effect: str, ts: str, kind: str = "pm_agent_effect") -> dict[str, Any]:
    return {"ts": ts, "metadata": {"event_type": kind, "event_payload": {"effect": effect}}}


async def test_a_marker_is_found_on_a_later_page(slack: Slack, server: Loopback) -> None:
    first = {"messages": [{"ts": "9.9"}, marked("e2", "9.8")], "response_metadata": {"next_cursor": "more"}}
    server.say("conversations.history", first, {"messages": [marked("e1", "9.7")]})
    since = datetime(2026, 11, 24, 9, tzinfo=UTC)
    assert await slack.find("C1", "e1", since) == {"channel": "C1", "ts": "9.7"}
    asked = server.of("conversations.history")
    assert asked[0]["include_all_metadata"] in {"1", "true", "True"}
    assert float(asked[0]["oldest"]) == (since - timedelta(minutes=5)).timestamp()
    assert asked[1]["cursor"] == "more"


async def test_what_is_not_there_is_not_found(slack: Slack, server: Loopback) -> None:
    server.say("conversations.history", {"messages": [marked("e1", "9.7", kind="somebody_else")]})
    assert await slack.find("C1", "e1", datetime(2026, 11, 24, tzinfo=UTC)) is None


async def test_looking_for_ever_is_unclear(slack: Slack, server: Loopback) -> None:
    server.say("conversations.history", {"messages": [], "response_metadata": {"next_cursor": "more"}})
    with pytest.raises(Unclear):
        await slack.find("C1", "e1", datetime(2026, 11, 24, tzinfo=UTC))


# --- people and places -----------------------------------------------------------------------------------


async def test_a_conversation_is_opened_once(slack: Slack, server: Loopback) -> None:
    assert [await slack.open_dm("U1") for _ in range(2)] == ["DU1", "DU1"]
    assert len(server.of("conversations.open")) == 1


async def test_a_channel_is_found_by_name_or_id_and_listed_once(slack: Slack, server: Loopback) -> None:
    pages = [
        {"channels": [{"id": "C1", "name": "general"}], "response_metadata": {"next_cursor": "x"}},
        {"channels": [{"id": "C2", "name": "engineering"}]},
    ]
    server.say("conversations.list", *pages)
    assert [await slack.channel_named(n) for n in ("#engineering", "general", "C2")] == ["C2", "C1", "C2"]
    assert len(server.of("conversations.list")) == 2
    with pytest.raises(Refused, match=r"#nowhere.*directives\.yaml") as refused:
        await slack.channel_named("nowhere")
    assert refused.value.code == "channel_not_found"


async def test_a_member_is_read_once_and_without_dnd_if_need_be(slack: Slack, server: Loopback) -> None:
    server.say("users.info", {"user": USER | {"is_restricted": True}})
    server.refuse("dnd.info", "missing_scope")
    first, again = await slack.member("U1"), await slack.member("U1")
    assert first is again
    assert (first.name, first.tz, first.guest, first.dnd_until) == ("Li", "Europe/Berlin", True, None)
    slack.forget("U1")
    await slack.member("U1")
    assert len(server.of("users.info")) == 2


async def test_a_server_that_cannot_validate_finds_nothing_wrong(slack: Slack, server: Loopback) -> None:
    server.refuse("blocks.validate", "unknown_method")
    assert await slack.validate(BLOCKS) is None
    server.refuse("blocks.validate", "invalid_blocks", errors=[{"pointer": "/0/text", "message": "too long"}])
    assert await slack.validate(BLOCKS) == "Slack refused blocks.validate: invalid_blocks (too long [/0/text])"


async def test_the_check_names_missing_scopes(slack: Slack, server: Loopback) -> None:
    body = {"ok": True, "team": "Acme", "user": "pm", "team_id": "T1", "user_id": "U9"}
    server.say("auth.test", Answer(body, headers={"x-oauth-scopes": "chat:write,commands"}))
    check = await slack.check()
    assert not check.ok
    assert "im:write" in check.hint
    assert await slack.workspace() == "T1"


async def test_the_check_says_what_a_refused_token_needs(slack: Slack, server: Loopback) -> None:
    server.refuse("auth.test", "invalid_auth")
    check = await slack.check()
    assert (check.name, check.ok) == ("slack", False)
    assert "SLACK_BOT_TOKEN" in check.hint


# --- where it was asked ----------------------------------------------------------------------------------


async def test_an_answer_goes_to_the_asker_alone_unless_told(slack: Slack, server: Loopback) -> None:
    url = server.url.replace("/slack/api/", "/respond")
    server.say("respond", Answer("ok"))
    await slack.respond(url, "t", BLOCKS)
    await slack.respond(url, "t", in_channel=True, replace=True)
    quiet, loud = server.of("respond")
    assert (quiet["response_type"], quiet["replace_original"], "blocks" in quiet) == ("ephemeral", False, True)
    assert (loud["response_type"], loud["replace_original"], "blocks" in loud) == ("in_channel", True, False)


ADDRESSES = [
    "http://169.254.169.254/x",
    "https://hooks.slack.com.evil.example/x",
    "https://evil@x.example",
    "file:///x",
]


@pytest.mark.parametrize("url", [*ADDRESSES, "http://hooks.slack.com/x", ""])
async def test_an_answer_goes_nowhere_but_to_slack(slack: Slack, server: Loopback, url: str) -> None:
    with pytest.raises(Refused) as refused:
        await slack.respond(url, "t")
    assert refused.value.code == "bad_response_url"
    assert server.calls == []


ENDS = {
    "used up": (Answer("used_url", 404), Refused),
    "expired in JSON": (Answer({"ok": False, "error": "expired_url"}), Refused),
    "slow down": (Answer("", 429, {"Retry-After": "3"}), NotDone),
    "their fault": (Answer("", 503), Unclear),
    "moved elsewhere": (Answer("", 302, {"Location": "http://127.0.0.1:1/"}), Refused),
    "cut": (Answer(cut=True), Unclear),
}


@pytest.mark.parametrize(("answer", "meaning"), ENDS.values(), ids=ENDS)
async def test_a_failed_answer_is_understood(
    slack: Slack, server: Loopback, answer: Answer, meaning: type[Exception]
) -> None:
    server.say("respond", answer)
    with pytest.raises(meaning):
        await slack.respond(server.url.replace("/slack/api/", "/respond"), "t", BLOCKS)
    assert len(server.of("respond")) == 1


async def test_refused_blocks_never_lose_an_answer(slack: Slack, server: Loopback) -> None:
    server.say("respond", Answer("invalid_blocks", 400), Answer("ok"))
    await slack.respond(server.url.replace("/slack/api/", "/respond"), "t", BLOCKS)
    assert ["blocks" in sent for sent in server.of("respond")] == [True, False]


async def test_one_channel_gets_a_burst_and_then_a_post_a_second_and_another_does_not_wait_for_it(
    server: Loopback, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock, moments, rest = Stopwatch(), list[float](), asyncio.sleep
    slack = Slack("xoxb-test", server.url, clock, links=Links.to("https://x.example"))

    async def sleep(seconds: float) -> None:
        clock.at += seconds
        await rest(0)

    monkeypatch.setattr(asyncio, "sleep", sleep)
    for number in range(BURST + 2):
        await slack.post("C1", str(number))
        moments.append(clock.at - 100.0)
    await slack.post("C2", "elsewhere")
    await slack.close()
    assert moments == [0.0] * BURST + [INTERVAL, 2 * INTERVAL]
    assert clock.at == 100.0 + 2 * INTERVAL


async def test_posts_in_one_channel_keep_their_order(slack: Slack, server: Loopback) -> None:
    await asyncio.gather(*(slack.post("C1", str(n)) for n in range(4)))
    assert [sent["text"] for sent in server.of("chat.postMessage")] == ["0", "1", "2", "3"]
