"""From a request to the one Action it means, with what is so now; or to what is not understood, and choices."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from models.actions import (
    Action,
    ChangePriority,
    ChangeSprintScope,
    CloseIssue,
    DelegateTask,
    PostToOtherChannel,
    Reassign,
    Task,
    TransitionIssue,
    Unflag,
)
from models.directives import Directives, Member, Team
from models.ids import IssueKey, PersonId
from models.ways import Possible, same
from models.work import Facts, Issue, Progress, Sprint, SprintState
from planner.asked.requests.allowed import (
    MOST_CHOICES,
    UNKNOWN,
    close_into,
    ends_it,
    priority_named,
    shown,
    status_named,
)
from planner.asked.requests.judging import RANKING, is_about_people
from planner.asked.requests.names import BACKLOG, NEXT, PRIORITIES
from planner.asked.requests.parsing import CREATE, Request, Wish, same_of
from planner.facts.observe import is_ours
from planner.words.replies import PlainReply
from planner.words.sprints import by_end, coming, matching, nearest
from planner.words.typed import which

KEEPERS = "admins"
"""The role that keeps the constitution: whom to ask about a line of it."""

_MENTION = re.compile(r"<@([UW][A-Z0-9]+)(?:\|[^>]*)?>")
_CLOSE_ENOUGH = 0.75
"""Of difflib's ratio: what is so like a name we know is taken for a slip of the fingers."""


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks, and what is known of the team's work at that moment (company time)."""

    person: Member
    team: Team
    facts: Facts
    directives: Directives
    now: datetime


def meaning(request: Request, asker: Asker) -> Action | PlainReply:
    """The Action it asks for, with ``before`` as it is now; never a guess."""
    match request.wish:
        case Wish.POST:
            return _post(request, asker)
        case Wish.DELEGATE:
            return _delegate(request, asker)
        case Wish.FORBIDDEN:
            return _forbidden(request, asker)
    found = _issue(request, asker)
    if isinstance(found, PlainReply):
        return found
    match request.wish:
        case Wish.ASSIGN | Wish.UNASSIGN:
            return _assign(request, found, asker)
        case Wish.MOVE:
            return _move(request, found, asker)
        case Wish.PRIORITY | Wish.UNFLAG:
            return _unflag(found) if request.wish is Wish.UNFLAG else _priority(request, found, asker)
        case _:
            return _status(request, found, asker)


def issues_named(request: Request, team: Team) -> tuple[IssueKey, ...]:
    """The issues a request may be about; of a bare number, one in each project of the team."""
    if not request.issue.isdecimal():
        return (IssueKey(request.issue),) if request.issue else ()
    return tuple(IssueKey(f"{project}-{request.issue}") for project in team.jira.projects)


# --- an issue -----------------------------------------------------------------------------------------------


def _issue(request: Request, asker: Asker) -> Issue | PlainReply:
    named = issues_named(request, asker.team)
    if request.others:
        return _one_first((request, *request.others))
    if not named:
        return PlainReply(text=f"Which issue? For example: /pm {_EXAMPLES[request.wish]}")
    if not any(is_ours(key, asker.team) for key in named):
        projects = ", ".join(asker.team.jira.projects)
        return PlainReply(text=f"{named[0]} is not of this team's projects ({projects}), so I change nothing there.")
    held = {issue.key: issue for issue in asker.facts.issues}
    found = [held[key] for key in named if key in held]
    if len(found) > 1:
        again = tuple((str(i.key), same_of(request, i.key)) for i in found[:MOST_CHOICES])
        return PlainReply(text="Which one?", choices=again)
    if not found:
        return PlainReply(text=f"Jira shows me no {' or '.join(named)}, so nothing was asked.")
    return found[0]


def _one_first(asked: Sequence[Request]) -> PlainReply:
    """Several orders at once: each as a command of its own, called by its ticket where that tells them apart."""
    commands = dict.fromkeys((each.issue, same_of(each, each.issue)) for each in asked)
    apart = len({issue for issue, _ in commands}) == len(commands)
    choices = tuple((issue if apart else command, command) for issue, command in commands)[:MOST_CHOICES]
    return PlainReply(text=f"I do one {'ticket' if apart else 'change'} at a time. Which one first?", choices=choices)


