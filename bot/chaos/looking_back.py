"""Everything a run left behind, from both sides: asked of the simulated vendors, read from the product's database."""

from __future__ import annotations

from typing import Any

from bot.chaos.cards import post_of
from bot.chaos.people import Flow
from bot.chaos.seen import Seen
from integrations.simulator.seed import ASKER
from models.copying import rows
from models.whole import whole

TABLES = ("inbox", "jobs", "cycles", "decisions", "effects", "approvals", "cards", "reminders", "facts")


def look_back(flow: Flow) -> Seen:
    """What the checker needs. Raises ``DatabaseNotReady``."""
    company, channels = flow.simulator.company, flow.simulator.workspace.channels
    with whole(flow.database, read_only=True) as connection:
        kept = dict(rows(connection, *TABLES))
    believed = [row["value"] for row in kept.pop("facts") if row["kind"] == "issue"]
    return Seen(
        deliveries=list(flow.wire.deliveries.values()),
        posts=[post_of(message, channels[message.channel].user) for message in flow.said()],
        comments=[(i.key, _left(c.properties)) for i in company.issues.values() for c in i.comments if c.by == ASKER],
        handed=[
            (issue.key, str(item.new))
            for issue in company.issues.values()
            for change in issue.changes
            for item in change.items
            if change.by == ASKER and item.field_id == "assignee"
        ],
        replies=flow.replies,
        me=ASKER,
        at=flow.clock.real(),
        world={issue.key: (issue.assignee, issue.status) for issue in company.active()},
        mirror={value["key"]: (value["assignee"], value["status"]) for value in believed},
        posted=flow.posted,
        **kept,
    )


def _left(properties: Any) -> str:
    return next((str(p["value"].get("effect")) for p in properties if p["key"] == "pm-agent"), "")
