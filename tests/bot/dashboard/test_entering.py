"""Coming in and going out: links that work once, cookies that are kept as hashes, forms of our own, and no guessing."""

from __future__ import annotations

import sqlite3
from datetime import timedelta

import pytest
from starlette.requests import Request

from bot.dashboard.attempts import EACH, WINDOW, Attempts
from bot.dashboard.place import Place, address_of, proxies_of
from models.errors import Unclear
from models.ids import SlackUserId
from models.keeping.visits import IDLE, LINK, LONGEST, OVERLAP, RENEWED
from models.visits import HOST, Visits
from tests.bot.conftest import Knock
from tests.bot.dashboard.company import DANA, PAY, SARAH, Browser, Company
from tests.contracts.stores.values import FakeClock


def rows(company: Company, statement: str) -> list[tuple]:
    with sqlite3.connect(company.app.settings.database_url.removeprefix("sqlite:///")) as connection:
        return connection.execute(statement).fetchall()


# --- links --------------------------------------------------------------------------------------------------------


def test_a_link_signs_in_once_and_looking_at_it_uses_nothing_up(company: Company) -> None:
    secret, _ = company.run(company.visits.make_link)
    browser = company.browser()
    for _ in range(2):
        assert browser.get(f"/link/{secret}").status_code == 200
    form = browser.token(f"/link/{secret}")
    assert browser.post(f"/link/{secret}", form).headers["location"] == "/dashboard"
    assert browser.get().status_code == 200
    other = company.browser()
    assert other.get(f"/link/{secret}").status_code == 410
    assert other.post(f"/link/{secret}", other.token(f"/link/{secret}")).status_code in (403, 410)
    assert other.get().status_code == 303


def test_of_two_who_press_at_once_one_comes_in(company: Company) -> None:
    secret, _ = company.run(company.visits.make_link)
    entered = [company.run(company.visits.enter_by_link, secret) for _ in range(2)]
    assert entered[0] is not None and entered[1] is None


def test_neither_links_nor_cookies_are_kept_in_clear(company: Company) -> None:
    secret, _ = company.run(company.visits.make_link)
    browser = company.host()
    kept = str(
        rows(company, "SELECT * FROM dashboard_links") + rows(company, "SELECT hash, before FROM dashboard_visits")
    )
    assert secret not in kept and browser.cookies["pm-visit"] not in kept


# --- how long it lasts --------------------------------------------------------------------------------------------


class Room:
    """Visits on a clock that stands."""

    def __init__(self, company: Company) -> None:
        self.clock, self.run = FakeClock(), company.run
        self.visits = Visits(company.app.database, self.clock)

    def after(self, time: timedelta) -> Room:
        self.clock.tick(time.total_seconds())
        return self


@pytest.fixture
def room(company: Company) -> Room:
    return Room(company)


A_MOMENT = timedelta(seconds=1)


@pytest.mark.parametrize(("waited", "works"), [(LINK - A_MOMENT, True), (LINK, False)])
def test_a_link_works_for_ten_minutes(room: Room, waited: timedelta, works: bool) -> None:
    secret, until = room.run(room.visits.make_link)
    assert until - room.clock.real() == LINK == timedelta(minutes=10)
    room.after(waited)
    assert room.run(room.visits.link_works, secret) is works
    assert (room.run(room.visits.enter_by_link, secret) is not None) is works


def test_who_does_nothing_is_signed_out_and_who_is_there_stays_until_the_end(room: Room) -> None:
    idle, there = room.run(room.visits.enter, SlackUserId("U1")), room.run(room.visits.enter, SlackUserId("U2"))
    for _ in range(int(LONGEST / (IDLE / 2)) - 1):
        room.after(IDLE / 2)
        assert room.run(room.visits.of, there) is not None
    assert room.run(room.visits.of, idle) is None
    room.after(IDLE / 2)
    assert room.run(room.visits.of, there) is None, "at most twelve hours"


