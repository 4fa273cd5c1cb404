"""All that one person's Home shows, read from the stores: of their own teams, and of nobody else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import reduce

from bot.app import App
from bot.jobs.asked.itself import deeds_for
from bot.jobs.asked.learn import known_to
from bot.jobs.home.running import running_of
from bot.jobs.presses.acting import memberships
from bot.views.home import HomeData, home_of
from bot.views.home.data import Reach, reach_of
from models.directives import Member, Team
from models.errors import Refused, VendorError
from models.ids import ApprovalId, PersonId
from models.proposals import Approval, ApprovalState
from models.signals import Urgency
from models.work import Facts
from planner.asked.quiet.held import held_for
from planner.bounds.limits import CRITICAL, DAILY, Place, units
from planner.facts.observe import people_of
from planner.hearers.approvals import card_waits
from planner.hearers.contact import WAYS, messages_a_day


async def gathered(app: App, user: str) -> HomeData:
    """What ``user`` (Slack's id) sees; a stranger's Home for somebody in no team. Raises ``VendorError``."""
    theirs, guest = memberships(app.directives, user), await _is_guest(app, user)
    if not theirs:
        return HomeData(zone="UTC", now=app.clock.now(), real=app.clock.real(), reach=None, guest=guest)
    person, teams = theirs[0][1].id, [team for team, _ in theirs]
    waiting = [a for a in await app.ledger.card_of(person) if a.state is ApprovalState.PENDING]
    parts = [await _of_team(app, team, member, waiting) for team, member in theirs]
    if len(parts) > 1:
        parts = [_named(part, team) for part, team in zip(parts, teams, strict=True)]
    done, count = await deeds_for(app, person, teams)
    return replace(
        reduce(_joined, parts),
        guest=guest,
        cards=await _cards(app, person, waiting),
        deeds=done,
        deeds_in_all=count,
        known=await known_to(app, user),
        running=None if guest else await running_of(app, person),
    )


async def _is_guest(app: App, user: str) -> bool:
    """As Slack knows them; somebody it does not know is treated as one."""
    if app.slack is None:
        return True
    try:
        known = await app.slack.member(user)
    except Refused:
        return True
    return known.guest or known.bot or known.deleted


async def _of_team(app: App, team: Team, member: Member, waiting: Sequence[Approval]) -> HomeData:
    facts, now = await app.store.facts_about(team.id), app.clock.now()
    data = home_of(member, app.directives, facts, waiting, now=now, real=app.clock.real())
    history = await app.ledger.history_of(team.id, member.id)
    deferred = await app.ledger.deferred(team.id)
    held = held_for(member.id, facts, history, deferred, app.directives, now)
    at = Place(team.id, people_of(facts), app.directives, now)
    waits = {a.id: card_waits(a, member.id, at, history) for a in waiting if a.team == team.id}
    coming = {name: wait.until for name, wait in waits.items() if wait is not None}
    return replace(data, held=held, coming=coming, reach=await _reach(app, team, member, facts))


async def _reach(app: App, team: Team, member: Member, facts: Facts) -> Reach:
    """As they want it, with what is used of today, and what the constitution would have instead."""
    reach = reach_of(member, app.directives, facts)
    spent = (await app.ledger.history_about(team.id, [])).spent
    at = Place(team.id, people_of(facts), app.directives, app.clock.now())
    day = units(member.id, Urgency.LOW, at)[0].day.isoformat()
    used, critical = (spent.get((member.id, day, name), 0) for name in (DAILY, CRITICAL))
    reach = replace(reach, used=used, critical_used=critical)
    if not app.roster.wishes.get(member.id):
        return reach
    given = app.roster.constitution.team(team.id).member(member.id)
    return replace(reach, given=_in_words(reach_of(given, app.roster.constitution, facts)))


def _in_words(reach: Reach) -> str:
    way = WAYS[reach.channel or "learn"]
    return f"{messages_a_day(reach.per_day)}, {way}, {reach.hours}, {reach.days}, {reach.zone} time"


async def _cards(app: App, person: PersonId, waiting: Sequence[Approval]) -> dict[ApprovalId, str]:
    """Where each question can be answered; one whose address Slack does not tell is in the direct messages anyway."""
    found: dict[ApprovalId, str] = {}
    for asked in waiting:
        card = asked.shown_to(person)
        if card is None or app.slack is None:
            continue
        try:
            found[asked.id] = await app.slack.permalink(card["channel"], card["ts"])
        except VendorError:
            continue
    return found


def _named(data: HomeData, team: Team) -> HomeData:
    """With the team's name where the words alone would be of any."""
    return replace(data, paused=f"{team.name}: {data.paused}" if data.paused else "")


def _joined(one: HomeData, two: HomeData) -> HomeData:
    """Somebody in two teams has one Home."""
    oldest = {
        source: min(at for part in (one, two) if (at := part.read_at.get(source)) is not None)
        for source in {*one.read_at, *two.read_at}
    }
    return replace(
        one,
        moves=(*one.moves, *two.moves),
        work=(*one.work, *two.work),
        unknown=one.unknown or two.unknown,
        held=(*one.held, *two.held),
        coming={**one.coming, **two.coming},
        channels={**two.channels, **one.channels},
        read_at=oldest,
        paused=" ".join(filter(None, (one.paused, two.paused))),
    )
