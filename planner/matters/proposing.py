"""What one Signal is the reason for: the change that would settle it, where there is exactly one, made by no hand."""

from __future__ import annotations

from models.actions import Action, ChangeSprintScope, TransitionIssue
from models.directives import Directives
from models.ids import IssueKey, ProposalId, named
from models.proposals import Proposal
from models.signals import Evidence, Signal, SignalKind
from models.work import Progress, Snapshot
from planner.detect.merged_but_open import left_open
from planner.detect.work_outside_sprint import outside
from planner.facts.observe import running_sprints
from planner.reports.summaries import says
from planner.words.titles import UNDO_WORDS


def settling(signal: Signal, snapshot: Snapshot, directives: Directives) -> Proposal | None:
    """The one change that would settle ``signal``, in our own words; ``None`` when somebody has to hear instead.

    Further up the ladder the change has been proposed and has not helped.
    """
    if signal.step:
        return None
    if signal.kind is SignalKind.MERGED_BUT_OPEN:
        return _moved_on(signal, snapshot, directives)
    if signal.kind is SignalKind.WORK_OUTSIDE_SPRINT:
        return _taken_in(signal, snapshot, directives)
    return None


def _moved_on(signal: Signal, snapshot: Snapshot, directives: Directives) -> Proposal | None:
    """Only what has been begun: a merge for a ticket nobody has started says little about it."""
    left = left_open(snapshot, directives).get(IssueKey(signal.subject))
    if left is None or left.issue.progress is not Progress.DOING:
        return None
    action = TransitionIssue(
        issue=left.issue.key,
        issue_title=left.issue.title,
        issue_url=left.issue.url,
        before=left.issue.status,
        after=directives.team(snapshot.team).jira.merged_status or "",
        merged=left.last.id,
    )
    return because_of(
        signal,
        "transition",
        action,
        directives,
        if_nothing="Jira goes on showing work in progress that is merged.",
        undo=f"{UNDO_WORDS}; it is then left where it is",
    )


def _taken_in(signal: Signal, snapshot: Snapshot, directives: Directives) -> Proposal | None:
    """Into the one sprint that runs; which of several is not for us to guess."""
    each, sprints = outside(snapshot, directives).get(IssueKey(signal.subject)), running_sprints(snapshot)
    if each is None or len(sprints) != 1:
        return None
    action = ChangeSprintScope(
        issue=each.issue.key,
        issue_title=each.issue.title,
        issue_url=each.issue.url,
        before=each.planned.id if each.planned else None,
        after=sprints[0].id,
        before_name=each.planned.name if each.planned else "",
        after_name=sprints[0].name,
    )
    return because_of(
        signal,
        "scope",
        action,
        directives,
        evidence=(Evidence(f"It would join {sprints[0].name}"),),
        if_nothing="The work goes on outside the sprint, and the sprint's numbers do not show it.",
        undo=UNDO_WORDS,
    )


def because_of(
    signal: Signal,
    what: str,
    action: Action,
    directives: Directives,
    *,
    evidence: tuple[Evidence, ...] = (),
    if_nothing: str,
    undo: str | None = None,
) -> Proposal:
    """One Action that one Signal is the reason for; ``what`` and the Signal name it, the same in every look."""
    return Proposal(
        id=ProposalId(named(what, signal.id)),
        action=action,
        because=says(signal.rule, directives),
        evidence=signal.evidence + evidence,
        signals=(signal.id,),
        urgency=signal.urgency,
        rule=signal.rule,
        if_nothing=if_nothing,
        undo=undo,
    )
