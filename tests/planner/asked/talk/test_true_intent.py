"""What is said has its true meaning or none at all: what no rule understands is lost, never answered wrongly."""

from __future__ import annotations

from dataclasses import replace

import pytest

from models.ids import IssueKey, PersonId
from models.work import Progress, SprintState
from planner.asked.pleasantries import Pleasantry
from planner.asked.questions import (
    AskAll,
    AskBlockers,
    AskChanges,
    AskHelp,
    AskHow,
    AskLeft,
    AskMe,
    AskMine,
    AskReviews,
    AskSeveral,
    AskStatus,
    AskUnowned,
    AskWaiting,
    AskWhy,
    AskWork,
)
from planner.asked.quiet.hushing import AskHush, AskUnhush
from planner.asked.requests import Request, Wish
from planner.asked.talk.intents import understood
from planner.asked.talk.subjects import Talk
from planner.asked.topics import AskIssue, AskLost, AskWhich
from planner.asked.whatif import AskForecast
from tests.planner.world import LAW, facts, issue, pull_request, sprint

ANN, BOB = PersonId("ann"), PersonId("bob")
HELD = facts(
    issue(111, "ann", title="Capture card network tokens"),
    issue(114, None, title="Receipts for partial payouts"),
    issue(115, "ann", title="Ledger export", blocked_by=(IssueKey("PAY-117"),)),
    issue(116, "bob", title="Refund e-mail is sent twice"),
    issue(117, "bob", title="Alert when settlement runs late"),
    issue(119, "bob", title="Payments dashboard for support"),
    issue(104, "ann", title="Cards are verified", progress=Progress.DONE, status="Done"),
    issue(108, "bob", title="Virtual cards", progress=Progress.DONE, status="Done"),
    prs=(pull_request(1), pull_request(2)),
    sprints=(sprint(24), sprint(25, state=SprintState.FUTURE)),
)
TALK = Talk(HELD, LAW.model_copy(update={"teams": (LAW.teams[0].model_copy(update={"name": "Payments"}),)}), asker=ANN)

LOST = None
"""No rule understands it: with a model it goes there."""

