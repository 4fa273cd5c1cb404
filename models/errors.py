"""Everything that can go wrong, named by who must act.

PMAgentError
├── OperatorError            whoever runs the agent must change something; ``hint`` says what
│   ├── SettingsError        a variable is missing or malformed
│   ├── DirectivesError      directives.yaml does not say what it should; one complaint per line
│   └── DatabaseNotReady     the database is unreachable, or its tables are of another version
│       └── Held             somebody else held what had to be changed, for too long: nothing has happened
├── VendorError              Slack, Jira or Bitbucket must act; we wait and try again
│   ├── NotDone              they said no for now: nothing has happened, ``retry_after`` seconds
│   ├── Unclear              it may or may not have happened: look before trying again
│   └── Refused              they said no for good; ``code`` is their word for it
├── NotThought               no model answered, or none may be asked: rules and templates do it; ``why`` says which
├── Unwelcome                a delivery we do not accept; ``status`` is the HTTP answer
└── LostLease                another worker has taken over; whoever sees this stops silently
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class PMAgentError(Exception):
    """The root of the tree."""


class OperatorError(PMAgentError):
    """Whoever runs the agent must change something."""

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint

    def __str__(self) -> str:
        message = super().__str__()
        return f"{message}. {self.hint}" if self.hint else message


class SettingsError(OperatorError):
    """A setting is missing or malformed; the message names the variable, the hint the remedy."""


@dataclass(frozen=True, slots=True)
class Complaint:
    """One thing wrong with a file: where, and what was expected."""

    line: int
    message: str
    file: str = ""
    """Which of several files; empty where there is only one."""


class DirectivesError(OperatorError):
    """directives.yaml does not say what it should; ``complaints`` holds one line each."""

    def __init__(self, file: str, complaints: Sequence[Complaint]) -> None:
        self.file = file
        self.complaints = tuple(complaints)
        super().__init__("\n".join(f"{c.file or file}:{c.line}: {c.message}" for c in self.complaints))

    def in_short(self, most: int = 3) -> str:
        """The first complaints, a line each, and how many more there are."""
        told = [f"{each.file or self.file}:{each.line}: {each.message}" for each in self.complaints]
        more = len(told) - most
        return "\n".join(told[:most] + ([f"and {more} more: pm directives check"] if more > 0 else []))


class DatabaseNotReady(OperatorError):
    """The database is unreachable, or its tables are not of this version."""


class Held(DatabaseNotReady):
    """Somebody else held what had to be changed, for longer than we wait: nothing has happened."""


class VendorError(PMAgentError):
    """Slack, Jira or Bitbucket did not do what we asked."""


class NotDone(VendorError):
    """A definite no for now: nothing has happened and the same call may be made again."""

    def __init__(self, message: str, *, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class Unclear(VendorError):
    """A time-out, a cut connection, a 5xx or an unreadable reply: it may have happened."""


class Refused(VendorError):
    """A definite no for good: the same call will be refused again."""

    def __init__(self, message: str, *, code: str) -> None:
        super().__init__(message)
        self.code = code


class Silence(StrEnum):
    """Why no model's answer is used."""

    OFF = "off"
    """No key is set."""
    BUDGET = "budget"
    """What thinking may cost today is spent, or kept for people's questions."""
    PERSON = "person"
    """This person has had their share of today."""
    AWAY = "away"
    """It could not be reached, was overloaded or took too long."""
    REJECTED = "rejected"
    """It will not take the call as it stands: a wrong key, no credit, a wrong request."""
    REFUSED = "refused"
    """It declined to answer."""
    CUT = "cut"
    """Its answer ended before it was whole."""
    GARBAGE = "garbage"
    """What came back could not be read."""


class NotThought(PMAgentError):
    """No model's answer is used, and why; nothing is lost but a better wording or judgement."""

    def __init__(
        self, why: Silence, message: str, *, hint: str = "", retry_after: float | None = None, charged: bool = False
    ) -> None:
        super().__init__(message)
        self.hint = hint
        """What whoever runs the agent can do about it."""
        self.why = why
        self.retry_after = retry_after
        self.charged = charged
        """Whether the vendor may have charged for it, nobody knows how much: after a time-out or a cut reply."""

    def __str__(self) -> str:
        message = super().__str__()
        return f"{message}. {self.hint}" if self.hint else message


class Unwelcome(PMAgentError):
    """A delivery at a door that is not accepted, with the HTTP status that says why."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


class LostLease(PMAgentError):
    """The job's fencing token is no longer ours: somebody else is doing this work."""
