"""Streamed answers and agent sessions: ``chat.startStream``, ``appendStream``, ``stopStream``, ``agents.sessions``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from integrations.simulator.slack.call import Call, Refusal, checked
from integrations.simulator.slack.workspace import Message

Reply = dict[str, Any]

SESSIONS = frozenset({"processing", "active", "suspended", "closed"})
STEPS = frozenset({"pending", "in_progress", "complete", "error"})
MODES = frozenset({"", "timeline", "plan", "dense"})

MARKDOWN = 12_000
"""Characters of Markdown in one stream."""

_TEXT = "stream_text"
"""The block in which a stream's own Markdown grows."""


def start(call: Call) -> Reply:
    """``chat.startStream``: only under a message, and in a channel only for somebody who is named."""
    room, world, thread = call.open_channel(), call.workspace, call.need("thread_ts")
    if thread not in world.messages:
        raise Refusal("thread_not_found")
    if not room.direct:
        for who in ("recipient_team_id", "recipient_user_id"):
            if not call.get(who):
                raise Refusal(f"missing_{who}")
        if call.get("recipient_team_id") != world.team:
            raise Refusal("team_not_found")
        call.user("recipient_user_id")
    if call.get("task_display_mode") not in MODES:
        raise Refusal("invalid_arguments")
    blocks, text = _grown((), "", call)
    said = world.post(
        Message(
            ts=world.stamp(),
            channel=room.id,
            user=world.bot,
            text=text,
            at=world.now(),
            blocks=blocks,
            thread=thread,
            streaming=True,
        )
    )
    return {"channel": room.id, "ts": said.ts}


def append(call: Call) -> Reply:
    """``chat.appendStream``."""
    known = _streaming(call)
    if not call.get("markdown_text") and not call.decoded("chunks"):
        raise Refusal("no_text")
    blocks, text = _grown(known.blocks, known.text, call)
    call.workspace.change(known, blocks=blocks, text=text)
    return {"channel": known.channel, "ts": known.ts}


def stop(call: Call) -> Reply:
    """``chat.stopStream``: what is given stands at the end, and from then on it is a message like any other."""
    known, world = _streaming(call), call.workspace
    blocks, text = _grown(known.blocks, known.text, call)
    given = call.decoded("blocks") or []
    checked(given)
    whole = (*blocks, *world.numbered(given))
    checked(list(whole))
    metadata = call.metadata()
    said = world.change(known, blocks=whole, text=text, metadata=metadata or known.metadata, streaming=False)
    return {"channel": said.channel, "ts": said.ts}


def set_session(call: Call) -> Reply:
    """``agents.sessions.setStatus``: while it is *processing* people see a button to stop it."""
    room, status = call.channel("channel_id"), call.need("status")
    if status not in SESSIONS:
        raise Refusal("invalid_arguments")
    call.workspace.set_session(room.id, call.get("thread_ts"), status, call.get("title"))
    return {}


def _streaming(call: Call) -> Message:
    """The app's own message that still grows. Raises ``Refusal``."""
    room = call.channel()
    known = call.message(call.need("ts"), room)
    if known.user != call.workspace.bot:
        raise Refusal("message_not_owned_by_app")
    if not known.streaming:
        raise Refusal("message_not_in_streaming_state")
    return known


def _grown(blocks: Sequence[Mapping[str, Any]], text: str, call: Call) -> tuple[tuple[dict[str, Any], ...], str]:
    """What stands there once this call's Markdown and chunks are added. Raises ``Refusal``."""
    made = [dict(block) for block in blocks]
    chunks = call.decoded("chunks") or []
    if not isinstance(chunks, list):
        raise Refusal("invalid_chunks")
    if call.get("markdown_text"):
        chunks = [*chunks, {"type": "markdown_text", "text": call.get("markdown_text")}]
    for chunk in chunks:
        made, text = _with(made, text, chunk, call)
    if len(text) > MARKDOWN:
        raise Refusal("msg_too_long")
    return tuple(call.workspace.numbered(made)), text


def _with(made: list[dict[str, Any]], text: str, chunk: Any, call: Call) -> tuple[list[dict[str, Any]], str]:
    kind = chunk.get("type") if isinstance(chunk, dict) else None
    if kind == "markdown_text" and isinstance(chunk.get("text"), str) and chunk["text"]:
        text += chunk["text"]
        rest = [block for block in made if block.get("block_id") != _TEXT]
        return [*rest, {"type": "markdown", "block_id": _TEXT, "text": text}], text
    if kind == "task_update" and _is_step(chunk):
        return _stepped(made, chunk), text
    if kind == "blocks":
        checked(chunk.get("blocks"))
        return [*made, *chunk["blocks"]], text
    raise Refusal("invalid_chunks")


def _is_step(chunk: Mapping[str, Any]) -> bool:
    named = all(isinstance(chunk.get(name), str) and chunk[name] for name in ("id", "title"))
    return named and chunk.get("status") in STEPS


def _stepped(made: list[dict[str, Any]], chunk: Mapping[str, Any]) -> list[dict[str, Any]]:
    """A step that is known changes where it stands; a new one comes last of the steps."""
    card = {"type": "task_card", "task_id": chunk["id"], "title": chunk["title"], "status": chunk["status"]}
    for place, block in enumerate(made):
        if block.get("task_id") == chunk["id"]:
            return [*made[:place], {**block, **card}, *made[place + 1 :]]
    steps = sum(block["type"] == "task_card" for block in made)
    return [*made[:steps], card, *made[steps:]]
