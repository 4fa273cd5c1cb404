"""What people agreed to: each question settled once, by somebody who may, and done as they said, once."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

from bot.chaos.seen import Row, Seen, asking, member

ENDINGS = {"sent": ("done", "found"), "cancelled": ("changed", "forbidden")}
"""What is said of an execution that ended so."""

PRESSES = frozenset({"approve", "several_yes", "view_submission"})
"""What answers a question."""


def decided_once(seen: Seen) -> Iterator[str]:
    """A proposal is settled once; every effect follows from a recorded cycle or from a yes."""
    settled = Counter(d["proposal_id"] for d in seen.decisions if d["verdict"] != "defer")
    yield from (f"the proposal {name} was settled {count} times" for name, count in settled.items() if count > 1)
    cycles, asks = {row["id"] for row in seen.cycles}, {row["id"] for row in seen.approvals}
    for effect in seen.effects:
        again = effect["action"].get("approval") if asking(effect) in ("again", "deputy") else None
        lost = bool(asking(effect)) and effect["action"]["approval"] not in asks
        if lost or (effect["cycle"] not in cycles and effect["approval"] not in asks and again not in asks):
            yield f"{effect['kind']} {effect['id']} comes from nowhere"
    chased = Counter((e["action"].get("approval", e["id"]), how) for e in seen.effects if (how := asking(e)))
    yield from (f"the ask {name} was put {count} times ({how})" for (name, how), count in chased.items() if count > 1)


def approvals(seen: Seen) -> Iterator[str]:
    """A yes has one execution, of what was agreed to; whatever is not a yes has none."""
    done: dict[str, list[Row]] = defaultdict(list)
    for effect in seen.effects:
        if effect["approval"] is not None:
            done[effect["approval"]].append(effect)
    edited = Counter(row["edits"] for row in seen.approvals if row["edits"])
    yield from (f"the ask {name} was edited {count} times" for name, count in edited.items() if count > 1)
    for row in seen.approvals:
        answered = row["state"] in ("approved", "rejected") or (row["state"] == "superseded" and edited[row["id"]] > 0)
        if answered != bool(row["by"]):
            yield f"the ask {row['id']} is {row['state']} by {row['by']}"
        if answered and row["by"]:
            yield from _answered(seen, row)
        if len(done[row["id"]]) != (row["state"] == "approved"):
            yield f"the ask {row['id']} is {row['state']} and has {len(done[row['id']])} executions"
        yield from _carried_out(seen, row, done[row["id"]])


def _answered(seen: Seen, row: Row) -> Iterator[str]:
    """By somebody who may answer and did, with what they chose."""
    if row["by"] not in row["approvers"]:
        yield f"the ask {row['id']} was answered by {row['by']}, who may not"
    who = member(seen, row["team"], row["by"])
    presses = [sent for sent in seen.deliveries if sent.name in PRESSES and {row["id"], row["edits"]} & sent.about]
    wished = row["proposal"].get("asked_by") == row["by"]  # then asking for it was the yes
    if not wished and (who is None or who.slack not in {sent.actor for sent in presses}):
        yield f"the ask {row['id']} was {row['state']} by {row['by']}, who pressed nothing"
    chosen = {sent.chosen for sent in presses}
    if row["edits"] and row["proposal"]["action"].get("taker") not in chosen:
        yield f"the ask {row['id']} became {row['proposal']['action']}, not {chosen}"


def _carried_out(seen: Seen, row: Row, done: Sequence[Row]) -> Iterator[str]:
    """As it was agreed to, and told as it was; dropped only where somebody changed the issue meanwhile."""
    if row["state"] == "approved" and not row["ending"]:
        yield f"nobody was told what became of the approved ask {row['id']}"
        return
    for effect in done:
        if effect["action"] != row["proposal"]["action"]:
            yield f"the ask {row['id']} was for {row['proposal']['action']} and {effect['action']} was done"
        if row["ending"] not in ENDINGS.get(effect["state"], (row["ending"],)):
            yield f"the ask {row['id']} is told as {row['ending']}, and its execution is {effect['state']}"
        touched = seen.touched.get(effect["action"].get("issue", ""))
        if row["ending"] == "changed" and touched is not None and touched < row["asked_at"]:
            yield f"the ask {row['id']} was not carried out although nobody had changed {effect['action']['issue']}"
