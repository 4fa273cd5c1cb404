"""The mirror of the work and what the clock remembers: facts with their age, slots fired once, things learnt."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Connection, Select, and_, bindparam, delete, func, select

from models.clock import Clock
from models.database import Database, insert_into, insert_new
from models.events import Source
from models.ids import AccountId, IssueKey, PersonId, SprintId, TeamId
from models.keeping import facts as mirror
from models.keeping import forecasts, housekeeping, hushes, pauses, recalling
from models.keeping import identities as who
from models.keeping import jobs as queue
from models.keeping.housekeeping import BATCH, ROUNDS, Step
from models.keeping.jobs import NewJob
from models.keeping.mirrored import Mirrored
from models.pauses import Pause
from models.people import Identity, Service
from models.pulls import PullRequest
from models.tables.asks import approvals
from models.tables.mirror import memory, reads
from models.tables.queue import firings, teams
from models.work import Facts, Issue, Person, Sprint

READING = "reading"
"""Under this name lies in memory, by source, how far a whole read has come: ``{"words": ..., "at": ...}``."""

PAST = "past"
"""Under this name lies in memory, by sprint, which past ones were read: ``{"name": ..., "stands": ..., "at": ...}``."""


@dataclass(frozen=True, slots=True)
class Reading:
    """How well one source is read: when last in full (real time), and what has gone wrong since."""

    at: datetime | None
    error: str | None


def with_known(connection: Connection, facts: Facts) -> Facts:
    """The same facts with what people have said beside them, and what was foretold of their sprints."""
    facts = who.with_doubts(connection, facts)
    facts = forecasts.with_odds(connection, facts)
    return hushes.with_taken(connection, pauses.with_pause(connection, facts))


class Store:
    """Facts, schedules and memory. ``planner.ports.Work`` is part of it."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._mirrored = Mirrored(clock)
        self._slots: dict[str, str] = {}
        """Of each schedule the latest slot that this process has seen fired."""

    # --- the mirror ------------------------------------------------------------------------------------------

    async def facts_about(self, team: TeamId) -> Facts:
        """Everything the mirror holds about ``team``; never calls a vendor."""
        return await self._database.read(lambda c: with_known(c, self._mirrored.about(c, team)))

    async def people(self, team: TeamId) -> tuple[Person, ...]:
        """Who is in ``team`` and who is away, as the mirror knows it."""
        return await self._database.read(lambda c: mirror.people_of(c, team))

    async def save(
        self,
        team: TeamId,
        *,
        source: Source,
        complete: bool = False,
        sprints: Sequence[Sprint] | None = None,
        issues: Sequence[Issue] | None = None,
        pull_requests: Sequence[PullRequest] | None = None,
        people: Sequence[Person] | None = None,
        whole: Collection[SprintId] | None = None,
        began: datetime | None = None,
        keep: Collection[str] = (),
    ) -> None:
        """Keep what a source said; a row never gives way to an older one: by provider time, else by ``began``.

        ``complete`` says that each kind given is all there is: what is not mentioned goes, unless it was
        read after the reading ``began`` (real time, default now), which is then the age of the data.
        ``whole`` names the sprints whose issues were all read, instead of those named before; ``keep`` the rows of
        the kinds given that stay although a complete reading does not mention them.
        """
        kinds = {"sprint": sprints, "issue": issues, "pull_request": pull_requests, "person": people}
        given = {kind: list(values) for kind, values in kinds.items() if values is not None}
        now = self._clock.real()
        reading, company = mirror.Reading(team, source, began or now, complete), self._clock.now()

        def keep_all(connection: Connection) -> None:
            if people is not None:
                recalling.note_absences(connection, team, list(people), company, now)
            mirror.save(connection, reading, given, now, whole, keep)

        await self._database.write(keep_all, "save")

    async def gone(self, team: TeamId, *, issues: Collection[str] = (), pull_requests: Collection[str] = ()) -> None:
        """Forget issues (by immutable id) and pull requests the vendor no longer knows."""
        now = self._clock.real()

        def drop(connection: Connection) -> None:
            mirror.drop(connection, team, "issue", issues, now)
            mirror.drop(connection, team, "pull_request", pull_requests, now)

        await self._database.write(drop, "gone")

    async def learn_keys(self, team: TeamId, known: Mapping[str, str | None]) -> None:
        """Keep which issue (immutable id) each key means; ``None``: there is no such issue, it only looks like one."""
        now = self._clock.real()
        if known:
            await self._database.write(lambda c: mirror.keep_keys(c, team, known, now), "learn_keys")

    async def keys_known(self, team: TeamId, since: datetime) -> frozenset[str]:
        """The keys whose meaning was learnt at or after ``since`` (real time)."""
        return await self._database.read(lambda c: mirror.keys_known(c, team, since))

    async def doubtful_keys(self, team: TeamId, since: datetime) -> frozenset[IssueKey]:
        """Keys that were found to be none before ``since`` (real time), and that are still written somewhere."""
        return await self._database.read(lambda c: mirror.doubtful_keys(c, team, since))

    async def holders_of(self, issue: str, teams: Collection[TeamId]) -> Sequence[TeamId]:
        """Those of ``teams`` whose mirror holds the issue of that immutable id."""
        return await self._database.read(lambda c: mirror.holders(c, teams, issue))

    async def read_failed(self, team: TeamId, source: Source, error: str) -> None:
        """Note that ``source`` could not be read; the facts keep their age."""
        await self._database.write(lambda c: mirror.failed(c, team, source, error), "read_failed")

    async def readings(self, team: TeamId) -> Mapping[Source, Reading]:
        """How well each source of ``team`` is read; a source never tried is absent."""
        wanted = select(reads).where(reads.c.team == team)
        rows = await self._database.read(lambda c: c.execute(wanted).mappings().all())
        return {Source(row["source"]): Reading(row["at"], row["error"]) for row in rows}

    # --- when to look ----------------------------------------------------------------------------------------

    async def looks_due(self, now: datetime) -> list[TeamId]:
        """Teams that are not paused and whose next look is due at ``now`` (company time), longest due first."""
        due = and_(teams.c.next_look <= now, teams.c.paused.is_(False))
        wanted = select(teams.c.id).where(due).order_by(teams.c.next_look, teams.c.id)
        return [TeamId(team) for team in await self._column(wanted)]

    async def plan_look(self, team: TeamId, at: datetime) -> None:
        """Look at ``team`` at ``at`` (company time), instead of whenever that was planned before."""
        await self._database.write(lambda c: _set_team(c, team, next_look=at), "plan_look")

    async def next_look(self, team: TeamId) -> datetime | None:
        """When ``team`` is looked at next (company time); ``None`` when no look is planned."""
        wanted = select(teams.c.next_look).where(teams.c.id == team)
        return await self._database.read(lambda c: c.execute(wanted).scalar())

    async def next_alarm(self) -> datetime | None:
        """The next moment (company time) at which time alone makes work: a look, or an ask that lapses."""
        moments = await self._database.read(_alarms)
        return min((moment for moment in moments if moment is not None), default=None)

    async def teams_known(self) -> list[TeamId]:
        """Every team that was ever looked at and is still waited for."""
        wanted = select(teams.c.id).where(teams.c.next_look.is_not(None)).order_by(teams.c.id)
        return [TeamId(team) for team in await self._column(wanted)]

    async def end_looks(self, team: TeamId) -> None:
        """Look at ``team`` no more: it is gone."""
        await self._database.write(lambda c: _set_team(c, team, next_look=None), "end_looks")

    async def pause(self, team: TeamId, pause: Pause | None = None) -> None:
        """Stop looking at ``team`` until ``resume``; ``pause`` says who wants it and when it ends by itself."""
        real = self._clock.real()
        await self._database.write(lambda c: pauses.begin(c, team, pause, real), "pause")

    async def resume(self, team: TeamId, by: PersonId | None = None) -> Pause | None:
        """Look at ``team`` again, at once if a pause ends; returns that pause. ``by`` nobody is the clock."""
        real, now = self._clock.real(), self._clock.now()

        def end(connection: Connection) -> Pause | None:
            ended = pauses.end(connection, team, by, real)
            if ended is not None and ended.since is not None:
                _set_team(connection, team, next_look=now)
            return ended

        return await self._database.write(end, "resume")

    async def pause_of(self, team: TeamId) -> Pause | None:
        """The pause of ``team``, over or not; ``None`` when nobody has paused it."""
        return await self._database.read(lambda c: pauses.of_team(c, team))

    async def pauses_over(self, now: datetime) -> list[TeamId]:
        """The teams whose pause ends by itself at or before ``now`` (company time)."""
        timed = await self._database.read(pauses.ends)
        return [team for until, team in timed if until <= now]

    async def paused(self, team: TeamId) -> bool:
        """Whether ``team`` is paused."""
        wanted = select(teams.c.paused).where(teams.c.id == team)
        return bool(await self._database.read(lambda c: c.execute(wanted).scalar()))

    # --- schedules -------------------------------------------------------------------------------------------

    async def fire(self, schedule: str, slot: str, job: NewJob | None) -> bool:
        """Fire one slot: its row and its job in one transaction; ``False`` when somebody else has.

        Without a job the slot is skipped on purpose. ``slot`` is a local date or instant that sorts as text.
        """
        won = await self._database.write(lambda c: self._fire(c, schedule, slot, job), "fire")
        if won and job is not None:
            self._database.doorbell.ring()
        return won

    async def fired(self, schedule: str, *, since: str | None = None) -> str | None:
        """The last slot of ``schedule`` that was fired or skipped.

        Who only asks whether one was ``since`` that slot gets the one seen last where it is such a one: a later one
        changes nothing of that, and every tick asks so of every team.
        """
        if since is not None and self._slots.get(schedule, "") >= since:
            return self._slots[schedule]
        slot = await self._database.read(lambda c: c.execute(_last_slot(), {"schedule": schedule}).scalar())
        if slot is not None:
            self._slots[schedule] = slot
        return slot

    async def unfired(self, wanted: Mapping[str, str]) -> frozenset[str]:
        """The schedules whose last slot is another than the one ``wanted`` of them: one read, of those not seen so."""
        unseen = [schedule for schedule, slot in wanted.items() if self._slots.get(schedule) != slot]
        if unseen:
            last = select(firings.c.schedule, func.max(firings.c.slot)).where(firings.c.schedule.in_(unseen))
            rows = await self._database.read(lambda c: c.execute(last.group_by(firings.c.schedule)).all())
            self._slots.update({schedule: slot for schedule, slot in rows})
        return frozenset(schedule for schedule in unseen if self._slots.get(schedule) != wanted[schedule])

    # --- memory ----------------------------------------------------------------------------------------------

    async def remember(self, team: TeamId, about: str, key: str, value: Any, *, once: bool = False) -> None:
        """Keep ``value`` (anything JSON can hold) under ``about`` and ``key``, instead of what was there.

        ``once`` leaves what was there as it is.
        """
        await self._database.write(lambda c: self._remember(c, team, about, key, value, once=once), "remember")

    async def recall(self, team: TeamId, about: str) -> Mapping[str, Any]:
        """Everything kept under ``about``, by key."""
        return await self._database.read(lambda c: _recalled(c, team, about))

    async def remembered(self, team: TeamId, about: str, key: str) -> Any | None:
        """What is kept under that one key; ``None`` for nothing."""
        wanted = select(memory.c.value).where(memory.c.team == team, memory.c.about == about, memory.c.key == key)
        return await self._database.read(lambda c: c.execute(wanted).scalar())

    async def forget(self, team: TeamId, about: str, key: str | None = None) -> None:
        """Drop one key, or everything kept under ``about``."""
        gone = delete(memory).where(memory.c.team == team, memory.c.about == about)
        if key is not None:
            gone = gone.where(memory.c.key == key)
        await self._database.write(lambda c: c.execute(gone), "forget")

    # --- who is who ------------------------------------------------------------------------------------------

    async def identities(self) -> list[Identity]:
        """Every account found for, confirmed by, refused by or set for somebody; not those of directives.yaml."""
        return await self._database.read(who.known)

    async def known_of_people(
        self, team: TeamId, abouts: Sequence[str]
    ) -> tuple[Sequence[Identity], Sequence[Mapping[str, Any]]]:
        """``identities``, and what ``recall`` tells of each of ``abouts``: all of one moment, in one reading."""
        return await self._database.read(lambda c: (who.known(c), [_recalled(c, team, about) for about in abouts]))

    async def keep_found(
        self, people: Collection[PersonId], found: Sequence[Identity], everybody: Collection[PersonId]
    ) -> None:
        """Replace what the last search found about ``people``; what people have said stays.

        Whoever is not among ``everybody``, the constitution's people, is let go.
        """
        now, real = self._clock.now(), self._clock.real()
        await self._database.write(lambda c: who.keep(c, people, found, everybody, now, real), "identities_found")

    async def answer_identity(self, person: PersonId, account: AccountId, *, yes: bool) -> Identity | None:
        """Keep the person's own word on an account in doubt, once; ``None`` when there is nothing to answer."""
        now, real = self._clock.now(), self._clock.real()
        return await self._database.write(lambda c: who.answer(c, person, account, yes, now, real), "identity_answered")

    async def set_identities(self, wanted: Sequence[Identity]) -> Identity | None:
        """Keep an admin's word on some of one person's accounts: all, or none when somebody else's is among them.

        Returns what stands in the way: an account another person has confirmed, or was given by an admin.
        """
        now, real = self._clock.now(), self._clock.real()
        return await self._database.write(lambda c: who.assign(c, wanted, now, real), "identities_set")

    async def drop_identities(self, person: PersonId, services: Collection[Service]) -> list[Identity]:
        """Forget everything known of a person's accounts there, what they refused too; returns what it was."""
        return await self._database.write(lambda c: who.drop(c, person, services), "identities_dropped")

    # --- housekeeping ----------------------------------------------------------------------------------------

    async def tidy(self, *, batch: int = BATCH, rounds: int = ROUNDS) -> Mapping[str, int]:
        """Let go of what nobody needs any more, to be called once a day; how many rows, by kind.

        The kinds and their ages are in ``models.keeping.housekeeping`` and ``.retention``. Each batch is a transaction
        of its own, so that deliveries are taken in between; what is left after ``rounds`` batches of a kind is for the
        next call.
        """
        real, now = self._clock.real(), self._clock.now()
        steps = [(kind, step, real) for kind, step in housekeeping.REAL.items()]
        steps += [(kind, step, now) for kind, step in housekeeping.COMPANY.items()]
        return {kind: await self._tidy(kind, step, at, batch, rounds) for kind, step, at in steps}

    async def _tidy(self, kind: str, step: Step, at: datetime, batch: int, rounds: int) -> int:
        gone = 0
        for _ in range(rounds):
            done = await self._database.write(lambda c: step(c, at, batch), f"tidy_{kind}")
            gone += done
            if done < batch:
                break
        return gone

    # --- inside one transaction ------------------------------------------------------------------------------

    def _fire(self, connection: Connection, schedule: str, slot: str, job: NewJob | None) -> bool:
        ran = job is not None
        if not insert_new(connection, firings, schedule=schedule, slot=slot, at=self._clock.real(), ran=ran):
            return False
        if job is not None:
            queue.put(connection, job, self._clock.real())
        return True

    def _remember(
        self, connection: Connection, team: TeamId, about: str, key: str, value: Any, *, once: bool = False
    ) -> None:
        new = {"value": value, "at": self._clock.real()}
        row = insert_into(connection, memory).values(team=team, about=about, key=key, **new)
        names = [memory.c.team, memory.c.about, memory.c.key]
        known = row.on_conflict_do_nothing(index_elements=names)
        connection.execute(known if once else row.on_conflict_do_update(index_elements=names, set_=new))

    async def _column(self, wanted: Any) -> Iterable[Any]:
        return await self._database.read(lambda c: c.execute(wanted).scalars().all())


