"""Whatever Slack, Jira or Bitbucket sign, by either way: the door keeps it or says why not, and never stumbles."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import pytest
from hypothesis import strategies as st

from bot.doors.arrivals import Arrivals
from bot.doors.bodies import in_shape
from bot.doors.socket import SocketDoor
from bot.listeners import Intake, make_bolt
from bot.listeners.commands import SORRY
from bot.metrics import Metrics
from integrations.slack.socket.envelope import Envelope, read
from models.clock import SystemClock
from models.directives_file import load
from models.errors import DatabaseNotReady, Unwelcome
from tests.bot.knocking import ROOT, Kept
from tests.fuzz.bodies import BOMBS, RAW, SCALARS, WORDS, bent, encoded, json_of
from tests.fuzz.house import House, Knock
from tests.fuzz.knocks import SIGNED, SIGNERS, secret_of, signed
from tests.fuzz.shapes import JUNK, PAYLOADS, is_heard, over_http, spoken
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
_NEW = count(1)
_NUMBERS = st.one_of(
    st.builds(lambda: b"new-%d" % next(_NEW)),
    WORDS.map(lambda w: w.encode("utf-8", "replace").translate(None, b"\r\n\x00")),
    st.just(b"d-1"),
)


@dataclass(frozen=True, slots=True)
class Delivered:
    """A signed delivery of Jira or Bitbucket, and what is to become of it."""

    knock: Knock
    number: bytes
    """What its vendor calls it; what is no plain word is no name, and it is known by its body."""
    value: Any
    body: bytes


@st.composite
def deliveries(draw: st.DrawFn, path: str) -> Delivered:
    """One that is nearly as it should be."""
    value = draw(bent(_JIRA if path.endswith("jira") else _BITBUCKET, json_of(_KEYS)))
    body, number = encoded(value), draw(_NUMBERS)
    named = ((b"x-atlassian-webhook-identifier", number), (b"x-request-uuid", number))
    key = draw(
        st.sampled_from([b"pullrequest:created", b"repo:push", b"repo:commit_status_created", b"\xff", b"x:y:z"])
    )
    headers = (*named, (b"x-event-key", key), (b"content-type", b"application/json"))
    return Delivered(draw(signed(path, body, headers)), number, value, body)


@st.composite
def from_slack(draw: st.DrawFn) -> Knock:
    """A signed delivery of Slack."""
    body, kind = over_http(draw(PAYLOADS), draw(st.booleans()))
    retried = draw(st.sampled_from([(), ((b"x-slack-retry-num", b"99999999999"),), ((b"x-slack-retry-num", b"x"),)]))
    return draw(signed("/slack/events", body, ((b"content-type", kind), *retried)))


def kept_or_refused(house: House, knock: Knock) -> int:
    """Ask, and see that nothing but the inbox was written and nothing asked of anybody but a window of Slack's."""
    seen = house.watch(knock)
    assert seen.heard.status < 500, seen
    assert seen.changed <= WRITES, seen.changed
    assert set(seen.called) <= {"POST /slack/views.open"}, seen.called
    return seen.heard.status


@fuzz(15, sent=st.sampled_from(SIGNED[:2]).flatmap(deliveries))
def test_a_signed_object_of_jira_or_bitbucket_is_kept_byte_for_byte_and_nothing_else_is(
    house: House, sent: Delivered
) -> None:
    before = house.rows.inbox()
    status = kept_or_refused(house, sent.knock)
    new = house.rows.inbox(after=max((each.row for each in before), default=0))
    if not isinstance(sent.value, dict):
        assert (status, new) == (400, [])
        return
    assert status == 202
    assert all(each.body == sent.body for each in new)
    source, number = sent.knock.path.decode().rpartition("/")[2], sent.number.strip()
    if re.fullmatch(rb"[\x21-\x7e]{1,200}", number):
        assert bool(new) != any((each.source, each.id) == (source, number.decode()) for each in before)
    else:
        assert new or any((each.source, each.body) == (source, sent.body) for each in before)


@fuzz(40, knock=from_slack())
def test_a_signed_delivery_of_slack_is_kept_or_refused(house: House, knock: Knock) -> None:
    before = len(house.rows.inbox())
    status = kept_or_refused(house, knock)
    assert status in {200, 404, *REFUSED}
    assert status == 200 or len(house.rows.inbox()) == before


@st.composite
def over_both_ways(draw: st.DrawFn) -> Knock:
    """The words of a person, as JSON or as a form."""
    body, kind = over_http(draw(spoken()), draw(st.booleans()))
    return draw(signed("/slack/events", body, ((b"content-type", kind),)))


