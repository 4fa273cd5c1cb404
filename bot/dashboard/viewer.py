"""Who looks, and what of it is theirs to see: decided anew at each request, from the constitution in force."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from bot.jobs.presses.acting import memberships, run_by
from models.cycles import WhyRecord
from models.directives import Directives, Member, Team
from models.ids import PersonId, TeamId
from models.signals import Signal
from models.visits import HOST, Visit
from planner.answer import record_for
from planner.hearers.discretion import is_private
from planner.words.replies import PlainReply, WhyReply


@dataclass(frozen=True)
class Viewer:
    """Somebody who is signed in and belongs to a team, or holds the host."""

    visit: Visit
    directives: Directives
    memberships: tuple[tuple[Team, Member], ...]
    """None for the host."""

    @property
    def is_host(self) -> bool:
        """Whether they hold the host: then every team is theirs to see and to run."""
        return self.visit.is_host

    @cached_property
    def teams(self) -> tuple[Team, ...]:
        """Those whose things they may see, in the order of the file."""
        return self.directives.teams if self.is_host else tuple(team for team, _ in self.memberships)

    @cached_property
    def names(self) -> frozenset[TeamId]:
        """The ids of these."""
        return frozenset(team.id for team in self.teams)

    @cached_property
    def runs(self) -> frozenset[TeamId]:
        """The teams they may act for: those whose constitution names them an admin."""
        if self.is_host:
            return self.names
        return frozenset(team.id for team in run_by(self.directives, self.person)) & self.names

    @property
    def person(self) -> PersonId:
        """Who they are in what is written down. Of somebody in several teams the first: as when they press a button."""
        return PersonId(HOST) if self.is_host else self.memberships[0][1].id

    @property
    def name(self) -> str:
        """As the constitution calls them."""
        return "Host admin" if self.is_host else self.memberships[0][1].name

    @property
    def zone(self) -> str:
        """The zone they read times in; for the host that of the first team, where their browser does not tell."""
        if not self.is_host:
            return str(self.memberships[0][1].zone)
        return str(self.teams[0].zone) if self.teams else "UTC"

    def sees(self, team: TeamId) -> bool:
        """Whether anything of that team is theirs to see."""
        return team in self.names

    def may_act_for(self, team: str) -> bool:
        """Whether they may change something of that team; what is no team's is the host's alone."""
        return team in self.runs or (self.is_host and all(team != each.id for each in self.directives.teams))

    def member_of(self, team: TeamId) -> PersonId | None:
        """Who they are in that team."""
        return next((member.id for each, member in self.memberships if each.id == team), None)

    def told(self, record: WhyRecord) -> WhyReply | PlainReply:
        """A record as ``/pm why`` would tell it them: in full, or as an outline. Of another team never asked."""
        return record_for(self.member_of(record.team), record, self.directives, runs=record.team in self.runs)

    def open_to(self, signal: Signal, team: TeamId) -> bool:
        """Whether a finding is theirs to see: it is for everybody, for them, or they run the team."""
        mine = signal.addressee is not None and signal.addressee == self.member_of(team)
        return team in self.runs or mine or not is_private(signal, self.directives)


def viewer_of(visit: Visit, directives: Directives) -> Viewer | None:
    """Who that is now; ``None`` for somebody who is in no team any more."""
    mine = tuple(memberships(directives, visit.slack)) if visit.slack else ()
    return Viewer(visit, directives, mine) if mine or visit.is_host else None
