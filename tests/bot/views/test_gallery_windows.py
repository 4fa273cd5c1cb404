"""Windows, and what is said once, as their readers see them; see ``test_gallery`` for how to read these."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest

from bot.views.parts.message import Message
from bot.views.reply import interrupted, lost, too_late
from bot.views.windows.contact import contact_window
from bot.views.windows.edit import edit_window
from bot.views.windows.question import question_window
from bot.views.windows.reject import reject_window
from bot.views.windows.track import track_window
from bot.views.windows.waiting import waiting_window
from bot.views.windows.window import Window
from bot.views.windows.wrong_person import wrong_person_window
from models.directives import WEEKDAYS
from planner.asked.pressed.edits import Form
from planner.hearers.contact import NO_WISH, Wish
from tests.bot.views.aloud import Exhibit
from tests.bot.views.reading import seen
from tests.bot.views.test_gallery import GALLERY
from tests.contracts.blockkit import check_message, check_view
from tests.promises.surfaces import as_sent

ASKED_FOR = ("*PAY-420*  Refund webhooks for partial captures", "Assignee: nobody → Li Wei")
PLACE: Mapping[str, str] = {"channel": "D1", "ts": "1.1", "signal": "s1"}
GIVEN = Wish(hours="09:00-18:00", days=WEEKDAYS[:5], zone="Europe/Berlin", per_day=1, channel="learn")
OWNER = Form("New owner", (("Li Wei", "li"), ("Noor Haddad", "noor")), "li")
LISBON = "Europe/Lisbon"
OWN = Wish(hours="10:00-16:00", days=("mon", "tue"), zone=LISBON, per_day=0, channel="jira")

WINDOWS: dict[str, Callable[[], Window]] = {
    "window-contact": lambda: contact_window(NO_WISH, given=GIVEN, most=1, slack_zone=LISBON),
    "window-contact-own-word": lambda: contact_window(OWN, given=GIVEN, most=1, slack_zone=LISBON, approves=True),
    "window-edit": lambda: edit_window(OWNER, ASKED_FOR, "ap1", "v1"),
    "window-edit-words": lambda: edit_window(Form("What is said", (), "Sprint 24 ships on Friday."), (), "ap1", "v1"),
    "window-reject": lambda: reject_window("reject_why", ASKED_FOR, [("ap1", "v1")]),
    "window-question": lambda: question_window(
        [("PAY-398 · Dana · Login with a passkey", "PAY-398")], "PAY-398 is stuck again, who looks at it?"
    ),
    "window-track": lambda: track_window([("PAY-398 Login with a passkey", "PAY-398"), ("PR 88 Refunds", "web#88")]),
    "window-waiting": lambda: waiting_window("PAY-398", **PLACE),
    "window-wrong-person": lambda: wrong_person_window("PAY-398", [("Noor Haddad", "noor"), ("Sam", "sam")], **PLACE),
}

MESSAGES: dict[str, Callable[[], Message]] = {
    "interrupted": lambda: interrupted("status sprint 24"),
    "lost-answer": lambda: lost("/pm status <!channel>"),
    "lost-press": lambda: lost(""),
    "too-late-for-the-channel": lambda: too_late("status sprint 24"),
}


def shown(name: str) -> Exhibit:
    made = (WINDOWS.get(name) or MESSAGES[name])()
    return Exhibit(name, *as_sent(made))


@pytest.mark.parametrize("name", [*WINDOWS, *MESSAGES])
def test_it_reads_as_in_the_gallery(name: str) -> None:
    read = seen(shown(name).blocks)
    if name in WINDOWS:
        window = WINDOWS[name]()
        read = f"[[ {window.title} ]]\n{read}\n[{window.close}] [{window.submit}]"
    assert read == (GALLERY / f"{name}.txt").read_text(encoding="utf-8").rstrip("\n")


@pytest.mark.parametrize("name", [*WINDOWS, *MESSAGES])
def test_slack_would_take_it(name: str) -> None:
    each = shown(name)
    check_message(each.sent) if each.surface == "message" else check_view(each.sent)


@pytest.mark.parametrize("name", WINDOWS)
def test_a_window_carries_ids_and_nothing_that_is_read(name: str) -> None:
    window = WINDOWS[name]()
    assert not {"Li Wei", "Refund", "PAY-398"} & set(str(dict(window.carried)).replace("'", " ").split())
