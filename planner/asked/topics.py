"""What is asked in conversation beyond the commands: of one ticket, of a message, a search, or nothing we know."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from models.ids import PersonId


@dataclass(frozen=True, slots=True)
class AskIssue:
    """Where does this ticket or pull request stand?"""

    subject: str
    """An issue key or a pull request id."""


@dataclass(frozen=True, slots=True)
class AskWhich:
    """Which of these is meant?"""

    said: str
    """In the asker's own words."""
    subjects: tuple[str, ...] = ()
    """Empty when nothing is called so."""


@dataclass(frozen=True, slots=True)
class AskWhyOf:
    """Why did you write to that person?"""

    person: PersonId


class Of(StrEnum):
    """What is asked of the agent itself."""

    DONE = "done"
    COST = "cost"
    PRIVACY = "privacy"
    REFUSED = "refused"
    UNDO = "undo"


@dataclass(frozen=True, slots=True)
class AskAgent:
    """What has it done, what does it cost, who reads along, why was I refused, what can I take back?"""

    of: Of


class Where(StrEnum):
    """What can be searched."""

    JIRA = "jira"
    SLACK = "slack"


@dataclass(frozen=True, slots=True)
class AskSearch:
    """What is there about this, in Jira and in Slack?"""

    words: str
    where: Where | None = None
    """Only there; ``None`` is everywhere."""
    said: str = field(default="", compare=False)
    """The whole sentence, where it says more of what is wanted: ``open bugs of ann about login``."""

    def query(self, where: Where) -> str:
        """What is asked of that source, in words it understands."""
        if where is Where.SLACK:
            return f"messages about {self.words}"
        return self.said or f"tickets about {self.words}"


@dataclass(frozen=True, slots=True)
class AskLost:
    """It was not understood."""

    said: str
    because: str = field(default="", compare=False)
    """Why it is not known, behind *because*; empty where its words were simply not understood."""
    subjects: tuple[str, ...] = field(default=(), compare=False)
    """Tickets and pull requests that it may be about: offered, never taken for what is meant."""
    known: tuple[object, ...] = field(default=(), compare=False)
    """Questions beside it in the same message that were understood."""


Topic = AskIssue | AskWhich | AskWhyOf | AskLost
"""What is said beyond the commands and answered from facts; a search asks Jira and Slack themselves."""
