"""The look-up after a lost answer goes wrong itself: what stands at the vendor is found, and never sent again."""

from __future__ import annotations

import pytest

from tests.faults.stage.cells import honest, put_right
from tests.faults.stage.faults import FAULTS, reset_after
from tests.faults.stage.operations import OPERATIONS
from tests.faults.stage.town import Town

pytestmark = pytest.mark.anyio

LOOKS = {
    "slack post": "/slack/api/conversations.history",
    "slack message": "/slack/api/conversations.history",
    "slack reply": "/slack/api/conversations.replies",
    "jira comment": "(GET .*/issue/[^/]+/comment|POST .*/comment/list)",
    "jira assign": "GET /jira/rest/api/3/issue/[^/]+[?]",
}
"""Which call each write is looked up with."""

TELLING = ("reset before", "429, wait 0", "another object", "a list", "60 MB")


def cell(fault: str, operation: str) -> object:
    marks = () if fault in TELLING else (pytest.mark.faults,)
    return pytest.param(fault, operation, marks=marks, id=f"{operation}, {fault}")


@pytest.mark.parametrize(("fault", "operation"), [cell(fault, operation) for operation in LOOKS for fault in FAULTS])
async def test_a_look_up_that_fails_is_no_reason_to_send_again(place: Town, fault: str, operation: str) -> None:
    how = OPERATIONS[operation]
    place.begin()
    done = await how.begin(place)
    place.proxy.plan(how.where, reset_after)
    assert await place.try_once()
    await place.quiet()
    asked = place.proxy.count(how.where)
    assert (done(), place.proxy.struck) == (1, True)

    place.later()
    place.proxy.plan(LOOKS[operation], FAULTS[fault], times=9)
    looked = await place.try_once()
    assert looked is not None
    assert place.proxy.struck
    place.proxy.heal()
    await place.quiet()
    assert not place.secrets_in([looked.words, *place.log])
    if looked.words:
        assert honest(looked.words), looked.words
    if looked.state == "dead":
        assert await put_right(place, done)
    await place.to_the_end()
    assert (done(), place.proxy.count(how.where)) == (1, asked)
    await place.restore()
    assert place.held() == 0
