"""Accounts by e-mail, and who reviews by default. Two accounts for one address are none: nothing is guessed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from integrations.bitbucket.accounts import account_of
from integrations.bitbucket.calls import Calls
from integrations.payloads import inside, words
from models.ids import AccountId

AT_ONCE = 90
"""Addresses of one question: Bitbucket's own limit."""

_EMAIL = re.compile(r"[^\s\"\\()<>,;@]{1,64}@[A-Za-z0-9.-]{1,190}")
"""What can stand in a query without ending its quotes."""


async def default_reviewers(calls: Calls, repository: str) -> list[AccountId]:
    """Whom Bitbucket adds to every new pull request, by the repository and by its project."""
    path = calls.repository(repository)
    what = f"read default reviewers of {path}"
    found = await calls.listed(what, f"repositories/{path}/effective-default-reviewers", {"pagelen": 100})
    accounts = [who for row in found if (who := account_of(inside(row, "user"))) is not None]
    return list(dict.fromkeys(accounts))


async def members(calls: Calls, emails: Sequence[str]) -> dict[str, AccountId]:
    """The account of each address that exactly one member has, under the address as it was given.

    Bitbucket answers a workspace's administrators and access tokens only; others are ``Refused``.
    """
    wanted = list(dict.fromkeys(email.casefold() for email in emails if _EMAIL.fullmatch(email)))
    found: dict[str, set[AccountId]] = {}
    for start in range(0, len(wanted), AT_ONCE):
        for email, account in await _asked(calls, wanted[start : start + AT_ONCE]):
            found.setdefault(email, set()).add(account)
    only = {email: next(iter(accounts)) for email, accounts in found.items() if len(accounts) == 1}
    return {email: only[email.casefold()] for email in emails if email.casefold() in only}


async def _asked(calls: Calls, emails: Sequence[str]) -> list[tuple[str, AccountId]]:
    addresses = ",".join(f'"{email}"' for email in emails)
    params = {"q": f"user.email IN ({addresses})", "fields": "+values.user.email", "pagelen": 100}
    path = f"workspaces/{calls.workspace}/members"
    found = await calls.listed(f"look up members of {calls.workspace}", path, params)
    return [pair for pair in _pairs(found) if pair[0] in emails]


def _pairs(found: Sequence[Mapping[str, object]]) -> Iterator[tuple[str, AccountId]]:
    for row in found:
        email, account = words(inside(row, "user", "email")).casefold(), account_of(inside(row, "user"))
        if account is not None:
            yield email, account
