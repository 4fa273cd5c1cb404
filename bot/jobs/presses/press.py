"""A button was pressed: what the signed body says is settled once, and a refusal is written down and told privately."""

from __future__ import annotations

import json
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from bot import homes
from bot.app import App
from bot.views.parts.more import meant
from bot.views.windows.window import Picked, picked
from models.mailbox import Job

log = logging.getLogger(__name__)

T = TypeVar("T")

ELSEWHERE = "This click comes from another workspace, so nothing was done."


@dataclass(frozen=True, slots=True)
class Press:
    """What a signed ``block_actions`` body says, as far as we use it."""

    user: str
    workspace: str
    channel: str
    ts: str
    button: str
    """The ``action_id``."""
    value: Mapping[str, Any]
    """What we had put behind the button; may be anything a body can hold."""
    response_url: str
    picked: Picked = field(default_factory=dict)
    """What was chosen in the message beside the button; may be anything a body can hold."""


UNREADABLE = (KeyError, IndexError, TypeError, ValueError, RecursionError)
"""What reading a press raises whose body is none."""


def read_press(body: Mapping[str, Any]) -> Press:
    """Raises one of ``UNREADABLE`` on a body that is no such press."""
    action = meant(body["actions"][0])
    container = body.get("container") or {}
    return Press(
        user=str(body["user"]["id"]),
        workspace=str((body.get("team") or {}).get("id", "")),
        channel=str(container.get("channel_id", "")),
        ts=str(container.get("message_ts", "")),
        button=action["action_id"],
        value=json.loads((action.get("selected_option") or action)["value"]),
        response_url=str(body.get("response_url", "")),
        picked=picked(body),
    )


async def ours(app: App, workspace: str) -> bool:
    """Whether a press, a window or a shortcut comes from the workspace whose token we hold. Raises ``VendorError``.

    The one gate: nothing that comes in by ``settle_press`` or as a window is looked at before it.
    """
    return app.slack is not None and workspace == await app.slack.workspace()


async def note_answer(app: App, user: str, channel: str, ts: str) -> None:
    """Whoever presses a button of a message has answered it: nobody further is told of it for want of an answer."""
    members = (m.id for team in app.directives.teams for m in team.members if m.slack == user)
    person = next(members, None)
    if person is not None and channel and ts:
        await app.ledger.answered(person, channel, ts)


async def settle_press(
    app: App,
    job: Job,
    *,
    read: Callable[[Press], T],
    settle: Callable[[App, Job, T], Awaitable[str | None]],
    refused: str,
    about: Callable[[T], str],
) -> None:
    """Settle one press of our own workspace: ``settle`` answers why it did nothing, or ``None``.

    ``read`` may raise what ``read_press`` raises. A refusal is audited as ``refused`` and said to the presser alone.
    """
    delivery = await app.mailbox.delivery(job.payload["inbox"])
    try:
        press = read_press(json.loads(delivery.body))
        said = read(press)
    except UNREADABLE as bad:
        log.warning("a click that cannot be read: %r", bad, extra={"action": "unreadable_click"})
        await app.mailbox.finish(job)
        return
    refusal = await settle(app, job, said) if await ours(app, press.workspace) else ELSEWHERE
    if refusal is None:  # a press that does not count answers nothing
        await note_answer(app, press.user, press.channel, press.ts)
    else:
        await app.ledger.audit(team=job.team, who=press.user, what=refused, about=about(said), detail=refusal)
    await app.mailbox.finish(job)
    if refusal is not None and not press.response_url:  # pressed on a Home: there is no message to answer in
        await homes.touch(app, press.user, refusal)
    elif refusal is not None:  # at most once: whoever misses it still sees the message with its buttons
        await app.notify.whisper(press.response_url, refusal)
