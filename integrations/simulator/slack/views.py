"""The Web API methods of modals and the Home tab."""

from __future__ import annotations

from typing import Any

from integrations.simulator.slack import blocks
from integrations.simulator.slack.call import Call, Refusal, said

Reply = dict[str, Any]


def open_view(call: Call) -> Reply:
    """``views.open``: a modal for whoever has just done something."""
    view = checked_view(call, "modal")
    user = _spend(call)
    kept = call.workspace.keep_view(view)
    show(call, user, kept)
    return {"view": kept}


def push_view(call: Call) -> Reply:
    """``views.push``: a modal on top of the one that is open."""
    view = checked_view(call, "modal")
    user = _spend(call)
    below = call.workspace.views.get(call.workspace.open_views.get(user, ""))
    if below is None:
        raise Refusal("not_found")
    kept = call.workspace.keep_view(view)
    kept |= {"previous_view_id": below["id"], "root_view_id": below["root_view_id"]}
    show(call, user, kept)
    return {"view": kept}


def update_view(call: Call) -> Reply:
    """``views.update``."""
    view = checked_view(call, "modal")
    known = _known(call)
    if call.get("hash") not in ("", known["hash"]):
        raise Refusal("hash_conflict")
    kept = call.workspace.keep_view(view, known)
    for user, open_id in call.workspace.open_views.items():
        if open_id == kept["id"]:
            show(call, user, kept)
    return {"view": kept}


def publish_view(call: Call) -> Reply:
    """``views.publish``: somebody's Home tab."""
    view, who = checked_view(call, "home"), call.user("user_id")
    known = call.workspace.homes.get(who.id)
    if known and call.get("hash") not in ("", known["hash"]):
        raise Refusal("hash_conflict")
    kept = call.workspace.keep_view(view, known)
    call.workspace.homes[who.id] = kept
    call.workspace.tell("home", {"view": kept}, who.id)
    return {"view": kept}


def checked_view(call: Call, kind: str) -> dict[str, Any]:
    """The view that was sent. Raises ``Refusal``."""
    view = call.decoded("view")
    wrong = blocks.view_faults(view)
    if wrong or view["type"] != kind:
        words = [f"[ERROR] {w}" for w in said(wrong)] or [f"[ERROR] must be {kind} [json-pointer:/view/type]"]
        raise Refusal("invalid_arguments", response_metadata={"messages": words})
    found: dict[str, Any] = view
    return found


def show(call: Call, user: str, view: dict[str, Any]) -> None:
    """Put a modal in front of somebody."""
    call.workspace.open_views[user] = view["id"]
    call.workspace.tell("view", {"view": view}, user)


def _spend(call: Call) -> str:
    try:
        return call.workspace.spend(call.need("trigger_id"))
    except KeyError as used:
        raise Refusal(str(used.args[0])) from None


def _known(call: Call) -> dict[str, Any]:
    external = call.get("external_id")
    views = call.workspace.views
    known = views.get(call.get("view_id")) or next(
        (v for v in views.values() if external and v["external_id"] == external), None
    )
    if known is None:
        raise Refusal("not_found")
    return known
