"""The work behind ``pm webhooks register``: which lists of webhooks are meant, and what is done to each."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from bot.app import App
from bot.cli.hook_rights import NO_RIGHT, VENDORS, Look, Obstacle, Why, look, looks, obstacle
from bot.connections import hooks
from bot.connections.bitbucket import repositories
from bot.connections.byhand import by_hand
from bot.connections.hooks import Step, Wanted
from bot.connections.offices import Office, at_bitbucket, at_jira
from integrations.bitbucket.hooks import LONGEST_SECRET
from models.errors import OperatorError, Refused, VendorError
from models.events import Source

MAKE_ONE = "Make one up: python3 -c 'import secrets; print(secrets.token_urlsafe())', put it into .env and restart"

WRITING = "the scopes write:webhook:bitbucket and delete:webhook:bitbucket, and an admin's rights there"


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What was asked for."""

    services: tuple[Source, ...]
    url: str
    workspace: bool
    repos: tuple[str, ...]
    name: str

    def address(self) -> str:
        """Where the agent is reached. Raises ``OperatorError``."""
        if not self.url:
            raise OperatorError(
                "nobody has said where this agent is reached", hint="Give --url https://your-host, or set PUBLIC_URL"
            )
        return self.url


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What was done about one list of webhooks, and what is left for an admin's hands."""

    service: Source
    place: str
    lines: tuple[str, ...]
    by_hand: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()
    """What did not work, each naming the service."""

    def as_data(self, redact: Callable[[str], str]) -> Mapping[str, object]:
        """For programs."""
        return {
            "service": self.service.value,
            "place": self.place,
            "done": list(self.lines),
            "failed": [redact(line) for line in self.failed],
            "by_hand": [redact(line) for line in self.by_hand],
        }


# --- which lists --------------------------------------------------------------------------------------------


def offices(app: App, choice: Choice) -> list[Office]:
    """The lists that are meant; a service that is off is left out when it was not named. Raises ``OperatorError``."""
    return _some(app, choice, [office for service in choice.services for office in _of(app, service, choice)])


def every_office(app: App, choice: Choice) -> list[Office]:
    """The lists where ours may be: Jira's, the workspace's and the repositories'. Raises ``OperatorError``."""
    found = _of(app, Source.JIRA, choice) if Source.JIRA in choice.services else []
    if Source.BITBUCKET in choice.services and app.bitbucket is not None:
        found += [workspace_of(app), *repositories_of(app, choice)]
    return _some(app, choice, found)


def workspace_of(app: App) -> Office:
    """The workspace's own list. Raises ``OperatorError`` when Bitbucket is off."""
    if app.bitbucket is None:
        raise OperatorError("Bitbucket is off", hint="See docs/set-up.md")
    return at_bitbucket(app.bitbucket, None, app.settings.bitbucket_workspace)


def repositories_of(app: App, choice: Choice) -> list[Office]:
    """The lists of the repositories that are meant."""
    if app.bitbucket is None:
        return []
    names = choice.repos or repositories(app.directives)
    return [at_bitbucket(app.bitbucket, name, app.settings.bitbucket_workspace) for name in names]


def _some(app: App, choice: Choice, found: list[Office]) -> list[Office]:
    if not found:
        off = app.settings.off_services()
        reasons = "; ".join(
            off.get(service.value, f"{service.value} names no repository") for service in choice.services
        )
        raise OperatorError(f"there are no webhooks to look after: {reasons}", hint="See docs/set-up.md")
    return found


def _of(app: App, service: Source, choice: Choice) -> list[Office]:
    if service is Source.JIRA:
        return [at_jira(app.jira, app.jira.site, hooks.jql_of(app.directives))] if app.jira is not None else []
    if app.bitbucket is None:
        return []
    return [workspace_of(app)] if choice.workspace else repositories_of(app, choice)


# --- register -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class How:
    """How it is to be registered."""

    app: App
    dry_run: bool
    renew: bool
    show: bool


