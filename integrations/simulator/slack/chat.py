"""The Web API methods that say something: chat, reactions and the status line of an assistant thread."""

from __future__ import annotations

from typing import Any

from integrations.simulator.slack import shapes
from integrations.simulator.slack.call import Call, Refusal
from integrations.simulator.slack.workspace import Message

Reply = dict[str, Any]

LOADING = 10
"""Loading messages beside a status, at most."""

PROMPTS = 4
"""Suggested prompts, at most."""


def post_message(call: Call) -> Reply:
    """``chat.postMessage``."""
    room = call.open_channel()
    text, given = call.content()
    world = call.workspace
    thread = call.get("thread_ts") or None
    if thread is not None and thread not in world.messages:
        raise Refusal("thread_not_found")
    said = world.post(
        Message(
            ts=world.stamp(),
            channel=room.id,
            user=world.bot,
            text=text,
            at=world.now(),
            blocks=given,
            metadata=call.metadata() or None,
            thread=thread,
            broadcast=call.flag("reply_broadcast"),
        )
    )
    return {"channel": room.id, "ts": said.ts, "message": shapes.message(world, said, metadata=True)}


def update(call: Call) -> Reply:
    """``chat.update``: blocks left out are removed, metadata left out is kept."""
    room, world = call.channel(), call.workspace
    known = call.message(call.need("ts"), room)
    if known.user != world.bot:
        raise Refusal("cant_update_message")
    if known.streaming:
        raise Refusal("streaming_state_conflict")
    text, given = call.content()
    metadata = call.metadata()
    said = world.change(
        known,
        text=text,
        blocks=given,
        metadata=known.metadata if metadata is None else metadata or None,
        edited=None if given else world.stamp(),
    )
    return {"channel": room.id, "ts": said.ts, "text": text, "message": shapes.message(world, said, metadata=True)}


def delete(call: Call) -> Reply:
    """``chat.delete``."""
    room = call.channel()
    known = call.message(call.need("ts"), room)
    if known.user != call.workspace.bot:
        raise Refusal("cant_delete_message")
    call.workspace.remove(known)
    return {"channel": room.id, "ts": known.ts}


def post_ephemeral(call: Call) -> Reply:
    """``chat.postEphemeral``: for one person, who must be in the channel."""
    room, who = call.open_channel(), call.user()
    if who.id not in room.members:
        raise Refusal("user_not_in_channel")
    text, given = call.content()
    return {"message_ts": say(call, room.id, text, given, only_for=who.id).ts}


def say(
    call: Call, channel: str, text: str, given: tuple[dict[str, Any], ...], *, only_for: str | None = None
) -> Message:
    """The app says something to everybody in a channel, or to one person only."""
    world = call.workspace
    ts, at = world.stamp(), world.now()
    return world.post(
        Message(ts=ts, channel=channel, user=world.bot, text=text, at=at, blocks=given, only_for=only_for)
    )


def get_permalink(call: Call) -> Reply:
    """``chat.getPermalink``."""
    room = call.known_channel()
    known = call.message(call.need("message_ts"), room)
    path = f"archives/{room.id}/p{known.ts.replace('.', '')}"
    return {"channel": room.id, "permalink": f"https://{call.workspace.domain}.slack.com/{path}"}


def add_reaction(call: Call) -> Reply:
    """``reactions.add``."""
    known = call.message(call.need("timestamp"), call.channel())
    name, bot = call.need("name"), call.workspace.bot
    given = known.reactions.get(name, ())
    if bot in given:
        raise Refusal("already_reacted")
    call.workspace.change(known, reactions={**known.reactions, name: (*given, bot)})
    return {}


def remove_reaction(call: Call) -> Reply:
    """``reactions.remove``."""
    known = call.message(call.need("timestamp"), call.channel())
    name, bot = call.need("name"), call.workspace.bot
    if bot not in known.reactions.get(name, ()):
        raise Refusal("no_reaction")
    left = tuple(u for u in known.reactions[name] if u != bot)
    rest = {n: u for n, u in known.reactions.items() if n != name}
    call.workspace.change(known, reactions={**rest, name: left} if left else rest)
    return {}


def set_status(call: Call) -> Reply:
    """``assistant.threads.setStatus``: shown in the thread until the next message, or for two minutes."""
    room, loading = call.channel("channel_id"), call.decoded("loading_messages") or []
    if not isinstance(loading, list) or len(loading) > LOADING:
        raise Refusal("invalid_arguments")
    call.workspace.set_status(room.id, call.get("thread_ts"), call.get("status"), map(str, loading))
    return {}


def set_prompts(call: Call) -> Reply:
    """``assistant.threads.setSuggestedPrompts``: at most four."""
    room, prompts = call.channel("channel_id"), call.decoded("prompts")
    if not isinstance(prompts, list) or len(prompts) > PROMPTS:
        raise Refusal("invalid_arguments")
    if not all(isinstance(p, dict) and p.get("title") and p.get("message") for p in prompts):
        raise Refusal("invalid_arguments")
    shown = [{"title": str(p["title"]), "message": str(p["message"])} for p in prompts]
    call.workspace.prompts[room.id] = {"title": call.get("title"), "prompts": shown}
    call.workspace.tell("prompts", {"channel": room.id})
    return {}
