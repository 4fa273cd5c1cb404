"""What an older version leaves behind in the middle of its work: rows of its own schema, in the words it had."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine, MetaData, Table, create_engine, insert

from models.actions import Action, AskApproval, addressee
from models.database import ROOT, address_of
from models.ids import ApprovalId, EffectId
from models.keeping.effects import target_of
from models.keeping.records import dump, fingerprint
from models.proposals import Proposal, ask_of, effect_of
from tests.contracts.stores.values import ADA, LI, MONDAY, PAY, PM, handover, nudge, proposal

REAL = MONDAY - timedelta(days=365)
"""Real time where company time is ``MONDAY``: see ``FakeClock``."""

OLDER = ("0001", "0002", "0003", "0004", "0005", "0006")

UNSENT = ("waits", "was cut off", "was lost", "approved")
"""Reminders on their way out, by the name of their proposal; the second had arrived."""

ARRIVED = effect_of(proposal(nudge(), "was cut off").id)


def engine_at(url: str, revision: str) -> Engine:
    """The empty database at ``url`` as that version made it."""
    config = Config()
    config.set_main_option("script_location", str(ROOT / "alembic"))
    engine = create_engine(address_of(url))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
    return engine


def leave(url: str, revision: str) -> None:
    """Everything under way at once, and a worker gone in the middle of it."""
    engine = engine_at(url, revision)
    with engine.begin() as connection:
        _deliveries(connection)
        _effects(connection)
        _questions(connection)
        write(connection, "firings", schedule="digest:pay", slot="2027-03-01", at=REAL, ran=True)
        write(connection, "teams", id=PAY, rank=5.0, next_look=MONDAY + timedelta(hours=3), urgency=1, paused=False)
    engine.dispose()


def write(connection: Connection, table: str, **row: Any) -> None:
    connection.execute(insert(Table(table, MetaData(), autoload_with=connection)).values(**row))


def lean(value: Any) -> Any:
    """As ``dump``, without whatever has a default: a field that came with a later version is in no older row."""
    if isinstance(value, Mapping):
        return {key: lean(each) for key, each in value.items()}
    if isinstance(value, tuple | list):
        return [lean(each) for each in value]
    if not dataclasses.is_dataclass(value) or isinstance(value, type):
        return dump(value)
    had = [each for each in dataclasses.fields(value) if not _came_later(value, each)]
    kind = getattr(type(value), "kind", None)
    return ({"kind": kind} if isinstance(kind, str) else {}) | {f.name: lean(getattr(value, f.name)) for f in had}


def _came_later(value: Any, each: dataclasses.Field[Any]) -> bool:
    made = each.default_factory is not dataclasses.MISSING
    default = each.default_factory() if made else each.default  # type: ignore[misc]
    return bool(default is not dataclasses.MISSING and getattr(value, each.name) == default)


def _deliveries(connection: Connection) -> None:
    """One a look has seen, one it has not: that look waits."""
    came = {"source": "jira", "name": "jira:issue_updated", "team": PAY, "received": REAL}
    write(connection, "inbox", delivery_id="seen", cycle="c0", body=b"", **came)
    write(connection, "inbox", delivery_id="unseen", body=b"{}", **came)
    put(connection, "cycle", f"team:{PAY}", coalesce=True, payload={"reason": "event"})
    put(connection, "cycle", "team:ops", team="ops", coalesce=True, payload={"reason": "look"}, **CUT_OFF)


CUT_OFF = {"state": "running", "attempts": 1, "token": 1, "lease_until": REAL - timedelta(seconds=1)}


def put(connection: Connection, kind: str, key: str, **more: Any) -> None:
    row: dict[str, Any] = {"kind": kind, "key": key, "team": PAY, "lane": 1, "rank": 0.0, "coalesce": False}
    row |= {"state": "waiting", "run_at": REAL, "first_at": REAL, "attempts": 0, "token": 0, "payload": {}}
    write(connection, "jobs", **row | more)


def send(connection: Connection, what: Proposal, action: Action, name: EffectId, **more: Any) -> None:
    """An effect, as far as it had come."""
    row: dict[str, Any] = {"id": name, "team": PAY, "cycle": "c0", "kind": action.kind, "person": addressee(action)}
    row |= {"target": target_of(action, PAY), "action": lean(action), "proposal": lean(what), "receipt": {}}
    row |= {"payload_hash": fingerprint(action), "directives_version": "v1", "state": "planned", "tries": 0}
    write(connection, "effects", **row | {"planned": MONDAY, "words": ""} | more)


def _effects(connection: Connection) -> None:
    """One that waits, one whose worker died in mid-call, one nobody knows of, one that was given up."""
    tried = {"tries": 1, "first_try": REAL}
    states: dict[str, dict[str, Any]] = {
        "waits": {},
        "was cut off": {"state": "sending", **tried},
        "was lost": {"state": "unknown", **tried},
    }
    for number, (name, how) in enumerate(states.items()):
        what = proposal(nudge(ADA, f"s{number}"), name)
        _decided(connection, what, "allow")
        send(connection, what, what.action, effect_of(what.id), **how)
        told = {"person": ADA, "signal": f"s{number}", "team": PAY, "effect": effect_of(what.id), "at": MONDAY}
        write(connection, "told", **told)
        spent = {"person": ADA, "day": "2027-03-01", "budget": "daily", "ordinal": number + 1, "at": MONDAY}
        write(connection, "reminders", effect=effect_of(what.id), **spent)
        more = CUT_OFF if name == "was cut off" else {}
        put(connection, "effect", "slack:dm:ada", payload={"effect": effect_of(what.id)}, **more)
    _given_up(connection)


def _given_up(connection: Connection) -> None:
    """Refused for good at the first try: its attention was set free."""
    what = proposal(nudge(LI, "s9"), "given up")
    _decided(connection, what, "allow")
    told = {"person": LI, "signal": "s9", "team": PAY, "effect": effect_of(what.id), "at": MONDAY.isoformat()}
    gone: dict[str, Any] = {"state": "dead", "tries": 1, "first_try": REAL, "ended": MONDAY}
    gone |= {"words": "refused", "gave_back": {"told": [told], "reminders": []}}
    send(connection, what, what.action, effect_of(what.id), **gone)
    dead = {"state": "dead", "attempts": 1, "token": 1, "finished": REAL, "error": "refused"}
    put(connection, "effect", "slack:dm:li", payload={"effect": effect_of(what.id)}, **dead)


def _decided(connection: Connection, what: Proposal, verdict: str) -> None:
    if what.id == "waits":
        look: dict[str, Any] = {"id": "c0", "team": PAY, "reason": "event", "at": MONDAY, "directives_version": "v1"}
        look |= {"signals": [], "urgency": 1, "next_look": MONDAY, "thought_by": "rules", "cost_usd": 0.0}
        write(connection, "cycles", **look)
    row: dict[str, Any] = {"proposal_id": what.id, "cycle": "c0", "team": PAY, "verdict": verdict, "rule": "r"}
    row |= {"reason": "because", "person": addressee(what.action), "proposal": lean(what), "at": MONDAY}
    write(connection, "decisions", **row, signals=[])


def _questions(connection: Connection) -> None:
    """One on a card, one not shown yet, one approved whose effect waits, one refused, one whose time is over."""
    shown = {"channel": "D1", "ts": "1.0"}
    _asked(connection, "on a card", **shown)
    _asked(connection, "not shown")
    _asked(connection, "approved", state="approved", by=PM, at=MONDAY, **shown)
    _asked(connection, "refused", state="rejected", by=LI, at=MONDAY, note="no")
    _asked(connection, "too late", expires=MONDAY - timedelta(hours=1), **shown)
    approved = proposal(handover("PAY-approved"), "approved")
    send(connection, approved, approved.action, effect_of(approved.id), approval=approval_of("approved"), cycle=None)
    put(connection, "effect", "jira:PAY-approved", lane=0, payload={"effect": effect_of(approved.id)})
    card = AskApproval(approval=approval_of("not shown"), person=PM)
    send(connection, proposal(handover("PAY-not shown"), "not shown"), card, ask_of(card.approval))
    put(connection, "effect", "slack:dm:pm", payload={"effect": ask_of(card.approval)})


def approval_of(name: str) -> ApprovalId:
    return ApprovalId(f"a {name}")


def _asked(connection: Connection, name: str, **more: Any) -> None:
    what = proposal(handover(f"PAY-{name}"), name)
    _decided(connection, what, "ask")
    row: dict[str, Any] = {"id": approval_of(name), "team": PAY, "proposal_id": name, "proposal": lean(what)}
    row |= {"payload_hash": fingerprint(what.action), "approvers": [PM, LI], "asked": PM, "rule": "asks"}
    row |= {"directives_version": "v1", "state": "pending", "asked_at": MONDAY, "note": "", "outcome": ""}
    write(connection, "approvals", **row | {"expires": MONDAY + timedelta(hours=24)} | more)
