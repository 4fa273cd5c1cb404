"""Sentences in which something happens: in Jira and Bitbucket, in Slack, to the machines, and time that passes."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from typing import Any

from integrations.simulator.happenings import paragraph
from integrations.simulator.slack.blocks import elements
from integrations.simulator.slack.workspace import Message
from tests.stories.beginnings import change_user
from tests.stories.scene import Scene, length, moment, open_draft
from tests.stories.sentences import names, when
from tests.world import REREAD

BUTTONS = {
    "Approve": "approve",
    "Reject": "reject_why",
    "Edit": "edit",
    "Why?": "why",
    "Post to channel": "post_to_channel",
}
FOREVER = 10**6


# --- in Jira and Bitbucket -----------------------------------------------------------------------------------------


@when('{person} flags "{ticket}" as blocked')
def flags(scene: Scene, person: str, ticket: str) -> None:
    _edit(scene, ticket, person, flagged=True)


@when('{person} takes the flag off "{ticket}"')
def unflags(scene: Scene, person: str, ticket: str) -> None:
    _edit(scene, ticket, person, flagged=False)


@when('{person} lets go of "{ticket}"')
def lets_go(scene: Scene, person: str, ticket: str) -> None:
    _edit(scene, ticket, person, assignee=None)


@when('{person} takes "{ticket}"')
def takes(scene: Scene, person: str, ticket: str) -> None:
    _edit(scene, ticket, person, assignee=scene.account(person))


@when('{person} finishes "{ticket}"')
def finishes(scene: Scene, person: str, ticket: str) -> None:
    _edit(scene, ticket, person, status="Done")


@when('{person} sets "{ticket}" to {status}')
def sets(scene: Scene, person: str, ticket: str, status: str) -> None:
    _edit(scene, ticket, person, status=status)


@when('{person} takes up "{ticket}" again')
def takes_up(scene: Scene, person: str, ticket: str) -> None:
    _edit(scene, ticket, person, status="In Progress")


@when("{person} puts {number} more tickets into the sprint", "{person} puts {number} more ticket into the sprint")
def puts_in(scene: Scene, person: str, number: str) -> None:
    """Out of the backlog, each somebody's already."""
    company, by = scene.world.simulator.company, scene.account(person)
    running = next(sprint.id for sprint in company.sprints.values() if sprint.state == "active")
    for _ in range(int(number)):
        title = f"One more {len(scene.tickets)}"
        made = company.create(scene.world.team.jira.projects[0], by, title, assignee=by, points=2)
        scene.tickets[title] = company.edit(made.key, by, sprints=(running,)).key


@when('{person} comments on "{ticket}": "{words}"')
def comments(scene: Scene, person: str, ticket: str, words: str) -> None:
    scene.world.simulator.company.comment(scene.tickets[ticket], scene.account(person), paragraph(words))


@when('{person} asks {people} to review "{ticket}"')
def asks_for_review(scene: Scene, person: str, people: str, ticket: str) -> None:
    team, key = scene.world.team.bitbucket, scene.tickets[ticket]
    scene.world.simulator.company.open_pull_request(
        f"{team.workspace}/{team.repositories[0]}",
        scene.account(person),
        f"{key} {ticket}",
        f"feature/{key}",
        [scene.account(name) for name in names(people)],
    )


@when('{person} opens a draft of "{ticket}" and names {reviewer:person} as its reviewer')
def drafts(scene: Scene, person: str, ticket: str, reviewer: str) -> None:
    open_draft(scene, ticket, scene.account(person), scene.account(reviewer))


@when('{person} approves "{ticket}"')
def approves(scene: Scene, person: str, ticket: str) -> None:
    scene.world.simulator.company.review(scene.pull_request(ticket), scene.account(person), "approved")


@when('{person} asks for changes in "{ticket}"')
def asks_for_changes(scene: Scene, person: str, ticket: str) -> None:
    scene.world.simulator.company.review(scene.pull_request(ticket), scene.account(person), "changes_requested")


@when('the build of "{ticket}" fails')
def build_fails(scene: Scene, ticket: str) -> None:
    scene.world.simulator.company.build(scene.pull_request(ticket), "unit-tests", "FAILED")


@when('{person} merges "{ticket}"')
def merges(scene: Scene, person: str, ticket: str) -> None:
    scene.world.simulator.company.merge(scene.pull_request(ticket), scene.account(person))


def _edit(scene: Scene, ticket: str, person: str, **fields: Any) -> None:
    scene.world.simulator.company.edit(scene.tickets[ticket], scene.account(person), **fields)


# --- time, faults, the product itself ------------------------------------------------------------------------------


