"""Would Slack take these blocks? Structure, lengths and counts, told with a pointer to each fault."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Any

MOST = {"message": 50, "modal": 100, "home": 100}
"""Blocks per surface (Block Kit reference)."""

TEXT_IN_ALL = 12_000
"""Characters in all blocks of one message together; beyond it Slack says ``msg_blocks_too_long``."""

Fault = tuple[str, str]
"""What is wrong, and the JSON pointer to it."""

Check = Callable[[Any, str], Iterator[Fault]]


def faults(blocks: Any, surface: str) -> list[Fault]:
    """Everything Slack would refuse in ``blocks`` on ``surface`` (``message``, ``modal`` or ``home``)."""
    if not isinstance(blocks, list):
        return [("must be an array", "/blocks")]
    found = [fault for at, block in enumerate(blocks) for fault in _block(block, f"/blocks/{at}", surface)]
    if len(blocks) > MOST[surface]:
        found.append((f"no more than {MOST[surface]} items allowed", "/blocks"))
    found += _repeated([b.get("block_id") for b in blocks if isinstance(b, dict)], "block_id", "/blocks")
    if sum(isinstance(b, dict) and b.get("type") == "table" for b in blocks) > 1:
        found.append(("only one table allowed", "/blocks"))
    if sum(len(b.get("text", "")) for b in blocks if isinstance(b, dict) and b.get("type") == "markdown") > TEXT_IN_ALL:
        found.append((f"markdown blocks must be less than {TEXT_IN_ALL + 1} characters together", "/blocks"))
    return found


def view_faults(view: Any) -> list[Fault]:
    """Everything Slack would refuse in a modal or Home view."""
    if not isinstance(view, dict) or view.get("type") not in ("modal", "home"):
        return [("missing required field: type", "/view")]
    surface = str(view["type"])
    found = list(_fields(view, "/view", _VIEWS[surface])) + faults(view.get("blocks"), surface)
    has_input = any(isinstance(b, dict) and b.get("type") == "input" for b in view.get("blocks") or [])
    if surface == "modal" and has_input and "submit" not in view:
        found.append(("missing required field: submit", "/view"))
    return found


def length(blocks: Sequence[Mapping[str, Any]]) -> int:
    """Characters of all text in ``blocks``."""
    return sum(len(words) for block in blocks for words in _words(block))


def elements(blocks: Sequence[Mapping[str, Any]]) -> Iterator[tuple[Mapping[str, Any], Mapping[str, Any]]]:
    """Every (block, interactive element) of ``blocks``."""
    for block in blocks:
        inside = (
            block.get("elements") or (),
            block.get("actions") or (),
            (block.get("accessory"), block.get("element")),
        )
        for element in chain.from_iterable(inside):
            if isinstance(element, dict) and "type" in element:
                yield block, element
        yield from elements(block.get("child_blocks") or ())


def _words(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for key, inner in value.items():
            if key == "text" and isinstance(inner, str):
                yield inner
            else:
                yield from _words(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _words(inner)


def _block(block: Any, at: str, surface: str) -> Iterator[Fault]:
    kind = str(block.get("type")) if isinstance(block, dict) else ""
    if kind not in _BLOCKS or surface not in _SURFACES.get(kind, MOST):
        yield f"unsupported type: {kind}", f"{at}/type"
        return
    yield from _fields(block, at, {**_BLOCKS[kind], "!block_id": _string(255)})
    if kind == "section" and not block.get("text") and not block.get("fields"):
        yield "missing required field: text", at
    inside = [e.get("action_id") for e in block.get("elements") or () if isinstance(e, dict)]
    yield from _repeated(inside, "action_id", f"{at}/elements")


def _repeated(names: Sequence[Any], what: str, at: str) -> list[Fault]:
    known = [name for name in names if isinstance(name, str) and name]
    return [(f"`{what}` {name} already exists", at) for name in sorted({n for n in known if known.count(n) > 1})]


def _fields(value: Mapping[str, Any], at: str, spec: Mapping[str, Check]) -> Iterator[Fault]:
    """A ``!`` before a name in ``spec`` means it may be absent."""
    allowed = {name.lstrip("!") for name in spec} | {"type"}
    for name in sorted(set(value) - allowed):
        yield f"no more than the known fields allowed: {name}", at
    for name, check in spec.items():
        bare = name.lstrip("!")
        if bare in value:
            yield from check(value[bare], f"{at}/{bare}")
        elif name == bare:
            yield f"missing required field: {bare}", at


def _string(most: int, least: int = 0) -> Check:
    def check(value: Any, at: str) -> Iterator[Fault]:
        if not isinstance(value, str):
            yield "must be a string", at
        elif len(value) > most:
            yield f"must be less than {most + 1} characters", at
        elif len(value) < least:
            yield f"must be more than {least - 1} characters", at

    return check


def _one_of(*values: Any) -> Check:
    def check(value: Any, at: str) -> Iterator[Fault]:
        if value not in values:
            yield f"must be one of {', '.join(map(str, values))}", at

    return check


def _anything(_value: Any, _at: str) -> Iterator[Fault]:
    return iter(())


def _text(most: int, *kinds: str) -> Check:
    def check(value: Any, at: str) -> Iterator[Fault]:
        if not isinstance(value, dict) or value.get("type") not in (kinds or ("plain_text", "mrkdwn")):
            yield f"must be a {' or '.join(kinds or ('plain_text', 'mrkdwn'))} object", at
            return
        extra = {"!emoji": _FLAG} if value["type"] == "plain_text" else {"!verbatim": _FLAG}
        yield from _fields(value, at, {"text": _string(most, 1), **extra})

    return check


def _plain(most: int) -> Check:
    return _text(most, "plain_text")


def _list(each: Check, most: int, least: int = 1) -> Check:
    def check(value: Any, at: str) -> Iterator[Fault]:
        if not isinstance(value, list):
            yield "must be an array", at
            return
        if len(value) > most:
            yield f"no more than {most} items allowed", at
        if len(value) < least:
            yield f"must have at least {least} item", at
        for number, inner in enumerate(value):
            yield from each(inner, f"{at}/{number}")

    return check


def _object(spec: Mapping[str, Check]) -> Check:
    def check(value: Any, at: str) -> Iterator[Fault]:
        if not isinstance(value, dict):
            yield "must be an object", at
        else:
            yield from _fields(value, at, spec)

    return check


def _element(*kinds: str) -> Check:
    def check(value: Any, at: str) -> Iterator[Fault]:
        kind = value.get("type") if isinstance(value, dict) else None
        if kind not in kinds:
            yield f"unsupported type: {kind}", f"{at}/type"
        elif kind in ("plain_text", "mrkdwn"):
            yield from _text(3000)(value, at)
        else:
            yield from _fields(value, at, _ELEMENTS[kind])

    return check


_FLAG = _one_of(True, False)
_CONFIRM = _object(
    {
        "title": _plain(100),
        "text": _text(300),
        "confirm": _plain(30),
        "deny": _plain(30),
        "!style": _one_of("primary", "danger"),
    }
)
_OPTION = _object({"text": _text(75), "value": _string(150), "!description": _text(75), "!url": _string(3000)})
_PLAIN_OPTION = _object({"text": _plain(75), "value": _string(150), "!description": _plain(75), "!url": _string(3000)})
_ACTION = {"!action_id": _string(255), "!confirm": _CONFIRM, "!focus_on_load": _FLAG}
_HINT = _ACTION | {"!placeholder": _plain(150)}
_PICK = _HINT | {"!response_url_enabled": _FLAG, "!max_selected_items": _anything, "!filter": _anything}
_TYPED = _HINT | {
    "!initial_value": _string(3000),
    "!min_length": _anything,
    "!max_length": _anything,
    "!dispatch_action_config": _anything,
}
_CHOICE = _ACTION | {"options": _list(_OPTION, 10), "!initial_option": _OPTION, "!initial_options": _list(_OPTION, 10)}
_OPTIONS = {
    "!options": _list(_PLAIN_OPTION, 100),
    "!option_groups": _list(_object({"label": _plain(75), "options": _list(_PLAIN_OPTION, 100)}), 100),
}
_BUTTON = _ACTION | {
    "text": _plain(75),
    "!value": _string(2000),
    "!url": _string(3000),
    "!style": _one_of("primary", "danger"),
    "!accessibility_label": _string(75),
    "!visible_to_user_ids": _list(_string(20), 100),
}
_VERDICT = _object({"text": _plain(75), "value": _string(2000, 1), "!accessibility_label": _string(75)})
_IMAGE = {"!image_url": _string(3000), "!slack_file": _anything, "alt_text": _string(2000)}

_ELEMENTS: Mapping[str, Mapping[str, Check]] = {
    "button": _BUTTON,
    "image": _IMAGE,
    "overflow": _ACTION | {"options": _list(_PLAIN_OPTION, 5)},
    "datepicker": _HINT | {"!initial_date": _string(10, 10)},
    "timepicker": _HINT | {"!initial_time": _string(5, 5), "!timezone": _string(60)},
    "checkboxes": _CHOICE,
    "radio_buttons": _CHOICE,
    "static_select": _PICK | _OPTIONS | {"!initial_option": _PLAIN_OPTION},
    "multi_static_select": _PICK | _OPTIONS | {"!initial_options": _list(_PLAIN_OPTION, 100)},
    "users_select": _PICK | {"!initial_user": _string(20)},
    "multi_users_select": _PICK | {"!initial_users": _list(_string(20), 100)},
    "conversations_select": _PICK | {"!initial_conversation": _string(20)},
    "channels_select": _PICK | {"!initial_channel": _string(20)},
    "plain_text_input": _TYPED | {"!multiline": _FLAG},
    "email_text_input": _TYPED,
    "url_text_input": _TYPED,
    "number_input": _TYPED | {"is_decimal_allowed": _FLAG, "!min_value": _anything, "!max_value": _anything},
    "feedback_buttons": {"!action_id": _string(255), "positive_button": _VERDICT, "negative_button": _VERDICT},
    "icon_button": _ACTION
    | {"icon": _one_of("trash"), "text": _plain(75), "!value": _string(2000), "!accessibility_label": _string(75)},
    "rich_text_section": {"elements": _list(_anything, 1000, 0)},
    "rich_text_list": {"elements": _list(_anything, 1000), "style": _one_of("bullet", "ordered"), "!indent": _anything},
    "rich_text_preformatted": {"elements": _list(_anything, 1000), "!border": _anything},
    "rich_text_quote": {"elements": _list(_anything, 1000), "!border": _anything},
}
_PICKERS = tuple(kind for kind in _ELEMENTS if kind.endswith(("select", "picker", "checkboxes", "radio_buttons")))
_INPUTS = (*_PICKERS, "plain_text_input", "email_text_input", "url_text_input", "number_input")
_RICH = tuple(kind for kind in _ELEMENTS if kind.startswith("rich_text"))
_TASK: Mapping[str, Check] = {
    "task_id": _string(255, 1),
    "title": _string(255, 1),
    "!status": _one_of("pending", "in_progress", "complete", "error"),
    "!details": _anything,
    "!output": _anything,
    "!sources": _list(_anything, 100, 0),
}


def _child(value: Any, at: str) -> Iterator[Fault]:
    """A block inside a container."""
    if not isinstance(value, dict) or value.get("type") not in _CHILDREN:
        yield f"unsupported type: {value.get('type') if isinstance(value, dict) else None}", f"{at}/type"
    else:
        yield from _block(value, at, "message")


def _title_of_plan(value: Any, at: str) -> Iterator[Fault]:
    return _plain(255)(value, at) if isinstance(value, dict) else _string(255, 1)(value, at)


_BLOCKS: Mapping[str, Mapping[str, Check]] = {
    "section": {
        "!text": _text(3000),
        "!fields": _list(_text(2000), 10),
        "!accessory": _element("button", "image", "overflow", *_PICKERS),
        "!expand": _FLAG,
    },
    "divider": {},
    "header": {"text": _plain(150)},
    "context": {"elements": _list(_element("plain_text", "mrkdwn", "image"), 10)},
    "actions": {"elements": _list(_element("button", "overflow", *_PICKERS), 25)},
    "context_actions": {"elements": _list(_element("feedback_buttons", "icon_button"), 5)},
    "image": _IMAGE | {"!title": _plain(2000)},
    "input": {
        "label": _plain(2000),
        "element": _element(*_INPUTS),
        "!hint": _plain(2000),
        "!optional": _FLAG,
        "!dispatch_action": _FLAG,
    },
    "markdown": {"text": _string(TEXT_IN_ALL, 1)},
    "rich_text": {"elements": _list(_element(*_RICH), 1000)},
    "alert": {"text": _text(3000), "!level": _one_of("default", "info", "warning", "error", "success")},
    "card": {
        "!title": _text(150),
        "!subtitle": _text(150),
        "!body": _text(200),
        "!actions": _list(_element("button"), 2),
        "!icon": _anything,
        "!hero_image": _anything,
    },
    "container": {
        "!title": _plain(150),
        "!rich_text_title": _anything,
        "!subtitle": _text(150),
        "!icon": _anything,
        "!width": _one_of("narrow", "standard", "wide", "full"),
        "!is_collapsible": _FLAG,
        "!default_collapsed": _FLAG,
        "!has_header_divider": _FLAG,
        "child_blocks": _list(_child, 10),
    },
    "plan": {"title": _title_of_plan, "!tasks": _list(_object({**_TASK, "!block_id": _string(255)}), 50, 0)},
    "task_card": _TASK,
    "table": {"rows": _list(_list(_anything, 20), 100), "!column_settings": _list(_anything, 20)},
}
_CHILDREN = ("actions", "context", "divider", "header", "image", "input", "rich_text", "section", "table")
"""What may stand inside a container."""

_SURFACES = {
    "alert": ("modal",),
    "card": ("message", "home"),
    **{kind: ("message",) for kind in ("container", "context_actions", "markdown", "plan", "table", "task_card")},
}
"""Blocks that are not for every surface."""

_SHARED_VIEW: Mapping[str, Check] = {
    "blocks": _anything,
    "!private_metadata": _string(3000),
    "!callback_id": _string(255),
    "!external_id": _string(255),
}
_VIEWS: Mapping[str, Mapping[str, Check]] = {
    "home": _SHARED_VIEW,
    "modal": {
        **_SHARED_VIEW,
        "title": _plain(24),
        "!submit": _plain(24),
        "!close": _plain(24),
        "!clear_on_close": _FLAG,
        "!notify_on_close": _FLAG,
        "!submit_disabled": _FLAG,
    },
}
