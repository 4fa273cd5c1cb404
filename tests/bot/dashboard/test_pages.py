"""What stands on the pages: everything escaped, what is private for those it is for, and nothing changed by looking."""

from __future__ import annotations

import re
import sqlite3
from dataclasses import replace
from datetime import date, timedelta

import pytest

from bot.dashboard.guard import ENTRIES
from bot.dashboard.paper import HEADERS, ticked
from models.actions import Item, RemindPerson
from models.forecasts import Ended, Forecast, Stand
from models.ids import CycleId, PersonId, SignalId, SprintId, fresh
from models.proposals import Decided, Decision, Verdict
from models.signals import SignalKind, Urgency
from tests.bot.dashboard.company import DANA, HOSTILE, OMAR, PAY, SARAH, Company, signal
from tests.contracts.stores import values

PAGES = [
    entry.path for entry in ENTRIES if entry.method == "GET" and "{" not in entry.path and "sign-in" not in entry.path
]


@pytest.mark.parametrize("path", PAGES)
def test_every_page_says_what_would_stand_there_and_fits_in_eighty_thousand_bytes(company: Company, path: str) -> None:
    answer = company.host().get(path)
    assert answer.status_code == 200 and len(answer.content) < 80_000
    assert answer.text.count("<h1") == 1 and 'lang="en"' in answer.text and '<a class="skip"' in answer.text
    assert not re.search(r"\son\w+=|style=|javascript:|<script>|https?://(?!www\.w3\.org)", answer.text)


def test_every_answer_carries_its_headers(company: Company) -> None:
    for path in ("", "/sign-in", "/nowhere", "/health"):
        answer = company.signed_in(SARAH).get(path)
        if path != "/nowhere":
            assert {name: answer.headers[name] for name in HEADERS} == HEADERS
    policy = HEADERS["Content-Security-Policy"]
    assert "script-src 'self'" in policy and "unsafe" not in policy and "frame-ancestors 'none'" in policy


def test_looking_changes_nothing(company: Company) -> None:
    company.gave_up(), company.looked()
    browser = company.host()
    file = company.app.settings.database_url.removeprefix("sqlite:///")

    def everything() -> list[str]:
        with sqlite3.connect(file) as connection:
            return [line for line in connection.iterdump() if "dashboard_visits" not in line]

    before = everything()
    for path in PAGES:
        browser.get(path)
    assert everything() == before


# --- text from outside --------------------------------------------------------------------------------------------


def test_whatever_people_write_is_text(company: Company) -> None:
    now = company.app.clock.now()
    name = company.looked(signal(now, headline=HOSTILE, subject=HOSTILE, url="javascript:alert(1)"))
    company.gave_up(error=HOSTILE, key=HOSTILE)
    law = company.app.roster.constitution
    pay = law.teams[0]
    named = tuple(m.model_copy(update={"name": HOSTILE}) for m in pay.members)
    company.app.roster.enact(law.model_copy(update={"teams": (pay.model_copy(update={"members": named}),)}))
    browser = company.host()
    for path in [*PAGES, f"/cycles/{name}"]:
        text = browser.get(path).text
        assert HOSTILE not in text and "javascript:" not in text, path
    assert "&lt;script&gt;" in browser.get("/signals").text and "&lt;script&gt;" in browser.get("/queue").text


def test_a_title_cannot_turn_the_page_around(company: Company) -> None:
    company.looked(signal(company.app.clock.now(), headline="\u202etxet\u2066 PAY-7"))
    text = company.host().get("/signals").text
    assert "txet PAY-7" in text


def test_names_between_backticks_are_set_apart_and_everything_is_escaped() -> None:
    assert ticked("line `a<b` decides") == "line <code>a&lt;b</code> decides"
    assert ticked("a ` alone <b>") == "a ` alone &lt;b&gt;"


def test_a_secret_in_an_error_is_blotted_out(company: Company) -> None:
    company.gave_up(error="Slack refuses the token xoxb-test-1234567890 of admin-token")
    text = company.host().get("/queue").text
    assert "admin-token" not in text and "[redacted]" in text