@fuzz(15, knock=over_both_ways())
def test_what_a_person_says_is_kept_whatever_its_words(house: House, knock: Knock) -> None:
    before = len(house.rows.inbox())
    assert kept_or_refused(house, knock) == 200
    assert len(house.rows.inbox()) == before + 1


@fuzz(15, knock=st.sampled_from(SIGNED).flatmap(lambda path: RAW.flatmap(lambda body: signed(path, body))))
def test_a_bomb_with_a_good_signature_is_no_better(house: House, knock: Knock) -> None:
    kept_or_refused(house, knock)


READABLE = {
    *("just within the depth", "a number of 400 digits", "minus an exponent", "a lone surrogate", "nulls inside"),
    "many keys",
}
"""Of the bombs, those that are an object whose every part can be read: nobody refuses what is merely strange."""


@pytest.mark.parametrize("path", SIGNED[:2])
@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_that_is_signed_is_kept_where_it_can_be_read_and_else_refused(
    house: House, path: str, name: str
) -> None:
    own = ((b"host", b"127.0.0.1"), *SIGNERS[path](BOMBS[name], secret_of(path)))
    status = kept_or_refused(house, Knock("POST", path.encode(), own, (BOMBS[name],)))
    assert status in ({202} if name in READABLE else REFUSED)


# --- over the socket ------------------------------------------------------------------------------------------

_CLOCK = SystemClock()


@dataclass
class Door:
    """Slack's socket, and an inbox of its own behind it."""

    inbox: Kept = field(default_factory=Kept)
    socket: SocketDoor = field(
        default_factory=lambda: SocketDoor("xapp-test", "http://127.0.0.1:9/", _CLOCK, Metrics(), Arrivals(_CLOCK))
    )

    def __post_init__(self) -> None:
        law = load(ROOT / "directives.yaml")
        told = {"clock": _CLOCK, "metrics": Metrics(), "forgotten": lambda group: None}
        intake = Intake(inbox=self.inbox, directives=lambda: law, **told)
        self.bolt = make_bolt(intake, token="xoxb-test", api_url="http://127.0.0.1:9/")

    def take(self, house: House, envelope: Envelope, *, full: bool = False) -> Mapping[str, Any] | None:
        """What it acknowledges an envelope with, while its inbox is empty or takes nothing."""
        self.inbox.deliveries.clear()
        self.inbox.trouble = DatabaseNotReady("the disk is full") if full else None
        answer: Mapping[str, Any] | None = house.run(self.socket.take, self.bolt, envelope)
        return answer


@pytest.fixture(scope="module")
def door() -> Door:
    return Door()


def fits(payload: Mapping[str, Any]) -> bool:
    """Whether it has the shape in which Slack sends."""
    try:
        in_shape(dict(payload))
    except Unwelcome:
        return False
    return True


_ENVELOPE = {
    "type": "events_api",
    "envelope_id": "e-1",
    "accepts_response_payload": True,
    "retry_attempt": 1,
    "retry_reason": "timeout",
}


@fuzz(25, payload=st.one_of(PAYLOADS, spoken()), envelope=bent(_ENVELOPE, st.one_of(SCALARS, JUNK)))
def test_whatever_comes_over_the_socket_is_acknowledged_when_kept_and_else_left_to_be_sent_again(
    house: House, door: Door, payload: Any, envelope: Any
) -> None:
    """A command, which Slack sends only once, is answered at once when it is not kept: whoever typed it can again."""
    said = {**envelope, "payload": payload} if isinstance(envelope, dict) else payload
    found = read(said) if isinstance(said, dict) else None
    if found is None:
        return
    left = door.take(house, found, full=True)
    answer = door.take(house, found)
    assert answer is None or fits(found.payload)
    assert answer is not None or not (fits(found.payload) and is_heard(found.payload)), "not acknowledged"
    untold = left is None or ("command" in found.payload and left.get("text") == SORRY)
    assert untold if door.inbox.deliveries else left == answer, "acknowledged, and not kept"
    assert answer is None or json.loads(found.acknowledged(answer))["envelope_id"] == found.id


@fuzz(10, payload=spoken())
def test_what_a_person_says_over_the_socket_is_acknowledged_once_it_is_kept(
    house: House, door: Door, payload: Any
) -> None:
    said = Envelope(id="e-1", kind="events_api", payload=payload)
    left = door.take(house, said, full=True)
    assert left is None if "event" in payload else left is not None and left["text"] == SORRY
    assert door.take(house, said) is not None
    assert len(door.inbox.deliveries) == 1


def test_the_doors_answer_after_all_that(house: House) -> None:
    assert house.is_well()
