"""What those who run the agent must hear from it: in the ops channel, else the first admin by direct message."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from models.actions import ShadowLog, TellAdmins
from models.cycles import Cycle
from models.directives import Allow, Directives, Mode, Never, Team
from models.events import Reason, Trigger
from models.ids import CycleId, PersonId, ProposalId, TeamId, named
from models.money import Money
from models.proposals import Approval, Decided, Decision, Proposal, Verdict
from models.signals import Urgency
from planner.facts.observe import observe
from planner.policy import UNLISTED, as_recorded, decide
from planner.policy.trust import IN_A_ROW, is_free, mode_in
from planner.ports import Desk
from planner.reports.shadow import count_words
from planner.words.modes import spoken

CHANNEL, ROLE = "ops", "admins"
"""The role of the channel, and of the people where a team has none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One thing to tell, under a name for ever: it is told once."""

    name: str
    headline: str
    facts: tuple[str, ...] = ()
    after: str = ""
    """Name of the notice it answers: who has not heard of that one needs not hear of this one."""
    diff: str = ""
    """A change of directives.yaml that is proposed, line by line."""


@dataclass(frozen=True, slots=True)
class Whom:
    """Who hears: the team's channel, or one person."""

    team: TeamId
    channel: str = ""
    person: PersonId | None = None


def whom_to_tell(directives: Directives) -> Whom | None:
    """The first ops channel of the file, else its first admin; a team in shadow mode only when there is no other."""
    ordered = sorted(directives.teams, key=lambda team: team.mode is Mode.SHADOW)
    ops = (Whom(team.id, channel=CHANNEL) for team in ordered if CHANNEL in team.channels)
    people = (Whom(team.id, person=person) for team in ordered for person in team.people_of(ROLE)[:1])
    return next(ops, None) or next(people, None)


def proposal_of(notice: Notice, whom: Whom, directives: Directives) -> Proposal:
    """The one proposal of telling ``notice``."""
    return Proposal(
        id=name_of(notice.name),
        action=_telling(notice, whom),
        because=notice.headline,
        evidence=(),
        signals=(),
        urgency=Urgency.MEDIUM,
        rule=_rule(directives),
        if_nothing="Nobody who could put it right hears of it.",
    )


def _telling(notice: Notice, whom: Whom) -> TellAdmins:
    return TellAdmins(
        channel=whom.channel, person=whom.person, headline=notice.headline, facts=notice.facts, diff=notice.diff
    )


NEVER = "never"


def never_notice(team: TeamId, rule: str, kind: str, times: int, diff: str) -> Notice:
    """Somebody who may decide has said *never do this* several times; ``diff`` is the change that would say it."""
    what = kind.replace("_", " ")
    if diff:
        remedy = "This change of directives.yaml would forbid it for good, also when people ask for it:"
    else:
        remedy = f"To forbid it for good, also when people ask for it: a line with rule {{never: {kind}}}."
    return Notice(
        name=f"{NEVER} {team} {rule} {kind}",
        headline=f"“Never do this” was said {times} times to: {what}, proposed by the line {rule}.",
        facts=("Nothing has been changed. The file is yours to edit.", remedy),
        diff=diff,
    )


def is_forbidden_by_now(notice: Notice, directives: Directives) -> bool | None:
    """Whether what was said *never* to is forbidden; ``None`` for a notice about something else."""
    if not notice.name.startswith(f"{NEVER} "):
        return None
    kind = notice.name.rpartition(" ")[2]
    rules = (line.rule for line in directives.lines())
    return any(isinstance(rule, Never) and kind in rule.never and not rule.unless_approved_by for rule in rules)


_MODE = "mode"


def mode_notice(team: Team, edit: str) -> str:
    """The name of the notice that ``team`` has its mode since ``edit``."""
    return f"{_MODE} {team.id} {team.mode} {edit}"


def is_of_mode(notice: Notice, directives: Directives) -> bool | None:
    """Whether the mode it tells of is still in force; ``None`` for a notice about something else."""
    what, team, mode, *_ = f"{notice.name}   ".split(" ")
    if what != _MODE:
        return None
    return any(each.id == team and each.mode.value == mode for each in directives.teams)


_MONEY = "money"


def money_notice(team: Team, day: date, cap: Money, left: Money) -> Notice:
    """Of what thinking may cost ``team`` on that day so little is left that a question was not asked."""
    return Notice(
        name=f"{_MONEY} {team.id} {day.isoformat()}",
        headline=f"{team.name} has {left} left of its {cap} a day for Claude, less than the next question might cost.",
        facts=(
            "Until midnight rules and templates answer what it does not pay for. Every rule still runs.",
            "pm costs shows what it went on; daily_cap_usd in directives.yaml is the cap.",
        ),
    )


def is_of_today(notice: Notice, directives: Directives, now: datetime) -> bool | None:
    """Whether the day it tells of is not over yet; ``None`` for a notice about something else."""
    what, team, day, *_ = f"{notice.name}   ".split(" ")
    if what != _MONEY:
        return None
    return any(each.id == team and now.astimezone(each.tz).date().isoformat() == day for each in directives.teams)