# --- what is private ----------------------------------------------------------------------------------------------


def test_a_finding_about_a_person_is_for_those_who_run_the_team(company: Company) -> None:
    now = company.app.clock.now()
    secret = signal(now, SignalKind.PERSON_OVERLOADED, subject="person:mike", headline="Mike has 9 tickets")
    name = company.looked(signal(now), secret)
    for browser, sees in ((company.signed_in(SARAH), False), (company.signed_in(DANA), True), (company.host(), True)):
        for path in ("/signals", f"/cycles/{name}"):
            text = browser.get(path).text
            assert "PAY-7 is stuck" in text and ("Mike has 9" in text) is sees, path
            assert ("not for everybody" in text) is not sees


def test_why_it_is_urgent_may_name_what_is_not_for_everybody(company: Company) -> None:
    now, why = company.app.clock.now(), "Mike is out and holds 9 tickets"
    secret = signal(now, SignalKind.PERSON_OVERLOADED, subject="person:mike", headline="Mike has 9 tickets")
    hidden, open_ = company.looked(secret, pressing=why), company.looked(signal(now), pressing=why)
    for browser, sees in ((company.signed_in(SARAH), False), (company.signed_in(DANA), True), (company.host(), True)):
        assert (why in browser.get().text) is (why in browser.get(f"/cycles/{hidden}").text) is sees
        assert why in browser.get(f"/cycles/{open_}").text, "of what is for everybody, everybody reads why"


def test_what_was_said_to_one_person_is_for_them_and_those_who_run_the_team(company: Company) -> None:
    words = "PAY-7 waits for Mike alone"
    item = Item(SignalId(fresh()), "blocked_too_long", "PAY-7", words, "https://x", "high", "blocked-1-day")
    nudge = values.proposal(RemindPerson(person=PersonId("mike"), items=(item,)), because=words, rule="blocked-1-day")
    decided = Decided(nudge, Decision(verdict=Verdict.ALLOW, rule="ask-for-updates", reason="allowed"))
    name = _decide(company, decided)
    mike = next(m.slack for m in company.app.directives.team(PAY).members if m.id == "mike")
    for user, whole in ((SARAH, False), (DANA, True), (str(mike), True)):
        text = company.signed_in(user).get(f"/cycles/{name}").text
        assert ("/pm why" in text) is whole and ("can ask why" in text) is not whole, user
    assert company.signed_in(OMAR).get(f"/cycles/{name}").status_code == 404


def _decide(company: Company, *decided: Decided) -> CycleId:
    from models.cycles import Cycle
    from models.events import Reason, Trigger

    now = company.app.clock.now()
    look = Cycle(
        id=CycleId(fresh()),
        trigger=Trigger(team=PAY, reason=Reason.LOOK, at=now),
        at=now,
        directives_version="v1",
        signals=(),
        decided=decided,
        urgency=Urgency.MEDIUM,
        next_look=now,
    )
    company.run(company.app.ledger.record, look)
    return look.id


def test_a_question_is_told_in_full_to_whom_it_was_put_and_as_an_outline_to_others(company: Company) -> None:
    about = values.proposal(RemindPerson(person=PersonId("li"), items=(replace(values.item(), rule="away-with-work"),)))
    asked = Decision(
        verdict=Verdict.ASK, rule="confirm", reason="a yes", approvers=(PersonId("dana"),), expires=values.MONDAY
    )
    _decide(company, Decided(about, asked))
    assert "/pm why" in company.signed_in(DANA).get("/approvals").text
    assert "/pm why" not in company.signed_in(SARAH).get("/approvals").text
    assert "Nothing waits" in company.signed_in(OMAR).get("/approvals").text


