"""Whatever the world puts into a Home or into the window about contact, Slack takes it and nothing in it is live."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.views.home import HomeData, home
from bot.views.windows.contact import contact_window, faults
from bot.views.windows.window import drawn
from models.ids import PersonId
from planner.asked.quiet.held import Held
from planner.hearers.contact import Wish
from planner.lessons.known import Known
from planner.reports.deeds import Deed
from planner.words.replies import Row
from tests.bot.views.samples import BERLIN, LI, TUESDAY, approval, reassign
from tests.bot.views.test_gallery import REACH
from tests.bot.views.test_gallery_home import RUNNING
from tests.bot.views.test_hostile import ATTACKS, calls
from tests.contracts.blockkit import check_view


def crowded(text: str) -> HomeData:
    """All there can be, a hundred times, in somebody else's words."""
    team = RUNNING.teams[0]
    source = replace(team.sources[0], name=text, error=text, untold=text)
    learnt = Known(
        topic="hour", words=text, times=3, since=TUESDAY, corrections=(("Prefer mornings", "hours:morning"),)
    )
    waiting = tuple(approval(n, reassign(issue_title=text)) for n in range(100))
    return HomeData(
        zone=BERLIN,
        now=TUESDAY,
        real=TUESDAY,
        reach=replace(REACH, absent=text, given=text, used=1, critical_used=1),
        person=PersonId("li"),
        note=text,
        waiting=waiting,
        cards={each.id: f"https://acme.slack.example/archives/D1/{text[:50]}" for each in waiting},
        moves=(Row(text, text, text, text, text),) * 100,
        work=(Row(text, text, text, text, text),) * 100,
        names={LI: text},
        read_at={"jira": TUESDAY, "bitbucket": TUESDAY},
        known=(learnt, replace(learnt, topic="")) * 100,
        held=(Held(text=text, subject=text, url=text, why=text, until=TUESDAY + timedelta(days=1)),) * 100,
        deeds=(Deed(words=text, at=TUESDAY, how="you approved it", why="p1", undo="p1"),) * 100,
        deeds_in_all=1000,
        running=replace(
            RUNNING,
            teams=(replace(team, name=text, mode=text, paused=text, sources=(source,) * 9), replace(team, name=text))
            * 20,
            version=text,
            trouble=text,
        ),
    )


@pytest.mark.parametrize("text", ATTACKS, ids=range(len(ATTACKS)))
def test_a_home_with_too_much_of_everything_stays_within_slacks_bounds(text: str) -> None:
    view = home(crowded(text))
    blocks = view["blocks"]
    assert isinstance(blocks, list) and len(blocks) <= 100 and len(json.dumps(view)) < 250_000
    check_view(view)
    assert not calls(blocks)


def test_every_button_of_a_home_says_which_thing_it_is_about() -> None:
    blocks = home(crowded("PAY-7"))["blocks"]
    assert isinstance(blocks, list)
    rows = [*(each for block in blocks for each in block.get("elements", ())), *(b.get("accessory") for b in blocks)]
    alike = [
        each for each in rows if each and each.get("type") == "button" and each["text"]["text"] in ("Why?", "Undo")
    ]
    assert alike and all("PAY-7" in each["accessibility_label"] for each in alike)
    names = [each["action_id"] for each in rows if each and "action_id" in each]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("text", ATTACKS, ids=range(len(ATTACKS)))
def test_the_window_shows_whatever_slack_says_of_a_zone_and_lives(text: str) -> None:
    given = Wish(hours="09:00-18:00", days=("mon",), zone=BERLIN, per_day=1, channel="dm")
    made = contact_window(Wish(per_day=0), given=given, most=1, slack_zone=text, approves=True)
    view = drawn(made, "w1")
    check_view(view)
    assert not calls(view["blocks"])
    wrong = faults({"hours": f"{text}?", "zone": f"{text}?", "per_day_1": f"{text}?"})
    assert {"hours", "zone", "per_day_1"} == set(wrong) and all(len(why) < 300 for why in wrong.values())


@pytest.mark.parametrize(
    ("filled", "wrong"),
    [
        ({}, set()),
        ({"hours": "10-16", "days": ["mon"], "zone": "", "per_day_3": "3"}, set()),
        ({"zone": "Lisbon"}, {"zone"}),
        ({"zone": "Europe/Lisbon"}, set()),
        ({"per_day_3": "4"}, {"per_day_3"}),
        ({"per_day_x": "1"}, {"per_day_x"}),
        ({"hours": "16-10", "per_day_3": "few"}, {"hours", "per_day_3"}),
        ({"hours": None, "days": None, "zone": None, "per_day_1": None, "way": None}, set()),
    ],
)
def test_what_is_wrong_is_said_beside_the_field(filled: dict[str, object], wrong: set[str]) -> None:
    assert set(faults(filled)) == wrong


def test_every_label_of_the_window_is_whole() -> None:
    given = Wish(hours="09:00-18:00", days=("mon", "wed"), zone=BERLIN, per_day=1, channel="learn")
    made = contact_window(Wish(zone="America/Argentina/Buenos_Aires"), given=given, most=9, slack_zone="Asia/Tokyo")
    inputs = [block for block in made.blocks if block["type"] == "input"]
    labels = [block["label"]["text"] for block in inputs]
    labels += [each["text"]["text"] for block in inputs for each in block["element"].get("options", ())]
    assert all(len(label) < 40 for label in labels)  # Slack takes 75 of an option
