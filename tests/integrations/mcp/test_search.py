from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from integrations.fallback import Direct, Finder, search
from integrations.fallback.search import HISTORY_ONLY
from models.errors import Refused
from models.found import FoundMessage
from models.ids import AccountId, IssueKey, SlackUserId, SprintId
from models.work import Issue, Progress, Sprint, SprintState
from tests.integrations.mcp.fakes import ISSUE, Jira, hub
from tests.integrations.mcp.test_asking import AROUND, LI
from tests.moved import Moved

pytestmark = pytest.mark.anyio
NOW = datetime(2026, 11, 17, 14, 40, tzinfo=UTC)


class Company:
    """Jira and Slack over REST, with a little in them."""

    def __init__(self):
        self.asked = []

    async def search(self, jql, *, most=100):
        self.asked.append(jql)
        return [issue("PAY-7"), issue("SECRET-1")]

    async def issues(self, ids_or_keys):
        return [issue("PAY-7")] if ids_or_keys == ["PAY-7"] else []

    async def sprints(self, board):
        return [
            Sprint(
                id=SprintId(10002),
                name="Sprint 24",
                state=SprintState.ACTIVE,
                board=board,
                goal="",
                start=None,
                end=None,
            )
        ]

    async def said_in(self, channel, since):
        self.asked.append((channel, since))
        if channel == "ops":
            raise Refused("no such channel", code="channel_not_found")
        return [said("Refund webhook broke", 1), said("Lunch?", 2), said("the webhook for the REFUND", 3, "U07LI")]

    async def thread(self, channel, ts):
        return []


def issue(key) -> Issue:
    return Issue(
        key=IssueKey(key), id="1", title="T", url=f"https://x/{key}", kind="Bug", status="Open", progress=Progress.TODO,
        status_since=NOW, assignee=AccountId("712020:li"), unassigned_since=None, priority=None, labels=frozenset(),
        points=None, due=None, flagged_since=None, blocked_by=(), sprint=None, created=NOW, updated=NOW,
    )  # fmt: skip


def said(text, minutes, author="U1AB") -> FoundMessage:
    at = NOW + timedelta(minutes=minutes)
    return FoundMessage(
        channel="C07ENG0001", channel_name="engineering", ts=f"{minutes}", text=text, at=at, author=SlackUserId(author)
    )


def finder(hub_=None, company=None) -> tuple[Finder, Company]:
    company, clock = company or Company(), Moved()
    return Finder(hub_, Direct(company, company, clock, name=lambda a: "Li Wei"), clock), company


ONE_CHANNEL = replace(AROUND, channels=("engineering",))


async def ask(words, around=ONE_CHANNEL):
    made, company = finder()
    return await search(made, words, around), company


async def test_a_sprint_is_looked_up_by_its_number_and_only_our_projects_are_shown():
    result, company = await ask("unassigned bugs in sprint 24")
    assert "sprint = 10002" in company.asked[0]
    assert [(each.key, each.assignee_name) for each in result.issues] == [("PAY-7", "Li Wei")]


async def test_an_unknown_sprint_is_said():
    result, company = await ask("bugs in sprint 99")
    assert result.problem == "no board of this team has a sprint 99" and company.asked == []


async def test_nothing_is_asked_when_the_person_is_nobody():
    result, company = await ask("what did Tomas work on")
    assert result.problem and company.asked == [] and result.attempts == ()


async def test_a_person_without_an_account_is_said():
    around = replace(AROUND, people=(replace(LI, account=None),))
    result, _ = await ask("tickets of li", around)
    assert result.problem == "li has no Jira account in directives.yaml"


async def test_a_key_that_does_not_exist_is_an_answer():
    assert (await ask("PAY-8"))[0].problem == "PAY-8 does not exist, or nobody shows it to us"
    assert (await ask("PAY-7"))[0].issues[0].key == "PAY-7"


async def test_messages_are_found_in_the_history_of_the_teams_channels_newest_first():
    result, company = await ask("messages about refund webhook")
    assert [each.text for each in result.messages] == ["the webhook for the REFUND", "Refund webhook broke"]
    assert result.notes == (HISTORY_ONLY,) and company.asked[0][0] == "engineering"
    assert [m.author for m in (await ask("messages about refund from li"))[0].messages] == ["U07LI"]


async def test_a_channel_we_may_not_read_does_not_hide_the_others():
    result, _ = await ask("messages about refund", AROUND)
    assert len(result.messages) == 2 and any("#ops" in note for note in result.notes)


async def test_messages_of_other_channels_are_not_shown():
    company = Company()
    company.said_in = lambda channel, since: _elsewhere()
    result = await search(
        finder(company=company)[0], "messages about refund", replace(AROUND, channels=("engineering",))
    )
    assert result.messages == () and "not this team's" in result.notes[-1]


async def _elsewhere():
    return [replace(said("refund", 1), channel_name="board-only")]


TOKYO = replace(ONE_CHANNEL, zone=ZoneInfo("Asia/Tokyo"), now=datetime(2026, 11, 16, 23, 30, tzinfo=UTC))
"""Half past eight in the morning of the 17th there; still the 16th in UTC."""


def week(*days) -> Company:
    """Something about refunds at noon (UTC) of each of these days of November."""
    company = Company()

    async def said_in(channel, since):
        told = [replace(said("refund", day), at=datetime(2026, 11, day, 12, tzinfo=UTC)) for day in days]
        company.asked.append((channel, since))
        return [each for each in told if each.at >= since]

    company.said_in = said_in
    return company


async def test_a_period_that_has_ended_shows_nothing_of_later():
    company = week(8, 9, 15, 16, 17)
    result = await search(finder(company=company)[0], "messages about refund last week", ONE_CHANNEL, most=2)
    assert [each.at.day for each in result.messages] == [15, 9]
    result = await search(finder(company=company)[0], "messages about refund yesterday", ONE_CHANNEL)
    assert [each.at.day for each in result.messages] == [16]


async def test_today_begins_when_it_does_for_the_team():
    _, company = await ask("messages about refund today", TOKYO)
    assert company.asked == [("engineering", datetime(2026, 11, 16, 15, tzinfo=UTC))]


async def test_days_of_a_simulated_company_are_looked_for_where_real_time_has_them():
    _, company = await ask("messages about refund today", replace(TOKYO, ahead=timedelta(days=7)))
    assert company.asked == [("engineering", datetime(2026, 11, 9, 15, tzinfo=UTC))]


async def test_what_an_mcp_server_shows_of_other_projects_is_dropped(tmp_path):
    made = hub(tmp_path, jira=Jira(lambda *_: {"issues": [ISSUE, ISSUE | {"key": "SECRET-9"}]}).open)
    made.start()
    await made.wait()
    result = await search(finder(made)[0], "open bugs", AROUND)
    await made.close()
    assert (result.by, [each.key for each in result.issues]) == ("mcp jira", ["PAY-101"])
