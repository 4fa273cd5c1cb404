"""The Web API methods that look: conversations, users, do-not-disturb, user groups, blocks, the app itself."""

from __future__ import annotations

from typing import Any

from integrations.simulator.slack import blocks, shapes
from integrations.simulator.slack.call import Call, Refusal, page
from integrations.simulator.slack.workspace import Channel, Message, User

Reply = dict[str, Any]


def auth_test(call: Call) -> Reply:
    """``auth.test``."""
    world = call.workspace
    return {
        "url": f"https://{world.domain}.slack.com/",
        "team": world.name,
        "user": world.users[world.bot].handle,
        "team_id": world.team,
        "user_id": world.bot,
        "bot_id": world.bot_id,
        "is_enterprise_install": False,
    }


def team_info(call: Call) -> Reply:
    """``team.info``."""
    world = call.workspace
    return {"team": {"id": world.team, "name": world.name, "domain": world.domain, "email_domain": "", "icon": {}}}


def bots_info(call: Call) -> Reply:
    """``bots.info``."""
    world = call.workspace
    if call.get("bot", world.bot_id) != world.bot_id:
        raise Refusal("bot_not_found")
    name = world.users[world.bot].name
    bot = {"id": world.bot_id, "deleted": False, "name": name, "app_id": world.app, "user_id": world.bot}
    return {"bot": {**bot, "updated": shapes.FOUNDED, "icons": {}}}


def open_conversation(call: Call) -> Reply:
    """``conversations.open`` with one person."""
    world = call.workspace
    if call.get("channel"):
        room = call.known_channel()
    else:
        people = [p for p in call.need("users").split(",") if p]
        if len(people) != 1:
            raise Refusal("method_not_supported_for_channel_type")
        if people[0] not in world.users:
            raise Refusal("user_not_found")
        if world.users[people[0]].bot:
            raise Refusal("cannot_dm_bot")
        if world.users[people[0]].deleted:
            raise Refusal("user_disabled")
        room = world.direct(people[0])
    shape = shapes.channel(world, room) if call.flag("return_im") else {"id": room.id}
    return {"no_op": True, "already_open": True, "channel": shape}


def list_conversations(call: Call) -> Reply:
    """``conversations.list``."""
    rooms = _rooms(call)
    found, more = page(rooms, call, 100, 1000)
    return {"channels": [shapes.channel(call.workspace, c) for c in found], "response_metadata": more}


def users_conversations(call: Call) -> Reply:
    """``users.conversations``: those somebody (the app, unless said) is in."""
    who = call.get("user", call.workspace.bot)
    found, more = page([c for c in _rooms(call) if who in c.members], call, 100, 1000)
    return {"channels": [shapes.channel(call.workspace, c) for c in found], "response_metadata": more}


def _rooms(call: Call) -> list[Channel]:
    """Those of the kinds asked for that the app can see."""
    kinds = call.get("types", "public_channel").split(",")
    rooms = [c for c in call.workspace.channels.values() if _kind(c) in kinds and call.workspace.shows(c)]
    return [c for c in rooms if not (c.archived and call.flag("exclude_archived"))]


def _kind(room: Channel) -> str:
    if room.direct:
        return "im"
    return "private_channel" if room.private else "public_channel"


def conversation_info(call: Call) -> Reply:
    """``conversations.info``."""
    return {"channel": shapes.channel(call.workspace, call.known_channel())}


def members(call: Call) -> Reply:
    """``conversations.members``."""
    found, more = page(sorted(call.known_channel().members), call, 100, 1000)
    return {"members": found, "response_metadata": more}


def history(call: Call) -> Reply:
    """``conversations.history``: newest first, without replies in threads."""
    room = call.channel()
    said = [m for m in call.workspace.said(room.id) if m.thread is None or m.broadcast]
    return _messages(call, sorted(_within(call, said), key=lambda m: m.ts, reverse=True))


def replies(call: Call) -> Reply:
    """``conversations.replies``: a thread, oldest first."""
    room, ts = call.channel(), call.need("ts")
    said = call.workspace.said(room.id)
    if not any(m.ts == ts for m in said):
        raise Refusal("thread_not_found")
    return _messages(call, [m for m in said if m.ts == ts or (m.thread == ts and m in _within(call, said))])


