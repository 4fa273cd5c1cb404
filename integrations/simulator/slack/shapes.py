"""The workspace in Slack's own shapes: users, channels and messages as the Web API returns them."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from integrations.simulator.slack.workspace import Channel, Message, User, Workspace

FOUNDED = 1_700_000_000
"""When everything in the workspace was created, in real seconds."""


def user(workspace: Workspace, who: User) -> dict[str, Any]:
    """A user as ``users.info`` returns it."""
    now = workspace.now()
    return {
        "id": who.id,
        "team_id": workspace.team,
        "name": who.handle,
        "deleted": who.deleted,
        "color": "9f69e7",
        "real_name": who.name,
        "tz": who.zone,
        "tz_label": _zone_words(who.zone, now),
        "tz_offset": who.offset(now),
        "profile": _profile(workspace, who),
        "is_admin": "admins" in who.roles,
        "is_owner": False,
        "is_primary_owner": False,
        "is_stranger": who.stranger,
        "is_restricted": who.guest,
        "is_ultra_restricted": False,
        "is_bot": who.bot,
        "is_app_user": False,
        "is_email_confirmed": True,
        "locale": "en-US",
        "who_can_share_contact_card": "EVERYONE",
        "updated": FOUNDED,
    }


def _profile(workspace: Workspace, who: User) -> dict[str, Any]:
    profile: dict[str, Any] = {
        "title": who.title,
        "phone": "",
        "skype": "",
        "real_name": who.name,
        "real_name_normalized": who.name,
        "display_name": who.handle,
        "display_name_normalized": who.handle,
        "first_name": who.name.partition(" ")[0],
        "last_name": who.name.partition(" ")[2],
        "fields": None,
        "status_text": who.status,
        "status_text_canonical": "",
        "status_emoji_display_info": [],
        "status_emoji": who.emoji,
        "status_expiration": who.status_until,
        "avatar_hash": "g00000000000",
        "team": workspace.team,
        **{f"image_{size}": "" for size in (24, 32, 48, 72, 192, 512)},
    }
    if who.bot:
        return {**profile, "api_app_id": workspace.app, "bot_id": workspace.bot_id}
    return profile if who.hidden else {**profile, "email": who.email}


def _zone_words(zone: str, now: datetime) -> str:
    return str(now.astimezone(ZoneInfo(zone)).tzname())


def channel(workspace: Workspace, room: Channel) -> dict[str, Any]:
    """A conversation as ``conversations.info`` returns it."""
    shared = {
        "id": room.id,
        "created": FOUNDED,
        "is_archived": room.archived,
        "is_org_shared": False,
        "context_team_id": workspace.team,
        "updated": FOUNDED * 1000,
    }
    if room.direct:
        return {**shared, "is_im": True, "user": room.user, "is_user_deleted": False, "is_open": True}
    return {
        **shared,
        "name": room.name,
        "name_normalized": room.name,
        "is_channel": True,
        "is_group": False,
        "is_im": False,
        "is_mpim": False,
        "is_private": room.private,
        "is_general": room.name == "general",
        "is_shared": room.shared,
        "is_ext_shared": room.shared,
        "is_member": workspace.bot in room.members,
        "creator": min(room.members, default=workspace.bot),
        "unlinked": 0,
        "topic": {"value": room.topic, "creator": "", "last_set": 0},
        "purpose": {"value": "", "creator": "", "last_set": 0},
        "previous_names": [],
        "num_members": len(room.members),
    }


def message(workspace: Workspace, said: Message, *, metadata: bool = False) -> dict[str, Any]:
    """A message as ``conversations.history`` returns it; ``metadata`` only when asked for."""
    shape: dict[str, Any] = {"type": "message", "user": said.user, "ts": said.ts, "text": said.text}
    shape["team"] = workspace.team
    if said.user == workspace.bot:
        shape |= {"bot_id": workspace.bot_id, "app_id": workspace.app, "bot_profile": _bot(workspace)}
    if said.blocks:
        shape["blocks"] = [dict(block) for block in said.blocks]
    if said.thread:
        shape |= {"thread_ts": said.thread, "parent_user_id": _author(workspace, said.thread)}
    if said.broadcast:
        shape["subtype"] = "thread_broadcast"
    if said.edited:
        shape["edited"] = {"user": said.user, "ts": said.edited}
    if said.reactions:
        shape["reactions"] = [
            {"name": name, "users": list(users), "count": len(users)} for name, users in said.reactions.items()
        ]
    if metadata and said.metadata:
        shape["metadata"] = dict(said.metadata)
    return shape | _thread_head(workspace, said)


def _author(workspace: Workspace, ts: str) -> str:
    parent = workspace.messages.get(ts)
    return parent.user if parent else workspace.bot


def _thread_head(workspace: Workspace, said: Message) -> dict[str, Any]:
    replies = [m for m in workspace.said(said.channel) if m.thread == said.ts]
    if not replies:
        return {}
    people = list(dict.fromkeys(m.user for m in replies))
    return {
        "thread_ts": said.ts,
        "reply_count": len(replies),
        "reply_users_count": len(people),
        "reply_users": people,
        "latest_reply": replies[-1].ts,
    }


def _bot(workspace: Workspace) -> dict[str, Any]:
    return {
        "id": workspace.bot_id,
        "app_id": workspace.app,
        "name": workspace.users[workspace.bot].name,
        "deleted": False,
        "updated": FOUNDED,
        "team_id": workspace.team,
    }
