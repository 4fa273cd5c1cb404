"""What follows when the constitution changes: everybody is looked at anew, what belongs to nobody ends, admins hear."""

from __future__ import annotations

import logging
import os
import platform
from collections.abc import Sequence

from bot.constitution.watch import Amended, Broken, Constitution, Trouble
from bot.status import ABOUT, IN_FORCE, SITE, standing
from models.cycles import History
from models.directives import Directives, Team
from models.ids import ApprovalId, TeamId
from models.ledger import Ledger
from models.mailbox import Mailbox, NewJob, look_at
from models.operations import Operations
from models.running import WORKS
from models.store import Store
from planner.notices import Notice, mode_notice, whom_to_tell
from planner.policy import who_may_answer
from planner.words.modes import MODES

log = logging.getLogger(__name__)

LIVED_BY = "versions"
"""The key in memory of the versions that were in force, the latest last."""

REMEMBERED = 50
"""So many of them."""

SPAN = "trouble"
"""The key in memory of the latest time of trouble."""


async def keep_up(law: Constitution, mailbox: Mailbox, store: Store, ledger: Ledger, *, at_once: bool = False) -> None:
    """Look at the file; follow up every change of this process that was not followed up yet.

    What breaks off half-way is followed up again by the next call: doing it twice changes nothing.
    """
    await law.look(at_once=at_once)
    async with law.following:
        while law.owed:
            await _follow(law.owed[0], law, mailbox, store, ledger)
            law.owed.pop(0)


async def _follow(turn: Amended | Broken, law: Constitution, mailbox: Mailbox, store: Store, ledger: Ledger) -> None:
    await note_standing(law, store)
    await note_version(law.roster.constitution, store)
    if isinstance(turn, Broken):
        law.span = await span_begun(store)
        await tell_admins(store, law.roster.constitution, broken(turn.trouble, law.roster.constitution, law.span))
        return
    await bid_farewell(turn.after, store, ledger)
    for before, after in _other_modes(turn):
        await _redraw_questions(after.id, mailbox, ledger)
        await tell_admins(store, turn.after, mode_changed(before, after, turn))
    for team in turn.after.teams:
        await mailbox.put(_reading(team.id) if _reads_otherwise(team, turn.before) else look_at(team.id))
    if turn.mended is not None:
        await tell_admins(store, turn.after, mended(turn.mended, turn.after, law.span))
        await span_over(store, law.span)


def _other_modes(turn: Amended) -> list[tuple[Team, Team]]:
    """The teams that have another mode now, as they were and as they are."""
    known = {team.id: team for team in turn.before.teams}
    both = [(known[team.id], team) for team in turn.after.teams if team.id in known]
    return [(before, after) for before, after in both if before.mode is not after.mode]


async def _redraw_questions(team: TeamId, mailbox: Mailbox, ledger: Ledger) -> None:
    """Whether a question can be answered now stands on its card: every message that shows one is drawn again."""
    pending = (await ledger.history(team)).pending
    for channel, ts in sorted({(place["channel"], place["ts"]) for each in pending for place in each.places}):
        payload = {"channel": channel, "ts": ts}
        await mailbox.put(NewJob("card", f"card:{channel}:{ts}", team, lane=0, payload=payload, coalesce=True))


def _reads_otherwise(team: Team, before: Directives) -> bool:
    """Whether it is new, or has other boards, repositories or people: then its world must be read whole."""
    known = next((each for each in before.teams if each.id == team.id), None)
    if known is None:
        return True
    return (known.jira, known.bitbucket, known.members) != (team.jira, team.bitbucket, team.members)


def _reading(team: TeamId) -> NewJob:
    """Read everything, then look."""
    return NewJob(kind="sync", key=f"sync:{team}", team=team, lane=2, payload={"whole": True, "look": True})


# --- what belongs to nobody any more --------------------------------------------------------------------------


async def live_by(law: Constitution, store: Store, ledger: Ledger, operations: Operations) -> None:
    """Begin with the file there is: say what is in force, and end what belongs to teams that are gone.

    Nothing is ended for a file that is older than what others live by: it is a copy that has not been brought here yet.
    """
    directives = law.roster.constitution
    if law.trouble is None:  # it was mended while nobody watched
        await span_over(store)
    if await outlived(directives, store) and await _others_work(operations):
        told = "directives.yaml is older here than where others work: bring the new one to this machine"
        log.warning(told, extra={"action": "old_constitution"})
        return
    await note_standing(law, store)
    await note_version(directives, store)
    await bid_farewell(law.roster.directives, store, ledger)


async def _others_work(operations: Operations) -> bool:
    """Whether another process works, here or on another machine."""
    us = (platform.node()[:120], os.getpid())
    working = [shift.process for shift in await operations.at_work() if shift.process.kind in WORKS]
    return any((each.host, each.pid) != us for each in working)


