"""The webhooks we want, those that are there, and the steps from one to the other. Registering twice leaves one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from urllib.parse import urlsplit

from bot.connections.offices import Office
from bot.connections.outside import PATHS, is_loopback
from bot.connections.probes import Probe, off
from integrations.bitbucket.hooks import EVENTS as BITBUCKET_EVENTS
from integrations.health import Check
from integrations.hooks import Hook
from models.directives import Directives
from models.errors import OperatorError, Refused
from models.events import Source

NAME = "PM Agent"
"""What our hooks are called. Two agents on one site need a name each."""

JIRA_EVENTS = frozenset(
    {
        "jira:issue_created",
        "jira:issue_updated",
        "jira:issue_deleted",
        "comment_created",
        "comment_updated",
        "issuelink_created",
        "issuelink_deleted",
        "sprint_created",
        "sprint_updated",
        "sprint_started",
        "sprint_closed",
        "sprint_deleted",
        "board_configuration_changed",
    }
)
"""What Jira shall tell. Its JQL filter narrows issues and comments only; sprints come from the whole site."""

EVENTS = {Source.JIRA: JIRA_EVENTS, Source.BITBUCKET: frozenset(BITBUCKET_EVENTS)}
POLLING = "without webhooks the agent asks every ten minutes what has changed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """One webhook as it shall be."""

    service: Source
    url: str
    events: frozenset[str]
    name: str = NAME
    jql: str = ""


class Doing(StrEnum):
    """What is done about a webhook."""

    KEEP = "keep"
    CREATE = "create"
    REPLACE = "replace"
    REMOVE = "remove"


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do: ``old`` is deleted, after a new one was made when ``doing`` is REPLACE."""

    doing: Doing
    words: str
    old: Hook | None = None


def wanted(service: Source, url: str, directives: Directives, name: str = NAME) -> Wanted:
    """Our webhook for ``service`` at ``url``, which is our address or already that of the webhook's door.

    Raises ``OperatorError`` when vendors cannot send there.
    """
    base = url.strip().rstrip("/")
    parts = urlsplit(base)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment or parts.username:
        raise OperatorError(f"{url!r} is not an address", hint="Write for example --url https://pm.example.com")
    if parts.scheme != "https" and not is_loopback(base):
        raise OperatorError(f"{base} is not https", hint="Vendors send to https with a trusted certificate only")
    for path in PATHS.values():
        base = base.removesuffix(path)
    jql = jql_of(directives) if service is Source.JIRA else ""
    return Wanted(service=service, url=f"{base}{PATHS[service]}", events=EVENTS[service], name=name, jql=jql)


def jql_of(directives: Directives) -> str:
    """Issues of the constitution's projects."""
    keys = sorted({key for team in directives.teams for key in team.jira.projects})
    return f"project in ({', '.join(chr(34) + key + chr(34) for key in keys)})"


def same_place(one: str, other: str) -> bool:
    """Whether two addresses are the same door; case of the host and a last slash do not count."""
    a, b = urlsplit(one.strip().rstrip("/")), urlsplit(other.strip().rstrip("/"))
    return (a.scheme, a.netloc.lower(), a.path) == (b.scheme, b.netloc.lower(), b.path)


def ours(hook: Hook, want: Wanted) -> bool:
    """Whether it tells our door."""
    return same_place(hook.url, want.url)


def astray(hook: Hook, want: Wanted) -> bool:
    """Whether it is ours by its name and its path, but at an address we no longer have."""
    path = urlsplit(hook.url.rstrip("/")).path
    return hook.name == want.name and path.endswith(PATHS[want.service]) and not ours(hook, want)


