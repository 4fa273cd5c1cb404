"""Snooze, mute and their opposites: what somebody typed becomes a Hush of their own, or a plain reason why not."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from models.directives import Directives, Mode
from models.hushes import CLAIMS, EVERYTHING, Hush
from models.ids import HushId, PersonId, named
from models.work import Facts, SprintState
from planner.bounds.times import EXAMPLES, NotUnderstood, moment_of, nearly
from planner.bounds.worktime import Calendar, person_calendar
from planner.facts.conditions import Awaited, awaited_in, has_come
from planner.matters.quiet import agreed, sight_of
from planner.words.meant import ALL, NotMeant, meant_by, meant_by_all
from planner.words.titles import called

HUSH_COMMANDS = (
    ("/pm snooze PAY-7 until tomorrow", "Leave you in peace about it until then"),
    ("/pm snooze PAY-7 until INFRA-77 is done", "The same until that is so: done, merged, unblocked; or: changes"),
    ("/pm snooze everything until tomorrow", "Nothing more until then, but for what is critical"),
    ("/pm mute PAY-7", "Say no more of it to you; also with a rule: /pm mute blocked-1-day"),
    ("/pm unmute PAY-7", "Take that back"),
    ("/pm snoozed", "What you have put off or muted"),
    ("/pm held", "What you have not been told yet, and why"),
)
"""For the help."""

LATER = (
    ("In 3 hours", "for 3 hours"),
    ("Tomorrow 10:00", "until tomorrow 10:00"),
    ("Until it changes", "until it changes"),
)
"""What is offered wherever somebody may say *later*: the label, and the words it stands for."""


@dataclass(frozen=True, slots=True)
class AskHush:
    """Leave me in peace about this."""

    what: str
    """As it was typed."""
    until: str = ""
    """The words of a time, or *it changes*; empty with ``mute`` means for good."""
    mute: bool = False


@dataclass(frozen=True, slots=True)
class AskUnhush:
    """Speak to me of this again."""

    what: str


@dataclass(frozen=True, slots=True)
class AskHushed:
    """What have I put off or muted?"""


@dataclass(frozen=True, slots=True)
class AskHeld:
    """What have I not been told?"""


@dataclass(frozen=True, slots=True)
class AskPeace:
    """How can I be left in peace?"""


Hushing = AskHush | AskUnhush | AskHushed | AskHeld | AskPeace

_UNTIL = re.compile(r"^(?P<what>.*?)\s*\b(?P<until>(?:until|till|til|for)\s.+)$", re.IGNORECASE)
_TWO_WORDS = re.compile(r"(?:the )?(?:pr|pull request|sprint)(?:\s*#?\s*\d+)?", re.IGNORECASE)
_MANY = r"[^\s,&]+(?:\s*(?:,\s*and\s|,|&|\sand\s)\s*[^\s,&]+)*"
_FIRST = re.compile(rf"^(?P<what>{_TWO_WORDS.pattern}|{_MANY})\s+(?P<until>.+)$", re.IGNORECASE)
_KINDS = re.compile(r"^(?:the\s+)?(?:rule|ticket|issue|item)\s+", re.IGNORECASE)
_ME = "me"
_PEACE = re.compile(
    r"(?:please )?(?:stop|pause me|quiet|silence|be quiet|shut up|dnd|unsubscribe|go away"
    r"|(?:mute|snooze) (?:me|all|everything)|leave me (?:alone|in peace)|do not disturb"
    r"|(?:don t|do not|stop) (?:\w+ ){0,3}me(?: \w+)?)"
    r"(?: (?:it|that|this|now|all|everything|me|please|today))*"
)


def hushing_of(verb: str, rest: str) -> Hushing | None:
    """What a command of these words asks; ``None`` for any other."""
    peace = _peace_of(f"{verb} {rest}".strip(" .!?"))
    if peace is not None:
        return peace
    match verb.casefold():
        case "snooze" | "later" | "mute" | "hush" as word if rest:
            mute = word in {"mute", "hush"}
            what, until = _parted(_KINDS.sub("", rest), mute=mute)
            return AskHush(what=what, until=until, mute=mute)
        case "unsnooze" | "unmute" | "unhush" | "wake":
            return AskUnhush(_KINDS.sub("", rest).strip())
        case "snooze" | "mute" | "hush" | "later" | "snoozed" | "snoozes" | "muted" | "mutes" | "hushed":
            return AskHushed()
        case "held" | "withheld" | "missed":
            return AskHeld()
        case _:
            return None


def _peace_of(said: str) -> Hushing | None:
    """``stop``, ``mute all``, ``pause until Monday``: everything for a while, or how that is done."""
    found = _UNTIL.match(said)
    if _PEACE.fullmatch((found["what"] if found else said).casefold()) is None:
        return None
    return AskHush("everything", until=found["until"]) if found else AskPeace()


def _parted(rest: str, *, mute: bool) -> tuple[str, str]:
    """What, and until when; *until* may be left out where a time must follow: ``snooze PAY-7 3h``."""
    bare = None if mute or _TWO_WORDS.fullmatch(rest) else _FIRST.match(rest)
    found = _UNTIL.match(rest) or bare
    return (found["what"].strip(), found["until"]) if found else (rest.strip(), "")


class NotHushed(ValueError):
    """Nothing was kept; the message says why, ``choices`` what to try: (label, command)."""

    def __init__(self, words: str, choices: tuple[tuple[str, str], ...] = ()) -> None:
        super().__init__(words)
        self.choices = choices


def hushes_of(
    asked: AskHush, name: HushId, person: PersonId, facts: Facts, directives: Directives, now: datetime
) -> tuple[Hush, ...]:
    """A Hush for each thing that somebody names in words: all of them or none. Raises ``NotHushed``."""
    try:
        meant = meant_by_all(asked.what, facts, directives)
    except NotMeant as why:
        raise NotHushed(str(why), tuple(_choice(replace(asked, what=each)) for each in why.near)) from None
    names = [name, *(HushId(named(name, place)) for place in range(1, len(meant)))]
    return tuple(
        hush_about(subject, rule, asked, each, person, facts, directives, now)
        for each, (subject, rule) in zip(names, meant, strict=True)
    )


def hush_about(
    subject: str,
    rule: str,
    asked: AskHush,
    name: HushId,
    person: PersonId,
    facts: Facts,
    directives: Directives,
    now: datetime,
) -> Hush:
    """The Hush about a subject, or a rule, that is known already. Raises ``NotHushed``."""
    bare = Hush(id=name, team=facts.team, person=person, subject=subject, rule=rule, at=now)
    if not asked.until:
        if asked.mute and subject != EVERYTHING:
            return bare
        raise NotHushed(f"Until when? Say for example: {EXAMPLES}.", _offers(asked))
    ends = _sprint_ends(asked.until, facts, now)
    if ends is not None:
        return replace(bare, until=ends)
    awaited = awaited_in(asked.until)
    if awaited is not None:
        return _until_so(bare, awaited, asked, facts, directives)
    return replace(bare, until=_moment(asked, person_calendar(directives, facts.team, person), now))


def _moment(asked: AskHush, calendar: Calendar, now: datetime) -> datetime:
    try:
        return moment_of(asked.until, calendar, now)
    except NotUnderstood as why:
        near = nearly(asked.until, calendar, now)
        slip = (_choice(replace(asked, until=near)),) if near else ()
        raise NotHushed(str(why), (*slip, *_offers(asked))) from None


def command(asked: AskHush) -> str:
    """What asks the same: parsed, it is ``asked`` again."""
    return " ".join(filter(None, ("mute" if asked.mute else "snooze", asked.what, asked.until)))


def _choice(asked: AskHush) -> tuple[str, str]:
    """What a press does is written on the button."""
    words = command(asked)
    return f"{words[:1].upper()}{words[1:]}", words


def _offers(asked: AskHush) -> tuple[tuple[str, str], ...]:
    everything = asked.what.casefold() in ALL
    return tuple(
        (label, command(AskHush(asked.what, until)))
        for label, until in LATER
        if not everything or awaited_in(until) is None
    )


_SPRINT_ENDS = re.compile(
    r"(?:until|till|til)\s+"
    r"(?:(?:the )?end of (?:the |this |the current )?sprint|(?:the |this )?sprint(?: s)? ends?)[ .!?]*",
    re.IGNORECASE,
)


def _sprint_ends(until: str, facts: Facts, now: datetime) -> datetime | None:
    """When the running sprint ends, if that is what is meant and Jira says it: of several the first to end."""
    if _SPRINT_ENDS.fullmatch(until) is None:
        return None
    running = (sprint.end for sprint in facts.sprints if sprint.state is SprintState.ACTIVE)
    ends = min((end for end in running if end is not None and end > now), default=None)
    if ends is None:
        raise NotHushed(f"No running sprint says when it ends. Say a time instead, for example: {EXAMPLES}.")
    return ends


def _until_so(hush: Hush, awaited: Awaited, asked: AskHush, facts: Facts, directives: Directives) -> Hush:
    """Put off until something changes, or is as it is wanted."""
    if hush.subject == EVERYTHING:
        raise NotHushed(f"Everything can be put off until a time, for example: {EXAMPLES}.", _offers(asked))
    of = _awaited(awaited, asked, facts, directives) if awaited.what else hush.subject
    sight = sight_of(of, facts, directives) if of else None
    come = has_come(awaited.wanted, of, facts, directives) if awaited.wanted and sight else ""
    if sight is None or come is None:
        about = called(of) if of else "A rule"
        what = f"be {awaited.wanted}" if awaited.wanted else "change"
        words = f"I cannot see {about} {what}. Say a time instead, for example: {EXAMPLES}."
        raise NotHushed(words, _offers(asked)[:2])
    if come:
        raise NotHushed(f"{_sentence(f'{called(of)}{come[2:]} already')}{UNTIL_WHEN}", _offers(asked))
    return replace(hush, sight=replace(sight, wanted=awaited.wanted))


UNTIL_WHEN = " Until when then?"
"""Asked of who wants peace until something that is so already."""


def _awaited(awaited: Awaited, asked: AskHush, facts: Facts, directives: Directives) -> str:
    """The one subject that is waited for; empty for a rule."""
    try:
        return meant_by(awaited.what, facts, directives)[0].replace(EVERYTHING, "")
    except NotMeant as why:
        corrected = (replace(asked, until=f"until {each} {awaited.words}") for each in why.near)
        raise NotHushed(str(why), tuple(map(_choice, corrected))) from None


def said_of(hush: Hush, directives: Directives) -> str:
    """What its owner is told once it is kept: what was agreed, when they hear again, and what still reaches them."""
    calendar = person_calendar(directives, hush.team, hush.person)
    lines = [f"{_sentence(agreed(hush, calendar))} {_again(hush, calendar)}"]
    if hush.mutes_item:
        lines[0] += " That holds for critical matters too."
    else:
        it = "Whatever is" if hush.subject == EVERYTHING else "If it becomes"
        lines[0] += f" {it} critical, you hear all the same."
    return " ".join([*lines, *_in_mode(hush, directives)])


def tracked_of(hush: Hush, directives: Directives) -> str:
    """What somebody is told who wants to hear when something is so, rather than to be left in peace until then."""
    wanted = f"is {hush.sight.wanted}" if hush.sight and hush.sight.wanted else "changes"
    words = f"I tell you once, in your hours, when {called(hush.subject)} {wanted}."
    rest = "Until then I send you nothing else about it, unless it becomes critical."
    return " ".join([words, rest, *_in_mode(hush, directives)])


def _in_mode(hush: Hush, directives: Directives) -> list[str]:
    shadow = directives.team(hush.team).mode is Mode.SHADOW
    return ["This team is in shadow mode: nobody is sent anything yet."] if shadow else []


def _again(hush: Hush, calendar: Calendar) -> str:
    """When it comes back, told as it will be: never outside their hours."""
    if hush.until is None:
        return "You hear of that once, in your hours." if hush.sight else "Others hear as before."
    if hush.subject == EVERYTHING:
        return "What needs you then comes as usual."
    heard = calendar.next_working_moment(hush.until)
    when = "then" if heard == hush.until else f"on {calendar.when(heard)}, when you are at work"
    return f"If it still needs you, you hear {when}."


def _sentence(words: str) -> str:
    return f"{words[:1].upper()}{words[1:]}."


def taken_back(asked: AskUnhush, held: Sequence[Hush], facts: Facts, directives: Directives) -> tuple[Hush, ...]:
    """Those of a person's own hushes that are meant. Raises ``NotHushed`` when none is."""
    words = asked.what.strip(" <>.!?,").casefold()
    if words in ALL:
        meant = tuple(held)
    else:
        words = EVERYTHING if words == _ME else words
        by_name = tuple(hush for hush in held if words in {hush.subject.casefold(), hush.rule.casefold()} - {""})
        meant = by_name or _of_the_same(asked, held, facts, directives)
    if not meant:
        about = f"“{asked.what[:60]}”" if words and words not in (*ALL, EVERYTHING) else "anything"
        choices = (*_near(words, held), ("What I have put off", "snoozed"))
        raise NotHushed(f"You have not put off or muted {about}.", choices)
    return meant


