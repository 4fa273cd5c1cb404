"""Jira: the site, the token, what the constitution needs of projects, boards and fields, and who can have a ticket."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from bot.connections.company import JiraAddress, JiraPort, members
from bot.connections.probes import Probe
from integrations.health import Check
from models.actions import ACTION_KINDS
from models.directives import Allow, Ask, Directives, Member, Never, Team
from models.errors import Refused, VendorError

SITE, TOKEN, BOARD = "jira site", "jira token", "jira board"
SPRINT, POINTS, FLAGGED = "jira sprint field", "jira story points", "jira flagged field"
REFUSED = {"401", "403"}

NEEDED: Mapping[str, tuple[str, ...]] = {
    "comment_on_issue": ("ADD_COMMENTS",),
    "reassign": ("ASSIGN_ISSUES",),
    "transition_issue": ("TRANSITION_ISSUES",),
    "close_issue": ("TRANSITION_ISSUES",),
    "change_sprint_scope": ("SCHEDULE_ISSUES", "EDIT_ISSUES"),
    "change_priority": ("EDIT_ISSUES",),
    "unflag": ("EDIT_ISSUES",),
}
"""The project permissions an action takes, by Jira's names of them."""


def probes(jira: JiraPort, address: JiraAddress, directives: Directives) -> list[Probe]:
    """What is asked of Jira."""
    projects = {key: team for team in directives.teams for key in team.jira.projects}
    boards = [(team, number) for team in directives.teams for number in team.jira.boards]
    boardless = [team for team in directives.teams if not team.jira.boards]
    return [
        Probe(SITE, partial(site, jira, address)),
        Probe(TOKEN, partial(token, jira, address), (SITE,)),
        *(Probe(f"jira project {key}", partial(project, jira, key), (TOKEN,)) for key in projects),
        *(Probe(_right(key), partial(rights, jira, key, directives), (f"jira project {key}",)) for key in projects),
        *(Probe(f"jira board {n}", partial(board, jira, team, n), _projects_of(team)) for team, n in boards),
        *([Probe(BOARD, partial(no_board, jira, boardless, bool(boards)), (TOKEN,))] if boardless else []),
        *(Probe(name, partial(field, jira, name), (TOKEN,)) for name in (SPRINT, POINTS, FLAGGED)),
        *(
            Probe(f"jira member {m.id}", partial(person, jira, m, team), (TOKEN, *map(_right, team.jira.projects)))
            for team, m in members(directives)
        ),
    ]


async def site(jira: JiraPort, address: JiraAddress) -> Check:
    """Something answers there, and it is Jira Cloud."""
    try:
        served = await jira.server()
    except Refused as refused:
        if refused.code in REFUSED:  # something that knows tokens: the next check will tell
            return Check(SITE, True, f"answers at {address.base}")
        return _no_site(refused, address)
    except VendorError as failure:
        return Check(SITE, False, str(failure), f"Check that {address.base} can be reached from this machine")
    if served.deployment.lower() != "cloud":
        return _not_cloud(f"{address.base} is Jira {served.deployment} {served.version}")
    return _another(_host(served.url), address) or Check(SITE, True, f"Jira Cloud at {address.base}")


def _another(host: str, address: JiraAddress) -> Check | None:
    """The site says it is another one. A site's own domain proves nothing: it may have one beside its first name."""
    wanted = _host(address.site)
    if not host.endswith(".atlassian.net") or host.lower() == wanted.lower():
        return None
    if address.cloud_id:
        detail = f"ATLASSIAN_CLOUD_ID leads to {host}, but ATLASSIAN_DOMAIN is {wanted}; calls go to {host}"
        return Check(SITE, False, detail, f"Correct one of them: https://{wanted}/_edge/tenant_info tells the cloud id")
    return Check(SITE, False, f"{wanted} calls itself {host}", f"Set ATLASSIAN_DOMAIN={host}", grave=False)


