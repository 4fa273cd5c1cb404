"""*Ask the assignee*: drawn with the words of the message, carried as its user's question to whoever has the ticket."""

from __future__ import annotations

from dataclasses import replace

from bot.app import App
from bot.jobs.windows.form import Filled, Opened
from bot.jobs.windows.shortcuts import GONE, NOTHING_NAMED, Meant, all_named, meant, refusal, tell
from bot.views.windows.question import ABOUT, WORDS, question_window
from bot.views.windows.window import Window
from models.errors import VendorError
from models.mailbox import Job
from models.proposals import AskedIn
from planner.asked.relay import Relay, carry, shown
from planner.words.titles import called, name_of

NOBODYS = "Nobody else of your team has what this message names, so there is nobody to ask."


async def draw(app: App, opened: Opened) -> Window | str:
    """The form, or why there is none; what is one's own, or nobody's, is not offered."""
    refused = await refusal(app, opened.user)
    if refused is not None:
        return refused
    found = await all_named(app, opened.user, opened.message)
    others = [each for each in found if each.named.owner not in (None, each.who.id)]
    if not others:
        return NOBODYS if found else NOTHING_NAMED
    # A private channel's words stay there: whoever asks may type their own.
    words = shown(str(opened.message.get("text") or "")) if await _open_to_all(app, opened.channel) else ""
    return question_window([(_label(app, each), each.named.subject) for each in others], words)


async def _open_to_all(app: App, channel: str) -> bool:
    """Whether everybody in the workspace may read the channel; when nobody can say, it is taken for private."""
    try:
        return app.slack is not None and bool(channel) and await app.slack.is_public(channel)
    except VendorError:
        return False


def _label(app: App, found: Meant) -> str:
    """Whom it is with first: a long title is cut at its end."""
    owner = found.named.owner
    name = name_of(owner, found.team.id, app.directives) if owner else "nobody"
    return f"{called(found.named.subject)} · {name} · {found.named.title}"


async def settle(app: App, job: Job, filled: Filled) -> str | None:
    """Decide and record it for whoever has the ticket now, and tell its user in private what becomes of it."""
    refused = await refusal(app, filled.user)
    if refused is not None:
        return refused
    found = await meant(app, filled.user, filled.picked.get(ABOUT))
    if found is None:
        return GONE
    if found.named.owner is None:
        return f"Nobody of {found.team.name} has {called(found.named.subject)} any more, so nothing was sent."
    words = str(filled.picked.get(WORDS) or "")
    asked = Relay(
        to=found.named.owner,
        subject=found.named.subject,
        url=found.named.url,
        words=words,
        asked_in=AskedIn(person=found.who.id),
    )
    # Its record must not end the job that still has to tell: what comes twice finds the first by its name.
    desk = replace(app.desk(job), ledger=app.ledger)
    reply = await carry(asked, found.who.id, found.team.id, desk, filled.delivery)
    await tell(app, job, filled.user, found.who, reply)
    return None