_EXAMPLES = {
    Wish.ASSIGN: "assign PAY-7 to li",
    Wish.UNASSIGN: "unassign PAY-7",
    Wish.MOVE: "move PAY-7 to sprint 25",
    Wish.CLOSE: "close PAY-7",
    Wish.PRIORITY: "priority PAY-7 High",
    Wish.SET: "set PAY-7 to In Review",
    Wish.UNFLAG: "unflag PAY-7",
}


def _assign(request: Request, issue: Issue, asker: Asker) -> Action | PlainReply:
    if issue.progress is Progress.DONE:
        return PlainReply(text=f"{issue.key} is done.")
    giver = next((p.id for p in asker.facts.people if issue.assignee in p.accounts), None)
    if issue.assignee is not None and giver is None:
        words = f"{issue.key} belongs to somebody the constitution does not know. Change its owner in Jira."
        return PlainReply(text=words)
    taker: PersonId | None = None
    if request.wish is Wish.ASSIGN:
        member = _member(request, asker)
        if isinstance(member, PlainReply):
            return member
        if all(p.account is None for p in asker.facts.people if p.id == member.id):
            return PlainReply(text=f"I do not know {member.name}'s Jira account. An admin can tell me: pm people map")
        taker = member.id
    if taker == giver:
        owner = asker.team.member(taker).name if taker is not None else "Nobody"
        return PlainReply(text=f"{owner} has {issue.key} already.")
    return Reassign(issue=issue.key, issue_title=issue.title, issue_url=issue.url, giver=giver, taker=taker)


def _member(request: Request, asker: Asker) -> Member | PlainReply:
    """By Slack mention or id; else by a name that only one has. ``me`` is who asks."""
    wanted, members = request.value.casefold().lstrip("@"), asker.team.members
    mention = _MENTION.search(request.value)
    if mention is not None:
        found = [m for m in members if m.slack == mention[1]]
    elif wanted in ("me", "myself"):
        found = [asker.person]
    else:
        found = [m for m in members if wanted == m.id.casefold()] or [m for m in members if wanted == m.name.casefold()]
        found = found or [m for m in members if wanted and wanted in m.name.casefold().split()]
    if len(found) == 1:
        return found[0]
    offered = found or _nearest(wanted, members)
    choices = tuple((m.name, f"assign {request.issue} to {m.id}") for m in offered[:MOST_CHOICES])
    if found:
        return PlainReply(text=f"Which {request.value}?", choices=choices)
    who = f"Nobody in {asker.team.name} is called “{shown(request.value)}”." if request.value else "To whom?"
    return PlainReply(text=who, choices=choices)


def _nearest(wanted: str, members: Sequence[Member]) -> list[Member]:
    """Whose name comes nearest to what was typed first, for a slip of the fingers."""

    def likeness(member: Member) -> float:
        names = (member.id, member.name.casefold(), *member.name.casefold().split())
        return max(difflib.SequenceMatcher(None, wanted, name).ratio() for name in names)

    return sorted(members, key=likeness, reverse=True) if wanted else list(members)


def _move(request: Request, issue: Issue, asker: Asker) -> Action | PlainReply:
    sprints = {sprint.id: sprint for sprint in asker.facts.sprints}
    target = _sprint(request, issue, asker)
    if isinstance(target, PlainReply):
        return target
    here = sprints.get(issue.sprint) if issue.sprint is not None else None
    before = here if here is not None and here.state is not SprintState.CLOSED else None
    if (before.id if before else None) == (target.id if target else None):
        return PlainReply(text=f"{issue.key} is in {target.name if target else 'the backlog'} already.")
    return ChangeSprintScope(
        issue=issue.key,
        issue_title=issue.title,
        issue_url=issue.url,
        before=before.id if before else None,
        after=target.id if target else None,
        before_name=before.name if before else "",
        after_name=target.name if target else "",
    )


def _sprint(request: Request, issue: Issue, asker: Asker) -> Sprint | None | PlainReply:
    """The open sprint it shall go to; ``None`` is the backlog."""
    wanted, every = request.value.casefold(), asker.facts.sprints
    open_ones = [sprint for sprint in every if sprint.state is not SprintState.CLOSED]
    if wanted in BACKLOG:
        return None
    if not wanted:
        return PlainReply(text="Where to?", choices=_into(issue, [*by_end(open_ones)]))
    if wanted in NEXT:
        first = coming(every)
        found: tuple[Sprint, ...] = (first,) if first is not None else ()
    else:
        name = which(wanted)
        running = tuple(s for s in open_ones if s.state is SprintState.ACTIVE)
        found = running if name is None else matching(name, every)
    if len(found) == 1 and found[0].state is SprintState.CLOSED:
        return PlainReply(text=f"{found[0].name} is over and takes no issues.", choices=_into(issue, by_end(open_ones)))
    if len(found) == 1:
        return found[0]
    words = "Which sprint?" if found else f"There is no sprint “{shown(request.value)}” here."
    return PlainReply(text=words, choices=_into(issue, list(found) or nearest(wanted, open_ones)))


