"""Who carries out what: one Hand for every kind of Action, and where a service is off a refusal with its remedy."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from bot.delegating import Office, TaskHand
from bot.people import Roster
from bot.sync import person_of
from integrations.claude_code import ClaudeCode
from integrations.jira import Jira, JiraHand
from integrations.jira.hand import SERVES as JIRA_SERVES
from models.actions import ACTION_KINDS, DelegateTask
from models.errors import Refused
from models.ids import PersonId
from models.proposals import Effect, Receipt
from models.work import Person
from planner.ports import Hand


class SwitchedOff:
    """Stands where a service is not configured: every Action for it is refused with the remedy."""

    def __init__(self, service: str, remedy: str) -> None:
        self.why = f"{service} is off: {remedy}"
        self._refusal = Refused(self.why, code="service_off")

    async def perform(self, effect: Effect) -> Receipt:
        """See ``Hand.perform``."""
        raise self._refusal

    async def find(self, effect: Effect) -> Receipt | None:
        """See ``Hand.find``."""
        return None

    async def changed(self, effect: Effect) -> str | None:
        """See ``Hand.changed``."""
        return None


def hands_of(
    off: Mapping[str, str], in_jira: Hand | None, in_slack: Hand | None, delegated: Hand
) -> Mapping[str, Hand]:
    """By action kind; ``off`` names the remedy for each service there is no hand for."""
    jira = in_jira or SwitchedOff("Jira", off.get("jira", ""))
    slack = in_slack or SwitchedOff("Slack", off.get("slack", ""))
    served = {kind: jira if kind in JIRA_SERVES else slack for kind in ACTION_KINDS}
    return served | {DelegateTask.kind: delegated}


def task_hand(worker: ClaudeCode | None, office: Office) -> Hand:
    """Where nobody could work on a task, nobody is asked to approve one."""
    if worker is None:
        return SwitchedOff("Delegating", "set CLAUDE_CODE_BIN and ANTHROPIC_API_KEY (docs/claude-code.md)")
    return TaskHand(worker, office)


def off_of(hands: Mapping[str, Hand]) -> Mapping[str, str]:
    """The kinds of Action that nothing here can carry out as far as is known, with the reason and the remedy."""
    told = {kind: hand.why for kind, hand in hands.items() if isinstance(hand, SwitchedOff | TaskHand)}
    return {kind: why for kind, why in told.items() if why}


def in_jira(jira: Jira | None, roster: Roster) -> JiraHand | None:
    """The Hand that changes Jira, where Jira is configured."""
    return JiraHand(jira, _people_of(roster)) if jira is not None else None


def _people_of(roster: Roster) -> Callable[[], Mapping[PersonId, Person]]:
    """Everybody the constitution knows, with the identity Jira uses."""

    def people() -> Mapping[PersonId, Person]:
        return {m.id: person_of(m, team) for team in roster.directives.teams for m in team.members}

    return people
