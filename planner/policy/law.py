"""What the constitution says of an action: the verdict, the line, and whose yes it takes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import get_args

from models.actions import Action, PostDigest, PostToOtherChannel, ShadowLog, TellAdmins, TransitionIssue, word_of
from models.cycles import NO_HISTORY, History
from models.directives import Allow, Ask, Directives, Mode, Never, Team
from models.ids import PersonId
from models.once import once
from models.proposals import Approval, ApprovalState, Proposal, Verdict
from planner.bounds.limits import Place
from planner.bounds.rules import lines_with
from planner.hearers.approvals import PassOn, Remind, card_waits, course, next_step
from planner.hearers.escalation import PM
from planner.hearers.putting_off import clock_of
from planner.policy.trust import free_to_tell, mode_for, mode_of, stepped_back
from planner.reports.summaries import channel_for

UNGROUNDED = "no-finding"
CLOSED_WORLD = "closed-world"
UNLISTED = "unlisted"
SHADOW = "mode-shadow"
SUGGEST = "mode-suggest"
STEPPED_BACK = "stepped-back"
NOT_OURS = "not-a-member"
BY_MODEL = "by-model"
"""Names of what decides where no line of the constitution does."""


@dataclass(frozen=True, slots=True)
class Law:
    """What the constitution says of an action: the verdict, the line, and whose yes it takes."""

    verdict: Verdict
    rule: str
    strength: int
    """0 is the strongest."""
    role: str = PM
    four_eyes: bool = False
    """Whether whoever asked for it may not say yes to it themselves."""


def who_may_answer(approval: Approval, directives: Directives) -> tuple[PersonId, ...]:
    """Whose click counts now: named when it was asked, and still in the role the constitution of today asks for."""
    team = next((team for team in directives.teams if team.id == approval.team), None)
    return still_in_role(approval.approvers, approval.proposal, team, directives) if team is not None else ()


def still_in_role(
    named: Iterable[PersonId], proposal: Proposal, team: Team, directives: Directives
) -> tuple[PersonId, ...]:
    """Those of ``named`` whose yes to it counts."""
    law = law_in(proposal.action, team, directives, proposal.rule)
    still = [p for p in team.people_of(law.role) if not (law.four_eyes and p == proposal.asked_by)]
    return tuple(person for person in named if person in still)


def law_of(action: Action, directives: Directives) -> Law:
    """The strongest line about it: never, never without a yes, allow in this case, ask, allow; unlisted asks the PM."""
    word = _word_for(action, directives)
    if isinstance(action, ShadowLog) and word not in _about(directives):
        word = TellAdmins.kind  # it is a word to them, where no line speaks of it
    laws = [law for name, rule in _about(directives).get(word, ()) if (law := _law(name, rule, word, action))]
    laws += _beside(word, action, directives)
    law = min(laws, key=lambda law: law.strength, default=Law(Verdict.ASK, UNLISTED, 3))
    return replace(law, rule=UNLISTED) if law.verdict is Verdict.ASK and _is_at_home(action, directives) else law


def _beside(word: str, action: Action, directives: Directives) -> list[Law]:
    """What is said of a ticket's status holds where it ends as well; that it may be changed says nothing of it."""
    if not isinstance(action, TransitionIssue) or word == action.kind:
        return []
    lines = _about(directives).get(action.kind, ())
    laws = [law for name, rule in lines if (law := _law(name, rule, action.kind, action))]
    return [law for law in laws if law.verdict is not Verdict.ALLOW]


def _is_at_home(action: Action, directives: Directives) -> bool:
    """Whether it is a post in the team's own channel: a line about other channels asks all the same, but is not why."""
    return isinstance(action, PostToOtherChannel) and action.channel == (channel_for("technical", directives) or "team")


def law_in(action: Action, team: Team, directives: Directives, rule: str = "") -> Law:
    """As ``law_of``, in the mode that ``action`` has in this team because of the line ``rule``.

    Where suggestions are all that is taken, and of kinds of action that have stepped back, everything is asked; but
    not a word to its own admins: asking one person whether others may hear of trouble helps nobody.
    """
    law = law_of(action, directives)
    if law.verdict is not Verdict.ALLOW or free_to_tell(action):
        return law
    if stepped_back(word_of(action), team) is not None:
        return Law(Verdict.ASK, STEPPED_BACK, 3)
    return Law(Verdict.ASK, SUGGEST, 3) if mode_for(rule, action, team) is Mode.SUGGEST else law


