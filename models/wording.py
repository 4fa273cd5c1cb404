"""A line of the constitution explained to people: what its rule does, who is asked, where it goes, for example."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from models.actions import FORESEEN
from models.consistency import located, nearest
from models.directives import (
    Allow,
    Ask,
    Directive,
    Directives,
    EscalateRule,
    Hours,
    Learn,
    LimitReminders,
    LookEvery,
    Never,
    RepeatAfter,
    Require,
    Route,
    Team,
    TryFirst,
    Watch,
)
from models.directives_file import explain, written
from models.errors import OperatorError
from models.meanings import Meaning
from models.scalars import Node
from models.signals import SignalKind


class _Told(NamedTuple):
    rule: str = ""
    effect: str = ""
    example: str = ""


def meanings(directives: Directives) -> tuple[Meaning, ...]:
    """Every line, in the order of the file, the levels of urgency before their own lines."""
    kept = {line.id: line for line in explain(directives)}
    found = [Meaning("role", "role", kept["role"].says, kept["role"].kept, *_Told())]
    for place, line in located(directives):
        section = ".".join(str(step) for step in place[:-1] if step != "directives")
        told = tell(line.rule, directives) if line.rule else _by_others(line.kept_by)
        told = told._replace(rule="; ".join(filter(None, (told.rule, *_trusted(line, directives)))))
        found.append(Meaning(line.id, section, line.says, kept[line.id].kept, *told))
    for name, level in directives.urgency.items():
        first = next((n for n, each in enumerate(found) if each.section == f"urgency.{name}"), len(found))
        known = kept[f"urgency-{name}"]
        found.insert(first, Meaning(known.id, f"urgency.{name}", known.says, known.kept, *tell(level.rule, directives)))
    return tuple(found)


def _trusted(line: Directive, directives: Directives) -> Iterator[str]:
    """In which teams this line, or the action it speaks of, goes less far or further than its team, and since when."""
    action = line.rule.allow if isinstance(line.rule, Allow) else ""
    for team in directives.teams:
        for name in dict.fromkeys(filter(None, (line.id, action))):
            if name in team.modes:
                yield f"{name if name == action else 'this line'} is in {team.modes[name]} mode in {team.id}"
        for step in team.stepped:
            if step.kind == action:
                day = step.at.astimezone(team.tz)
                since = f"stepped back after {step.cause.after} on {day:%a} {day.day} {day:%b}"
                yield f"in {team.id} it asks again: {since}"


def meaning(name: str, directives: Directives) -> Meaning:
    """The line of that id. Raises ``OperatorError`` with the nearest id there is."""
    known = {line.id: line for line in meanings(directives)}
    if name not in known:
        hint = nearest(name, known) or "; pm directives explain lists them all"
        raise OperatorError(f"no line has the id {name[:80]!r}{hint}")
    return known[name]


def _by_others(names: tuple[str, ...]) -> _Told:
    return _Told(f"kept by the rules of {' and '.join(names)}") if names else _Told()


# --- rules --------------------------------------------------------------------------------------------------


def tell(rule: Node, directives: Directives) -> _Told:
    """A rule in plain words, what it is in the product, and an example of it at work."""
    match rule:
        case Watch() | EscalateRule():
            return _found(rule, directives)
        case Allow() | Ask() | Never():
            return _permitted(rule, directives)
        case LookEvery():
            return _looked(rule)
        case _:
            return _limited(rule, directives)


FINDS = {
    SignalKind.BLOCKED_TOO_LONG: ("a ticket that is blocked", "PAY-12 is flagged"),
    SignalKind.BLOCKER_OF_SEVERAL: (
        "a ticket that holds up others and makes no progress",
        "PAY-12 stands still and others wait for it",
    ),
    SignalKind.STALE_IN_PROGRESS: (
        "a ticket in progress without a sign of life: no change in Jira, no work on a pull request",
        "PAY-12 is in progress and nothing happens to it",
    ),
    SignalKind.OVERDUE_DATE: (
        "an unfinished ticket whose due day is over where its owner lives",
        "PAY-12 was due yesterday",
    ),
    SignalKind.REVIEW_OVERDUE: ("a pull request that waits for a review", "pull request #41 waits for its reviewer"),
    SignalKind.REVIEWS_PILING_UP: ("reviews of one person's work that pile up", "one more review is asked for"),
    SignalKind.CHANGES_IDLE: ("requested changes that their author lets lie", "pull request #41 is to be changed"),
    SignalKind.BUILD_RED: ("a pull request that waits and whose build fails", "the build of pull request #41 fails"),
    SignalKind.MERGED_BUT_OPEN: ("a ticket that a merge has left where it was", "#41 for PAY-12 is merged"),
    SignalKind.DONE_BUT_OPEN: ("a pull request still open though its ticket is done", "PAY-12 is done and #41 is open"),
    SignalKind.WORK_OUTSIDE_SPRINT: (
        "a pull request for a ticket of no running sprint",
        "pull request #41 is opened for PAY-90 of the backlog",
    ),
    SignalKind.NOBODY_ASSIGNED: ("a ticket of the sprint that has no owner", "PAY-12 is put into the sprint unowned"),
    SignalKind.SPRINT_AT_RISK: ("a sprint whose goal is at risk", "the sprint is behind near its end"),
    SignalKind.SPRINT_CRITICAL: ("a sprint that is about to end far from done", "the sprint is far behind at its end"),
    SignalKind.SCOPE_CHANGED: ("tickets that were put into a running sprint", "the sprint grows after it began"),
    SignalKind.PERSON_OVERLOADED: ("somebody with many tickets in progress at once", "Ann begins another ticket"),
    SignalKind.PERSON_AWAY: (
        "somebody who is away with unfinished work in the running sprint",
        "Ann is on vacation and two tickets are hers",
    ),
    SignalKind.PRODUCTION_DOWN: (
        "a ticket, of this sprint or not, that says that production is down, by the marks of the levels of urgency",
        "PAY-12 gets one of those priorities and one of those labels",
    ),
}
"""For each condition: what it is, and how it may begin. Others are told by their own word."""


def _found(rule: Watch | EscalateRule, directives: Directives) -> _Told:
    kind = rule.watch if isinstance(rule, Watch) else rule.escalate
    what, begins = FINDS.get(kind, (kind.replace("_", " "), f"it comes to '{kind.replace('_', ' ')}'"))
    bounds = thresholds(rule)
    when = f", {bounds}" if bounds else ""
    if isinstance(rule, Watch):
        then = _then(rule, directives)
        return _Told(f"finds {what}{when}; {then}", f"signal {kind}", f"{begins}{when}: {then}, once.")
    place = _place(rule.to or _routed(directives), directives)
    words = f"takes {what} further{when}: to {place}"
    return _Told(words, f"signal {kind}, next step of its ladder", f"{begins}{when}: {place} hears of it, once.")


REMEDIES = {
    SignalKind.MERGED_BUT_OPEN: ("its status is moved on", "transition_issue"),
    SignalKind.WORK_OUTSIDE_SPRINT: ("that it joins the sprint is proposed", "change_sprint_scope"),
}
"""For each condition that a change of the ticket may settle: the change, and the action whose line decides on it."""


FOR_THE_PM = frozenset(
    {
        SignalKind.SPRINT_AT_RISK,
        SignalKind.SPRINT_CRITICAL,
        SignalKind.SCOPE_CHANGED,
        SignalKind.PERSON_OVERLOADED,
        SignalKind.PERSON_AWAY,
    }
)
"""Conditions that are nobody's move: the PM hears first, unless the line tells another role."""


