"""A search in a person's own words: understood by our grammar, answered over MCP or REST, honest about both."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime

from integrations.fallback.asking import Surroundings, Wanted, understand
from integrations.fallback.direct import Messages
from integrations.fallback.finder import Answered, Attempt, Finder, Way
from integrations.fallback.jql import jql_of, sprint_of
from integrations.mcp import FindSprint, GetIssue, SearchIssues, SearchMessages
from models.errors import Refused
from models.found import FoundIssue, FoundMessage
from models.ids import SprintId
from models.work import Sprint

HISTORY_ONLY = "read from the history of the team's channels: replies inside threads were not searched"


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What a search found. With a ``problem`` nothing was searched, and the words say why."""

    understood: str
    """What was understood, in plain words."""
    not_understood: tuple[str, ...] = ()
    problem: str = ""
    issues: tuple[FoundIssue, ...] = ()
    messages: tuple[FoundMessage, ...] = ()
    query: str = ""
    """The JQL, or the words looked for in messages."""
    notes: tuple[str, ...] = ()
    """What the reader must know about how complete this is."""
    by: str = ""
    attempts: tuple[Attempt, ...] = ()

    @property
    def seconds(self) -> float:
        """How long it took, all attempts together."""
        return sum(each.seconds for each in self.attempts)


async def search(
    finder: Finder, words: str, around: Surroundings, *, first: Way | None = None, most: int = 20
) -> Result:
    """Answer ``words``. Raises ``VendorError`` when nobody could answer."""
    wanted = understand(words, around)
    problem = wanted.problem or _unreachable(wanted)
    if problem:
        return _result(wanted, None, problem=problem)
    if wanted.key is not None:
        return await _one(finder, wanted, first)
    if wanted.messages:
        return await _messages(finder, wanted, around, first, most)
    return await _issues(finder, wanted, around, first, most)


def _unreachable(wanted: Wanted) -> str:
    """Why the person who is meant cannot be looked for."""
    person = wanted.person
    if person is None:
        return ""
    if wanted.messages and person.slack is None:
        return f"{person.id} has no Slack id in directives.yaml"
    if not wanted.messages and person.account is None:
        return f"{person.id} has no Jira account in directives.yaml"
    return ""


async def _one(finder: Finder, wanted: Wanted, first: Way | None) -> Result:
    assert wanted.key is not None
    try:
        answered = await finder.ask(GetIssue(wanted.key), first=first)
    except Refused as refused:
        if refused.code != "not_found":
            raise
        return _result(wanted, None, problem=f"{wanted.key} does not exist, or nobody shows it to us")
    return _result(wanted, answered, issues=(answered.value,))


async def _messages(finder: Finder, wanted: Wanted, around: Surroundings, first: Way | None, most: int) -> Result:
    question = SearchMessages(
        words=wanted.text,
        channel=wanted.channel or None,
        channels=around.channels,
        author=wanted.person.slack if wanted.person else None,
        since=_real(wanted.since, around),
        until=_real(wanted.until, around),
        most=most,
    )
    answered = await finder.ask(question, first=first)
    # A server may search as a person who sees more than the asker does: only the team's own channels are shown.
    ours = tuple(each for each in answered.value if each.channel_name.casefold() in around.channels)
    notes: tuple[str, ...] = (HISTORY_ONLY,) if answered.by == "rest" else ()
    if isinstance(answered.value, Messages) and answered.value.skipped:
        notes += (f"the app cannot read {', '.join(f'#{name}' for name in answered.value.skipped)}",)
    if len(ours) < len(answered.value):
        notes += (f"{len(answered.value) - len(ours)} more in channels that are not this team's are not shown",)
    return _result(wanted, answered, messages=ours, query=wanted.text, notes=notes)


def _real(day: date | None, around: Surroundings) -> datetime | None:
    """When a day of the team's begins, in the real time that messages are stamped with."""
    return around.begin(day).astimezone(UTC) - around.ahead if day else None


async def _issues(finder: Finder, wanted: Wanted, around: Surroundings, first: Way | None, most: int) -> Result:
    sprint, attempts = await _sprint(finder, wanted, around)
    if wanted.sprint is not None and sprint is None and not _by_function(wanted):
        return _result(wanted, None, problem=f"no board of this team has a sprint {wanted.sprint}", attempts=attempts)
    jql = jql_of(wanted, around, sprint)
    answered = await finder.ask(SearchIssues(jql, most), first=first)
    # A server may show more than the query asks for; only the team's projects are ours to show.
    issues = tuple(each for each in answered.value if each.key.rpartition("-")[0] in around.projects)
    return _result(wanted, answered, issues=issues, query=jql, attempts=attempts)


def _by_function(wanted: Wanted) -> bool:
    return wanted.sprint in ("current", "next")


async def _sprint(finder: Finder, wanted: Wanted, around: Surroundings) -> tuple[SprintId | None, tuple[Attempt, ...]]:
    """The id of a sprint that was named by its number, or as the last one."""
    if wanted.sprint is None or _by_function(wanted):
        return None, ()
    found: list[Sprint] = []
    attempts: list[Attempt] = []
    for board in around.boards:
        answered = await finder.ask(FindSprint(board))
        found += answered.value
        attempts += answered.attempts
    sprint = sprint_of(wanted.sprint, found)
    return (sprint.id if sprint else None), tuple(attempts)


def _result(
    wanted: Wanted,
    answered: Answered | None,
    *,
    problem: str = "",
    issues: tuple[FoundIssue, ...] = (),
    messages: tuple[FoundMessage, ...] = (),
    query: str = "",
    notes: tuple[str, ...] = (),
    attempts: tuple[Attempt, ...] = (),
) -> Result:
    return Result(
        understood="; ".join(wanted.parts),
        not_understood=wanted.not_understood,
        problem=problem,
        issues=issues,
        messages=messages,
        query=query,
        notes=notes,
        by=answered.by if answered else "",
        attempts=(*attempts, *(answered.attempts if answered else ())),
    )
