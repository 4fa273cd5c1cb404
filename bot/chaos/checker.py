"""The history checker: given everything that happened, what was lost, doubled, overdone or out of order?

It knows nothing of kills. It takes both sides' word for what happened (deliveries as the wire saw them, posts and
changes as the vendors keep them, rows as the product keeps them) and compares. Reusable for any run.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import timedelta
from itertools import pairwise

from bot.app import GLANCE
from bot.chaos.consent import approvals, decided_once
from bot.chaos.reach import addressed, attention, hours, told_once
from bot.chaos.seen import Post, Row, Seen, asking, member, put_off
from models.ids import named
from models.mailbox import NO_CYCLE

MESSAGES = frozenset({"remind_person", "post_digest", "escalate", "tell_admins", "ask_identity", "shadow_log"})
"""Actions that are each one Slack message of their own."""

REPLIES: Mapping[str, Sequence[str]] = {"answer": ("reply", "private", "lost"), "window": ("private",)}
"""How the words are marked that somebody gets for what they asked or sent off, by kind of job: why a filled window did
nothing, as when it was sent off twice, they are told in direct messages."""

NOTICE = "I was interrupted"
"""How the product says that an answer may be missing."""

OVERDUE = timedelta(minutes=1)
"""How long after its moment work may lie there at rest: the agent was stopped before its rows were read."""

STOPPING = timedelta(seconds=10)
"""Real time between the last look at the queue and the end of the agent, in which its clock may plan something more."""

STRETCH, AT_ONCE = 6.0, 5
"""Slack takes one message a second in a channel, and short bursts: in any such stretch (seconds) as many messages as
it has seconds, and a burst of each process. The burst is two more than the product allows itself: a machine that stood
still makes up for it. A crowd of the story asks for more than that."""


def violations(seen: Seen) -> list[str]:
    """One line for each promise that was not kept; empty when all were."""
    return [f"{name}: {words}" for name, rule in RULES.items() for words in rule(seen)]


def _kept(seen: Seen) -> Iterator[str]:
    """What was acknowledged is in the inbox; nothing is there twice, nothing that nobody sent."""
    rows = Counter((row["source"], row["delivery_id"]) for row in seen.inbox)
    known = {(sent.source, sent.id) for sent in seen.deliveries}
    for sent in seen.deliveries:
        if sent.acknowledged and not rows[sent.source, sent.id]:
            yield f"{sent.source} {sent.name} {sent.id} was acknowledged and is not in the inbox"
    yield from (f"{name} is in the inbox {count} times" for name, count in rows.items() if count > 1)
    yield from (f"{name} is in the inbox and was never sent" for name in rows if name not in known)


def _accounted_for(seen: Seen) -> Iterator[str]:
    """Each delivery belongs to one recorded cycle, or to one finished job of its own, never to both or none."""
    cycles = {row["id"]: row["team"] for row in seen.cycles}
    sent = {(s.source, s.id): s for s in seen.deliveries}
    own: dict[int, list[Row]] = defaultdict(list)
    for job in seen.jobs:
        if "inbox" in job["payload"]:
            own[job["payload"]["inbox"]].append(job)
    for row in seen.inbox:
        delivery, cycle = sent.get((row["source"], row["delivery_id"])), row["cycle"]
        wants = delivery.job if delivery is not None else ""
        ours = delivery is not None and delivery.actor == seen.me
        yield from _worked(row, wants, own[row["id"]])
        needs_none = wants or ours or row["source"] == "slack"
        if cycle not in cycles and not (needs_none and cycle == NO_CYCLE):
            yield f"{row['source']} {row['name']} {row['delivery_id']} is accounted for by {cycle}, which is no cycle"
        if cycles.get(cycle, row["team"]) != row["team"]:
            yield f"{row['name']} {row['delivery_id']} of {row['team']} was looked at for {cycles[cycle]}"


def _worked(row: Row, wants: str, jobs: Sequence[Row]) -> Iterator[str]:
    """The jobs of one delivery's own: the one it wants, or none."""
    if wants and [job["kind"] for job in jobs] != [wants]:
        yield f"{row['name']} {row['delivery_id']} has the jobs {[job['kind'] for job in jobs]}, not one {wants}"
    if wants and any(job["state"] != "done" for job in jobs):
        yield f"the job of {row['name']} {row['delivery_id']} is {jobs[0]['state']}"
    if wants and row["cycle"] != NO_CYCLE:
        yield f"{row['name']} {row['delivery_id']} has a job of its own and is accounted for by {row['cycle']} as well"
    if not wants and jobs:
        yield f"{row['name']} {row['delivery_id']} has a job of its own besides its cycle"


