"""Whoever is signed in or holds ADMIN_TOKEN: no page stumbles whatever it is asked, no look changes anything, and no
deed is done without a form of theirs."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import strategies as st

from tests.bot.dashboard.company import SARAH
from tests.bot.knocking import ENVIRONMENT
from tests.fuzz.bodies import RAW, WORDS
from tests.fuzz.house import Knock, housed
from tests.fuzz.inside import DEEDS, HOST, PAGES, THING, WHO, Inside, as_somebody, form_of, inside, sent, strange, zone
from tests.fuzz.knocks import ROUTES, places
from tests.fuzz.sizes import fuzz
from tests.fuzz.test_unsigned import ASKS_AROUND

VISIT = {"dashboard_visits"}
"""The only table that looking at a page writes: when somebody was there last, and their next cookie."""

DONE = VISIT | {"audit", "memory", "jobs", "teams"}
"""Tables in which a deed of the dashboard is written down."""

NEEDS_NOBODY = ("/dashboard/static", "/dashboard/sign-in", "/dashboard/link", "/dashboard/{rest:path}")
OPERATIONS = tuple(sorted(path for method, path in ROUTES if method == "GET" and not path.startswith("/dashboard")))


@pytest.fixture(scope="module")
def within(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Inside]:
    folder = tmp_path_factory.mktemp("inside")
    with housed(folder, SLACK_CLIENT_ID="1.2", SLACK_CLIENT_SECRET="shh") as opened:
        yield Inside(opened)


# --- looking ----------------------------------------------------------------------------------------------------


def looked(within: Inside, knock: Knock) -> int:
    """Ask for a page, and see that nothing is changed by it and nobody called."""
    seen = within.house.watch(knock)
    asks = knock.path.startswith((*ASKS_AROUND, b"/dashboard/health"))
    assert seen.heard.status < 500, seen
    assert seen.changed <= VISIT, seen.changed
    assert asks or not seen.called, seen.called
    assert not seen.heard.headers.get("location", "").startswith("/dashboard/sign-in"), "they are signed in"
    return seen.heard.status


PAGE = st.sampled_from(PAGES).flatmap(lambda path: st.tuples(st.just(path), inside(path)))


@fuzz(60, page=PAGE, who=st.sampled_from(WHO), more=strange(), where=WORDS.map(zone))
def test_no_page_stumbles_or_changes_anything_whatever_it_is_asked(
    within: Inside, page: tuple[str, bytes], who: str, more: tuple[tuple[bytes, bytes], ...], where: bytes
) -> None:
    path, place = page
    cookie = within.enter(who).cookie + b"; " + where
    status = looked(within, as_somebody("GET", within.address(place), cookie, more))
    if who == HOST and not path.startswith(NEEDS_NOBODY) and ("{" not in path or THING.encode() in place):
        assert status == 200


@fuzz(10, place=inside("/dashboard/health"), more=strange())
def test_hosts_and_processes_are_shown_to_no_member_however_they_ask(
    within: Inside, place: bytes, more: tuple[tuple[bytes, bytes], ...]
) -> None:
    assert looked(within, as_somebody("GET", place, within.enter(SARAH).cookie, more)) == 403


@fuzz(10, place=st.sampled_from(PAGES).flatmap(inside), method=st.sampled_from(["HEAD", "PUT", "DELETE", "BREW"]))
def test_no_other_method_does_anything(within: Inside, place: bytes, method: str) -> None:
    looked(within, as_somebody(method, within.address(place), within.enter(HOST).cookie))


# --- doing ------------------------------------------------------------------------------------------------------

DEED = st.sampled_from(DEEDS).flatmap(lambda path: st.tuples(st.just(path), inside(path)))
FIELDS = st.dictionaries(
    WORDS.filter(lambda name: len(name) < 100 and name != "form"), st.text(max_size=40), max_size=8
)


@fuzz(30, deed=DEED, who=st.sampled_from(WHO), fields=FIELDS)
def test_a_deed_with_a_form_of_theirs_is_done_for_whoever_may_and_for_nobody_else(
    within: Inside, deed: tuple[str, bytes], who: str, fields: dict[str, str]
) -> None:
    (path, place), visitor = deed, within.enter(who)
    seen = within.house.watch(sent(within.address(place), visitor.cookie, form_of({**fields, "form": visitor.form})))
    assert seen.heard.status < 500, seen
    assert seen.changed <= DONE and not seen.called, seen
    own = path.startswith("/dashboard/sign-out")
    if own or (who in WHO[:2] and THING.encode() in place and not path.startswith("/dashboard/link")):
        assert seen.heard.status == 303
        assert seen.changed & ({"dashboard_visits"} if own else {"memory", "jobs"}), "it says it is done, and is not"
    elif who in WHO[2:] and not own:
        assert seen.heard.status in {403, 404} and seen.changed <= {"audit"}, "not theirs to do"


FOREIGN = st.sampled_from([b"https://evil.example", b"null", b"http://127.0.0.1:1", b"http://[::1", b"\xff", b""])


@fuzz(30, place=st.sampled_from(DEEDS).flatmap(inside), who=st.sampled_from(WHO), word=WORDS, origin=FOREIGN)
def test_nothing_is_done_without_a_form_of_theirs_or_for_a_page_of_others(
    within: Inside, place: bytes, who: str, word: str, origin: bytes
) -> None:
    visitor, other, place = within.enter(who), within.enter(who), within.address(place)
    good = form_of({"form": visitor.form})
    wrong = ({}, {"form": word}, {"form": other.form}, {"form": visitor.form[:-1]}, {"Form": visitor.form})
    knocks = [sent(place, visitor.cookie, form_of(fields)) for fields in wrong]
    knocks += [sent(place, visitor.cookie, good, (b"origin", origin)), sent(place, b"pm-visit=guess", good)]
    for knock in knocks:
        seen = within.house.watch(knock)
        assert seen.heard.status in {400, 401, 403, 413}, seen
        assert not seen.changed and not seen.called, seen


@fuzz(15, place=st.sampled_from(DEEDS).flatmap(inside), body=RAW)
def test_what_is_no_form_is_refused(within: Inside, place: bytes, body: bytes) -> None:
    seen = within.house.watch(sent(within.address(place), within.enter(HOST).cookie, body))
    assert seen.heard.status in {400, 403, 413} and not seen.changed, seen


# --- with ADMIN_TOKEN -------------------------------------------------------------------------------------------

TOKEN = ENVIRONMENT["ADMIN_TOKEN"].encode()
GOOD = st.sampled_from([b"Bearer " + TOKEN, b"bearer " + TOKEN, b"BEARER  " + TOKEN + b" "])
BAD = st.sampled_from(
    [b"Bearer " + TOKEN[:-1], b"Bearer " + TOKEN + b"x", b"Basic " + TOKEN, TOKEN, b"Bearer \xc3\xa9", b""]
)


def ordered(place: bytes, token: bytes, body: bytes = b"") -> Knock:
    return Knock("POST", place, ((b"host", b"127.0.0.1"), (b"authorization", token)), (body,))


@fuzz(20, place=places("/api/trigger-cycle"), token=GOOD, body=RAW)
def test_an_operator_who_asks_for_a_look_gets_one_whatever_else_is_sent(
    within: Inside, place: bytes, token: bytes, body: bytes
) -> None:
    seen = within.house.watch(ordered(place, token, body))
    assert (seen.heard.status, seen.changed - {"teams"}) == (202, {"jobs"}), seen


@fuzz(10, place=places("/api/trigger-cycle"), token=BAD, body=RAW)
def test_another_token_asks_for_nothing(within: Inside, place: bytes, token: bytes, body: bytes) -> None:
    seen = within.house.watch(ordered(place, token, body))
    assert seen.heard.status in {401, 403} and not seen.changed, seen


@fuzz(15, place=st.sampled_from(OPERATIONS).flatmap(places), more=strange())
def test_no_question_of_an_operator_changes_anything(
    within: Inside, place: bytes, more: tuple[tuple[bytes, bytes], ...]
) -> None:
    seen = within.house.watch(as_somebody("GET", place, b"", (*more, (b"authorization", b"Bearer " + TOKEN))))
    assert seen.heard.status in {200, 404, 503} and not seen.changed, seen
    assert seen.heard.status != 503 or place.startswith(b"/ready")


@fuzz(10, place=st.sampled_from([path for path in PAGES if not path.startswith(NEEDS_NOBODY)]).flatmap(inside))
def test_the_token_opens_no_page(within: Inside, place: bytes) -> None:
    seen = within.house.watch(as_somebody("GET", within.address(place), b"", ((b"authorization", b"Bearer " + TOKEN),)))
    assert (seen.heard.status, seen.changed) == (303, set()), seen
    assert seen.heard.headers["location"].startswith("/dashboard/sign-in")


def test_the_doors_answer_after_all_that(within: Inside) -> None:
    assert within.house.is_well()
