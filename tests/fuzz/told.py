"""A ticket we hold, and what Jira may tell of it: nearly right bodies, which may be taken over without a reading."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from integrations.jira import Jira
from integrations.jira.mapping import Fields
from models.work import Issue
from tests.contracts.stores.values import issue
from tests.fuzz.bodies import WORDS, bent, encoded
from tests.fuzz.shapes import JUNK

HELD = issue(blocked_by=())
SITE = "https://acme.atlassian.net"
FIELDS = Fields(sprint="customfield_10020", points=("customfield_10016",), flagged="customfield_10021")
NAMES = ("status", "assignee", "priority", "summary", "labels", "duedate", "Sprint", "Flagged", "x")


def retold(body: bytes) -> Issue | None:
    """What ``HELD`` is after that body, or that it must be read. Asks nobody."""
    jira = Jira(base_url="http://127.0.0.1:9", site_url=SITE, email="agent@acme.test", token="t")
    jira._fields = FIELDS
    after = jira.retold(body, HELD)
    assert after is None or (after.id == HELD.id and after.updated >= HELD.updated), "nothing newer is lost"
    return after


def _body() -> dict[str, Any]:
    """A change of status as Jira tells it, whole."""
    own: dict[str, Any] = {
        "summary": HELD.title,
        "statuscategorychangedate": "2027-02-27T09:00:00.000+0000",
        "issuetype": {"name": HELD.kind, "subtask": False},
        "status": {"name": "In Review", "statusCategory": {"key": "indeterminate"}},
        "assignee": None,
        "priority": {"name": HELD.priority},
        "labels": sorted(HELD.labels),
        "duedate": "2027-03-05",
        "issuelinks": [],
        "created": "2027-02-20T09:00:00.000+0000",
        "updated": "2027-03-02T09:00:00.000+0000",
    }
    own |= {"customfield_10020": [{"id": 24, "state": "active"}], "customfield_10016": 3.0, "customfield_10021": None}
    return {
        "issue": {"id": HELD.id, "key": HELD.key, "fields": own},
        "comment": {"updated": "2027-03-02T09:00:00.000+0000"},
    }


@st.composite
def tellings(draw: st.DrawFn) -> bytes:
    """A body that is nearly one of Jira's."""
    ends = st.one_of(st.none(), WORDS, st.sampled_from([HELD.status, HELD.priority, "In Review"]))
    item = st.fixed_dictionaries(
        {"field": st.sampled_from(NAMES), "fromString": ends, "toString": ends, "from": ends, "to": ends}
    )
    move = {"field": "status", "fieldId": "status", "fromString": HELD.status, "toString": "In Review"}
    told = _body() | {
        "webhookEvent": draw(st.sampled_from(["jira:issue_updated", "comment_created"])),
        "changelog": {"items": draw(st.lists(item, max_size=3) | st.just([move]))},
    }
    return encoded(draw(st.just(told) | bent(told, JUNK)))