async def register_all(app: App, choice: Choice, *, dry_run: bool, renew: bool, show: bool) -> list[Done]:
    """Bring every list to exactly one webhook of ours. Raises ``OperatorError`` before anything is changed."""
    url, todo = choice.address(), offices(app, choice)
    wants = {service: hooks.wanted(service, url, app.directives, choice.name) for service in choice.services}
    secrets = {office.service: secret_of(app, office.service) for office in todo}
    how, done = How(app=app, dry_run=dry_run, renew=renew, show=show), list[Done]()
    seen = await looks(app, todo)
    wider = await _wider(app, seen)
    for each in seen:
        service = each.office.service
        done.append(await _register(how, each, wants[service], secrets[service], wider))
    if wider is not None:
        done += _named(wider, wants[Source.BITBUCKET])
    if choice.workspace and not any(each.failed or each.by_hand for each in done if each.service is Source.BITBUCKET):
        done += await _emptied(how, repositories_of(app, choice), wants.get(Source.BITBUCKET))
    return done


async def _register(how: How, seen: Look, want: Wanted, secret: str, wider: Look | None) -> Done:
    office = seen.office
    if seen.obstacle is not None:
        return _unregistered(how, office, want, secret, seen.obstacle)
    told = office.service is Source.BITBUCKET and wider is not None and _told(wider, want)
    todo = hooks.steps(seen.hooks, want, renew=how.renew, told_already=told)
    return await _carried_out(how, office, want, secret, todo)


async def _carried_out(how: How, office: Office, want: Wanted, secret: str, todo: Sequence[Step]) -> Done:
    """Do the steps one by one; what a refusal leaves undone is named, with what an admin does about it."""
    lines = list[str]()
    for step in todo:
        try:
            if not how.dry_run:
                await hooks.carry_out(office, want, [step], secret)
        except VendorError as failure:
            return await _stopped(how, office, want, secret, lines, step, failure)
        lines.append(_words(step, how.dry_run))
    return Done(service=office.service, place=office.place, lines=tuple(lines))


async def _stopped(
    how: How, office: Office, want: Wanted, secret: str, lines: Sequence[str], step: Step, failure: VendorError
) -> Done:
    where = f"{VENDORS[office.service]}, {office.place}: not finished: {step.words}"
    said, hand = str(failure).rstrip(". "), list[str]()
    if isinstance(failure, Refused) and failure.code in NO_RIGHT:
        found = await obstacle(how.app, office.service, failure)
        needs = WRITING if office.service is Source.BITBUCKET else "Administer Jira"
        said = found.words if found.why is Why.DEAD else f"this token may not: that needs {needs}"
        # A new one may be there already, and only the old one may not go: what is there decides what an admin does.
        after = await look(how.app, office)
        if found.why is not Why.DEAD and not any(hooks.ours(h, want) and not hooks.lacks(h, want) for h in after.hooks):
            hand = _by_hand(how, office, want, secret)
        elif found.why is not Why.DEAD:
            said += f"; {delete_by_hand(how.app, office, step.old.url if step.old else want.url)}"
    return Done(
        service=office.service,
        place=office.place,
        lines=tuple(lines),
        failed=(f"{where}: {said}",),
        by_hand=tuple(hand),
    )


def _unregistered(how: How, office: Office, want: Wanted, secret: str, found: Obstacle) -> Done:
    if found.why is not Why.RIGHT:
        return Done(service=office.service, place=office.place, lines=(), failed=(failed(office, found),))
    words = failed(office, found).replace(": ", ": cannot see whether it is registered: ", 1)
    hand = tuple(_by_hand(how, office, want, secret))
    words = f"{words}; {hooks.POLLING}"
    return Done(service=office.service, place=office.place, lines=(), failed=(words,), by_hand=hand)


def failed(office: Office, found: Obstacle) -> str:
    """One line that names the service, the list and what is in the way."""
    place = "" if found.everywhere else f", {office.place}"
    return f"{VENDORS[office.service]}{place}: {found.words}"


