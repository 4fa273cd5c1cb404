"""What is not for everybody: findings about people or for one role alone, and what was said to one person."""

from __future__ import annotations

from models.actions import AskIdentity, CommentOnIssue, PostDigest, RemindPerson, addressee
from models.cycles import WhyRecord
from models.directives import Directives
from models.ids import PersonId
from models.proposals import EffectState, Verdict
from models.signals import ABOUT_PEOPLE, Signal, SignalKind
from planner.hearers.escalation import PM, escalations, watched
from planner.words.titles import name_of, the, title

ADMINS = "admins"


def is_private(signal: Signal, directives: Directives) -> bool:
    """Whether only those may know who hear of it: it is about a person, or its line names one role to tell.

    What has gone on to a channel is known there.
    """
    return is_private_kind(signal.kind, directives) and not _is_loud(signal, directives)


def is_private_kind(kind: SignalKind, directives: Directives) -> bool:
    """As ``is_private``, of a kind: as somebody is told of it privately."""
    watch = watched(directives, kind)
    for_one_role = watch is not None and watch[1].tell is not None
    return kind in ABOUT_PEOPLE or kind is SignalKind.IDENTITY_UNCERTAIN or for_one_role


def discreet(signal: Signal, directives: Directives) -> str:
    """What everybody may know of a private finding: neither subject nor name."""
    if signal.kind is SignalKind.IDENTITY_UNCERTAIN:
        return "something only they can answer"
    watch = watched(directives, signal.kind)
    return f"something only {the(watch[1].tell or PM if watch else PM)} needs to decide"


def _is_loud(signal: Signal, directives: Directives) -> bool:
    if signal.kind in ABOUT_PEOPLE or not signal.step:
        return False
    to = next((rule.to for name, rule in escalations(directives, signal.kind) if name == signal.rule), None)
    return any(to in team.channels for team in directives.teams)


# --- records ------------------------------------------------------------------------------------------------


def stands_open(record: WhyRecord) -> bool:
    """Whether what it tells of stands where the whole team can see it: a post, a comment, a change in Jira."""
    action = record.proposal.action
    alone = addressee(action) is not None and not isinstance(action, CommentOnIssue)
    return record.effect is EffectState.SENT and not alone


def reads_all(record: WhyRecord, asker: PersonId | None, role: str, directives: Directives) -> bool:
    """Whether ``asker`` is told, has asked for it, may say yes to it (``role``'s yes), or runs the agent."""
    proposal, approval = record.proposal, record.approval
    team = directives.team(record.team)
    able = {addressee(proposal.action), proposal.asked_by, *team.people_of(ADMINS)}
    if approval is not None:
        able |= {*approval.approvers, *approval.copies}
    if record.decision.verdict is Verdict.ASK:
        able |= {*record.decision.approvers, *team.people_of(role)}
    return asker is not None and asker in able


def outline(record: WhyRecord, directives: Directives) -> str | None:
    """What others of the team hear instead of the record; ``None`` when nothing of it is private."""
    if stands_open(record) or isinstance(record.proposal.action, PostDigest):
        return None
    secret, who = _secret(record, directives), addressee(record.proposal.action)
    if secret is None and who is None:
        return None
    about = title(record.proposal.action, record.team, directives)
    if secret is not None:
        about = f"A message to {name_of(who, record.team, directives)}" if who is not None else "A question"
        about = f"{about} about {secret}"
    # The name of a line says what it watches for: who may not know the finding is not told it.
    rule = f"; rule {record.proposal.rule}" if secret is None else ""
    return f"{about}{rule}. Its readers and the admins can ask why."


def _secret(record: WhyRecord, directives: Directives) -> str | None:
    """What to say in place of what the record is about; ``None`` when everybody may know that."""
    private = next((signal for signal in record.signals if is_private(signal, directives)), None)
    if private is not None:
        return discreet(private, directives)
    action = record.proposal.action
    items = action.items if isinstance(action, RemindPerson) else ()
    kinds = [SignalKind(item.kind) for item in items if item.kind in frozenset(SignalKind)]
    if any(is_private_kind(kind, directives) for kind in kinds) or isinstance(action, AskIdentity):
        return "something that is not for everybody"
    return None
