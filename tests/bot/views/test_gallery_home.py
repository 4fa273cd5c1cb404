"""How a Home reads to a member with everything, to an admin, to a guest: the kept texts are what was looked at."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.views.home import HomeData, home
from bot.views.home.admins import RunningData, SourceData, TeamData
from models.ids import PersonId
from planner.lessons.known import Known
from planner.reports.deeds import Deed
from tests.bot.views.reading import seen
from tests.bot.views.samples import BERLIN, TUESDAY, approval
from tests.bot.views.test_gallery import DOING, GALLERY, NAMES, REACH, WORK
from tests.contracts.blockkit import check_view

LEARNT = Known(topic="response_time", words="You answer after about 40 minutes.", times=12, since=TUESDAY)
DEEDS = (
    Deed(words="PAY-420 → Li Wei", at=TUESDAY, how="you approved it", why="p1", undo="p1"),
    Deed(words="Wrote to you about PAY-398", at=TUESDAY - timedelta(days=1), why="p2"),
)
MEMBER = HomeData(
    zone=BERLIN,
    now=TUESDAY,
    real=TUESDAY,
    reach=replace(REACH, used=1, given="At most one message a day, as direct messages, 09:00-18:00, Mon to Fri"),
    person=PersonId("dana"),
    note="Noted. It counts from the next message on.",
    waiting=(approval(),),
    moves=WORK,
    work=(*WORK, DOING),
    names=NAMES,
    known=(LEARNT, Known(topic="", words="You are Dana Ortiz in Jira.")),
    deeds=DEEDS,
    deeds_in_all=5,
    read_at={"jira": TUESDAY},
)
PAYMENTS = TeamData(
    name="Payments",
    mode="act",
    sources=(SourceData(name="jira", age="2 min"), SourceData(name="bitbucket", age="", error="401: the token")),
    own_wishes=1,
)
RUNNING = RunningData(
    teams=(PAYMENTS, replace(PAYMENTS, name="Platform", mode="shadow", paused="Paused by Dana Ortiz since 09:12.")),
    spend="$0.00: no model is used",
    dead=2,
    unseen=1,
    version="3f2a",
)
HOMES = {
    "home-of-a-member": MEMBER,
    "home-of-an-admin": replace(MEMBER, note="", running=RUNNING, deeds=(), known=()),
    "home-of-a-guest": replace(MEMBER, note="", guest=True),
    "home-of-a-deputy": HomeData(
        zone=BERLIN,
        now=TUESDAY,
        real=TUESDAY,
        reach=REACH,
        person=PersonId("noor"),
        waiting=(approval(),),
        coming={approval().id: TUESDAY + timedelta(hours=23)},
        names=NAMES,
    ),
    "home-of-somebody-overloaded": replace(
        MEMBER,
        waiting=(approval(),) * 9,
        moves=WORK * 12,
        work=WORK * 30,
        deeds=tuple(replace(DEEDS[1], words=f"Wrote to you about PAY-{number}") for number in range(40)),
        deeds_in_all=400,
        known=tuple(replace(LEARNT, words=f"You answer after about {number} minutes.") for number in range(9)),
        running=replace(RUNNING, teams=(PAYMENTS,) * 12),
    ),
}


@pytest.mark.parametrize("name", HOMES)
def test_it_reads_as_in_the_gallery_and_slack_would_take_it(name: str) -> None:
    drawn = home(HOMES[name])
    check_view(drawn)
    assert seen(drawn["blocks"]) == (GALLERY / f"{name}.txt").read_text(encoding="utf-8").rstrip("\n")


def test_a_guest_can_press_nothing_that_changes_the_work() -> None:
    drawn = str(home(HOMES["home-of-a-guest"]))
    assert not [word for word in ("undo:", "pause_all", "'approve'") if word in drawn]


def test_whose_account_is_unknown_reads_that_and_no_all_clear() -> None:
    unknown = replace(MEMBER, moves=(), work=(), waiting=(), unknown="I don’t know which Jira account is yours")
    shown = seen(home(unknown)["blocks"])
    assert "I don’t know which Jira account is yours" in shown and "I don’t know which issues are yours." in shown
    assert "Nothing.\n" not in shown and "No issue in an active sprint" not in shown
