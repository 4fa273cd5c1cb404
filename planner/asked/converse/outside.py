"""What the rest of the tools give: what Jira and Slack find, what is on our own record, what the constitution says.

Words of others come in quotes, as whose they are; records only as far as the asker may read them where they ask.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from models.cycles import WhyRecord
from models.found import FoundIssue, FoundMessage
from models.meanings import Meaning
from models.proposals import Approval
from planner.asked.converse.known import Known
from planner.asked.topics import AskSearch, Where
from planner.bounds.worktime import quoted
from planner.claims.of import Clause
from planner.hearers.discretion import outline, reads_all, stands_open
from planner.policy.law import law_in
from planner.ports import Desk
from planner.prompts.untrusted import line
from planner.words.latest import latest_about, latest_to
from planner.words.titles import brief, name_of, title

MOST_FOUND = 6
"""Tickets, and messages, of one search."""

MOST_RULES = 8
"""Lines of the constitution at once."""

_WORDS = 200
"""Characters of somebody else's message."""


@dataclass(frozen=True, slots=True)
class Searched:
    """What there is, as far as it may be shown where it was asked."""

    issues: Sequence[FoundIssue] = ()
    messages: Sequence[FoundMessage] = ()
    trouble: str = ""
    """Why there may be more, in words."""


class Library(Protocol):
    """Jira and Slack, looked through for the one who asks."""

    async def search(self, question: AskSearch) -> Searched:
        """Only what everybody in the place of the question may read. Trouble is told, never raised."""
        ...


async def search(words: str, where: str, known: Known, library: Library) -> Sequence[Clause] | str:
    """What Jira and Slack have about ``words``; ``where`` is one of them, or *both*."""
    wanted = line(words, 80)
    if len(wanted) < 2:
        return "Search for what?"
    place = Where(where) if where in frozenset(Where) else None
    found = await library.search(AskSearch(wanted, place))
    clauses = [
        *(clause for issue in found.issues[:MOST_FOUND] for clause in _of_issue(issue, known)),
        *(_of_message(message, known) for message in found.messages[:MOST_FOUND]),
    ]
    return clauses or found.trouble or "Nothing was found."


def _of_issue(issue: FoundIssue, known: Known) -> Iterator[Clause]:
    yield Clause(f"{issue.key} is titled {quoted(issue.title)}", issue.key, issue.url, outside=True)
    yield Clause(f"{issue.key} is in status {quoted(issue.status, 40)}", issue.key, issue.url)
    owner = next((m.name for m in known.team.members if issue.assignee and m.jira == issue.assignee), "")
    if owner or issue.unassigned:
        yield Clause(f"{owner or 'nobody'} has {issue.key}", issue.key, issue.url)
    elif issue.assignee_name:
        yield Clause(f"{issue.key} is with {quoted(issue.assignee_name, 60)}", issue.key, issue.url, outside=True)


def _of_message(message: FoundMessage, known: Known) -> Clause:
    author = next((m.name for m in known.team.members if m.slack == message.author), "somebody")
    where = f" in #{message.channel_name}" if message.channel_name else ""
    when, words = known.zone.when(message.at), quoted(message.text, _WORDS)
    return Clause(f"{author} wrote{where} on {when}: {words}", f"message:{message.ts}", message.url, outside=True)


# --- what is on record ------------------------------------------------------------------------------------------


async def memory(about: str, known: Known, desk: Desk) -> Sequence[Clause] | str:
    """What was said or asked about a ticket, or last of all, to the asker or openly."""
    issue = known.issue(about)
    if about.strip() and issue is None:
        return f"{about!r} is no ticket that was given to you."
    history = await desk.ledger.history_of(known.snapshot.team, known.asker)
    subject = str(issue.key) if issue is not None else ""
    told = [_pending(each, known) for each in history.pending if _concerns(each, subject, known)]
    last = latest_about(subject, known.asker, history) if subject else latest_to(known.asker, history)
    record = await desk.ledger.why(last) if last else None
    if record is not None and record.team == known.snapshot.team:
        told += _of_record(record, known)
    return told or "Nothing is on record that you may be told here."


def _concerns(asked: Approval, subject: str, known: Known) -> bool:
    """Whether a question is about that and the asker's own to know; in front of others none is."""
    able = {*asked.approvers, *asked.copies, asked.proposal.asked_by}
    about = getattr(asked.proposal.action, "issue", "")
    return not known.public and known.asker in able and (not subject or about == subject)


def _pending(asked: Approval, known: Known) -> Clause:
    team, directives = known.snapshot.team, known.directives
    what = brief(asked.proposal.action, team, directives)
    whom = name_of(asked.approvers[0], team, directives)
    about = str(getattr(asked.proposal.action, "issue", "") or "team")
    return Clause(f"the question {what} waits for {whom} since {known.zone.when(asked.asked_at)}", about)


def _of_record(record: WhyRecord, known: Known) -> list[Clause]:
    if known.public and not stands_open(record):
        return []
    team, directives = record.team, known.directives
    role = law_in(record.proposal.action, directives.team(team), directives).role
    whole = not known.public and reads_all(record, known.asker, role, directives)
    less = None if whole else outline(record, directives)
    what = less.rstrip(".") if less else title(record.proposal.action, team, directives)
    told = [Clause(f"my record of {known.zone.when(record.at)} says: {what}", f"record:{record.proposal.id}")]
    if not less:
        told.append(Clause(f"that was by the rule {record.proposal.rule}", f"record:{record.proposal.id}"))
    return told


# --- the constitution -------------------------------------------------------------------------------------------


def rules(about: str, desk: Desk) -> Sequence[Clause] | str:
    """Its lines about a word, by their names: everybody of the team may read them."""
    wanted = [_stem(word) for word in re.findall(r"\w+", about.casefold())]
    found = [each for each in desk.meanings(desk.directives) if _speaks_of(each, wanted)]
    told = [Clause(f"the rule {each.id} says {quoted(each.says, 240)}", f"rule:{each.id}") for each in found]
    return told[:MOST_RULES] or "No line of the constitution is about that."


def _speaks_of(each: Meaning, stems: Sequence[str]) -> bool:
    """Whether a line has all of these words, in its name, section, words or rule, however they end."""
    said = re.findall(r"[^\W_]+", f"{each.id} {each.section} {each.says} {each.rule} {each.effect}".casefold())
    return all(any(word.startswith(stem) for word in said) for stem in stems)


def _stem(word: str) -> str:
    """``escalat`` of *escalating*, *escalations* and *escalate*."""
    return re.sub(r"(?:ations?|ions?|ing|ed|es|e|s)$", "", word) if len(word) > 4 else word
