"""Answers of the agent about itself, from its own records, to the asker alone: what it did, cost, and took back."""

from __future__ import annotations

from collections.abc import Sequence

from bot.app import App
from bot.views.home.deeds import MOST
from models.directives import Member, Team
from models.ids import PersonId
from models.money import Money
from models.proposals import Effect, Objection, Proposal
from planner.asked.itself import PRIVACY
from planner.asked.questions import Question
from planner.asked.topics import AskAgent, Of
from planner.asked.undo import taken_back
from planner.bounds.worktime import person_calendar
from planner.facts.observe import owned
from planner.reports.deeds import DAYS, Deed, deeds_of
from planner.words.replies import ListReply, PlainReply, Reply
from planner.words.titles import brief, name_of

_MOST = 8
"""Lines."""


async def about_itself(app: App, question: Question, team: Team, user: str, *, private: bool) -> Reply | None:
    """The answer to ``AskAgent``; ``None`` for any other question, and where others read it."""
    member = next((each for each in team.members if user and each.slack == user), None)
    if not isinstance(question, AskAgent) or not private or member is None:
        return None
    match question.of:
        case Of.DONE:
            return await _done(app, team, member)
        case Of.COST:
            return await _cost(app, team)
        case Of.REFUSED:
            return await _refused(app, team, member.id)
        case Of.UNDO:
            return await _undo(app, team, member.id)
        case Of.PRIVACY:
            return PlainReply(text=PRIVACY)


async def _done(app: App, team: Team, member: Member) -> Reply:
    """Of today, in the reader's zone, as far as it concerns them."""
    zone, now = person_calendar(app.directives, team.id, member.id), app.clock.now()
    done, _ = await deeds_for(app, member.id, [team])
    today = [each for each in done if zone.local_day(each.at) == zone.local_day(now)]
    if not today:
        return PlainReply(text="Today I have done nothing that concerns you. Home shows the last days.")
    things = "1 thing" if len(today) == 1 else f"{len(today)} things"
    lines = tuple(f"{zone.local(each.at):%H:%M} · {each.words}{f' ({each.how})' if each.how else ''}" for each in today)
    choices = tuple((f"Why: {each.words}"[:75], f"why {each.why}") for each in today[:3])
    title = f"Today I did {things} that concern{'s' if len(today) == 1 else ''} you"
    return ListReply(title=title, lines=lines[:_MOST], more=max(0, len(lines) - _MOST), choices=choices)


async def _cost(app: App, team: Team) -> Reply:
    if app.model is None:
        return PlainReply(text="Nothing: no Claude is set up here, and rules cost nothing.")
    now, cap = app.clock.now(), Money.usd(team.daily_cap_usd)
    spending = await app.purse.spending(team.id, now.astimezone(team.tz).date(), now)
    return PlainReply(text=f"Of Claude's money for {team.name} {spending.told(cap)}. Rules cost nothing.")


async def _refused(app: App, team: Team, person: PersonId) -> Reply:
    """The last request of theirs that somebody said no to: by whom, and the record with the reason."""
    refused = await app.ledger.refused_to(person, team.id)
    if refused is None:
        return PlainReply(text="Nobody has said no to a request of yours in the last two months.")
    who = name_of(refused.by, team.id, app.directives) if refused.by is not None else "Somebody"
    what, said = brief(refused.proposal.action, team.id, app.directives), refused.objection
    why = f": {said.replace('_', ' ')}" if said is not None and said is not Objection.OTHER else ", without a reason"
    choices = (("The whole record", f"why {refused.proposal.id}"),)
    return PlainReply(text=f"{who} said no to {what}{why}.", choices=choices)


async def _undo(app: App, team: Team, person: PersonId) -> Reply:
    """The last thing that they may take back, behind a button: nothing is undone by a word like *it* alone."""
    done, _ = await deeds_for(app, person, [team])
    last = next((each for each in sorted(done, key=lambda each: each.at, reverse=True) if each.undo), None)
    if last is None:
        return PlainReply(text="There is nothing of the last days that you could take back.")
    return PlainReply(text=f"Take this back: {last.words}?", choices=(("Take it back", f"undo {last.undo}"),))


# --- what was done ----------------------------------------------------------------------------------------------


async def deeds_for(app: App, person: PersonId, teams: Sequence[Team]) -> tuple[tuple[Deed, ...], int]:
    """What was done in the last days that concerns them, and how much in all."""
    mine = [key for team in teams for key in owned(await app.store.facts_about(team.id), person)]
    done, count = await app.ledger.deeds(person, [team.id for team in teams], days=DAYS, limit=MOST, issues=mine)
    undone = await app.ledger.undone([effect.id for effect in done])
    able = [effect.id for effect in done if _may_undo(app, effect, person)]
    return deeds_of(person, done, app.directives, can_undo=able, undone=undone), count


def _may_undo(app: App, effect: Effect, person: PersonId) -> bool:
    """Asked of the same code that decides when they press: a button that would be refused is not drawn."""
    return isinstance(taken_back(effect, person, app.directives, app.clock.now()), Proposal)
