"""Answers in conversation beyond the reports: one ticket, why somebody was told, and what is not known and why."""

from __future__ import annotations

import re
from collections.abc import Sequence

from models.cycles import History
from models.ids import IssueKey, PersonId, PullRequestId, TeamId
from models.work import Facts
from planner.asked.talk.subjects import IT, OTHER, is_a_pull
from planner.asked.topics import AskIssue, AskLost, AskWhich
from planner.asked.work import UNREAD, seen
from planner.ports import Desk
from planner.reports.one import one_issue, one_pull
from planner.words.latest import latest_to
from planner.words.replies import PlainReply, Reply
from planner.words.titles import called, name_of

NEAREST = 3
"""How many questions are offered instead of one that was not understood."""

OFFERED: tuple[tuple[str, str, str], ...] = (
    ("What needs me?", "mine", "me my mine i next do work plate task tasks todo today should waiting"),
    ("Where do we stand?", "status", "sprint status team we doing going progress points track stand late behind"),
    ("Will we make it?", "forecast", "finish make friday deadline done when time forecast release ready will pace"),
    ("How much is left?", "left", "left remaining days end ends points much many over"),
    ("What has no owner?", "unowned", "owner nobody unassigned unowned assignee without"),
    ("What is blocked?", "blockers", "blocked stuck block blocker hold wait problem problems help impediment"),
    ("What waits for review?", "reviews", "review reviews pr prs pull request merge code approve"),
    ("Who waits for whom?", "waiting", "who waiting wait waits whom person somebody anybody depends"),
    ("What has changed?", "changes", "changed change happened news new yesterday since moved miss"),
    ("Why did you write to me?", "why", "why message reminded ping pinged wrote notify told"),
    ("Which rules do you follow?", "directives", "rule rules directive allowed constitution may policy"),
    ("How can I be left in peace?", "stop", "noise quiet stop mute less spam annoying alone"),
)
"""Label, command, and the words that come near to it."""


async def about_topic(asked: AskIssue | AskWhich | AskLost, team: TeamId, desk: Desk) -> Reply:
    """The reply; what is not known is said with the true reason, and what can be asked instead."""
    match asked:
        case AskIssue(subject=subject):
            return await _of_one(subject, team, desk)
        case AskWhich():
            return which(asked, await desk.work.facts_about(team))
        case AskLost():
            return lost(asked, await desk.work.facts_about(team))


async def _of_one(subject: str, team: TeamId, desk: Desk) -> Reply:
    facts = await desk.work.facts_about(team)
    if "jira" not in facts.read_at:
        return PlainReply(text=f"I don't know: {UNREAD[:1].lower()}{UNREAD[1:]}")
    snapshot = seen(facts, desk)
    issue, pull = facts.issue(IssueKey(subject)), facts.pull_request(PullRequestId(subject))
    if issue is not None:
        return one_issue(issue, snapshot, desk.directives)
    if pull is not None:
        return one_pull(pull, snapshot, desk.directives)
    waiting = [str(each.key) for each in facts.issues if subject in each.blocked_by]
    if waiting:
        others = f"{called(waiting[0])}{f' and {len(waiting) - 1} more' if len(waiting) > 1 else ''}"
        return PlainReply(text=f"{subject} is not of this team's projects: I know only that {others} waits for it.")
    missing = f"I don't know, because Jira has told me nothing of {subject}: it is in no sprint that I read."
    return PlainReply(text=missing, choices=((f"Search for {subject}", f"search {subject}"),))


def which(asked: AskWhich, facts: Facts) -> PlainReply:
    """Which of them is meant; or that none is called so, and where else it can be looked for."""
    if asked.subjects:
        choices = tuple((_label(subject, facts), f"about {subject}") for subject in asked.subjects)
        return PlainReply(text="Which one?", choices=choices)
    if asked.said in IT | OTHER:
        return PlainReply(text="Which ticket do you mean? Say its key, or a word of its title.")
    if is_a_pull(asked.said):
        number = re.sub(r"^(?:the )?(?:pr|pull request|pull)\s*", "", asked.said)
        unread = "Bitbucket has not been read" if "bitbucket" not in facts.read_at else ""
        return PlainReply(
            text=f"I don't know: {unread}." if unread else f"I know no PR {number[:60]} of this team’s repositories.",
            choices=(("What waits for review?", "reviews"),),
        )
    words = re.sub(r"^(?:the|that|this|our) |\b(?:one|ticket|issue|story|bug|task)$", "", asked.said).strip()
    text = f"I know no ticket called “{words[:60]}” in what I have read of Jira."
    return PlainReply(text=text, choices=((f"Search for “{words[:40]}”", f"search {words[:80]}"),))


def _label(subject: str, facts: Facts) -> str:
    issue, pull = facts.issue(IssueKey(subject)), facts.pull_request(PullRequestId(subject))
    title = issue.title if issue else pull.title if pull else ""
    return f"{called(subject)} {title}"[:75].strip()


def lost(asked: AskLost, facts: Facts) -> PlainReply:
    """Why it is not known, the tickets it may be about, and the questions that come nearest to its words."""
    because = asked.because or f"I did not understand “{asked.said[:80]}”"
    about = tuple((_label(subject, facts), f"about {subject}") for subject in asked.subjects[:2])
    like = "Perhaps one of these helps:" if asked.because else "I answer questions like these:"
    return PlainReply(text=f"I don't know, because {because}. {like}", choices=(*about, *nearest_choices(asked.said)))


def lost_part(asked: AskLost) -> PlainReply:
    """What of a message was answered beside it was not."""
    return PlainReply(text=f"The rest I don't know, because {asked.because or 'I did not understand it'}.")


def choices_near(said: str, facts: Facts) -> Sequence[tuple[str, str]]:
    """What can be asked instead: of the ticket that is named in ``said``, then what comes nearest to its words."""
    keys = dict.fromkeys(found.upper() for found in re.findall(r"\b[A-Za-z][A-Za-z0-9_]{1,30}-\d{1,9}\b", said))
    known = [(f"How is {key}?", f"about {key}") for key in keys if facts.issue(IssueKey(key)) is not None]
    return [*known[:2], *nearest_choices(said)]


def nearest_choices(said: str) -> Sequence[tuple[str, str]]:
    """(label, command) of what shares most words with ``said``; without any, what is asked most."""
    words = set(re.findall(r"\w+", said.casefold()))
    by_words = sorted(OFFERED, key=lambda offer: -len(words & set(offer[2].split())))
    return [(label, command) for label, command, _ in by_words[:NEAREST]]


def told_to(person: PersonId, history: History, team: TeamId, desk: Desk) -> str | PlainReply:
    """The id of the last message to somebody, or that there was none."""
    last = latest_to(person, history)
    name = name_of(person, team, desk.directives)
    return last or PlainReply(text=f"I have sent {name} nothing in the last days.")
