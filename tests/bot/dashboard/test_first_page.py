"""The first page begins with what needs a hand, and long lists end: nothing is hidden, nothing is anybody else's."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import insert

from bot.backups.beside import attention_of_today
from bot.dashboard.running import LETTERS
from bot.dashboard.work import SIGNALS
from bot.operations.conditions import CONDITIONS
from models.events import Source
from models.ids import IssueKey, PersonId
from models.keeping import spending
from models.keeping.restoring import EFFECT
from models.running import Kind, Process
from models.tables.looks import reminders
from tests.bot.conftest import Knock
from tests.bot.dashboard.company import DANA, OMAR, PAY, SARAH, Company, signal

CALM = "Nothing needs a hand."


@pytest.fixture
def at_work(company: Company) -> Company:
    """Somebody is at work, and nothing is wrong."""
    process = Process(name="p", kind=Kind.START, host="h", pid=1, version="1")
    company.run(company.app.operations.beat, process, None, {})
    return company


def test_a_calm_company_is_said_to_be_one(at_work: Company) -> None:
    for browser in (at_work.signed_in(SARAH), at_work.signed_in(DANA), at_work.host()):
        assert CALM in browser.get().text


def test_what_is_wrong_comes_first_with_its_remedy(at_work: Company) -> None:
    at_work.gave_up()
    text = at_work.host().get().text
    assert CALM not in text and text.index("Needs a hand") < text.index("given up: only") < text.index("Payments")
    assert f"Do: <code>{CONDITIONS['dead_letters'].do}</code>" in text and "docs/operations.md#dead-letters" in text


def test_with_nobody_at_work_that_is_the_first_line(company: Company) -> None:
    company.run(_stop, company)
    company.gave_up()
    found = re.findall(r'<li><div class="what">.*?</div>\n<div>([^<]+)', company.host().get().text)
    assert found[0].startswith(("Nothing is at work", "No process works")) and "given up" in found[-1]


async def _stop(company: Company) -> None:
    from models.tables.operations import processes

    await company.app.database.write(lambda c: c.execute(processes.delete()), "stop")


def test_of_another_team_nothing_is_said_and_the_commands_are_for_admins(at_work: Company) -> None:
    at_work.gave_up()
    assert CALM in at_work.signed_in(OMAR).get().text
    assert "given up: only" in at_work.signed_in(SARAH).get().text
    assert "pm dead-letters list" not in at_work.signed_in(SARAH).get().text
    assert "pm dead-letters list" in at_work.signed_in(DANA).get().text


def test_a_source_that_was_switched_off_is_neither_wrong_nor_shown(knock: Knock) -> None:
    company = Company(
        knock(BITBUCKET_TOKEN="", BITBUCKET_WORKSPACE="", BITBUCKET_EMAIL="", BITBUCKET_WEBHOOK_SECRET="")
    )
    company.run(company.app.store.read_failed, PAY, Source.BITBUCKET, "gone")
    for path, way in (("", "<dt>Bitbucket"), ("/sources", 'scope="row">Bitbucket')):
        assert way not in company.host().get(path).text
    assert "Bitbucket has not been read" not in company.host().get().text


# --- long lists ---------------------------------------------------------------------------------------------------


def test_long_lists_end_and_say_how_much_more_there_is(company: Company) -> None:
    now = company.app.clock.now()
    for n in range(LETTERS + 2):
        company.gave_up(key=f"k{n}")
    many = [signal(now, subject=IssueKey(f"PAY-{n}"), headline=f"PAY-{n} is stuck") for n in range(SIGNALS + 3)]
    name = company.looked(*many)
    browser = company.host()
    for path, more in (("/queue", 2), ("/signals", 3), (f"/cycles/{name}", 3)):
        page = browser.get(path)
        assert f"And {more} more" in page.text and len(page.content) < 80_000, path
    assert "payments, number" not in browser.get("/queue").text, "a team is called by its name"


# --- message load -------------------------------------------------------------------------------------------------


def test_what_a_restore_has_spent_was_no_message(company: Company) -> None:
    app = company.app
    now, units = app.clock.now(), attention_of_today(app.directives, app.clock)
    company.run(app.database.write, lambda c: [spending.take(c, unit, EFFECT, now) for unit in units], "spend")
    text = company.signed_in(DANA).get("/people").text
    assert "Nobody got a message" in text and " messages to " not in text


def test_the_chart_shows_every_day_the_table_adds_up(company: Company) -> None:
    day = company.app.clock.now().date() + timedelta(days=1)
    sunday = day - timedelta(days=day.weekday() + 1)
    row = {"person": PersonId("sarah"), "budget": "day", "ordinal": 1, "effect": "e"}
    rows = [{**row, "day": each.isoformat()} for each in (day, sunday)]
    company.run(
        company.app.database.write,
        lambda c: c.execute(insert(reminders), [{**row, "at": company.app.clock.now()} for row in rows]),
        "spend",
    )
    text = company.signed_in(SARAH).get("/people").text
    assert re.search(r'<td class="n">2</td></tr>', text) and "2 messages to 1 person" in text