def _of_the_same(asked: AskUnhush, held: Sequence[Hush], facts: Facts, directives: Directives) -> tuple[Hush, ...]:
    try:
        meant = meant_by_all(asked.what, facts, directives)
    except NotMeant:
        return ()
    return tuple(hush for hush in held if (hush.subject, hush.rule) in meant)


def _near(words: str, held: Sequence[Hush]) -> tuple[tuple[str, str], ...]:
    """What they have put off that is called nearly so."""
    names = {(hush.subject or hush.rule).casefold(): hush for hush in held}
    alike = difflib.get_close_matches(words, names, n=2, cutoff=0.7)
    return tuple((f"Unmute {called(names[each].subject) or names[each].rule}", _undo(names[each])) for each in alike)


def undoing(hush: Hush) -> tuple[str, str]:
    """The button that takes it back: its label, and the command behind it."""
    about = called(hush.subject) if hush.subject else hush.rule
    if hush.said is not None and hush.said.end in CLAIMS:
        return f"Not me: {about}", _undo(hush)
    return f"Un-mute {about}" if hush.until is None and not hush.sight else f"Hear of {about}", _undo(hush)


def _undo(hush: Hush) -> str:
    """Of *everything*, that one alone: ``unmute everything`` takes back whatever there is."""
    return f"unmute {_ME if hush.subject == EVERYTHING else hush.subject or hush.rule}"
