"""What Slack tells about the app itself: an invitation is a job, its end one line with the remedy and nothing else."""

from __future__ import annotations

import json

import pytest

from bot.listeners.standing import farewell
from tests.bot.conftest import Knock
from tests.bot.knocking import SHARED, Kept


def test_the_end_of_the_app_is_one_line_with_the_remedy_and_kept(
    knock: Knock, caplog: pytest.LogCaptureFixture
) -> None:
    inbox = Kept()
    door = knock(inbox)
    assert door.event(type="app_uninstalled").status_code == 200
    [line] = [r.getMessage() for r in caplog.records if r.levelname == "ERROR"]
    assert "SLACK_BOT_TOKEN" in line and "uninstalled" in line
    assert len(inbox.deliveries) == 1 and inbox.jobs == []


def test_a_persons_revoked_token_is_none_of_ours() -> None:
    assert farewell({"type": "tokens_revoked", "tokens": {"oauth": ["U1"], "bot": []}}) == ""
    assert "revoked the bot token" in farewell({"type": "tokens_revoked", "tokens": {"bot": ["U2"]}})


@pytest.mark.skipif(not (SHARED / "slack").exists(), reason="needs the recorded Slack payloads beside the checkout")
def test_every_recorded_end_is_understood() -> None:
    ends = [
        *(SHARED / "slack" / "payloads").glob("event_tokens_revoked*"),
        *(SHARED / "slack" / "payloads").glob("event_app_un*"),
    ]
    told = [json.loads(file.read_text())["event"] for file in ends]
    assert len(told) > 3 and all(farewell(e) or not (e.get("tokens") or {}).get("bot") for e in told)


def test_an_invitation_is_a_job_and_anybody_elses_is_not_even_kept(knock: Knock) -> None:
    inbox = Kept()
    door = knock(inbox)
    for number, user in enumerate(("UBOT", "U1")):
        event = {"type": "member_joined_channel", "user": user, "channel": "C1"}
        owner = [{"team_id": "T1", "user_id": "UBOT", "is_bot": True}]
        body = {"type": "event_callback", "event_id": f"Ev{number}", "event": event, "authorizations": owner}
        assert door.slack(json.dumps(body).encode()).status_code == 200
    assert [(job.kind, job.key) for job in inbox.jobs] == [("introduce", "introduce:C1")]
    assert len(inbox.deliveries) == 1
