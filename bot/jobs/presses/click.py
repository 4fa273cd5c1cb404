"""A press of a card's button: a yes, a no, or *Ask me later*; for one question, or for several that were chosen."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

from bot.app import App
from bot.jobs.presses.answering import Answer, put_off_until, settle
from bot.jobs.presses.authority import IN_SHADOW, TEAM_GONE, Answerer, subject_for
from bot.jobs.presses.press import Press, settle_press
from bot.views.card.batch import MOST_CHOSEN, NOTHING_CHOSEN, chosen_in, told_together
from models.ids import ApprovalId
from models.mailbox import Job

__all__ = ["IN_SHADOW", "TEAM_GONE", "settle_one", "settle_several"]

LATER = "ask_later"


@dataclass(frozen=True, slots=True)
class Click:
    """A press of a card's button about one question."""

    press: Press
    who: Answerer
    later: str
    """What was chosen in *Ask me later*; may be anything a body can hold."""


async def settle_one(app: App, job: Job) -> None:
    """Settle the approval, or refuse privately and write down who tried."""
    await settle_press(
        app, job, read=_read, settle=_settle, refused="click_refused", about=lambda click: click.who.approval
    )


def _read(press: Press) -> Click:
    who = _who(press, str(press.value["a"]), str(press.value["v"]))
    return Click(press, who, str(press.value.get("l", "")))


async def _settle(app: App, job: Job, click: Click) -> str | None:
    if click.press.button.startswith(LATER):
        return await put_off_until(app, job, click.who, click.later)
    return await settle(app, job, click.who, Answer(approve=click.press.button == "approve"))


def _who(press: Press, approval: str, version: str) -> Answerer:
    return Answerer(
        user=press.user,
        approval=ApprovalId(approval),
        version=version,
        place=(press.channel, press.ts),
    )


# --- several at once ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Several:
    """A press of *Approve selected*."""

    press: Press
    who: tuple[Answerer, ...]


async def settle_several(app: App, job: Job) -> None:
    """Each chosen question by itself; what did not count is told in one private answer, a line each."""
    await settle_press(app, job, read=_read_several, settle=_settle_several, refused="click_refused", about=_about)


def _read_several(press: Press) -> Several:
    return Several(press, tuple(_who(press, *each) for each in _chosen(press)))


def _chosen(press: Press) -> Iterator[tuple[str, str]]:
    yield from chosen_in(press.picked, press.value.get("g"))[:MOST_CHOSEN]


async def _settle_several(app: App, job: Job, several: Several) -> str | None:
    if not several.who:
        return NOTHING_CHOSEN
    settled = [(who, await settle(app, job, who, Answer(approve=True))) for who in several.who]
    refused = [(await subject_for(app, who), words) for who, words in settled if words is not None]
    return told_together(refused, len(several.who))


def _about(several: Several) -> str:
    return json.dumps([who.approval for who in several.who])[:200]
