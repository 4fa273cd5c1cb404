"""What people have put off or muted: who is left in peace about what, and when their own wish to hear comes due."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from models.actions import CommentOnIssue, Item, RemindPerson
from models.cycles import History
from models.directives import Directives
from models.hushes import CLAIMS, EVERYTHING, End, Hush, Sight, Woken
from models.ids import AccountId, IssueKey, PersonId, ProposalId, PullRequestId, SignalId, SprintId, named
from models.once import once
from models.proposals import Decided, Effect, Ending, Outcome, Proposal, Verdict
from models.pulls import PullRequest
from models.signals import Evidence, Findings, Signal, SignalKind, Urgency
from models.work import Facts, Issue, Person, Snapshot, Sprint
from planner.bounds.worktime import Calendar, person_calendar, quoted
from planner.facts.conditions import GONE, has_come
from planner.facts.observe import blocked_since, sprint_url
from planner.hearers.escalation import heard_by
from planner.reports.summaries import MOST_ITEMS, item_of
from planner.words.titles import called

WOKEN = "woken"
"""The kind of an item that tells of a change somebody waited for."""

RELAYED = "relayed"
"""The kind of an item that carries one person's question to another."""

HANDED = "handed_on"
"""The kind of an item by which one person says that a review is another's."""

CARRIED = frozenset({RELAYED, HANDED})
"""What one person has told another through us."""

ASKED = "you-asked"
"""Stands where a directive's id would: the reader's own wish is the rule."""


# --- who is left in peace -----------------------------------------------------------------------------------


def hushed(signal: Signal, person: PersonId, hushes: Sequence[Hush], now: datetime) -> Hush | None:
    """What keeps ``signal`` from ``person`` at ``now`` (company time), or ``None``.

    A critical matter is kept from nobody who has not muted that very subject.
    """
    critical = signal.urgency is Urgency.CRITICAL
    holding = (hush for hush in _theirs(hushes).get(person, ()) if hush.holds(now) and is_about(hush, signal))
    return next((hush for hush in holding if hush.mutes_item or not critical), None)


def claimed(signal: Signal, person: PersonId, hushes: Sequence[Hush], now: datetime) -> Hush | None:
    """The word of somebody else who has taken ``signal`` on: ``person`` need not, unless it is critical."""
    if signal.step or signal.urgency is Urgency.CRITICAL:
        return None
    claims = (h for h in _claims(hushes).get(signal.subject, ()) if h.person != person and h.holds(now))
    return next(claims, None)


def called_over(signal: Signal, person: PersonId | None, hushes: Sequence[Hush], now: datetime) -> Hush | None:
    """The word of somebody else that it is over: as long as that holds it goes no further up, unless it is critical.

    Without ``person`` anybody's word.
    """
    if signal.urgency is Urgency.CRITICAL:
        return None
    said = (h for h in hushes if h.said is not None and h.said.end is End.OVER and h.person != person)
    return next((h for h in said if h.subject == signal.subject and h.holds(now)), None)


@once
def _claims(hushes: Sequence[Hush]) -> Mapping[str, Sequence[Hush]]:
    """By subject."""
    claims: dict[str, list[Hush]] = defaultdict(list)
    for hush in hushes:
        if hush.said is not None and hush.said.end in CLAIMS:
            claims[hush.subject].append(hush)
    return claims


@once
def _theirs(hushes: Sequence[Hush]) -> Mapping[PersonId, Sequence[Hush]]:
    """By person: it is asked for every Signal of a look."""
    theirs: dict[PersonId, list[Hush]] = defaultdict(list)
    for hush in hushes:
        theirs[hush.person].append(hush)
    return theirs


def is_about(hush: Hush, signal: Signal) -> bool:
    """Whether the hush speaks of this signal: its subject, or the rule behind it."""
    return hush.is_about(signal.subject, signal.rule)


def still_wanted(effect: Effect, hushes: Iterable[Hush], now: datetime) -> Effect | Outcome:
    """What of ``effect`` its reader still wants to hear: they may have put it off since it was decided.

    ``DEFERRED`` to be decided anew without that; of what somebody has approved the rest goes out, or nothing.
    """
    action, words = effect.action, "its reader has put it off; nothing sent"
    if not isinstance(action, RemindPerson | CommentOnIssue) or effect.proposal.promised:
        return effect
    items = action.items if isinstance(action, RemindPerson) else (action.item,)
    theirs = [hush for hush in hushes if hush.person == action.person and hush.holds(now)]
    wanted = tuple(item for item in items if not any(_silences(hush, item) for hush in theirs))
    if wanted == items:
        return effect
    if effect.approval is None and effect.proposal.asked_by is None:
        return Outcome(ending=Ending.DEFERRED, words=words, until=now)
    if not wanted or not isinstance(action, RemindPerson):
        return Outcome(ending=Ending.CHANGED, words=words)
    return replace(effect, action=replace(action, items=wanted))


