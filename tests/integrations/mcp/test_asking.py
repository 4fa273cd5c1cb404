from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from time import perf_counter
from zoneinfo import ZoneInfo

import pytest

from integrations.fallback.asking import Someone, SprintWanted, Surroundings, understand
from integrations.fallback.jql import jql_of, quoted, sprint_of
from integrations.simulator import seed
from integrations.simulator.atlassian.jql import parse
from models.clock import SharedClock
from models.ids import AccountId, SlackUserId, SprintId
from models.work import Progress, Sprint, SprintState
from tests.integrations.mcp.jira_v2 import constitution

LI = Someone(id="li", names=("Li Wei", "Li"), account=AccountId("712020:li"), slack=SlackUserId("U07LI"))
SARAH = Someone(id="sarah", names=("Sarah Okafor", "Sarah"), account=AccountId("712020:sarah"))
WILL = Someone(id="will", names=("Will Jones", "Will"), account=AccountId("712020:will"))
AROUND = Surroundings(
    people=(LI, SARAH, WILL),
    projects=("PAY",),
    zone=ZoneInfo("America/New_York"),
    now=datetime(2026, 11, 17, 14, 40, tzinfo=UTC),  # a Tuesday
    boards=(7,),
    blocked_statuses=("Blocked",),
    channels=("engineering", "ops"),
)


def wanted(words, **changes):
    return understand(words, replace(AROUND, **changes))


def jql(words, sprint=None, **changes):
    around = replace(AROUND, **changes)
    found = understand(words, around)
    assert not found.problem
    return jql_of(found, around, sprint)


@pytest.mark.parametrize(
    ("words", "query"),
    [
        (
            "blocked tickets in the current sprint",
            'sprint in openSprints() AND (Flagged is not EMPTY OR status in ("Blocked")) AND statusCategory != 3',
        ),
        ("what did Sarah work on this week", 'assignee = "712020:sarah" AND updated >= "-2020m"'),
        ("overdue tickets of Li", 'duedate < "2026-11-17" AND statusCategory != 3 AND assignee = "712020:li"'),
        ("unassigned bugs in sprint 24", 'sprint = 10002 AND assignee is EMPTY AND issuetype = "Bug"'),
        ("Who owns nothing? Tickets without an owner", "assignee is EMPTY"),
        ("li's bugs", 'assignee = "712020:li" AND issuetype = "Bug"'),
        ("low priority stories", 'issuetype = "Story" AND priority = "Low"'),
        ("tasks in the next sprint", 'sprint in futureSprints() AND issuetype = "Task"'),
        ("what is in progress", "statusCategory = 4"),
        ("open bugs", 'statusCategory != 3 AND issuetype = "Bug"'),
        ("tickets created last week", 'created >= "-12100m" AND created < "-2020m"'),
        ("due tomorrow", 'statusCategory != 3 AND duedate >= "2026-11-18" AND duedate < "2026-11-19"'),
        ("due next week", 'statusCategory != 3 AND duedate >= "2026-11-23" AND duedate < "2026-11-30"'),
        ("changed in the last 3 days", 'updated >= "-4900m"'),
        ("since friday", 'updated >= "-6340m"'),
        ("tickets about refund webhooks", 'text ~ "refund webhooks"'),
        ('anything with "late fee"?', 'text ~ "late fee"'),
    ],
)  # fmt: skip
def test_words_become_a_query(words, query):
    assert jql(words, SprintId(10002) if "24" in words else None).startswith(f'project in ("PAY") AND {query} ORDER BY')


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        ("what did Tomas work on this week", "Tomas is nobody in directives.yaml"),
        ("Anna's tickets", "Anna is nobody"),
        ("my tickets", "do not know who is asking"),
        ("tickets of li and sarah", "li or sarah"),
        ("OTHER-12", "OTHER is not a project"),
        ("messages in #random", "#random is not a channel"),
        ("what is the", "nothing to search for"),
        ("", "nothing to search for"),
    ],
)
def test_what_would_answer_another_question_is_not_searched(words, problem):
    assert problem in wanted(words).problem


