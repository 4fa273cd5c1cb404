"""Whatever a title, a name or a model says: Slack takes the message, and nobody is called who should not be."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.views.approval import approval_card
from bot.views.digest import WORDS, digest
from bot.views.escalation import escalation
from bot.views.home import HomeData, home
from bot.views.identity import identity_answered, identity_question
from bot.views.introduction import introduction_message
from bot.views.known import known_message
from bot.views.notice import admin_notice, channel_post
from bot.views.nudge import nudge
from bot.views.parts.message import Message
from bot.views.refusal import refusal_message
from bot.views.reply import reply_message
from models.actions import (
    ChangePriority,
    ChangeSprintScope,
    CloseIssue,
    CommentOnIssue,
    DelegateTask,
    Item,
    PostToOtherChannel,
    Task,
    TellAdmins,
    TransitionIssue,
    Unflag,
)
from models.ids import IssueKey, PersonId, SprintId
from models.people import Standing
from models.proposals import Approval, ApprovalState, EffectState, Ending, Undone
from models.signals import Evidence
from planner.lessons.known import Known
from planner.reports.introduction import Introduction
from planner.words.replies import (
    DigestReply,
    Group,
    HelpReply,
    PlainReply,
    Row,
    RulesReply,
    SheetReply,
)
from tests.bot.views.samples import (
    BERLIN,
    DANA,
    LI,
    TUESDAY,
    answered,
    approval,
    ask,
    escalate,
    item,
    proposal,
    reassign,
    remind,
    said,
    status,
    summary,
)
from tests.bot.views.test_gallery import REACH, WHY
from tests.contracts.blockkit import FALLBACK, check_message, check_view, cross_payload

ATTACKS = (
    "<!channel> <!here|here> <!everyone> <!subteam^S1> <@U1> <#C1|general>",
    "<https://evil.example|PAY-398> & *bold* ~gone~ `code` ```fence```",
    "> quoted\n>>> all quoted\n• listed",
    "\u202egnissim\u2066 \x00\x07 \ud800 \r\n\t",
    "&lt;!channel&gt; &amp;lt;!here&amp;gt;",
    "a|b>c<d",
    "🙂" * 300,
    "שלום עולם " * 50,
    "x" * 10_000,
    "",
    " ",
)
hostile = st.one_of(st.sampled_from(ATTACKS), st.text(max_size=400), st.text("<>&|!@#*`~_ \n:/", max_size=300))
urls = st.one_of(
    st.sampled_from(("https://x.example/a?b=1&c=<!here>", "javascript:alert(1)", "https://x|y", "https://x.example/1")),
    hostile,
)
LIVE = re.compile(r"<(?!https?://[^<>|\s]+\|[^<>|]*>)")
"""A ``<`` that Slack would act on and that opens no link of ours."""


def sample_item(text: str, url: str) -> Item:
    return item(text, text=f"{text} {text}", url=url, kind=text, urgency=text, rule=text, remedy=text)


def speaking_of_itself(text: str) -> Introduction:
    lines = {"opening": text, "limit": text, "peace": text, "owners": text, "mode": text}
    return Introduction(watches=(text,) * 4, more=3, never=(text,) * 4, **lines)


def messages(text: str, url: str) -> Mapping[str, Message]:
    names = {DANA: text, LI: text}
    line = sample_item(text, url)
    facts = tuple(Evidence(text, url) for _ in range(5))
    asked = replace(proposal(), because=text, evidence=facts, if_nothing=text, undo=text, rule=text)
    move = reassign(issue=IssueKey(text), issue_title=text, issue_url=url)
    comment = CommentOnIssue(person=PersonId(text), issue=IssueKey(text), item=line)
    many = [replace(approval(n), proposal=replace(asked, action=move), decision_rule=text) for n in range(30)]
    told = replace(escalate(), channel=text, item=line, facts=(text,) * 12)
    settled = [answered(s, 50 + n, note=text, outcome=text) for n, s in enumerate(ApprovalState)]
    settled += [answered(ApprovalState.APPROVED, 60 + n, outcome=text, ending=e) for n, e in enumerate(Ending)]
    rows = tuple(Row(text, text, url, text, text) for _ in range(8))
    replies = (
        status(title=text, headline=text, counts=(text,) * 9, rows=rows, more=3, total=1, notes=(text,) * 9),
        replace(WHY, title=text, facts=(text,) * 12, rule=text, decision=text, directives_version=text),
        HelpReply(commands=((text, text),) * 30, unknown=text, cannot=(text,) * 3),
        PlainReply(text=text, choices=((text, text),) * 9),
        SheetReply(title=text, headline=text, groups=(Group(text, rows, 3),), notes=(text,) * 9, url=url, board=text),
        DigestReply(title=text, digest=summary(line, headline=text), read_at={}),
        RulesReply(title=text, headline=text, sections=((text, (text,) * 9),), footer=text, choices=((text, text),)),
    )
    lists = SheetReply(title=text, headline=text, groups=(Group(text, rows, 3),) * 6, choices=((text, text),) * 5)
    asking = {"zone": BERLIN, "now": TUESDAY, "company_now": TUESDAY, "public": text, "again": text}
    return {
        "nudge": nudge(remind(line, line, line, line, more=2), "p", [text[:99] and "1 of 1 today"]),
        "cards": approval_card([*many, *settled], names, BERLIN, {text: text}),
        "card of a comment": approval_card([approval(1, comment), approval(2, told)], names, BERLIN, {text: text}),
        "digest": digest(summary(line, line, line, line, headline=text), "p"),
        "escalation": escalation(told, "p"),
        "post": channel_post(PostToOtherChannel(channel=text, headline=text, facts=(text,) * 9), "p", text),
        "introduction": introduction_message(speaking_of_itself(text)),
        "notice": admin_notice(TellAdmins(channel=text, headline=text, facts=(text,) * 9), "p", text),
        "card of changes": approval_card([*changes(text, url), *taken_back(text)], names, BERLIN, {text: text}),
        "refusal": refusal_message(text),
        "identity": identity_question(ask(item=line), "p", facts),
        "known": known_message([Known(topic=t, words=text) for t in ("hour", "")], DANA, BERLIN, TUESDAY, text),
        "identity answered": identity_answered(replace(said(Standing.CONFIRMED), name=text), BERLIN, TUESDAY),
        "identity refused": identity_answered(replace(said(Standing.REFUSED), name=text), BERLIN, TUESDAY),
        "card of a question": approval_card([approval(1, ask(item=line))], names, BERLIN, {text: text}),
        **{type(r).__name__: reply_message(r, **asking) for r in replies},  # type: ignore[arg-type]
        "lists": reply_message(lists, zone=BERLIN, now=TUESDAY, company_now=TUESDAY, again=text, paused=text),
    }


def changes(text: str, url: str) -> list[Approval]:
    """A question about every change somebody can ask for."""
    about: dict[str, Any] = {"issue": IssueKey(text), "issue_title": text, "issue_url": url}
    every = (
        TransitionIssue(**about, before=text, after=text),
        CloseIssue(**about, before=text),
        ChangePriority(**about, before=text, after=text),
        Unflag(**about),
        ChangeSprintScope(**about, before=None, after=SprintId(1), before_name=text, after_name=text),
        PostToOtherChannel(channel=text, headline=text, facts=(text,)),
        DelegateTask(task=Task.PATTERN, about=text, question=text),
        TellAdmins(channel=text, headline=text, facts=(text,)),
    )
    return [approval(100 + n, action) for n, action in enumerate(every)]


def taken_back(text: str) -> list[Approval]:
    by, done = PersonId(text), answered(ApprovalState.APPROVED, 200, outcome=text, ending=Ending.DONE)
    return [replace(done, undone=Undone(state=s, at=TUESDAY, by=by, words=text)) for s in EffectState]


@pytest.mark.parametrize("text", ATTACKS, ids=range(len(ATTACKS)))
def test_slack_takes_every_message(text: str) -> None:
    for drawn in messages(text, f"https://x.example/{text.strip()[:200]}").values():
        check_message({"text": drawn.text, "blocks": drawn.blocks})


@given(text=hostile, url=urls)
def test_nobody_is_called_and_no_message_is_too_large(text: str, url: str) -> None:
    for name, drawn in messages(text, url).items():
        assert not list(cross_payload(drawn.blocks, 50)), name
        assert len(drawn.text) <= FALLBACK
        assert not calls(drawn.blocks), (name, calls(drawn.blocks))
        assert not LIVE.search(drawn.text), name
        drawn.text.encode()


@pytest.mark.parametrize("text", ATTACKS, ids=range(len(ATTACKS)))
def test_slack_takes_every_home(text: str) -> None:
    url = f"https://x.example/{text.strip()[:200]}"
    data = HomeData(
        zone=BERLIN,
        now=TUESDAY,
        real=TUESDAY,
        reach=replace(REACH, absent=text, days=text, zone=text, hours=text),
        waiting=tuple(approval(n, reassign(issue_title=text, issue_url=url)) for n in range(20)),
        moves=tuple(Row(text, text, url, text, text) for _ in range(30)),
        work=tuple(Row(text, text, url, text, text) for _ in range(30)),
        channels={"leadership": text},
        names={LI: text},
    )
    view = home(data)
    check_view(view)
    assert not calls(view["blocks"])


def calls(blocks: Sequence[Mapping[str, Any]]) -> list[str]:
    """What Slack would act on in the mrkdwn of these blocks, links of ours apart."""
    return [text for text in mrkdwn(list(blocks)) if LIVE.search(text)]


def mrkdwn(node: Any) -> list[str]:
    if isinstance(node, list | tuple):
        return [text for part in node for text in mrkdwn(part)]
    if not isinstance(node, Mapping):
        return []
    if node.get("type") == "mrkdwn":
        return [node["text"]]
    return [text for value in node.values() for text in mrkdwn(value)]


@pytest.mark.parametrize("draw", [lambda t: proposal(reassign(issue_title=t)), lambda t: proposal(escalate())])
def test_the_net_is_not_blind(draw: Callable[[str], Any]) -> None:
    """A live call put into a message is seen by the test itself."""
    drawn = approval_card([approval(1, draw("x").action)], {}, BERLIN)
    broken = ({"type": "section", "text": {"type": "mrkdwn", "text": "<!channel>"}}, *drawn.blocks)
    assert calls(broken)


@given(words=st.lists(st.text("abc ", min_size=1, max_size=60), min_size=1, max_size=8))
def test_a_digest_has_at_most_eighty_words_and_three_items(words: list[str]) -> None:
    items = [item(f"PAY-{n}", text=f"PAY-{n} {text * 6}") for n, text in enumerate(words)]
    assert is_short(digest(summary(*items, headline=" ".join(words)), "p"))


def is_short(drawn: Message) -> bool:
    """Whether a daily summary has at most eighty words and three items, as they are read."""
    said = [block["text"]["text"] for block in drawn.blocks if block["type"] == "section"]
    readable = re.sub(r"<[^|>]+\|([^>]*)>", r"\1", "\n".join(said))
    read = [word for word in readable.split() if word != "·"]
    return len(read) <= WORDS and len(re.findall(r"^\d\. ", readable, re.MULTILINE)) <= 3
