"""The simulated Jira changes what it is told to, and refuses what the real one refuses."""

from __future__ import annotations

import json

import pytest

from integrations.signatures import signed
from integrations.simulator.server import Simulator
from tests.integrations.simulator.conftest import Asking, Product, basic

pytestmark = pytest.mark.anyio

HOOKS = "webhooks/1.0/webhook"


def some(simulator: Simulator) -> str:
    return next(i.key for i in simulator.company.active() if i.status == "In Progress" and not i.flagged)


def sprint(simulator: Simulator, state: str) -> int:
    return next(s.id for s in simulator.company.sprints.values() if s.state == state)


@pytest.mark.parametrize("given", [{"transition": {"id": 41}}, {"transition": {"id": "7"}}, {"transition": {}}, {}])
async def test_a_transition_goes_by_a_text_id_that_was_offered(
    ask: Asking, simulator: Simulator, given: object
) -> None:
    key = some(simulator)
    status, reply = await ask.jira("POST", f"api/3/issue/{key}/transitions", given, refused=True)
    assert (status, bool(reply["errorMessages"])) == (400, True)
    assert simulator.company.issues[key].status == "In Progress"


async def test_a_transition_is_told_in_the_history(ask: Asking, simulator: Simulator) -> None:
    key = some(simulator)
    _, offered = await ask.jira("GET", f"api/3/issue/{key}/transitions")
    done = next(t["id"] for t in offered["transitions"] if t["to"]["statusCategory"]["key"] == "done")
    assert (await ask.jira("POST", f"api/3/issue/{key}/transitions", {"transition": {"id": done}}))[0] == 204
    row = simulator.company.issues[key].changes[-1].items[0]
    assert (row.field_id, row.new_words) == ("status", "Done")


async def test_a_field_that_is_on_no_screen_cannot_be_set(ask: Asking, simulator: Simulator) -> None:
    status, reply = await ask.jira("PUT", f"api/3/issue/{some(simulator)}", {"fields": {"colour": 1}}, refused=True)
    assert (status, "colour" in reply["errors"]) == (400, True)


async def test_moving_keeps_past_sprints_and_leaves_one_to_come(ask: Asking, simulator: Simulator) -> None:
    key, ahead, past = some(simulator), sprint(simulator, "future"), sprint(simulator, "closed")
    simulator.company.edit(key, simulator.jira.me, sprints=(past, sprint(simulator, "active")))
    assert (await ask.jira("POST", f"agile/1.0/sprint/{ahead}/issue", {"issues": [key]}))[0] == 204
    assert simulator.company.issues[key].sprints == (past, ahead)
    assert (await ask.jira("POST", "agile/1.0/backlog/issue", {"issues": [key]}))[0] == 204
    assert simulator.company.issues[key].sprints == (past,)


async def test_a_refused_move_moves_nothing_and_names_no_issue(ask: Asking, simulator: Simulator) -> None:
    key, ahead = some(simulator), sprint(simulator, "future")
    before = simulator.company.issues[key].sprints
    for path, issues in (
        (f"agile/1.0/sprint/{ahead}/issue", [key, "NO-1"]),
        (f"agile/1.0/sprint/{ahead}/issue", [key] * 51),
        (f"agile/1.0/sprint/{sprint(simulator, 'closed')}/issue", [key]),
    ):
        status, reply = await ask.jira("POST", path, {"issues": issues}, refused=True)
        assert (status, key in json.dumps(reply)) == (400, False)
    assert simulator.company.issues[key].sprints == before


async def test_a_webhooks_secret_is_written_once_and_never_read(ask: Asking, simulator: Simulator) -> None:
    simulator.jira.denied.clear()
    body = {"name": "n", "url": "https://a.example", "events": ["sprint_started"], "secret": "s3cret"}
    status, made = await ask.jira("POST", HOOKS, body)
    assert (status, made["isSigned"]) == (201, True)
    _, listed = await ask.jira("GET", HOOKS)
    number = made["self"].rpartition("/")[2]
    _, alone = await ask.jira("GET", f"{HOOKS}/{number}")
    assert "s3cret" not in json.dumps([made, listed, alone])
    _, again = await ask.jira("POST", HOOKS, body)
    assert again["self"] != made["self"], "registering is not idempotent"
    assert (await ask.jira("DELETE", f"{HOOKS}/{number}"))[0] == 204
    assert (await ask.jira("DELETE", f"{HOOKS}/{number}", refused=True))[0] == 404


@pytest.mark.parametrize(
    "body", [{"url": "https://a"}, {"name": "n", "url": "a"}, {"name": "n", "url": "https://a", "colour": 1}]
)
async def test_a_webhook_that_cannot_be_is_refused(ask: Asking, simulator: Simulator, body: object) -> None:
    simulator.jira.denied.clear()
    assert (await ask.jira("POST", HOOKS, body, refused=True))[0] == 400


async def test_once_the_products_own_address_is_registered_that_registration_decides(
    ask: Asking, simulator: Simulator, product: Product
) -> None:
    simulator.jira.denied.clear()
    body = {"name": "n", "url": f"{product.url}/webhooks/jira", "events": ["jira:issue_updated"], "secret": "other"}
    await ask.jira("POST", HOOKS, body)
    key = some(simulator)
    simulator.company.edit(key, simulator.jira.me, flagged=True)
    simulator.company.comment(key, simulator.jira.me, {"type": "doc", "version": 1, "content": []})
    assert simulator.webhooks is not None
    await simulator.webhooks.idle()
    (told,) = product.at("/webhooks/jira")
    assert told.json["webhookEvent"] == "jira:issue_updated"
    assert signed(told.headers["X-Hub-Signature"], told.body, "other")


async def test_each_kind_of_token_has_a_host_of_its_own(ask: Asking, simulator: Simulator) -> None:
    headers = basic(simulator.secrets.atlassian_email, simulator.secrets.atlassian_token)
    for scoped, site, gateway in ((False, 200, 401), (True, 401, 200)):
        simulator.jira.scoped = scoped
        for prefix, status in (("/jira", site), ("/jira/ex/jira/c-1", gateway)):
            async with ask.http.get(f"{simulator.url}{prefix}/rest/api/3/myself", headers=headers) as response:
                assert response.status == status


async def test_an_address_is_shown_to_nobody_who_did_not_ask_for_people(ask: Asking, simulator: Simulator) -> None:
    from dataclasses import replace

    people, key = simulator.company.people, some(simulator)
    who = str(simulator.company.issues[key].assignee)
    people[who] = replace(people[who], email="ann@acme.example", email_is="shown")
    _, issue = await ask.jira("GET", f"api/3/issue/{key}")
    assert "emailAddress" not in issue["fields"]["assignee"]
    _, found = await ask.jira("GET", "api/3/user/search?query=ann@acme")
    assert [each["emailAddress"] for each in found] == ["ann@acme.example"]
