"""Sentences in which somebody edits the constitution while the agent works."""

from __future__ import annotations

from bot.scheduler import tick
from tests.stories.happenings import _message_with, _press
from tests.stories.scene import Scene
from tests.stories.sentences import when


@when('somebody saves the constitution with "{new:words}" where it said "{old:words}"')
async def saves(scene: Scene, new: str, old: str) -> None:
    file = scene.world.settings.directives_file
    text = file.read_text(encoding="utf-8")
    assert text.count(old) == 1, f"the constitution says {old!r} {text.count(old)} times"
    file.with_name("before.txt").write_text(text, encoding="utf-8")
    await _write(scene, text.replace(old, new))


@when(
    'somebody saves the constitution with "{new:words}" where it said "{old:words}", '
    'and {person}, who still sees the buttons, presses "{button}"'
)
async def saves_and_presses(scene: Scene, new: str, old: str, person: str, button: str) -> None:
    messages, card = scene.world.simulator.workspace.messages, await _message_with(scene, person, button)
    await saves(scene, new, old)
    await scene.settle()
    now, messages[card.ts] = messages[card.ts], card
    await _press(scene, person, card, button)
    messages[card.ts] = now


@when("somebody saves the constitution as it was")
async def mends(scene: Scene) -> None:
    before = scene.world.settings.directives_file.with_name("before.txt")
    await _write(scene, before.read_text(encoding="utf-8"))


async def _write(scene: Scene, text: str) -> None:
    """The clock looks at the file twice before it believes it."""
    scene.world.settings.directives_file.write_text(text, encoding="utf-8")
    for _ in range(2):
        await tick(scene.world.app)
