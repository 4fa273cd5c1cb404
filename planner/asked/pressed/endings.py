"""One press ends a matter: what may be pressed under which line of a reminder, and what each press comes to.

A press is its reader's own word. What it wants changed is a request like any other, so the constitution decides it;
what it asks of somebody else goes out in that person's hours and attention; and whatever it is, it is kept as a Hush
with what was said, so that the reader is left in peace and whoever would hear next reads it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from models.actions import Item, RemindPerson
from models.cycles import WhyRecord
from models.directives import Directives, Member, Team
from models.events import Reason, Trigger
from models.hushes import CLAIMS, End, Hush, Said
from models.ids import HushId, IssueKey, PersonId, PullRequestId, SignalId, named
from models.proposals import ApprovalState, AskedIn
from models.pulls import ReviewState
from models.signals import SignalKind
from models.standing import Living
from models.ways import Possible, ending, says_undone
from models.work import Facts, Issue, Progress
from planner.asked.quiet.hushing import AskHush, NotHushed, hush_about
from planner.asked.relay import Relay, carry
from planner.asked.requests import Request, Wish, take_down
from planner.bounds.worktime import person_calendar
from planner.detect import detect
from planner.facts.observe import blocked_since, observe
from planner.matters.quiet import HANDED
from planner.matters.sayings import said_by_others, saying
from planner.policy import who_may_answer
from planner.ports import Desk
from planner.still.clocks import go_further
from planner.still.factcheck import Ground
from planner.still.standing import stood
from planner.words.replies import PlainReply

TOMORROW, TWO_DAYS, CHANGES = "until tomorrow 10:00", "for 2 working days", "until it changes"
"""How long a press keeps its reader in peace, in the words of a snooze."""

NOBODY, NOT_MINE = "-nobody", "-not-mine"
"""What *Wrong person* may be answered with beside a member's id; no id begins with a dash."""

_ENDS: Mapping[str, tuple[tuple[End, str], ...]] = {
    SignalKind.BLOCKED_TOO_LONG: (
        (End.BLOCKED, "Still blocked, ask {name}"),
        (End.OVER, "Not blocked any more"),
        (End.WAITING, "Waiting on purpose"),
        (End.WRONG, "Wrong person"),
    ),
    SignalKind.REVIEW_OVERDUE: ((End.TODAY, "I review it today"), (End.WRONG, "Somebody else should")),
    HANDED: ((End.TODAY, "I review it today"),),
    SignalKind.CHANGES_IDLE: ((End.TODAY, "I do it today"),),
    SignalKind.BUILD_RED: ((End.TODAY, "I fix it today"),),
    SignalKind.DONE_BUT_OPEN: ((End.TODAY, "I settle it today"),),
    SignalKind.NOBODY_ASSIGNED: ((End.TAKE, "I take it"),),
    SignalKind.STALE_IN_PROGRESS: ((End.ON_IT, "Still on it"), (End.WAITING, "Waiting on purpose")),
    SignalKind.OVERDUE_DATE: ((End.ON_IT, "Still on it"), (End.WAITING, "Late on purpose")),
    SignalKind.MERGED_BUT_OPEN: ((End.CLOSE, "Close it"),),
}
"""The endings of each kind of finding, few and true; a kind that is not here has none."""


SAY_WHAT = "Say in a comment on it what it waits for: Jira does not."
"""Told whoever says *still blocked* where nobody to ask is known."""


@dataclass(frozen=True, slots=True)
class Offer:
    """One ending that may be pressed."""

    end: End
    label: str


def offers(item: Item, reader: PersonId, facts: Facts, directives: Directives) -> tuple[Offer, ...]:
    """What ``reader`` may press about ``item``; somebody to ask is named only where it is known whom."""
    team = directives.team(facts.team)
    asked = whom_to_ask(item, reader, facts, directives)
    found = []
    for end, label in _ENDS.get(item.kind, ()):
        if end is End.BLOCKED and asked is None:
            label = "Still blocked"
        found.append(Offer(end, label.format(name=_first_name(asked[0], team) if asked else "")))
    return tuple(found)


