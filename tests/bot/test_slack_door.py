"""Slack's door: signature and shape before Bolt, the inbox before the ack, and an ack that never lies."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import urlencode

import pytest

from models.clock import SystemClock
from models.errors import DatabaseNotReady
from tests.bot.conftest import Knock
from tests.bot.knocking import SECRETS, SHARED, Door, Kept, slack_headers

RECORDED = sorted((SHARED / "slack" / "payloads").glob("*.json"))


@pytest.fixture
def inbox() -> Kept:
    return Kept()


@pytest.fixture
def door(knock: Knock, inbox: Kept) -> Door:
    return knock(inbox)


def test_a_command_is_kept_and_acknowledged_without_words(door: Door, inbox: Kept) -> None:
    answer = door.command("status sprint 24")
    assert (answer.status_code, answer.text) == (200, "")
    ((delivery, _, job),) = inbox.deliveries
    assert (delivery.id, delivery.name) == ("1.2.3", "command")
    assert json.loads(delivery.body)["text"] == "status sprint 24"
    assert job is not None and (job.kind, job.lane, job.key, job.coalesce) == ("answer", 0, "slack:U1", False)


def test_who_asks_while_nobody_is_at_work_is_told_so(knock: Knock) -> None:
    answer = knock(Kept(late=4.0)).command("status")
    assert answer.json()["response_type"] == "ephemeral" and "running late" in answer.json()["text"]


def test_a_command_that_speaks_of_a_payload_is_still_a_command(door: Door, inbox: Kept) -> None:
    door.command("why payload=7")
    assert json.loads(inbox.deliveries[0][0].body)["text"] == "why payload=7"


def test_a_command_that_cannot_be_kept_says_so_to_the_asker(knock: Knock) -> None:
    answer = knock(Kept(DatabaseNotReady("gone"))).command("status")
    assert answer.status_code == 200 and "try again" in answer.json()["text"]


def test_what_was_kept_is_never_taken_back_because_nobody_knows_how_late_we_are(knock: Knock) -> None:
    class Unsure(Kept):
        async def waited(self, lane: int) -> float:
            raise DatabaseNotReady("gone just now")

    inbox = Unsure()
    answer = knock(inbox).command("move PAY-7 to sprint 25")
    assert inbox.jobs and answer.status_code == 200 and answer.content == b""


@pytest.mark.parametrize("name", ["approve", "reject"])
def test_clicks_on_one_approval_wait_for_each_other(door: Door, inbox: Kept, name: str) -> None:
    assert door.click(name, '{"a": "ap1", "v": "h"}').status_code == 200
    (job,) = inbox.jobs
    assert (job.kind, job.key, job.lane) == ("click", "approval:ap1", 0)


@pytest.mark.parametrize("name", ["why", "ask", "ask:2", "post_to_channel"])
def test_buttons_that_ask_become_questions_of_the_clicker(door: Door, inbox: Kept, name: str) -> None:
    door.click(name, "status")
    assert [(job.kind, job.key) for job in inbox.jobs] == [("answer", "slack:U1")]


def test_a_button_nobody_knows_is_kept_acknowledged_and_does_nothing(door: Door, inbox: Kept) -> None:
    assert door.click("launch_rockets").status_code == 200
    assert len(inbox.deliveries) == 1 and inbox.jobs == []


@pytest.mark.parametrize(
    "event",
    [
        {"type": "app_mention", "user": "U1", "text": "<@UBOT> status", "channel": "C1", "ts": "1.1"},
        {"type": "message", "channel_type": "im", "user": "U1", "text": "status", "channel": "D1", "ts": "1.1"},
        {"type": "app_home_opened", "user": "U1", "tab": "home", "channel": "D1"},
    ],
    ids=lambda e: e["type"],
)
def test_a_person_who_turns_to_us_gets_a_job(door: Door, inbox: Kept, event: dict[str, str]) -> None:
    assert door.event(**event).status_code == 200
    ((delivery, _, job),) = inbox.deliveries
    own = "said:T1:C1:1.1" if event["type"] == "app_mention" else "Ev1"  # a mention may come a second time as a message
    assert (delivery.name, delivery.id) == ("event", own)
    assert job is not None and (job.kind, job.key) == ("answer", "slack:U1")


@pytest.mark.parametrize(
    "event",
    [
        {"type": "message", "channel_type": "im", "user": "UBOT", "bot_id": "B1", "text": "mine"},
        {"type": "message", "channel_type": "im", "subtype": "message_changed", "message": {"user": "U1"}},
        {"type": "message", "channel_type": "im", "user": "U1", "text": "fixed", "edited": {"user": "U1"}},
        {"type": "message", "channel_type": "channel", "user": "U1", "text": "talk"},
        {"type": "app_mention", "user": "U2", "bot_id": "B2", "text": "<@UBOT> status"},
    ],
    ids=["our own", "an edit", "an edited one", "a channel's talk", "another bot"],
)
def test_words_that_are_not_for_us_are_acknowledged_and_not_kept(door: Door, inbox: Kept, event) -> None:
    assert door.event(**event).status_code == 200
    assert inbox.deliveries == []


def test_an_event_sent_four_times_is_one_job_whatever_the_retry_headers_say(door: Door, inbox: Kept) -> None:
    body = {"type": "event_callback", "event_id": "Ev9", "event": {"type": "app_mention", "user": "U1", "text": "hi"}}
    for again in range(4):
        assert door.slack(json.dumps(body).encode(), **{"X-Slack-Retry-Num": str(again)}).status_code == 200
    assert len(inbox.jobs) == 1


def test_an_event_that_cannot_be_kept_is_503_so_that_slack_sends_it_again(knock: Knock) -> None:
    answer = knock(Kept(DatabaseNotReady("gone"))).event(type="app_mention", user="U1", text="hi")
    assert answer.status_code == 503 and answer.headers["Retry-After"]


def test_the_url_is_verified_by_echoing_the_challenge(door: Door) -> None:
    answer = door.slack(b'{"type": "url_verification", "challenge": "abc"}')
    assert answer.status_code == 200 and "abc" in answer.text


def test_slack_holding_events_back_is_kept_for_the_record(door: Door, inbox: Kept) -> None:
    assert door.slack(b'{"type": "app_rate_limited", "team_id": "T1", "minute_rate_limited": 1}').status_code == 200
    assert len(inbox.deliveries) == 1 and inbox.jobs == []


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Slack-Request-Timestamp": "soon"},
        {"X-Slack-Request-Timestamp": "1e9"},
        {"X-Slack-Request-Timestamp": "9" * 400},
        {"X-Slack-Signature": "v0=00"},
        {"X-Slack-Signature": "v0=" + "é" * 32},
        {"X-Slack-Signature": ""},
    ],
    ids=["word", "float", "long", "wrong", "not ascii", "empty"],
)
def test_a_malformed_signature_is_401_and_never_500(door: Door, inbox: Kept, headers: dict[str, str]) -> None:
    raw = {name: value.encode("latin-1") for name, value in headers.items()}
    assert door.slack(b'{"type": "url_verification", "challenge": "abc"}', **raw).status_code == 401
    assert inbox.deliveries == []


def test_a_window_of_no_kind_is_refused_and_not_asked_for_again(door: Door, inbox: Kept) -> None:
    for view in ({"callback_id": "edit"}, {"callback_id": "edit", "type": None}, {"callback_id": "edit", "type": 7}):
        assert door.interact({"type": "view_submission", "user": {"id": "U1"}, "view": view}).status_code == 400
    assert inbox.deliveries == []


@pytest.mark.parametrize("actions", [None, [], [{}], [{"action_id": None}], [{"action_id": 7}]])
def test_a_press_of_nothing_is_refused_and_not_asked_for_again(door: Door, inbox: Kept, actions: object) -> None:
    body = {"type": "block_actions", "user": {"id": "U1"}, "team": {"id": "T1"}, "actions": actions}
    assert door.interact(body).status_code == 400
    assert inbox.deliveries == []


def test_a_request_older_than_five_minutes_is_refused_although_its_signature_is_right(door: Door) -> None:
    body = b'{"type": "url_verification", "challenge": "abc"}'
    for age, status in ((280, 200), (320, 401)):
        headers = slack_headers(body, SECRETS["slack"], SystemClock().real().timestamp() - age)
        assert door.client.post("/slack/events", content=body, headers=headers).status_code == status


def test_a_signature_of_another_secret_is_refused(door: Door) -> None:
    assert door.slack(b'{"type": "url_verification", "challenge": "x"}', secret="other").status_code == 401


def test_slack_is_off_without_its_settings_and_says_which(knock: Knock) -> None:
    answer = knock(Kept(), SLACK_BOT_TOKEN="", SLACK_SIGNING_SECRET="").slack(b"{}")
    assert answer.status_code == 503 and "SLACK_SIGNING_SECRET" in answer.text


def test_a_dashboard_sign_in_does_not_turn_bolt_into_an_oauth_app(knock: Knock) -> None:
    door = knock(Kept(), SLACK_CLIENT_ID="1.2", SLACK_CLIENT_SECRET="shh")
    assert door.command("help").status_code == 200
    assert door.client.get("/slack/install").status_code == 404


@pytest.mark.skipif(not RECORDED, reason="needs the recorded Slack payloads in the folder shared beside the checkout")
@pytest.mark.parametrize("file", RECORDED, ids=lambda f: f.stem)
def test_what_slack_really_sent_is_never_a_stumble(door: Door, file: Path) -> None:
    payload = json.loads(file.read_text())
    if isinstance(payload, list):  # the index
        return
    first, second = _send(door, payload), _send(door, payload)
    assert first.status_code == second.status_code == 200


def test_a_recorded_delivery_repeated_is_kept_once(door: Door, inbox: Kept) -> None:
    for _ in range(2):
        for file in RECORDED:
            payload = json.loads(file.read_text())
            if isinstance(payload, dict):
                _send(door, payload)
    ids = [delivery.id for delivery, _, _ in inbox.deliveries]
    assert len(ids) == len(set(ids)) and (ids or not RECORDED)


def _send(door: Door, payload: dict):
    if "command" in payload:
        return door.slack(urlencode(payload).encode(), kind="application/x-www-form-urlencoded")
    if payload.get("type") in {"event_callback", "url_verification", "app_rate_limited"}:
        return door.slack(json.dumps(payload).encode())
    return door.interact(payload)