def _nothing_left(seen: Seen) -> Iterator[str]:
    """At rest nothing waits, runs, is dead or half done, but what policy has put off and a message that lives on."""
    put = put_off(seen.jobs, seen.effects)
    for job in seen.jobs:
        if job["state"] != "done" and not _planned(job, seen) and job["id"] not in put:
            yield f"job {job['id']} ({job['kind']} {job['key']}) is {job['state']}: {job['error']}"
        if job["id"] in put and seen.at is not None and not _looks_again(job["run_at"] - seen.at):
            yield f"job {job['id']} ({job['kind']} {job['key']}) is put off and looks again at {job['run_at']}"
    twice = (name for name, count in Counter(put.values()).items() if count > 1)
    yield from (f"the effect {name} is put off more than once" for name in twice)
    for effect in seen.effects:
        if effect["state"] not in ("sent", "cancelled") and effect["id"] not in put.values():
            yield f"{effect['kind']} {effect['id']} is {effect['state']}: {effect['words']}"


def _planned(job: Row, seen: Seen) -> bool:
    """Whether it is untouched and may be: a message that lives on, or what the clock has planned at the very end."""
    late = seen.at is not None and "inbox" not in job["payload"] and seen.at - job["first_at"] <= STOPPING
    return job["state"] == "waiting" and not job["attempts"] and (job["kind"] == "living" or late)


def _looks_again(ahead: timedelta) -> bool:
    """Whether what is put off looks at the clock in time: a file tells it, so that its moment may come any minute."""
    return -OVERDUE <= ahead <= timedelta(seconds=GLANCE)


def _effects_once(seen: Seen) -> Iterator[str]:
    """What the ledger calls sent stands exactly once at its target; what it calls cancelled does not."""
    marked = Counter(post.marker for post in seen.posts) + Counter(comment.marker for comment in seen.comments)
    for effect in seen.effects:
        if effect["kind"] in MESSAGES or effect["kind"] == "comment_on_issue" or asking(effect) == "again":
            want, have = int(effect["state"] == "sent"), marked[effect["id"]]
            if have != want:
                yield f"{effect['kind']} {effect['id']} is {effect['state']} and stands {have} times at its target"
        elif asking(effect) and marked[effect["id"]] > (effect["state"] == "sent"):  # or it joined a card that stood
            yield f"the card {effect['id']} is {effect['state']} and stands {marked[effect['id']]} times"
    sent = [effect for effect in seen.effects if effect["kind"] == "reassign" and effect["state"] == "sent"]
    given, known = Counter(seen.handed), Counter(_given(seen, effect) for effect in sent)
    for hand in given.keys() | known.keys():
        if given[hand] != known[hand]:
            yield f"{hand[0]} was given to {hand[1]} {given[hand]} times, the ledger knows of {known[hand]}"


def _given(seen: Seen, effect: Row) -> tuple[str, str | None]:
    """The issue and the account an effect gives it to."""
    taker = member(seen, effect["team"], effect["action"]["taker"])
    return effect["action"]["issue"], taker.jira if taker is not None else None


def _no_strangers(seen: Seen) -> Iterator[str]:
    """Nothing of ours stands outside without a marker the ledger knows, and no reply stands twice."""
    replies = {named(how, job["id"]) for job in seen.jobs for how in REPLIES.get(job["kind"], ())}
    known = {effect["id"] for effect in seen.effects} | replies
    everywhere = [post.marker for post in seen.posts] + [comment.marker for comment in seen.comments]
    yield from (f"something with the marker {marker!r} stands outside" for marker in everywhere if marker not in known)
    for marker, count in Counter(everywhere).items():
        if count > 1 and marker in replies:
            yield f"the answer {marker} stands {count} times"


def _cards(seen: Seen) -> Iterator[str]:
    """A card is a projection of the ledger: every ask stands on one card, with buttons exactly while it is open."""
    cards = {(post.channel, post.ts): post for post in seen.posts}
    shown = Counter(ask for post in seen.posts for ask in post.open_asks)
    for row in seen.approvals:
        if row["ts"] is None and row["state"] in ("superseded", "expired"):
            continue  # ended before anybody saw it
        yield from _card(row, cards.get((row["channel"], row["ts"])) if row["ts"] is not None else None)
        copies = [cards.get((c["channel"], c["ts"])) for c in seen.cards if c["approval"] == row["id"] and c["ts"]]
        yield from (
            f"a copy of the ask {row['id']} does not show that it is {row['state']}"
            for copy in copies
            if copy is None or (row["state"] == "pending") != (row["id"] in copy.open_asks)
        )
        if shown[row["id"]] > 1 + len(copies):
            yield f"the ask {row['id']} has buttons on {shown[row['id']]} messages"
    placed = {(row["channel"], row["ts"]) for row in (*seen.approvals, *seen.cards)}
    asks = {effect["id"] for effect in seen.effects if asking(effect) in ("first", "deputy")}
    for post in seen.posts:
        if post.marker in asks and (post.channel, post.ts) not in placed:
            yield f"the card {post.ts} was posted and forgotten"


