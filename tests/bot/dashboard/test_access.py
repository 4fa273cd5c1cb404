"""Who may use which route: the whole table, walked by everybody; a route that is missing in it fails."""

from __future__ import annotations

import sqlite3

import pytest
from starlette.routing import Route

from bot.dashboard.guard import ENTRIES
from bot.dashboard.work import _before
from tests.bot.conftest import Knock
from tests.bot.dashboard.company import DANA, OMAR, OPS, PAY, SARAH, STRANGER, Browser, Company

NOBODY, STRANGE, MEMBER, ADMIN, OTHER, HOST = range(6)
"""Not signed in; signed in and in no team any more; Sarah; Dana, who runs it; Omar, who runs another team; the host."""

DOOR, GONE = 303, 401
"""Sent to sign in, from a page and from a form."""

TABLE: dict[tuple[str, str], tuple[int, int, int, int, int, int]] = {
    ("GET", "/static/{name}"): (200,) * 6,
    ("GET", "/sign-in"): (200,) * 6,
    ("GET", "/sign-in/slack"): (303,) * 6,
    ("GET", "/sign-in/slack/return"): (400,) * 6,
    ("GET", "/link/{secret}"): (410,) * 6,
    ("POST", "/link/{secret}"): (403,) * 6,
    ("POST", "/sign-out"): (GONE, GONE, 303, 303, 303, 303),
    ("POST", "/sign-out-everywhere"): (GONE, GONE, 303, 303, 303, 303),
    ("GET", ""): (DOOR, DOOR, 200, 200, 200, 200),
    ("GET", "/promises"): (DOOR, DOOR, 200, 200, 200, 200),
    ("GET", "/cycles"): (DOOR, DOOR, 200, 200, 200, 200),
    ("GET", "/cycles/{id}"): (DOOR, DOOR, 200, 200, 404, 200),
    ("GET", "/approvals"): (DOOR, DOOR, 200, 200, 200, 200),
    ("GET", "/signals"): (DOOR, DOOR, 200, 200, 200, 200),
    ("GET", "/forecast"): (DOOR, DOOR, 200, 200, 200, 200),
    ("GET", "/people"): (DOOR, DOOR, 200, 200, 200, 200),
    ("GET", "/constitution"): (DOOR, DOOR, 200, 200, 200, 200),
    ("GET", "/sources"): (DOOR, DOOR, 200, 200, 200, 200),
    ("GET", "/queue"): (DOOR, DOOR, 200, 200, 200, 200),
    ("GET", "/costs"): (DOOR, DOOR, 200, 200, 200, 200),
    ("GET", "/documents/{id}"): (DOOR, DOOR, 404, 200, 404, 200),
    ("GET", "/health"): (DOOR, DOOR, 403, 200, 200, 200),
    ("POST", "/teams/{team}/pause"): (GONE, GONE, 403, 303, 404, 303),
    ("POST", "/teams/{team}/resume"): (GONE, GONE, 403, 303, 404, 303),
    ("POST", "/dead-letters/{id}/retry"): (GONE, GONE, 403, 303, 404, 303),
    ("POST", "/dead-letters/{id}/drop"): (GONE, GONE, 403, 303, 404, 303),
    ("GET", "/{rest:path}"): (404,) * 6,
}
"""What each of the six is answered, where the thing asked for is the payments team's."""


def visitor(company: Company, who: int) -> Browser:
    match who:
        case 0:
            return company.browser()
        case 5:
            return company.host()
        case _:
            return company.signed_in({STRANGE: STRANGER, MEMBER: SARAH, ADMIN: DANA, OTHER: OMAR}[who])


def filled(company: Company, path: str) -> str:
    """The path to something of the payments team."""
    things = {"{team}": PAY, "{name}": "style.css", "{secret}": "guess", "{rest:path}": "no/such/page"}
    if "/dead-letters/" in path:
        things["{id}"] = str(company.gave_up())
    elif "/documents/" in path:
        things["{id}"] = company.reported()
    elif "{id}" in path:
        things["{id}"] = company.looked()
    for name, value in things.items():
        path = path.replace(name, value)
    return path


def test_every_route_has_a_line_in_the_table_and_every_line_a_route(company: Company) -> None:
    routes = [r for r in company.door.client.app.routes if isinstance(r, Route) and r.path.startswith("/dashboard")]  # type: ignore[attr-defined]
    served = {(next(iter((r.methods or set()) - {"HEAD"})), r.path.removeprefix("/dashboard")) for r in routes}
    assert served == set(TABLE) == {(entry.method, entry.path) for entry in ENTRIES}


