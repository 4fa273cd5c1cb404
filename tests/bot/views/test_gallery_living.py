"""Messages after something has come of them, as their readers see them; see ``test_gallery`` for how to read these."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.listeners.buttons import JOBS
from bot.views.escalation import escalation
from bot.views.home import HomeData, home
from bot.views.living import all_settled, as_it_stands, settled_lines
from bot.views.nudge import nudge
from bot.views.parts.message import Message
from bot.views.reply import reply_message
from models.actions import Item
from models.hushes import Hush, Sight
from models.ids import EffectId, HushId, SignalId, TeamId
from models.standing import Living, Over, Standing
from planner.asked.quiet.held import Held
from planner.words.replies import ListReply
from tests.bot.views.reading import seen
from tests.bot.views.samples import BERLIN, LI, REVIEW, TUESDAY, escalate, item, remind
from tests.bot.views.test_gallery import GALLERY, NOTES, REACH
from tests.contracts.blockkit import check_message, check_view

LATER = TUESDAY + timedelta(hours=2)
REVIEWED = replace(REVIEW, signal=SignalId("s2"))
WOKE = item(
    "INFRA-77",
    kind="woken",
    text="INFRA-77, which you waited for, changed: In Progress → Done",
    urgency="low",
    rule="you-asked",
    remedy="",
)


def quiet(**changes: Any) -> Hush:
    made = Hush(id=HushId("h"), team=TeamId("payments"), person=LI, subject="PAY-398", at=TUESDAY)
    return replace(made, **changes)


def over(**signals: str) -> dict[SignalId, Over]:
    return {SignalId(name): Over(LATER, words) for name, words in signals.items()}


def again(*items: Item, ended: dict[SignalId, Over] | None = None, hushes: tuple[Hush, ...] = ()) -> Message:
    """A reminder as it is drawn once something has come of it."""
    action = remind(*items)
    living = Living(effect=EffectId("e"), action=action, standing=Standing(over=ended or {}), at=TUESDAY)
    return nudge(action, "p1", NOTES, settled=settled_lines(living, hushes, BERLIN), over=ended or {})


def post(**standing: Any) -> Message:
    action = escalate()
    living = Living(effect=EffectId("e"), action=action, standing=Standing(**standing), at=TUESDAY)
    if living.is_over:
        return all_settled(settled_lines(living, (), BERLIN).values(), nothing=True)
    return escalation(as_it_stands(living, action), "p1", NOTES[1:])


FREE = "PAY-398 is not blocked any more"
MERGED = "PR payments#88 is merged"

MESSAGES: dict[str, Callable[[], Message]] = {
    "nudge-with-changes": lambda: nudge(
        remind(), "p1", NOTES, changed=("PAY-117 → Li Wei: Sam Keller asked for it, Dana Ortiz said yes",)
    ),
    "nudge-over": lambda: again(ended=over(s1=FREE)),
    "nudge-partly-over": lambda: again(item(), REVIEWED, ended=over(s1=FREE)),
    "nudge-all-over": lambda: again(item(), REVIEWED, ended=over(s1=FREE, s2=MERGED)),
    "nudge-put-off": lambda: again(hushes=(quiet(until=TUESDAY + timedelta(days=1)),)),
    "nudge-until-it-changes": lambda: again(hushes=(quiet(sight=Sight(of="PAY-398", status="To Do")),)),
    "nudge-until-another-changes": lambda: again(hushes=(quiet(sight=Sight(of="INFRA-77", status="To Do")),)),
    "nudge-until-another-is-done": lambda: again(
        hushes=(quiet(sight=Sight(of="INFRA-77", status="To Do", wanted="done")),)
    ),
    "nudge-muted": lambda: again(hushes=(quiet(),)),
    "nudge-one-of-two-muted": lambda: again(item(), REVIEWED, hushes=(quiet(subject=REVIEW.subject),)),
    "nudge-rule-muted": lambda: again(hushes=(quiet(subject="", rule="blocked-one-day"),)),
    "nudge-rule-put-off": lambda: again(hushes=(quiet(subject="", rule="blocked-one-day", until=LATER),)),
    "nudge-woken": lambda: nudge(remind(WOKE), "p1", ["you asked for this"]),
    "escalation-over": lambda: post(over=over(s1=FREE)),
    "escalation-changed": lambda: post(headline="PAY-398 has been blocked for 3 working days", facts=("Assignee: Li",)),
    "snoozed": lambda: reply_message(
        ListReply(
            title="What you have put off or muted:",
            lines=("PAY-398 is put off until INFRA-77 changes", "rule blocked-one-day is muted for you"),
            choices=(("Hear of PAY-398", "unmute PAY-398"), ("Un-mute blocked-one-day", "unmute blocked-one-day")),
        ),
        zone=BERLIN,
        now=TUESDAY,
        company_now=TUESDAY,
    ),
}

HELD = HomeData(
    zone=BERLIN,
    now=TUESDAY,
    real=TUESDAY,
    reach=REACH,
    held=(
        Held(
            text=item().text,
            subject="PAY-398",
            url=item().url,
            why="Li Wei has had today's one message already",
            until=TUESDAY + timedelta(days=1),
        ),
        Held(text=REVIEW.text, subject=REVIEW.subject, url=REVIEW.url, why="PR payments#88 is muted for you"),
    ),
)


HOMES = {"home-with-something-held-back": HELD}


@pytest.mark.parametrize("name", MESSAGES)
def test_the_message_reads_as_in_the_gallery(name: str) -> None:
    drawn = MESSAGES[name]()
    assert seen(drawn.blocks) == (GALLERY / f"{name}.txt").read_text(encoding="utf-8").rstrip("\n")
    check_message({"text": drawn.text, "blocks": drawn.blocks})


@pytest.mark.parametrize("name", MESSAGES)
def test_every_button_and_menu_asks_for_something_the_listeners_know(name: str) -> None:
    parts = [part for block in MESSAGES[name]().blocks for part in (*block.get("elements", ()), block.get("accessory"))]
    asked = {part["action_id"].partition(":")[0] for part in parts if part and "action_id" in part}
    assert asked <= set(JOBS)


def test_what_is_held_back_has_a_section_of_its_own() -> None:
    drawn = home(HELD)
    shown = (GALLERY / "home-with-something-held-back.txt").read_text(encoding="utf-8")
    assert seen(drawn["blocks"]) == shown.rstrip("\n")  # type: ignore[arg-type]
    check_view(drawn)


def test_a_choice_is_short_enough_for_slack() -> None:
    """An option's value takes 150 characters."""
    named = remind(item(signal=SignalId("f" * 20), rule="r" * 60))
    menu = next(part for part in nudge(named, "p1").blocks[-1]["elements"] if part["action_id"].startswith("later"))
    assert max(len(option["value"]) for option in menu["options"]) <= 150
    assert max(len(option["text"]["text"]) for option in menu["options"]) <= 75