def test_a_cookie_is_renewed_and_the_one_before_works_a_moment_longer(room: Room) -> None:
    old = room.run(room.visits.enter, SlackUserId("U1"))
    assert not room.run(room.visits.of, old).due
    room.after(RENEWED)
    before = room.run(room.visits.of, old)
    new = room.run(room.visits.renew, old)
    assert before.due and new is not None and room.run(room.visits.renew, old) is None, "once"
    after = room.run(room.visits.of, new)
    assert (after.who, after.form, after.due) == ("U1", before.form, False)
    late = room.run(room.visits.of, old)
    assert late is not None and not late.due
    room.after(OVERLAP)
    assert room.run(room.visits.of, old) is None and room.run(room.visits.of, new) is not None


def test_a_browser_gets_its_new_cookie_with_a_page(company: Company) -> None:
    browser = company.signed_in(SARAH)
    before = browser.cookies["pm-visit"]
    browser.get()
    assert browser.cookies["pm-visit"] == before
    with sqlite3.connect(company.app.settings.database_url.removeprefix("sqlite:///")) as connection:
        connection.execute("UPDATE dashboard_visits SET renewed = datetime(renewed, '-16 minutes')")
    assert browser.get().status_code == 200 and browser.cookies["pm-visit"] != before
    assert browser.get().status_code == 200


# --- going out ----------------------------------------------------------------------------------------------------


def test_signing_out_ends_this_browser_alone_and_everywhere_ends_all_of_theirs(company: Company) -> None:
    one, two, three = (company.signed_in(SARAH) for _ in range(3))
    cookie = dict(one.cookies)
    assert one.post("/sign-out").headers["location"] == "/dashboard/sign-in" and one.cookies == {}
    assert Browser(company.door, cookie).get().status_code == 303 and two.get().status_code == 200
    other = company.signed_in(DANA)
    two.post("/sign-out-everywhere")
    assert three.get().status_code == 303 and other.get().status_code == 200


def test_signing_out_holds_although_another_request_was_just_given_a_new_cookie(room: Room) -> None:
    old = room.run(room.visits.enter, SlackUserId("U1"))
    seen = room.run(room.visits.of, old)
    new = room.run(room.visits.renew, old)
    room.run(room.visits.leave, seen)
    assert room.run(room.visits.of, new) is None and room.run(room.visits.of, old) is None


def test_signing_in_again_ends_the_visit_this_browser_had(company: Company) -> None:
    browser, other = company.host(), company.host()
    old = Browser(company.door, dict(browser.cookies))
    secret, _ = company.run(company.visits.make_link)
    browser.post(f"/link/{secret}", browser.token(f"/link/{secret}"))
    assert browser.get().status_code == 200 and old.get().status_code == 303 and other.get().status_code == 200


def test_a_page_that_reads_itself_again_keeps_nobody_signed_in(company: Company) -> None:
    browser = company.signed_in(SARAH)
    _age(company, "seen", 119)
    assert browser.get(**{"X-PM-Live": "1"}).status_code == 200
    _age(company, "seen", 2)
    assert browser.get(**{"X-PM-Live": "1"}).status_code == 303
    there = company.signed_in(SARAH)
    _age(company, "seen", 119)
    there.get()
    _age(company, "seen", 2)
    assert there.get().status_code == 200


def _age(company: Company, column: str, minutes: int) -> None:
    with sqlite3.connect(company.app.settings.database_url.removeprefix("sqlite:///")) as connection:
        connection.execute(f"UPDATE dashboard_visits SET {column} = datetime({column}, '-{minutes} minutes')")


def test_whom_slack_has_deactivated_is_out_at_the_next_new_cookie(company: Company) -> None:
    browser = company.signed_in(SARAH)
    company.slack.gone.add(SARAH)
    assert browser.get().status_code == 200, "Slack is asked with each new cookie, not with each page"
    _age(company, "renewed", 16)
    assert browser.get().status_code == 303
    company.slack.gone.clear()
    assert browser.get().status_code == 303, "and does not come back by itself"


def test_while_slack_is_silent_nobody_is_sent_away(company: Company) -> None:
    browser = company.signed_in(SARAH)
    company.slack.trouble = Unclear("Slack does not answer")
    _age(company, "renewed", 16)
    assert browser.get().status_code == 200