def delete_by_hand(app: App, office: Office, url: str) -> str:
    """What an admin clicks to delete what points to ``url``."""
    if office.service is Source.JIRA:
        site = app.jira.site if app.jira is not None else ""
        where = f"a Jira admin opens {site}/plugins/servlet/webhooks (Settings, System, WebHooks)"
    else:
        kind = office.place.partition(" ")[0]
        where = f"an admin opens the {office.place} in Bitbucket, {kind.capitalize()} settings, Webhooks,"
    return f"{where} and deletes what points to {url}"


# --- the workspace and its repositories: whatever both tell comes twice --------------------------------------


async def _wider(app: App, seen: Sequence[Look]) -> Look | None:
    """The workspace's list, where repositories are meant and Bitbucket answers."""
    places = [each for each in seen if each.office.service is Source.BITBUCKET]
    answering = not any(each.obstacle is not None and each.obstacle.everywhere for each in places)
    if not places or not answering or places[0].office.place.startswith("workspace"):
        return None
    return await look(app, workspace_of(app))


def _told(wider: Look, want: Wanted) -> bool:
    return any(hooks.ours(hook, want) and not hooks.lacks(hook, want) for hook in wider.hooks)


def _named(wider: Look, want: Wanted) -> list[Done]:
    """What the workspace has of ours is said, and left: other repositories may live by it."""
    if wider.obstacle is not None:
        lines = [f"unknown whether one of ours is here too: {wider.obstacle.words}"]
    elif _told(wider, want):
        return []
    else:
        mine = [hook for hook in wider.hooks if hooks.ours(hook, want) or hooks.astray(hook, want)]
        remedy = "mend it with register --workspace, or remove it with delete --workspace"
        lines = [f"ours too, and left as it is: {h.id} {'; '.join(hooks.lacks(h, want))}; {remedy}" for h in mine]
    return [Done(service=Source.BITBUCKET, place=wider.office.place, lines=tuple(lines))] if lines else []


async def _emptied(how: How, todo: Sequence[Office], want: Wanted | None) -> list[Done]:
    """Once the workspace's own is there, ours at its repositories go: both would tell us everything twice."""
    done = list[Done]()
    for seen in await looks(how.app, todo) if want is not None else []:
        office = seen.office
        if want is None or seen.obstacle is not None:
            words = f"unknown whether one of ours is here too: {seen.obstacle.words if seen.obstacle else ''}"
            done.append(Done(service=office.service, place=office.place, lines=(words,)))
            continue
        plan = hooks.steps(seen.hooks, want, told_already=True)
        extra = [step for step in plan if step.doing is hooks.Doing.REMOVE]
        if extra:
            done.append(await _carried_out(how, office, want, "", extra))
    return done


# --- the secret and the words -------------------------------------------------------------------------------


def secret_of(app: App, service: Source) -> str:
    """What the vendor shall sign with: the first of the secrets. Raises ``OperatorError``."""
    settings = app.settings
    given = settings.jira_webhook_secret if service is Source.JIRA else settings.bitbucket_webhook_secret
    secret = given.get_secret_value().split(",")[0].strip()
    if not secret:
        raise OperatorError(f"{setting_of(service)} is not set", hint=MAKE_ONE)
    if service is Source.BITBUCKET and len(secret) > LONGEST_SECRET:
        words = f"{setting_of(service)} has {len(secret)} characters, Bitbucket takes {LONGEST_SECRET}"
        raise OperatorError(words, hint=MAKE_ONE)
    return secret


def setting_of(service: Source) -> str:
    """The variable that holds the secret."""
    return f"{service.value.upper()}_WEBHOOK_SECRET"


def _by_hand(how: How, office: Office, want: Wanted, secret: str) -> list[str]:
    site = how.app.jira.site if how.app.jira is not None else ""
    return by_hand(office, want, secret if how.show else "", site=site, setting=setting_of(office.service))


def _words(step: Step, dry_run: bool) -> str:
    return f"would {step.words}" if dry_run and step.doing is not hooks.Doing.KEEP else step.words