def _silences(hush: Hush, item: Item) -> bool:
    return hush.is_about(item.subject, item.rule) and (hush.mutes_item or item.urgency != Urgency.CRITICAL.name.lower())


def agreed(hush: Hush, calendar: Calendar) -> str:
    """What was agreed, for its owner: ``PAY-7 is put off until Wed 18 Nov 10:00``."""
    about = called(hush.subject) if hush.subject else f"rule {hush.rule}"
    if hush.until is not None and hush.said is not None and hush.said.end in CLAIMS:
        return f"{about} is yours until {calendar.when(hush.until)}: you said that you do it"
    if hush.until is not None:
        return f"{about} is put off until {calendar.when(hush.until)}"
    if hush.sight is not None:
        return f"{about} is put off until {awaited_words(hush.subject, hush.sight)}"
    return f"{about} is muted for you"


def awaited_words(subject: str, sight: Sight) -> str:
    """``it changes``, ``INFRA-77 is done``."""
    what = "it" if sight.of == subject else called(sight.of)
    return f"{what} is {sight.wanted}" if sight.wanted else f"{what} changes"


# --- what something looks like ------------------------------------------------------------------------------


def sight_of(subject: str, facts: Facts, directives: Directives) -> Sight | None:
    """What ``subject`` looks like now; ``None`` when nothing is known of it.

    Of a ticket we do not hold we still know whether another waits for it.
    """
    kind, colon, number = subject.partition(":")
    if colon:
        sprint = _sprint(number, facts) if kind == "sprint" else None
        return Sight(of=subject, status=sprint.state.value) if sprint else None
    if "#" in subject:
        pull = facts.pull_request(PullRequestId(subject))
        return _of_pull_request(pull) if pull else None
    issue = facts.issue(IssueKey(subject))
    return _of_issue(issue, facts, directives) if issue else _of_blocker(subject, facts)


def _of_issue(issue: Issue, facts: Facts, directives: Directives) -> Sight:
    team = directives.team(facts.team)
    flag = ("flag",) if issue.flagged_since else ()
    by_status = ("status",) if blocked_since(replace(issue, flagged_since=None), team) else ()
    return Sight(
        of=issue.key,
        status=issue.status,
        owner=issue.assignee or "",
        held_by=(*flag, *by_status, *sorted(issue.blocked_by)),
        reviews=tuple(sorted(r for pr in facts.pulls_for(issue.key) for r in _reviews(pr))),
    )


def _of_pull_request(pull: PullRequest) -> Sight:
    status = "DRAFT" if pull.draft and pull.state == "OPEN" else pull.state
    return Sight(of=pull.id, status=status, reviews=_reviews(pull))


def _reviews(pull: PullRequest) -> tuple[str, ...]:
    """Only of open ones: a merge is a change of status, not of every review."""
    open_ones = pull.reviews if pull.state == "OPEN" else ()
    return tuple(sorted(f"{review.reviewer} {review.state.value}" for review in open_ones))


def _of_blocker(subject: str, facts: Facts) -> Sight | None:
    """Another team's ticket, as far as ours that wait for it tell."""
    key = IssueKey(subject)
    if any(key in issue.blocked_by for issue in facts.issues):
        return Sight(of=subject, status="not done")
    return Sight(of=subject, status="done") if any(key in issue.freed_by for issue in facts.issues) else None


def _sprint(number: str, facts: Facts) -> Sprint | None:
    wanted = SprintId(int(number)) if number.isdecimal() else None
    return next((sprint for sprint in facts.sprints if sprint.id == wanted), None)


def difference(before: Sight, after: Sight | None, people: Iterable[Person]) -> str:
    """What has changed, for people: ``In Progress → Done``; empty when nothing has."""
    if after is None:
        return GONE
    names = {account: person.name for person in people for account in person.accounts}
    return ", ".join(_differences(before, after, names))


