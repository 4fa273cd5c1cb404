"""A question of one person, carried to another: a reminder in the other's hours and attention, and what becomes of it.

The words are the asker's own: cut, without calls to anybody, and quoted. Nothing but them and the ticket is told.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from models.actions import Item, RemindPerson
from models.cycles import WhyRecord
from models.directives import Member, Team
from models.ids import PersonId, ProposalId, SignalId, TeamId, named
from models.proposals import AskedIn, Decision, EffectState, Proposal, Verdict
from models.signals import Evidence, Urgency
from models.work import Snapshot
from planner.asked.requests.story import asked_at, recorded, told
from planner.bounds.worktime import person_calendar, team_calendar
from planner.facts.observe import observe
from planner.matters.quiet import HANDED, RELAYED
from planner.policy import as_recorded, decide
from planner.policy.law import law_in
from planner.ports import Desk
from planner.words.replies import PlainReply
from planner.words.titles import called

LONGEST = 180
"""Characters of the asker's words that are carried: with the names before them they fit on one line of a message."""

NOT_ASKED = PlainReply(text="Only members of a team that directives.yaml names can have questions carried.")

_LABELLED = re.compile(r"<[^|<>]*\|([^<>]*)>")
_CALL = re.compile(r"<[@#!][^<>]*>|@(?:here|channel|everyone)\b", re.IGNORECASE)
_LINK = re.compile(r"<(https?://[^<>]*)>")


@dataclass(frozen=True, slots=True, kw_only=True)
class Relay:
    """What is asked of whom about what."""

    to: PersonId
    subject: str
    """An issue key or a pull request id."""
    url: str
    """Where to look at it; without one the constitution may not let the message go."""
    words: str = ""
    """The asker's own, as they were typed; empty asks how it stands."""
    handed: bool = False
    """Nothing is asked: the asker says that this review is the other's."""
    asked_in: AskedIn | None = None
    """Where the asker is told what came of it; without it, in their direct messages."""


async def carry(asked: Relay, asker: PersonId | None, team: TeamId, desk: Desk, name: str = "") -> PlainReply:
    """Decide about it, record it once for each delivery (``name``), and say at once what becomes of it.

    What falls outside of the hours or the attention of whoever is asked is planned all the same: it waits for them.
    """
    facts, law = await desk.work.facts_about(team), desk.directives.team(team)
    who, to = _member(law, asker), _member(law, asked.to)
    if who is None:
        return NOT_ASKED
    if to is None:
        return PlainReply(text=f"Whoever has {called(asked.subject)} is not in {law.name}, so I do not write to them.")
    if to.id == who.id:
        return PlainReply(text=f"{called(asked.subject)} is yours: there is nobody to ask.")
    snapshot = observe(facts, asked_at(team, desk), desk.clock.now())
    proposal = _proposal(asked, who, to, law, desk)
    if await _hushed(proposal, to, team, desk):
        return PlainReply(text=f"{to.name} hears nothing of {called(asked.subject)} for now. Nothing was sent.")
    wait, fresh = None, await desk.ledger.why(proposal.id) is None
    if fresh:
        decision, wait = await _decided(proposal, snapshot, desk)
        await recorded(proposal, as_recorded(decision, proposal, law), team, desk, name)
    record = await desk.ledger.why(proposal.id)
    if record is None:
        return PlainReply(text="That could not be written down just now, so nothing was sent. Try again.")
    if record.decision.verdict is not Verdict.ALLOW:
        return told(record, who, facts, desk)
    words = _on_its_way(record, wait, asked, who, to, desk) if fresh else _again(record, asked, to)
    return PlainReply(text=words, choices=(("Why?", f"why {record.proposal.id}"),))


def shown(words: str) -> str:
    """``words`` on one line as people read them: labels of links, no calls, no quotation marks that end the quote."""
    plain = _CALL.sub(" ", _LABELLED.sub(r"\1", words[:3_000]))
    plain = _LINK.sub(r"\1", plain).replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    plain = _CALL.sub(" ", plain).replace("“", "'").replace("”", "'")
    tidy = " ".join("".join(c if c.isprintable() else " " for c in plain).split())
    return tidy if len(tidy) <= LONGEST else f"{tidy[: LONGEST - 1].rstrip()}…"


def _member(team: Team, person: PersonId | None) -> Member | None:
    return next((member for member in team.members if member.id == person), None)


