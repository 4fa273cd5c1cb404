"""What must be true of every sample of the gallery: nothing is missing there, and nobody needs eyes to follow."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.bot.views.aloud import RULES, Exhibit
from tests.bot.views.exhibits import GALLERY, Called, exhibits
from tests.contracts.blockkit import check_message, check_view
from tests.promises.surfaces import surfaces

pytestmark = pytest.mark.anyio


async def test_every_text_of_the_gallery_is_a_sample_and_every_sample_is_there() -> None:
    drawn = Counter([exhibit.name async for exhibit in exhibits()])
    assert [name for name, times in drawn.items() if times > 1] == []
    assert set(drawn) == {file.stem for file in GALLERY.glob("*.txt")}


async def test_every_surface_has_a_sample() -> None:
    with Called() as called:
        async for _ in exhibits():
            pass
    assert [name for name, view in surfaces().items() if view.__code__ not in called.codes] == []


async def test_slack_would_take_every_sample() -> None:
    async for exhibit in exhibits():
        check_message(exhibit.sent) if exhibit.surface == "message" else check_view(exhibit.sent)


@pytest.mark.parametrize("rule", RULES, ids=[rule.__name__ for rule in RULES])
async def test_whoever_hears_it_or_sees_no_colours_misses_nothing(rule: Callable[[Exhibit], Iterator[str]]) -> None:
    wrong = {exhibit.name: list(rule(exhibit)) async for exhibit in exhibits()}
    assert {name: found for name, found in wrong.items() if found} == {}


PLAIN: dict[str, Any] = {"type": "section", "text": {"type": "mrkdwn", "text": "*Approve?* <https://x.example|PAY-7>"}}


def pressed(words: str, **more: Any) -> dict[str, Any]:
    return {"type": "button", "text": {"type": "plain_text", "text": words}, "action_id": "a", "value": "1", **more}


def row(*elements: dict[str, Any]) -> dict[str, Any]:
    return {"type": "actions", "elements": list(elements)}


TITLE = {"type": "header", "text": {"type": "plain_text", "text": "Waiting for you"}}
ALOUD = "*Approve?* PAY-7"
BROKEN: dict[str, tuple[str, list[dict[str, Any]]]] = {
    "nothing beside the blocks": (" ", [PLAIN]),
    "the issue is not named": ("*Approve?* it", [PLAIN]),
    "the ask is not named": ("PAY-7", [PLAIN]),
    "a button of colour alone": (ALOUD, [PLAIN, row(pressed("✓", style="primary"))]),
    "a line of signs alone": ("x", [{"type": "section", "text": {"type": "mrkdwn", "text": ":red_circle:"}}]),
    "a picture without words": ("x", [{"type": "image", "image_url": "https://x.example/a.png", "alt_text": ""}]),
    "too long for a screen reader": (ALOUD, [PLAIN, row(pressed("Go", accessibility_label="x" * 76))]),
    "a menu without a name": (ALOUD, [PLAIN, row({"type": "static_select", "action_id": "m", "options": []})]),
    "two that are read alike": (ALOUD, [PLAIN, row(pressed("Approve"), pressed("Approve"))]),
    "a title of nothing": ("x", [TITLE]),
    "a title in the middle": (ALOUD, [PLAIN, TITLE, PLAIN]),
}


@pytest.mark.parametrize("name", BROKEN)
def test_the_rules_are_not_deaf(name: str) -> None:
    text, blocks = BROKEN[name]
    shown = Exhibit(name, "message", {"text": text, "blocks": blocks})
    assert [found for rule in RULES for found in rule(shown)]