SAID: list[tuple[str, object]] = [
    # why, of the work: never the record of some message
    ("why is the build red?", LOST),
    ("why is the sprint behind?", LOST),
    ("why are we late?", LOST),
    ("why was PAY-119 moved to In Review?", LOST),
    ("why do we need the freeze?", LOST),
    ("why not", LOST),
    ("why does everything take so long", LOST),
    ("why does PAY-114 have no owner?", AskIssue("PAY-114")),
    ("why has PAY-114 no owner?", AskIssue("PAY-114")),
    ("why is PAY-111 blocked?", AskIssue("PAY-111")),
    ("why is PAY-115 still open", AskIssue("PAY-115")),
    ("why PAY-111", AskWhy("PAY-111")),
    ("why PR 1?", AskWhy("acme/api#1")),
    ("why 0a1b2c3d4e", AskWhy("0a1b2c3d4e")),
    ("why", AskWhy("")),
    ("why me?", AskWhy("")),
    ("why did you ping me this morning?", AskWhy("")),
    ("why at risk", AskHow()),
    # figures
    ("when does the sprint end?", AskLeft()),
    ("when is sprint 24 over?", AskLeft("24")),
    ("how many days are left?", AskLeft()),
    ("how many points are left?", AskLeft()),
    ("how many working days do we have left in the sprint?", AskLeft()),
    ("how much time is left", AskLeft()),
    ("how many tickets are still open?", AskLeft()),
    ("when will we be done?", AskForecast()),
    # owners
    ("which tickets have no owner?", AskUnowned()),
    ("unassigned tickets", AskUnowned()),
    ("what has no owner", AskUnowned()),
    ("is anything unassigned?", AskUnowned()),
    ("tickets without an owner", AskUnowned()),
    ("what is Bob working on?", AskWork("bob")),
    ("What does Bob have on his plate?", AskWork("bob")),
    ("Bob's tickets", AskWork("bob")),
    ("what is Carol working on?", LOST),
    ("what am I working on", AskMine()),
    # stuck people
    ("am I blocked?", AskWaiting("me")),
    ("is Bob blocked?", AskWaiting("bob")),
    ("what is Bob blocked by?", AskWaiting("bob")),
    ("is anybody blocked?", AskBlockers()),
    ("is Carol blocked?", LOST),
    ("reviews for bob", AskWaiting("bob")),
    ("blockers for bob", AskWaiting("bob")),
    # pull requests
    ("is PR 2 approved?", AskIssue("acme/api#2")),
    ("who reviews PR 2?", AskIssue("acme/api#2")),
    ("who is reviewing PR 2", AskIssue("acme/api#2")),
    ("has PR 2 been reviewed?", AskIssue("acme/api#2")),
    ("can PR 2 be merged?", AskIssue("acme/api#2")),
    ("is PR 88 merged?", AskWhich("pr 88")),
    ("what about pull request 88", AskWhich("pull request 88")),
    ("who gave me PAY-115?", LOST),
    ("who moved PAY-119?", LOST),
    # one common word is no ticket
    ("what is late?", LOST),
    ("who works on payments?", LOST),
    ("what about cards?", AskWhich("cards", ("PAY-104", "PAY-108"))),
    ("how is the dashboard?", LOST),
    ("what about the dashboard ticket?", AskIssue("PAY-119")),
    ("what about the refund e-mail?", AskIssue("PAY-116")),
    ("the settlement one", AskIssue("PAY-117")),
    # two questions at once
    ("what is blocked and what needs review?", AskSeveral((AskBlockers(), AskReviews()))),
    ("How are we doing? What changed since yesterday?", AskSeveral((AskStatus(), AskChanges()))),
    ("status? and who is waiting for me?", AskSeveral((AskStatus(), AskWaiting("me")))),
    ("PAY-111 and PAY-115?", AskSeveral((AskIssue("PAY-111"), AskIssue("PAY-115")))),
    ("is PR 2 approved? and who has PAY-111", AskSeveral((AskIssue("acme/api#2"), AskIssue("PAY-111")))),
    ("what is blocked and is it raining?", LOST),
    ("what is blocked and why", LOST),
    ("show all tickets", AskAll()),
    # politeness
    ("mine please", AskMine()),
    ("please status", AskStatus()),
    ("blockers, thanks", AskBlockers()),
    # nods
    ("ok", Pleasantry(nod=True)),
    ("cool", Pleasantry(nod=True)),
    ("Ok, got it!", Pleasantry(nod=True)),
    ("👍", Pleasantry(nod=True)),
    (":+1::skin-tone-3:", Pleasantry(nod=True)),
    ("ok thanks", Pleasantry(thanks=True)),
    ("ok what is blocked", AskBlockers()),
    # what begins like an order and is none
    ("give it a rest", LOST),
    ("close enough", LOST),
    ("set up a meeting with Bob", LOST),
    ("merge conflicts are annoying", LOST),
    ("the deploy is red", LOST),
    ("deploy freeze until when?", LOST),
    ("delete what you know about me", AskMe()),
    ("deploy to production", Request(Wish.FORBIDDEN, value="change_code")),
    ("put the kettle on", LOST),
    ("score!", LOST),
    ("commit to it", LOST),
    ("wake up", LOST),
    ("held up in traffic", LOST),
    ("missed you", LOST),
    ("later alligator", LOST),
    ("status quo is fine", LOST),
    ("sprint planning is at 3", LOST),
    ("pace yourself", LOST),
    ("work from home today", LOST),
    ("reviews are boring", LOST),
    # more of one ticket and of what is left
    ("who blocks PAY-115?", AskIssue("PAY-115")),
    ("what depends on PAY-117", AskIssue("PAY-117")),
    ("what does PAY-117 block?", AskIssue("PAY-117")),
    ("is anyone on PAY-114?", AskIssue("PAY-114")),
    ("what happened to PAY-117?", AskIssue("PAY-117")),
    ("when did PAY-111 get blocked?", AskIssue("PAY-111")),
    ("who is blocking Ann?", AskWaiting("me")),
    ("days left?", AskLeft()),
    ("how long until the sprint is over?", AskLeft()),
    ("what is left", AskLeft()),
    ("what's blocked, what changed?", AskSeveral((AskBlockers(), AskChanges()))),
    ("so, how are we doing?", AskStatus()),
    # talk
    ("?", AskHelp()),
    ("yes", LOST),
    ("what is the weather", LOST),
    ("are we good?", AskStatus()),
    ("who is the boss", LOST),
    ("is that really so?", LOST),
]


