"""Whoever is in several teams asks one question: which of their teams it is about, and one reply from all of them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from bot.app import App
from models.directives import Directives, Team
from models.ids import IssueKey
from planner.asked.questions import AskMine, AskWhy, Question
from planner.asked.quiet.hushing import AskHeld, AskHush, AskHushed, AskUnhush
from planner.asked.quiet.pausing import AskPause, AskResume
from planner.asked.requests import Request, Wish, issues_named, same_of
from planner.asked.topics import AskIssue
from planner.facts.observe import is_ours
from planner.words.replies import ListReply, PlainReply, Reply, SheetReply

_KEY = re.compile(r"\b[a-z][a-z0-9_]*-\d+\b", re.IGNORECASE)
MOST_CHOICES = 5

_ALL = frozenset({"everything", "all"})


async def teams_for(question: Question, teams: Sequence[Team], app: App) -> Sequence[Team] | PlainReply:
    """The teams that shall answer, of those the asker is in (at least one); or which of them is meant."""
    if len(teams) == 1:
        return teams
    match question:
        case Request():
            return await _of_request(question, teams, app)
        case AskWhy(id=str(name)) if name:
            record = await app.ledger.why(name.casefold())
            return [team for team in teams if record is not None and team.id == record.team] or teams[:1]
        case AskHeld() | AskHushed() | AskMine() | AskPause() | AskResume():
            return teams
        case AskIssue(subject=subject):
            return [team for team in teams if is_ours(IssueKey(subject), team)][:1] or teams[:1]
        case AskHush(what=what) | AskUnhush(what=what):
            return _of_peace(what, teams, app.directives, undo=isinstance(question, AskUnhush))
        case _:
            return teams[:1]


async def _of_request(request: Request, teams: Sequence[Team], app: App) -> Sequence[Team] | PlainReply:
    """The team that owns the named ticket, or names the channel; of a bare number, whichever has such a ticket."""
    if request.wish is Wish.POST:
        names = {team.id: {n.casefold().lstrip("#") for pair in team.channels.items() for n in pair} for team in teams}
        return [team for team in teams if request.place in names[team.id]][:1] or teams[:1]
    named = [(team, key) for team in teams for key in issues_named(request, team) if is_ours(key, team)]
    if len(named) > 1:
        named = [(team, key) for team, key in named if await _has(app, team, key)] or named
    owners = list(dict.fromkeys(team.id for team, _ in named))
    if len(owners) > 1:
        again = tuple((str(key), same_of(request, key)) for _, key in named)
        return PlainReply(text="Which one?", choices=again[:MOST_CHOICES])
    return [team for team in teams if team.id in owners] or teams[:1]


async def _has(app: App, team: Team, key: IssueKey) -> bool:
    return any(issue.key == key for issue in (await app.store.facts_about(team.id)).issues)


def _of_peace(what: str, teams: Sequence[Team], directives: Directives, *, undo: bool) -> Sequence[Team]:
    """Where the ticket is; everything, and what comes by a rule, is of all of them."""
    keys = [IssueKey(key.upper()) for key in _KEY.findall(what)]
    owners = [team for team in teams if any(is_ours(key, team) for key in keys)]
    wide = what.casefold() in _ALL or any(line.id == what.casefold() for line in directives.lines())
    return owners or (teams if wide or undo else teams[:1])


def joined(replies: Sequence[Reply]) -> Reply:
    """One reply of those of several teams: lists as one list, the same words once."""
    lists = [reply for reply in replies if isinstance(reply, ListReply)]
    if lists:
        choices = tuple(dict.fromkeys(choice for each in lists for choice in each.choices))
        lines = tuple(line for each in lists for line in each.lines)
        return replace(lists[0], lines=lines, more=sum(each.more for each in lists), choices=choices[-MOST_CHOICES:])
    sheets = [reply for reply in replies if isinstance(reply, SheetReply)]
    if len(sheets) > 1:
        return _one_sheet(sheets)
    plain = [reply for reply in replies if isinstance(reply, PlainReply)]
    if len(plain) < 2 or len(plain) < len(replies):
        return replies[0]
    choices = tuple(dict.fromkeys(choice for each in plain for choice in each.choices))
    return PlainReply(text=" ".join(dict.fromkeys(each.text for each in plain)), choices=choices[:MOST_CHOICES])


def _one_sheet(sheets: Sequence[SheetReply]) -> SheetReply:
    """What several teams say of one person, each under its own name."""
    names = [sheet.title.rpartition(" · ")[2] for sheet in sheets]
    groups = tuple(
        replace(group, name=f"{name} · {group.name}")
        for name, sheet in zip(names, sheets, strict=True)
        for group in sheet.groups
    )
    notes = tuple(dict.fromkeys(note for sheet in sheets for note in sheet.notes))
    headline = " ".join(f"{name}: {sheet.headline}" for name, sheet in zip(names, sheets, strict=True))
    return replace(sheets[0], title=sheets[0].title.partition(" · ")[0], headline=headline, groups=groups, notes=notes)
