"""What comes from another workspace is refused before anything is read or done, whatever was pressed or filled in."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest

from bot.jobs import HANDLERS
from bot.jobs.presses.press import ELSEWHERE
from bot.jobs.windows.open import WINDOWS
from bot.listeners.buttons import JOBS
from models.events import Delivery, Source
from models.ids import DeliveryId
from planner.lessons.known import PREFERENCES
from tests.planner.world import NOON, TEAM

pytestmark = pytest.mark.anyio

VALUE = {
    "a": "x",
    "v": "y",
    "s": "s",
    "e": "today",
    "l": "never",
    "p": "ann",
    "t": "feedback",
    "c": next(iter(PREFERENCES)),
    "r": "0" * 20,
    "k": "reassign",
}
PRESSED = sorted(word for word, kind in JOBS.items() if kind != "answer")


@dataclass
class Nothing:
    """An app in which there is nothing to look at: whoever looks past the gate fails."""

    body: dict[str, Any]
    told: list[str] = field(default_factory=list)
    audited: list[str] = field(default_factory=list)

    @property
    def app(self) -> Any:
        slack = SimpleNamespace(
            workspace=self._ours, open_dm=self._dm, ephemeral=self._said, post=self._said, update_window=self._drawn
        )
        return SimpleNamespace(
            slack=slack,
            mailbox=SimpleNamespace(delivery=self._delivery, finish=self._none, note=self._none),
            ledger=SimpleNamespace(audit=self._audit),
            clock=SimpleNamespace(real=lambda: NOON),
            notify=SimpleNamespace(whisper=self._whisper),
            store=SimpleNamespace(remembered=self._none),
        )

    async def _ours(self) -> str:
        return "T1"

    async def _dm(self, user: str) -> str:
        return "D1"

    async def _delivery(self, row: int) -> Delivery:
        body = json.dumps(self.body).encode()
        return Delivery(source=Source.SLACK, id=DeliveryId("d"), name="n", body=body, received=NOON)

    async def _none(self, *_: Any, **__: Any) -> None:
        return None

    async def _audit(self, team: str, who: str, what: str, about: str, detail: str) -> None:
        self.audited.append(detail)

    async def _whisper(self, url: str, words: str) -> None:
        self.told.append(words)

    async def _said(self, *said: Any, **_: Any) -> None:
        self.told.append(next(each for each in said if each not in ("D1", "U1")))

    async def _drawn(self, name: str, view: Any) -> None:
        self.told.append(view["blocks"][0]["text"]["text"])


def body(word: str, **more: Any) -> dict[str, Any]:
    value = json.dumps(VALUE | {"f": "useful"})
    return {
        "type": "block_actions",
        "user": {"id": "U1"},
        "team": {"id": "T2"},
        "actions": [{"action_id": word, "value": value}],
        "container": {"channel_id": "C1", "message_ts": "1.0"},
        "response_url": "https://slack.test/r",
        "trigger_id": "9.9.9",
    } | more


async def handled(kind: str, given: dict[str, Any]) -> Nothing:
    seen = Nothing(given)
    await HANDLERS[kind](seen.app, SimpleNamespace(id=1, attempts=1, team=TEAM, payload={"inbox": 1}))  # type: ignore[arg-type]
    return seen


@pytest.mark.parametrize("word", PRESSED)
async def test_a_press_of_another_workspace_is_refused_and_written_down(word: str) -> None:
    seen = await handled(JOBS[word], body(word))
    assert seen.told == seen.audited == ([] if word == "verdict" else [ELSEWHERE])


@pytest.mark.parametrize("word", sorted(WINDOWS))
async def test_a_window_of_another_workspace_is_neither_drawn_nor_settled(word: str) -> None:
    view = {"type": "modal", "callback_id": word, "private_metadata": "{}", "state": {"values": {}}}
    for given in (body(word), body(word, type="view_submission", view=view)):
        seen = await handled("window", given)
        assert seen.told == seen.audited == [ELSEWHERE]