def _then(rule: Watch, directives: Directives) -> str:
    """Who hears, or what is changed instead."""
    role = rule.tell or ("pm" if rule.watch in FOR_THE_PM else "")
    hears = f"{_people(role, directives)} is told" if role else "whoever has the next move is told, else the pm"
    if rule.watch not in REMEDIES:
        return hears
    change, action = REMEDIES[rule.watch]
    return f"{change}, as the line about {action} has it; where that does not fit {hears}"


def _routed(directives: Directives) -> str:
    """Where an escalation goes that names no place."""
    routes = (line.rule for line in directives.lines() if isinstance(line.rule, Route))
    return next((rule.to for rule in routes if rule.route == "escalations"), "pm")


BOUNDS = {
    "after": "after {}",
    "days_before_end": "from {} working days before the end of the sprint",
    "done_below": "when less than {} is done",
    "chance_below": "when its chance to be made is below {}",
    "more_than": "when there are more than {}",
}


def thresholds(rule: Node) -> str:
    """The figures of a rule with their units: ``after 8 business hours``. Empty when it has none."""
    names = {"watch", "escalate", "to", "tell"}
    given = [(key, value) for key, value in rule if key not in names and value not in (None, ())]
    if {"done_below", "chance_below"} <= {key for key, _ in given}:  # the second decides wherever there is a forecast
        given = sorted(given, key=lambda each: each[0] == "done_below")
    told = ", ".join(BOUNDS.get(key, f"{key.replace('_', ' ')} {{}}").format(written(value)) for key, value in given)
    told = re.sub(r"(made is below [^,]+), when", r"\1, or without a forecast when", told)
    return re.sub(r"\b1 working days\b", "1 working day", told)