def test_who_leaves_the_constitution_is_out_at_once(company: Company) -> None:
    browser, law = company.signed_in(SARAH), company.app.roster.constitution
    pay = law.teams[0]
    without = pay.model_copy(update={"members": tuple(m for m in pay.members if m.slack != SARAH)})
    assert browser.get().status_code == 200
    company.app.roster.enact(law.model_copy(update={"teams": (without, *law.teams[1:])}))
    assert browser.get().status_code == 303
    company.app.roster.enact(law)
    assert browser.get().status_code == 303, "and does not come back by itself"


def test_who_was_deactivated_in_slack_may_change_nothing_although_signed_in(company: Company) -> None:
    browser = company.signed_in(DANA)
    form = browser.token()
    company.slack.gone.add(DANA)
    assert browser.post(f"/teams/{PAY}/pause", form).status_code == 403
    company.slack.gone.clear()
    company.slack.trouble = Unclear("Slack does not answer")
    assert browser.post(f"/teams/{PAY}/pause", form).status_code == 503
    assert not company.run(company.app.store.paused, PAY)
    assert [(who, what) for who, what in rows(company, "SELECT who, what FROM audit WHERE team = 'payments'")] == [
        ("dana", "pause_refused")
    ]


def test_comings_and_goings_are_written_down(company: Company) -> None:
    company.host().post("/sign-out")
    assert rows(company, "SELECT who, what FROM audit ORDER BY id") == [
        (HOST, "dashboard link made"),
        (HOST, "signed in by a link"),
        (HOST, "signed out"),
    ]


# --- forms and cookies --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["", "guess", "é", "\ud83d"])
def test_a_form_without_our_token_changes_nothing(company: Company, form: str) -> None:
    answer = company.host().post(f"/teams/{PAY}/pause", form.encode("utf-8", "replace").decode())
    assert answer.status_code == 403 and not company.run(company.app.store.paused, PAY)


def test_the_token_of_another_browser_is_none(company: Company) -> None:
    theirs = company.signed_in(DANA).token()
    assert company.host().post(f"/teams/{PAY}/pause", theirs).status_code == 403


@pytest.mark.parametrize("origin", ["https://evil.example", "http://127.0.0.1:9", "null"])
def test_a_form_from_another_site_changes_nothing_even_with_the_token(company: Company, origin: str) -> None:
    assert company.host().post(f"/teams/{PAY}/pause", headers={"Origin": origin}).status_code == 403
    assert company.host().post(f"/teams/{PAY}/pause", headers={"Origin": "http://127.0.0.1"}).status_code == 303


@pytest.mark.parametrize("url", ["https://pm.acme.example:443", "https://pm.acme.example", "http://pm.acme.example:80"])
def test_a_usual_port_may_be_written_or_left_out(url: str) -> None:
    def from_here(origin: str) -> bool:
        headers = [(b"host", b"pm.acme.example"), (b"origin", origin.encode())]
        return Place(url).is_from_here(Request({"type": "http", "headers": headers}))

    scheme = url.partition(":")[0]
    assert from_here(f"{scheme}://pm.acme.example")
    assert not any(map(from_here, (f"{scheme}://pm.acme.example:8443", "ftp://pm.acme.example", "null", "")))


def test_too_large_a_form_is_refused(company: Company) -> None:
    browser = company.host()
    assert browser.post("/sign-out", browser.token(), more="x" * 20_000).status_code == 413


def test_cookies_are_for_this_site_alone_and_over_tls_for_this_host_alone(company: Company, knock: Knock) -> None:
    def said(where: Company, host: str) -> str:
        secret, _ = where.run(where.visits.make_link)
        return str(where.browser().get(f"/link/{secret}", Host=host).headers["set-cookie"])

    plain = said(company, "127.0.0.1")
    assert "HttpOnly" in plain and "SameSite=lax" in plain and "Path=/dashboard" in plain and "Secure" not in plain
    safe = said(Company(knock(DASHBOARD_URL="https://pm.acme.example")), "pm.acme.example")
    assert safe.startswith("__Host-pm-door=") and "Secure" in safe and "Path=/;" in safe and "Domain" not in safe


