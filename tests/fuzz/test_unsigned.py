"""Whoever knocks without a signature: no door stumbles, nothing is written, nobody is called; the door stays open."""

from __future__ import annotations

import pytest
from hypothesis import strategies as st

from tests.fuzz.bodies import BOMBS, RAW
from tests.fuzz.house import Heard, House, Knock
from tests.fuzz.knocks import ROUTES, SIGNED, nearly_signed, unsigned
from tests.fuzz.sizes import fuzz

ASKS_AROUND = (b"/ready", b"/dashboard/sign-in/slack")
"""Routes that ask the vendors how they are, and whose workspace it is: where these do not answer, it is 503."""


def harmless(house: House, knock: Knock) -> Heard:
    """Ask, and see that nothing was written and nobody called."""
    asks, seen = knock.path.startswith(ASKS_AROUND), house.watch(knock)
    assert seen.heard.status < 500 or (asks and seen.heard.status == 503), seen
    assert not seen.changed, "somebody unknown has written"
    assert asks or not seen.called, "somebody unknown had somebody called"
    return seen.heard


@fuzz(40, knock=st.sampled_from(sorted(ROUTES)).flatmap(unsigned))
def test_no_route_stumbles_writes_or_calls_for_somebody_unknown(house: House, knock: Knock) -> None:
    harmless(house, knock)


@fuzz(20, knock=st.sampled_from(SIGNED).flatmap(lambda path: RAW.flatmap(lambda body: nearly_signed(path, body))))
def test_what_is_signed_by_somebody_else_or_changed_on_the_way_is_refused(house: House, knock: Knock) -> None:
    assert harmless(house, knock).status in {400, 401, 413}


@pytest.mark.parametrize("path", SIGNED)
def test_each_bomb_is_refused_unsigned(house: House, path: str) -> None:
    for name, body in BOMBS.items():
        for encoding in (b"identity", b"gzip"):
            knock = Knock("POST", path.encode(), ((b"host", b"127.0.0.1"), (b"content-encoding", encoding)), (body,))
            assert harmless(house, knock).status in {400, 401, 413}, name


def test_the_doors_answer_after_all_that(house: House) -> None:
    assert house.is_well()