@pytest.mark.parametrize(
    ("words", "turned"),
    [
        ("not blocked tickets", "not"),
        ("tickets about refunds not blocked", "not"),
        ("not done and not blocked", "not"),
        ('not "late fee"', "not"),
        ("messages not from Li", "not"),
        ("tickets without blockers", "without"),
        ("no bugs", "no"),
        ("bugs except of li", "except"),
        ("tickets that isn\u2019t overdue", "isn't"),
        ("tickets that arent overdue", "arent"),
        ("tickets never changed this week", "never"),
        ("everything but bugs", "everything but"),
        ("non-blocked tickets", "non"),
        ("unblocked tickets", "unblocked"),
        ("-blocked tickets", "-"),
        ("!blocked tickets", "!"),
    ],
)
def test_a_negation_that_is_not_understood_stops_the_search(words, turned):
    assert wanted(words).problem.startswith(f'"{turned}" turns the question round')


@pytest.mark.parametrize(
    "words",
    ["not yet done", "not started stories", "bugs without an owner", "no-code bugs", "open bugs - refunds"]
    + ['bugs about "not working"', "nobody owns bugs", "notes about knots"],
)
def test_a_negation_that_is_understood_or_quoted_is_no_problem(words):
    assert wanted(words).problem == ""


def test_two_people_of_one_name_are_never_chosen_between():
    other = Someone(id="li2", names=("Li Chen", "Li"))
    assert "li or li2" in wanted("tickets of Li", people=(LI, other)).problem
    assert wanted("tickets of Li Chen", people=(SARAH, other)).person == other


def test_a_name_that_is_a_word_is_a_person_only_with_a_capital():
    assert wanted("what will be done this week").person is None
    assert wanted("what did Will do this week").person == WILL


def test_a_slack_mention_is_a_person():
    assert wanted("tickets of <@U07LI>").person == LI


def test_my_is_the_asker():
    assert wanted("my open tickets", asker=SARAH).person == SARAH


def test_what_was_not_understood_is_said_and_not_searched_for():
    found = wanted("wobbly tickets in this sprint")
    assert (found.not_understood, found.text) == (("wobbly",), "")


def test_words_that_are_no_question_at_all_are_searched_for_as_they_are():
    found = wanted("refund webhook")
    assert (found.text, found.not_understood) == ("refund webhook", ())


def test_messages_are_asked_for_with_channel_person_time_and_words():
    found = wanted("what did Li say about refunds in #engineering since monday")
    assert (found.messages, found.channel, found.person, found.text) == (True, "engineering", LI, "refunds")
    assert found.since == date(2026, 11, 16)


def test_a_key_is_a_key():
    assert wanted("what about pay-101?").key == "PAY-101"


def test_progress_is_told_apart():
    assert [wanted(w).progress for w in ("in progress", "not started", "finished")] == [
        Progress.DOING,
        Progress.TODO,
        Progress.DONE,
    ]


def test_nothing_in_a_text_can_end_the_string():
    assert quoted('a" OR project = X\\') == '"a\\" OR project = X\\\\"'
    assert jql('tickets about x" OR project = SECRET').count('"') == 4
    assert "SECRET" in jql('tickets about x" OR project = SECRET').split("text ~")[1]


def test_long_words_cost_no_time():
    began = perf_counter()
    found = wanted("a " * 50_000 + "#" * 50_000 + "refunds " * 5_000)
    assert found.problem == "there is nothing to search for in these words" and perf_counter() - began < 1.0


def sprint(number, name, state=SprintState.CLOSED) -> Sprint:
    end = datetime(2026, 1, number % 28 + 1, tzinfo=UTC)
    return Sprint(id=SprintId(number), name=name, state=state, board=7, goal="", start=None, end=end)


def test_a_sprint_is_found_by_its_exact_name_or_a_number_in_it():
    sprints = [sprint(1, "PAY Sprint 2"), sprint(2, "PAY Sprint 24"), sprint(3, "24"), sprint(4, "Q4 2024")]
    assert sprint_of("24", sprints).id == 3
    assert sprint_of("24", [*sprints[:2], sprints[3]]).id == 2
    assert sprint_of("99", sprints) is None
    assert sprint_of(SprintWanted.LAST, sprints).id == 4


def test_jira_understands_every_query_we_make(tmp_path):
    clock = SharedClock(tmp_path / "clock.json")
    company = seed.build(constitution(), clock)
    people = tuple(Someone(id=m.id, names=(m.name,), account=m.jira) for m in constitution().teams[0].members)
    for words in (
        "blocked tickets in the current sprint",
        "overdue bugs of sarah changed this week",
        "unassigned stories created last week about refunds",
        "high priority tasks due this week in progress in the next sprint",
    ):
        parse(jql(words, people=people), company, seed.ASKER).over(company)
