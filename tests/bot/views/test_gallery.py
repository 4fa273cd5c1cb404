"""Every message as its reader sees it. Read it aloud: what is ugly or unclear here is a bug.

{links} stand in braces, (grey lines) in parentheses, [buttons] in brackets.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.jobs.asked.learn import DELETED
from bot.listeners.buttons import JOBS
from bot.listeners.windows import OPENS
from bot.views.approval import approval_card, question_reminder
from bot.views.digest import digest
from bot.views.escalation import escalation
from bot.views.home import HomeData, Reach, home, home_of
from bot.views.identity import REASONS, identity_answered, identity_question
from bot.views.introduction import introduction_message
from bot.views.known import forget_question, forgotten_message, known_message
from bot.views.notice import admin_notice, channel_post
from bot.views.nudge import nudge
from bot.views.parts.feedback import noted
from bot.views.parts.message import Message
from bot.views.parts.verdict import judged
from bot.views.refusal import already_answered, not_allowed, refusal_message
from bot.views.reply import reply_message
from models.actions import (
    Action,
    AskIdentity,
    ChangePriority,
    ChangeSprintScope,
    CloseIssue,
    DelegateTask,
    PostToOtherChannel,
    Task,
    TellAdmins,
    TransitionIssue,
    Unflag,
)
from models.ids import AccountId, IssueKey, SprintId
from models.lessons import Feedback, Forgotten
from models.people import Seen, Standing
from models.proposals import Approval, ApprovalState, EffectState, Ending, Undone
from models.signals import Evidence
from planner.hearers.identity import settle
from planner.lessons.known import Known
from planner.reports.introduction import Introduction
from planner.words.cannot import cannot
from planner.words.replies import HelpReply, PlainReply, Reply, Row, WhyReply
from planner.words.titles import UNDO_WORDS
from tests.bot.views.reading import seen
from tests.bot.views.samples import (
    ACCOUNT,
    BERLIN,
    CHANNELS,
    DANA,
    NAMES,
    NOOR,
    ON_TRACK,
    REVIEW,
    SITE,
    TUESDAY,
    answered,
    approval,
    ask,
    done,
    escalate,
    item,
    proposal,
    reassign,
    remind,
    said,
    status,
    summary,
)
from tests.contracts.blockkit import check_message, check_view
from tests.planner.world import HOUR, NOON, constitution, facts, issue, pull_request

GALLERY = Path(__file__).parent / "gallery"
NOTES = ["1 of 1 today", "Jira 2 min old"]


def card(*approvals: Any) -> Message:
    return approval_card(approvals, NAMES, BERLIN, CHANNELS)


def reply(value: Reply, **more: Any) -> Message:
    return reply_message(value, zone=BERLIN, now=TUESDAY, company_now=TUESDAY, **more)


WHY = WhyReply(
    title="Message to Li Wei about PAY-398",
    facts=("In status “Blocked” since Fri 20 Nov 10:00", "Assignee: Li Wei"),
    rule="blocked-one-day: No ticket stays blocked for more than 1 business day.",
    decision="Allowed: line `ask-for-updates` of the constitution. Outcome: message sent.",
    at=TUESDAY,
    directives_version="5f0c1d2e3a4b",
    proposal="0f1e2d3c4b5a69788796",
)
COMMANDS = (("/pm status [sprint 24]", "where the sprint stands"), ("/pm why <id>", "why a message was sent"))
HELD_BACK = replace(
    WHY,
    decision="Held back: it is outside Li Wei's working hours (line `working-hours`).",
    until=TUESDAY + timedelta(days=1),
)
QUIET = summary(headline=f"{ON_TRACK} Nothing needs anybody.")


def about(action: Action, **changes: Any) -> Approval:
    facts = tuple(Evidence(fact) for fact in escalate().facts)
    because = "A ticket blocked for more than 2 days goes to #leadership with a summary."
    otherwise = "That channel does not hear of it."
    made = proposal(action, evidence=facts, because=because, if_nothing=otherwise, undo=None)
    return approval(proposal=made, **changes)


POSTED = {
    "state": ApprovalState.APPROVED,
    "by": DANA,
    "at": TUESDAY + timedelta(minutes=44),
    "outcome": "posted in #leadership",
    "ending": Ending.DONE,
}
STOPPED = POSTED | {"outcome": "the team is in shadow mode now", "ending": Ending.FORBIDDEN}
CHANGED = {"outcome": "PAY-420 got an owner 2026-11-24T08:50Z: Noor Haddad; nothing done.", "ending": Ending.CHANGED}

RECOGNISED = (
    Evidence("PAY-420 “Refund webhooks for partial captures” is assigned to it", f"{SITE}/PAY-420"),
    Evidence("Not certain: Jira finds it by e-mail address, but hides the account's own"),
)

ABOUT: dict[str, Any] = {
    "issue": IssueKey("PAY-420"),
    "issue_title": "Refund webhooks for partial captures",
    "issue_url": f"{SITE}/PAY-420",
}
STATUS = TransitionIssue(**ABOUT, before="In Progress", after="In Review")
SCOPE = ChangeSprintScope(**ABOUT, before=SprintId(24), after=None, before_name="Sprint 24")
PRIORITY = ChangePriority(**ABOUT, before="Medium", after="Highest")
POST = PostToOtherChannel(channel="leadership", headline="Sprint 24 ships on Friday <b>@here", facts=("2 left",))
TASK = DelegateTask(task=Task.ROOT_CAUSE, about="PAY-420", question="Why does PAY-420 wait?")
ADMINS = TellAdmins(channel="ops", headline="The daily cap is reached; templates take over.", facts=("$1.00 spent",))


def wanted(action: Action, *, undo: str | None = UNDO_WORDS) -> Approval:
    """A card about what somebody has asked for."""
    facts = (Evidence("Li Wei asked for it"),)
    made = proposal(action, evidence=facts, because="Li Wei asked for it.", if_nothing="It stays as it is.", undo=undo)
    return approval(proposal=made)


def undone(state: EffectState, words: str = "") -> Approval:
    at = TUESDAY + timedelta(minutes=50)
    return replace(done(), undone=Undone(state=state, at=at, by=DANA, words=words))


KNOWN: dict[str, Any] = {"profile": ask().item.url, "admins": ["Dana Ortiz", "Noor Haddad"]}


def nameless() -> AskIdentity:
    """About an account whose name and page nobody knows."""
    text = f"The Atlassian account {ACCOUNT} may be yours"
    return ask(item=replace(ask().item, text=text, url=f"{SITE}/PAY-420"))


LEARNT = (
    Known(
        topic="response",
        words="You answer after about 40 minutes of your working time.",
        times=12,
        since=TUESDAY - 20 * 24 * HOUR,
    ),
    Known(
        topic="channel",
        words="You answered 11 of 12 direct messages. So I write direct messages.",
        times=12,
        since=TUESDAY - 20 * 24 * HOUR,
        corrections=(("Prefer direct messages", "channel:dm"), ("Prefer Jira comments", "channel:jira")),
    ),
    Known(topic="", words="directives.yaml says: zone Europe/Berlin, “Likes mornings.”"),
)

ITSELF = Introduction(
    opening="I am PM Agent. I look after the sprints of Payments, by rules that everybody here can read.",
    watches=("No ticket stays blocked for more than 1 business day.", "Every ticket of the sprint has an owner."),
    more=15,
    never=("Never delete a ticket without an approver's yes.", "Never rank people."),
    limit="At most one unasked message a day to one person, in their working hours, and only to whose move it is.",
    peace="/pm snooze and /pm mute give you peace of one thing or of all; /pm why says why you were told.",
    owners="Dana Ortiz and Noor Haddad can change the rules; /pm directives shows them.",
    mode="",
)

MESSAGES: dict[str, Callable[[], Message]] = {
    "identity": lambda: identity_question(ask(), "p1", RECOGNISED, NOTES[:1]),
    "identity-yes": lambda: identity_answered(said(Standing.CONFIRMED), BERLIN, TUESDAY, **KNOWN),
    "identity-no": lambda: identity_answered(replace(said(Standing.REFUSED), name=""), BERLIN, TUESDAY, **KNOWN),
    "identity-without-a-site": lambda: identity_question(nameless(), "p1", RECOGNISED[1:], ["at most 3 a day"]),
    "identity-yes-without-a-site": lambda: identity_answered(said(Standing.CONFIRMED), BERLIN, TUESDAY, most=3),
    "approval-of-a-question": lambda: card(approval(proposal=proposal(ask(), evidence=RECOGNISED, undo=None))),
    "nudge": lambda: nudge(remind(), "p1", NOTES),
    "nudge-three-items": lambda: nudge(remind(item(), REVIEW, item("PAY-42"), more=2), "p1", NOTES),
    "nudge-flagged": lambda: nudge(remind(item(remedy="take the flag off in Jira")), "p1", NOTES),
    "known": lambda: known_message(LEARNT, DANA, BERLIN, TUESDAY),
    "known-corrected": lambda: known_message(LEARNT[:1], DANA, BERLIN, TUESDAY, DELETED),
    "known-nothing": lambda: known_message(LEARNT[-1:], DANA, BERLIN, TUESDAY),
    "known-forget": lambda: forget_question(DANA),
    "known-forgotten": lambda: forgotten_message(Forgotten(observations=12, hushes=1, identities=0)),
    "nudge-noted": lambda: nudge(remind(), "p1", [noted(Feedback.TOO_EARLY), *NOTES]),
    "approval": lambda: card(approval()),
    "approval-of-words": lambda: card(about(escalate())),
    "approval-of-words-done": lambda: card(about(escalate(), **POSTED)),
    "approval-of-words-lapsed": lambda: card(about(escalate(), state=ApprovalState.EXPIRED)),
    "approval-of-words-stopped": lambda: card(about(escalate(), **STOPPED)),
    "approval-of-a-message-done": lambda: card(about(remind(), **POSTED)),
    "approval-second-on-the-same-card": lambda: card(done(1), approval(2)),
    "approval-with-a-deputy": lambda: approval_card(
        [approval(approvers=(DANA,))], NAMES, BERLIN, then={approval().id: (NOOR, TUESDAY + timedelta(hours=30))}
    ),
    "approval-in-shadow-mode": lambda: approval_card([approval()], NAMES, BERLIN, CHANNELS, halted=True),
    "approval-whose-copy-comes-later": lambda: approval_card(
        [approval(passed_on=TUESDAY, copies={NOOR: None})],
        NAMES,
        BERLIN,
        then={approval().id: (NOOR, TUESDAY + timedelta(hours=23))},
    ),
    "approval-copy": lambda: card(approval(passed_on=TUESDAY, copies={NOOR: None})),
    "approval-reminder": lambda: question_reminder(approval(), NAMES, BERLIN, now=TUESDAY + timedelta(days=1), more=2),
    "approval-working": lambda: card(answered(ApprovalState.APPROVED)),
    "approval-done": lambda: card(done()),
    "approval-of-a-status": lambda: card(wanted(STATUS)),
    "approval-of-a-scope": lambda: card(wanted(SCOPE)),
    "approval-of-a-priority": lambda: card(wanted(PRIORITY)),
    "approval-of-a-flag": lambda: card(wanted(Unflag(**ABOUT))),
    "approval-of-a-close": lambda: card(wanted(CloseIssue(**ABOUT, before="To Do", after="Won't Do"))),
    "approval-of-a-close-that-counts": lambda: card(
        wanted(CloseIssue(**ABOUT, before="To Do", after="Done", counts_as_done=True))
    ),
    "approval-of-a-post": lambda: card(wanted(POST, undo=None)),
    "approval-of-a-task": lambda: card(wanted(TASK, undo=None)),
    "approval-undone": lambda: card(undone(EffectState.SENT)),
    "approval-being-undone": lambda: card(undone(EffectState.PLANNED)),
    "approval-not-undone": lambda: card(
        undone(EffectState.CANCELLED, "PAY-420 has been changed by Sam Keller since (now with Sam Keller); not undone.")
    ),
    "notice-post": lambda: channel_post(POST, "p1", "Li Wei"),
    "notice-post-edited": lambda: channel_post(POST, "p1", "Li Wei", "Dana Ortiz"),
    "notice-admins": lambda: admin_notice(ADMINS, "p1", "tell-admins"),
    "why-done": lambda: reply(replace(WHY, undo="undo 0f1e2d3c4b5a69788796")),
    "approval-overtaken": lambda: card(answered(ApprovalState.APPROVED, **CHANGED)),
    "approval-rejected": lambda: card(answered(ApprovalState.REJECTED)),
    "approval-lapsed": lambda: card(approval(state=ApprovalState.EXPIRED)),
    "approval-withdrawn": lambda: card(approval(state=ApprovalState.SUPERSEDED, note="PAY-420 has an owner now")),
    "digest": lambda: digest(summary(item(text=f"{item().text}: Li Wei"), REVIEW), "p1", NOTES[1:]),
    "digest-on-a-quiet-day": lambda: digest(replace(QUIET, footer=""), "p1"),
    "escalation": lambda: escalation(escalate(), "p1", NOTES[1:]),
    "status": lambda: reply(status(more=4)),
    "status-in-the-channel": lambda: reply(status(), public="Dana Ortiz"),
    "why": lambda: reply(WHY),
    "why-in-a-conversation": lambda: judged(reply(WHY), "0123456789abcdef0123"),
    "why-held-back": lambda: reply(HELD_BACK),
    "why-weighed": lambda: reply(replace(WHY, weighed="PAY-420 has 3 points, so this matters here.")),
    "help": lambda: reply(HelpReply(commands=COMMANDS)),
    "help-without-permissions": lambda: reply(HelpReply(commands=COMMANDS, cannot=cannot({"chat:write"}))),
    "introduction": lambda: introduction_message(ITSELF),
    "introduction-in-shadow-mode": lambda: introduction_message(replace(ITSELF, mode="Shadow mode: nothing is sent.")),
    "help-not-understood": lambda: reply(HelpReply(commands=COMMANDS, unknown="frobnicate")),
    "plain": lambda: reply(
        PlainReply(
            text="There is no sprint 99. The nearest:",
            choices=(("Sprint 24", "status sprint 24"), ("Sprint 25", "status sprint 25")),
        )
    ),
    "refusal": lambda: refusal_message(not_allowed(["Dana Ortiz", "Noor Haddad"])),
    "refusal-too-late": lambda: refusal_message(already_answered(done(), "Dana Ortiz", BERLIN)),
    "refusal-lapsed": lambda: refusal_message(already_answered(approval(state=ApprovalState.EXPIRED), "", BERLIN)),
}

REACH = Reach(hours="09:00-18:00", days="Mon to Fri", zone=BERLIN, per_day=1, channel="dm")
WORK = (Row("PAY-398", "Settle refunds nightly", f"{SITE}/PAY-398", "", "blocked by INFRA-77 for 2 working days"),)
REVIEWED = Row("payments#88", "Retry 3DS challenges", REVIEW.url, "", "waiting for your review for 9 working hours")
DOING = Row("PAY-420", "Refund webhooks for partial captures", f"{SITE}/PAY-420", "", "In Progress for 3 working days")
HOMES: dict[str, HomeData] = {
    "home": HomeData(
        zone=BERLIN,
        now=TUESDAY,
        real=TUESDAY,
        reach=REACH,
        waiting=(approval(),),
        moves=(REVIEWED, *WORK),
        work=(*WORK, DOING),
        names=NAMES,
        read_at={"jira": TUESDAY},
    ),
    "home-without-questions": HomeData(zone=BERLIN, now=TUESDAY, real=TUESDAY, reach=REACH, moves=WORK, work=WORK),
    "home-with-nothing-to-do": HomeData(zone=BERLIN, now=TUESDAY, real=TUESDAY, reach=REACH),
    "home-of-a-stranger": HomeData(zone="UTC", now=TUESDAY, real=TUESDAY, reach=None),
}


@pytest.mark.parametrize("name", MESSAGES)
def test_the_message_reads_as_in_the_gallery(name: str) -> None:
    assert seen(MESSAGES[name]().blocks) == kept(name)


@pytest.mark.parametrize("name", HOMES)
def test_the_home_reads_as_in_the_gallery(name: str) -> None:
    assert seen(home(HOMES[name])["blocks"]) == kept(name)


@pytest.mark.parametrize("name", MESSAGES)
def test_slack_would_take_the_message(name: str) -> None:
    drawn = MESSAGES[name]()
    check_message({"text": drawn.text, "blocks": drawn.blocks})


@pytest.mark.parametrize("name", HOMES)
def test_slack_would_take_the_home(name: str) -> None:
    check_view(home(HOMES[name]))


@pytest.mark.parametrize("name", [*MESSAGES, *HOMES])
def test_nothing_is_praised_shouted_or_noticed(name: str) -> None:
    words = kept(name).lower()
    assert not [word for word in ("!", "i noticed", "great", "well done", "please", "oops", "sorry") if word in words]


@pytest.mark.parametrize("name", MESSAGES)
def test_every_button_asks_for_something_the_listeners_know(name: str) -> None:
    rows = [block["elements"] for block in MESSAGES[name]().blocks if block["type"] == "actions"]
    words = {button["action_id"].partition(":")[0] for row in rows for button in row}
    assert words <= {*JOBS, *OPENS}


@pytest.mark.parametrize("name", [name for name in MESSAGES if "identity" in name or "question" in name])
def test_an_account_id_stands_behind_why_alone(name: str) -> None:
    rows = [block["elements"] for block in MESSAGES[name]().blocks if block["type"] == "actions"]
    read_aloud = [button.get("accessibility_label", "") for row in rows for button in row]
    assert ACCOUNT not in "\n".join([kept(name), *read_aloud])


@pytest.mark.parametrize(
    ("seen_in_jira", "elsewhere"), [(True, None), (False, "b"), (True, "b")], ids=["hides", "bitbucket", "disagree"]
)
def test_every_doubt_is_told_in_plain_words(seen_in_jira: bool, elsewhere: str | None) -> None:
    account = Seen(account=ACCOUNT, name="lwei", email=None, active=True, human=True)
    verdict = settle("li@x.example", [account] * seen_in_jira, AccountId(elsewhere) if elsewhere else None)
    assert verdict.standing is Standing.UNCERTAIN and verdict.why in REASONS
    drawn = identity_question(ask(), "p1", [Evidence(f"Not certain: {verdict.why}")])
    assert REASONS[verdict.why] in drawn.text and "Not certain" not in drawn.text


def test_a_click_on_approve_names_the_ask_and_what_was_shown() -> None:
    row = MESSAGES["approval"]().blocks[-1]["elements"]
    assert [json.loads(b["value"]) for b in row[:3]] == [{"a": approval().id, "v": approval().payload_hash}] * 3
    assert row[3]["value"] == approval().proposal.id


def test_a_yes_that_cannot_be_taken_back_is_asked_twice() -> None:
    final = approval(proposal=proposal(undo=None))
    assert "confirm" in card(final).blocks[-1]["elements"][0]
    assert "confirm" not in card(approval()).blocks[-1]["elements"][0]
    assert "*Can be undone*\nNo" in card(final).text


def test_what_a_card_shows_anew_has_new_block_ids() -> None:
    shown = [
        {block["block_id"] for block in card(a).blocks} for a in (approval(), answered(ApprovalState.APPROVED), done())
    ]
    assert not shown[0] & shown[1]
    assert not shown[1] & shown[2]


SETTLED = {
    ApprovalState.APPROVED: POSTED,
    ApprovalState.REJECTED: {"by": DANA, "at": TUESDAY},
    ApprovalState.EXPIRED: {},
    ApprovalState.SUPERSEDED: {"note": "PAY-398 is not blocked any more"},
}


@pytest.mark.parametrize("state", SETTLED)
@pytest.mark.parametrize("action", [reassign(), remind(), escalate(), summary()])
def test_a_settled_question_is_one_line_with_its_day_and_no_button(state: ApprovalState, action: Action) -> None:
    drawn = card(about(action, **{**SETTLED[state], "state": state}))
    assert [block["type"] for block in drawn.blocks] == ["section"]
    assert "\n" not in drawn.text and len(seen(drawn.blocks)) < 200
    assert state is ApprovalState.SUPERSEDED or re.search(r"\* (Tue|Wed) \d\d:\d\d", drawn.text)


def test_a_channel_without_a_known_name_is_called_by_its_role() -> None:
    assert "Post in the leadership channel" in approval_card([about(escalate())], NAMES, BERLIN).text


def test_a_card_says_no_fact_twice() -> None:
    said = card(about(escalate())).text
    assert [said.count(fact) for fact in escalate().facts] == [1, 1, 1]


def test_each_blocked_ticket_is_told_its_own_way_out() -> None:
    flagged, stuck = item("PAY-1", remedy="take the flag off in Jira"), item("PAY-2")
    said = nudge(remind(flagged, stuck), "p1").text
    assert said.index("take the flag off") < said.index("PAY-2") < said.index("move it on")


def test_a_home_shows_what_waits_for_its_reader() -> None:
    law = constitution()
    member = next(m for m in law.teams[0].members if m.id == "ann")
    held = facts(
        issue(1, flagged_since=NOON - 26 * HOUR),
        issue(2, "bob"),
        prs=(pull_request(7), pull_request(8, "ann", {"bob": "waiting"})),
    )
    shown = seen(home(home_of(member, law, held, (), now=NOON, real=NOON))["blocks"])  # type: ignore[arg-type]
    waiting, work, *_ = shown.split("---")
    assert "{api#7}*  Change 7 · waiting for your review for 3 working days" in waiting
    assert "{PAY-1}*  Title 1 · blocked for 1 working day" in waiting
    assert "PAY-1" not in work and "Nothing beside what waits for you." in work  # one thing is told once
    assert "PAY-2" not in shown and "api#8" not in shown
    unread = home_of(member, law, replace(held, people=()), (), now=NOON, real=NOON)
    assert [row.key for row in unread.moves] == ["api#7", "PAY-1"]


def test_the_text_says_everything_the_blocks_say() -> None:
    drawn = MESSAGES["status"]()
    assert "On track: 18 of 34 points done" in drawn.text
    assert "blocked by INFRA-77" in drawn.text


def kept(name: str) -> str:
    """The text kept for this message; a new one is written by hand, then looked at."""
    return (GALLERY / f"{name}.txt").read_text(encoding="utf-8").rstrip("\n")