def law_for(proposal: Proposal, team: Team, directives: Directives) -> Law:
    """As ``law_in``; but what its reader has asked to hear is no suggestion of ours: nobody is asked for a yes.

    What the rules alone would not have done needs a yes whatever may be done without one: who chose it has read words
    that anybody may have written.
    """
    if proposal.promised:
        law = law_of(proposal.action, directives)
    else:
        law = law_in(proposal.action, team, directives, proposal.rule)
    return Law(Verdict.ASK, BY_MODEL, 3) if proposal.by_model and law.verdict is Verdict.ALLOW else law


def costs_trust(proposal: Proposal, team: Team, directives: Directives) -> bool:
    """Whether an undo of it, or a no to it, makes the agent ask again before it does more of the kind: it is done here
    without a yes, by a line of the file, its mode, and no step back.

    What a person asked for, and what a model chose in place of the rules, says nothing of what the rules do.
    """
    own = proposal.asked_by is None and proposal.undoes is None and not proposal.by_model
    done = law_for(proposal, team, directives).verdict is Verdict.ALLOW and mode_of(proposal, team) is Mode.ACT
    return own and done


@once
def _about(directives: Directives) -> Mapping[str, list[tuple[str, Never | Ask | Allow]]]:
    """The lines that speak of each word."""
    about: dict[str, list[tuple[str, Never | Ask | Allow]]] = defaultdict(list)
    for name, never in lines_with(directives, Never):
        for word in never.never:
            about[word].append((name, never))
    for name, ask in lines_with(directives, Ask):
        about[ask.ask].append((name, ask))
    for name, allow in lines_with(directives, Allow):
        about[allow.allow].append((name, allow))
    return about


def next_asked(approval: Approval, at: Place, history: History = NO_HISTORY) -> tuple[PersonId, datetime] | None:
    """Who is asked as well while nobody answers, and when; ``None`` when nobody is, or somebody was already.

    Somebody whose card waits for their hours or attention is asked when it comes, not before.
    """
    waits = ((person, card_waits(approval, person, at, history)) for person in approval.copies)
    if (coming := next(((person, wait.until) for person, wait in waits if wait is not None), None)) is not None:
        return coming
    team = next((team for team in at.directives.teams if team.id == approval.team), None)
    mine = approval.proposal.asked_by == approval.approvers[0]
    if team is None or mine or approval.passed_on or approval.state is not ApprovalState.PENDING:
        return None
    role, urgency = law_for(approval.proposal, team, at.directives).role, approval.proposal.urgency
    since, used = clock_of(approval)
    ahead = course(approval.approvers[0], role, urgency, since, at, used)
    return (ahead.deputy, ahead.passed_on) if ahead.deputy is not None else None


def step_due(approval: Approval, at: Place, history: History) -> Remind | PassOn | None:
    """What is due now for a question that waits, if the constitution of today still asks it."""
    team = next((team for team in at.directives.teams if team.id == approval.team), None)
    law = law_for(approval.proposal, team, at.directives) if team is not None else None
    if team is None or law is None or law.verdict is not Verdict.ASK or mode_of(approval.proposal, team) is Mode.SHADOW:
        return None
    return next_step(approval, law.role, at, history)


def _law(name: str, rule: object, word: str, action: Action) -> Law | None:
    """What one line says. An ``allow ... when`` is the exception beside an ``ask``, and stronger than it."""
    match rule:
        case Never(never=words, unless_approved_by=None) if word in words:
            return Law(Verdict.DENY, name, 0)
        case Never(never=words, unless_approved_by=str(role), four_eyes=four) if word in words:
            return Law(Verdict.ASK, name, 1, role, bool(four))
        case Ask(ask=asked, of=role, four_eyes=four) if asked == word:
            return Law(Verdict.ASK, name, 3, role, bool(four))
        case Allow(allow=allowed, when=None) if allowed == word:
            return Law(Verdict.ALLOW, name, 4)
        case Allow(allow=allowed, when="pull_request_merged") if allowed == word and _follows_a_merge(action):
            return Law(Verdict.ALLOW, name, 2)
        case _:
            return None


def _follows_a_merge(action: Action) -> bool:
    """Whether a merged pull request is the reason: who proposes cannot say so, ``factcheck`` puts it there."""
    return isinstance(action, TransitionIssue) and action.merged is not None


def _word_for(action: Action, directives: Directives) -> str:
    """The constitution's word for it; a digest in a channel of another topic is a post elsewhere."""
    if isinstance(action, PostDigest) and action.channel != (channel_for("technical", directives) or "team"):
        return "post_to_other_channel"
    return word_of(action)


def exists(action: object) -> bool:
    """Whether it is in the closed union at all."""
    return type(action) in get_args(Action)


def is_member(person: PersonId, team: Team) -> bool:
    """Whether the constitution puts them in this team."""
    return any(member.id == person for member in team.members)
