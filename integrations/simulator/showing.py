"""The company in the page's own shapes: people, conversations, messages, tickets, the time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from integrations.simulator.company import Company
from integrations.simulator.nouns import Issue, PullRequest
from integrations.simulator.slack.workspace import Channel, Message, User, Workspace
from integrations.simulator.workdays import Workdays
from models.clock import Clock, SharedClock


def user(who: User) -> dict[str, Any]:
    """Somebody."""
    return {
        "id": who.id,
        "name": who.name,
        "handle": who.handle,
        "title": who.title,
        "label": who.roles[0] if who.roles else "",
        "tz": who.zone,
        "is_bot": who.bot,
        "is_guest": who.guest,
    }


def message(said: Message) -> dict[str, Any]:
    """A message with the company time at which it was said."""
    at = said.at.isoformat()
    return {
        "ts": said.ts,
        "channel": said.channel,
        "user": said.user,
        "text": said.text,
        "at": at,
        "company_time": at,
        "blocks": [dict(block) for block in said.blocks],
        "thread_ts": said.thread,
        "broadcast": said.broadcast,
        "edited": said.edited is not None,
        "ephemeral": said.only_for is not None,
        "streaming": said.streaming,
        "reactions": {name: list(users) for name, users in said.reactions.items()},
        "metadata": dict(said.metadata) if said.metadata else None,
    }


def room(world: Workspace, where: Channel, me: str) -> dict[str, Any]:
    """A conversation as ``me`` sees it: what is new, what the app is doing there, what it suggests."""
    last = next((m.at.isoformat() for m in reversed(world.shown(where.id, me))), None)
    seen = world.seen.get((me, where.id), "0")
    news = {"unread": world.unread(me, where.id), "asked": world.asked(me, where.id), "seen": seen}
    shared = {"id": where.id, "name": where.name, "last": last, **news, **_beside(world, where.id)}
    if where.direct:
        return {**shared, "kind": "im", "user": world.bot, "joined": True}
    here = {"joined": me in where.members, "has_app": world.bot in where.members}
    return {**shared, "kind": "channel", "topic": where.topic, "private": where.private, **here}


def _beside(world: Workspace, channel: str) -> dict[str, Any]:
    """What stands beside the messages."""
    now, prompts = world.clock.real(), world.prompts.get(channel, {})
    statuses = [
        {"thread_ts": thread, "status": each.words, "loading": list(each.loading), "until": each.until.isoformat()}
        for (where, thread), each in world.statuses.items()
        if where == channel and each.until > now
    ]
    sessions = [{"thread_ts": t, **each} for (where, t), each in world.sessions.items() if where == channel]
    return {
        "prompts": prompts.get("prompts", []),
        "prompts_title": prompts.get("title", ""),
        "statuses": statuses,
        "sessions": sessions,
    }


def jira(company: Company) -> dict[str, Any]:
    """Sprints, issues and pull requests as the company has them."""
    order = {"active": 0, "future": 1, "closed": 2}
    sprints = sorted(company.sprints.values(), key=lambda s: order[s.state])
    return {
        "sprints": [{"id": s.id, "name": s.name, "state": s.state} for s in sprints],
        "issues": [_issue(company, issue) for issue in company.issues.values()],
        "pull_requests": [_pull(company, pull) for pull in company.pull_requests.values()],
    }


def _issue(company: Company, issue: Issue) -> dict[str, Any]:
    return {
        "key": issue.key,
        "title": issue.title,
        "status": f"{issue.status}, impediment" if issue.flagged else issue.status,
        "priority": issue.priority,
        "points": issue.points,
        "assignee": company.people[issue.assignee].name if issue.assignee else None,
        "sprint": issue.sprints[-1] if issue.sprints else None,
        "flagged": issue.flagged,
        "comments": len(issue.comments),
    }


def _pull(company: Company, pull: PullRequest) -> dict[str, Any]:
    people = company.people
    return {
        "repository": pull.repository.partition("/")[2],
        "id": pull.number,
        "title": pull.title,
        "state": pull.state,
        "author": people[pull.author].name,
        "reviewers": [{"name": people[r.account].name, "approved": r.state == "approved"} for r in pull.reviews],
    }


def time(clock: Clock, days: Workdays) -> dict[str, Any]:
    """Company time and how fast it runs."""
    now = clock.now().isoformat()
    speed = clock.pace().speed if isinstance(clock, SharedClock) else 1.0
    return {"now": now, "company": now, "speed": speed, "zone": days.zone.key}


def next_morning(now: datetime, days: Workdays) -> datetime:
    """A minute after work begins on the next working day, today if that is still to come."""
    day = now.astimezone(days.zone).date()
    if not days.works(day) or now >= days.at(day, days.begin):
        day = days.shift(day, 1)
    return days.at(day, days.begin).astimezone(UTC) + timedelta(minutes=1)
