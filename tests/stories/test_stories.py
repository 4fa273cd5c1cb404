"""Every story of the YAML files beside this one, each in a world of its own.

A story is a name and a list of steps; a step is *given*, *when* or *then*, with one sentence on each line:

    - story: A blocked ticket reaches its owner after one working day
      proves: [R2, R5]                      # of the 20 requirements, where it proves one
      steps:
        - given: |
            Li works on "Refund page"
        - when: |
            Li flags "Refund page" as blocked
            1 working day passes
        - then: |
            only Li has heard anything

The sentences there are stand in ``beginnings.py``, ``happenings.py`` and ``outcomes.py``; an unknown one is
answered with those that come near.
"""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.stories import at_home, beginnings, happenings, lawmaking, outcomes
from tests.stories.scene import Plan, Scene, played
from tests.stories.sentences import Language, NotUnderstood, given, spoken, then, when
from tests.world import in_memory

pytestmark = pytest.mark.anyio

TOLD_IN = (at_home, beginnings, happenings, lawmaking, outcomes)
"""Imported for the sentences they teach."""

LANGUAGES: Mapping[str, Language] = {language.kind: language for language in (given, when, then)}

STORIES: dict[str, dict[str, Any]] = {
    f"{file.stem}: {story['story']}": story
    for file in sorted(Path(__file__).parent.glob("*.yaml"))
    for story in yaml.safe_load(file.read_text(encoding="utf-8"))
}

PATIENCE = 120.0
"""Seconds one story may take on a busy machine."""


@pytest.fixture(scope="module")
def stages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Where each story's world keeps its database."""
    with in_memory(tmp_path_factory.mktemp("stories")) as folder:
        yield folder


@pytest.mark.parametrize("name", STORIES)
async def test_story(name: str, stages: Path) -> None:
    said = list(sentences(STORIES[name]))
    before = [sentence for kind, sentence in said if kind == "given"]
    assert [kind for kind, _ in said[: len(before)]] == ["given"] * len(before), "every given comes first"
    plan = Plan()
    for sentence in before:
        await _say(given, sentence, plan)
    stage = stages / str(list(STORIES).index(name))
    stage.mkdir()
    async with asyncio.timeout(PATIENCE), played(plan, stage) as scene:
        for kind, sentence in said[len(before) :]:
            await _say(LANGUAGES[kind], sentence, scene)
            if kind == "when":
                await scene.settle()
        await scene.check_promises()


def sentences(story: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Kind and words of each sentence, in order."""
    for step in story["steps"]:
        for kind, value in step.items():
            yield from ((kind, sentence) for sentence in spoken(value))


async def _say(language: Language, sentence: str, about: Plan | Scene) -> None:
    act, blanks = language.find(sentence)
    try:
        done = act(about, **blanks)
        if inspect.isawaitable(done):
            await done
    except AssertionError as wrong:
        raise AssertionError(f"{language.kind}: {sentence}\n{wrong}") from wrong


@pytest.mark.parametrize("name", STORIES)
def test_every_sentence_is_understood(name: str) -> None:
    for kind, sentence in sentences(STORIES[name]):
        LANGUAGES[kind].find(sentence)


def test_every_kind_of_sentence_is_used() -> None:
    used = {LANGUAGES[kind].find(sentence)[0] for story in STORIES.values() for kind, sentence in sentences(story)}
    known = {pattern.act for language in LANGUAGES.values() for pattern in language.patterns}
    known = {act for act in known if act.__module__.startswith("tests.stories.")}  # others may teach more
    assert known == used, [act.__name__ for act in known - used]


def test_an_unknown_sentence_is_answered_with_those_that_come_near() -> None:
    with pytest.raises(NotUnderstood, match="flags"):
        when.find("Li puts a flag on Refund page as blocked")
