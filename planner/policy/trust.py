"""How far the agent may go with one thing: the modes of team, line and action, and where it has stepped back.

It never goes forward by itself: a mode is the file's, and what has stepped back is given back by an admin alone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from models.actions import Action, ShadowLog, TellAdmins, word_of
from models.directives import Allow, Ask, Directives, Mode, Never, Team
from models.ids import PersonId, TeamId
from models.proposals import Approval, ApprovalState, Proposal
from models.trust import Cause, Mark, StepBack
from planner.bounds.rules import lines_with

ENOUGH_MARKS = 10
"""Marked messages of a line before its own words count: product.md 4.7."""

USEFUL = 0.9
"""More than this part of them must have been marked useful."""

IN_A_ROW = 20
"""Approvals without an edit, a no or an undo between them, before an action may do without."""


def mode_for(rule: str, action: Action, team: Team) -> Mode:
    """The mode in which ``action`` is decided that the line ``rule`` found worth proposing: whoever wants to know asks
    here, or one of the two below.

    The log of shadow mode is in none: somebody has to see it.
    """
    return Mode.ACT if isinstance(action, ShadowLog) else mode_in(rule, word_of(action), team)


def mode_of(proposal: Proposal, team: Team) -> Mode:
    """As ``mode_for``, of one proposal."""
    return mode_for(proposal.rule, proposal.action, team)


def mode_in(rule: str, kind: str, team: Team) -> Mode:
    """As ``mode_for``, of any action of that kind.

    A line that is in shadow is in shadow whatever its action; out of it, an action's own mode counts before the
    line's; and what has stepped back goes no further than suggesting.
    """
    line = team.modes.get(rule, team.mode)
    if line is Mode.SHADOW:
        return line
    mode = team.modes.get(kind, line)
    return Mode.SUGGEST if mode is Mode.ACT and stepped_back(kind, team) is not None else mode


def is_watched(team: Team) -> bool:
    """Whether anything of the team is in shadow."""
    return Mode.SHADOW in (team.mode, *team.modes.values())


def is_tried(team: Team) -> bool:
    """Whether anything of the team is short of acting: only then there is something to earn."""
    return bool(team.stepped) or any(mode is not Mode.ACT for mode in (team.mode, *team.modes.values()))


def free_to_tell(action: Action) -> bool:
    """Whether it is a word to those who run the agent: nobody is asked whether they may hear of trouble."""
    return isinstance(action, TellAdmins | ShadowLog)


# --- stepping back ----------------------------------------------------------------------------------------------


def stepped_back(kind: str, team: Team) -> StepBack | None:
    """Why actions of that kind need a yes again; ``None`` when they do not."""
    return next((step for step in team.stepped if step.kind == kind), None)


def is_free(kind: str, directives: Directives) -> bool:
    """Whether a line of the file lets anything of that kind be done without a yes, whatever the modes."""
    never = any(kind in rule.never for _, rule in lines_with(directives, Never))
    allowed = [rule for _, rule in lines_with(directives, Allow) if rule.allow == kind]
    asked = any(rule.ask == kind for _, rule in lines_with(directives, Ask))
    return not never and any(rule.when is not None or not asked for rule in allowed)


STEPS = "stepped back"
"""The name under which step backs are remembered, of all teams together."""


def key_of(team: TeamId, kind: str) -> str:
    """Under which key one is remembered."""
    return f"{team} {kind}"


def kept_of(step: StepBack) -> Mapping[str, Any]:
    """What is remembered of it, ready for JSON."""
    return {"cause": step.cause.value, "at": step.at.isoformat(), "by": step.by or "", "about": step.about}


def steps_of(kept: Mapping[str, Any]) -> Mapping[TeamId, tuple[StepBack, ...]]:
    """What is remembered, by team, in the order of the words of their actions."""
    found: dict[TeamId, tuple[StepBack, ...]] = {}
    for key, said in sorted(kept.items()):
        team, _, kind = key.partition(" ")
        at, by = datetime.fromisoformat(said["at"]), PersonId(said["by"]) if said["by"] else None
        step = StepBack(kind, Cause(said["cause"]), at, by, said["about"])
        found[TeamId(team)] = (*found.get(TeamId(team), ()), step)
    return found


def stepped(directives: Directives, steps: Mapping[TeamId, tuple[StepBack, ...]]) -> Directives:
    """The same constitution, with what each team's agent has stepped back from."""
    if not any(team.id in steps for team in directives.teams):
        return directives
    teams = tuple(t.model_copy(update={"stepped": steps[t.id]}) if t.id in steps else t for t in directives.teams)
    return directives.model_copy(update={"teams": teams})


# --- what feedback has earned -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Standing:
    """What was marked of one line's messages."""

    rule: str
    useful: int
    marked: int

    @property
    def has_earned(self) -> bool:
        """Whether the line may leave shadow mode."""
        return self.marked >= ENOUGH_MARKS and self.useful > USEFUL * self.marked


def standings(marks: Sequence[Mark]) -> tuple[Standing, ...]:
    """By line: a message counts once, as useful when nobody who marked it says otherwise; withheld ones do not."""
    said: dict[tuple[str, str], list[bool]] = defaultdict(list)
    for mark in marks:
        if mark.sent:
            said[mark.rule, mark.proposal].append(mark.useful)
    rules = sorted({rule for rule, _ in said})
    by_rule = {rule: [all(words) for (of, _), words in said.items() if of == rule] for rule in rules}
    return tuple(Standing(rule, sum(useful), len(useful)) for rule, useful in by_rule.items())


OFFERED = "offered to act"
"""The name under which it is remembered, by team and kind of action, when a row of approvals was told of."""


def in_a_row(answers: Sequence[Approval], kind: str, since: StepBack | None) -> tuple[Approval, ...]:
    """The latest approvals of that kind, oldest first, that nothing has broken: no edit, no no, no undo, no step back.

    ``answers`` in their order. What a person asked for is no trial of ours.
    """
    row: list[Approval] = []
    for each in _trials(answers, kind):
        if since is None or each.at is None or each.at > since.at:
            row = [*row, each] if _is_plain(each) else []
    return tuple(row)


def broken_at(answers: Sequence[Approval], kind: str, since: StepBack | None) -> datetime | None:
    """When a row of that kind was broken last (company time); ``None`` when nothing on record has broken one."""
    breaks = [at for each in _trials(answers, kind) if not _is_plain(each) for at in (each.at, _taken_back(each)) if at]
    return max([*breaks, since.at] if since is not None else breaks, default=None)


def _trials(answers: Sequence[Approval], kind: str) -> Iterator[Approval]:
    """Those of that kind that were ours to propose."""
    for each in answers:
        asked_for = each.proposal.asked_by is not None or each.proposal.by_model
        if word_of(each.proposal.action) == kind and not asked_for:
            yield each


def _is_plain(answer: Approval) -> bool:
    return answer.state is ApprovalState.APPROVED and answer.edits is None and answer.undone is None


def _taken_back(answer: Approval) -> datetime | None:
    return answer.undone.at if answer.undone is not None else None
