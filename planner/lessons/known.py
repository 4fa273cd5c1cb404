"""What is known of one person, in words: each thing with from when and how often, so that they can set it right."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from models.directives import Directives, Member
from models.lessons import Feedback, Habits, Observation, Way, What
from models.people import FOUND, Identity
from planner.hearers.contact import Wish, told
from planner.lessons.learning import LEAST, habits_of, learns

MORNING, AFTERNOON = (9, 12), (13, 17)
"""What somebody may say of their hours with one press; any other is learnt."""

PREFERENCES: Mapping[str, Mapping[str, Any]] = {
    "channel:dm": {"channel": Way.DM.value},
    "channel:jira": {"channel": Way.JIRA.value},
    "hours:morning": {"hours": list(MORNING)},
    "hours:afternoon": {"hours": list(AFTERNOON)},
}
"""Everything somebody can set right, by the word behind its button: nothing else is believed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """One thing that is known of somebody."""

    topic: str
    """A word of ``What``, by which it is deleted; empty where it cannot be deleted here."""
    words: str
    times: int = 0
    since: datetime | None = None
    """When the first of it was seen (company time)."""
    corrections: tuple[tuple[str, str], ...] = ()
    """(label, word of ``PREFERENCES``)."""


def known_of(
    member: Member,
    observations: Sequence[Observation],
    identities: Sequence[Identity],
    hushed: int,
    directives: Directives,
    wish: Wish | None = None,
) -> tuple[Known, ...]:
    """What was learnt, found and said of ``member``, and what directives.yaml gives, from which ``member`` comes.

    ``wish`` is their own word on how they may be contacted.
    """
    wanted = learns(directives)
    theirs = [each for each in observations if each.person == member.id]
    habits = habits_of([each for each in theirs if each.what in wanted or each.what is What.SAID], wanted)
    learnt = [_response(theirs, habits), _channel(theirs, habits, member), _hours(theirs, habits), _said(theirs)]
    return tuple(
        each
        for each in (*learnt, _snoozed(hushed), _wished(wish), *_accounts(member, identities), _given(member))
        if each is not None
    )


def _response(theirs: Sequence[Observation], habits: Habits) -> Known | None:
    seen = _of(What.RESPONSE, theirs)
    if not seen:
        return None
    if habits.response is None:
        words = f"How soon you answer: too few answers to say ({LEAST} are needed)."
    else:
        words = f"You answer after about {_length(habits.response)} of your working time."
    return Known(topic=What.RESPONSE.value, words=words, times=len(seen), since=seen[0].at)


def _channel(theirs: Sequence[Observation], habits: Habits, member: Member) -> Known | None:
    seen = [*_of(What.CHANNEL, theirs), *_own_word("channel", theirs)]
    if not seen:
        return None
    counts = [f"{done} of {asked} {_WAYS[way]}" for way, (asked, done) in habits.asked.items()]
    words = f"You answered {' and '.join(counts)}." if counts else ""
    if "channel" in habits.said:
        words = f"You have said that you prefer {_WAYS[habits.channel or Way.DM]}. {words}".strip()
    return Known(
        topic=What.CHANNEL.value,
        words=f"{words} {_used(habits, member)}",
        times=len(seen),
        since=min(each.at for each in seen),
        corrections=(("Prefer direct messages", "channel:dm"), ("Prefer Jira comments", "channel:jira")),
    )


_WAYS = {Way.DM: "direct messages", Way.JIRA: "Jira comments", Way.BITBUCKET: "Bitbucket comments"}


def _used(habits: Habits, member: Member) -> str:
    if member.channel is not None:
        return f"directives.yaml says where to reach you, so it changes nothing: {_WAYS[Way(member.channel)]}."
    return f"So I write {_WAYS[habits.channel or Way.DM]}."


def _hours(theirs: Sequence[Observation], habits: Habits) -> Known | None:
    seen = [*_of(What.HOUR, theirs), *_own_word("hours", theirs)]
    if not seen:
        return None
    if habits.hours is None:
        words = "The hours of your answers: no part of the day stands out, so nothing waits for one."
    else:
        first, last = habits.hours
        who = "You have said that you prefer" if "hours" in habits.said else "You answer mostly"
        words = f"{who} {first}:00 to {last}:00. What is not urgent waits for that, on the same day."
    return Known(
        topic=What.HOUR.value,
        words=words,
        times=len(seen),
        since=min(each.at for each in seen),
        corrections=(("Prefer mornings", "hours:morning"), ("Prefer afternoons", "hours:afternoon")),
    )


def _said(theirs: Sequence[Observation]) -> Known | None:
    seen = _of(What.FEEDBACK, theirs)
    if not seen:
        return None
    counts = Counter((each.about, Feedback(each.value["said"])) for each in seen)
    said_of = [f"{_SAID[said]} of {rule}{_times(count)}" for (rule, said), count in sorted(counts.items())]
    return Known(
        topic=What.FEEDBACK.value,
        words=f"You called messages {', '.join(said_of)}.",
        times=len(seen),
        since=seen[0].at,
    )


_SAID = {
    Feedback.USEFUL: "useful",
    Feedback.NOT_USEFUL: "not useful",
    Feedback.TOO_EARLY: "too early",
    Feedback.WRONG_PERSON: "for the wrong person",
}


def _snoozed(hushed: int) -> Known | None:
    if not hushed:
        return None
    return Known(topic="", words=f"You have put off or muted {hushed} thing{'' if hushed == 1 else 's'}.")


def _wished(wish: Wish | None) -> Known | None:
    if not wish:
        return None
    words = f"You have said how I may contact you: {', '.join(told(wish))}. It wins over directives.yaml; change it in"
    return Known(topic="", words=f"{words} my Home, or go back there to the constitution's.")


def _accounts(member: Member, identities: Sequence[Identity]) -> list[Known]:
    """What a search found and what people have said of their accounts; not those that directives.yaml gives."""
    return [
        Known(
            topic="",
            words=f"{_FOUND if each.standing in FOUND else _TOLD} {_called(each)}: {each.why}.",
            since=each.since,
        )
        for each in identities
        if each.person == member.id
    ]


_FOUND, _TOLD = "Found:", "Told:"


def _called(each: Identity) -> str:
    return (
        f"your {each.service.value.capitalize()} account"
        if each.account
        else f"no {each.service.value.capitalize()} account"
    )


def _given(member: Member) -> Known | None:
    """What the constitution says of them, which only its authors can change."""
    parts = [f"zone {member.zone}"]
    parts += [f"reached by {_WAYS[Way(member.channel)]}"] if member.channel else []
    parts += [f"answers {member.response}"] if member.response else []
    parts += [f"“{member.notes}”"] if member.notes else []
    return Known(topic="", words=f"directives.yaml says: {', '.join(parts)}")


def _of(what: What, theirs: Sequence[Observation]) -> list[Observation]:
    return [each for each in theirs if each.what is what]


def _own_word(about: str, theirs: Sequence[Observation]) -> list[Observation]:
    return [each for each in theirs if each.what is What.SAID and each.about == about]


def _length(worked: timedelta) -> str:
    minutes = round(worked / timedelta(minutes=1))
    if minutes < 90:
        return f"{max(minutes, 1)} minute{'' if minutes <= 1 else 's'}"
    hours = round(minutes / 60)
    return f"{hours} hour{'' if hours == 1 else 's'}"


def _times(count: int) -> str:
    return f" ({count} times)" if count > 1 else ""
