"""*Reject…* and *Reject selected…*: shown only to whoever may answer, and settled one question at a time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bot.app import App
from bot.jobs.presses.answering import Answer, settle
from bot.jobs.presses.authority import UNKNOWN, Answerer, member_of, refusal, subject_for
from bot.jobs.presses.objecting import after_no
from bot.jobs.windows.form import Filled, Opened
from bot.views.card.batch import MOST_CHOSEN, NOTHING_CHOSEN, chosen_in, told_together
from bot.views.parts.moves import details, move
from bot.views.windows.reject import note_in, objection_in, reject_window
from bot.views.windows.window import Window
from models.ids import ApprovalId
from models.mailbox import Job
from models.proposals import Approval

Pair = tuple[str, str]


async def draw(app: App, opened: Opened) -> Window | str:
    """The form about one question."""
    return await _drawn(app, opened, [(str(opened.value.get("a", "")), str(opened.value.get("v", "")))])


async def draw_several(app: App, opened: Opened) -> Window | str:
    """The form about those that are ticked; what may not be answered any more is left out."""
    return await _drawn(app, opened, chosen_in(opened.picked, opened.value.get("g"))[:MOST_CHOSEN]) or NOTHING_CHOSEN


async def _drawn(app: App, opened: Opened, pairs: Sequence[Pair]) -> Window | str:
    able, refused = list[tuple[Pair, Approval]](), NOTHING_CHOSEN
    for pair in pairs:
        who = _who(opened.user, pair, (opened.channel, opened.ts))
        approval = await app.ledger.approval(who.approval)
        words = await refusal(app, who, approval)
        if words is None and approval is not None:
            able.append((pair, approval))
        else:
            refused = words or UNKNOWN
            team = approval.team if approval is not None else app.directives.teams[0].id
            await app.ledger.audit(team, opened.user, "window_refused", who.approval[:200], refused)
    if not able:
        return refused
    return reject_window(opened.word, _lines(app, [a for _, a in able]), [pair for pair, _ in able])


def _lines(app: App, asked: Iterable[Approval]) -> list[str]:
    names = {m.id: m.name for team in app.directives.teams for m in team.members}
    every = list(asked)
    said = [move(a.proposal.action, names) for a in every]
    return said if len(said) > 1 else [*said, *details(every[0].proposal.action)]


async def fill(app: App, job: Job, filled: Filled) -> str | None:
    """Each of them by itself; what did not count is told, a line each."""
    objection, pairs = objection_in(filled.picked), _pairs(filled.ids.get("q"))
    if objection is None or not pairs:
        return "That could not be read, so nothing was done. Press Reject again."
    answer = Answer(approve=False, objection=objection, note=note_in(filled.picked)[:200])
    refused = list[tuple[str, str]]()
    for pair in pairs:
        who = _who(filled.user, pair)
        words = await settle(app, job, who, answer)
        if words is not None:
            refused.append((await subject_for(app, who), words))
        elif (approval := await app.ledger.approval(who.approval)) is not None:
            await after_no(app, approval, member_of(app, approval, filled.user))
    return told_together(refused, len(pairs))


def _pairs(carried: object) -> list[Pair]:
    """What the window carried; may be anything a body can hold."""
    listed = carried if isinstance(carried, list) else []
    pairs = [(str(each[0]), str(each[1])) for each in listed if isinstance(each, list) and len(each) == 2]
    return list(dict.fromkeys(pairs))[:MOST_CHOSEN]


def _who(user: str, pair: Pair, place: tuple[str, str] | None = None) -> Answerer:
    return Answerer(user=user, approval=ApprovalId(pair[0]), version=pair[1], place=place)