_SHARED = "shared"


def shared_notice(team: Team, role: str) -> Notice:
    """Another organisation reads a channel that the constitution names for ``role``."""
    name = team.channels[role].lstrip("#")
    return Notice(
        name=f"{_SHARED} {team.id} {role} {name}",
        headline=f"#{name} is shared with another organisation, so nothing is posted there.",
        facts=(
            f"Name a channel of your own as channels.{role} of {team.name} in directives.yaml.",
            "pm test-connections says of every channel whether it is shared.",
        ),
    )


def is_of_channel(notice: Notice, directives: Directives) -> bool | None:
    """Whether the constitution still names the channel it tells of; ``None`` for a notice about something else."""
    what, team, role, name, *_ = f"{notice.name}    ".split(" ")
    if what != _SHARED:
        return None
    return any(each.id == team and each.channels.get(role, "").lstrip("#") == name for each in directives.teams)


def name_of(notice: str) -> ProposalId:
    """The proposal that tells the notice of that name."""
    return ProposalId(named("notice", notice))


async def tell(notice: Notice, whom: Whom, desk: Desk) -> Decision:
    """Decide about one notice and record it; one that must wait for its reader is not recorded but decided again.

    Raises ``LostLease`` when another worker has taken over.
    """
    return await settle(proposal_of(notice, whom, desk.directives), whom.team, notice.name, desk)


async def settle(proposal: Proposal, team: TeamId, name: str, desk: Desk) -> Decision:
    """As ``tell``, of any word to those who run the agent; ``name`` is one for ever. Raises ``LostLease``."""
    now, directives = desk.clock.now(), desk.directives
    trigger = Trigger(team=team, reason=Reason.NOTICE, at=now)
    snapshot = observe(await desk.work.facts_about(team), trigger, now)
    history = await desk.ledger.history(team)
    decision = as_recorded(decide(proposal, snapshot, directives, history), proposal, directives.team(team))
    if decision.verdict is Verdict.DEFER:
        return decision
    cycle = Cycle(
        id=CycleId(named(team, trigger.reason, name, now.isoformat())),
        trigger=trigger,
        at=now,
        directives_version=directives.version,
        signals=(),
        decided=(Decided(proposal, decision),),
        urgency=Urgency.LOW,
        next_look=now,
        thought_by=desk.mind.name,
    )
    recorded = await desk.ledger.record(cycle)
    return recorded[0].decision if recorded else decision


# --- how far the agent is trusted ---------------------------------------------------------------------------------


def log_of(log: ShadowLog, team: Team, cut: datetime, directives: Directives) -> Proposal:
    """The one proposal of showing that log: one for each time a team's day is cut."""
    return Proposal(
        id=ProposalId(named("shadow log", team.id, cut.isoformat())),
        action=log,
        because=f"{team.name}: {count_words(log.sent, log.withheld)}.",
        evidence=(),
        signals=(),
        urgency=Urgency.LOW,
        rule=_rule(directives, ShadowLog.kind) or _rule(directives),
        if_nothing="Nobody can say whether what shadow mode keeps is worth sending.",
    )


_TRUST = "trust"


def trust_notice(team: Team, kind: str, row: Sequence[Approval], diff: str, *, stepped: bool) -> Notice:
    """One kind of action has been approved often enough in a row; the row's first approval names it."""
    what = f"{team.name}: “{spoken(kind)}” was approved {IN_A_ROW} times in a row, with no edit, rejection or undo."
    if stepped:
        remedy = "It had stepped back. An admin can let it act again in my Home: *Let it act again*."
    elif diff:
        remedy = "This change of directives.yaml would let it act without asking:"
    else:
        remedy = f"To let it act without asking: modes: {{{kind}: act}} in the team {team.id}."
    facts = ("Nothing has been changed, and nothing changes by itself.", remedy)
    name = f"{_TRUST} {team.id} {kind} {row[0].id} {row[-1].proposal.rule}"
    return Notice(name=name, headline=what, facts=facts, diff=diff)


def is_settled_by_now(notice: Notice, directives: Directives) -> bool | None:
    """Whether nothing is to be offered any more: it acts already, may not, is back in shadow, or its team is gone.

    ``None`` for a notice about something else.
    """
    what, name, kind, _, rule, *_ = f"{notice.name}     ".split(" ")
    if what != _TRUST:
        return None
    suggests = (mode_in(rule, kind, team) is Mode.SUGGEST for team in directives.teams if team.id == name)
    return not (is_free(kind, directives) and any(suggests))


def _rule(directives: Directives, kind: str = TellAdmins.kind) -> str:
    """The line that allows it; that no line does where there is none, and nothing for a kind beside."""
    lines = (line.id for line in directives.lines() if isinstance(line.rule, Allow) and line.rule.allow == kind)
    return next(lines, UNLISTED if kind == TellAdmins.kind else "")