def whom_to_ask(item: Item, reader: PersonId, facts: Facts, directives: Directives) -> tuple[PersonId, IssueKey] | None:
    """Who of the team has what ``item`` waits for, and which ticket that is; ``None`` when nobody else is known.

    What waits for no ticket of the team is asked of its owner, by whoever is not that.
    """
    issue = facts.issue(IssueKey(item.subject))
    if issue is None:
        return None
    keys = [key for key in issue.blocked_by if _is_open(facts.issue(key))] or [issue.key]
    owners = ((_owner(facts.issue(key), facts, directives.team(facts.team)), key) for key in keys)
    return next(((owner, key) for owner, key in owners if owner is not None and owner != reader), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pressed:
    """A press, as it was understood: by whom, about which line of which message, and what it said beside."""

    end: End
    item: Item
    who: Member
    facts: Facts
    effect: str
    asked_in: AskedIn
    until: str = ""
    """Of a wait: a day as ``2026-12-01``; empty until it changes."""
    reason: str = ""
    """Of a wait, in their own words."""
    whose: str = ""
    """Of a wrong person: a member's id, ``NOBODY`` or ``NOT_MINE``."""
    possible: Possible = field(default_factory=Possible)
    """What Jira lets be done with the ticket just now, where it was asked."""


async def conclude(pressed: Pressed, desk: Desk, name: str) -> Hush:
    """Have done what the press says, once for each delivery (``name``), and how it is kept. Raises ``NotHushed``."""
    kept = _kept(pressed, desk, name, desk.clock.now())
    words, proposal = await _done(pressed, desk, name)
    said = Said(end=pressed.end, words=words, proposal=proposal, effect=pressed.effect, signal=pressed.item.signal)
    return replace(kept, said=said)


def is_theirs(record: WhyRecord, person: PersonId, directives: Directives) -> bool:
    """Whether a press for oneself is its own approval: nobody else's yes is waited for."""
    asked = record.approval
    if asked is None or asked.state is not ApprovalState.PENDING or asked.proposal.asked_by != person:
        return False
    return person in who_may_answer(asked, directives)


# --- what a press comes to --------------------------------------------------------------------------------------


async def _done(pressed: Pressed, desk: Desk, name: str) -> tuple[str, str]:
    """What became of it in words, and the id of the request it led to."""
    match pressed.end:
        case End.BLOCKED:
            asked = whom_to_ask(pressed.item, pressed.who.id, pressed.facts, desk.directives)
            return await _asked(pressed, *asked, desk, name) if asked else (SAY_WHAT, "")
        case End.WAITING:
            return " ".join(pressed.reason.split())[:300], ""
        case End.OVER | End.CLOSE:
            return await _moved_on(pressed, desk, name)
        case End.TAKE:
            return await _wished(Wish.ASSIGN, pressed.who.id, pressed, desk, name, confirmed=True)
        case End.WRONG:
            return await _not_theirs(pressed, desk, name)
        case _:
            return "", ""


async def _asked(pressed: Pressed, to: PersonId, subject: str, desk: Desk, name: str) -> tuple[str, str]:
    """One question without a word of ours about what waits: the ticket asked about is all it names."""
    relay = Relay(to=to, subject=subject, url=_url(subject, pressed), asked_in=pressed.asked_in)
    return _told(await carry(relay, pressed.who.id, pressed.facts.team, desk, name))


async def _moved_on(pressed: Pressed, desk: Desk, name: str) -> tuple[str, str]:
    """Its flag off, or another status, as a request of their own; else how Jira is brought to say so."""
    issue = pressed.facts.issue(IssueKey(pressed.item.subject))
    if issue is None:
        return "", ""
    status = _finished(pressed) if pressed.end is End.CLOSE else _moving(issue, pressed, desk.directives)
    if issue.flagged_since is not None and pressed.end is End.OVER:
        words, proposal = await _wished(Wish.UNFLAG, "", pressed, desk, name, confirmed=True)
        return f"{words} Its status says it too: move it on in Jira." if status else words, proposal
    if status:
        return await _wished(Wish.SET, status, pressed, desk, name)
    return f"To have Jira say so: {pressed.item.remedy or 'move it on in Jira'}.", ""


async def _not_theirs(pressed: Pressed, desk: Desk, name: str) -> tuple[str, str]:
    issue = pressed.facts.issue(IssueKey(pressed.item.subject))
    if pressed.whose == NOBODY:
        return "It is nobody's here.", ""
    if pressed.whose == NOT_MINE:
        mine = issue is not None and _owner(issue, pressed.facts, desk.directives.team(pressed.facts.team))
        if mine != pressed.who.id:
            return "It is not theirs.", ""
        return await _wished(Wish.UNASSIGN, "", pressed, desk, name)
    if issue is not None:
        return await _wished(Wish.ASSIGN, pressed.whose, pressed, desk, name)
    return await _handed_on(pressed, PersonId(pressed.whose), desk, name)


async def _handed_on(pressed: Pressed, to: PersonId, desk: Desk, name: str) -> tuple[str, str]:
    """A review is told to whoever it is; what somebody has taken already has ended before this press."""
    subject = pressed.item.subject
    relay = Relay(to=to, subject=subject, url=_url(subject, pressed), asked_in=pressed.asked_in, handed=True)
    return _told(await carry(relay, pressed.who.id, pressed.facts.team, desk, name))


def may_have(item: Item, facts: Facts, team: Team) -> tuple[Member, ...]:
    """Whose it may be: nobody reviews their own, or what they have reviewed."""
    pull = facts.pull_request(PullRequestId(item.subject))
    if pull is None:
        return tuple(team.members)
    done = (review.reviewer for review in pull.reviews if review.state is ReviewState.APPROVED)
    barred = {pull.author, *done}
    out = {person.id for person in facts.people if person.accounts & barred}
    return tuple(member for member in team.members if member.id not in out)


async def _wished(
    wish: Wish, value: str, pressed: Pressed, desk: Desk, name: str, *, confirmed: bool = False
) -> tuple[str, str]:
    """A request in their name: what the constitution says of it, and its id when it is on record."""
    key = IssueKey(pressed.item.subject)
    asked = Request(wish, key, value, possible={key: pressed.possible}, asked_in=pressed.asked_in, confirmed=confirmed)
    return _told(await take_down(asked, pressed.who.id, pressed.facts.team, desk, name))


def _told(reply: PlainReply) -> tuple[str, str]:
    """What its asker would be answered, and the id behind its *Why?*."""
    why = next((command for _, command in reply.choices if command.startswith("why ")), "")
    return reply.text.partition(" Why, and what came of it:")[0], why.removeprefix("why ")


def _finished(pressed: Pressed) -> str:
    """The status finished work goes to: as Jira offers it, else as other tickets of the team have it."""
    ways = [way for way in ending(pressed.possible.transitions or ()) if not says_undone(way)]
    return ways[0].to if ways else _usual(Progress.DONE, pressed.facts, frozenset())


def _moving(issue: Issue, pressed: Pressed, directives: Directives) -> str:
    """The status of work that goes on, for what stands in a blocked one; empty where its status is not what blocks."""
    team = directives.team(pressed.facts.team)
    if blocked_since(replace(issue, flagged_since=None), team) is None:
        return ""
    blocked = frozenset(status.casefold() for status in team.jira.blocked_statuses)
    ways = [way.to for way in pressed.possible.transitions or () if way.progress is Progress.DOING]
    free = [status for status in ways if status.casefold() not in blocked]
    usual = _usual(Progress.DOING, pressed.facts, blocked)
    if pressed.possible.transitions is None:
        return usual
    return usual if usual in free else next(iter(free), "")


def _usual(progress: Progress, facts: Facts, but: frozenset[str]) -> str:
    """The status most tickets of that progress have; empty when none has."""
    seen = Counter(i.status for i in facts.issues if i.progress is progress and i.status.casefold() not in but)
    return next((status for status, _ in seen.most_common(1)), "")


def _url(subject: str, pressed: Pressed) -> str:
    found = pressed.facts.issue(IssueKey(subject)) or pressed.facts.pull_request(PullRequestId(subject))
    return found.url if found is not None else pressed.item.url


# --- how long it is kept ----------------------------------------------------------------------------------------


def hush_name(person: PersonId, delivery: str) -> HushId:
    """The one name under which a press of ``person`` is kept, however often its delivery is read."""
    return HushId(named("hush", person, delivery))


def _kept(pressed: Pressed, desk: Desk, name: str, now: datetime) -> Hush:
    """The peace that goes with it. A day that is past is refused; what cannot be seen to change waits for tomorrow."""
    until = f"until {pressed.until} 10:00" if pressed.until else _PEACE.get(pressed.end, TOMORROW)
    hush_id = hush_name(pressed.who.id, name)
    subject, person, facts = pressed.item.subject, pressed.who.id, pressed.facts
    try:
        asked = AskHush(what=subject, until=until)
        return hush_about(subject, "", asked, hush_id, person, facts, desk.directives, now)
    except NotHushed:
        if until != CHANGES:
            raise
    asked = AskHush(what=subject, until=TOMORROW)
    return hush_about(subject, "", asked, hush_id, person, facts, desk.directives, now)


_PEACE: Mapping[End, str] = {
    End.BLOCKED: TWO_DAYS,
    End.ON_IT: TWO_DAYS,
    End.WAITING: CHANGES,
    End.WRONG: CHANGES,
}


# --- who is who -------------------------------------------------------------------------------------------------


def _is_open(issue: Issue | None) -> bool:
    return issue is not None and issue.progress is not Progress.DONE


def _owner(issue: Issue | None, facts: Facts, team: Team) -> PersonId | None:
    """Who has the ticket, when they are of the team."""
    account = issue.assignee if issue else None
    person = next((p.id for p in facts.people if account is not None and account in p.accounts), None)
    return person if any(member.id == person for member in team.members) else None


def _first_name(person: PersonId, team: Team) -> str:
    name = next((member.name for member in team.members if member.id == person), str(person))
    return name.split()[0] if name.split() else str(person)


# --- what stands beside the lines of a reminder -----------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Asides:
    """What is drawn beside what a reminder tells, from the facts of now; plain text."""

    endings: Mapping[SignalId, tuple[Offer, ...]] = field(default_factory=dict)
    beside: Mapping[SignalId, str] = field(default_factory=dict)
    """What others have said of a matter."""
    others: frozenset[SignalId] = frozenset()
    """What somebody else has taken upon themselves: the next step is not the reader's."""
    why_you: str = ""
    """Why its reader hears of the first of them."""


def asides(
    items: Sequence[Item],
    reader: PersonId,
    facts: Facts,
    hushes: Sequence[Hush],
    directives: Directives,
    now: datetime,
) -> Asides:
    """For one reminder to ``reader``; ``hushes`` are those of anybody about its subjects."""
    calendar = person_calendar(directives, facts.team, reader)
    said = {item.signal: said_by_others(hushes, reader, item.subject, now) for item in items}
    return Asides(
        endings={item.signal: found for item in items if (found := offers(item, reader, facts, directives))},
        beside={
            name: words[:1].upper() + words[1:] + "."
            for name, others in said.items()
            if others and (words := saying(others[-1], calendar, directives))
        },
        others=frozenset(name for name, others in said.items() if others and _claims(others[-1])),
        why_you=_why_you(items[0], reader, facts, directives.team(facts.team)) if items else "",
    )


def _claims(hush: Hush) -> bool:
    return hush.said is not None and hush.said.end in CLAIMS


def _why_you(item: Item, reader: PersonId, facts: Facts, team: Team) -> str:
    """``You are the assignee``; empty where neither the work nor a role says so."""
    mine = next((person.accounts for person in facts.people if person.id == reader), ())
    issue, pull = facts.issue(IssueKey(item.subject)), facts.pull_request(PullRequestId(item.subject))
    if issue is not None and issue.assignee in mine:
        return "You are the assignee"
    if pull is not None and pull.author in mine:
        return "You are the author"
    if pull is not None and any(review.reviewer in mine for review in pull.reviews):
        return "You are a reviewer"
    role = next((role for role, held in team.roles.items() if reader in held and role in _ROLES), "")
    return _ROLES.get(role, "")


_ROLES = {"pm": "You are the PM", "tech_lead": "You are the tech lead"}


# --- before a press counts --------------------------------------------------------------------------------------


async def moved_first(living: Living, facts: Facts, desk: Desk) -> Living | None:
    """The message as it stands by the facts of now, when that is not what it says; ``None`` when it is, or when too
    little was read to tell."""
    if not facts.whole:
        return None
    now = desk.clock.now()
    snapshot = observe(facts, Trigger(team=facts.team, reason=Reason.ASKED, at=now), now)
    items = living.action.items if isinstance(living.action, RemindPerson) else (living.action.item,)
    heard = await desk.ledger.history_about(facts.team, [item.subject for item in items])
    findings = go_further(detect(snapshot, desk.directives), snapshot, desk.directives, heard)
    return next(iter(stood([living], Ground.of(snapshot, desk.directives, findings))), None)
