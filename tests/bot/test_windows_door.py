"""Windows at the door: opened once, filled in once, and whatever comes back cannot break it."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.testclient import TestClient

from bot.app import build
from bot.jobs.windows.open import read_filled, read_opened
from bot.listeners.intake import delivery_id
from bot.listeners.windows import key_of
from bot.server import make_asgi
from bot.settings import Settings
from bot.views.windows import FAULTS
from bot.views.windows.window import Window, carried, drawn, name_of, picked
from integrations.slack import Slack
from models.clock import SystemClock
from tests.bot.knocking import Door, Kept

JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
REASON: Mapping[str, Any] = {"type": "radio_buttons", "selected_option": {"value": "too_early"}}
IDS = json.dumps({"a": "ap1", "q": [["ap1", "v"]]})


class Opening(Slack):
    """Slack that nobody reaches; what it would open is remembered."""

    def __init__(self) -> None:
        super().__init__("xoxb-test", "http://127.0.0.1:9/slack/", SystemClock())
        self.opened, self.done = list[str](), threading.Event()

    async def open_window(self, trigger: str, view: Mapping[str, Any]) -> None:
        self.opened.append(f"{trigger} {view['callback_id']} {view['external_id']}")
        self.done.set()


@pytest.fixture
def inbox() -> Kept:
    return Kept()


@pytest.fixture
def opening(environment: pytest.MonkeyPatch, inbox: Kept) -> Iterator[tuple[Door, Opening]]:
    """A door whose Slack opens windows that nobody sees."""
    app, slack = build(Settings.from_environment(None)), Opening()
    app.mailbox, app.slack = inbox, slack  # type: ignore[assignment]
    with TestClient(make_asgi(app, with_worker=False), raise_server_exceptions=False) as client:
        yield Door(app, client), slack


def submitted(values: Any = None, ids: Any = IDS, word: str = "reject_why", **more: Any) -> dict[str, Any]:
    view = {"type": "modal", "id": "V1", "callback_id": word, "private_metadata": ids}
    state = {"values": {"reason": {"reason": REASON}} if values is None else values}
    body = {"type": "view_submission", "user": {"id": "U1"}, "team": {"id": "T1"}, "trigger_id": "7.7.7"}
    return body | {"view": view | {"state": state, "hash": "h"}} | more


@pytest.mark.parametrize("word", ["edit", "reject_why", "several_no"])
def test_a_press_opens_one_window_and_asks_for_one_job_however_often_it_is_delivered(
    opening: tuple[Door, Opening], inbox: Kept, word: str
) -> None:
    door, slack = opening
    for _ in range(5):
        assert door.click(word, IDS, "5.5.5").status_code == 200
    assert slack.done.wait(2)
    assert slack.opened == [f"5.5.5 {word} {name_of('5.5.5')}"]
    assert [job.kind for job in inbox.jobs] == ["window"]


def test_a_press_without_a_trigger_opens_nothing_and_does_no_harm(opening: tuple[Door, Opening], inbox: Kept) -> None:
    door, slack = opening
    assert door.click("edit", IDS, "").status_code == 200
    assert slack.opened == [] and [job.kind for job in inbox.jobs] == ["window"]


def test_a_submission_that_comes_one_to_five_times_is_one_job_after_the_other_presses_about_it(
    opening: tuple[Door, Opening], inbox: Kept
) -> None:
    door, _ = opening
    for _ in range(5):
        answer = door.interact(submitted())
        assert (answer.status_code, answer.text) == (200, "")
    assert [(job.kind, job.key, job.lane) for job in inbox.jobs] == [("window", "approval:ap1", 0)]


def test_what_is_wrong_is_said_in_the_window_and_nothing_is_kept(opening: tuple[Door, Opening], inbox: Kept) -> None:
    door, _ = opening
    said = door.interact(submitted({"reason": {"reason": {"type": "radio_buttons", "selected_option": None}}})).json()
    assert said == {"response_action": "errors", "errors": {"reason": "Choose a reason."}}
    note = {"reason": {"reason": REASON}, "note": {"note": {"type": "plain_text_input", "value": "x" * 201}}}
    assert door.interact(submitted(note)).json()["errors"] == {"note": "At most 200 characters."}
    empty = {"value": {"value": {"type": "plain_text_input", "value": "  "}}}
    assert door.interact(submitted(empty, word="edit")).json()["errors"] == {"value": "Fill this in, or cancel."}
    assert inbox.deliveries == []


def test_a_closed_window_and_a_shortcut_nobody_knows_are_acknowledged(
    opening: tuple[Door, Opening], inbox: Kept
) -> None:
    door, slack = opening
    closed = submitted() | {"type": "view_closed", "is_cleared": False}
    assert door.interact(closed).status_code == 200
    body = {"type": "message_action", "callback_id": "launch", "user": {"id": "U1"}, "team": {"id": "T1"}}
    assert door.interact(body | {"trigger_id": "1.1.1", "message": {"text": "x"}}).status_code == 200
    assert inbox.jobs == [] and slack.opened == []


@pytest.mark.parametrize("ids", ["", "[]", "7", "null", "[" * 3_000, '{"a": {"x": 1}}', '{"a": "' + "y" * 2_900 + '"}'])
@pytest.mark.parametrize("values", [[], 7, "x", {"reason": 7}, {"reason": {"reason": 7}}, {"reason": []}])
def test_hostile_contents_are_answered_and_never_an_error(opening: tuple[Door, Opening], ids: Any, values: Any) -> None:
    door, _ = opening
    assert door.interact(submitted(values, ids)).status_code == 200


@given(view=st.dictionaries(st.sampled_from(["state", "private_metadata", "callback_id"]), JUNK), ids=JUNK)
def test_whatever_a_body_holds_is_read_without_breaking(view: dict[str, Any], ids: Any) -> None:
    body = {"view": view, "user": ids, "team": ids, "actions": ids, "container": ids, "channel": ids, "message": ids}
    found = picked({"state": {"values": view.get("state")}})
    assert isinstance(found, Mapping) and isinstance(read_filled(body, "d").ids, Mapping)
    assert read_opened(body) is None or read_opened(body).value is not None  # type: ignore[union-attr]
    for check in FAULTS.values():
        assert isinstance(check(found), Mapping)
    assert key_of(carried(view)) == "" or key_of(carried(view)).startswith("approval:")


def test_what_a_window_carries_comes_back_as_it_was() -> None:
    window = Window(word="edit", title="T", blocks=(), submit="Go", carried={"a": "ap1", "q": [["x", "y"]]})
    assert carried(drawn(window, "w1")) == {"a": "ap1", "q": [["x", "y"]]}
    assert name_of("1.1.1") == name_of("1.1.1") != name_of("1.1.2")


def test_a_window_that_opens_waits_for_nothing_else_of_its_reader(opening: tuple[Door, Opening], inbox: Kept) -> None:
    door, _ = opening
    door.command("search payouts")
    door.click("waiting", '{"s": "PAY-7"}', trigger="7.7.7")
    assert [(job.kind, job.key) for job in inbox.jobs] == [("answer", "slack:U1"), ("window", "window:7.7.7")]


def test_a_window_sent_off_again_is_the_same_one_and_another_or_other_words_are_not() -> None:
    def sent(**more: Any) -> dict[str, Any]:
        view = {"id": "V1", "private_metadata": "{}", "state": {"values": {"b": {"b": {"value": "x"}}}}}
        return {"type": "view_submission", "user": {"id": "U1"}, "trigger_id": "1.1", "view": view | more}

    first = delivery_id(sent())
    assert delivery_id(sent() | {"trigger_id": "2.2"}) == first
    assert delivery_id(sent(state={"values": {}})) != first != delivery_id(sent(id="V2"))
    assert delivery_id(sent() | {"user": {"id": "U2"}}) != first
    assert delivery_id(sent(id=7)) == "1.1"