def test_no_more_than_ten_failures_a_minute(company: Company) -> None:
    browser = company.browser()
    answers = [browser.get(f"/link/{n}").status_code for n in range(EACH + 2)]
    assert answers == [410] * EACH + [429] * 2


def test_a_good_link_opens_however_many_bad_ones_were_tried_from_there(company: Company) -> None:
    secret, _ = company.run(company.visits.make_link)
    for n in range(EACH + 2):
        company.browser().get(f"/link/{n}")
    browser = company.browser()
    assert browser.post(f"/link/{secret}", browser.token(f"/link/{secret}")).headers["location"] == "/dashboard"
    bad = company.browser()
    assert bad.post("/link/guess", bad.token(f"/link/{company.run(company.visits.make_link)[0]}")).status_code == 429


def asked_from(peer: str, *forwarded: str) -> Request:
    headers = [(b"x-forwarded-for", each.encode("latin-1")) for each in forwarded]
    return Request({"type": "http", "client": (peer, 1) if peer else None, "headers": headers})


@pytest.mark.parametrize(
    ("peer", "said", "proxies", "counted"),
    [
        ("127.0.0.1", ("9.9.9.9",), "", "9.9.9.9"),
        ("127.0.0.1", ("6.6.6.6, 9.9.9.9",), "", "9.9.9.9"),
        ("127.0.0.1", ("6.6.6.6", "9.9.9.9"), "", "9.9.9.9"),
        ("::1", ("2001:db8::1",), "", "2001:db8::1"),
        ("8.8.8.8", ("9.9.9.9",), "", "8.8.8.8"),
        ("172.18.0.5", ("9.9.9.9",), "", "172.18.0.5"),
        ("172.18.0.5", ("9.9.9.9",), "10.0.0.1, 172.18.0.0/16", "9.9.9.9"),
        ("172.18.0.5", ("9.9.9.9",), "*", "9.9.9.9"),
        ("127.0.0.1", ("not an address",), "", "127.0.0.1"),
        ("127.0.0.1", (), "", "127.0.0.1"),
        ("", ("9.9.9.9",), "*", ""),
    ],
)
def test_a_proxys_word_is_taken_and_a_clients_never(
    peer: str, said: tuple[str, ...], proxies: str, counted: str
) -> None:
    assert address_of(asked_from(peer, *said), proxies_of(proxies)) == counted


def test_who_makes_up_addresses_in_front_of_the_proxy_gains_nothing(company: Company, knock: Knock) -> None:
    far = Company(knock(FORWARDED_ALLOW_IPS="*"))
    for where, spoofed in ((company, "{n}.1.1.1"), (far, "{n}.1.1.1, 9.9.9.9")):
        where.door.client._transport.client = ("8.8.8.8", 1)  # type: ignore[attr-defined]
        browser = where.browser()
        tried = [browser.get(f"/link/{n}", **{"X-Forwarded-For": spoofed.format(n=n)}) for n in range(EACH + 1)]
        assert tried[-1].status_code == 429


def test_failures_are_counted_by_address_and_forgotten_after_a_minute() -> None:
    clock = FakeClock()
    attempts = Attempts(clock)
    for _ in range(EACH):
        assert attempts.allows("1.1.1.1")
        attempts.failed("1.1.1.1")
    assert not attempts.allows("1.1.1.1") and attempts.allows("2.2.2.2")
    clock.tick(WINDOW)
    assert attempts.allows("1.1.1.1")


@pytest.mark.parametrize(
    ("wanted", "kept"),
    [("/dashboard/queue", True), ("/dashboard/cycles?team=ops", True), ("https://evil.example", False)]
    + [(path, False) for path in ("//evil.example", "/dashboard//evil", "/dashboard\\evil", "/dashboardx", "/api")],
)
def test_after_signing_in_people_come_to_a_page_of_ours(company: Company, wanted: str, kept: bool) -> None:
    from urllib.parse import quote

    page = company.browser().get(f"/sign-in?next={quote(wanted, safe='')}").text
    assert (f"next={quote(wanted, safe='')}" in page) is kept
