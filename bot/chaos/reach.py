"""Whom it reached: the right person in the right place, in their hours, and out of their own attention."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta

from bot.chaos.seen import Row, Seen, asking, member
from models.ids import PersonId, TeamId
from models.keeping.restoring import EFFECT as SPENT
from models.signals import Urgency
from planner.bounds.worktime import Calendar, contact_calendar

TAKING = timedelta(minutes=2)
"""Company time that sending may take: what was begun within somebody's hours may arrive a moment after them."""

COSTS = frozenset({"remind_person", "comment_on_issue", "ask_identity"})
"""What costs its reader's attention, beside questions."""


def addressed(seen: Seen) -> Iterator[str]:
    """What stands outside stands where its action says, before whom it says."""
    effects = {effect["id"]: effect for effect in seen.effects}
    for post in seen.posts:
        effect = effects.get(post.marker)
        if effect is not None and (post.to or f"#{seen.channels.get(post.channel)}") != (place := _place(seen, effect)):
            yield f"{effect['kind']} {effect['id']} is for {place} and stands in {post.to or post.channel}"
    for comment in seen.comments:
        effect = effects.get(comment.marker)
        if effect is None:
            continue
        if comment.issue != (issue := effect["action"].get("issue")):
            yield f"{effect['kind']} {effect['id']} is about {issue} and stands in {comment.issue}"
        reader = member(seen, effect["team"], effect["person"])
        if effect["person"] and (reader is None or reader.jira not in comment.names):
            yield f"{effect['kind']} {effect['id']} does not name {effect['person']}"
    yield from _cards_addressed(seen)


def _cards_addressed(seen: Seen) -> Iterator[str]:
    """Each question stands before whom it was put to, each copy before whom that was put to."""
    readers = {(post.channel, post.ts): post.to for post in seen.posts}
    team = {row["id"]: row["team"] for row in seen.approvals}
    first = [(row["id"], row["asked"], row["channel"], row["ts"]) for row in seen.approvals]
    copies = [(row["approval"], row["person"], row["channel"], row["ts"]) for row in seen.cards]
    for name, person, channel, ts in (*first, *copies):
        reader, wanted = readers.get((channel, ts)), member(seen, team.get(name, ""), person)
        if reader is not None and (wanted is None or reader != wanted.slack):
            yield f"the ask {name} was put to {person} and stands before {reader or channel}"


def attention(seen: Seen) -> Iterator[str]:
    """At most one unit a person, local day and budget; whatever costs attention took its reader's own of that day."""
    units = Counter((row["person"], row["day"], row["budget"]) for row in seen.reminders)
    yield from (f"{unit} was spent {count} times" for unit, count in units.items() if count > 1)
    count_of = Counter(row["effect"] for row in seen.reminders)
    yield from (f"the effect {name} was paid for {count} times" for name, count in count_of.items() if count > 1)
    lives = {effect["id"] for effect in seen.effects if effect["state"] != "cancelled"} | {SPENT}
    yield from (f"{row['person']} paid for {row['effect']}" for row in seen.reminders if row["effect"] not in lives)
    paid, stood = {row["effect"]: row for row in seen.reminders}, _stood(seen)
    for effect in seen.effects:
        at, unit = stood.get(effect["id"]), paid.get(effect["id"])
        joined = at is None and asking(effect) in ("first", "deputy")
        if effect["state"] != "sent" or joined or not _costs(effect):
            continue
        words = f"{effect['kind']} {effect['id']} to {effect['person']}"
        if unit is None:
            yield f"{words} cost no attention"
        else:
            yield from (f"{words} {wrong}" for wrong in _badly_paid(seen, effect, unit, at))


def _badly_paid(seen: Seen, effect: Row, unit: Row, at: datetime | None) -> Iterator[str]:
    """What is wrong with the unit an effect took, which stood outside ``at`` some moment."""
    if unit["person"] != effect["person"]:
        yield f"cost the attention of {unit['person']}"
    if at is not None and unit["day"] != _calendar(seen, effect).local_day(at).isoformat():
        yield f"cost the attention of {unit['day']} and came at {at:%F %T}"
    if unit["budget"] == "critical" and effect["proposal"]["urgency"] != Urgency.CRITICAL:
        yield "is not critical and was paid as if it were"


def told_once(seen: Seen) -> Iterator[str]:
    """Nobody hears of one episode twice, and a channel gets one summary a day."""
    sent = [effect for effect in seen.effects if effect["state"] == "sent"]
    heard = Counter(told for effect in sent if not effect["proposal"]["promised"] for told in _told(effect))
    yield from (f"{who} was told of {what} {count} times" for (who, what), count in heard.items() if count > 1)
    digests = [(e["team"], e["action"]["channel"], e["action"]["day"]) for e in sent if e["kind"] == "post_digest"]
    yield from (f"{digest} has {count} summaries" for digest, count in Counter(digests).items() if count > 1)


def hours(seen: Seen) -> Iterator[str]:
    """Nobody is written to outside their hours, but what is critical to whoever is on call, and what they asked for."""
    stood = _stood(seen)
    for effect in seen.effects:
        at = stood.get(effect["id"])
        if at is None or not effect["person"] or effect["person"] == effect["proposal"]["asked_by"]:
            continue
        who = member(seen, effect["team"], effect["person"])
        on_call = who is not None and who.on_call
        critical = effect["proposal"]["urgency"] == Urgency.CRITICAL
        theirs = _calendar(seen, effect)
        if not (theirs.is_working(at) or theirs.is_working(at - TAKING) or (critical and on_call)):
            yield f"{effect['kind']} {effect['id']} reached {effect['person']} at {theirs.local(at):%F %T}"


def _stood(seen: Seen) -> dict[str, datetime]:
    """When what stands outside was taken there, by effect. A question that joined a card is no message of its own."""
    posts = [(post.marker, post.at) for post in seen.posts]
    comments = [(comment.marker, comment.at) for comment in seen.comments]
    return {marker: at for marker, at in (*posts, *comments) if at is not None}


def _costs(effect: Row) -> bool:
    """Whether it is a message nobody wanted: what its reader put off until then is free, and what was asked for."""
    asked, wanted_by = asking(effect), effect["proposal"]["asked_by"]
    free = effect["proposal"]["promised"] or asked == "promised"
    wished = wanted_by is not None and (asked == "first" or wanted_by == effect["person"])
    return bool(asked or effect["kind"] in COSTS) and not free and not wished


def _told(effect: Row) -> set[tuple[str, str]]:
    """Who hears of which episodes by it."""
    action, one = effect["action"], effect["kind"] in ("comment_on_issue", "ask_identity")
    items = action["items"] if effect["kind"] == "remind_person" else [action["item"]] if one else []
    return {(effect["person"], item["signal"]) for item in items}


def _place(seen: Seen, effect: Row) -> str:
    """Whose direct messages, or which channel, an action is said in."""
    if effect["person"]:
        who = member(seen, effect["team"], effect["person"])
        return who.slack or "" if who is not None else ""
    assert seen.law is not None
    named = seen.law.team(TeamId(effect["team"])).channels.get(effect["action"].get("channel", ""), "")
    return "#" + named.lstrip("#")


def _calendar(seen: Seen, effect: Row) -> Calendar:
    assert seen.law is not None
    return contact_calendar(seen.law, TeamId(effect["team"]), PersonId(effect["person"]))