LEARNT = {
    "response": "how soon each person answers",
    "channel": "where each person answers",
    "hour": "at which hour each person answers",
    "feedback": "what readers say of its messages",
    "velocity": "what each sprint comes to",
}
"""What each word of a ``learn`` rule means."""


_FOUR_EYES = ", never of whoever asked for it"


def _permitted(rule: Allow | Ask | Never, directives: Directives) -> _Told:
    match rule:
        case Allow(allow=word, when=when):
            limit = f" when {when.replace('_', ' ')}" if when else ""
            return _Told(
                f"{_act(word)} needs nobody's yes{limit}",
                _action(word),
                _happens(word, f"is done without asking in mode act{limit}"),
            )
        case Ask(ask=word, of=role, four_eyes=four):
            who = _people(role, directives) + (_FOUR_EYES if four else "")
            words = f"{_act(word)} waits for a yes of {who}"
            return _Told(words, _action(word), _happens(word, f"becomes a card with Approve and Deny for {who}"))
        case Never(never=words, unless_approved_by=None):
            told = " and ".join(_act(word) for word in words)
            return _Told(f"{told}: never", _action(*words), _happens(words[0], "is refused, whoever asks"))
        case Never(never=words, unless_approved_by=str(role), four_eyes=four):
            who = _people(role, directives) + (_FOUR_EYES if four else "")
            told = " and ".join(_act(word) for word in words)
            example = _happens(words[0], f"waits for the yes of {who}; without it, it never happens")
            return _Told(f"{told}: never without a yes of {who}", _action(*words), example)
    return _Told()


def _act(word: str) -> str:
    return f"'{word.replace('_', ' ')}'"


def _action(*words: str) -> str:
    told = [f"{word} (no such action exists in this version)" if word in FORESEEN else word for word in words]
    return f"action {', '.join(told)}"


def _happens(word: str, what: str) -> str:
    if word in FORESEEN:
        return f"{_act(word)} is proposed: it is refused, since no such action exists in this version."
    return f"{_act(word)} is proposed: it {what}."


def _looked(rule: LookEvery) -> _Told:
    """The conditions go together as the planner takes them: any of them makes things that urgent."""
    when = "; or ".join(filter(None, (_production(rule), _behind(rule), _blocking(rule), _reviewing(rule))))
    words = f"looks again every {rule.look_every} when {when or 'nothing more urgent holds'}"
    example = f"This level is reached at 10:00: the next look is at most {rule.look_every} later."
    return _Told(words, "limit: time until the next look", example)


