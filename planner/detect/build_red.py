"""A pull request that waits and whose build fails; nobody can go on with it but its author, who hears."""

from __future__ import annotations

from models.directives import Directives
from models.pulls import BuildState, PullRequest
from models.signals import Evidence, Findings, Signal, SignalKind, Urgency
from models.work import Snapshot
from planner.bounds.worktime import Calendar, quoted, watch_calendar
from planner.detect.rungs import climb, pr_name, together
from planner.hearers.moves import Move, Step, open_moves


def build_red(snapshot: Snapshot, directives: Directives) -> Findings:
    """Pull requests whose next move is to mend the build, counted from when it ended badly."""
    return together(_look(pr, move, snapshot, directives) for pr, move in open_moves(snapshot, directives))


def _look(pr: PullRequest, move: Move, snapshot: Snapshot, directives: Directives) -> Findings:
    if move.step is not Step.MEND_BUILD or pr.build is None:
        return Findings(())
    calendar = watch_calendar(directives, directives.team(snapshot.team), move.turns[0].person)
    return climb(_signal(pr, move, calendar, snapshot), move, calendar, snapshot, directives, strangers=False)


def _signal(pr: PullRequest, move: Move, calendar: Calendar, snapshot: Snapshot) -> Signal:
    build = pr.build
    names = ", ".join(build.failing[:3]) if build else ""
    what = "stopped" if build and build.state is BuildState.STOPPED else "failing"
    waits = calendar.words(calendar.working_time_between(move.since, snapshot.now))
    told = [Evidence(f"{what.capitalize()} since {calendar.when(move.since)}", (build and build.url) or pr.url)]
    told += [Evidence(f"Builds: {names}")] if names else []
    told += [Evidence(f"For {', '.join(pr.issues[:3])}")] if pr.issues else []
    return Signal(
        kind=SignalKind.BUILD_RED,
        subject=pr.id,
        headline=f"{pr_name(pr)} {quoted(pr.title)} has had a {what} build for {waits}",
        url=pr.url,
        since=move.since,
        urgency=Urgency.MEDIUM,
        addressee=None,
        evidence=tuple(told),
        rule="",
    )
