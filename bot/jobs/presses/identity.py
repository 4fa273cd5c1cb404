"""An answer to *Is this you?*: only the person asked can give it, and only once."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from bot.app import App
from bot.jobs.presses.press import Press, settle_press
from bot.views.identity import identity_answered
from models.directives import Member, Team
from models.errors import VendorError
from models.ids import AccountId, PersonId
from models.mailbox import Job, look_at
from models.people import Identity, Service, Standing
from planner.bounds.limits import most_for

log = logging.getLogger(__name__)

NOT_YOURS = "Only the person this was sent to can answer it. Nothing was done."
SETTLED = "This is settled already, so nothing was done."
TAKEN = "This account is somebody else's by now, so nothing was done. An admin can put it right."


@dataclass(frozen=True, slots=True)
class Said:
    """A press of *Yes* or *No*."""

    press: Press
    yes: bool
    person: PersonId
    account: AccountId


async def settle_one(app: App, job: Job) -> None:
    """Keep the answer, or refuse privately and write down who tried."""
    await settle_press(
        app, job, read=_read, settle=_settle, refused="identity_click_refused", about=lambda said: said.person
    )


def _read(press: Press) -> Said:
    person, account = PersonId(str(press.value["p"])), AccountId(str(press.value["a"]))
    return Said(press, press.button == "identity_yes", person, account)


async def _settle(app: App, job: Job, said: Said) -> str | None:
    """Why the click did nothing; ``None`` when it counted, also when an earlier try died after it had."""
    await app.roster.refresh()
    found = _asked(app, said)
    if found is None:
        return NOT_YOURS
    team, member = found
    before = _known(app, said)
    if job.attempts > 1 and before is not None and before.standing is _wanted(said):
        await _show(app, team, member, said, before)
        return None
    owner = app.roster.taken.get((Service.JIRA, said.account))
    if said.yes and owner not in (None, member.id):
        return TAKEN
    answered = await app.store.answer_identity(member.id, said.account, yes=said.yes)
    if answered is None:
        return SETTLED
    await app.ledger.audit(
        team=team.id,
        who=said.press.user,
        what="identity_confirmed" if said.yes else "identity_refused",
        about=member.id,
        detail=f"Atlassian account {said.account}",
    )
    await _show(app, team, member, said, answered)
    return None


def _asked(app: App, said: Said) -> tuple[Team, Member] | None:
    """Whose answer counts: the member the question named, when it is they who clicked."""
    members = ((team, member) for team in app.directives.teams for member in team.members)
    return next(((t, m) for t, m in members if m.id == said.person and m.slack == said.press.user), None)


def _known(app: App, said: Said) -> Identity | None:
    key = (said.person, Service.JIRA, said.account)
    return next((each for each in app.roster.identities if (each.person, each.service, each.account) == key), None)


def _wanted(said: Said) -> Standing:
    return Standing.CONFIRMED if said.yes else Standing.REFUSED


async def _show(app: App, team: Team, member: Member, said: Said, answered: Identity) -> None:
    """The mirror learns whose the work is, the message says what was answered; then we look again."""
    if await app.roster.tell():
        await app.mailbox.put(look_at(team.id))
    note = identity_answered(
        answered,
        member.zone,
        app.clock.now(),
        profile=_profile(app, team, said.account),
        admins=[_name(team, admin) for admin in team.people_of("admins")],
        most=most_for(member.id, team.id, app.directives),
    )
    if app.slack is None or not said.press.channel:
        return
    try:
        await app.slack.update(said.press.channel, said.press.ts, note.text, note.blocks)
    except VendorError as failure:  # the answer counts; a message that still shows the question refuses a second one
        log.warning("an answer was not shown: %s", failure, extra={"action": "redraw_lost"})


def _profile(app: App, team: Team, account: AccountId) -> str:
    """The address of the account's page in Jira; empty where no site is known."""
    site = f"https://{team.jira.site}" if team.jira.site else app.settings.jira_site_url
    return f"{site}/jira/people/{account}" if site else ""


def _name(team: Team, person: PersonId) -> str:
    return next((member.name for member in team.members if member.id == person), str(person))
