"""What came of a request is posted where it was asked, marked, and never twice."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import SimpleNamespace
from typing import Any

import pytest

from bot.jobs.asked.outcome import tell_asker
from models.actions import Reassign
from models.cycles import WhyRecord
from models.errors import NotDone, Unclear
from models.ids import IssueKey, PersonId, ProposalId, TeamId
from models.proposals import AskedIn, Decision, EffectState, Proposal, Verdict
from models.signals import Urgency
from tests.planner.world import LAW, NOON, TEAM

pytestmark = pytest.mark.anyio

[OWN] = LAW.teams
LAW_IN_SLACK = LAW.model_copy(
    update={
        "teams": (
            OWN.model_copy(update={"members": tuple(m.model_copy(update={"slack": f"U-{m.id}"}) for m in OWN.members)}),
        )
    }
)
MOVE = Reassign(
    issue=IssueKey("PAY-7"), issue_title="", issue_url="https://x", giver=None, taker=PersonId("bob")
)  # fmt: skip
THREAD = AskedIn(person=PersonId("ann"), channel="C1", thread="17.1")


@dataclass
class Slack:
    posts: list[Mapping[str, Any]] = field(default_factory=list)
    lost: bool = False
    noted: dict[str, Any] = field(default_factory=dict)

    async def open_dm(self, user: str) -> str:
        return f"D-{user}"

    async def post(self, channel: str, text: str, blocks: object, **more: Any) -> None:
        self.posts.append({"channel": channel, "text": text, **more})
        if self.lost:
            raise Unclear("the answer was lost")

    async def find(self, channel: str, marker: str, since: datetime, **more: Any) -> object:
        return next((p for p in self.posts if (p["channel"], p["marker"]) == (channel, marker)), None)


async def told(slack: Slack, place: AskedIn | None = THREAD, effect: EffectState | None = EffectState.SENT) -> Any:
    """Work the job once; how often it was tried before shows in the posts."""
    proposal = Proposal(
        id=ProposalId("p1"), action=MOVE, because="", evidence=(), signals=(), urgency=Urgency.LOW, rule="r",
        asked_by=PersonId("ann"), asked_in=place,
    )  # fmt: skip
    record = WhyRecord(
        team=TeamId(TEAM), proposal=proposal, decision=Decision(verdict=Verdict.ALLOW, rule="r", reason=""), at=NOON,
        directives_version="v1", signals=(), effect=effect, outcome="", approval=None,
    )  # fmt: skip

    async def why(name: str) -> WhyRecord:
        return record

    async def hushes(team: object, person: object) -> list[Any]:
        return []  # pressed under no message

    async def finish(job: Any) -> None:
        job.finished = True

    async def note(job: Any, **words: Any) -> None:
        slack.noted |= words

    clock = SimpleNamespace(real=lambda: NOON, now=lambda: NOON)
    app: Any = SimpleNamespace(
        slack=slack, clock=clock, directives=LAW_IN_SLACK,
        ledger=SimpleNamespace(why=why, hushes=hushes), mailbox=SimpleNamespace(finish=finish, note=note),
    )  # fmt: skip
    job: Any = SimpleNamespace(payload={"proposal": "p1", **slack.noted}, attempts=len(slack.posts) + 1, finished=False)
    await tell_asker(app, job)
    return job


async def test_it_is_told_in_the_thread_it_was_asked_in() -> None:
    slack = Slack()
    assert (await told(slack)).finished
    [post] = slack.posts
    assert (post["channel"], post["thread"]) == ("C1", "17.1") and post["text"].startswith("Done: PAY-7 → Bob.")


async def test_whoever_typed_a_command_gets_a_direct_message() -> None:
    slack = Slack()
    await told(slack, replace(THREAD, channel="", thread=""))
    assert [(p["channel"], p["thread"]) for p in slack.posts] == [("D-U-ann", None)]


async def test_a_lost_answer_is_looked_up_and_not_said_again() -> None:
    slack = Slack(lost=True)
    with pytest.raises(NotDone):
        await told(slack)
    assert (await told(slack)).finished and len(slack.posts) == 1


async def test_nothing_is_said_while_it_is_under_way_or_to_somebody_who_has_left() -> None:
    slack = Slack()
    assert (await told(slack, effect=EffectState.SENDING)).finished
    assert (await told(slack, replace(THREAD, person=PersonId("gone")))).finished
    assert slack.posts == []