def _messages(call: Call, said: list[Message]) -> Reply:
    found, more = page(said, call, 100, 999)
    metadata = call.flag("include_all_metadata")
    reply: Reply = {
        "messages": [shapes.message(call.workspace, m, metadata=metadata) for m in found],
        "has_more": bool(more["next_cursor"]),
        "pin_count": 0,
    }
    return reply | ({"response_metadata": more} if more["next_cursor"] else {})


def _within(call: Call, said: list[Message]) -> list[Message]:
    oldest, latest = _bound(call, "oldest", 0.0), _bound(call, "latest", float("inf"))
    if call.flag("inclusive"):
        return [m for m in said if oldest <= float(m.ts) <= latest]
    return [m for m in said if oldest < float(m.ts) < latest]


def _bound(call: Call, name: str, default: float) -> float:
    try:
        return float(call.get(name) or default)
    except ValueError:
        raise Refusal(f"invalid_ts_{name}") from None


def user_info(call: Call) -> Reply:
    """``users.info``."""
    return {"user": shapes.user(call.workspace, call.user())}


def list_users(call: Call) -> Reply:
    """``users.list``."""
    found, more = page(list(call.workspace.users.values()), call, 1000, 1000)
    shown = [shapes.user(call.workspace, u) for u in found]
    cached = int(call.workspace.clock.real().timestamp())
    return {"members": shown, "cache_ts": cached, "response_metadata": more}


def user_by_email(call: Call) -> Reply:
    """``users.lookupByEmail``: members of this workspace only, and no address that is hidden."""
    email = call.need("email").lower()
    here = [u for u in call.workspace.users.values() if not (u.deleted or u.stranger or u.hidden or u.bot)]
    found = next((u for u in here if u.email.lower() == email), None)
    if found is None:
        raise Refusal("users_not_found")
    return {"user": shapes.user(call.workspace, found)}


def user_profile(call: Call) -> Reply:
    """``users.profile.get``."""
    return {"profile": shapes.user(call.workspace, call.user())["profile"]}


def user_presence(call: Call) -> Reply:
    """``users.getPresence``."""
    call.user()
    return {"presence": "active"}


def dnd_info(call: Call) -> Reply:
    """``dnd.info``. Snoozes Slack shows to their owner only."""
    return _quiet(call.user())


def dnd_team(call: Call) -> Reply:
    """``dnd.teamInfo``: up to fifty people."""
    wanted = [user for user in call.need("users").split(",") if user]
    if len(wanted) < 2:
        raise Refusal("no_users_provided")
    if len(wanted) > 50:
        raise Refusal("too_many_users")
    if any(user not in call.workspace.users for user in wanted):
        raise Refusal("user_not_visible")
    return {"users": {user: _quiet(call.workspace.users[user]) for user in wanted}}


def _quiet(user: User) -> Reply:
    begin, end = user.quiet
    return {"dnd_enabled": end > 1, "next_dnd_start_ts": begin, "next_dnd_end_ts": end}


def group_members(call: Call) -> Reply:
    """``usergroups.users.list``."""
    found = call.workspace.groups.get(call.need("usergroup"))
    if found is None:
        raise Refusal("no_such_subteam")
    return {"users": list(found)}


def validate_blocks(call: Call) -> Reply:
    """``blocks.validate``: needs no token and tells every fault."""
    given, view, message = (call.decoded(name) for name in ("blocks", "view", "message"))
    if sum(each is not None for each in (given, view, message)) != 1:
        raise Refusal("invalid_arguments")
    if view is not None:
        word, wrong = "invalid_view", blocks.view_faults(view)
    elif message is not None:
        word, wrong = "invalid_message", blocks.faults(message.get("blocks"), "message")
    else:
        word, wrong = "invalid_blocks", blocks.faults(given, "message")
    if wrong:
        raise Refusal(word, errors=[{"pointer": at, "code": "failed_constraint", "message": w} for w, at in wrong])
    return {}
