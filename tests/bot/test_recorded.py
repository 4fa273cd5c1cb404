"""What Jira and Bitbucket really sent goes through the real doors into a real database, once."""

from __future__ import annotations

import json
import sqlite3
from typing import Any

import pytest

from tests.bot.conftest import Knock
from tests.bot.knocking import SHARED, Door

INDEX = SHARED / "payloads" / "index.json"
RECORDED = json.loads(INDEX.read_text())["payloads"] if INDEX.exists() else []


@pytest.mark.skipif(not RECORDED, reason="needs the recorded payloads in the folder shared beside the checkout")
def test_every_recorded_body_is_taken_and_a_repetition_changes_nothing(knock: Knock) -> None:
    door = knock()
    first = {entry["file"]: _send(door, entry) for entry in RECORDED}
    assert {file: status for file, status in first.items() if status != 202} == {}
    before = _rows(door)
    assert {_send(door, entry) for entry in RECORDED} == {202}
    assert _rows(door) == before and before["inbox"] > 40


def _send(door: Door, entry: dict[str, Any]) -> int:
    body = (INDEX.parent / entry["file"]).read_bytes()
    known = {name: value for name, value in entry["headers_known"].items() if name.lower() != "x-hub-signature"}
    if entry["product"].startswith("jira"):
        return door.jira(body, delivery=entry["sha256"], **known).status_code
    headers = {"X-Request-UUID": entry["sha256"], "X-Event-Key": "unknown"} | known
    return door.bitbucket(body, event=headers.pop("X-Event-Key"), delivery=headers.pop("X-Request-UUID")).status_code


def _rows(door: Door) -> dict[str, int]:
    with sqlite3.connect(door.app.settings.database_url.removeprefix("sqlite:///")) as connection:
        return {t: connection.execute(f"SELECT count(*) FROM {t}").fetchone()[0] for t in ("inbox", "jobs")}
