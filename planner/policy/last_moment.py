"""At the last moment: a decision may be hours old, so policy is asked once more just before it is done."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from models.actions import REMINDERS, Action, AskApproval, Asking, PostDigest, addressee
from models.directives import Directives, Mode, Team
from models.ids import PersonId
from models.pauses import Pause
from models.proposals import Effect, Ending, Outcome, Unit, Verdict
from models.work import Person
from planner.bounds.limits import Place, Wait, units
from planner.matters.quiet import is_free
from planner.policy.decision import no_time_for
from planner.policy.form import lacks
from planner.policy.law import exists, is_member, law_for
from planner.policy.paused import put_off
from planner.policy.trust import free_to_tell, mode_of


def still_allowed(
    effect: Effect, people: Mapping[PersonId, Person], directives: Directives, now: datetime
) -> Outcome | None:
    """Ask once more just before it is done: ``None`` means go on.

    ``FORBIDDEN`` when the constitution, the mode or the team has changed; when it is no time to reach the
    person, ``DEFERRED`` until it is, or ``LATER`` for what somebody has approved or asked for, and for a notice that no
    look would propose anew: that is not taken back, it waits, however long, and that is no failed try.
    """
    team = next((team for team in directives.teams if team.id == effect.team), None)
    forbidden = "the team is not in the constitution any more" if team is None else _forbidden(effect, team, directives)
    at = Place(effect.team, people, directives, now)
    if forbidden is None and team is not None:
        forbidden = _too_late(effect, team, now)
    if forbidden is not None:
        return Outcome(ending=Ending.FORBIDDEN, words=forbidden)
    wait = _wait_now(effect, at)
    if wait is None:
        return None
    if stays(effect):
        return Outcome(ending=Ending.LATER, words=wait.reason, until=wait.until)
    return Outcome(ending=Ending.DEFERRED, words=wait.reason, until=wait.until)


def held_back(effect: Effect, pause: Pause | None, directives: Directives, now: datetime) -> Outcome | None:
    """What was decided before a pause waits as well; what somebody asked for or said yes to goes on."""
    if effect.approval is not None or effect.proposal.undoes is not None:
        return None
    wait = put_off(effect.proposal, pause, effect.team, directives, now)
    if wait is None:
        return None
    kept = stays(effect) or isinstance(effect.action, PostDigest)
    return Outcome(ending=Ending.LATER if kept else Ending.DEFERRED, words=wait.reason, until=wait.until)


def stays(effect: Effect) -> bool:
    """Whether nothing would decide it anew if it were taken back."""
    wished = effect.approval is not None or effect.proposal.asked_by is not None
    return wished or puts_again(effect.action) or free_to_tell(effect.action)


def puts_again(action: Action) -> bool:
    """Whether it reminds of a question or asks a deputy: the question stands, so it is put off, never taken back."""
    return isinstance(action, AskApproval) and action.asking is not Asking.FIRST


def owes(effect: Effect, at: Place) -> tuple[Unit, ...]:
    """The attention it must have of the day on which it begins, which nobody knew when it was planned. Empty for none.

    What a person asked for is free to them and to whoever is asked for a yes to it, and so is what they had put off
    until now.
    """
    who, proposal = addressee(effect.action), effect.proposal
    first = isinstance(effect.action, AskApproval) and not puts_again(effect.action)
    asked_for = proposal.asked_by is not None and (first or who == proposal.asked_by)
    put_off = isinstance(effect.action, AskApproval) and effect.action.asking is Asking.PROMISED
    free = who is None or asked_for or put_off or is_free(proposal)
    return () if who is None or free else units(who, proposal.urgency, at)


def joins_a_card(action: Action) -> bool:
    """Whether it is one more line on the card its approver has open, if there is one. A reminder is a message."""
    return isinstance(action, AskApproval) and action.asking not in REMINDERS


def _forbidden(effect: Effect, team: Team, directives: Directives) -> str | None:
    if not exists(effect.action):
        return "there is no such action"
    if mode_of(effect.proposal, team) is Mode.SHADOW:
        return "the team is in shadow mode now" if team.mode is Mode.SHADOW else "its line is in shadow mode now"
    who = addressee(effect.action)
    if who is not None and not is_member(who, team):
        return f"{who} is not in the team any more"
    # What an approval card shows must be allowed too, or a yes to it would be for nothing.
    law = law_for(effect.proposal, team, directives)
    if law.verdict is Verdict.DENY:
        return f"the constitution never allows this now ({law.rule})"
    if missing := lacks(effect.proposal.action, directives):
        return f"{missing[1]} ({missing[0]})"
    # Who may take something back was settled when they pressed, by the rule of what they take back.
    free = isinstance(effect.action, AskApproval) or effect.proposal.undoes is not None
    if law.verdict is Verdict.ASK and effect.approval is None and not free:
        return f"it needs a yes now ({law.rule})"
    return None


def _too_late(effect: Effect, team: Team, now: datetime) -> str | None:
    """A daily summary is of its day or of none; one that could not be posted in time is not caught up with later."""
    if not isinstance(effect.action, PostDigest):
        return None
    local = now.astimezone(team.tz)
    if effect.action.day != local.date():
        return "its day is over"
    late = now - datetime.combine(local.date(), team.digest.at, tzinfo=team.tz)
    in_time = effect.approval is not None or late <= team.digest.catch_up.elapsed
    return None if in_time else f"the summary is more than {team.digest.catch_up} late"


def _wait_now(effect: Effect, at: Place) -> Wait | None:
    """Quiet hours now. A channel post that somebody has just approved goes out as they wish."""
    who = addressee(effect.action)
    if who is None and effect.approval is not None:
        return None
    return no_time_for(effect.action, who, effect.proposal, at)
