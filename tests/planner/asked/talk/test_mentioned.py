"""A message names tickets by key or address and pull requests by address; each once, and only those of the team."""

from __future__ import annotations

from models.ids import PersonId
from planner.asked.talk.mentioned import MOST, named_in, one_named
from tests.planner.reports.believable import LAW, work
from tests.planner.world import facts, issue

HELD = work()


def subjects(text: str) -> list[str]:
    return [each.subject for each in named_in(text, HELD, LAW)]


def test_keys_and_addresses_name_tickets_each_once_in_their_order() -> None:
    assert subjects("pay-2, then PAY-1 and <https://jira.example/browse/PAY-2|this>") == ["PAY-2", "PAY-1"]


def test_a_longer_number_other_projects_and_what_only_looks_like_a_key_name_nothing() -> None:
    assert subjects("PAY-11 XYZ-1 UTF-8 PAY-1x aPAY PAY-") == []


def test_a_pull_request_is_named_by_its_address() -> None:
    pull = HELD.pull_requests[0]
    assert subjects(f"see <{pull.url}|the change>") == [pull.id]
    assert subjects(f"see {pull.url}9") == []


def test_whom_it_is_with_is_one_of_the_team_or_nobody() -> None:
    assert [each.owner for each in named_in("PAY-1 PAY-3", HELD, LAW)] == [PersonId("ann"), None]


def test_only_what_the_team_has_can_come_back() -> None:
    assert one_named("PAY-1", HELD, LAW) is not None
    assert one_named("XYZ-1", HELD, LAW) is None and one_named("", HELD, LAW) is None


def test_a_list_of_everything_is_cut() -> None:
    held = facts(*(issue(number, "ann") for number in range(1, 30)))
    assert len(named_in(" ".join(f"PAY-{number}" for number in range(1, 30)), held, LAW)) == MOST