def _no_site(refused: Refused, address: JiraAddress) -> Check:
    if refused.code == "data_center":
        return _not_cloud(str(refused))
    if address.cloud_id:
        remedy = f"Check ATLASSIAN_CLOUD_ID: https://{_host(address.site)}/_edge/tenant_info tells it"
        return Check(SITE, False, f"the gateway knows no site {address.cloud_id}: {refused}", remedy)
    return Check(SITE, False, f"no Jira answers at {address.base}: {refused}", "Check ATLASSIAN_DOMAIN")


def _not_cloud(detail: str) -> Check:
    return Check(SITE, False, detail, "PM Agent works with Jira Cloud only: name a site such as acme.atlassian.net")


async def token(jira: JiraPort, address: JiraAddress) -> Check:
    """The site knows the token; when it does not, whether the other host does."""
    try:
        account = await jira.myself()
    except Refused as refused:
        if refused.code not in REFUSED:
            raise
        return await _unknown(address)
    return Check(TOKEN, True, f"signed in at {_host(address.base)} as {account}")


async def _unknown(address: JiraAddress) -> Check:
    """A token with scopes is good at the gateway only, one without at the site only; nothing in it tells which."""
    other = await address.elsewhere()
    if other is not None and await _accepted(other.jira):
        if address.cloud_id:
            detail = "this token has no scopes: the gateway refuses it, the site accepts it"
            return Check(TOKEN, False, detail, "Take ATLASSIAN_CLOUD_ID out of .env")
        detail = "this token has scopes: the site refuses it, the gateway accepts it"
        return Check(TOKEN, False, detail, f"Set ATLASSIAN_CLOUD_ID={other.cloud_id}")
    remedy = "Check ATLASSIAN_EMAIL and ATLASSIAN_API_TOKEN, or make a new token: they live one year at most"
    if not address.cloud_id:
        remedy += "; a token with scopes also needs ATLASSIAN_CLOUD_ID"
    return Check(TOKEN, False, f"{_host(address.base)} refuses it (401)", remedy)


async def _accepted(jira: JiraPort) -> bool:
    try:
        return bool(await jira.myself())
    except VendorError:
        return False
    finally:
        await jira.close()


async def project(jira: JiraPort, key: str) -> Check:
    """The project is there and the token's account can see it."""
    label, known = f"jira project {key}", await jira.project_keys()
    if key not in known:
        seen = f"it sees {', '.join(sorted(known)[:10])}" if known else "it sees no project at all"
        remedy = f"Give the agent's account Browse Projects in {key}, or correct jira.projects in directives.yaml"
        return Check(label, False, f"this account does not see {key}; {seen}", remedy)
    return Check(label, True, "visible")


async def rights(jira: JiraPort, key: str, directives: Directives) -> Check:
    """What the constitution lets us do there, Jira lets us do too."""
    label, needed = _right(key), permissions_for(directives)
    may = await jira.may(needed, key)
    missing = [name for name in needed if not may.get(name)]
    if missing:
        remedy = f"Give the agent's account these permissions in the permission scheme of {key}"
        return Check(label, False, f"missing: {', '.join(missing)}", remedy)
    return Check(label, True, ", ".join(needed))


def permissions_for(directives: Directives) -> list[str]:
    """Jira's names of what the allowed and asked actions need, to see included; only actions that exist count."""
    wanted = {"comment_on_issue"} if any(m.channel == "jira" for _, m in members(directives)) else set()
    for line in directives.lines():
        match line.rule:
            case Allow(allow=word) | Ask(ask=word):
                wanted.add(word)
            case Never(never=words, unless_approved_by=str()):
                wanted.update(words)
    needed = [name for action in NEEDED if action in wanted & ACTION_KINDS for name in NEEDED[action]]
    return list(dict.fromkeys(["BROWSE_PROJECTS", *needed]))


