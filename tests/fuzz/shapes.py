"""What Slack sends, kind by kind, nearly right: commands, events, presses, windows, shortcuts, menus.

The lists of words are tables of their own beside the product's: a button, window or listener that is missing here fails
``test_every_entrance.py``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from itertools import count
from typing import Any
from urllib.parse import urlencode

from hypothesis import strategies as st

from tests.fuzz.bodies import SCALARS, WORDS, bent, json_of

BUTTONS: frozenset[str] = frozenset(
    {
        *(
            "approve",
            "reject",
            "ask_later",
            "several_yes",
            "identity_yes",
            "identity_no",
            "undo",
            "feedback",
            "verdict",
        ),
        *("known_delete", "known_prefer", "known_forget", "later", "ending", "took", "details", "digest_menu"),
        *("contact_back", "kept_useful", "kept_not_useful", "trust_again", "pause_all", "resume_all"),
        *("why", "ask", "post_to_channel"),
        *("contact", "waiting", "wrong_person", "edit", "reject_why", "several_no", "track", "question"),
    }
)
"""Action ids that mean something."""

WINDOWS: frozenset[str] = frozenset(
    {"contact", "waiting", "wrong_person", "edit", "reject_why", "several_no", "track", "question"}
)
"""Callback ids of windows whose answers are checked at the door."""

LISTENERS: frozenset[str] = frozenset({"command", "click", "options", "filled", "closed", "shortcut", "event"})
"""What is registered with Bolt, by the name of the function."""

EVENTS: tuple[str, ...] = (
    *("app_mention", "message", "app_home_opened", "agent_session_stopped", "member_joined_channel", "app_uninstalled"),
    *("tokens_revoked", "user_change", "user_profile_changed", "user_status_changed", "dnd_updated_user"),
    *("subteam_members_changed", "subteam_updated", "reaction_added", "channel_rename", "team_join", "brand_new"),
)

_KEYS = st.sampled_from(
    [
        *("type", "event", "user", "team", "channel", "actions", "action_id", "value", "view", "callback_id", "text"),
        *("authorizations", "response_urls", "enterprise", "trigger_id", "event_id", "message", "container", "command"),
        *(
            "is_ext_shared_channel",
            "function_data",
            "item",
            "thread_ts",
            "subtype",
            "bot_id",
            "id",
            "payload",
            "a",
            "v",
        ),
        *("ssl_check", "selected_option", "state", "values", "private_metadata", "message_ts", "channel_id", "user_id"),
    ]
)
JUNK = json_of(_KEYS, 8)
_IDS = st.one_of(st.sampled_from(["U07DANAW3K1", "U1", "UBOT", "W1"]), WORDS)
_TS = st.one_of(st.sampled_from(["1763389200.000100", "1.1"]), WORDS)
_VALUES = st.one_of(
    WORDS,
    json_of(st.sampled_from(["a", "v", "l", "g", "s", "q", "e", "t"]), 6).map(json.dumps),
    st.sampled_from(
        ['{"a": "ap1", "v": "h"}', "[" * 3_000, '{"a": {"a": 1}}', '{"a": null}', '{"a": "' + "y" * 2_500 + '"}']
    ),
)


@st.composite
def events(draw: st.DrawFn) -> Any:
    """Something that happened in the workspace."""
    event = {
        "type": draw(st.sampled_from(EVENTS)),
        "user": draw(_IDS),
        "text": draw(WORDS),
        "channel": draw(WORDS),
        "channel_type": draw(st.sampled_from(["im", "channel", "group", "mpim", "app_home", "x"])),
        "ts": draw(_TS),
        "thread_ts": draw(_TS),
        "tab": draw(st.sampled_from(["home", "messages", "about"])),
        "subtype": draw(st.sampled_from(["", "file_share", "message_changed", "bot_message"])),
        "subteam": {"id": "S1"},
        "subteam_id": "S1",
        "tokens": {"bot": ["UBOT"]},
    }
    body = {
        "type": "event_callback",
        "team_id": draw(WORDS),
        "event_id": draw(WORDS),
        "event": event,
        "authorizations": [{"is_bot": True, "user_id": "UBOT"}],
    }
    return draw(bent(body, JUNK))


@st.composite
def commands(draw: st.DrawFn) -> Any:
    """Words after a slash command."""
    said = draw(
        st.one_of(WORDS, st.sampled_from(["status", "why payload=7", "snooze 9 years", "forecast " * 300, "help"]))
    )
    fields = {
        "command": draw(st.sampled_from(["/pm", "/PM", "/other", "", "pm"])),
        "text": said,
        "user_id": draw(_IDS),
        "team_id": draw(WORDS),
        "channel_id": draw(WORDS),
        "trigger_id": draw(WORDS),
        "response_url": draw(WORDS),
        "ssl_check": draw(st.sampled_from(["", "0", "1"])),
    }
    return draw(bent(fields, SCALARS))


_ANEW = count(1)


@st.composite
def spoken(draw: st.DrawFn) -> Any:
    """What a person says to us, in the shape it must have, for the first time: only their words are wild."""
    number, person, said = f"anew-{next(_ANEW)}", draw(st.sampled_from(["U07DANAW3K1", "U1", "W1"])), draw(WORDS)
    if draw(st.booleans()):
        who = {"user_id": person, "team_id": "T1", "channel_id": "C1"}
        return {"command": "/pm", "text": said, **who, "trigger_id": number, "response_url": draw(WORDS)}
    event = {
        "type": "app_mention",
        "user": person,
        "text": said,
        "channel": "C1",
        "ts": number,
        "channel_type": "channel",
    }
    own = [{"is_bot": True, "user_id": "UBOT"}]
    return {"type": "event_callback", "team_id": "T1", "event_id": number, "event": event, "authorizations": own}


@st.composite
def presses(draw: st.DrawFn) -> Any:
    """A press of a button or a choice in a menu."""
    word = draw(st.one_of(st.sampled_from(sorted(BUTTONS)), WORDS))
    suffix = draw(st.sampled_from(["", ":2", ":", "::", ":\x00", "_", " "]))
    action = {
        "type": draw(st.sampled_from(["button", "static_select", "overflow", "radio_buttons", "checkboxes", "x"])),
        "action_id": word + suffix,
        "block_id": draw(WORDS),
        "value": draw(_VALUES),
        "selected_option": draw(st.one_of(st.none(), st.fixed_dictionaries({"value": _VALUES}), JUNK)),
    }
    body = {
        "type": draw(st.sampled_from(["block_actions", "interactive_message", "block_suggestion"])),
        "user": {"id": draw(_IDS)},
        "team": {"id": "T1"},
        "trigger_id": draw(WORDS),
        "container": {"type": "message", "channel_id": draw(WORDS), "message_ts": draw(_TS)},
        "response_url": draw(WORDS),
        "actions": [action],
        "view": draw(st.one_of(st.none(), st.just({"type": "home", "id": "V1"}))),
    }
    return draw(bent({name: value for name, value in body.items() if value is not None}, JUNK))


@st.composite
def windows(draw: st.DrawFn) -> Any:
    """A window that was filled in, or closed."""
    element = st.fixed_dictionaries(
        {"type": st.sampled_from(["plain_text_input", "radio_buttons", "static_select", "datepicker", "users_select"])},
        optional={"value": JUNK, "selected_option": JUNK, "selected_date": JUNK, "selected_user": JUNK},
    )
    names = st.sampled_from(["reason", "note", "value", "until", "day", "hours", "person", "text", "quiet"])
    values = st.dictionaries(names, st.dictionaries(names, st.one_of(element, JUNK), max_size=2), max_size=4)
    view = {
        "type": "modal",
        "id": draw(WORDS),
        "callback_id": draw(st.one_of(st.sampled_from(sorted(WINDOWS)), WORDS)),
        "private_metadata": draw(_VALUES),
        "hash": "h",
        "state": {"values": draw(st.one_of(values, JUNK))},
    }
    body = {
        "type": draw(st.sampled_from(["view_submission", "view_submission", "view_closed"])),
        "user": {"id": draw(_IDS)},
        "team": {"id": "T1"},
        "trigger_id": draw(WORDS),
        "view": view,
    }
    return draw(bent(body, JUNK))


@st.composite
def shortcuts(draw: st.DrawFn) -> Any:
    """A shortcut, on a message or on none."""
    body = {
        "type": draw(st.sampled_from(["message_action", "shortcut"])),
        "callback_id": draw(st.one_of(st.sampled_from(sorted(BUTTONS)), WORDS)),
        "user": {"id": draw(_IDS)},
        "team": {"id": "T1"},
        "trigger_id": draw(WORDS),
        "message": {"text": draw(WORDS), "ts": draw(_TS), "user": draw(_IDS)},
        "channel": {"id": draw(WORDS)},
    }
    return draw(bent(body, JUNK))


@st.composite
def others(draw: st.DrawFn) -> Any:
    """What belongs to no kind: the check of an address, a slowing down, and kinds nobody knows yet."""
    kinds = ["url_verification", "app_rate_limited", "dialog_submission", "workflow_step_execute", "function", "new"]
    more = draw(st.dictionaries(_KEYS, JUNK, max_size=6))
    return {"challenge": draw(JUNK), **more, "type": draw(st.one_of(st.sampled_from(kinds), JUNK))}


PAYLOADS = st.one_of(events(), commands(), presses(), windows(), shortcuts(), others())


PARTS = {
    **{"event_callback": "event", "block_actions": "actions", "view_submission": "view", "view_closed": "view"},
    **{"message_action": "callback_id", "shortcut": "callback_id", "app_rate_limited": "type"},
}
"""By what each kind of body is known for one that is listened to."""


def is_heard(payload: Mapping[str, Any]) -> bool:
    """Whether somebody listens to such a body, if its shape is right: no kind of it may be turned away."""
    kind, event = payload.get("type"), payload.get("event")
    if kind is None:
        return payload.get("command") is not None
    told = isinstance(kind, str) and payload.get(PARTS.get(kind, "")) is not None
    return told and (kind != "event_callback" or (isinstance(event, Mapping) and event.get("type") is not None))


def over_http(payload: Any, form: bool) -> tuple[bytes, bytes]:
    """The body and its content type: JSON, or a form that holds it."""
    if not form or not isinstance(payload, dict):
        return json.dumps(payload).encode(), b"application/json"
    flat = payload if "command" in payload else {"payload": json.dumps(payload)}
    text = {name: value if isinstance(value, str) else json.dumps(value) for name, value in flat.items()}
    return urlencode(text, errors="surrogatepass").encode(), b"application/x-www-form-urlencoded"
