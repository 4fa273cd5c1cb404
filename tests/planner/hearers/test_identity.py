"""Whose account is it? Only an e-mail address can show it; what is not shown is asked or left to an admin."""

from __future__ import annotations

from typing import Any

import pytest

from models.directives import Directives
from models.ids import AccountId, PersonId
from models.people import Identity, Seen, Service, Standing
from models.work import Progress
from planner.hearers.identity import asking_line, joined, owners, said, settle, strangers, unresolved, without_conflicts
from tests.planner.world import BASE, LAW, MEMBERS, autonomy, constitution, facts, issue, pull_request

EMAIL = "ann@acme.test"
CERTAIN, UNCERTAIN, UNKNOWN = Standing.CERTAIN, Standing.UNCERTAIN, Standing.UNKNOWN


def seen(account: str, email: str | None = EMAIL, *, active: bool = True, human: bool = True, name: str = "") -> Seen:
    return Seen(account=AccountId(account), name=name, email=email, active=active, human=human)


A, HIDDEN = seen("a"), seen("h", None)
GONE, GONE_HIDDEN = seen("g", active=False), seen("gh", None, active=False)
APP, OTHER = seen("app", human=False), seen("o", "ann@acme.test.au")


@pytest.mark.parametrize(
    ("found", "bitbucket", "standing", "account"),
    [
        # one active person shows the address
        ([A], None, CERTAIN, "a"),
        ([A], "a", CERTAIN, "a"),
        ([seen("a", "Ann@ACME.test ")], None, CERTAIN, "a"),
        ([A, APP, OTHER, HIDDEN], None, CERTAIN, "a"),
        ([A, GONE], None, CERTAIN, "a"),
        ([A], "b", UNCERTAIN, "a"),
        # Jira hides the address
        ([HIDDEN], None, UNCERTAIN, "h"),
        ([HIDDEN], "h", CERTAIN, "h"),
        ([HIDDEN], "b", UNCERTAIN, "h"),
        ([HIDDEN, seen("h2", None)], None, UNKNOWN, None),
        ([HIDDEN, seen("h2", None)], "h", UNCERTAIN, "h"),
        ([HIDDEN, GONE_HIDDEN], None, UNKNOWN, None),
        # two accounts with the same address
        ([A, seen("a2")], None, UNKNOWN, None),
        ([A, seen("a2")], "a", UNKNOWN, None),
        # departed
        ([GONE], None, UNKNOWN, None),
        ([GONE], "g", UNKNOWN, None),
        ([GONE, HIDDEN], None, UNKNOWN, None),
        ([GONE_HIDDEN], None, UNKNOWN, None),
        ([GONE_HIDDEN], "gh", UNKNOWN, None),
        ([GONE], "b", UNCERTAIN, "b"),
        # nobody, or nobody human
        ([], None, UNKNOWN, None),
        ([APP], None, UNKNOWN, None),
        ([APP], "app", UNKNOWN, None),
        ([OTHER], None, UNKNOWN, None),
        ([], "b", UNCERTAIN, "b"),
    ],
)
def test_what_two_directories_show_about_an_address(
    found: list[Seen], bitbucket: str | None, standing: Standing, account: str | None
) -> None:
    elsewhere = AccountId(bitbucket) if bitbucket else None
    for order in (found, found[::-1]):
        verdict = settle(EMAIL, order, elsewhere)
        assert (verdict.standing, verdict.account) == (standing, account), verdict.why


def test_the_name_of_an_account_decides_nothing() -> None:
    impostor = seen("x", None, name="Ann")
    assert settle(EMAIL, [seen("a", name="Somebody"), impostor]).account == "a"
    assert settle(EMAIL, [impostor, seen("y", None, name="Bob")]).standing is UNKNOWN


def test_an_account_once_refused_is_never_found_again() -> None:
    assert settle(EMAIL, [HIDDEN], refused={"h"}).standing is UNKNOWN
    assert settle(EMAIL, [A], refused={"a"}).standing is UNKNOWN
    assert settle(EMAIL, [A], AccountId("a"), refused={"a"}).standing is UNKNOWN
    assert settle(EMAIL, [A], AccountId("b"), refused={"a"}).account == "b"
    assert settle(EMAIL, [A], AccountId("b"), refused={"a", "b"}).standing is UNKNOWN


def test_what_was_certain_stays_so_when_the_address_is_hidden_later() -> None:
    assert settle(EMAIL, [HIDDEN], before="h").standing is CERTAIN
    assert settle(EMAIL, [HIDDEN], before="other").standing is UNCERTAIN
    assert settle(EMAIL, [HIDDEN, seen("h2", None)], before="h").standing is UNKNOWN


