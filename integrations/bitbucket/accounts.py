"""Who somebody is in Bitbucket: the Atlassian account id, and nothing else."""

from __future__ import annotations

from typing import Any

from integrations.payloads import inside
from models.ids import AccountId


def account_of(user: Any) -> AccountId | None:
    """The Atlassian account id, the same as in Jira; old and machine users may have none."""
    found = inside(user, "account_id")
    return AccountId(found) if isinstance(found, str) and 0 < len(found) <= 128 else None