def _differences(before: Sight, after: Sight, names: Mapping[AccountId, str]) -> Iterator[str]:
    if before.status != after.status:
        yield f"{before.status} → {after.status}"
    if before.owner != after.owner:
        yield f"{_name(before.owner, names)} → {_name(after.owner, names)}"
    if before.held_by != after.held_by:
        yield _held(after.held_by) if after.held_by else "not blocked any more"
    reviewed = set(after.reviews) - set(before.reviews)
    if before.status == after.status and set(before.reviews) != set(after.reviews):
        yield ", ".join(_reviewed(each, names) for each in sorted(reviewed)) or "its reviewers changed"


def _name(account: str, names: Mapping[AccountId, str]) -> str:
    return names.get(AccountId(account), "somebody else") if account else "nobody"


def _held(by: tuple[str, ...]) -> str:
    keys = [each for each in by if each not in ("flag", "status")]
    return f"blocked by {', '.join(keys[:3])}" if keys else "blocked"


def _reviewed(review: str, names: Mapping[AccountId, str]) -> str:
    account, _, state = review.rpartition(" ")
    return f"{_REVIEWED.get(state, state)} {_name(account, names)}"


_REVIEWED = {
    "approved": "approved by",
    "changes_requested": "changes requested by",
    "waiting": "review wanted of",
}


# --- when their own wish comes due --------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Wake:
    """A hush whose end has come: why, in words, and what its owner asked to hear then, if there is anything."""

    hush: Hush
    why: str
    proposal: Proposal | None
    signals: frozenset[SignalId] = field(default_factory=frozenset)
    """The episodes the message tells of: no other message does meanwhile."""


def wakes(
    history: History, facts: Facts, snapshot: Snapshot, signals: Sequence[Signal], directives: Directives
) -> tuple[Wake, ...]:
    """The hushes that end now, or have ended and are not told of yet; each of them is told of once."""
    found, members = [], {member.id for member in directives.team(facts.team).members}
    about: dict[str, list[Signal]] = defaultdict(list)
    for signal in signals:
        about[signal.subject].append(signal)
    for hush in history.hushes:
        if wake_id(hush) in history.settled or hush.person not in members or _rests(hush, history, snapshot.now):
            continue
        why = _ends_by(hush, facts, snapshot.now, directives)
        if why:
            near = about.get(hush.subject, ()) if hush.subject else signals
            found.append(_wake(hush, why, facts, snapshot, near, directives))
    return tuple(found)


def _rests(hush: Hush, history: History, now: datetime) -> bool:
    """Whether its owner wants to hear of nothing now: what comes due meanwhile is told after that."""
    theirs = _theirs(history.hushes).get(hush.person, ())
    return any(each.subject == EVERYTHING and each.holds(now) for each in theirs if each.id != hush.id)


def wake_id(hush: Hush) -> ProposalId:
    """The one name of telling that this hush has ended."""
    return ProposalId(named("wake", hush.id))


def _ends_by(hush: Hush, facts: Facts, now: datetime, directives: Directives) -> str:
    """Why it ends at ``now``; empty when it goes on."""
    if hush.sight is not None:
        if "jira" not in facts.read_at:
            return ""
        if hush.sight.wanted:
            come = has_come(hush.sight.wanted, hush.sight.of, facts, directives)
            return GONE if come is None else come
        return difference(hush.sight, sight_of(hush.sight.of, facts, directives), facts.people)
    return "its time has come" if hush.until is not None and hush.until <= now else ""


def _wake(
    hush: Hush, why: str, facts: Facts, snapshot: Snapshot, signals: Sequence[Signal], directives: Directives
) -> Wake:
    about = [s for s in signals if is_about(hush, s) and _hears(hush.person, s, snapshot, directives)]
    items = [item_of(signal, again=True) for signal in about]
    if hush.subject == EVERYTHING:
        return Wake(hush, why, None)
    if hush.sight is not None and _is_wish(hush):
        left = () if items else _put_off(hush, facts)
        items = [_changed(hush, hush.sight, why, _url(hush.sight.of, facts, snapshot)), *left, *items]
    proposal = _reminder(hush, items, about, snapshot, directives) if items else None
    return Wake(hush, why, proposal, frozenset(item.signal for item in items[:MOST_ITEMS]))


def _is_wish(hush: Hush) -> bool:
    """Whether its owner has said until when they want peace; with other presses that only comes along."""
    return hush.said is None or hush.said.end is End.WAITING


def is_free(proposal: Proposal) -> bool:
    """Whether its reader wanted to hear it now: then it costs none of their attention."""
    return proposal.promised is not None and proposal.rule == ASKED


