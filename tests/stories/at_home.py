"""Sentences about what people do in their Home: press something there, or say how they may be contacted."""

from __future__ import annotations

from typing import Any

from integrations.simulator.slack.blocks import elements
from tests.stories.scene import Scene
from tests.stories.sentences import when


@when('{person} presses "{button}" in their Home')
async def presses_at_home(scene: Scene, person: str, button: str) -> None:
    await _press(scene, person, button)


@when('{person} says of "{label:button}" in their Home: "{words}"')
async def says_how(scene: Scene, person: str, label: str, words: str) -> None:
    await _press(scene, person, "Change")
    world, user = scene.world.simulator.workspace, scene.user(person)

    def form() -> dict[str, Any] | None:
        view = world.views.get(world.open_views.get(user, ""))
        return view if view is not None and "submit" in view and view["submit"] else None

    await scene.wait_for(form)
    view = form()
    assert view is not None, f"{person} sees no form"
    block = next(each for each in view["blocks"] if each.get("label", {}).get("text", "").startswith(label))
    name = block["block_id"]
    filled = {name: {name: {"type": block["element"]["type"], "value": words}}}
    said = await scene.world.simulator.slack_out.submit(user, view["id"], filled)
    assert not said.get("errors"), said


async def _press(scene: Scene, person: str, label: str) -> None:
    world, user = scene.world.simulator.workspace, scene.user(person)
    scene.world.simulator.slack_out.open_home(user)

    def found() -> list[tuple[str, str]]:
        blocks = world.homes.get(user, {}).get("blocks", [])
        buttons = [(block, each) for block, each in elements(blocks) if each.get("type") == "button"]
        return [(b.get("block_id", ""), e["action_id"]) for b, e in buttons if e["text"]["text"] == label]

    await scene.wait_for(found)
    assert found(), f"{person}'s Home has no {label!r}"
    used = {"block_id": found()[0][0], "action_id": found()[0][1]}
    answered = await scene.world.simulator.slack_out.click(user, {"channel": "home"}, used)
    assert answered.ok, f"the agent answered {answered.status}"