def _card(row: Row, card: Post | None) -> Iterator[str]:
    """The card of one ask."""
    if card is None:
        yield f"the ask {row['id']} ({row['state']}) stands on no card"
        return
    if (row["state"] == "pending") != (row["id"] in card.open_asks):
        yield f"the card of the ask {row['id']} does not show that it is {row['state']}"
    if row["state"] == "approved" and "Working" in card.text:
        yield f"the card of the approved ask {row['id']} still says it is under way"


def _answers(seen: Seen) -> Iterator[str]:
    """Who asked was answered, once; or told that the answer may be missing, where nothing can be looked up."""
    rows = {(row["source"], row["delivery_id"]): row["id"] for row in seen.inbox}
    jobs = {job["payload"].get("inbox"): job["id"] for job in seen.jobs if job["kind"] == "answer"}
    marked = Counter(post.marker for post in seen.posts)
    asked, place = {sent.token for sent in seen.deliveries}, {post.marker: post.channel for post in seen.posts}
    yield from (f"something was answered that nobody asked: {token}" for token in seen.replies if token not in asked)
    for sent in seen.deliveries:
        row = rows.get((sent.source, sent.id))
        if row is None or sent.job != "answer":
            continue
        words = seen.replies.get(sent.token, ())
        count = (
            sum(not text.startswith(NOTICE) for text in words) if sent.token else marked[named("reply", jobs.get(row))]
        )
        told = bool(words) and count == 0
        if count and not sent.token and place[named("reply", jobs.get(row))] != sent.place:
            yield f"the {sent.name} {sent.id} was asked in {sent.place} and answered elsewhere"
        if count != 1 and not told and sent.name != "app_home_opened":
            yield f"the {sent.name} {sent.id} was answered {count} times"


def _mirror(seen: Seen) -> Iterator[str]:
    """At rest the product believes what is true."""
    yield from (f"{key} is gone and believed to be there" for key in seen.mirror if key not in seen.touched)
    for key, true in seen.world.items():
        if seen.mirror.get(key) != true:
            yield f"{key} is {true} and believed to be {seen.mirror.get(key)}"


def _jobs_in_order(seen: Seen) -> Iterator[str]:
    """Per key: jobs of one kind and lane end in the order they came."""
    lines: dict[tuple[str, str, int], list[Row]] = defaultdict(list)
    for job in sorted(seen.jobs, key=lambda row: row["id"]):
        if job["state"] == "done":
            lines[job["kind"], job["key"], job["lane"]].append(job)
    for (kind, key, _), line in lines.items():
        for earlier, later in pairwise(line):
            if earlier["finished"] > later["finished"]:
                yield f"{kind} {key}: job {later['id']} ended before job {earlier['id']}"


def _looks_in_order(seen: Seen) -> Iterator[str]:
    """Per team: deliveries are looked at in the order they came."""
    at = {row["id"]: row["at"] for row in seen.cycles}
    looked: dict[str, list[Row]] = defaultdict(list)
    for row in sorted(seen.inbox, key=lambda row: row["id"]):
        if row["cycle"] in at:
            looked[row["team"]].append(row)
    for team, rows in looked.items():
        for earlier, later in pairwise(rows):
            if at[earlier["cycle"]] > at[later["cycle"]]:
                yield f"{team}: delivery {later['id']} was looked at before delivery {earlier['id']}"


def _pace(seen: Seen) -> Iterator[str]:
    """No channel gets messages faster than Slack takes them; whoever comes back after a death has a burst anew."""
    born = [row["began"].timestamp() for row in seen.processes]
    for channel, moments in seen.posted.items():
        for number, first in enumerate(moments):
            taken = sum(first <= moment < first + STRETCH for moment in moments[number:])
            lives = 1 + sum(abs(began - first) < STRETCH for began in born)
            if taken > STRETCH + AT_ONCE * lives:
                yield f"{channel} got {taken} messages within {STRETCH:g} s"
                break


RULES: Mapping[str, Callable[[Seen], Iterator[str]]] = {
    "kept": _kept,
    "accounted for": _accounted_for,
    "nothing left": _nothing_left,
    "effects once": _effects_once,
    "addressed": addressed,
    "no strangers": _no_strangers,
    "decided once": decided_once,
    "attention": attention,
    "hours": hours,
    "told once": told_once,
    "approvals": approvals,
    "cards": _cards,
    "answers": _answers,
    "mirror": _mirror,
    "jobs in order": _jobs_in_order,
    "looks in order": _looks_in_order,
    "pace": _pace,
}
