"""Judges every effect by the company's own truth; knows nothing of how the planner came to it."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from models.actions import (
    Action,
    AskApproval,
    AskIdentity,
    Asking,
    CommentOnIssue,
    Escalate,
    Item,
    PostDigest,
    Reassign,
    RemindPerson,
    ShadowLog,
)
from models.ids import IssueKey, PersonId, PullRequestId
from models.proposals import Effect
from models.signals import Urgency
from tests.soak import truth
from tests.soak.company import EVERYBODY
from tests.soak.life import Life
from tests.soak.truth import Stuck

FAULTS = ("over budget", "outside hours", "wrong addressee", "about what is over", "too early", "doubled")
"""What may never be; ``unjudged`` is what the oracle has no rule for, which may not be either."""

CATCH_UP = timedelta(hours=3)
EXAMPLES = 4


@dataclass
class Oracle:
    """Counts what was said, and every fault with its first examples."""

    lives: dict[str, Life]
    faults: Counter[str] = field(default_factory=Counter)
    examples: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    said: Counter[str] = field(default_factory=Counter)
    """By action kind."""
    performed: set[str] = field(default_factory=set)
    kinds: Counter[str] = field(default_factory=Counter)
    """Items, by what they are about."""
    days: Counter[tuple[PersonId, date, str]] = field(default_factory=Counter)
    """Attention spent."""
    last: dict[PersonId, str] = field(default_factory=dict)
    """What reached each person last."""
    told: dict[tuple[str, str, str, datetime, int], float] = field(default_factory=dict)
    """Who heard of which episode, and how many working hours after it was due."""
    due: dict[tuple[str, str, datetime], bool] = field(default_factory=dict)
    """Episodes that were stuck for so long that somebody should have been told; whether anybody was."""

    # --- what goes out --------------------------------------------------------------------------------------

    def hear(self, effect: Effect, *, posted: bool, asked_at: datetime | None = None) -> None:
        """One effect has reached its reader; ``posted`` unless it only edits a message."""
        life, action = self.lives[effect.team], effect.action
        if posted and effect.id in self.performed:
            self.fault("doubled", f"{action.kind} {effect.id} is done twice")
        self.performed.add(effect.id)
        self.said[action.kind if posted else f"{action.kind} (edit)"] += 1
        critical = effect.proposal.urgency is Urgency.CRITICAL
        match action:
            case RemindPerson(person=person, items=items):
                self._person(person, life, action, critical)
                for item in items:
                    self._item(item, person, life)
            case CommentOnIssue(person=person, item=item):
                self._person(person, life, action, critical)
                self._item(item, person, life)
            case AskIdentity(person=person) | ShadowLog(person=person):
                self._person(person, life, action, critical)
            case AskApproval(person=person, asking=asking):
                if posted and effect.proposal.asked_by is None:
                    self._person(person, life, action, critical)
                self._approver(person, asking, life, asked_at or life.now)
                self._asked_about(effect.proposal.action, person, life)
            case Escalate(item=item, channel=channel):
                self._channel(channel == "leadership", effect, life, critical)
                self._item(item, f"#{channel}", life)
            case PostDigest(channel=channel, day=day):
                self._digest(channel, day, life)
            case _:
                pass  # a change in Jira: nobody is addressed

    def fault(self, what: str, words: str) -> None:
        self.faults[what] += 1
        if len(self.examples[what]) < EXAMPLES:
            self.examples[what].append(words)

    def _person(self, person: PersonId, life: Life, action: Action, critical: bool) -> None:
        if person not in life.people:
            self.fault("wrong addressee", f"{person} hears of {life.team}")
            return
        hours, now = truth.hours_of(person, life), life.now
        wall = now.astimezone(ZoneInfo(hours.zone))
        if not truth.is_here(person, life):
            self.fault("outside hours", f"{action.kind} to {person}, who is absent, {wall:%a %d %b %H:%M}")
        elif not hours.open_at(now) and not (critical and EVERYBODY[person].on_call):
            self.fault("outside hours", f"{action.kind} to {person} at {wall:%a %d %b %H:%M %Z}")
        self.days[person, wall.date(), "critical" if critical else "daily"] += 1
        spent = self.days[person, wall.date(), "daily"], self.days[person, wall.date(), "critical"]
        if spent[0] > 1 or sum(spent) > 2:
            words = f"{action.kind} to {person} at {wall:%a %d %b %H:%M %Z} after {self.last[person]}"
            self.fault("over budget", words)
        self.last[person] = f"{action.kind} at {wall:%d %b %H:%M %Z}{' (critical)' if critical else ''}"

    def _approver(self, person: PersonId, asking: Asking, life: Life, asked_at: datetime) -> None:
        """The manager; whoever stands in, when the manager was not there or has not answered."""
        first, second = PersonId(f"{life.team}0"), PersonId(f"{life.team}1")
        stands_in = asking is Asking.DEPUTY or any(not truth.was_here(first, life, at) for at in (asked_at, life.now))
        if person != first and not (person == second and stands_in):
            self.fault("wrong addressee", f"{person} is asked for {life.team} ({asking})")

    def _channel(self, right: bool, effect: Effect, life: Life, critical: bool) -> None:
        if not right:
            self.fault("wrong addressee", f"{effect.action.kind} in the wrong channel")
        if effect.approval is None and not critical and not truth.team_hours(life).open_at(life.now):
            self.fault("outside hours", f"{effect.action.kind} of {life.team} at {life.now}")

    def _digest(self, channel: str, day: date, life: Life) -> None:
        hours = truth.team_hours(life)
        wall = life.now.astimezone(ZoneInfo(hours.zone))
        late = wall - datetime.combine(wall.date(), time(9, 30), wall.tzinfo)
        if channel != "team":
            self.fault("wrong addressee", f"the digest of {life.team} in {channel}")
        if day != wall.date() or not hours.works_on(day) or not timedelta() <= late <= CATCH_UP:
            self.fault("outside hours", f"the digest of {life.team} for {day} at {wall}")
        posted = Stuck("digest", life.team, datetime.combine(day, time(), wall.tzinfo), timedelta(), frozenset())
        self._once(f"#{life.team}", posted)

    # --- what it is about -----------------------------------------------------------------------------------

    def _item(self, item: Item, reader: PersonId | str, life: Life) -> None:
        self.kinds[item.kind] += 1
        if item.kind not in truth.KINDS:
            self.fault("unjudged", f"{reader} hears of {item.kind}: {item.text}")
            return
        stuck = truth.about(item.kind, item.subject, life)
        if stuck is None:
            self.fault("about what is over", f"{life.now:%d %b %H:%M} {reader} hears: {item.text}")
            return
        waited = self._waited(stuck, life)
        if waited < stuck.allowed:
            self.fault("too early", f"after {waited}: {reader} hears {item.text}")
        meant = stuck.readers | (self._chain(life) if item.urgency == "critical" else frozenset())
        if reader in life.people and reader not in meant:
            self.fault("wrong addressee", f"{reader} hears, {', '.join(sorted(meant))} should: {item.text}")
        # What becomes critical is told once more.
        told = replace(stuck, mark=-1) if item.urgency == "critical" else stuck
        self._once(reader, told, (waited - stuck.allowed) / truth.HOUR)

    def _asked_about(self, action: Action, person: PersonId, life: Life) -> None:
        """Whoever is asked who shall take a ticket has heard that nobody has it."""
        stuck = truth.about("nobody_assigned", action.issue, life) if isinstance(action, Reassign) else None
        if stuck is not None:
            self.told.setdefault((person, *stuck.name, stuck.mark), 0.0)
            self.due |= {stuck.name: True} if stuck.name in self.due else {}

    def _waited(self, stuck: Stuck, life: Life) -> timedelta:
        """Working time since it began, in whichever of the calendars it may be counted in is the furthest on."""
        issue, pull = life.issues.get(IssueKey(stuck.subject)), life.pulls.get(PullRequestId(stuck.subject))
        accounts = ([issue.assignee] if issue else []) + ([pull.author] if pull else [])
        watched = {member.id for account in accounts if (member := life.member(account))}
        people = [truth.hours_of(person, life) for person in stuck.readers | watched]
        return max(each.worked(stuck.since, life.now) for each in (*people, truth.team_hours(life)))

    def _chain(self, life: Life) -> frozenset[PersonId]:
        """A critical matter goes on to the leaders when nobody answers."""
        return frozenset({truth.manager(life), truth.lead(life), PersonId(f"{life.team}0")})

    def _once(self, reader: str, stuck: Stuck, late: float = 0.0) -> None:
        key = (reader, stuck.kind, stuck.subject, stuck.since, stuck.mark)
        if key in self.told:
            words = f"{reader} hears again of {stuck.kind} {stuck.subject} since {stuck.since:%d %b %H:%M}"
            self.fault("doubled", f"{words}, {late - self.told[key]:.1f} working hours later")
        self.told[key] = late
        self.due |= {stuck.name: True} if stuck.name in self.due else {}

    # --- what should have gone out ----------------------------------------------------------------------------

    def look_around(self) -> None:
        """Note what has been stuck for so long that somebody must have been told by now."""
        heard = {(kind, subject, since) for _, kind, subject, since, _ in self.told}
        for life in self.lives.values():
            for stuck in truth.everything(life):
                hours = [truth.hours_of(reader, life) for reader in stuck.readers]
                if all(each.worked(stuck.since, life.now) > stuck.allowed + truth.WORKDAY for each in hours):
                    self.due.setdefault(stuck.name, stuck.name in heard)
