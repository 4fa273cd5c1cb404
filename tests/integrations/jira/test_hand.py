"""Carrying out Actions in Jira: once, by account, and not when somebody was faster."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from integrations.jira import Jira, JiraHand
from models.actions import Action, CommentOnIssue, Escalate, Item, Reassign, TransitionIssue
from models.errors import Refused
from models.ids import AccountId, EffectId, IssueKey, PersonId, ProposalId, SignalId, TeamId
from models.proposals import AskedIn, Effect, EffectState, Proposal
from models.signals import Urgency
from models.work import Person
from tests.contracts import openapi
from tests.integrations.jira.conftest import ADA, DONE, LI, JiraSite, issue, row, status
from tests.integrations.loopback import Reply

pytestmark = pytest.mark.anyio

PAY = IssueKey("PAY-7")
ITEM = Item(
    SignalId("s"),
    "blocked_too_long",
    "PAY-7",
    "PAY-7 <b>@here</b> [~accountid:x] is blocked\nsince Monday.",
    "https://acme.example/browse/PAY-7",
    "high",
    "blocked-3-days",
)
COMMENT = CommentOnIssue(person=PersonId("ada"), issue=PAY, item=ITEM)
REASSIGN = Reassign(issue=PAY, issue_title="T", issue_url="https://x", giver=PersonId("ada"), taker=PersonId("li"))


def people() -> Mapping[PersonId, Person]:
    known = {"ada": ("Ada", ADA), "li": ("Li Wei", LI), "guest": ("Guest", None)}
    return {
        PersonId(p): Person(id=PersonId(p), name=name, zone="UTC", account=AccountId(account) if account else None)
        for p, (name, account) in known.items()
    }


def effect(action: Action, number: str = "effect-1") -> Effect:
    proposal = Proposal(
        id=ProposalId("p"), action=action, because="", evidence=(), signals=(), urgency=Urgency.HIGH, rule="r"
    )
    return Effect(
        id=EffectId(number),
        team=TeamId("pay"),
        cycle=None,
        proposal=proposal,
        action=action,
        state=EffectState.PLANNED,
    )


@pytest.fixture
def hand(jira: Jira, site: JiraSite) -> JiraHand:
    site.put(issue("PAY-7", 107))
    return JiraHand(jira, people)


async def test_a_comment_mentions_the_person_by_account_and_says_how_to_answer(hand: JiraHand, site: JiraSite) -> None:
    receipt = await hand.perform(effect(COMMENT))
    body = site.comments[0]["body"]
    mention, fact = body["content"][0]["content"]
    assert mention == {"type": "mention", "attrs": {"id": ADA, "text": "@Ada"}}
    assert "is blocked since Monday." in fact["text"]
    assert "reply here" in json.dumps(body)
    assert "https://acme.example/browse/PAY-7" in json.dumps(body)
    assert receipt.ref["comment"] == site.comments[0]["id"]
    assert receipt.words == "asked Ada in PAY-7"


async def test_text_from_outside_can_mention_nobody_and_link_nowhere(hand: JiraHand, site: JiraSite) -> None:
    await hand.perform(effect(COMMENT))
    nodes = [node for p in site.comments[0]["body"]["content"] for node in p["content"]]
    assert [n["attrs"]["id"] for n in nodes if n["type"] == "mention"] == [ADA]
    marked = [m["attrs"]["href"] for n in nodes for m in n.get("marks", [])]
    assert marked == ["https://acme.example/browse/PAY-7"]


async def test_an_earlier_comment_is_found_and_another_effects_is_not(hand: JiraHand) -> None:
    done = await hand.perform(effect(COMMENT))
    assert await hand.find(effect(COMMENT)) == done
    assert await hand.find(effect(COMMENT, "effect-2")) is None


async def test_a_done_issue_needs_no_comment(hand: JiraHand, site: JiraSite) -> None:
    assert await hand.changed(effect(COMMENT)) is None
    site.put(issue("PAY-7", 107, status=DONE))
    assert await hand.changed(effect(COMMENT)) == "PAY-7 is done; nothing sent."


async def test_an_issue_is_given_and_found_given(hand: JiraHand, site: JiraSite) -> None:
    assert await hand.find(effect(REASSIGN)) is None
    assert await hand.changed(effect(REASSIGN)) is None
    receipt = await hand.perform(effect(REASSIGN))
    assert receipt.words == "PAY-7 → Li Wei"
    assert site.issues["PAY-7"]["fields"]["assignee"] == {"accountId": LI}
    assert await hand.find(effect(REASSIGN)) == receipt


@pytest.mark.parametrize(
    ("giver", "now", "words"),
    [
        (None, None, None),
        (None, ADA, "PAY-7 got an owner 2026-11-04T09:50Z: Ada; nothing done."),
        ("ada", None, "PAY-7 lost its owner 2026-11-04T09:50Z; nothing done."),
        ("ada", LI, "PAY-7 changed hands 2026-11-04T09:50Z: Li Wei; nothing done."),
        ("ada", "unknown-account", "PAY-7 changed hands 2026-11-04T09:50Z; nothing done."),
    ],
)
async def test_nothing_is_taken_from_somebody_who_has_it_since(
    hand: JiraHand, site: JiraSite, giver: str | None, now: str | None, words: str | None
) -> None:
    site.put(issue("PAY-7", 107, assignee={"accountId": now} if now else None))
    site.history["107"] = [row("2026-11-04T10:50:00.000+0100", "assignee", "before", now)]
    action = Reassign(
        issue=PAY, issue_title="T", issue_url="u", giver=PersonId(giver) if giver else None, taker=PersonId("li")
    )
    assert await hand.changed(effect(action)) == words


async def test_an_hour_is_told_only_when_the_history_agrees(hand: JiraHand, site: JiraSite) -> None:
    site.put(issue("PAY-7", 107, assignee={"accountId": LI}))
    site.history["107"] = [row("2026-11-04T10:50:00.000+0100", "assignee", LI, ADA)]
    assert await hand.changed(effect(REASSIGN)) == "PAY-7 changed hands: Li Wei; nothing done."


@pytest.mark.parametrize("taker", ["guest", "nobody"])
async def test_somebody_without_an_account_is_refused_before_any_call(
    hand: JiraHand, site: JiraSite, taker: str
) -> None:
    action = Reassign(issue=PAY, issue_title="T", issue_url="u", giver=None, taker=PersonId(taker))
    with pytest.raises(Refused) as refused:
        await hand.perform(effect(action))
    assert refused.value.code == "unknown_person"
    assert site.at.asked == []


async def test_what_belongs_to_another_hand_is_refused(hand: JiraHand) -> None:
    action = Escalate(channel="leadership", item=ITEM, facts=())
    for call in (hand.perform, hand.find, hand.changed):
        with pytest.raises(Refused):
            await call(effect(action))


async def test_a_comment_is_valid_rich_text_whatever_the_fact_says(hand: JiraHand, site: JiraSite) -> None:
    if not openapi.AVAILABLE:
        pytest.skip(openapi.MISSING)
    for text in ("", "\n\x00", "x" * 50_000, "\ud800", "javascript:alert(1)"):
        item = Item(SignalId("s"), "k", text, text, text, "high", text)
        await hand.perform(effect(CommentOnIssue(person=PersonId("ada"), issue=PAY, item=item)))
    assert len(site.comments) == 5


REVIEW = status("In Review", "4", "indeterminate")
WAYS = {
    "transitions": [
        {"id": "11", "name": "In Review", "to": DONE},
        {"id": "21", "name": "Ask for a look", "to": REVIEW},
        {"id": "31", "name": "Park", "to": status("Waiting", "5", "indeterminate")},
    ]
}


@pytest.mark.parametrize(("wanted", "way", "after"), [("in review", "21", "In Review"), ("park", "31", "Waiting")])
async def test_a_status_is_meant_before_the_name_of_a_way(
    hand: JiraHand, site: JiraSite, wanted: str, way: str, after: str
) -> None:
    site.at.on("GET", "/rest/api/3/issue/[^/]+/transitions", WAYS)
    site.at.on("POST", "/rest/api/3/issue/[^/]+/transitions", lambda asked: Reply(204))
    action = TransitionIssue(issue=PAY, issue_title="T", issue_url="u", before="In Arbeit", after=wanted)
    receipt = await hand.perform(effect(action))
    assert site.at.asked[-1].json == {"transition": {"id": way}}
    assert (receipt.ref["after"], receipt.words) == (after, f"PAY-7: In Arbeit → {after}")


# --- through whom it came about ----------------------------------------------------------------------------------


def wanted(yes: str | None = None, *, edited: bool = False, **changes: Any) -> Effect:
    """A change that Li asked for, unless ``changes`` of its proposal say otherwise."""
    made = effect(REASSIGN)
    proposal = replace(made.proposal, **({"asked_by": PersonId("li")} | changes))
    return replace(made, proposal=proposal, said_yes=PersonId(yes) if yes else None, edited=edited)


@pytest.mark.parametrize(
    ("change", "through"),
    [
        (wanted("ada"), "Li Wei asked for it, Ada said yes."),
        (wanted("li"), "Li Wei asked for it."),
        (wanted(), "Li Wei asked for it."),
        (wanted("ada", edited=True), "Ada said yes, and changed what Li Wei had asked for."),
        (wanted("ada", asked_by=None), "PM Agent proposed it, Ada said yes."),
        (wanted("ada", asked_by=None, edited=True), "PM Agent proposed it, Ada changed it and said yes."),
        (wanted(undoes=EffectId("e0")), "Li Wei took it back."),
    ],
)
async def test_the_ticket_says_through_whom_it_was_changed(
    hand: JiraHand, site: JiraSite, change: Effect, through: str
) -> None:
    receipt = await hand.perform(change)
    [written] = site.comments
    said = [node["text"] for p in written["body"]["content"] for node in p["content"]]
    assert said == [f"PAY-7 → Li Wei. {through}", "Changed by PM Agent."]
    assert receipt.ref["comment"] == written["id"]
    assert await hand.find(change) == receipt and len(site.comments) == 1, "found by its marker, not said again"


async def test_what_was_asked_anew_names_whoever_asked_first(hand: JiraHand, site: JiraSite) -> None:
    await hand.perform(wanted("ada", asked_by=PersonId("ada"), asked_in=AskedIn(person=PersonId("li"))))
    assert "Li Wei asked for it, Ada said yes." in json.dumps(site.comments[0]["body"], ensure_ascii=False)


async def test_what_the_rules_alone_have_done_needs_no_comment(hand: JiraHand, site: JiraSite) -> None:
    receipt = await hand.perform(effect(REASSIGN))
    assert site.comments == [] and "comment" not in receipt.ref


async def test_a_comment_that_death_prevented_is_written_by_the_next_try(hand: JiraHand, site: JiraSite) -> None:
    await hand.perform(effect(REASSIGN))  # changed; whoever did it died before the comment
    assert await hand.find(wanted("ada")) is not None and len(site.comments) == 1


async def test_a_comment_jira_does_not_take_leaves_the_change_done(hand: JiraHand, site: JiraSite) -> None:
    site.refuses_comments = True
    receipt = await hand.perform(wanted("ada"))
    assert receipt.words == "PAY-7 → Li Wei" and "comment" not in receipt.ref
