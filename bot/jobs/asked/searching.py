"""Somebody looks for something: Jira and Slack are searched beside each other, and what is found is told as data.

What everybody in the place may not read is not shown there: of Slack only public channels, and the one it is asked in.
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from bot.app import App
from integrations.fallback import Result
from models.directives import Team
from models.errors import VendorError
from models.found import FoundIssue, FoundMessage
from models.ids import PersonId
from planner.asked.relay import shown
from planner.asked.topics import AskSearch, Where
from planner.words.replies import Group, PlainReply, Reply, Row, SheetReply

log = logging.getLogger(__name__)

PATIENCE = 20.0
"""Seconds one source may take: then what the other has found is told."""

MOST = 8
"""Rows of one group."""

STEPS: Mapping[Where, str] = {Where.JIRA: "Searching Jira", Where.SLACK: "Searching Slack"}
"""What is said while it is under way."""

Told = Callable[[Where, bool], Awaitable[None]]
"""Hears of each source as it has been searched, and whether it answered."""


@dataclass(frozen=True, slots=True)
class Found:
    """What one source had, or why it had nothing."""

    result: Result | None
    trouble: str = ""


async def nobody(where: Where, well: bool) -> None:
    """For who need not hear of each source."""


def sources(question: AskSearch) -> tuple[Where, ...]:
    """Where it is looked for."""
    return (question.where,) if question.where is not None else (Where.JIRA, Where.SLACK)


async def searched(
    app: App, question: AskSearch, team: Team, asker: PersonId | None, place: str = "", told: Told = nobody
) -> Reply:
    """The answer; ``place`` is the channel it is asked in. Never raises ``VendorError``: trouble is told."""
    return told_of(question, await found_for(app, question, team, asker, place, told), team)


async def found_for(
    app: App, question: AskSearch, team: Team, asker: PersonId | None, place: str, told: Told = nobody
) -> Mapping[Where, Found]:
    """What each source has that everybody in the place may read, or why it has nothing; raises as ``searched``."""
    wanted = sources(question)
    asked = [_of(app, where, question, team, asker, told) for where in wanted]
    found = dict(zip(wanted, await asyncio.gather(*asked), strict=True))
    messages = found.get(Where.SLACK)
    if messages is not None and messages.result is not None:
        found[Where.SLACK] = replace(messages, result=await _readable(app, messages.result, place))
    return found


async def _of(app: App, where: Where, question: AskSearch, team: Team, asker: PersonId | None, told: Told) -> Found:
    try:
        async with asyncio.timeout(PATIENCE):
            found = Found(await app.finding.search(question.query(where), team.id, asker=asker))
    except TimeoutError:
        found = Found(None, f"{_NAMES[where]} did not answer within {PATIENCE:.0f} seconds")
    except VendorError as failure:
        log.info("a search had no answer: %s", failure, extra={"action": "search_failed"})
        found = Found(None, f"{_NAMES[where]} could not be searched: {failure}")
    await told(where, found.result is not None)
    return found


_NAMES = {Where.JIRA: "Jira", Where.SLACK: "Slack"}


async def _readable(app: App, result: Result, place: str) -> Result:
    """Without our own posts and what stands in channels that not everybody here may read; in doubt, without it."""
    own = await _myself(app)
    result = replace(result, messages=tuple(m for m in result.messages if not own or m.author != own))
    names = {each.channel_name for each in result.messages if each.channel_name}
    public = {name for name in names if await _is_public(app, name)}
    shown = tuple(m for m in result.messages if m.channel_name in public or (place and m.channel == place))
    hidden = len(result.messages) - len(shown)
    note = (f"{hidden} more in private channels {'is' if hidden == 1 else 'are'} not shown here",) if hidden else ()
    return replace(result, messages=shown, notes=(*result.notes, *note))


async def _myself(app: App) -> str:
    """Our own id in Slack; empty when it does not tell."""
    try:
        return await app.slack.myself() if app.slack is not None else ""
    except VendorError:
        return ""


async def _is_public(app: App, name: str) -> bool:
    try:
        return app.slack is not None and await app.slack.is_public(name)
    except VendorError:
        return False


# --- as data ----------------------------------------------------------------------------------------------------


def told_of(question: AskSearch, found: Mapping[Where, Found], team: Team) -> Reply:
    """What was found, or why nothing can be said."""
    trouble = [words for each in found.values() if (words := _trouble(each))]
    if len(trouble) == len(found):
        return PlainReply(text=f"I don't know: {trouble[0].rstrip('.')}.")
    results = {where: each.result for where, each in found.items() if each.result and not each.result.problem}
    issues = list({issue.key: issue for each in results.values() for issue in each.issues}.values())
    messages = [message for each in results.values() for message in each.messages]
    notes = [note for each in results.values() for note in each.notes]
    groups = [group for group in (_issues(issues, team), _messages(messages, team)) if group.rows]
    if len(groups) == 1:
        groups = [replace(groups[0], name="")]  # the headline says what they are
    return SheetReply(
        reason="Status" if issues else "When",
        title=f"Search · {question.words}",
        headline=_headline(len(issues), len(messages), results),
        groups=tuple(groups),
        notes=tuple(f"{note[:1].upper()}{note[1:]}." for note in (*trouble, *notes)),
        heading="What",
        post_to_channel=False,
    )


def _trouble(found: Found) -> str:
    return found.trouble if found.result is None else found.result.problem


def _headline(issues: int, messages: int, where: Mapping[Where, Result]) -> str:
    """``3 tickets and 2 messages.``"""
    counted = [
        f"{number} {noun}{'' if number == 1 else 's'}"
        for number, noun, source in ((issues, "ticket", Where.JIRA), (messages, "message", Where.SLACK))
        if source in where
    ]
    if not issues and not messages:
        return f"Nothing found in {' and '.join(_NAMES[each] for each in where)}."
    return f"{' and '.join(counted)} found."


def _issues(issues: Sequence[FoundIssue], team: Team) -> Group:
    rows = tuple(Row(each.key, each.title, each.url, _owner(each, team), each.status) for each in issues[:MOST])
    return Group("Tickets", rows, more=len(issues) - len(rows))


def _owner(issue: FoundIssue, team: Team) -> str:
    if issue.assignee is None:
        return issue.assignee_name or ("nobody" if issue.unassigned else "")
    return next((m.name for m in team.members if m.jira == issue.assignee), issue.assignee_name or "not on the team")


def _messages(messages: Sequence[FoundMessage], team: Team) -> Group:
    rows = tuple(_message(each, team) for each in messages[:MOST])
    return Group("Messages", rows, more=len(messages) - len(rows))


def _message(message: FoundMessage, team: Team) -> Row:
    author = next((m.name for m in team.members if m.slack == message.author), "somebody")
    day = message.at.astimezone(team.tz)
    where = f"#{message.channel_name}" if message.channel_name else "a message"
    return Row(where, _as_read(message.text, team)[:160], message.url or "", author, f"{day.day} {day:%b %H:%M}")


_MENTIONED = re.compile(r"<@([UW][A-Z0-9]+)(?:\|[^>]*)?>")
_MARKED = re.compile(r"(?<!\w)([*_~`])(?=\S)([^*_~`]*\S)\1(?!\w)")


def _as_read(text: str, team: Team) -> str:
    """A message's words as people read them: names for mentions, labels for links, no marks, on one line."""
    names = {str(member.slack): member.name for member in team.members if member.slack}
    named = _MENTIONED.sub(lambda found: f"@{names.get(found[1], 'somebody')}", text)
    return _MARKED.sub(r"\2", shown(named))