@when("{span} pass", "{span} passes")
async def passes(scene: Scene, span: str) -> None:
    by, working = length(span, scene)
    await (scene.pass_working_time(by) if working else scene.pass_time(by))


@when("it becomes {then:moment}")
async def becomes(scene: Scene, then: str) -> None:
    await scene.until(moment(then))


@when("Slack is down")
def slack_down(scene: Scene) -> None:
    scene.world.simulator.faults.add(r"/slack/", status=503, times=FOREVER)


@when("Slack asks for patience")
def slack_busy(scene: Scene) -> None:
    scene.world.simulator.faults.add(r"/slack/api/chat", status=429, retry_after=1, times=FOREVER)


@when("Jira is down")
def jira_down(scene: Scene) -> None:
    scene.world.simulator.faults.add(r"/jira/", status=503, times=FOREVER)


@when("everything works again")
def works_again(scene: Scene) -> None:
    scene.world.simulator.faults.clear()


@when("Jira fails before it writes the next comment")
def fails_before(scene: Scene) -> None:
    scene.world.simulator.faults.add(r"POST /jira/.*/comment$", status=500)


@when("Jira writes the next comment and then fails")
def fails_after(scene: Scene) -> None:
    scene.world.simulator.faults.add(r"POST /jira/.*/comment$", status=500, after=True)


@when("Jira writes the next comment and then the line breaks")
def breaks_after(scene: Scene) -> None:
    scene.world.simulator.faults.add(r"POST /jira/.*/comment$", close="after")


@when("Slack takes the next message and the line breaks")
def slack_breaks(scene: Scene) -> None:
    scene.world.simulator.faults.add(r"/slack/api/chat.postMessage", close="after")


@when("Jira's webhooks are lost from now on")
def webhooks_lost(scene: Scene) -> None:
    scene.world.simulator.company.listeners.clear()
    scene.unheard = True


@when("the agent stops")
async def stops(scene: Scene) -> None:
    await scene.world.stop()
    scene.running = False


@when("the agent starts again")
async def starts(scene: Scene) -> None:
    await scene.world.restart()
    scene.running = True
    await scene.pass_time(REREAD)


@when("{person}'s Slack status is empty again")
def status_gone(scene: Scene, person: str) -> None:
    change_user(scene.world.simulator, person, status="")
    scene.unheard = True
    if scene.world.app.slack is not None:
        scene.world.app.slack.forget(scene.user(person))  # it is believed for a quarter of an hour of real time


# --- in Slack ------------------------------------------------------------------------------------------------------


@when('{person} types "{words}"', '{person} types "{words}" in {channel}')
async def types(scene: Scene, person: str, words: str, channel: str = "") -> None:
    """``[Refund page]`` stands for the ticket's key. Where nothing is said they type it to the agent directly."""
    for title, key in scene.tickets.items():
        words = words.replace(f"[{title}]", key)
    command, _, rest = words.partition(" ")
    room = _room(scene, channel) if channel else scene.world.simulator.workspace.direct(scene.user(person)).id
    answered = await scene.world.simulator.slack_out.command(scene.user(person), room, command, rest)
    assert answered.ok, f"the agent answered {answered.status}"


def _room(scene: Scene, channel: str) -> str:
    """The id of ``#engineering``."""
    return next(c.id for c in scene.world.simulator.workspace.channels.values() if f"#{c.name}" == channel)


@when('{person} writes to the agent "{words}"')
def writes(scene: Scene, person: str, words: str) -> None:
    user = scene.user(person)
    scene.world.simulator.slack_out.say(user, scene.world.simulator.workspace.direct(user).id, words)


@when('{person} writes in {channel} "{words}"')
def writes_in(scene: Scene, person: str, channel: str, words: str) -> None:
    words = words.replace("@agent", f"<@{scene.world.simulator.workspace.bot}>")
    scene.world.simulator.slack_out.say(scene.user(person), _room(scene, channel), words)


@when('{person} presses "{button}"')
async def presses(scene: Scene, person: str, button: str) -> None:
    await _press(scene, person, await _message_with(scene, person, button), button)


@when('{person} presses "{button}" for "{ticket}"')
async def presses_for(scene: Scene, person: str, button: str, ticket: str) -> None:
    """The ticket's own button; or in a list of questions its box is ticked, and the list's button pressed."""
    listed = f"{button} selected"
    await scene.wait_for(lambda: _with_box(scene, person, listed, ticket) is not None, 0.5)
    card = _with_box(scene, person, listed, ticket)
    if card is not None:
        message, block, option = card
        found = _element(message, listed)
        assert found is not None
        values = {block: {"pick": {"type": "checkboxes", "selected_options": [option]}}}
        where = {"channel": message.channel, "ts": message.ts, "values": values}
        used = {"block_id": found[0], "action_id": found[1]}
        answered = await scene.world.simulator.slack_out.click(scene.user(person), where, used)
        assert answered.ok, f"the agent answered {answered.status}"
        return
    message = await _message_with(scene, person, button)
    keys = [json.dumps(each) for each in message.blocks]
    asked = next(n for n, words in enumerate(keys) if scene.tickets[ticket] in words)
    await _press(scene, person, replace(message, blocks=message.blocks[asked:]), button)