def _proposal(asked: Relay, who: Member, to: Member, team: Team, desk: Desk) -> Proposal:
    """One a day for each asker, reader and subject: to ask twice is to nag."""
    day = team_calendar(desk.directives, team.id).local_day(desk.clock.now()).isoformat()
    one = named(RELAYED, team.mode, team.id, who.id, to.id, asked.subject, day)
    item = _item(asked, who, SignalId(one), "")
    action = RemindPerson(person=to.id, items=(item,))
    rule = law_in(action, team, desk.directives).rule
    return Proposal(
        id=ProposalId(named("request", one)),
        action=replace(action, items=(replace(item, rule=rule),)),
        because=f"{who.name} {'passed it on' if asked.handed else 'asked for it'}.",
        evidence=(Evidence(item.text, asked.url or None),),
        signals=(item.signal,),
        urgency=Urgency.MEDIUM,
        rule=rule,
        if_nothing=f"{to.name} does not hear of {'it' if asked.handed else 'the question'}.",
        asked_by=who.id,
        asked_in=asked.asked_in or AskedIn(person=who.id),
    )


def _item(asked: Relay, who: Member, signal: SignalId, rule: str) -> Item:
    said = shown(asked.words)
    about = called(asked.subject)
    question = f"{who.name} asks about {about}: “{said}”" if said else f"{who.name} asks how {about} stands"
    answer = f"Answer {who.name}, or say it in a comment."
    return Item(
        signal=signal,
        kind=HANDED if asked.handed else RELAYED,
        subject=asked.subject,
        text=f"{who.name} says the review of {about} is yours" if asked.handed else question,
        url=asked.url,
        urgency=Urgency.MEDIUM.name.lower(),
        rule=rule,
        asks=f"The next step is your review. If it is not yours, tell {who.name}." if asked.handed else answer,
    )


async def _hushed(proposal: Proposal, to: Member, team: TeamId, desk: Desk) -> bool:
    """Whether its reader has put that very thing, that rule or everything off."""
    item = next(iter(proposal.action.items)) if isinstance(proposal.action, RemindPerson) else None
    held = await desk.ledger.hushes(team, to.id)
    now = desk.clock.now()
    return item is not None and any(hush.holds(now) and hush.is_about(item.subject, item.rule) for hush in held)


async def _decided(proposal: Proposal, snapshot: Snapshot, desk: Desk) -> tuple[Decision, Decision | None]:
    """The decision to record, and the wait before it, if there is one."""
    decision = decide(proposal, snapshot, desk.directives, await desk.ledger.history(snapshot.team))
    goes_out = all_the_same(proposal, decision)
    return goes_out, None if goes_out is decision else decision


def all_the_same(proposal: Proposal, decision: Decision) -> Decision:
    """What is recorded of a word to somebody that ``decision`` puts off.

    No look proposes a person's question anew, so what must wait is allowed, and waits at the last moment: there it is
    weighed against hours and attention once more, and takes its unit of the day on which it goes out.
    """
    if decision.verdict is not Verdict.DEFER:
        return decision
    return Decision(verdict=Verdict.ALLOW, rule=proposal.rule, reason="the constitution allows it")


# --- what the asker is told -------------------------------------------------------------------------------------


def _on_its_way(record: WhyRecord, wait: Decision | None, asked: Relay, who: Member, to: Member, desk: Desk) -> str:
    about, what = called(asked.subject), _what(asked)
    if wait is None or wait.until is None:
        return f"Telling {to.name} now that {what}." if asked.handed else f"Asking {to.name} about {about} now."
    when = person_calendar(desk.directives, record.team, who.id).when(wait.until)
    hears = f"hears on {when} that {what}" if asked.handed else f"gets {what} on {when}"
    return f"{to.name} {hears}, because {wait.reason}."


def _what(asked: Relay) -> str:
    about = called(asked.subject)
    return f"the review of {about} is theirs" if asked.handed else f"your question about {about}"


def _again(record: WhyRecord, asked: Relay, to: Member) -> str:
    """It was asked today: how far that is."""
    what = f"your word that {_what(asked)}" if asked.handed else _what(asked)
    if record.effect is EffectState.SENT:
        return f"{to.name} has {what} of today already."
    if record.effect in (EffectState.CANCELLED, EffectState.DEAD):
        return f"{to.name} did not get {what} today: {record.outcome or 'nobody knows why'}"
    return f"{what[:1].upper()}{what[1:]} is on its way to {to.name}."
