"""Typed ids: a person is never a string by accident, and what must happen once has one name for ever."""

from __future__ import annotations

import hashlib
import secrets
import uuid
from typing import NewType

TeamId = NewType("TeamId", str)
"""A team's ``id`` in directives.yaml."""

PersonId = NewType("PersonId", str)
"""A member's ``id`` in directives.yaml; the only name the planner uses for a person."""

SlackUserId = NewType("SlackUserId", str)
AccountId = NewType("AccountId", str)
"""Atlassian account id: the same in Jira and in Bitbucket."""

IssueKey = NewType("IssueKey", str)
PullRequestId = NewType("PullRequestId", str)
"""``workspace/repository#number``."""

SprintId = NewType("SprintId", int)
DeliveryId = NewType("DeliveryId", str)
SignalId = NewType("SignalId", str)
ProposalId = NewType("ProposalId", str)
EffectId = NewType("EffectId", str)
ApprovalId = NewType("ApprovalId", str)
CycleId = NewType("CycleId", str)
HushId = NewType("HushId", str)
JobId = NewType("JobId", int)


def named(*parts: object) -> str:
    """The one name of what ``parts`` describe: 20 hex characters, equal for equal parts."""
    text = "\x1f".join(str(part) for part in parts)
    # Half a surrogate pair can come from outside in JSON; a name must still be found for it.
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:20]


def fresh() -> str:
    """A name nobody else has: 20 hex characters of randomness."""
    return uuid.uuid4().hex[:20]


def unguessable() -> str:
    """A secret of 32 random bytes, as 43 letters that may stand in an address."""
    return secrets.token_urlsafe(32)