def _with_box(scene: Scene, person: str, button: str, ticket: str) -> tuple[Message, str, dict[str, Any]] | None:
    """The last message to somebody with that button and a box for the ticket: its block, and the box."""
    for message in reversed(scene.told(person)):
        for block, element in elements(message.blocks):
            for option in element.get("options", ()) if element["type"] == "checkboxes" else ():
                if _element(message, button) and scene.tickets[ticket] in json.dumps(option):
                    return message, str(block["block_id"]), option
    return None


@when('{person} presses "{button}" of "{ticket}" in {channel}')
async def presses_in(scene: Scene, person: str, button: str, ticket: str, channel: str) -> None:
    label = f"{button} {scene.tickets[ticket]}"
    await scene.wait_for(lambda: [m for m in scene.posts(channel) if _element(m, label) is not None])
    await _press(scene, person, scene.posts(channel)[-1], label)


@when('{person} rejects it as "{words}"')
async def rejects(scene: Scene, person: str, words: str) -> None:
    message = await _message_with(scene, person, "Reject")
    found = _element(message, "Reject")
    assert found is not None
    used = {"block_id": found[0], "action_id": found[1]}
    await scene.world.simulator.slack_out.click(
        scene.user(person), {"channel": message.channel, "ts": message.ts}, used
    )
    await _fill(scene, person, "reason", words.replace(" ", "_"))


@when("{person} edits it: {other:person} takes it")
async def edits(scene: Scene, person: str, other: str) -> None:
    await _press(scene, person, await _message_with(scene, person, "Edit"), "Edit")
    await _fill(scene, person, "value", other.casefold())


@when('{person} presses "{button}" twice at once')
async def presses_twice(scene: Scene, person: str, button: str) -> None:
    message = await _message_with(scene, person, button)
    await asyncio.gather(_press(scene, person, message, button), _press(scene, person, message, button))


@when('{person} and {other:person} press "{button}" at the same moment')
async def both_press(scene: Scene, person: str, other: str, button: str) -> None:
    message = await _message_with(scene, person, button)
    await asyncio.gather(_press(scene, person, message, button), _press(scene, other, message, button))


@when('{person} and {other:person} press "{button}" at the same moment, each on their own card')
async def each_presses(scene: Scene, person: str, other: str, button: str) -> None:
    cards = [(name, await _message_with(scene, name, button)) for name in (person, other)]
    assert len({card.ts for _, card in cards}) == len(cards), "there is only one card"
    await asyncio.gather(*(_press(scene, name, card, button) for name, card in cards))


@when('{person} presses "{button}" and {other:person}, who still sees the buttons, presses "{late:button}"')
async def presses_late(scene: Scene, person: str, button: str, other: str, late: str) -> None:
    messages = scene.world.simulator.workspace.messages
    card = await _message_with(scene, person, button)
    await _press(scene, person, card, button)
    await scene.settle()
    now, messages[card.ts] = messages[card.ts], card
    await _press(scene, other, card, late)
    messages[card.ts] = now


@when('{person} presses "{button}" on {owner:person}\'s card')
async def presses_others(scene: Scene, person: str, button: str, owner: str) -> None:
    await _press(scene, person, await _message_with(scene, owner, button), button)


@when('{person} presses "{button}" on a copy of the card in {channel}')
async def presses_copy(scene: Scene, person: str, button: str, channel: str) -> None:
    workspace = scene.world.simulator.workspace
    card = await _message_with(scene, person, button)
    copy = replace(card, ts=workspace.stamp(), channel=_room(scene, channel), metadata=None)
    workspace.messages[copy.ts] = copy
    await _press(scene, person, copy, button)
    workspace.remove(copy)


@when('{person} presses "{button}" on an older version of the card')
async def presses_older(scene: Scene, person: str, button: str) -> None:
    workspace = scene.world.simulator.workspace
    card = await _message_with(scene, person, button)
    workspace.messages[card.ts] = replace(card, blocks=_with_other_version(card))
    await _press(scene, person, card, button)
    workspace.messages[card.ts] = card