def test_of_messages_people_see_their_own_count_and_admins_everybodys(company: Company) -> None:
    mine = company.signed_in(SARAH).get("/people").text
    assert "Sarah Okafor" in mine and "Mike Brennan" not in mine and "Only you are shown" in mine
    every = company.signed_in(DANA).get("/people").text
    names = [m.name for m in sorted(company.app.directives.team(PAY).members, key=lambda m: m.name)]
    assert re.findall(r'<tr><th scope="row">([^<]+)</th><td class="w">', every) == names, "by name, never by number"


def test_a_report_is_for_whoever_asked_and_those_who_run_the_team(company: Company) -> None:
    report = company.reported(asker="sarah")
    answer = company.signed_in(SARAH).get(f"/documents/{report}")
    assert answer.text == "# What is behind\n" and "attachment" in answer.headers["Content-Disposition"]
    mike = next(str(m.slack) for m in company.app.directives.team(PAY).members if m.id == "mike")
    assert report not in company.signed_in(mike).get("/costs").text
    assert company.signed_in(mike).get(f"/documents/{report}").status_code == 404


# --- what can be done ---------------------------------------------------------------------------------------------


def test_a_pause_is_the_one_of_slack_and_says_who(company: Company) -> None:
    dana = company.signed_in(DANA)
    dana.post(f"/teams/{PAY}/pause")
    pause = company.run(company.app.store.pause_of, PAY)
    assert pause is not None and pause.by == "dana"
    assert "Paused by Dana Whitfield" in dana.get().text and "paused" in dana.get().text
    dana.post(f"/teams/{PAY}/resume")
    assert company.run(company.app.store.pause_of, PAY) is None
    assert re.findall(r"<td>(resumed|paused)</td>", dana.get().text) == ["resumed", "paused"], "the latest first"


def test_a_dead_letter_tried_again_waits_and_dropped_is_gone_and_the_audit_knows_who(company: Company) -> None:
    again, gone = company.gave_up(key="a"), company.gave_up(key="b")
    dana = company.signed_in(DANA)
    assert dana.post(f"/dead-letters/{again}/retry").headers["location"] == "/dashboard/queue"
    dana.post(f"/dead-letters/{gone}/drop")
    assert company.run(company.app.mailbox.dead_letters) == []
    assert company.run(company.app.mailbox.depths).waiting == {1: 1}
    assert dana.post(f"/dead-letters/{gone}/drop").status_code == 404
    with sqlite3.connect(company.app.settings.database_url.removeprefix("sqlite:///")) as connection:
        told = connection.execute("SELECT who, what, about FROM audit WHERE team = 'payments' ORDER BY id").fetchall()
    assert told == [("dana", "dead letter tried again", "trial a"), ("dana", "dead letter dropped", "trial b")]


# --- forecast -----------------------------------------------------------------------------------------------------


def test_the_forecast_page_draws_what_was_kept_and_says_what_is_missing(company: Company) -> None:
    assert "A forecast needs 5 past sprints; 0 are known" in company.host().get("/forecast").text
    told = [_forecast(SprintId(900 + n), n) for n in range(7)]
    company.run(company.app.foresight.keep, told)
    for n, each in enumerate(told):
        ended = [Ended(each.stand, 24.0 + n)]
        company.run(company.app.foresight.keep_ended, PAY, each.sprint, each.at + timedelta(days=7), ended)
    text = company.host().get("/forecast").text
    assert "<svg" in text and "came true" in text


def _forecast(sprint: SprintId, n: int) -> Forecast:
    stand = Stand(
        board=7,
        sprint=sprint,
        share=0.5,
        target=27.0,
        done=12.0,
        todo_issues=5,
        doing_issues=4,
        done_issues=6,
        start_issues=14,
        added_issues=2,
        removed_issues=0,
        people=6,
    )
    within = {50: (-5.0, 1.0), 80: (-8.0, 2.0), 95: (-12.0, 3.0)}
    day = date(2026, 6, 1 + n)
    return Forecast(
        team=PAY,
        sprint=sprint,
        day=day,
        at=values.MONDAY,
        stand=stand,
        chance=0.3 + 0.1 * n,
        median=-3.0,
        within=within,
    )
