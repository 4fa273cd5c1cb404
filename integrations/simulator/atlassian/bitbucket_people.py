"""Bitbucket's members by e-mail and its default reviewers, over the company."""

from __future__ import annotations

import re
from typing import Any

from integrations.simulator.atlassian.bitbucket_shapes import Shapes
from integrations.simulator.atlassian.door import bitbucket_error
from integrations.simulator.company import Company

AT_ONCE = 90
"""Addresses one question may name."""

_QUERY = re.compile(r"\s*user\.email\s+IN\s*\((.*)\)\s*", re.IGNORECASE | re.DOTALL)
_ADDRESS = re.compile(r'\s*"([^"]*)"\s*')
WITH_EMAIL = frozenset({"+values.user.email", "values.user.email"})


def members(company: Company, shapes: Shapes, workspace: str, query: str, fields: frozenset[str]) -> list[Any]:
    """``GET /workspaces/{w}/members``: everybody, or those of the addresses in ``q``; only these show theirs."""
    wanted = None if not query else _addresses(query)
    people = [who for who in company.people.values() if wanted is None or who.email.casefold() in wanted]
    shown: list[Any] = []
    for who in people:
        email = {"email": who.email} if wanted is not None and WITH_EMAIL & fields else {}
        shown.append(
            {
                "type": "workspace_membership",
                "user": shapes.account(who.account) | email,
                "workspace": {"type": "workspace", "slug": workspace, "name": workspace},
            }
        )
    return shown


def default_reviewers(company: Company, shapes: Shapes, repository: str) -> list[Any]:
    """``GET …/effective-default-reviewers``."""
    accounts = company.default_reviewers.get(repository, ())
    kind = {"type": "default_reviewer", "reviewer_type": "repository"}
    return [{**kind, "user": shapes.account(account)} for account in accounts]


def _addresses(query: str) -> frozenset[str]:
    found = _QUERY.fullmatch(query)
    parts = [_ADDRESS.fullmatch(part) for part in found[1].split(",")] if found else []
    addresses = [part[1].casefold() for part in parts if part is not None]
    if not addresses or len(addresses) != len(parts):
        raise bitbucket_error(400, f"Invalid query: {query[:200]}")
    if len(addresses) > AT_ONCE:
        raise bitbucket_error(400, f"At most {AT_ONCE} e-mail addresses can be asked for at a time")
    return frozenset(addresses)
