"""Threads at the door: words there are kept only where we were asked, and one mention is one job."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient

from bot.app import build
from bot.listeners.threads import EVERYWHERE, THREAD, key_of
from bot.server import make_asgi
from bot.settings import Settings
from tests.bot.knocking import Door, Kept

JOINED = key_of("C1", "100.0")
REPLY = {"type": "message", "channel_type": "channel", "channel": "C1", "user": "U1", "text": "blockers?"}


class Remembering:
    """Remembers one thread, and what it was asked."""

    def __init__(self, trouble: Exception | None = None) -> None:
        self.trouble, self.asked = trouble, list[tuple[str, str, str]]()
        self.kept = list[tuple[str, str]]()

    async def remembered(self, team: str, about: str, key: str) -> Any:
        self.asked.append((team, about, key))
        if self.trouble is not None:
            raise self.trouble
        return {"by": "U1"} if key == JOINED else None

    async def remember(self, team: str, about: str, key: str, value: Any, *, once: bool = False) -> None:
        self.kept.append((about, key))


@pytest.fixture
def inbox() -> Kept:
    return Kept()


@pytest.fixture
def memory() -> Remembering:
    return Remembering()


@pytest.fixture
def door(environment: pytest.MonkeyPatch, inbox: Kept, memory: Remembering) -> Iterator[Door]:
    app = build(Settings.from_environment(None))
    app.mailbox = inbox  # type: ignore[assignment]
    with TestClient(make_asgi(app, with_worker=False), raise_server_exceptions=False) as client:
        app.store = memory  # type: ignore[assignment]
        yield Door(app, client)


def test_a_follow_up_where_we_were_asked_is_a_job_found_by_one_look_at_memory(
    door: Door, inbox: Kept, memory: Remembering
) -> None:
    assert door.event(**REPLY, ts="101.0", thread_ts="100.0").status_code == 200
    assert [job.kind for job in inbox.jobs] == ["answer"]
    assert (EVERYWHERE, THREAD, JOINED) in memory.asked


@pytest.mark.parametrize("thread", ["500.0", "101.0", None])
def test_talk_anywhere_else_is_acknowledged_and_not_kept(door: Door, inbox: Kept, thread: str | None) -> None:
    assert door.event(**REPLY, ts="101.0", thread_ts=thread).status_code == 200
    assert inbox.deliveries == []


def test_a_mention_that_comes_as_two_events_is_one_job_whichever_is_first(door: Door, inbox: Kept) -> None:
    at = REPLY | {"text": "<@UBOT> status", "ts": "101.0", "thread_ts": "100.0"}
    mention = {k: v for k, v in at.items() if k != "channel_type"} | {"type": "app_mention"}
    for name, event in (("Ev1", at), ("Ev2", mention), ("Ev3", at)):
        assert door.event(**event, event_id=name).status_code == 200
    assert [job.kind for job in inbox.jobs] == ["answer"]


def test_a_thread_that_cannot_be_looked_up_is_sent_again(door: Door, memory: Remembering) -> None:
    memory.trouble = OSError("the database is gone")
    assert door.event(**REPLY, ts="101.0", thread_ts="100.0").status_code == 503


def test_an_opened_conversation_is_offered_questions(door: Door, inbox: Kept) -> None:
    assert door.event(type="app_home_opened", tab="messages", user="U1", channel="D1").status_code == 200
    assert [job.kind for job in inbox.jobs] == ["prompts"]


def test_a_press_of_stop_does_not_wait_behind_what_it_stops(door: Door, inbox: Kept) -> None:
    assert door.event(type="agent_session_stopped", user="U1", channel="D1", thread_ts="1.0").status_code == 200
    [job] = inbox.jobs
    assert (job.kind, job.key) == ("stop", "stop:D1:1.0")
