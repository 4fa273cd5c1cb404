"""Slack: the token, what it may do, the channels, the people, and whether our blocks are what Slack takes today."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot.connections.company import SlackPort, members
from bot.connections.manifest import needed_scopes, optional_scopes
from bot.connections.probes import Probe
from bot.views.reply import help_reply
from integrations.health import Check
from integrations.slack.reading.members import SlackMember
from models.clock import Clock
from models.directives import Ask, Directives, Member, Never, Team
from models.errors import NotDone, Refused, VendorError
from planner.words.cannot import cannot
from planner.words.replies import HelpReply

TOKEN, SCOPES, OPTIONAL = "slack token", "slack scopes", "slack optional scopes"
DIRECTORY = "Check the member id in directives.yaml (Slack: the person's profile, ..., Copy member ID)"


def probes(slack: SlackPort, directives: Directives, clock: Clock) -> list[Probe]:
    """What is asked of Slack."""
    ready = (TOKEN, SCOPES)
    channels = {name: role for team in directives.teams for role, name in team.channels.items()}
    roles = [(team, role) for team in directives.teams for role in sorted(_asked_roles(directives, team))]
    return [
        Probe(TOKEN, partial(token, slack)),
        Probe(SCOPES, partial(scopes, slack), (TOKEN,)),
        Probe(OPTIONAL, partial(optional, slack), (TOKEN,)),
        *(
            Probe(f"slack channel {name}", partial(channel, slack, name, role), ready)
            for name, role in channels.items()
        ),
        *(Probe(f"slack member {m.id}", partial(person, slack, m, clock), ready) for _, m in members(directives)),
        *(Probe(_role_name(team, role), partial(approvers, slack, team, role), ready) for team, role in roles),
        Probe("slack blocks", partial(blocks, slack), (TOKEN,)),
    ]


async def token(slack: SlackPort) -> Check:
    """Slack knows the token."""
    try:
        workspace = await slack.workspace()
    except Refused as refused:
        remedy = "Copy the Bot User OAuth Token (xoxb-...) of the app's OAuth & Permissions page into SLACK_BOT_TOKEN"
        return Check(TOKEN, False, f"Slack refuses it ({refused.code})", remedy)
    except VendorError as failure:
        return Check(TOKEN, False, str(failure), "Check that slack.com (or SLACK_API_URL) can be reached from here")
    return Check(TOKEN, True, f"good for workspace {workspace}")


async def scopes(slack: SlackPort) -> Check:
    """What was granted against what the manifest asks for."""
    granted, needed = await slack.scopes(), needed_scopes()
    if not granted:
        return Check(SCOPES, True, "Slack does not say which scopes were granted", off=True)
    missing = sorted(needed - granted)
    if missing:
        remedy = "Add it under OAuth & Permissions as deploy/slack-manifest.yaml has it, then install the app again"
        return Check(SCOPES, False, f"missing: {', '.join(missing)}", remedy)
    return Check(SCOPES, True, f"all {len(needed)} of deploy/slack-manifest.yaml are granted")


async def optional(slack: SlackPort) -> Check:
    """What people must do without because a permission was left out; nothing is wrong then."""
    granted = await slack.scopes()
    if not granted:
        return Check(OPTIONAL, True, "Slack does not say which scopes were granted", off=True)
    missing = sorted(optional_scopes() - granted)
    if missing:
        return Check(OPTIONAL, True, f"without {', '.join(missing)}: {' '.join(cannot(granted))}", off=True)
    return Check(OPTIONAL, True, f"{', '.join(sorted(optional_scopes()))} are granted")


async def channel(slack: SlackPort, name: str, role: str) -> Check:
    """It exists and we are in it."""
    label, shown = f"slack channel {name}", f"#{name.lstrip('#')}"
    try:
        inside = await slack.in_channel(await slack.channel_named(name))
    except Refused as refused:
        if refused.code != "channel_not_found":
            raise
        remedy = f"Check channels.{role} in directives.yaml; into a private channel: /invite @PM Agent"
        return Check(label, False, f"Slack shows no channel {shown}", remedy)
    if not inside:
        return Check(label, False, f"the app is not in {shown}", f"In {shown}, type: /invite @PM Agent")
    try:
        shared = await slack.is_shared(await slack.channel_named(name))
    except Refused as refused:
        remedy = "Give the app the scopes that deploy/slack-manifest.yaml has, and install it again"
        return Check(label, False, str(refused), remedy)
    if shared:
        remedy = f"Name a channel of your own as channels.{role} in directives.yaml"
        return Check(label, False, f"{shown} is shared with another organisation, so nothing is posted there", remedy)
    return Check(label, True, f"{role}; the app is in it")


async def person(slack: SlackPort, member: Member, clock: Clock) -> Check:
    """A member exists, is a person who still works here, and lives in the zone the constitution says."""
    label = f"slack member {member.id}"
    if member.slack is None:
        return Check(
            label, True, "no Slack id is known, so no direct message reaches them: see pm people list", off=True
        )
    try:
        known = await slack.member(str(member.slack))
    except Refused as refused:
        if refused.code not in {"user_not_found", "user_not_visible"}:
            raise
        return Check(label, False, f"Slack knows no member {member.slack}", DIRECTORY)
    gone = _not_a_colleague(known)
    if gone:
        return Check(label, False, f"{member.slack} {gone}", f"{DIRECTORY}, or take {member.id} out of it")
    zones = _zones(member, known, clock.now())
    if zones:
        return Check(label, False, zones, f"Correct zone of {member.id} in directives.yaml, or in Slack", grave=False)
    return Check(label, True, f"active, {known.tz or member.zone}" + (", a guest" if known.guest else ""))


async def approvers(slack: SlackPort, team: Team, role: str) -> Check:
    """Somebody who may say yes can be asked."""
    label, found, lost = _role_name(team, role), list[str](), list[str]()
    for name in team.people_of(role):
        member = team.member(name)
        (found if member.slack and await _can_answer(slack, str(member.slack)) else lost).append(str(name))
    if not found:
        words = f"none of {', '.join(lost)} can be asked" if lost else "nobody holds this role"
        return Check(label, False, words, f"Name an active person with a Slack id under roles.{role} of {team.id}")
    return Check(label, True, f"{', '.join(found)} can be asked")


async def blocks(slack: SlackPort) -> Check:
    """A message of ours in Slack's own judgement."""
    sample = help_reply(HelpReply(commands=(("/pm status", "where the sprint stands"),)))
    try:
        complaint = await slack.validate(list(sample.blocks))
    except NotDone as busy:
        return Check("slack blocks", True, f"not tried: {busy}", off=True)
    except Refused as refused:
        return Check("slack blocks", True, f"not tried: this Slack cannot judge blocks ({refused.code})", off=True)
    if complaint:
        return Check("slack blocks", False, complaint, "Update PM Agent: Slack has changed what it takes", grave=False)
    return Check("slack blocks", True, "Slack has nothing against our messages")