def _alarms(connection: Connection) -> list[datetime | None]:
    ends = [until for until, _ in pauses.ends(connection)]
    return [connection.execute(_next_look()).scalar(), connection.execute(_next_lapse()).scalar(), *ends]


@cache
def _next_look() -> Select[Any]:
    return select(func.min(teams.c.next_look)).where(teams.c.paused.is_(False))


@cache
def _next_lapse() -> Select[Any]:
    return select(func.min(approvals.c.expires)).where(approvals.c.state == "pending")


def _recalled(connection: Connection, team: TeamId, about: str) -> Mapping[str, Any]:
    rows = connection.execute(_kept(), {"team": team, "about": about})
    return {row.key: row.value for row in rows}


@cache
def _kept() -> Select[Any]:
    """Put together once: before every look it is asked what people wish."""
    mine = and_(memory.c.team == bindparam("team"), memory.c.about == bindparam("about"))
    return select(memory.c.key, memory.c.value).where(mine).order_by(memory.c.key)


@cache
def _last_slot() -> Select[Any]:
    """Put together once: every tick asks it of some schedules."""
    return select(func.max(firings.c.slot)).where(firings.c.schedule == bindparam("schedule"))


def _set_team(connection: Connection, team: TeamId, **changes: Any) -> None:
    row = insert_into(connection, teams).values(id=team, **changes)
    connection.execute(row.on_conflict_do_update(index_elements=[teams.c.id], set_=changes))