def _production(rule: LookEvery) -> str:
    marks = rule.production_down
    told = [f"{key} {' or '.join(each)}" for key, each in marks or () if each]
    return f"a ticket says that production is down ({', '.join(told)})" if told else ""


def _behind(rule: LookEvery) -> str:
    if rule.done_below is None:
        return ""
    return f"less than {written(rule.done_below)} of a sprint is done, working days left: {rule.days_left or 0} or less"


def _blocking(rule: LookEvery) -> str:
    holds = f" and holds up {rule.blocker_of} tickets or more" if rule.blocker_of else ""
    return f"a ticket has been blocked for {rule.blocked_for}{holds}" if rule.blocked_for else ""


def _reviewing(rule: LookEvery) -> str:
    only = f" for a ticket of priority {' or '.join(rule.review_priorities)}" if rule.review_priorities else ""
    return f"a review has waited for {rule.review_waiting}{only}" if rule.review_waiting else ""


def _limited(rule: Node, directives: Directives) -> _Told:
    match rule:
        case LimitReminders(per_person_per_day=most, critical_per_person_per_day=critical):
            words = f"unasked reminders per person and day: at most {most}, and {critical} more for critical matters"
            words += "; fewer where somebody says so in their Home"
            return _Told(words, "limit: attention budget", f"Reminder {most + 1} of the day waits in App Home.")
        case Hours(hours=hours, days=days):
            words = f"people are reached {hours} of their own time zone, on {', '.join(days)}"
            words += "; somebody's own word in their Home wins"
            return _Told(
                words,
                "limit: quiet hours",
                f"What is found at night waits until {rule.begin:%H:%M} of the next working day.",
            )
        case Route(route=topic, to=to):
            place = _place(to, directives)
            words = f"what is about {topic} goes to {place}"
            return _Told(words, f"route {topic}", f"A message about {topic} is posted to {place}.")
        case Learn(learn=things):
            words = f"learns {' and '.join(LEARNT[thing] for thing in things)}; it changes order and timing only"
            shown = "/pm me shows what is known of you, with Delete beside it."
            return _Told(words, f"lesson {', '.join(things)}", shown)
        case Require(require=parts):
            words = f"every message carries {', '.join(parts)}"
            return _Told(words, "limit: form of a message", f"A reminder without {parts[-1]} is refused, not sent.")
        case TryFirst(try_first=span):
            words = f"whoever has the next move is told, and has {span} of their working time before anybody else is"
            example = f"A ticket could go further, and its owner was told an hour ago: it waits for {span} in all."
            return _Told(words, "limit: steps of a ladder", example)
        case RepeatAfter(repeat_after=span):
            words = f"what comes back is told to the same person again after {span} at the soonest, unless more urgent"
            example = f"A build is mended and red again: its author hears of it {span} after the last time."
            return _Told(words, "limit: repeats", example)
        case _:
            return _Told(thresholds(rule), f"rule {type(rule).__name__}", "")


# --- people and places --------------------------------------------------------------------------------------


def _place(to: str, directives: Directives) -> str:
    """``#engineering``, or the people of a role; each team's own where there are several."""
    return _each(directives, lambda team: f"#{team.channels[to]}" if to in team.channels else _holders(to, team))


def _people(role: str, directives: Directives) -> str:
    return _each(directives, lambda team: _holders(role, team))


def _holders(role: str, team: Team) -> str:
    return f"{role} ({', then '.join(team.people_of(role)) or 'nobody'})"


def _each(directives: Directives, of: Callable[[Team], str]) -> str:
    told = {team.id: of(team) for team in directives.teams}
    if len(set(told.values())) == 1:
        return next(iter(told.values()))
    return ", ".join(f"{words} for {team}" for team, words in told.items())
