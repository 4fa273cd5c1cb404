"""Bitbucket: the token, and whether each repository of the constitution can be read with it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from bot.connections.company import BitbucketPort, members
from bot.connections.probes import Probe
from integrations.health import Check
from models.directives import Directives, Member

TOKEN = "bitbucket token"  # noqa: S105 - the name of a check
NOT_ASKED = "Bitbucket was not asked"


def probes(bitbucket: BitbucketPort, whose: str, directives: Directives) -> list[Probe]:
    """What is asked of Bitbucket."""
    names = repositories(directives)
    return [
        Probe(TOKEN, partial(token, bitbucket, whose, names)),
        *(Probe(f"bitbucket repository {name}", partial(repository, bitbucket, name), (TOKEN,)) for name in names),
        *(Probe(f"bitbucket member {m.id}", partial(person, m), (TOKEN,)) for _, m in members(directives)),
    ]


def repositories(directives: Directives) -> list[str]:
    """Every repository of the constitution, once."""
    return list(dict.fromkeys(name for team in directives.teams for name in team.bitbucket.repositories))


async def token(bitbucket: BitbucketPort, whose: str, names: Sequence[str]) -> Check:
    """It may read something: the workspace, or, as a repository's own token, one of the repositories."""
    asked: list[str | None] = [None, *names]
    seen = Check(TOKEN, False, "nothing was asked")
    for name in asked:
        tried = await bitbucket.check(name)
        if tried.ok:
            return Check(TOKEN, True, f"{whose}; {tried.detail}")
        seen = seen if seen.hint else tried
    if "401" not in seen.detail:
        return Check(TOKEN, False, f"{whose}: {seen.detail}", seen.hint)
    # In words of our own: those of a 401 speak of Jira's settings too.
    remedy = "Check BITBUCKET_TOKEN, and BITBUCKET_EMAIL (the account's e-mail; empty for an access token)"
    return Check(TOKEN, False, f"{whose}: Bitbucket refuses it (401): it is wrong or has expired", remedy)


async def repository(bitbucket: BitbucketPort, name: str) -> Check:
    """It is there and the token may read it."""
    label, tried = f"bitbucket repository {name}", await bitbucket.check(name)
    if tried.ok:
        return Check(label, True, tried.detail)
    return Check(label, False, tried.detail, "Check bitbucket.repositories in directives.yaml, and the token's access")


async def person(member: Member) -> Check:
    """Atlassian has one account id per person; two different ones are nearly always a slip. Nobody is asked."""
    label = f"bitbucket member {member.id}"
    if member.bitbucket is None:
        if not member.jira:
            return Check(label, True, "no account in directives.yaml: no review is theirs", off=True)
        return Check(label, True, f"the constitution gives no other account than Jira's; {NOT_ASKED}")
    if member.jira is not None and member.jira != member.bitbucket:
        detail = f"has {member.bitbucket} in Bitbucket but {member.jira} in Jira; Atlassian gives one id per person"
        return Check(label, False, detail, f"Correct jira or bitbucket of {member.id} in directives.yaml", grave=False)
    words = "the same account as for Jira" if member.jira else f"the account {member.bitbucket}"
    return Check(label, True, f"the constitution gives {words}; {NOT_ASKED}")
