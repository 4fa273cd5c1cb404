"""One condition climbing its ladder: a Signal on each rung that is reached, and when the next one will be."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from models.directives import Directives
from models.pulls import PullRequest
from models.signals import Findings, Signal
from models.work import Snapshot
from planner.bounds.worktime import Calendar
from planner.hearers.addressing import hearer
from planner.hearers.escalation import climbed, ladder
from planner.hearers.moves import Move


def climb(
    first: Signal,
    move: Move | None,
    calendar: Calendar,
    snapshot: Snapshot,
    directives: Directives,
    *,
    strangers: bool = True,
) -> Findings:
    """``first`` on every rung it has reached: whose ``move`` it is hears, further up whoever the rung names.

    Without ``strangers``, what is the move of somebody the constitution does not know is nobody's business here,
    unless the line names who is told: a bot mends its own builds.
    """
    known = strangers or move is None or bool(move.who)
    rungs = [rung for rung in ladder(directives, first.kind) if known or rung.to is not None]
    reached, then = climbed(rungs, first.since, calendar, snapshot.now)
    signals = (
        replace(first, rule=rung.rule, step=rung.step, addressee=hearer(rung, move, snapshot, directives))
        for rung in reached
    )
    return Findings(tuple(signals), then)


def together(found: Iterable[Findings]) -> Findings:
    """What several have found as one."""
    all_of_them = tuple(found)
    signals = tuple(signal for each in all_of_them for signal in each.signals)
    return Findings(signals, min((each.ripens for each in all_of_them if each.ripens), default=None))


def pr_name(pr: PullRequest) -> str:
    """``PR payments-api#88``: the workspace is the same for all."""
    return f"PR {pr.id.rpartition('/')[2]}"