async def bid_farewell(directives: Directives, store: Store, ledger: Ledger) -> None:
    """End the looks and questions of teams that are gone, and the questions nobody may answer any more.

    What was on its way out to them is stopped at its last moment, by policy.
    """
    gone = set(await store.teams_known()) - {team.id for team in directives.teams}
    for team in sorted(gone):
        await store.end_looks(team)
        pending = (await ledger.history(team)).pending
        await ledger.supersede([each.id for each in pending], "the team is not in the constitution any more")
        log.info("team %s is gone: its looks and questions end", team, extra={"action": "team_gone", "team": team})
    for kept in directives.teams:
        orphans = _orphans(await ledger.history(kept.id), directives)
        if orphans:
            await ledger.withdraw(orphans)


def _orphans(history: History, directives: Directives) -> Sequence[ApprovalId]:
    """Questions that only people may answer who may not any more: withdrawn, so that others may be asked."""
    return [each.id for each in history.pending if not who_may_answer(each, directives)]


# --- telling ----------------------------------------------------------------------------------------------------


async def note_standing(law: Constitution, store: Store) -> None:
    """Keep what this process lives by, where a command finds it that cannot read the file itself."""
    trouble = law.trouble.words if law.trouble else ""
    await store.remember(SITE, ABOUT, IN_FORCE, dict(standing(law.roster.constitution, trouble)))


async def note_version(law: Directives, store: Store) -> None:
    """Keep that this version came into force last."""
    kept = [each for each in await store.remembered(SITE, ABOUT, LIVED_BY) or () if each != law.version]
    await store.remember(SITE, ABOUT, LIVED_BY, [*kept, law.version][-REMEMBERED:])


async def outlived(law: Directives, store: Store) -> bool:
    """Whether another version came into force after this one: its file may be an old copy, on another machine."""
    known = await store.remembered(SITE, ABOUT, LIVED_BY) or ()
    return law.version in known[:-1]


async def span_of(store: Store) -> tuple[int, bool]:
    """The number of the latest time of trouble, from break to mend, and whether it goes on."""
    kept = (await store.recall(SITE, ABOUT)).get(SPAN) or {}
    return int(kept.get("number", 0)), bool(kept.get("open", False))


async def span_begun(store: Store) -> int:
    """The number of the time of trouble there is now: the same for every process that sees it."""
    number, is_open = await span_of(store)
    if not is_open:
        number += 1
        await store.remember(SITE, ABOUT, SPAN, {"number": number, "open": True})
    return number


async def span_over(store: Store, number: int | None = None) -> None:
    """End that time of trouble, not one that has begun since; without a number, whichever there is."""
    latest, is_open = await span_of(store)
    if is_open and number in (None, latest):
        await store.remember(SITE, ABOUT, SPAN, {"number": latest, "open": False})


def broken_name(trouble: Trouble, span: int) -> str:
    """The name of the notice of that mistake: equal within one time of trouble, another after a mend."""
    return f"broken {trouble.content} {span}"


def broken(trouble: Trouble, in_force: Directives, span: int) -> Notice:
    """What admins are told of a file that cannot come into force."""
    first, *rest = trouble.words.split("\n")
    return Notice(
        name=broken_name(trouble, span),
        headline=f"The constitution has a mistake, so the old one stays in force: {first}",
        facts=(*rest, f"In force: version {in_force.version}", "The whole list: pm directives check"),
    )


def mended(trouble: Trouble, in_force: Directives, span: int) -> Notice:
    """What admins are told when it is whole again; only those who heard of the trouble."""
    return Notice(
        name=f"mended {trouble.content} {span}",
        headline=f"The constitution is whole again. In force: version {in_force.version}",
        after=broken_name(trouble, span),
    )


def mode_changed(before: Team, after: Team, turn: Amended) -> Notice:
    """What admins are told of a team that goes further now, or less far; once a day for the same edit."""
    edit = f"{turn.before.version} {turn.after.version} {turn.at:%Y-%m-%d}"
    said = MODES.get(after.mode, f"{after.mode} mode: lives by the file")
    return Notice(
        name=mode_notice(after, edit),
        headline=f"{after.name} is now in {said}",
        facts=(f"Before it was in {before.mode} mode", f"In force: version {turn.after.version}"),
    )


async def tell_admins(store: Store, directives: Directives, notice: Notice) -> None:
    """Once for each notice, whichever process comes first."""
    whom = whom_to_tell(directives)
    if whom is None:
        log.warning("no team names an ops channel or admins: nobody is told", extra={"action": "notice_for_nobody"})
        return
    payload = {"name": notice.name, "headline": notice.headline, "facts": list(notice.facts), "after": notice.after}
    payload |= {"diff": notice.diff}
    job = NewJob(kind="notice", key=f"notice:{ABOUT}", team=whom.team, lane=1, payload=payload)
    await store.fire(f"notice:{ABOUT}", notice.name, job)
