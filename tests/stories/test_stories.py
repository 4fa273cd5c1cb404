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
from collections.abc import AsyncIterator, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeGuard

import pytest
import yaml

from tests.stories import beginnings, happenings, outcomes
from tests.stories.scene import Plan, Scene, played
from tests.stories.sentences import Language, NotUnderstood, given, spoken, then, when

pytestmark = pytest.mark.anyio

TOLD_IN = (beginnings, happenings, outcomes)
"""Imported for the sentences they teach."""

LANGUAGES: Mapping[str, Language] = {language.kind: language for language in (given, when, then)}

STORIES: dict[str, dict[str, Any]] = {
    f"{file.stem}: {story['story']}": story
    for file in sorted(Path(__file__).parent.glob("*.yaml"))
    for story in yaml.safe_load(file.read_text(encoding="utf-8"))
}

AT_ONCE = 5
"""Stories played side by side: each spends most of its time waiting for threads, sockets and disks."""

PATIENCE = 120.0
"""Seconds one story may take on a busy machine."""


@pytest.fixture(scope="module")
async def stage(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Mapping[str, asyncio.Task[None]]]:
    """Every story that was asked for, already being played in its own world; a test waits for its own."""
    wanted = {item.callspec.params["name"] for item in request.session.items if _is_a_story(item)}
    turns = asyncio.Semaphore(AT_ONCE)
    playing = {
        name: asyncio.create_task(play(story, tmp_path_factory.mktemp("story"), turns))
        for name, story in STORIES.items()
        if name in wanted
    }
    yield playing
    for task in playing.values():
        task.cancel()
    await asyncio.gather(*playing.values(), return_exceptions=True)


def _is_a_story(item: pytest.Item) -> TypeGuard[pytest.Function]:
    return item.path == Path(__file__) and getattr(item, "originalname", "") == "test_story"


@pytest.mark.parametrize("name", STORIES)
async def test_story(name: str, stage: Mapping[str, asyncio.Task[None]]) -> None:
    await stage[name]


async def play(story: Mapping[str, Any], folder: Path, turns: asyncio.Semaphore) -> None:
    """One story from its first sentence to its last."""
    said = list(sentences(story))
    before = [sentence for kind, sentence in said if kind == "given"]
    assert [kind for kind, _ in said[: len(before)]] == ["given"] * len(before), "every given comes first"
    plan = Plan()
    for sentence in before:
        await _say(given, sentence, plan)
    async with turns, asyncio.timeout(PATIENCE), played(plan, folder) as scene:
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
    assert known == used, [act.__name__ for act in known - used]


def test_an_unknown_sentence_is_answered_with_those_that_come_near() -> None:
    with pytest.raises(NotUnderstood, match="flags"):
        when.find("Li puts a flag on Refund page as blocked")
