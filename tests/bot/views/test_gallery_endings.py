"""Reminders with the presses that end them, and summaries with theirs; see ``test_gallery`` for how to read these."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.jobs import HANDLERS
from bot.listeners.buttons import work_of
from bot.listeners.windows import OPENS
from bot.views.digest import Pressed, details_reply, digest
from bot.views.nudge import IN_A_ROW, nudge
from bot.views.parts.message import Message
from models.hushes import End, Said
from models.ids import PersonId, SignalId
from models.signals import SignalKind
from planner.asked.pressed.claims import Mark
from planner.asked.pressed.endings import Asides, Offer, asides
from planner.words.replies import Group, Row, SheetReply
from tests.bot.views.reading import pressable, seen
from tests.bot.views.samples import BERLIN, LI, REVIEW, SITE, TUESDAY, item, remind, summary
from tests.bot.views.test_gallery import GALLERY, NOTES
from tests.bot.views.test_gallery_living import again, quiet
from tests.contracts.blockkit import check_message
from tests.planner.world import LAW, LONG_AGO, NOON, facts, issue

ENDINGS = Asides(
    endings={
        SignalId("s1"): (
            Offer(End.BLOCKED, "Still blocked, ask Sam"),
            Offer(End.OVER, "Not blocked any more"),
            Offer(End.WAITING, "Waiting on purpose"),
            Offer(End.WRONG, "Wrong person"),
        ),
        SignalId("s2"): (Offer(End.TODAY, "I review it today"), Offer(End.WRONG, "Somebody else should")),
    },
    beside={SignalId("s2"): "Noor Haddad does it, said Tue 24 Nov 09:12."},
    why_you="You are the assignee",
)
ORPHAN = item("PAY-420", kind="nobody_assigned", text="PAY-420 “Refund webhooks” has had no owner for 1 working day")
REVIEWED = replace(REVIEW, signal=SignalId("s2"))
CLAIMS = {SignalId("s1"): Offer(End.TAKE, "Take PAY-420"), SignalId("s2"): Offer(End.TODAY, "I'll review PAY-412")}
PRESSED = Pressed(
    offers=CLAIMS,
    marks={
        SignalId("s1"): Mark("Li Wei wants to take it, {at} · Dana Ortiz is asked", TUESDAY, done=False),
        SignalId("s2"): Mark("Noor Haddad reviews it, {at}", TUESDAY, done=True),
    },
    zone=BERLIN,
    skipped="No summary until Sprint 24 ends, says Dana Ortiz",
)
DETAILS = SheetReply(
    title="Sprint 24 · Payments · day 7 of 10 · details",
    headline="16 points left for 4 working days: 4 a day needed, 3 a day so far.",
    groups=(
        Group("Needs somebody", (Row("PAY-420", "Refund webhooks", f"{SITE}/PAY-420", "nobody", "no owner"),)),
        Group("Waits for a review", (Row("payments#88", "Retry 3DS challenges", "", "Noor Haddad", "for 9 hours"),)),
    ),
    read_at={"jira": TUESDAY - timedelta(minutes=2)},
    notes=("4 known items not repeated in the summary.",),
    post_to_channel=False,
)

SAID = Said(end=End.WAITING, words="the vendor <!channel> answers then", effect="e")
CARRIED = Said(end=End.BLOCKED, words="Asking Sam Keller about INFRA-77 now.", effect="e")

MESSAGES: dict[str, Callable[[], Message]] = {
    "nudge-with-endings": lambda: nudge(remind(), "p1", NOTES, asides=ENDINGS),
    "nudge-three-with-endings": lambda: nudge(
        remind(item(), replace(REVIEW, signal=SignalId("s2")), item("PAY-42", signal=SignalId("s3"), kind="build_red")),
        "p1",
        NOTES,
        asides=ENDINGS,
    ),
    "nudge-waiting-on-purpose": lambda: again(hushes=(quiet(until=TUESDAY + timedelta(days=2), said=SAID),)),
    "nudge-asked-somebody": lambda: again(hushes=(quiet(until=TUESDAY + timedelta(days=2), said=CARRIED),)),
    "digest-with-buttons": lambda: digest(summary(ORPHAN, REVIEWED), "p1", NOTES[1:], Pressed(offers=CLAIMS)),
    "digest-pressed": lambda: digest(summary(ORPHAN, REVIEWED), "p1", NOTES[1:], PRESSED),
    "digest-details": lambda: details_reply(DETAILS, "p1", TUESDAY, BERLIN, TUESDAY),
}


@pytest.mark.parametrize("name", MESSAGES)
def test_the_message_reads_as_in_the_gallery(name: str) -> None:
    drawn = MESSAGES[name]()
    check_message({"text": drawn.text, "blocks": list(drawn.blocks)})
    assert seen(drawn.blocks) == (GALLERY / f"{name}.txt").read_text(encoding="utf-8").rstrip("\n")


@pytest.mark.parametrize("name", MESSAGES)
def test_no_row_is_longer_than_five_and_every_press_has_its_work(name: str) -> None:
    blocks = MESSAGES[name]().blocks
    assert all(len(block["elements"]) <= IN_A_ROW for block in blocks if block["type"] == "actions")
    menus = [each for block in blocks for each in block.get("elements", ()) if each["type"] == "static_select"]
    for press in (*pressable(blocks), *menus):
        job, _ = work_of({"actions": [press]})
        assert job in HANDLERS or press["action_id"].partition(":")[0] in OPENS, press["action_id"]


def test_a_reminder_about_one_thing_is_one_row_and_every_ending_can_be_reached() -> None:
    blocks = MESSAGES["nudge-with-endings"]().blocks
    assert [len(block["elements"]) for block in blocks if block["type"] == "actions"] == [5]
    words = [press["text"]["text"] for press in pressable(blocks)]
    endings = ["Still blocked, ask Sam", "Not blocked any more", "Waiting on purpose", "Wrong person"]
    assert [each for each in words if each in endings] == endings and "Useful" in words
    later = next(e for block in blocks for e in block.get("elements", ()) if e["type"] == "static_select")
    assert "Until it changes" in [option["text"]["text"] for option in later["options"]]


@pytest.mark.parametrize("kind", SignalKind)
def test_a_reminder_of_every_kind_fits_slack_with_its_endings(kind: SignalKind) -> None:
    """Beside the tickets and people of the planner's tests: whatever can be pressed there is drawn."""
    held = facts(issue(7, "ann", flagged_since=LONG_AGO, blocked_by=("PAY-8",)), issue(8, "bob"))
    about = [item("PAY-7", kind=kind), item("PAY-8", kind=kind, signal=SignalId("s2"))]
    beside = asides(about, PersonId("ann"), held, (), LAW, NOON)
    for items in (about[:1], about):
        drawn = nudge(remind(*items), "p1", NOTES, asides=beside)
        check_message({"text": drawn.text, "blocks": list(drawn.blocks)})
        assert all(len(block["elements"]) <= IN_A_ROW for block in drawn.blocks if block["type"] == "actions")


def test_only_the_kinds_whose_matter_one_press_can_end_offer_one() -> None:
    held = facts(issue(7))
    given = asides([item("PAY-7", kind=kind, signal=SignalId(kind)) for kind in SignalKind], LI, held, (), LAW, NOON)
    assert {str(kind) for kind in given.endings} == {
        *("blocked_too_long", "review_overdue", "nobody_assigned", "stale_in_progress", "merged_but_open"),
        *("overdue_date", "build_red", "changes_idle", "done_but_open"),
    }
