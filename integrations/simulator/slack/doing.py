"""What people do besides talking and pressing: shortcuts, closing, editing, looking around, stopping, joining."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from integrations.simulator.slack import shapes
from integrations.simulator.slack.out import SlackOut, kind_of
from integrations.simulator.slack.wire import Answered, NotThere
from integrations.simulator.slack.workspace import Channel, Message


async def shortcut(out: SlackOut, user: str, message: Message, callback: str) -> Answered:
    """Somebody picks one of the app's entries in the menu of a message."""
    world, room = out.workspace, out.workspace.channels[message.channel]
    payload = {
        **out.sender(user, "message_action"),
        "callback_id": callback,
        "action_ts": world.stamp(),
        "message_ts": message.ts,
        "channel": {"id": room.id, "name": "directmessage" if room.direct else room.name},
        "message": shapes.message(world, message),
        "response_url": out.answer_at(room.id, user, message.ts),
    }
    return await out.interact(payload, f"shortcut {callback}")


async def close(out: SlackOut, user: str, view_id: str) -> dict[str, Any] | None:
    """Somebody closes the modal in front of them; what was below it, if anything. Raises ``NotThere``."""
    world = out.workspace
    view = world.views.get(view_id)
    if view is None or world.open_views.get(user) != view_id:
        raise NotThere("this modal is not open")
    below = out.step_back(user, view)
    if view["notify_on_close"]:
        payload = {**out.sender(user, "view_closed"), "view": view, "is_cleared": False}
        await out.interact(payload, f"close {view['callback_id']}")
    return below


def edit(out: SlackOut, user: str, message: Message, text: str) -> Message:
    """Somebody changes the words of a message of theirs. Raises ``NotThere``."""
    world = out.workspace
    if message.user != user or message.only_for is not None:
        raise NotThere("only one's own messages can be changed")
    before = shapes.message(world, message)
    after = world.change(message, text=text, edited=world.stamp())
    room = world.channels[message.channel]
    if out.overhears(room):
        moment = world.stamp()
        out.event(
            {
                "type": "message",
                "subtype": "message_changed",
                "hidden": True,
                "channel": room.id,
                "channel_type": kind_of(room),
                "message": shapes.message(world, after),
                "previous_message": before,
                "ts": moment,
                "event_ts": moment,
            }
        )
    return after


def look(out: SlackOut, user: str, room: Channel) -> None:
    """Somebody turns to another conversation; an agent is told what its user looks at."""
    world = out.workspace
    seen = {"type": "slack#/types/channel_id", "value": room.id, "team_id": world.team}
    out.event(
        {
            "type": "app_context_changed",
            "user": user,
            "channel": world.direct(user).id,
            "context": {"entities": [seen]},
            "event_ts": world.stamp(),
        }
    )


def stop(out: SlackOut, user: str, room: Channel, thread: str) -> None:
    """Somebody presses *Stop* while the app works in a thread."""
    world = out.workspace
    streams = [m.ts for m in world.said(room.id) if m.thread == thread and m.streaming]
    out.event(
        {
            "type": "agent_session_stopped",
            "channel": room.id,
            "user": user,
            "thread_ts": thread,
            "streaming_message_ts": streams,
            "event_ts": world.stamp(),
        }
    )


def join(out: SlackOut, user: str, room: Channel, inviter: str) -> Channel:
    """Somebody, or the app, comes into a channel; the app hears of it where it is a member."""
    world = out.workspace
    joined = world.channels[room.id] = replace(room, members=room.members | {user})
    if world.bot in joined.members:
        event = {"type": "member_joined_channel", "user": user, "channel": room.id, "channel_type": "C"}
        invited: Mapping[str, str] = {"inviter": inviter} if inviter != user else {}
        out.event({**event, **invited, "team": world.team, "event_ts": world.stamp()})
    return joined


def react(out: SlackOut, user: str, message: Message, name: str) -> Message:
    """Somebody adds a reaction, or takes it back. The app may not read reactions, so it hears nothing."""
    users = message.reactions.get(name, ())
    left = tuple(u for u in users if u != user) if user in users else (*users, user)
    rest = {n: u for n, u in message.reactions.items() if n != name}
    return out.workspace.change(message, reactions={**rest, name: left} if left else rest)
