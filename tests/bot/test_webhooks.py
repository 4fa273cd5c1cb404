"""Jira's and Bitbucket's doors: 202 is a promise that it is on disk; everything else says why not."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections.abc import Collection

import pytest

from bot.metrics import Metrics
from bot.webhooks import SENDERS, Sender, Webhooks
from models.clock import SystemClock
from models.directives_file import load
from models.errors import DatabaseNotReady, Unwelcome
from models.events import Delivery, Event, Source
from tests.bot.conftest import Knock
from tests.bot.knocking import ROOT, Door, Kept, hub
from tests.contracts.stores.values import issue as an_issue
from tests.planner.world import two_teams

ISSUE = json.dumps({"webhookEvent": "jira:issue_updated", "issue": {"id": "1", "key": "PAY-7"}}).encode()


def _rows(door: Door) -> int:
    with sqlite3.connect(door.app.settings.database_url.removeprefix("sqlite:///")) as connection:
        return int(connection.execute("SELECT count(*) FROM inbox").fetchone()[0])


def test_202_means_it_is_on_disk_and_a_repeated_delivery_changes_nothing(knock: Knock) -> None:
    door = knock()
    assert [door.jira(ISSUE).status_code for _ in range(3)] == [202, 202, 202]
    assert _rows(door) == 1
    assert door.bitbucket(b'{"repository": {"full_name": "acme/x"}}').status_code == 202
    assert _rows(door) == 2


@pytest.mark.parametrize("path", ["/webhooks/jira", "/webhooks/bitbucket", "/slack/events"])
def test_unsigned_is_401_and_other_methods_are_405(knock: Knock, path: str) -> None:
    client = knock(Kept()).client
    assert client.post(path, content=b"{}").status_code == 401
    assert client.get(path).status_code == 405


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"[]", 400),
        (b"", 400),
        (b"not json", 400),
        (b"\xff\xfe", 400),
        (b"[" * 100_000, 400),
        (b'{"a":' * 50_000 + b"1" + b"}" * 50_000, 400),
        (b'{"n": ' + b"9" * 5_000 + b"}", 400),
        (b'{"n": NaN}', 400),
        (b'{"x": "' + b"a" * 1_100_000 + b'"}', 413),
    ],
    ids=["list", "empty", "text", "bytes", "deep list", "deep object", "huge number", "nan", "large"],
)
@pytest.mark.parametrize("who", ["jira", "bitbucket", "slack"])
def test_what_is_not_a_small_json_object_is_refused_and_not_kept(
    knock: Knock, who: str, body: bytes, status: int
) -> None:
    inbox = Kept()
    assert getattr(knock(inbox), who)(body).status_code == status
    assert inbox.deliveries == []


@pytest.mark.parametrize("who", ["jira", "bitbucket", "slack"])
def test_a_compressed_body_is_refused_before_anybody_unpacks_it(knock: Knock, who: str) -> None:
    inbox = Kept()
    body = b'{"type": "app_rate_limited", "webhookEvent": "jira:issue_updated"}'
    assert getattr(knock(inbox), who)(body, **{"Content-Encoding": "gzip"}).status_code == 400
    assert inbox.deliveries == []


@pytest.mark.parametrize("trouble", [DatabaseNotReady("gone"), Unwelcome(503, "full"), RuntimeError("a bug")])
@pytest.mark.parametrize("who", ["jira", "bitbucket"])
def test_what_cannot_be_stored_is_503_with_a_time_to_come_back(knock: Knock, who: str, trouble: Exception) -> None:
    answer = getattr(knock(Kept(trouble)), who)(ISSUE)
    assert answer.status_code == 503 and int(answer.headers["Retry-After"]) > 0
    assert str(trouble) not in answer.text or isinstance(trouble, Unwelcome)


def test_without_a_secret_signed_deliveries_wait_and_unsigned_ones_are_refused(knock: Knock) -> None:
    door = knock(Kept(), JIRA_WEBHOOK_SECRET="")
    answer = door.jira(ISSUE)
    assert answer.status_code == 503 and "JIRA_WEBHOOK_SECRET" in answer.text
    assert door.client.post("/webhooks/jira", content=ISSUE).status_code == 401


def test_an_event_that_matters_asks_for_one_debounced_look_of_its_team(knock: Knock) -> None:
    inbox = Kept()
    door = knock(inbox)
    team = door.app.directives.teams[0]
    body = {
        "webhookEvent": "jira:issue_updated",
        "issue": {"id": "1", "key": f"{team.jira.projects[0]}-7"},
        "changelog": {"items": [{"field": "status", "fieldId": "status"}]},
    }
    door.jira(json.dumps(body).encode())
    (job,) = inbox.jobs
    assert (job.kind, job.key, job.team, job.lane) == ("cycle", f"team:{team.id}", team.id, 1)
    assert job.coalesce and 0 < job.delay < job.max_wait
    assert job.payload == {"reason": "event"}


def test_an_incident_asks_for_a_look_that_nothing_puts_off(knock: Knock) -> None:
    inbox = Kept()
    door = knock(inbox)
    fields = {"priority": {"name": "Highest"}, "labels": ["incident"]}
    issue = {"id": "1", "key": f"{door.app.directives.teams[0].jira.projects[0]}-7", "fields": fields}
    door.jira(json.dumps({"webhookEvent": "jira:issue_created", "issue": issue}).encode())
    (job,) = inbox.jobs
    assert job.at_once and job.delay <= 0.1


def test_an_event_without_a_key_is_filed_with_the_team_whose_mirror_holds_its_issue(knock: Knock) -> None:
    inbox = Kept()
    door = knock(inbox)
    team = door.app.directives.teams[0].id
    asyncio.run(door.app.store.save(team, source=Source.JIRA, issues=[an_issue("PAY-77")]))
    comment = {"self": "https://x/rest/api/2/issue/77/comment/5", "body": "so"}
    door.jira(json.dumps({"webhookEvent": "comment_created", "comment": comment}).encode(), delivery="a")
    door.jira(b'{"webhookEvent": "worklog_created", "worklog": {"issueId": "77"}}', delivery="b")
    door.jira(b'{"webhookEvent": "worklog_created", "worklog": {"issueId": "78"}}', delivery="c")
    assert [(whose, job is not None) for _, whose, job in inbox.deliveries] == [
        *((team, True), (team, False), ("-", False)),
    ]


def test_a_build_is_read_at_once_and_no_reason_to_look(knock: Knock) -> None:
    inbox = Kept()
    door = knock(inbox)
    scope = door.app.directives.teams[0].bitbucket
    body = {"repository": {"full_name": f"{scope.workspace}/{scope.repositories[0]}"}, "commit_status": {}}
    door.bitbucket(json.dumps(body).encode(), event="repo:commit_status_created")
    [job] = inbox.jobs
    assert (job.kind, job.lane, job.coalesce) == ("reread", 2, False)


def test_a_pull_request_with_keys_of_two_teams_is_kept_once_for_each_however_often_it_comes() -> None:
    inbox, law = Kept(), two_teams()
    door = Webhooks(
        inbox=inbox, directives=lambda: law, clock=SystemClock(), metrics=Metrics(), secrets={Source.BITBUCKET: "s"}
    )
    pull = {"id": 7, "title": "OPS-2 and PAY-1 in UTF-8", "source": {"branch": {"name": "fix/pay-1"}}}
    body = json.dumps({"repository": {"full_name": "acme/api"}, "pullrequest": pull}).encode()
    headers = {"x-hub-signature": hub(body, "s"), "x-event-key": "pullrequest:created", "x-request-uuid": "u1"}
    fresh = [asyncio.run(door.receive(Source.BITBUCKET, headers, body)) for _ in range(2)]
    assert fresh == [True, False]
    assert [(delivery.id == "u1", team, job.key) for delivery, team, job in inbox.deliveries if job] == [
        (True, law.teams[0].id, f"team:{law.teams[0].id}"),
        (False, "ops", "team:ops"),
    ]


def test_an_event_of_no_team_is_kept_for_the_record_without_work(knock: Knock) -> None:
    inbox = Kept()
    knock(inbox).jira(b'{"webhookEvent": "jira:issue_updated", "issue": {"id": "1", "key": "NOBODYS-1"}}')
    assert [(team, job) for _, team, job in inbox.deliveries] == [("-", None)]


def test_a_parser_that_breaks_costs_a_look_and_never_the_event() -> None:

    def broken(delivery: Delivery, projects: Collection[str]) -> Event:
        raise KeyError("a bug")

    inbox = Kept()
    sender = Sender(SENDERS[Source.JIRA].receive, broken, "")
    door = Webhooks(
        inbox=inbox,
        directives=lambda: load(ROOT / "directives.yaml"),
        clock=SystemClock(),
        metrics=Metrics(),
        secrets={Source.JIRA: "s"},
        senders={Source.JIRA: sender},
    )
    asyncio.run(door.receive(Source.JIRA, {"x-hub-signature": hub(ISSUE, "s")}, ISSUE))
    assert [(delivery.body, job is not None) for delivery, _, job in inbox.deliveries] == [(ISSUE, True)]
