"""People change: their profile, their hours, the groups they are in; and the app is told, as Slack tells it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from integrations.simulator.slack import shapes
from integrations.simulator.slack.out import SlackOut
from integrations.simulator.slack.workspace import User


def change_user(out: SlackOut, user: str, **fields: Any) -> User:
    """Set fields of a user. Raises ``KeyError``."""
    world = out.workspace
    before = world.users[user]
    after = world.users[user] = replace(before, **fields)
    if replace(after, quiet=before.quiet) != before:
        shown = shapes.user(world, after)
        cached = int(world.clock.real().timestamp())
        out.event({"type": "user_change", "user": shown, "cache_ts": cached, "event_ts": world.stamp()})
    if after.quiet != before.quiet:
        begin, end = after.quiet
        status = {"dnd_enabled": end > 1, "next_dnd_start_ts": begin, "next_dnd_end_ts": end}
        out.event({"type": "dnd_updated_user", "user": user, "dnd_status": status, "event_ts": world.stamp()})
    return after


def change_group(out: SlackOut, group: str, users: Sequence[str]) -> None:
    """Set who is in a user group. Raises ``KeyError``."""
    world = out.workspace
    before, now = set(world.groups[group]), int(world.clock.real().timestamp())
    world.groups[group] = tuple(users)
    added, removed = [u for u in users if u not in before], sorted(before - set(users))
    out.event(
        {
            "type": "subteam_members_changed",
            "subteam_id": group,
            "team_id": world.team,
            "date_previous_update": now - 60,
            "date_update": now,
            "added_users": added,
            "added_users_count": len(added),
            "removed_users": removed,
            "removed_users_count": len(removed),
            "event_ts": world.stamp(),
        }
    )