def _hears(person: PersonId, signal: Signal, snapshot: Snapshot, directives: Directives) -> bool:
    own = signal.kind is not SignalKind.IDENTITY_UNCERTAIN
    return own and heard_by(signal, snapshot, directives) == (None, person)


def _changed(hush: Hush, before: Sight, why: str, url: str) -> Item:
    """What they waited for, and what for."""
    changed = why.removeprefix("it ") if why.startswith("it ") else f"changed: {why}"
    about = called(hush.subject) if hush.subject else f"rule {hush.rule}"
    then = "" if before.of == hush.subject else f". You put off {about} until then"
    return _woken(before.of, f"{called(before.of)}, which you waited for, {changed}{then}", url, hush.id)


def _put_off(hush: Hush, facts: Facts) -> tuple[Item, ...]:
    """What was put off and needs nobody now: where it stands."""
    issue, pull = facts.issue(IssueKey(hush.subject)), facts.pull_request(PullRequestId(hush.subject))
    if hush.sight is None or hush.sight.of == hush.subject or not (issue or pull):
        return ()
    found = issue or pull
    assert found is not None
    stands = issue.status if issue else pull.state.lower() if pull else ""
    text = f"{called(hush.subject)} {quoted(found.title)} is {stands}"
    return (_woken(hush.subject, text, found.url, named(hush.id, "put off")),)


def _woken(subject: str, text: str, url: str, name: str) -> Item:
    return Item(
        signal=SignalId(name),
        kind=WOKEN,
        subject=subject,
        text=text,
        url=url,
        urgency=Urgency.LOW.name.lower(),
        rule=ASKED,
    )


def _url(subject: str, facts: Facts, snapshot: Snapshot) -> str:
    """Where to look at it; of a ticket we do not hold, where Jira has it beside ours."""
    sprint = _sprint(subject.partition(":")[2], facts) if subject.startswith("sprint:") else None
    if sprint is not None:
        return sprint_url(sprint, snapshot)
    held = facts.issue(IssueKey(subject)) or facts.pull_request(PullRequestId(subject))
    if held is not None:
        return held.url
    base = next((issue.url.rpartition("/")[0] for issue in facts.issues if "/browse/" in issue.url), "")
    return f"{base}/{subject}" if base and not set("#:") & set(subject) else ""


def _reminder(
    hush: Hush, items: Sequence[Item], about: Sequence[Signal], snapshot: Snapshot, directives: Directives
) -> Proposal:
    calendar = person_calendar(directives, snapshot.team, snapshot.people.get(hush.person, hush.person))
    what, when = called(hush.subject) if hush.subject else hush.rule, calendar.when(hush.at)
    wish = f"You asked for this: you put {hush.subject or hush.rule} off on {when}."
    return Proposal(
        id=wake_id(hush),
        action=RemindPerson(person=hush.person, items=tuple(items[:MOST_ITEMS]), more=max(len(items) - MOST_ITEMS, 0)),
        because=wish if _is_wish(hush) else f"You said how {what} stands on {when}, and it stands as it did.",
        evidence=tuple(fact for signal in about[:MOST_ITEMS] for fact in signal.evidence)
        or (Evidence(items[0].text, items[0].url or None),),
        signals=tuple(signal.id for signal in about) or (SignalId(hush.id),),
        urgency=max((signal.urgency for signal in about), default=Urgency.LOW),
        rule=ASKED if _is_wish(hush) else items[0].rule,
        if_nothing="You do not hear what you asked to hear." if _is_wish(hush) else "Nobody hears of it again.",
        promised=hush.id,
    )


def ended_by(wakes: Sequence[Wake], decided: Sequence[Decided]) -> tuple[Woken, ...]:
    """The hushes that are over with this look: told of, or with nothing to tell. One that must wait goes on."""
    waiting = {each.proposal.promised for each in decided if each.decision.verdict is Verdict.DEFER}
    over = (wake for wake in wakes if wake.hush.id not in waiting)
    return tuple(Woken(wake.hush.id, wake.why if wake.proposal else "") for wake in over)


def with_alarms(findings: Findings, hushes: Iterable[Hush], now: datetime) -> Findings:
    """The same findings; the picture also changes when somebody's time comes."""
    due = [hush.until for hush in hushes if hush.until is not None and hush.holds(now)]
    return replace(findings, ripens=min([*due, *([findings.ripens] if findings.ripens else [])], default=None))
