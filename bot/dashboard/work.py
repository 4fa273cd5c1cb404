"""What the agent saw, thought, decided and did; what it asks of people; what it finds wrong now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from starlette.requests import Request
from starlette.responses import Response

from bot.dashboard.house import House, Missing, is_id
from bot.dashboard.viewer import Viewer
from models.cycles import WhyRecord
from models.directives import Team
from models.ids import CycleId, TeamId
from models.money import Money
from models.proposals import Approval, ApprovalState, Verdict
from models.signals import Signal
from models.stories import Question
from planner.words.replies import PlainReply, WhyReply
from planner.words.titles import called, name_of

PAGE, WAITING, ENDED = 25, 50, 25
"""Looks on one page, questions that wait, and those that are over."""

SIGNALS = 35
"""Findings of one team or look that are shown; of more it is said how many."""

VERDICTS = {
    Verdict.ALLOW: "allowed",
    Verdict.ASK: "asked",
    Verdict.DEFER: "put off",
    Verdict.DENY: "denied",
}
REASONS = {"event": "something changed", "look": "it was time", "digest": "daily summary", "asked": "somebody asked"}
STATES = {
    ApprovalState.PENDING: "waiting",
    ApprovalState.APPROVED: "approved",
    ApprovalState.REJECTED: "rejected",
    ApprovalState.EXPIRED: "lapsed, nothing done",
    ApprovalState.SUPERSEDED: "overtaken",
}


# --- cycles -----------------------------------------------------------------------------------------------------


async def cycles(house: House, viewer: Viewer, request: Request) -> Response:
    """The looks of the viewer's teams, newest first."""
    team = request.query_params.get("team", "")
    wanted = [name for name in viewer.names if team in ("", name)]
    looks = await house.stories.looks(wanted, PAGE + 1, _before(request.query_params.get("before", "")))
    last = looks[PAGE - 1] if len(looks) > PAGE else None
    earlier = f"{last.at.isoformat()}~{last.id}" if last is not None else ""
    told = {"looks": looks[:PAGE], "team": team, "earlier": earlier, "reasons": REASONS, "verdicts": VERDICTS}
    return house.page("cycles.html", viewer, request, title="Cycles", **told)


def _before(cursor: str) -> tuple[datetime, str] | None:
    """Where a page begins; the first one for what is no cursor."""
    at, _, name = cursor.partition("~")
    try:
        moment = datetime.fromisoformat(at)
        return (moment.astimezone(UTC), name) if moment.tzinfo is not None and is_id(name) else None
    except (ValueError, OverflowError):
        return None


@dataclass(frozen=True, slots=True)
class Decided:
    """One decision as the viewer may have it."""

    verdict: Verdict
    why: WhyReply | None
    outline: str
    """In place of the whole, where that is not for them."""
    at: datetime


async def cycle(house: House, viewer: Viewer, request: Request) -> Response:
    """One look from beginning to end. Another team's is the same as none."""
    name = CycleId(request.path_params["id"])
    look = await house.stories.look(name) if is_id(name) else None
    if look is None or not viewer.sees(look.team):
        raise Missing
    story = await house.stories.story(name)
    assert story is not None
    shown = [signal for signal in story.signals if viewer.open_to(signal, look.team)]
    return house.page(
        "cycle.html",
        viewer,
        request,
        title=f"Cycle {name}",
        look=look,
        team=house.app.directives.team(look.team),
        reason=REASONS.get(look.reason, look.reason),
        pressing=look.pressing if len(shown) == len(story.signals) else "",
        signals=[_signal(viewer, look.team, signal) for signal in shown[:SIGNALS]],
        unshown=max(0, len(shown) - SIGNALS),
        hidden=len(story.signals) - len(shown),
        decided=[_decided(viewer, record) for record in story.records],
        more=max(0, sum(look.verdicts.values()) - len(story.records)),
        calls=story.calls,
        cost=Money.usd(look.cost_usd),
        verdicts=VERDICTS,
    )


def _decided(viewer: Viewer, record: WhyRecord) -> Decided:
    told, verdict = viewer.told(record), record.decision.verdict
    if isinstance(told, PlainReply):
        return Decided(verdict, None, told.text, record.at)
    return Decided(verdict, told, "", record.at)


# --- approvals --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Asked:
    """One question as the viewer may have it."""

    approval: Approval
    team: Team
    title: str
    facts: tuple[str, ...]
    whole: bool
    asked: str
    by: str
    state: str


async def approvals(house: House, viewer: Viewer, request: Request) -> Response:
    """What waits for somebody's yes, and what came of what did."""
    told = [_asked(house, viewer, each) for each in await house.stories.questions(viewer.names, WAITING + 1, ENDED)]
    waiting = [each for each in told if each.approval.state is ApprovalState.PENDING]
    over = [each for each in told if each.approval.state is not ApprovalState.PENDING]
    shown = {"waiting": waiting[:WAITING], "more": len(waiting) > WAITING, "over": over}
    return house.page("approvals.html", viewer, request, title="Approvals", **shown)


def _asked(house: House, viewer: Viewer, question: Question) -> Asked:
    approval, law = question.approval, house.app.directives
    team = law.team(approval.team)
    told = viewer.told(question.record) if question.record is not None else None
    whole = isinstance(told, WhyReply)
    return Asked(
        approval=approval,
        team=team,
        title=told.title if isinstance(told, WhyReply) else told.text if told is not None else "A question",
        facts=told.facts if isinstance(told, WhyReply) else (),
        whole=whole,
        asked=", ".join(name_of(person, team.id, law) for person in approval.asked),
        by=name_of(approval.by, team.id, law) if approval.by is not None else "",
        state=STATES[approval.state],
    )


# --- signals ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Found:
    """One finding."""

    signal: Signal
    kind: str
    about: str
    move: str
    """Whose move it is: named because they must act; nobody else is."""


@dataclass(frozen=True, slots=True)
class TeamSignals:
    """What one team's last look at everything found."""

    team: Team
    at: datetime | None
    found: Sequence[Found]
    hidden: int
    more: int
    """What is theirs to see, and too much for a page."""


async def signals(house: House, viewer: Viewer, request: Request) -> Response:
    """What is wrong now, the most urgent first."""
    teams = [await _of_team(house, viewer, team) for team in viewer.teams]
    return house.page("signals.html", viewer, request, title="Signals", teams=teams)


async def _of_team(house: House, viewer: Viewer, team: Team) -> TeamSignals:
    last = await house.stories.found_last(team.id)
    if last is None:
        return TeamSignals(team, None, (), 0, 0)
    at, found = last
    shown = sorted((s for s in found if viewer.open_to(s, team.id)), key=lambda s: (-s.urgency, s.since, s.subject))
    told = [_signal(viewer, team.id, each) for each in shown[:SIGNALS]]
    return TeamSignals(team, at, told, len(found) - len(shown), len(shown) - len(told))


def _signal(viewer: Viewer, team: TeamId, signal: Signal) -> Found:
    move = name_of(signal.addressee, team, viewer.directives) if signal.addressee is not None else ""
    return Found(signal, signal.kind.value.replace("_", " "), called(signal.subject), move)
