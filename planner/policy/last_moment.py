"""At the last moment: a decision may be hours old, so policy is asked once more just before it is done."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from models.actions import Action, AskApproval, PostDigest, addressee
from models.directives import Directives, Mode, Team
from models.ids import PersonId
from models.proposals import Effect, Ending, Outcome, Verdict
from models.work import Person
from planner.limits import Place, Wait
from planner.policy.decision import no_time_for
from planner.policy.law import exists, is_member, law_in
from planner.worktime import team_calendar


def still_allowed(
    effect: Effect, people: Mapping[PersonId, Person], directives: Directives, now: datetime
) -> Outcome | None:
    """Ask once more just before it is done: ``None`` means go on.

    ``FORBIDDEN`` when the constitution, the mode or the team has changed; when it is no time to reach the
    person, ``DEFERRED`` until it is, or ``LATER`` for what somebody has approved: a yes is not taken back,
    it waits, however long, and that is no failed try.
    """
    team = next((team for team in directives.teams if team.id == effect.team), None)
    forbidden = "the team is not in the constitution any more" if team is None else _forbidden(effect, team, directives)
    at = Place(effect.team, people, directives, now)
    if forbidden is None and _is_stale(effect.action, at):
        forbidden = "its day is over"
    if forbidden is not None:
        return Outcome(ending=Ending.FORBIDDEN, words=forbidden)
    wait = _wait_now(effect, at)
    if wait is None:
        return None
    if effect.approval is not None:
        return Outcome(ending=Ending.LATER, words=wait.reason, until=wait.until)
    return Outcome(ending=Ending.DEFERRED, words=wait.reason, until=wait.until)


def _forbidden(effect: Effect, team: Team, directives: Directives) -> str | None:
    if not exists(effect.action):
        return "there is no such action"
    if team.mode is Mode.SHADOW:
        return "the team is in shadow mode now"
    who = addressee(effect.action)
    if who is not None and not is_member(who, team):
        return f"{who} is not in the team any more"
    # What an approval card shows must be allowed too, or a yes to it would be for nothing.
    law = law_in(effect.proposal.action, team, directives)
    if law.verdict is Verdict.DENY:
        return f"the constitution never allows this now ({law.rule})"
    is_card = isinstance(effect.action, AskApproval)
    if law.verdict is Verdict.ASK and effect.approval is None and not is_card:
        return f"it needs a yes now ({law.rule})"
    return None


def _is_stale(action: Action, at: Place) -> bool:
    """A daily summary is of its day or of none."""
    return isinstance(action, PostDigest) and action.day != team_calendar(at.directives, at.team).local_day(at.now)


def _wait_now(effect: Effect, at: Place) -> Wait | None:
    """Quiet hours now. A channel post that somebody has just approved goes out as they wish."""
    who = addressee(effect.action)
    if who is None and effect.approval is not None:
        return None
    return no_time_for(effect.action, who, effect.proposal, at)
