"""What if tickets leave the sprint, and how often a forecast came true: both told in numbers, nothing is moved."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from models.directives import Directives
from models.forecasts import Forecast
from models.ids import IssueKey
from models.work import Facts, Issue, Progress, Snapshot, Sprint
from planner.bounds.worktime import team_calendar
from planner.facts.observe import of_sprint, sprint_url
from planner.foresight.outlook import Outlook
from planner.foresight.tickets import chance_without
from planner.foresight.trend import ENOUGH_SCORED, record_of
from planner.reports.forecast import about, by_its_end, moving, rests_on
from planner.words.odds import EVEN, percent
from planner.words.replies import PlainReply, SheetReply

_FORECAST = ("Will we make it?", "forecast")


def taken_out(
    sprint: Sprint, snapshot: Snapshot, facts: Facts, directives: Directives, seen: Outlook, named: Sequence[str]
) -> SheetReply:
    """The chance without the ``named`` tickets, keys in capitals or numbers, beside the chance as it is."""
    keys = list(dict.fromkeys(_key(each, seen, snapshot, sprint) for each in named))
    still = {each.issue.key: each.issue for each in seen.tickets}
    out = [still[key] for key in keys if key in still]
    end = by_its_end(sprint, team_calendar(directives, snapshot.team))
    others = tuple(_no_matter(key, sprint, snapshot) for key in keys if key not in still)
    return SheetReply(
        title=f"{sprint.name} · {directives.team(snapshot.team).name} · what if",
        headline=_headline(out, seen, end, others),
        read_at=snapshot.read_at,
        notes=(*(f"{each}." for each in others if out), *_cost(out, seen), rests_on(seen)),
        url=sprint_url(sprint, snapshot),
        choices=(*moving([issue.key for issue in out], facts), (_FORECAST[0], f"forecast id:{sprint.id}")),
        reason="What the rest is likely to come to",
    )


def hit_rate(scored: Sequence[Forecast]) -> PlainReply:
    """How often what was foretold of sprints that are over came true; nothing of fewer than ``ENOUGH_SCORED``."""
    record, over = record_of(scored, EVEN), len({each.sprint for each in scored if each.delivered is not None})
    if record is None:
        text = (
            f"No hit rate yet: it is told from {ENOUGH_SCORED} sprints on that are over and were foretold in one unit, "
            f"and there {'is' if over == 1 else 'are'} {over}."
        )
        return PlainReply(text=text, choices=(_FORECAST,))
    off = about(record.error, "point" if record.by_points else "issue")
    text = (
        f"The 80 % range held {record.held} of {record.sprints} times, each sprint by its forecast of about half time; "
        f"off by {off} on average. Brier score of the chances {record.brier:.2f}: 0 is perfect, 0.25 is what always "
        "50 % gets."
    )
    return PlainReply(text=text, choices=(_FORECAST,))


def _key(named: str, seen: Outlook, snapshot: Snapshot, sprint: Sprint) -> IssueKey:
    """The key that a number stands for: of what is open in the sprint first."""
    if not named.isdecimal():
        return IssueKey(named)
    every = [*(each.issue for each in seen.tickets), *of_sprint(snapshot, sprint)]
    return next((issue.key for issue in every if issue.key.rpartition("-")[2] == named), IssueKey(named))


def _headline(out: Sequence[Issue], seen: Outlook, end: str, others: Sequence[str]) -> str:
    now = percent(seen.foretold.chance)
    if not out:
        first = "; ".join(others)
        return f"{first}, so the chance is the same: {now}{end}."
    then = percent(chance_without(out, seen.stand, seen.foretold))
    return f"Without {_listed([issue.key for issue in out])}: {then}{end}. As it is: {now}. Nothing was moved."


def _listed(keys: Sequence[IssueKey]) -> str:
    *first, last = keys
    return f"{', '.join(first)}{' and ' if first else ''}{last}"


def _no_matter(key: str, sprint: Sprint, snapshot: Snapshot) -> str:
    """Why it makes no difference."""
    issue = next((each for each in of_sprint(snapshot, sprint) if each.key == key), None)
    if issue is None:
        return f"{key} is not in {sprint.name}"
    return f"{key} is a part of another ticket and does not count" if issue.subtask else f"{key} is done already"


def _cost(out: Sequence[Issue], seen: Outlook) -> Iterator[str]:
    """What is to be known of those that would leave."""
    begun = [issue.key for issue in out if issue.progress is Progress.DOING]
    if begun:
        yield f"{_listed(begun)} {'is' if len(begun) == 1 else 'are'} under way: the work in it would be left."
    bare = [issue.key for issue in out if seen.stand.by_points and not issue.points]
    if bare:
        yield f"{_listed(bare)} {'has' if len(bare) == 1 else 'have'} no estimate, so no point leaves with it."