@pytest.mark.parametrize(("said", "meant"), SAID, ids=[said for said, _ in SAID])
def test_it_has_its_true_meaning_or_is_lost(said: str, meant: object) -> None:
    found = understood(said, TALK)
    assert isinstance(found, AskLost) if meant is LOST else found == meant


IT: list[tuple[str, object]] = [
    ("give it to me", Request(Wish.ASSIGN, "PAY-116", "me")),
    ("assign this to bob", Request(Wish.ASSIGN, "PAY-116", "bob")),
    ("move it to sprint 25", Request(Wish.MOVE, "PAY-116", "sprint 25")),
    ("can you close it please", Request(Wish.CLOSE, "PAY-116")),
    ("close that one", Request(Wish.CLOSE, "PAY-116")),
    ("set its status to In Review", Request(Wish.SET, "PAY-116", "In Review")),
    ("make sure it works", LOST),
    ("unflag it", Request(Wish.UNFLAG, "PAY-116")),
    ("snooze it until tomorrow", AskHush("PAY-116", until="until tomorrow")),
    ("snooze it until it changes", AskHush("PAY-116", until="until it changes")),
    ("mute that", AskHush("PAY-116", mute=True)),
    ("unmute it", AskUnhush("PAY-116")),
    ("why is it blocked", AskIssue("PAY-116")),
    ("give it a rest", LOST),
]


@pytest.mark.parametrize(("said", "meant"), IT, ids=[said for said, _ in IT])
def test_it_is_the_ticket_just_spoken_of_also_in_what_is_to_be_done(said: str, meant: object) -> None:
    found = understood(said, replace(TALK, subject="PAY-116"))
    assert isinstance(found, AskLost) if meant is LOST else found == meant


def test_it_stays_unknown_where_nothing_was_spoken_of() -> None:
    asked = understood("close it", TALK)
    assert isinstance(asked, Request) and not asked.issue


def test_the_second_question_knows_of_what_the_first_was() -> None:
    asked = understood("How is PAY-116 doing? And who has it?", TALK)
    assert asked == AskIssue("PAY-116")
    both = understood("how is PAY-116 doing and what blocks PAY-115?", TALK)
    assert both == AskSeveral((AskIssue("PAY-116"), AskIssue("PAY-115")))


def test_of_two_questions_the_one_that_was_not_understood_is_named() -> None:
    asked = understood("what is blocked and is it raining?", TALK)
    assert isinstance(asked, AskLost)
    assert asked.known == (AskBlockers(),) and "“is it raining”" in asked.because


def test_what_is_lost_about_one_ticket_offers_that_ticket() -> None:
    asked = understood("who gave me PAY-115?", TALK)
    assert isinstance(asked, AskLost) and asked.subjects == ("PAY-115",)


def test_one_word_of_one_title_is_offered_and_not_taken_for_it() -> None:
    asked = understood("how is the dashboard?", TALK)
    assert isinstance(asked, AskLost) and asked.subjects == ("PAY-119",)