async def board(jira: JiraPort, team: Team, number: int) -> Check:
    """The board is there, shows the team's projects and has sprints."""
    label = f"jira board {number}"
    theirs = {b.id: b for key in team.jira.projects for b in await jira.boards(key)}
    found = await jira.board(number)
    could = [f"{b.id} ({b.name})" for b in theirs.values() if b.kind != "kanban" and b.id != number]
    remedy = f"Correct jira.boards of {team.id} in directives.yaml"
    remedy += f"; there is {', '.join(could[:5])}" if could else ""
    if found is None:
        return Check(label, False, "there is no such board, or this account cannot see it", remedy)
    if number not in theirs:
        projects = ", ".join(team.jira.projects)
        return Check(label, False, f"“{found.name}” does not show {projects}: it is another project's", remedy)
    if found.kind == "kanban":
        return Check(label, False, f"“{found.name}” is a kanban board, which has no sprints", remedy)
    return Check(label, True, f"{found.name}, {found.kind}")


async def no_board(jira: JiraPort, teams: Sequence[Team], others: bool) -> Check:
    """A team without a board has no sprint; when no team has one (``others`` is false), no sprint is watched at all."""
    words, could = list[str](), list[str]()
    for team in teams:
        there = {b.id: b for key in team.jira.projects for b in await jira.boards(key) if b.kind != "kanban"}
        words.append(f"{team.id} names no board: no sprint is watched")
        could += [f"{b.id} ({b.name}) for {team.id}" for b in there.values()]
    remedy = "Name one under jira.boards in directives.yaml; there is "
    remedy += ", ".join(could[:5]) or "none with sprints yet for these projects"
    return Check(BOARD, False, "; ".join(words), remedy, grave=not others)


async def field(jira: JiraPort, name: str) -> Check:
    """One of the site's own fields, found by what it is."""
    fields = await jira.site_fields()
    if name == SPRINT:
        remedy = "Switch Sprints on for the project (team-managed: Project settings, Features), or add the field"
        return _field(name, fields.sprint, "this site shows no field of the kind Sprint, so no sprint is known", remedy)
    if name == POINTS:
        words = "this site has no estimate: progress is counted in tickets instead of points"
        return _field(name, ", ".join(fields.points), words, "Choose an estimation field for the board", grave=False)
    words = "this site has no field Flagged: only a blocked status tells what is blocked"
    return _field(name, fields.flagged, words, "Add the field Flagged to the project's screens", grave=False)


def _field(name: str, id: str | None, without: str, remedy: str, *, grave: bool = True) -> Check:
    return Check(name, True, id) if id else Check(name, False, without, remedy, grave=grave)


async def person(jira: JiraPort, member: Member, team: Team) -> Check:
    """A member's account is a person's, can sign in, and can be given tickets where that may happen."""
    label, remedy = f"jira member {member.id}", f"Correct jira of {member.id} in directives.yaml"
    if member.jira is None:
        return Check(label, True, "no account is known, so nothing in Jira is theirs: see pm people list", off=True)
    known = await jira.user(member.jira)
    if known is None:
        return Check(label, False, f"Jira knows no account {member.jira}", remedy)
    if not known.active:
        return Check(label, False, f"{member.jira} is deactivated in Jira", f"{remedy}, or take them out of it")
    if not known.human:
        return Check(label, False, f"{member.jira} is an app's account, not a person's", remedy)
    for key in team.jira.projects:
        if not await jira.assignable(key, member.jira):
            words = f"{member.jira} cannot be given tickets of {key}"
            return Check(
                label, False, words, f"Give them access and the permission Assignable User in {key}", grave=False
            )
    return Check(label, True, f"active, can be given tickets of {', '.join(team.jira.projects)}")


def _right(key: str) -> str:
    return f"jira permissions {key}"


def _projects_of(team: Team) -> tuple[str, ...]:
    return (TOKEN, *(f"jira project {key}" for key in team.jira.projects))


def _host(url: str) -> str:
    return url.partition("://")[2].partition("/")[0] or url