@pytest.mark.parametrize(
    "who", [NOBODY, STRANGE, MEMBER, ADMIN, OTHER, HOST], ids=["nobody", "stranger", "member", "admin", "other", "host"]
)
def test_each_route_answers_this_visitor_as_the_table_says(company: Company, who: int) -> None:
    found = {}
    for method, path in TABLE:
        browser, there = visitor(company, who), filled(company, path)
        answer = browser.get(there) if method == "GET" else browser.post(there)
        found[method, path] = answer.status_code
    assert found == {route: told[who] for route, told in TABLE.items()}


def test_who_is_no_admin_sees_no_button_that_acts(company: Company) -> None:
    company.gave_up()
    for browser, may in ((company.signed_in(SARAH), False), (company.signed_in(DANA), True), (company.host(), True)):
        pages = browser.get("").text + browser.get("/queue").text
        assert (f"/teams/{PAY}/pause" in pages) is may
        assert ("/retry" in pages) is ("/drop" in pages) is may


def test_each_sees_their_own_teams_and_no_other(company: Company) -> None:
    company.looked()
    mine, other = company.looked(), company.looked(team=OPS)
    for browser, seen, hidden in ((company.signed_in(SARAH), mine, other), (company.signed_in(OMAR), other, mine)):
        listed = browser.get("/cycles").text
        assert seen in listed and hidden not in listed
        assert hidden not in browser.get("/cycles?team=ops").text + browser.get("/cycles?team=payments").text
    everything = company.host().get("/cycles").text
    assert mine in everything and other in everything


def test_a_job_of_no_team_is_the_hosts_alone(company: Company) -> None:
    letter = company.gave_up(team="-")
    assert company.signed_in(DANA).post(f"/dead-letters/{letter}/drop").status_code == 404
    assert company.host().post(f"/dead-letters/{letter}/drop").status_code == 303


@pytest.mark.parametrize("host", ["testserver", "pm.acme.example", "127.0.0.1.evil.example", "", "[::1", "127.0.0.1:x"])
def test_at_another_address_there_is_no_dashboard(company: Company, host: str) -> None:
    for path in ("", "/sign-in", "/static/style.css"):
        assert company.host().get(path, Host=host).status_code == 404


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost:9000", "[::1]:8080"])
def test_on_this_machine_it_is_there_on_any_port(company: Company, host: str) -> None:
    assert company.browser().get("/sign-in", Host=host).status_code == 200


def test_where_an_address_is_set_it_is_there_and_nowhere_else(knock: Knock) -> None:
    browser = Company(knock(DASHBOARD_URL="https://pm.acme.example")).browser()
    assert browser.get("/sign-in", Host="pm.acme.example").status_code == 200
    assert browser.get("/sign-in", Host="PM.acme.example:443").status_code == 200
    assert [browser.get("/sign-in", Host=host).status_code for host in ("127.0.0.1", "pm.acme.example:80")] == [404] * 2


def test_switched_off_there_is_none(knock: Knock) -> None:
    browser = Company(knock(DASHBOARD_URL="off")).browser()
    assert [browser.get(path).status_code for path in ("/sign-in", "/dashboard/")] == [404, 404]


def test_a_slash_too_many_leads_to_no_other_host(company: Company) -> None:
    assert company.browser().get("/dashboard/", Host="evil.example").status_code == 404
    assert company.browser().get("/dashboard/").headers["location"] == "/dashboard"


@pytest.mark.parametrize(
    "path",
    ["/cycles/%00", "/documents/%00", "/cycles/%ED%A0%80"]
    + [f"/cycles?before={at}~x" for at in ("0001-01-01T00:00:00%2B14:00", "9999-12-31T23:59:59-14:00")]
    + ["/cycles?before=2026-01-01T00:00:00%2B00:00~%00"],
)
def test_an_address_that_is_none_of_ours_is_answered(company: Company, path: str) -> None:
    assert company.host().get(path).status_code == (200 if "?" in path else 404)


def test_what_is_no_id_is_looked_for_nowhere(company: Company) -> None:
    company.looked()
    with sqlite3.connect(company.app.settings.database_url.removeprefix("sqlite:///")) as connection:
        connection.execute("UPDATE cycles SET id = 'no id'")
    assert company.host().get("/cycles/no%20id").status_code == 404
    assert _before("2026-01-01T00:00:00+00:00~\0") is None and _before("2026-01-01T00:00:00+00:00~x") is not None


def test_a_queue_is_that_of_ones_own_teams(company: Company) -> None:
    for n in range(3):
        company.gave_up(key=f"k{n}")
    for user, many in ((DANA, 3), (SARAH, 3), (OMAR, 0)):
        text = company.signed_in(user).get("/queue").text
        assert f"<b>{many}</b> given up" in text and "What waits for your teams" in text
    assert "<b>3</b> given up" in company.host().get("/queue").text


def test_hosts_and_process_numbers_are_for_admins(company: Company) -> None:
    for path in ("", "/queue"):
        assert "Pid" not in company.signed_in(SARAH).get(path).text
        assert "Pid" in company.signed_in(DANA).get(path).text
