"""The log of shadow mode, as it is sent and once it is marked, and what an admin is told who asks for it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from bot.jobs.trust.asked import FEW
from bot.listeners.buttons import JOBS, work_of
from bot.views.notice import to_admins
from bot.views.parts.message import Message, message
from bot.views.shadow import Marks, shadow_log, shadow_page
from models.actions import Kept, Offer, ShadowLog
from models.ids import PersonId, ProposalId
from models.proposals import Proposal
from models.signals import Urgency
from tests.bot.views.reading import pressable, seen
from tests.bot.views.test_gallery import GALLERY
from tests.contracts.blockkit import check_message

HELD_BACK = "Li Wei has had today's one message already (one-reminder-a-day)"
DIFF = """--- directives.yaml
+++ directives.yaml
@@ -345,2 +345,4 @@
     mode: shadow
+    modes:
+      review-8-hours: suggest
"""
LOG = ShadowLog(
    person=PersonId("dana"),
    day=date(2026, 11, 17),
    sent=12,
    withheld=1,
    would=(
        Kept(ProposalId("p1"), "Li Wei", "PR api#88 waits for you for 9 h.", "found by review-8-hours, allowed by "
             "ask-for-updates", "review-8-hours", "11:40"),
        Kept(ProposalId("p2"), "Dana Ortiz", "Approve? Give PAY-420 to Li Wei", "found by owner-for-every-ticket, it "
             "needs the PM's yes", "owner-for-every-ticket", "Mon 16 Nov 18:05"),
    ),
    held=(Kept(ProposalId("p3"), "Li Wei", "PAY-7 is blocked for 2 working days.", HELD_BACK, "blocked-1-day"),),
    offers=(Offer("review-8-hours: 10 of 10 messages marked useful. It may suggest with this change.", DIFF),),
)  # fmt: skip
PROPOSAL = Proposal(
    id=ProposalId("log1"),
    action=LOG,
    because="b",
    evidence=(),
    signals=(),
    urgency=Urgency.LOW,
    rule="tell-admins",
)
TRUST = ("Shadow mode: nothing is sent.", "Suggest mode: due-dates.", "review-8-hours: 10 of 10 marked useful.")

NOTHING = ShadowLog(person=PersonId("dana"), day=LOG.day, sent=0, withheld=0)
UNTIL = datetime(2026, 11, 17, 19, 5, tzinfo=UTC)


def page(log: ShadowLog, trust: tuple[str, ...], marks: Marks, *, watched: bool = True, beside: int = 0) -> Message:
    about = {"watched": watched, "until": UNTIL, "clock": "14:05", "beside": beside}
    return shadow_page(log, "Payments", trust, marks, **about)  # type: ignore[arg-type]


MESSAGES: dict[str, Callable[[], Message]] = {
    "shadow-log": lambda: to_admins(LOG, PROPOSAL),
    "shadow-log-marked": lambda: shadow_log(LOG, "log1", {ProposalId("p1"): True, ProposalId("p3"): False}),
    "shadow-page": lambda: page(LOG, TRUST, {ProposalId("p2"): False}),
    "shadow-page-in-act-mode": lambda: page(NOTHING, (), {}, watched=False),
    "shadow-page-of-nothing": lambda: page(NOTHING, TRUST[:1], {}),
}


@pytest.mark.parametrize("name", MESSAGES)
def test_the_message_reads_as_in_the_gallery(name: str) -> None:
    assert seen(MESSAGES[name]().blocks) == (GALLERY / f"{name}.txt").read_text(encoding="utf-8").rstrip("\n")


@pytest.mark.parametrize("name", MESSAGES)
def test_slack_would_take_the_message(name: str) -> None:
    drawn = MESSAGES[name]()
    check_message({"text": drawn.text, "blocks": drawn.blocks})


def test_no_button_of_the_log_does_anything_but_take_feedback() -> None:
    for name in MESSAGES:
        jobs = {work_of({"actions": [press]})[0] for press in pressable(MESSAGES[name]().blocks)}
        assert jobs <= {"mark"} and JOBS["kept_useful"] == "mark"
    assert len(pressable(MESSAGES["shadow-log-marked"]().blocks)) == 6, "what was marked can be marked otherwise"


def test_the_fullest_log_is_one_message_that_slack_takes() -> None:
    long = replace(LOG.would[0], what="w" * 900, why="y" * 900)
    many = tuple(replace(long, proposal=ProposalId(f"{n:020d}")) for n in range(18))
    full = replace(LOG, would=many[:10], held=many[10:], sent=999, withheld=999, offers=LOG.offers * 2)
    for drawn in (shadow_log(full, "log1", {}), page(full, TRUST * 4, {})):
        check_message({"text": drawn.text, "blocks": drawn.blocks})
        assert len(drawn.blocks) <= 50 and "989 more lines" in str(drawn.blocks)
    two = replace(full, would=many[: FEW[0]], held=many[-FEW[1] :])
    halves = page(two, TRUST * 4, {}, beside=1).blocks
    renamed = (block | {"block_id": f"2{block['block_id']}"} if "block_id" in block else block for block in halves)
    both = message([*halves, *renamed])
    check_message({"text": both.text, "blocks": both.blocks})
