"""The company is built from the constitution, at a moment when there is something to say to somebody."""

from __future__ import annotations

from datetime import timedelta

import pytest

from integrations.simulator import happenings, seed
from integrations.simulator.company import Company
from integrations.simulator.happenings import HAPPENINGS, NothingFits
from integrations.simulator.nouns import News
from integrations.simulator.workdays import of_member, of_team
from models.clock import SharedClock
from models.directives import Directives


@pytest.fixture
def company(directives: Directives, clock: SharedClock) -> Company:
    return seed.build(directives, clock)


def test_one_ticket_is_stuck_for_more_than_a_working_day_but_less_than_two(
    company: Company, directives: Directives, clock: SharedClock
) -> None:
    (stuck,) = [i for i in company.issues.values() if i.flagged]
    owner = next(m for m in directives.teams[0].members if m.jira == stuck.assignee)
    since = next(c.at for c in stuck.changes if c.items[0].field == "Flagged")
    for place in (of_member(owner, directives), of_team(directives.teams[0], directives)):
        assert timedelta(hours=9) < place.between(since, clock.now()) < timedelta(hours=18)
    assert of_member(owner, directives).present(clock.now())
    assert owner.channel != "jira"


def test_the_active_sprint_is_in_its_seventh_working_day_of_ten(
    company: Company, directives: Directives, clock: SharedClock
) -> None:
    (running,) = [s for s in company.sprints.values() if s.state == "active"]
    days = of_team(directives.teams[0], directives)
    assert running.name == "Sprint 24"
    assert running.start
    assert running.end
    assert days.between(running.start, running.end) == 10 * timedelta(hours=9)
    assert days.between(running.start, clock.now()) // timedelta(hours=9) == 6


def test_the_sprint_number_is_a_parameter(directives: Directives, clock: SharedClock) -> None:
    names = {s.state: s.name for s in seed.build(directives, clock, sprint=7).sprints.values()}
    assert names == {"closed": "Sprint 6", "active": "Sprint 7", "future": "Sprint 8"}


def test_history_lies_in_the_past_and_ends_at_the_present_state(company: Company, clock: SharedClock) -> None:
    for issue in company.issues.values():
        moves = [i.new_words for c in issue.changes for i in c.items if i.field == "status"]
        assert all(issue.created <= c.at <= clock.now() for c in issue.changes)
        assert (moves or ["To Do"])[-1] == issue.status


def test_more_than_the_goals_threshold_is_done(company: Company) -> None:
    points = {i.key: i.points or 0 for i in company.active()}
    done = sum(i.points or 0 for i in company.active() if company.category(i) == "done")
    assert 0.6 < done / sum(points.values()) < 0.75


def test_one_review_is_overdue_and_waits_for_somebody_else(company: Company, clock: SharedClock) -> None:
    waiting, approved = company.open_pull_requests()
    assert waiting.reviews[0].state is None
    assert waiting.reviews[0].account != waiting.author
    assert approved.reviews[0].state == "approved"


def test_every_happening_can_be_clicked_until_nothing_fits_any_more(company: Company) -> None:
    for happening in HAPPENINGS.values():
        told: list[News] = []
        company.listeners[:] = [told.append]
        assert happening.act(company)
        assert told, happening.name
    for happening in HAPPENINGS.values():
        with pytest.raises(NothingFits):
            for _ in range(60 if happening.name != "comment" else 0):
                happening.act(company)
            raise NothingFits


def test_blocking_flags_a_ticket_and_says_why(company: Company) -> None:
    before = {i.key for i in company.issues.values() if i.flagged}
    happenings.block_a_ticket(company)
    (stuck,) = [i for i in company.issues.values() if i.flagged and i.key not in before]
    assert stuck.changes[-1].items[0].new_words == "Impediment"
    assert stuck.comments


def test_what_is_so_already_makes_no_history(company: Company) -> None:
    issue = company.active()[0]
    told: list[News] = []
    company.listeners.append(told.append)
    assert company.edit(issue.key, str(issue.assignee), assignee=issue.assignee) == issue
    assert not told
