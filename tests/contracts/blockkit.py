"""Would Slack take it? Messages, views and calls against descriptions of Slack that nobody here wrote.

The schemas are read in place from ``shared/slack`` beside the checkout; without them a test skips and says so. They
look at nothing in a text but its length, so blocks that differ only in their words are asked about once.
"""

from __future__ import annotations

import json
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator, Draft202012Validator

from tests.contracts.prepared import prepared

SCHEMAS = Path(__file__).parents[2].parent / "shared" / "slack" / "schemas"

UNLISTED = frozenset({"client_msg_id", "token", "team_id"})
"""Arguments left out before checking: Slack names the first only in errors, Bolt and the SDK add the others."""

MESSAGE_BLOCKS, HOME_BLOCKS, FALLBACK, ALL_TEXT, MARKDOWN = 50, 100, 4_000, 10_000, 12_000


def check_message(message: Mapping[str, Any]) -> None:
    """Assert that ``{text, blocks}`` is a message Slack would take."""
    blocks = [dict(block) for block in message.get("blocks") or ()]
    found = [*cross_payload(blocks, MESSAGE_BLOCKS), *_fallback(message), *_out_of_place(blocks, "message")]
    assert not found, found
    need_schemas()
    for block in blocks:
        assert not (found := _complaints("message", "{}", shape(block))), (found, block)


def check_view(view: Mapping[str, Any]) -> None:
    """Assert that a Home or modal view is one Slack would take."""
    blocks = [dict(block) for block in view["blocks"]]
    found = [*cross_payload(blocks, HOME_BLOCKS), *_out_of_place(blocks, str(view["type"]))]
    assert not found, found
    assert len(json.dumps(view)) <= 250_000, "a view has at most 250 kB"
    need_schemas()
    around = shape({key: value for key, value in view.items() if key != "blocks"})
    assert blocks, "a view has at least one block"
    for block in blocks:
        assert not (found := _complaints(str(view["type"]), around, shape(block))), (found, block)


def shape(node: Mapping[str, Any]) -> str:
    """``node`` as JSON with every text as long as the next limit allows: all that the schemas see of it."""
    return json.dumps(_shaped(node), sort_keys=True)


def check_call(method: str, arguments: Mapping[str, Any]) -> None:
    """Assert that Slack's Web API takes these arguments. Form fields may come as the text they are on the wire."""
    need_schemas()
    validator = _request(method)
    given = {key: value for key, value in arguments.items() if key not in UNLISTED}
    if "blocks" in given and method != "blocks.validate":
        blocks = given["blocks"] if isinstance(given["blocks"], list) else json.loads(given["blocks"])
        check_message({"text": given.get("text") or given.get("markdown_text", ""), "blocks": blocks})
    found = _errors(validator, given)
    if found:
        found = _errors(validator, _from_form(given))
    assert not found, (method, found)


def need_schemas() -> None:
    """Skip where the shared folder is absent."""
    if not SCHEMAS.is_dir():
        pytest.skip("shared/slack/schemas is not beside the checkout, so Slack's descriptions cannot be asked")


def cross_payload(blocks: Sequence[Mapping[str, Any]], most: int) -> Iterator[str]:
    """The rules no schema holds (shared/slack/README.md)."""
    if len(blocks) > most:
        yield f"{len(blocks)} blocks, {most} allowed"
    for name, count in Counter(b["block_id"] for b in blocks if "block_id" in b).items():
        if count > 1:
            yield f"block_id {name!r} is used {count} times"
    for block in blocks:
        actions = Counter(e["action_id"] for e in block.get("elements", ()) if "action_id" in e)
        yield from (f"action_id {name!r} twice in one block" for name, count in actions.items() if count > 1)
    if sum(b["type"] == "table" for b in blocks) > 1:
        yield "more than one table"
    if sum(len(b["text"]) for b in blocks if b["type"] == "markdown") > MARKDOWN:
        yield "markdown blocks are too long together"
    for part in parts(list(blocks)):
        first, options = part.get("initial_option"), part.get("options")
        chosen = [first] if first is not None else part.get("initial_options", [])
        if options is not None and any(each not in options for each in chosen):
            yield f"{part.get('action_id')!r} begins with a choice it does not offer"
    if (size := sum(map(len, texts(blocks)))) > ALL_TEXT:
        yield f"{size} characters in all blocks, {ALL_TEXT} allowed"


def parts(node: Any) -> list[Mapping[str, Any]]:
    """Every object in ``node``, from the outside in."""
    found: list[Mapping[str, Any]] = []
    _gather(node, found, [])
    return found


def texts(node: Any) -> list[str]:
    """Every piece of text a reader sees."""
    found: list[str] = []
    _gather(node, [], found)
    return found


LEAVES = (str, int, float, type(None))


def _gather(node: Any, found: list[Mapping[str, Any]], said: list[str]) -> None:
    """Every object and every text in ``node``, as they come: asked for half a million times in a run."""
    if isinstance(node, LEAVES):
        return
    if isinstance(node, dict | Mapping):
        found.append(node)
        for key, value in node.items():
            if key == "text" and isinstance(value, str):
                said.append(value)
            else:
                _gather(value, found, said)
    elif isinstance(node, list | tuple):
        for part in node:
            _gather(part, found, said)