def identity(person: str, account: str, standing: Standing = CERTAIN, service: Service = Service.JIRA) -> Identity:
    return Identity(person=PersonId(person), service=service, account=account, standing=standing, why="w")


def test_nobody_gets_what_is_anothers_or_what_was_found_for_two() -> None:
    found = [identity("ann", "a"), identity("bob", "a", UNCERTAIN), identity("kai", "k"), identity("deb", "d")]
    taken = {(Service.JIRA, "k"): PersonId("mike"), (Service.JIRA, "d"): PersonId("deb")}
    clear = without_conflicts(found, taken)
    assert [(each.standing, each.account) for each in clear] == [(UNKNOWN, "")] * 3 + [(CERTAIN, "d")]


# --- the constitution wins ----------------------------------------------------------------------------------


def law(**ann: Any) -> Directives:
    """Ann is known by nothing but ``ann``."""
    open_ann = {"id": "ann", "name": "Ann", "zone": BASE["teams"][0]["zone"], **ann}
    return constitution(team={"members": [m if m["id"] != "ann" else open_ann for m in MEMBERS]})


def ann_of(directives: Directives) -> tuple[str | None, str | None, str | None]:
    ann = directives.teams[0].member(PersonId("ann"))
    return ann.slack, ann.jira, ann.bitbucket


def test_what_is_held_is_filled_in_and_nothing_else() -> None:
    held = [identity("ann", "a"), identity("ann", "U1", CERTAIN, Service.SLACK)]
    assert ann_of(joined(law(), held)) == ("U1", "a", None)
    for standing in (UNCERTAIN, UNKNOWN, Standing.REFUSED):
        assert ann_of(joined(law(), [identity("ann", "a", standing)])) == (None, None, None)


def test_an_id_of_the_constitution_always_wins() -> None:
    found = [identity("ann", "other"), identity("ann", "b", Standing.CONFIRMED, Service.BITBUCKET)]
    assert ann_of(joined(law(jira="mine"), found)) == (None, "mine", None)
    assert ann_of(joined(law(bitbucket="mine"), [identity("ann", "a")])) == (None, None, "mine")
    assert ann_of(joined(law(), [identity("ann", "acc-bob", Standing.SET)])) == (None, None, None)


def test_an_admin_may_give_somebody_a_second_account() -> None:
    second = identity("ann", "b", Standing.SET, Service.BITBUCKET)
    ann = joined(law(jira="mine"), [second]).teams[0].member(PersonId("ann"))
    assert (ann.account, ann.other_account) == ("mine", "b")
    assert law(jira="same", bitbucket="same").teams[0].member(PersonId("ann")).other_account is None


def test_what_was_only_found_is_looked_for_again() -> None:
    found = [identity("ann", "a"), identity("ann", "U1", CERTAIN, Service.SLACK)]
    answered = [identity("ann", "a", Standing.CONFIRMED), identity("ann", "U1", Standing.SET, Service.SLACK)]
    lacking = {m.id for m in unresolved(said(law(), found).teams[0])}
    assert "ann" in lacking
    assert "ann" not in {m.id for m in unresolved(said(law(), answered).teams[0])}


def test_an_account_counts_in_both_of_atlassians_systems() -> None:
    whose = owners(law(bitbucket="b", slack="U1"))
    assert whose[Service.JIRA, "b"] == whose[Service.BITBUCKET, "b"] == whose[Service.SLACK, "U1"] == "ann"


@pytest.mark.parametrize(
    ("rule", "asks"),
    [({"allow": "ask_identity"}, True), ({"ask": "ask_identity"}, True), ({"never": ["ask_identity"]}, False)],
)
def test_people_are_asked_only_where_a_line_allows_it(rule: dict[str, Any], asks: bool) -> None:
    assert asking_line(LAW) is None
    assert asking_line(constitution(autonomy=autonomy(about_you=rule))) == ("about-you" if asks else None)


# --- accounts that are nobody's -----------------------------------------------------------------------------


def test_accounts_with_open_work_that_are_nobodys_are_counted_and_not_guessed() -> None:
    world = facts(
        issue(1, assignee="x"),
        issue(2, assignee="x", progress=Progress.DONE),
        issue(3, assignee="ann"),
        prs=(
            pull_request(1, author="x", reviews={"y": "waiting"}),
            pull_request(2, author="ann", reviews={"x": "approved"}),
            pull_request(3, author="z", state="MERGED"),
        ),
    )
    found = [(s.account, s.issues, s.pull_requests) for s in strangers(world, LAW)]
    assert found == [("acc-x", 1, 2), ("acc-y", 0, 1)]