def _into(issue: Issue, sprints: list[Sprint]) -> tuple[tuple[str, str], ...]:
    offered = [(sprint.name, f"move {issue.key} to id:{sprint.id}") for sprint in sprints[: MOST_CHOICES - 1]]
    return (*offered, ("The backlog", f"move {issue.key} to the backlog"))


def _priority(request: Request, issue: Issue, asker: Asker) -> Action | PlainReply:
    names = _possible(request, issue).priorities
    if names is None:
        names = (*PRIORITIES, *sorted({i.priority for i in asker.facts.issues if i.priority} - {*PRIORITIES}))
        name = _one_of([*names], request, f"priority {issue.key}", "Which priority?")
    else:
        name = priority_named(_wanted(request), issue, names)
    if isinstance(name, PlainReply):
        return name
    if name.casefold() == (issue.priority or "").casefold():
        return PlainReply(text=f"{issue.key} has priority {issue.priority} already.")
    return ChangePriority(
        issue=issue.key, issue_title=issue.title, issue_url=issue.url, before=issue.priority, after=name
    )


def _unflag(issue: Issue) -> Action | PlainReply:
    if issue.flagged_since is None:
        return PlainReply(text=f"{issue.key} is not flagged.")
    return Unflag(issue=issue.key, issue_title=issue.title, issue_url=issue.url, since=issue.flagged_since)


def _status(request: Request, issue: Issue, asker: Asker) -> Action | PlainReply:
    ways = _possible(request, issue).transitions
    if request.wish is Wish.CLOSE:
        if issue.progress is Progress.DONE:
            return PlainReply(text=f"{issue.key} is {issue.status} already.")
        if ways is not None:
            return close_into(issue, ways)
        return CloseIssue(issue=issue.key, issue_title=issue.title, issue_url=issue.url, before=issue.status)
    if same(_wanted(request), issue.status):
        return PlainReply(text=f"{issue.key} is {issue.status} already.")
    if ways is not None:
        name = status_named(_wanted(request), issue, ways)
    else:
        seen = sorted({i.status for i in asker.facts.issues if i.status})
        name = _one_of(seen, request, f"set {issue.key} to", "To which status?")
    if isinstance(name, PlainReply):
        return name
    return TransitionIssue(
        issue=issue.key,
        issue_title=issue.title,
        issue_url=issue.url,
        before=issue.status,
        after=name,
        ends=ends_it(name, ways, asker.facts),
    )


def _possible(request: Request, issue: Issue) -> Possible:
    return request.possible.get(issue.key, UNKNOWN)


def _wanted(request: Request) -> str:
    return " ".join(request.value.split())


def _one_of(seen: list[str], request: Request, again: str, question: str) -> str | PlainReply:
    """A name as Jira writes it, without asking: one we have not seen may still exist, unless it looks like a slip."""
    wanted = _wanted(request)
    choices = tuple((name, f"{again} {name}") for name in seen[:MOST_CHOICES])
    if not wanted:
        return PlainReply(text=question, choices=choices)
    known = {name.casefold(): name for name in seen}
    if wanted.casefold() in known:
        return known[wanted.casefold()]
    alike = difflib.get_close_matches(wanted.casefold(), known, n=2, cutoff=_CLOSE_ENOUGH)
    if not alike:
        return wanted[:60]
    meant = tuple((known[name], f"{again} {known[name]}") for name in alike)
    return PlainReply(text=f"There is no “{shown(wanted)}” that I know of. Did you mean this?", choices=meant)


# --- elsewhere ----------------------------------------------------------------------------------------------