def _fallback(message: Mapping[str, Any]) -> Iterator[str]:
    text = message.get("text", "")
    if not text.strip():
        yield "no text beside the blocks"
    if len(text) > FALLBACK:
        yield f"text has {len(text)} characters, {FALLBACK} allowed"


def _out_of_place(blocks: Sequence[Mapping[str, Any]], surface: str) -> Iterator[str]:
    """Blocks that Slack does not show there, where its list of them can be read."""
    forbidden = _schema("block-surfaces.json")["outbound_forbidden"][surface] if SCHEMAS.is_dir() else ()
    yield from (f"a {block['type']} block in a {surface}" for block in blocks if block["type"] in forbidden)


def _from_form(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Numbers, booleans and lists as they were before form encoding; ids and time stamps stay text."""
    return {key: _typed(key, value) for key, value in arguments.items()}


def _typed(key: str, value: Any) -> Any:
    if not isinstance(value, str) or key in {"ts", "thread_ts", "oldest", "latest", "text", "cursor"}:
        return value
    if value.startswith(("{", "[")):
        return json.loads(value)
    if key.startswith(("include_", "exclude_", "is_", "return_", "inclusive", "unfurl", "link_names", "prevent")):
        return {"1": True, "0": False, "true": True, "false": False}.get(value.lower(), value)
    return int(value) if value.isdigit() and key in {"limit", "count", "page", "post_at"} else value


def _errors(validator: Any, instance: Any) -> list[str]:
    return [f"{'/'.join(map(str, e.absolute_path)) or '.'}: {_deepest(e)}" for e in validator.iter_errors(instance)]


def _deepest(error: Any) -> str:
    """The most telling complaint below an ``anyOf``, short enough to read."""
    while error.context:
        # A wrong ``type`` means that branch was not the one meant.
        error = max(error.context, key=lambda e: (e.validator not in {"const", "enum"}, len(e.absolute_path)))
    return f"{'/'.join(map(str, error.absolute_path))}: {error.message[:300]}"


@cache
def _complaints(surface: str, around: str, block: str) -> tuple[str, ...]:
    """What both descriptions say of one block in a message, or in the view ``around`` it."""
    if surface == "message":
        single = [json.loads(block)]
        whole = {"channel": "C1", "text": "x", "blocks": single}
        return tuple([*_errors(_tightknit(""), single), *_errors(_slack_types("Message"), whole)])
    view = {**json.loads(around), "blocks": [json.loads(block)]}
    asked = (_tightknit(f"{surface}_view"), _slack_types(surface.capitalize()))
    return tuple(complaint for validator in asked for complaint in _errors(validator, view))


def _shaped(node: Any) -> Any:
    if isinstance(node, Mapping):
        return {key: _lengthened(key, value, node) for key, value in node.items()}
    return [_shaped(part) for part in node] if isinstance(node, list | tuple) else node


def _lengthened(key: str, value: Any, node: Mapping[str, Any]) -> Any:
    if not isinstance(value, str) or key not in FREE or node.get("type") == "color":
        return _shaped(value)
    limits = _limits()
    place = bisect_left(limits, len(value))
    return "x" * (limits[place] if place < len(limits) else limits[-1] + 1)


FREE = frozenset({"text", "value", "url", "alt_text", "accessibility_label"}) | {
    *("block_id", "action_id", "callback_id", "external_id", "private_metadata")
}
"""Keys of strings that the schemas only measure; whatever else is a string may be a word they know."""


@cache
def _limits() -> tuple[int, ...]:
    """Every length that either description speaks of, shortest first."""

    def found(node: Any) -> Iterator[int]:
        if isinstance(node, dict):
            yield from (node[key] for key in ("minLength", "maxLength") if isinstance(node.get(key), int))
        for part in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
            yield from found(part)

    names = ("block-kit.tightknit.schema.json", "block-kit.slack-types.schema.json")
    return tuple(sorted({0, *(limit for name in names for limit in found(_schema(name)))}))


@cache
def _schema(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((SCHEMAS / name).read_text())
    return loaded


@cache
def _tightknit(definition: str) -> Any:
    schema = _schema("block-kit.tightknit.schema.json")
    if definition:
        schema = {"$schema": schema["$schema"], "$ref": f"#/$defs/{definition}", "$defs": schema["$defs"]}
    return prepared(Draft202012Validator, schema)


@cache
def _slack_types(root: str) -> Any:
    schema = _schema("block-kit.slack-types.schema.json")
    return prepared(Draft7Validator, {"$ref": f"#/definitions/{root}", "definitions": schema["definitions"]})


@cache
def _request(method: str) -> Any:
    schema = _schema("web-api-requests.schema.json")
    assert method in schema["x-roots"], f"{method} is not among the described methods"
    root = schema["x-roots"][method]
    return prepared(Draft7Validator, {"$ref": f"#/definitions/{root}", "definitions": schema["definitions"]})
