"""Everything a run left behind, from both sides: asked of the simulated vendors, read from the product's database."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from bot.chaos.cards import post_of
from bot.chaos.people import Flow
from bot.chaos.seen import Comment, Seen
from integrations.simulator.nouns import Issue
from integrations.simulator.seed import ASKER
from models.copying import rows
from models.whole import whole

TABLES = ("inbox", "jobs", "cycles", "decisions", "effects", "approvals", "cards", "reminders", "processes", "facts")


def look_back(flow: Flow) -> Seen:
    """What the checker needs. Raises ``DatabaseNotReady``."""
    company, channels = flow.simulator.company, flow.simulator.workspace.channels
    with whole(flow.database, read_only=True) as connection:
        kept = dict(rows(connection, *TABLES))
    believed = [row["value"] for row in kept.pop("facts") if row["kind"] == "issue"]
    return Seen(
        law=flow.simulator.directives,
        deliveries=list(flow.wire.deliveries.values()),
        posts=[post_of(message, channels[message.channel].user) for message in flow.said()],
        channels={channel.id: channel.name for channel in channels.values()},
        comments=[comment for issue in company.issues.values() for comment in _written(issue)],
        handed=[
            (issue.key, item.new)
            for issue in company.issues.values()
            for change in issue.changes
            for item in change.items
            if change.by == ASKER and item.field_id == "assignee"
        ],
        replies=flow.replies,
        me=ASKER,
        at=flow.clock.real(),
        world={issue.key: (issue.assignee, issue.status, issue.flagged) for issue in company.active()},
        mirror={v["key"]: (v["assignee"], v["status"], v["flagged_since"] is not None) for v in believed},
        touched={
            issue.key: max((change.at for change in issue.changes if change.by != ASKER), default=None)
            for issue in company.issues.values()
        },
        posted=flow.posted,
        **kept,
    )


def _written(issue: Issue) -> Iterator[Comment]:
    for comment in issue.comments:
        if comment.by == ASKER:
            yield Comment(issue.key, _left(comment.properties), frozenset(_named(comment.body)), comment.at)


def _named(node: Any) -> Iterator[str]:
    """The accounts that a document of Atlassian's mentions."""
    if node.get("type") == "mention":
        yield str(node["attrs"]["id"])
    for inner in node.get("content", ()):
        yield from _named(inner)


def _left(properties: Any) -> str:
    return next((str(p["value"].get("effect")) for p in properties if p["key"] == "pm-agent"), "")