@when('{person} picks "{button}" for "{ticket}"')
async def picks(scene: Scene, person: str, button: str, ticket: str) -> None:
    await _pick(scene, person, button, scene.tickets[ticket], person)


@when('{person} picks "{button}" for "{ticket}" in the message to {reader:person}')
async def picks_others(scene: Scene, person: str, button: str, ticket: str, reader: str) -> None:
    await _pick(scene, person, button, scene.tickets[ticket], reader)


async def _pick(scene: Scene, person: str, choice: str, key: str, reader: str) -> None:
    """Somebody chooses in a menu of the latest message about the ticket."""
    message = next(m for m in reversed(scene.told(reader)) if key in m.text)
    found = [
        (block, element, option)
        for block, element in elements(message.blocks)
        for option in element.get("options", ())
        if option["text"]["text"] == choice and (element is not block.get("accessory") or key in json.dumps(block))
    ]
    assert found, f"nothing in the menus says {choice!r}: {message.blocks}"
    block, element, option = found[0]
    world, user = scene.world.simulator.workspace, scene.user(person)
    room = world.channels[message.channel]
    world.channels[room.id] = replace(room, members=room.members | {user})
    used = {"block_id": block.get("block_id"), "action_id": element["action_id"], "selected_option": option}
    answered = await scene.world.simulator.slack_out.click(user, {"channel": room.id, "ts": message.ts}, used)
    world.channels[room.id] = room
    assert answered.ok, f"the agent answered {answered.status}"


@when("{person} opens their Home")
def opens_home(scene: Scene, person: str) -> None:
    scene.world.simulator.slack_out.open_home(scene.user(person))


async def _message_with(scene: Scene, person: str, button: str) -> Message:
    """The latest message this person can see that has the button."""
    world = scene.world.simulator.workspace
    user = scene.user(person)
    room = world.direct(user).id

    def found() -> list[Message]:
        theirs = (m for m in world.messages.values() if m.only_for in (None, user))
        visible = [m for m in theirs if m.channel == room or m.only_for]
        return [message for message in visible if _element(message, button) is not None]

    await scene.wait_for(found)
    assert found(), f"{person} sees no {button!r}"
    return found()[-1]


def _element(message: Message, button: str) -> tuple[str, str] | None:
    word = BUTTONS.get(button)
    for block, element in elements(message.blocks):
        if (
            element["type"] == "button"
            and element["text"]["text"].rstrip("…") == button
            and (word is None or str(element["action_id"]).startswith(word))
        ):
            return str(block.get("block_id")), str(element["action_id"])
    return None


async def _press(scene: Scene, person: str, message: Message, button: str) -> None:
    world, user = scene.world.simulator.workspace, scene.user(person)
    room = world.channels[message.channel]
    world.channels[room.id] = replace(room, members=room.members | {user})  # whoever presses has been let in
    found = _element(message, button)
    assert found is not None, f"there is no {button!r} any more"
    where = {"channel": message.channel, "ts": message.ts}
    answered = await scene.world.simulator.slack_out.click(user, where, {"block_id": found[0], "action_id": found[1]})
    world.channels[room.id] = room
    assert answered.ok, f"the agent answered {answered.status}"
    if found[1] == BUTTONS["Reject"]:
        await _fill(scene, person, "reason", "not_needed")


async def _fill(scene: Scene, person: str, block: str, value: str) -> None:
    """Somebody fills in the window they have opened, if they were shown a form, and sends it off."""
    world, user = scene.world.simulator.workspace, scene.user(person)

    def drawn() -> dict[str, Any] | None:
        view = world.views.get(world.open_views.get(user, ""), {})
        return view if "One moment" not in str(view.get("blocks", "One moment")) else None

    await scene.wait_for(drawn)
    view = drawn()
    assert view is not None, f"{person} sees no window"
    if not any(each.get("block_id") == block for each in view["blocks"]):
        return  # the window says why there is nothing to fill in
    form = next(each["element"] for each in view["blocks"] if each.get("block_id") == block)
    option = next(each for each in form["options"] if each["value"] == value)
    filled = {block: {block: {"type": form["type"], "selected_option": option}}}
    said = await scene.world.simulator.slack_out.submit(user, view["id"], filled)
    assert not said.get("errors"), said


def _with_other_version(card: Message) -> tuple[dict[str, Any], ...]:
    """The same card, drawn before its proposal changed."""
    blocks: list[dict[str, Any]] = json.loads(json.dumps([dict(block) for block in card.blocks]))
    for element in (element for block in blocks for element in block.get("elements", ())):
        if element.get("action_id") in ("approve", "reject_why", "edit"):
            value = json.loads(element["value"])
            element["value"] = json.dumps({**value, "v": "0" * 20})
    return tuple(blocks)
