"""A prepared schema says of every block what the library alone says: the same is taken, the same refused."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from functools import cache
from random import Random
from typing import Any

import pytest
from jsonschema import Draft7Validator, Draft202012Validator

from tests.bot.views.test_gallery import MESSAGES
from tests.contracts.blockkit import SCHEMAS, need_schemas, parts, shape
from tests.contracts.prepared import prepared
from tests.contracts.test_blockkit import BROKEN

ASKED = {
    "block-kit.tightknit.schema.json": (Draft202012Validator, "#/$defs/home_view"),
    "block-kit.slack-types.schema.json": (Draft7Validator, "#/definitions/Home"),
}
STRANGE = (
    None,
    7,
    "",
    "mrkdwn",
    "plain_text",
    "x" * 4_000,
    [],
    {},
    {"type": "button"},
    [{"type": "mrkdwn", "text": "x"}],
)


@cache
def whole() -> Sequence[dict[str, Any]]:
    """Blocks of ours that differ in more than their words."""
    return list({shape(block): dict(block) for made in MESSAGES.values() for block in made().blocks}.values())


@pytest.mark.parametrize("file", ASKED)
def test_of_a_hundred_whole_and_damaged_blocks_both_take_the_same(file: str) -> None:
    need_schemas()
    kind, place = ASKED[file]
    described = json.loads((SCHEMAS / file).read_text())
    schema = {"$ref": place, **{key: described[key] for key in ("$defs", "definitions") if key in described}}
    plain, quick = kind(schema), prepared(kind, schema)
    taken = []
    for block in (*whole()[:40], *(block for broken in BROKEN.values() for block in broken["blocks"][:1]), *damaged()):
        home = {"type": "home", "blocks": [block]}
        taken.append(plain.is_valid(home))
        assert quick.is_valid(home) is taken[-1] is not any(quick.iter_errors(home)), block
    assert min(taken.count(True), taken.count(False)) > 25


def damaged() -> Iterator[dict[str, Any]]:
    """Blocks of ours, each with one thing in it that was lost, misnamed or is something else."""
    dice = Random(11)
    for sound in dice.choices(whole(), k=80):
        block = json.loads(json.dumps(sound))
        part: Any = dice.choice(parts(block))
        key = dice.choice(sorted(part))
        value = part.pop(key)
        match dice.randrange(4):
            case 0:
                part[key] = dice.choice(STRANGE)
            case 1:
                part[f"{key}s"] = value
            case 2:
                part[key] = [value]
        yield block


def test_what_is_wrong_is_told_in_the_librarys_own_words() -> None:
    schema = {
        "anyOf": [{"$ref": "#/$defs/a"}, {"const": 2}],
        "$defs": {"a": {"oneOf": [{"type": "null"}, {"enum": [3]}]}},
    }
    [told] = prepared(Draft202012Validator, schema).iter_errors(7)
    assert (told.message, len(told.context)) == ("7 is not valid under any of the given schemas", 2)
    assert [prepared(Draft202012Validator, schema).is_valid(value) for value in (None, 3, 2, 1)] == [
        True,
        True,
        True,
        False,
    ]


def test_of_two_branches_that_both_fit_a_choice_of_one_is_none() -> None:
    assert not prepared(Draft202012Validator, {"oneOf": [{"type": "integer"}, {"const": 1}]}).is_valid(1)


def test_a_schema_that_leads_to_itself_is_followed_as_deep_as_what_is_asked_about() -> None:
    schema = {
        "$ref": "#/definitions/a",
        "definitions": {"a": {"properties": {"in": {"$ref": "#/definitions/a"}}, "maxProperties": 1}},
    }
    deep = prepared(Draft7Validator, schema)
    assert deep.is_valid({"in": {"in": {}}}) and not deep.is_valid({"in": {"in": {"in": {}, "out": 1}}})
