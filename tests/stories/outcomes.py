"""Sentences that say how it came out: who heard what, what is in Jira, what is on record."""

from __future__ import annotations

import json

from integrations.simulator.nouns import Issue
from integrations.simulator.seed import ASKER
from integrations.simulator.slack.blocks import elements
from tests.stories.scene import Scene, mentioned, shown
from tests.stories.sentences import names, then

# --- who heard what ------------------------------------------------------------------------------------------------


@then("nobody has heard anything")
def silence(scene: Scene) -> None:
    assert scene.hearers() == set(), [shown(m)[:300] for m in scene.unasked()]


@then("only {people} has heard anything", "only {people} have heard anything")
def only(scene: Scene, people: str) -> None:
    assert scene.hearers() == set(names(people)), [shown(m)[:300] for m in scene.unasked()]


@then("{person} has got {number} direct message", "{person} has got {number} direct messages")
def got(scene: Scene, person: str, number: str) -> None:
    assert len(scene.told(person)) == int(number), [m.text for m in scene.told(person)]


@then("{person} has got no direct message")
def got_none(scene: Scene, person: str) -> None:
    assert not scene.told(person), [m.text for m in scene.told(person)]


@then('the last message to {person} is about "{ticket}"')
def about(scene: Scene, person: str, ticket: str) -> None:
    assert scene.tickets[ticket] in shown(scene.told(person)[-1]), scene.told(person)[-1].text


@then('the last message to {person} is not about "{ticket}"')
def not_about(scene: Scene, person: str, ticket: str) -> None:
    assert scene.tickets[ticket] not in shown(scene.told(person)[-1]), scene.told(person)[-1].text


@then('{person}\'s card says "{words}"')
def card_says(scene: Scene, person: str, words: str) -> None:
    assert words in shown(scene.card(person)), shown(scene.card(person))


@then('{person}\'s card does not say "{words}"')
def card_says_not(scene: Scene, person: str, words: str) -> None:
    assert words.lower() not in shown(scene.card(person)).lower(), shown(scene.card(person))


@then('the last message to {person} says "{words}"')
def says(scene: Scene, person: str, words: str) -> None:
    assert words in shown(scene.told(person)[-1]), shown(scene.told(person)[-1])


@then('the last message to {person} does not say "{words}"')
def says_not(scene: Scene, person: str, words: str) -> None:
    assert words.lower() not in shown(scene.told(person)[-1]).lower(), shown(scene.told(person)[-1])


@then("{person}'s card is one line")
def one_line(scene: Scene, person: str) -> None:
    card = scene.card(person)
    assert len(card.blocks) == 1 and "\n" not in card.text, shown(card)


@then('{person} is told privately "{words}"')
async def told_privately(scene: Scene, person: str, words: str) -> None:
    await scene.wait_for(lambda: any(words in shown(answer) for answer in scene.answers(person)))
    assert scene.answers(person), f"{person} was told nothing"
    assert words in shown(scene.answers(person)[-1]), shown(scene.answers(person)[-1])


@then("{person} is told nothing privately")
def told_nothing(scene: Scene, person: str) -> None:
    assert not scene.answers(person), [m.text for m in scene.answers(person)]


@then('{person} is offered "{words}"')
def offered(scene: Scene, person: str, words: str) -> None:
    labels = [e["text"]["text"] for _, e in elements(scene.answers(person)[-1].blocks) if e["type"] == "button"]
    assert words in labels, labels


@then("{person} is answered in the thread of what they wrote", '{person} is answered in the thread: "{words}"')
def in_thread(scene: Scene, person: str, words: str = "") -> None:
    workspace = scene.world.simulator.workspace
    asked = [m for m in workspace.messages.values() if m.user == scene.user(person)][-1]
    replies = scene.world.messages(lambda m: m.thread == asked.ts)
    assert len(replies) == 1, [m.text for m in replies]
    assert words in shown(replies[0]), shown(replies[0])


@then("{person} gets no answer")
def no_answer(scene: Scene, person: str) -> None:
    asked = [m for m in scene.world.simulator.workspace.messages.values() if m.user == scene.user(person)]
    assert not scene.world.messages(lambda m: m.thread in {a.ts for a in asked})
    assert not scene.answers(person)


@then("the answer stands in {channel} for everybody, shown by {person}")
def for_everybody(scene: Scene, channel: str, person: str) -> None:
    rooms = scene.world.simulator.workspace.channels
    [post] = scene.world.messages(lambda m: f"#{rooms[m.channel].name}" == channel and m.metadata is None)
    assert "shown by" in shown(post) and person in shown(post), shown(post)


@then("{channel} has {number} post", "{channel} has {number} posts")
def channel_posts(scene: Scene, channel: str, number: str) -> None:
    assert len(scene.posts(channel)) == int(number), [m.text for m in scene.posts(channel)]


