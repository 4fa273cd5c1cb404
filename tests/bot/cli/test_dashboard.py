"""``pm dashboard link``: an address for people and for programs, that works once on the agent's own database."""

from __future__ import annotations

import json
import re

import pytest

from tests.bot.cli.test_commands import pm
from tests.bot.conftest import Knock
from tests.bot.dashboard.company import Company

pytestmark = pytest.mark.usefixtures("environment")


def test_the_link_it_prints_signs_in_once(knock: Knock) -> None:
    done = pm("dashboard", "link")
    assert done.exit_code == 0
    found = re.match(r"http://127\.0\.0\.1:8080(/dashboard/link/[\w-]{43})\n", done.output)
    assert found is not None, done.output
    browser = Company(knock()).browser()
    form = browser.token(found[1])
    assert browser.post(found[1], form).status_code == 303 and browser.get().status_code == 200
    assert company_is_closed_to(browser, found[1])


def company_is_closed_to(browser, path: str) -> bool:
    return browser.get(path).status_code == 410


def test_it_leads_to_where_the_dashboard_is(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("DASHBOARD_URL", "https://pm.acme.example/")
    told = json.loads(pm("dashboard", "link", "--json").output)
    assert told["url"].startswith("https://pm.acme.example/dashboard/link/") and told["until"]


def test_where_there_is_no_dashboard_it_says_so(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("DASHBOARD_URL", "OFF")
    done = pm("dashboard", "link")
    assert done.exit_code == 1 and "DASHBOARD_URL is off" in done.output


@pytest.mark.parametrize("value", ["pm.acme.example", "https://pm.acme.example/dashboard", "ftp://x"])
def test_an_address_that_cannot_be_one_is_refused_with_a_remedy(environment: pytest.MonkeyPatch, value: str) -> None:
    environment.setenv("DASHBOARD_URL", value)
    done = pm("dashboard", "link")
    assert done.exit_code == 1 and "DASHBOARD_URL" in done.output and "https://pm.acme.example" in done.output