def lacks(hook: Hook, want: Wanted) -> list[str]:
    """What is not as it shall be, in words; nothing for a hook that is right."""
    missing, extra = sorted(want.events - hook.events), sorted(hook.events - want.events)
    found = [f"points to {hook.url} instead of {want.url}"] if not ours(hook, want) else []
    found += [f"does not send {', '.join(missing)}"] if missing else []
    found += [f"also sends {', '.join(extra)}"] if extra else []
    found += ["has no secret, so all it sends is refused"] if not hook.signed else []
    return found + (["is switched off"] if not hook.active else [])


def steps(there: Sequence[Hook], want: Wanted, *, renew: bool = False, told_already: bool = False) -> list[Step]:
    """From the hooks that are there to exactly one that is right. Strangers are left alone.

    ``told_already``: the workspace's own hook tells of this repository too, so none of its own is wanted.
    """
    known = [h for h in there if ours(h, want)] + [h for h in there if astray(h, want)]
    if told_already:
        rest = [Step(Doing.REMOVE, f"remove {h.id}: the workspace's own tells the same", h) for h in known]
        return [*rest, Step(Doing.KEEP, f"keep the workspace's own: it tells {want.url} already")]
    if not known:
        return [Step(Doing.CREATE, f"register {want.url}")]
    best = min(known, key=lambda hook: len(lacks(hook, want)))
    wrong = lacks(best, want) or (["its secret is set anew"] if renew else [])
    rest = [Step(Doing.REMOVE, f"remove {h.id}: one too many ({h.url})", h) for h in known if h is not best]
    if wrong:
        return [Step(Doing.REPLACE, f"replace {best.id}: {'; '.join(wrong)}", best), *rest]
    return [Step(Doing.KEEP, f"keep {best.id}: already there and right ({want.url})", best), *rest]


async def carry_out(office: Office, want: Wanted, todo: Sequence[Step], secret: str) -> None:
    """Do the steps. A new hook is made before an old one goes, so that no event falls between them."""
    for step in todo:
        if step.doing in (Doing.CREATE, Doing.REPLACE):
            await office.add(want.url, want.name, want.events, secret)
        if step.doing in (Doing.REPLACE, Doing.REMOVE) and step.old is not None:
            await office.delete(step.old.id)


# --- are they right? ---------------------------------------------------------------------------------------


def probe(name: str, offices: Sequence[Office], want: Wanted | None, after: tuple[str, ...]) -> Probe:
    """Whether the webhook is there and right; ``want`` is ``None`` while vendors cannot reach us."""
    if want is None:
        return off(name, f"not looked for without an https PUBLIC_URL; {POLLING}")
    return Probe(name, partial(registered, name, offices, want), after)


async def registered(name: str, offices: Sequence[Office], want: Wanted) -> Check:
    """Exactly one in all offices that may be seen, at the right address, with all events and a secret."""
    seen, there = list[str](), list[Hook]()
    for office in offices:
        try:
            there += await office.hooks()
        except Refused as refused:
            if refused.code not in {"401", "403"}:
                raise
            continue
        seen.append(office.place)
    if not seen:
        places = " or ".join(office.place for office in offices)
        return Check(name, True, f"this token may not list the webhooks of {places}: see what has come in", off=True)
    return _judged(name, " or ".join(seen), steps(there, want), want)


def _judged(name: str, place: str, todo: Sequence[Step], want: Wanted) -> Check:
    remedy = f"Run: pm webhooks register --service {want.service.value} --url {_base(want)}"
    match todo:
        case [Step(doing=Doing.KEEP)]:
            return Check(name, True, f"registered at {place}, with all events and a secret")
        case [Step(doing=Doing.CREATE)]:
            return Check(name, False, f"none at {place} tells {want.url}; {POLLING}", remedy, grave=False)
        case [Step(doing=Doing.REPLACE, old=Hook() as old), *_]:
            return Check(name, False, f"the webhook {'; '.join(lacks(old, want))}", remedy)
    return Check(name, False, f"{len(todo)} webhooks tell us the same at {place}", remedy, grave=False)


def _base(want: Wanted) -> str:
    return want.url.removesuffix(PATHS[want.service])
