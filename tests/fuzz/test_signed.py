"""Whatever Slack, Jira or Bitbucket sign, by either way: the door keeps it or says why not, and never stumbles."""

from __future__ import annotations

import contextlib
import json
from typing import Any

from hypothesis import strategies as st

from bot.doors.arrivals import Arrivals
from bot.doors.socket import SocketDoor
from bot.listeners import Intake, make_bolt
from bot.metrics import Metrics
from integrations.slack.socket.envelope import read
from models.clock import SystemClock
from models.directives_file import load
from tests.bot.knocking import ROOT, Kept
from tests.fuzz.bodies import RAW, SCALARS, WORDS, bent, encoded, json_of
from tests.fuzz.house import House, Knock
from tests.fuzz.knocks import SIGNED, signed
from tests.fuzz.shapes import JUNK, PAYLOADS, over_http
from tests.fuzz.sizes import fuzz

REFUSED = {400, 413}
WRITES = {"inbox", "jobs", "memory", "teams", "told", "observations"}
"""Tables a door may write: what came, what is to be done about it, where we were asked."""

_KEYS = st.sampled_from(
    [
        *(
            "webhookEvent",
            "issue",
            "key",
            "id",
            "fields",
            "changelog",
            "items",
            "field",
            "fieldId",
            "from",
            "to",
            "user",
        ),
        *(
            "sprint",
            "comment",
            "worklog",
            "issueId",
            "repository",
            "full_name",
            "pullrequest",
            "title",
            "branch",
            "name",
        ),
        *("source", "destination", "actor", "account_id", "uuid", "push", "changes", "new", "old", "timestamp", "self"),
    ]
)
_JIRA = {
    "webhookEvent": "jira:issue_updated",
    "timestamp": 1763389200000,
    "user": {"accountId": "acc-dana"},
    "issue": {
        "id": "1",
        "key": "PAY-7",
        "self": "https://x/1",
        "fields": {"project": {"key": "PAY"}, "sprint": [{"id": 1}]},
    },
    "changelog": {
        "items": [{"field": "Sprint", "fieldId": "customfield_1", "from": "1, 2", "to": "3", "toString": "S"}]
    },
    "comment": {"self": "https://x/rest/api/2/issue/77/comment/5", "body": "so"},
    "sprint": {"id": 5, "originBoardId": 9, "state": "active"},
}
_BITBUCKET = {
    "repository": {"full_name": "acme/payments-api", "uuid": "{u}"},
    "actor": {"account_id": "acc", "uuid": "{a}"},
    "pullrequest": {
        "id": 7,
        "title": "PAY-7 Refund",
        "updated_on": "2026-11-17T10:00:00+00:00",
        "source": {"branch": {"name": "feature/PAY-7"}, "commit": {"hash": "abc"}},
        "destination": {"branch": {"name": "main"}},
    },
    "push": {"changes": [{"new": {"type": "branch", "name": "PAY-8"}, "old": None, "commits": [{"message": "PAY-9"}]}]},
    "commit_status": {"state": "FAILED", "refname": "x", "commit": {"hash": "abc"}},
}
_NUMBERS = st.one_of(WORDS.map(lambda w: w.encode("utf-8", "replace").translate(None, b"\r\n\x00")), st.just(b"d-1"))


@st.composite
def deliveries(draw: st.DrawFn, path: str) -> Knock:
    """A signed delivery of Jira or Bitbucket, nearly as it should be."""
    body = encoded(draw(bent(_JIRA if path.endswith("jira") else _BITBUCKET, json_of(_KEYS))))
    named = ((b"x-atlassian-webhook-identifier", draw(_NUMBERS)), (b"x-request-uuid", draw(_NUMBERS)))
    key = draw(
        st.sampled_from([b"pullrequest:created", b"repo:push", b"repo:commit_status_created", b"\xff", b"x:y:z"])
    )
    return draw(signed(path, body, (*named, (b"x-event-key", key), (b"content-type", b"application/json"))))


@st.composite
def from_slack(draw: st.DrawFn) -> Knock:
    """A signed delivery of Slack."""
    body, kind = over_http(draw(PAYLOADS), draw(st.booleans()))
    retried = draw(st.sampled_from([(), ((b"x-slack-retry-num", b"99999999999"),), ((b"x-slack-retry-num", b"x"),)]))
    return draw(signed("/slack/events", body, ((b"content-type", kind), *retried)))


def kept_or_refused(house: House, knock: Knock) -> int:
    """Ask, and see that nothing but the inbox was written and nothing asked of anybody but a window of Slack's."""
    rows, calls = dict(house.rows.all()), len(house.outside.calls)
    heard = house.ask(knock)
    changed = {name for name, value in house.rows.all().items() if value != rows[name]}
    assert heard.status < 500, heard
    assert changed <= WRITES, changed
    assert set(house.outside.calls[calls:]) <= {"POST /slack/views.open"}, house.outside.calls[calls:]
    return heard.status


@fuzz(15, knock=st.sampled_from(SIGNED[:2]).flatmap(deliveries))
def test_a_signed_delivery_of_jira_or_bitbucket_is_kept_whatever_it_says(house: House, knock: Knock) -> None:
    before = house.rows.count("inbox")
    assert kept_or_refused(house, knock) == 202 or json.loads(b"".join(knock.body)) != {}
    assert house.rows.count("inbox") >= before


@fuzz(40, knock=from_slack())
def test_a_signed_delivery_of_slack_is_kept_or_refused(house: House, knock: Knock) -> None:
    kept_or_refused(house, knock)


@fuzz(15, knock=st.sampled_from(SIGNED).flatmap(lambda path: RAW.flatmap(lambda body: signed(path, body))))
def test_a_bomb_with_a_good_signature_is_no_better(house: House, knock: Knock) -> None:
    kept_or_refused(house, knock)


# --- over the socket ------------------------------------------------------------------------------------------


def socket_door() -> tuple[SocketDoor, Any]:
    clock, metrics, law = SystemClock(), Metrics(), load(ROOT / "directives.yaml")
    intake = Intake(inbox=Kept(), directives=lambda: law, clock=clock, metrics=metrics, forgotten=lambda group: None)
    bolt = make_bolt(intake, token="xoxb-test", api_url="http://127.0.0.1:9/")
    return SocketDoor("xapp-test", "http://127.0.0.1:9/", clock, metrics, Arrivals(clock)), bolt


_ENVELOPE = {
    "type": "events_api",
    "envelope_id": "e-1",
    "accepts_response_payload": True,
    "retry_attempt": 1,
    "retry_reason": "timeout",
}
_DOOR: list[tuple[SocketDoor, Any]] = []


@fuzz(25, payload=PAYLOADS, envelope=bent(_ENVELOPE, st.one_of(SCALARS, JUNK)))
def test_whatever_comes_over_the_socket_is_acknowledged_or_left_to_be_sent_again(
    house: House, payload: Any, envelope: Any
) -> None:
    said = {**envelope, "payload": payload} if isinstance(envelope, dict) else payload
    found = read(said) if isinstance(said, dict) else None
    if found is None:
        return
    if not _DOOR:
        _DOOR.append(socket_door())
    door, bolt = _DOOR[0]
    answer = house.run(door.take, bolt, found)
    assert answer is None or json.loads(found.acknowledged(answer))["envelope_id"] == found.id


def test_the_doors_answer_after_all_that(house: House) -> None:
    with contextlib.suppress(AttributeError):
        _DOOR.clear()
    assert house.is_well()