@then('the last post in {channel} says "{words}"')
def post_says(scene: Scene, channel: str, words: str) -> None:
    assert words in shown(scene.posts(channel)[-1]), shown(scene.posts(channel)[-1])


@then('the last post in {channel} is about "{ticket}"')
def post_about(scene: Scene, channel: str, ticket: str) -> None:
    assert scene.tickets[ticket] in shown(scene.posts(channel)[-1]), shown(scene.posts(channel)[-1])


@then("{channel} is silent")
def channel_silent(scene: Scene, channel: str) -> None:
    assert not scene.posts(channel), [m.text for m in scene.posts(channel)]


@then("no message pings a whole channel")
def no_broadcast(scene: Scene) -> None:
    said = [shown(m) for m in scene.world.simulator.workspace.messages.values()]
    assert not any("<!" in text or "<@U" in text for text in said), said


@then('{person}\'s Home says "{words}"')
async def home_says(scene: Scene, person: str, words: str) -> None:
    homes = scene.world.simulator.workspace.homes
    await scene.wait_for(lambda: words in json.dumps(homes.get(scene.user(person)), ensure_ascii=False))
    assert words in json.dumps(homes.get(scene.user(person)), ensure_ascii=False), homes.get(scene.user(person))


@then("the last message to {person} is one line")
def message_one_line(scene: Scene, person: str) -> None:
    told = scene.told(person)[-1]
    assert len(told.blocks) == 1 and "\n" not in told.text, shown(told)


# --- Jira and the record -------------------------------------------------------------------------------------------


@then('{person} owns "{ticket}" in Jira')
def owns(scene: Scene, person: str, ticket: str) -> None:
    assert scene.issue(ticket).assignee == scene.account(person)


@then('nobody owns "{ticket}" in Jira')
def unowned(scene: Scene, ticket: str) -> None:
    assert scene.issue(ticket).assignee is None


@then('somebody owns "{ticket}" in Jira')
def owned(scene: Scene, ticket: str) -> None:
    assert scene.issue(ticket).assignee is not None


@then('"{ticket}" is {status} in Jira')
def in_status(scene: Scene, ticket: str, status: str) -> None:
    assert scene.issue(ticket).status == status


@then('the priority of "{ticket}" is {status} in Jira')
def has_priority(scene: Scene, ticket: str, status: str) -> None:
    assert scene.issue(ticket).priority == status


@then('"{ticket}" is in the next sprint')
def in_next(scene: Scene, ticket: str) -> None:
    sprints = scene.world.simulator.company.sprints
    assert [sprints[s].state for s in scene.issue(ticket).sprints][-1:] == ["future"]


@then('"{ticket}" is in the running sprint')
def in_sprint(scene: Scene, ticket: str) -> None:
    assert scene.issue(ticket) in scene.world.simulator.company.active(), scene.issue(ticket).sprints


@then('"{ticket}" is outside the sprint')
def out_of_sprint(scene: Scene, ticket: str) -> None:
    assert scene.issue(ticket) not in scene.world.simulator.company.active(), scene.issue(ticket).sprints


@then('the agent has changed "{ticket}" {number} times', 'the agent has changed "{ticket}" {number} time')
def changed(scene: Scene, ticket: str, number: str) -> None:
    assert len([c for c in scene.issue(ticket).changes if c.by == ASKER]) == int(number)


@then('"{ticket}" carries {number} comment of the agent', '"{ticket}" carries {number} comments of the agent')
def carries(scene: Scene, ticket: str, number: str) -> None:
    assert len([c for title, c in scene.comments() if title == ticket]) == int(number)


@then('the comment on "{ticket}" really mentions {person}')
def mentions(scene: Scene, ticket: str, person: str) -> None:
    [comment] = [c for title, c in scene.comments() if title == ticket]
    assert mentioned(comment.body) == {scene.account(person)}, comment.body


@then("the record shows that {person}'s click was refused")
async def recorded(scene: Scene, person: str) -> None:
    assert scene.user(person) in {who for who, _ in await scene.refusals()}, await scene.refusals()


@then("the numbers {person} sees are those in Jira")
def true_numbers(scene: Scene, person: str) -> None:
    company, seen = scene.world.simulator.company, shown(scene.answers(person)[-1])
    issues = company.active()
    done = [i for i in issues if company.category(i) == "done"]
    doing = [i for i in issues if company.category(i) == "indeterminate"]
    assert f"{len(done)} of {len(issues)} issues done, {len(doing)} in progress" in seen, seen
    assert f"{_points(done):g} of {_points(issues):g} points done" in seen, seen
    flagged = [i for i in issues if i.flagged]
    assert all(i.key in seen for i in flagged), seen


def _points(issues: list[Issue]) -> float:
    return sum(issue.points or 0 for issue in issues)
