"""What the constitution says of an action: the verdict, the line, and whose yes it takes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import get_args

from models.actions import Action, PostDigest
from models.directives import Allow, Ask, Directives, Mode, Never, Team
from models.ids import PersonId
from models.proposals import Approval, Verdict
from planner.escalation import PM
from planner.reports import channel_for

UNGROUNDED = "no-finding"
CLOSED_WORLD = "closed-world"
UNLISTED = "unlisted"
SHADOW = "mode-shadow"
SUGGEST = "mode-suggest"
NOT_OURS = "not-a-member"
"""Names of what decides where no line of the constitution does."""


@dataclass(frozen=True, slots=True)
class Law:
    """What the constitution says of an action: the verdict, the line, and whose yes it takes."""

    verdict: Verdict
    rule: str
    strength: int
    """0 is the strongest."""
    role: str = PM


def who_may_answer(approval: Approval, directives: Directives) -> tuple[PersonId, ...]:
    """Whose click counts now: named when it was asked, and still in the role the constitution of today asks for."""
    team = next((team for team in directives.teams if team.id == approval.team), None)
    if team is None:
        return ()
    still = team.people_of(law_in(approval.proposal.action, team, directives).role)
    return tuple(person for person in approval.approvers if person in still)


def law_of(action: Action, directives: Directives) -> Law:
    """The strongest line about this action: never, never without a yes, ask, allow; unlisted asks the PM."""
    word = _word_for(action, directives)
    laws = [law for line in directives.lines() if (law := _law(line.id, line.rule, word))]
    return min(laws, key=lambda law: law.strength, default=Law(Verdict.ASK, UNLISTED, 2))


def law_in(action: Action, team: Team, directives: Directives) -> Law:
    """As ``law_of``, in this team's mode: a team that only takes suggestions is asked for everything."""
    law = law_of(action, directives)
    if team.mode is Mode.SUGGEST and law.verdict is Verdict.ALLOW:
        return Law(Verdict.ASK, SUGGEST, 2)
    return law


def _law(name: str, rule: object, word: str) -> Law | None:
    match rule:
        case Never(never=words, unless_approved_by=None) if word in words:
            return Law(Verdict.DENY, name, 0)
        case Never(never=words, unless_approved_by=str(role)) if word in words:
            return Law(Verdict.ASK, name, 1, role)
        case Ask(ask=asked, of=role) if asked == word:
            return Law(Verdict.ASK, name, 2, role)
        case Allow(allow=allowed, when=None) if allowed == word:
            return Law(Verdict.ALLOW, name, 3)
        case _:
            return None


def _word_for(action: Action, directives: Directives) -> str:
    """The constitution's word for it; a digest in a channel of another topic is a post elsewhere."""
    if isinstance(action, PostDigest) and action.channel != (channel_for("technical", directives) or "team"):
        return "post_to_other_channel"
    return action.kind


def exists(action: object) -> bool:
    """Whether it is in the closed union at all."""
    return type(action) in get_args(Action)


def is_member(person: PersonId, team: Team) -> bool:
    """Whether the constitution puts them in this team."""
    return any(member.id == person for member in team.members)
