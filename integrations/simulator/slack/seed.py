"""Builds the Slack workspace from the constitution: its people and channels, one guest, and the app itself."""

from __future__ import annotations

import re

from integrations.simulator.slack.workspace import Channel, User, Workspace
from models.clock import Clock
from models.directives import Directives, Member, Team
from models.ids import named

GENERAL = "general"
"""A channel the constitution does not name: the app is not in it."""

GUEST = User(
    id="",
    handle="robin",
    name="Robin Vale",
    zone="Europe/London",
    email="robin@contractor.example",
    title="Guest, contractor",
    guest=True,
)


def build(directives: Directives, clock: Clock) -> Workspace:
    """The workspace of the teams in ``directives``; ids the file does not give are derived from it."""
    seed = named(*(team.id for team in directives.teams)).upper()
    workspace = Workspace(
        clock,
        team=f"T{seed[:10]}",
        domain=directives.teams[0].id,
        name=f"{directives.teams[0].name} Inc.",
        app=f"A{seed[:10]}",
        bot=f"U0{seed[:9]}",
        bot_id=f"B{seed[:10]}",
    )
    _people(workspace, directives, seed)
    _channels(workspace, directives)
    for user in [u for u in workspace.users.values() if not u.bot]:
        _direct(workspace, user)
    for team in directives.teams:
        for role, people in team.roles.items():
            members = [team.member(p).slack for p in people]
            workspace.groups[f"S{named(team.id, role)[:10].upper()}"] = tuple(str(m) for m in members if m)
    return workspace


def channel_id(name: str) -> str:
    """The id of the channel of that name."""
    return f"C{named('channel', name)[:10].upper()}"


def _people(workspace: Workspace, directives: Directives, seed: str) -> None:
    for team in directives.teams:
        for member in team.members:
            if member.slack:
                workspace.users[str(member.slack)] = _user(member, team)
    guest = f"U0{named(seed, 'guest')[:9].upper()}"
    workspace.users[guest] = User(
        id=guest,
        handle=GUEST.handle,
        name=GUEST.name,
        zone=GUEST.zone,
        email=GUEST.email,
        title=GUEST.title,
        roles=("guest",),
        guest=True,
    )
    workspace.users[workspace.bot] = User(
        id=workspace.bot,
        handle="pm_agent",
        name="PM Agent",
        zone="Etc/UTC",
        email="",
        title="App",
        roles=("app",),
        bot=True,
    )


def _user(member: Member, team: Team) -> User:
    roles = tuple(role for role, people in team.roles.items() if member.id in people)
    label = "Approver" if "approvers" in roles or "pm" in roles else "Engineer"
    return User(
        id=str(member.slack),
        handle=str(member.id),
        name=member.name,
        zone=member.zone,
        email=f"{member.id}@example.com",
        title=label + (f", {', '.join(_words(r) for r in roles if r != 'approvers')}" if roles else ""),
        roles=(label.lower(), *roles),
    )


def _words(role: str) -> str:
    return "PM" if role == "pm" else role.removesuffix("s").replace("_", " ").replace(" pm", " PM")


def _channels(workspace: Workspace, directives: Directives) -> None:
    everybody = frozenset(workspace.users) - {workspace.bot}
    guests = frozenset(u.id for u in workspace.users.values() if u.guest)
    for team in directives.teams:
        members = frozenset(str(m.slack) for m in team.members if m.slack)
        for role, value in team.channels.items():
            inside = members | {workspace.bot} | (guests if role == "team" else frozenset())
            _channel(workspace, value, role, inside, f"{team.name}: {role}")
    _channel(workspace, GENERAL, "", everybody, "Everybody, about everything")


def _channel(workspace: Workspace, value: str, role: str, members: frozenset[str], topic: str) -> None:
    """``value`` is the channel's name, or its id with the role as its name."""
    is_id = re.fullmatch(r"C[A-Z0-9]{8,}", value) is not None
    name = (role if is_id else value).lstrip("#").lower()
    id_ = value if is_id else channel_id(name)
    known = workspace.channels.get(id_)
    inside = members | known.members if known else members
    workspace.channels[id_] = Channel(id=id_, name=name, members=inside, topic=known.topic if known else topic)


def _direct(workspace: Workspace, user: User) -> None:
    id_ = f"D{named('direct', user.id)[:10].upper()}"
    both = frozenset({user.id, workspace.bot})
    workspace.channels[id_] = Channel(id=id_, name=workspace.users[workspace.bot].name, members=both, user=user.id)