def _post(request: Request, asker: Asker) -> Action | PlainReply:
    channels = asker.team.channels
    role = next((r for r, name in channels.items() if request.place in (r.casefold(), name.lstrip("#").casefold())), "")
    if not role:
        known = ", ".join(f"#{name.lstrip('#')}" for name in channels.values())
        return PlainReply(text=f"I post in channels the constitution names: {known}. For example: /pm post ops: text")
    if not request.value:
        return PlainReply(text=f"Post what? For example: /pm post {role}: text")
    return PostToOtherChannel(channel=role, headline=request.value, facts=())


def _delegate(request: Request, asker: Asker) -> Action | PlainReply:
    if is_about_people(request, asker.team):
        return _forbidden(replace(request, value=RANKING), asker)
    tasks = {name: task for task in Task for name in (task.value, task.value.replace("_", "-"))}
    task = tasks.get(request.place) or next((t for word, t in _SHORT.items() if word == request.place), None)
    wanted = request.value or ("the running sprint" if task is Task.SPRINT_REPORT else "")
    if task is None or not wanted:
        offered = ", ".join(_SHORT)
        return PlainReply(text=f"Delegate what, about what? Tasks: {offered}. For example: /pm delegate cause PAY-7")
    about = next((key for key in _keys_in(wanted) if is_ours(key, asker.team)), wanted)
    if task is Task.ROOT_CAUSE and asker.facts.issue(IssueKey(about)) is None:
        return PlainReply(text=f"I hold no ticket “{shown(about)}”. For example: /pm delegate cause PAY-7")
    asked = about if task is Task.ROOT_CAUSE else wanted
    return DelegateTask(task=task, about=about[:120], question=f"{_WORDS[task]}: {asked}")


def _keys_in(text: str) -> list[IssueKey]:
    return [IssueKey(found.upper()) for found in re.findall(r"\b[A-Za-z][A-Za-z0-9_]{1,30}-\d{1,9}\b", text)]


_WORDS = {
    Task.ROOT_CAUSE: "what is behind it",
    Task.SPRINT_REPORT: "write a report",
    Task.PATTERN: "look into a pattern",
    Task.SYNTHESIS: "put together what the sources say",
}
_SHORT = {"cause": Task.ROOT_CAUSE, "report": Task.SPRINT_REPORT, "pattern": Task.PATTERN, "sources": Task.SYNTHESIS}


def _forbidden(request: Request, asker: Asker) -> PlainReply:
    if request.value == "change_constitution":
        words = f"{_ASIDE} {whom_to_ask(asker.team, asker.person.id)}"
        return PlainReply(text=words, choices=(("Which rules?", "directives"),))
    cannot = f"I cannot {_CANNOT.get(request.value, 'do that')}, whoever asks"
    line = next((li for li in asker.directives.lines() if request.value in _nevers(li.rule)), None)
    if line is None:
        instead = _INSTEAD.get(request.value, "")
        return PlainReply(text=f"{cannot}: there is no such action.{instead}")
    return PlainReply(text=f"{cannot}: {line.id} ({line.says.rstrip('.')}). {whom_to_ask(asker.team, asker.person.id)}")


_CANNOT = {
    "change_code": "deploy, commit or change code in any way",
    "merge_pull_request": "merge a pull request",
    "delete_issue": "delete a ticket",
    "rank_people": "rank or compare people",
    CREATE: "create a ticket",
}
"""By the constitution's word for it, what was asked for."""

_INSTEAD = {
    "delete_issue": " To have it closed: /pm close PAY-7",
    CREATE: " Create it in Jira; I read it there within minutes.",
}
_ASIDE = (
    "I cannot set my rules aside, whoever asks. What you want done you can ask for as it is: the rules say whose yes "
    "it takes."
)


def _nevers(rule: object) -> tuple[str, ...]:
    """What a line forbids outright: what only wants somebody's yes is no reason for a no."""
    if getattr(rule, "unless_approved_by", None):
        return ()
    return tuple(getattr(rule, "never", ()) or ())


def keepers_of(team: Team) -> Sequence[PersonId]:
    """Who keeps the constitution, and sets the agent up."""
    return team.people_of(KEEPERS) or team.people_of("pm")


def whom_to_ask(team: Team, asker: PersonId | None = None) -> str:
    """Who keeps the constitution, for somebody it has just refused."""
    keepers = keepers_of(team)
    if asker in keepers:
        return "You keep the constitution."
    names = [member.name for member in team.members if member.id in keepers]
    return f"Ask {names[0]}." if names else "Nobody is named who keeps the constitution."
