"""The product on a scratch database, with paper for hands and no client of any vendor: it could not send if it would.

Every setting but two files is the default: without tokens ``build`` makes no client of Slack, Jira, Bitbucket, Claude.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from dataclasses import fields
from datetime import datetime
from pathlib import Path

from bot.app import App, build, close_app, open_app
from bot.backtest.walk.chronicle import Chronicle
from bot.backtest.walk.clock import SetClock
from bot.backtest.walk.mirror import Recalled
from bot.backtest.walk.paper import PaperJira, PaperWorkspace
from bot.backtest.walk.replay import Replay
from bot.hands import hands_of
from bot.notify import SlackHand
from bot.settings import Settings
from models.actions import DelegateTask
from models.database import upgrade
from models.directives import Directives, Member, Mode, Team
from models.ids import SlackUserId, TeamId
from models.lessons import Act
from models.people import Identity
from models.scratch import Scratch
from planner.hearers.identity import joined


@contextlib.asynccontextmanager
async def set_up(
    scratch: Path, chronicle: Chronicle, constitution: Path, identities: Sequence[Identity] = ()
) -> AsyncIterator[Replay]:
    """A walk through ``chronicle`` under that file or folder; a ``scratch`` that is there already is gone on with.

    Raises ``OperatorError`` when the constitution cannot be read or nothing can be written.
    """
    clock = SetClock(chronicle.begin)
    app, mirror = await _built(scratch, clock, constitution, identities)
    app.chronicle = chronicle
    jira = PaperJira(clock, mirror.held)
    workspace = PaperWorkspace(clock)
    app.notify = SlackHand(workspace, app.ledger, lambda: app.roster.directives, clock, work=app.store)
    app.hands = {**hands_of({}, jira, app.notify, app.hands[DelegateTask.kind])}
    await open_app(app)
    try:
        yield Replay(app, clock, mirror, jira, workspace, chronicle)
    finally:
        await close_app(app)


async def _built(
    scratch: Path, clock: SetClock, constitution: Path, identities: Sequence[Identity]
) -> tuple[Rehearsed, Recalled]:
    url = f"sqlite:///{scratch}"
    await asyncio.to_thread(upgrade, url)
    app = build(_no_settings(url, constitution), clock, Scratch(url, clock), Recalled)
    app.roster.enact(in_force(joined(app.directives, identities)))
    assert isinstance(app.store, Recalled)
    return Rehearsed(**{each.name: getattr(app, each.name) for each in fields(app)}), app.store


class Rehearsed(App):
    """The product where waiting costs nothing, and what people did is read in a chronicle."""

    chronicle: Chronicle

    def witnessed(self, team: TeamId) -> Sequence[Act]:
        """See ``App.witnessed``: what webhooks told in life."""
        return self.chronicle.witnessed(team, self.clock.now())

    def real_seconds_until(self, company: datetime) -> float:
        """See ``App.real_seconds_until``: without the naps in between, from which nobody wakes it but ``Replay``."""
        return max((company - self.clock.now()).total_seconds(), 1.0)


def _no_settings(url: str, constitution: Path) -> Settings:
    """Nothing of the environment is read."""
    nothing = Settings.model_construct().model_dump()
    return Settings.model_construct(**nothing | {"database_url": url, "directives_file": constitution})


def in_force(law: Directives) -> Directives:
    """``law`` as it is tried: what would be sent is the question, so no team is in shadow mode, and everybody who is
    given no Slack id is taken to have one."""
    return law.model_copy(update={"teams": tuple(_tried(team) for team in law.teams)})


def _tried(team: Team) -> Team:
    mode = Mode.ACT if team.mode is Mode.SHADOW else team.mode
    modes = {name: Mode.ACT if each is Mode.SHADOW else each for name, each in team.modes.items()}
    return team.model_copy(update={"mode": mode, "modes": modes, "members": tuple(map(_reachable, team.members))})


def _reachable(member: Member) -> Member:
    return member if member.slack else member.model_copy(update={"slack": SlackUserId(f"U-{member.id}")})