def _not_a_colleague(known: SlackMember) -> str:
    if known.deleted:
        return "is deactivated in Slack"
    return "is a bot" if known.bot else ""


async def _can_answer(slack: SlackPort, user: str) -> bool:
    try:
        known = await slack.member(user)
    except Refused:
        return False
    return not (known.deleted or known.bot or known.guest)


def _asked_roles(directives: Directives, team: Team) -> set[str]:
    """The roles of ``team`` whose yes the constitution asks for."""
    rules = [line.rule for line in directives.lines()]
    asked = {rule.of for rule in rules if isinstance(rule, Ask)}
    asked |= {rule.unless_approved_by for rule in rules if isinstance(rule, Never) and rule.unless_approved_by}
    return asked & set(team.roles)


def _role_name(team: Team, role: str) -> str:
    return f"approvers {team.id} {role}"


def _zones(member: Member, known: SlackMember, now: datetime) -> str:
    """How the two zones differ: by the clocks they show now or in half a year, not by their names."""
    try:
        theirs = ZoneInfo(known.tz or member.zone)
    except (ZoneInfoNotFoundError, ValueError):
        return ""
    ours = member.tz
    same = all(at.astimezone(ours).utcoffset() == at.astimezone(theirs).utcoffset() for at in _year(now))
    return "" if same else f"lives in {known.tz} by Slack, in {member.zone} by directives.yaml"


def _year(now: datetime) -> tuple[datetime, datetime]:
    return now, now + timedelta(days=182)
