"""Who we are, who others are, what we may, which webhooks there are; and that this is Jira Cloud at all."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

import pytest

from integrations.jira import Jira, adf
from integrations.jira.standing import Topic
from integrations.signatures import signed
from integrations.simulator.company import Company
from integrations.simulator.nouns import Issue
from integrations.simulator.seed import ASKER
from integrations.simulator.server import Simulator
from models.errors import Refused
from models.ids import AccountId, SprintId
from tests.contracts import openapi
from tests.contracts.jira.conftest import GATEWAY, Held, connect
from tests.integrations.simulator.conftest import Product

pytestmark = pytest.mark.anyio


async def test_the_token_is_good_and_whose_it_is(jira: Jira, simulator: Simulator) -> None:
    assert await jira.myself() == ASKER
    check = await jira.check()
    assert (check.ok, ASKER in check.detail) == (True, True)
    server = await jira.server()
    assert (server.deployment, server.url) == ("Cloud", simulator.jira.base)


@pytest.mark.parametrize(("scoped", "gateway"), [(True, ""), (False, GATEWAY)])
async def test_a_token_at_the_wrong_host_is_told_what_to_set(
    simulator: Simulator, held: Held, scoped: bool, gateway: str
) -> None:
    simulator.jira.scoped = scoped
    client = connect(simulator, gateway)
    check = await client.check()
    assert not check.ok
    assert "ATLASSIAN_CLOUD_ID" in check.detail
    await client.close()


@pytest.mark.parametrize("kind", ["DataCenter", "Server"])
async def test_data_center_is_refused_in_one_line_everywhere(
    simulator: Simulator, one: Issue, running: int, kind: str
) -> None:
    simulator.jira.deployment = kind
    client = connect(simulator)
    board = next(iter(simulator.company.boards))
    calls: list[Callable[[], Awaitable[Any]]] = [
        client.server,
        client.myself,
        lambda: client.sprint_issues(running),
        lambda: client.issues([one.key]),
        lambda: client.comment(one.key, adf.doc(adf.text("hi")), "e"),
        lambda: client.move_to_sprint(running, [one.key]),
        lambda: client.move_to_backlog([one.key]),
    ]
    await client.sprints(board)  # agile 1.0 is there as well: it proves nothing
    for call in calls:
        with pytest.raises(Refused) as refused:
            await call()
        assert refused.value.code == "data_center"
        assert f"Jira {kind} 9.12.1. PM Agent works with Jira Cloud only" in str(refused.value)
        assert "\n" not in str(refused.value)
    check = await client.check()
    assert (check.ok, "Cloud only" in check.hint) == (False, True)
    assert simulator.company.issues[one.key].sprints == one.sprints
    await client.close()


async def test_permissions_are_told_one_by_one(jira: Jira, company: Company) -> None:
    wanted = ["ADMINISTER", "BROWSE_PROJECTS", "SCHEDULE_ISSUES"]
    told = {"ADMINISTER": False, "BROWSE_PROJECTS": True, "SCHEDULE_ISSUES": True}
    assert await jira.may(wanted) == told
    assert await jira.may(wanted, next(iter(company.projects))) == told
    for wrong in (jira.may(["FLY"]), jira.may(["ADMINISTER"], "NOWHERE")):
        with pytest.raises(Refused):
            await wrong


async def test_who_may_be_given_a_projects_issues_is_told_by_account(jira: Jira, one: Issue) -> None:
    assert await jira.assignable(one.project, str(one.assignee))
    assert not await jira.assignable(one.project, "712020:stranger")


def set_person(company: Company, account: str, **own: Any) -> None:
    company.people[account] = replace(company.people[account], **own)


async def test_a_person_is_found_by_an_address_they_show(jira: Jira, company: Company, one: Issue) -> None:
    who = str(one.assignee)
    set_person(company, who, email="ann@acme.example", email_is="shown")
    (found,) = await jira.users_with_email(" Ann@ACME.example ")
    assert (found.account, found.email, found.active, found.human) == (who, "ann@acme.example", True, True)


async def test_a_hidden_address_proves_nothing(jira: Jira, company: Company, one: Issue) -> None:
    who = str(one.assignee)
    set_person(company, who, email="ann@acme.example", email_is="findable")
    (found,) = await jira.users_with_email("ann@acme.example")
    assert (found.account, found.email) == (who, None)
    set_person(company, who, email_is="hidden")
    assert await jira.users_with_email("ann@acme.example") == []


async def test_a_longer_address_is_somebody_elses(jira: Jira, company: Company, one: Issue) -> None:
    set_person(company, str(one.assignee), email="ann@acme.example.org", email_is="shown")
    assert await jira.users_with_email("ann@acme.example") == []
    assert await jira.users_with_email("ann") == []


async def test_two_people_with_one_address_are_both_told(jira: Jira, company: Company, one: Issue) -> None:
    both = list(company.members[one.project])[:2]
    for account in both:
        set_person(company, account, email="team@acme.example", email_is="shown")
    assert {each.account for each in await jira.users_with_email("team@acme.example")} == set(both)


async def test_who_has_left_is_found_by_id_alone(jira: Jira, company: Company, one: Issue) -> None:
    who = AccountId(str(one.assignee))
    set_person(company, who, email="ann@acme.example", email_is="shown", active=False)
    assert await jira.users_with_email("ann@acme.example") == []
    gone = await jira.user(who)
    assert gone is not None
    assert (gone.account, gone.active) == (who, False)
    assert await jira.user("712020:nobody") is None
    app = await jira.user(ASKER)
    assert app is not None
    assert not app.human


# --- webhooks ----------------------------------------------------------------------------------------------


@pytest.fixture
async def admin(simulator: Simulator, held: Held) -> Any:
    simulator.jira.denied.clear()
    client = connect(simulator)
    yield client
    await client.close()


async def test_a_webhook_is_registered_listed_and_removed_and_its_secret_never_told(
    admin: Jira, simulator: Simulator, product: Product
) -> None:
    made = await admin.add_hook(f"{product.url}/hook", "PM Agent", {"jira:issue_updated"}, "project = PAY", "s3cret")
    assert (made.signed, made.active, made.events) == (True, True, {"jira:issue_updated"})
    assert await admin.hooks() == [made]
    assert "s3cret" not in repr(made)
    await admin.delete_hook(made.id)
    await admin.delete_hook(made.id)
    assert await admin.hooks() == []


async def test_a_webhook_without_a_secret_is_told_to_be_unsigned(admin: Jira) -> None:
    made = await admin.add_hook("https://a.example/hook", "n", ["sprint_started"], "", "")
    assert not made.signed
    assert [hook.signed for hook in await admin.hooks()] == [False]


async def test_a_registered_webhook_is_told_what_it_asked_for_with_its_own_signature(
    admin: Jira, simulator: Simulator, product: Product, company: Company, one: Issue
) -> None:
    others = f"key != {one.key}"
    await admin.add_hook(f"{product.url}/mine", "mine", {"jira:issue_updated"}, f"key = {one.key}", "s3cret")
    await admin.add_hook(f"{product.url}/not-mine", "others", {"jira:issue_updated"}, others, "")
    company.edit(one.key, str(one.assignee), flagged=True)
    async with asyncio.timeout(5):
        while not product.at("/mine"):
            await asyncio.sleep(0.01)
    (told,) = product.at("/mine")
    assert signed(told.headers["X-Hub-Signature"], told.body, "s3cret")
    assert not signed(told.headers["X-Hub-Signature"], told.body, simulator.secrets.jira_webhook_secret)
    assert product.at("/not-mine") == []


@pytest.mark.parametrize("scoped", [True, False])
async def test_who_may_not_administer_is_refused(simulator: Simulator, held: Held, scoped: bool) -> None:
    simulator.jira.scoped = scoped
    client = connect(simulator, GATEWAY if scoped else "")
    for call in (client.hooks(), client.add_hook("https://a.example", "n", ["jira:issue_created"], "", "s")):
        with pytest.raises(Refused):
            await call
    await client.close()


# --- everything --------------------------------------------------------------------------------------------

OPERATIONS = {
    "GET /rest/agile/1.0/board",
    "GET /rest/agile/1.0/board/{boardId}",
    "GET /rest/agile/1.0/board/{boardId}/configuration",
    "GET /rest/agile/1.0/board/{boardId}/sprint",
    "GET /rest/agile/1.0/sprint/{sprintId}",
    "GET /rest/api/3/field",
    "GET /rest/api/3/issue/{issueIdOrKey}",
    "GET /rest/api/3/issue/{issueIdOrKey}/comment",
    "GET /rest/api/3/issue/{issueIdOrKey}/editmeta",
    "GET /rest/api/3/issue/{issueIdOrKey}/transitions",
    "GET /rest/api/3/issueLinkType",
    "GET /rest/api/3/mypermissions",
    "GET /rest/api/3/myself",
    "GET /rest/api/3/project/search",
    "GET /rest/api/3/status",
    "GET /rest/api/3/serverInfo",
    "GET /rest/api/3/user",
    "GET /rest/api/3/user/assignable/search",
    "GET /rest/api/3/user/search",
    "POST /rest/agile/1.0/backlog/issue",
    "POST /rest/agile/1.0/sprint/{sprintId}/issue",
    "POST /rest/api/3/changelog/bulkfetch",
    "POST /rest/api/3/comment/list",
    "POST /rest/api/3/issue/bulkfetch",
    "POST /rest/api/3/issue/{issueIdOrKey}/comment",
    "POST /rest/api/3/issue/{issueIdOrKey}/transitions",
    "POST /rest/api/3/issueLink",
    "POST /rest/api/3/search/approximate-count",
    "POST /rest/api/3/search/jql",
    "PUT /rest/api/3/issue/{issueIdOrKey}",
    "PUT /rest/api/3/issue/{issueIdOrKey}/assignee",
    # in no published description
    "DELETE /rest/webhooks/1.0/webhook",
    "GET /rest/webhooks/1.0/webhook",
    "POST /rest/webhooks/1.0/webhook",
}
"""Every operation the adapter uses: none deprecated, each described but for the webhooks'."""


@pytest.mark.skipif(not openapi.AVAILABLE, reason=openapi.MISSING)
async def test_every_method_keeps_to_the_operations_the_vendor_describes(
    admin: Jira, simulator: Simulator, company: Company, one: Issue, running: int, ahead: int, held: Held
) -> None:
    board, now = next(iter(company.boards)), simulator.clock.now()
    hook = await admin.add_hook("https://a.example/hook", "n", ["jira:issue_created"], "", "s")
    other = next(key for key in company.issues if key != one.key)
    calls: dict[str, Any] = {
        "assignable": admin.assignable(one.project, str(one.assignee)),
        "assign": admin.assign(one.key, AccountId(str(one.assignee))),
        "assignee": admin.assignee(one.key),
        "board": admin.board(board),
        "boards": admin.boards(one.project),
        "changed_since": admin.changed_since([one.project], now, now),
        "check": admin.check(),
        "coming": admin.coming(board),
        "comment": admin.comment(one.key, adf.doc(adf.text("hi")), "e"),
        "count": admin.count(f"sprint = {running}"),
        "delete_hook": admin.delete_hook(hook.id),
        "ever_in": admin.ever_in([one.project], [SprintId(running)], now, now),
        "fetched": admin.fetched([one.key]),
        "find_comment": admin.find_comment(one.key, "e"),
        "flag_of": admin.flag_of(one.key, "customfield_10021"),
        "holder": admin.holder(one.key),
        "hooks": admin.hooks(),
        "issue_histories": admin.issue_histories([one.key], ()),
        "issues": admin.issues([one.key]),
        "link": admin.link("Blocks", one.key, other),
        "may": admin.may(["ADMINISTER"]),
        "move_to_sprint": admin.move_to_sprint(ahead, [one.key]),
        "move_to_backlog": admin.move_to_backlog([one.key]),
        "myself": admin.myself(),
        "open_sprints": admin.open_sprints([one.key]),  # type: ignore[list-item]
        "priorities": admin.priorities(one.key),
        "project_keys": admin.project_keys(),
        "search": admin.search(f"key = {one.key}"),
        "server": admin.server(),
        "set_flag": admin.set_flag(one.key, on=True),
        "set_priority": admin.set_priority(one.key, "High"),
        "site_fields": admin.site_fields(),
        "sprint": admin.sprint(running),
        "sprint_histories": admin.sprint_histories(board),
        "sprint_issues": admin.sprint_issues(running),
        "sprints": admin.sprints(board),
        "standing": admin.standing(one.key, Topic.SPRINT),
        "transitions": admin.transitions(one.key),
        "user": admin.user(str(one.assignee)),
        "users_with_email": admin.users_with_email("ann@acme.example"),
    }
    for call in calls.values():
        await call
    await admin.transition(one.key, (await admin.transitions(one.key))[0].id)

    public = {name for name, f in inspect.getmembers(Jira, inspect.iscoroutinefunction) if not name.startswith("_")}
    assert public == set(calls) | {"add_hook", "transition", "close"}
    assert {operation(method, url) for method, url in held.asked} == OPERATIONS


def operation(method: str, url: str) -> str:
    """The vendor's name of an address."""
    place = openapi._place(url)
    if place is None:
        return f"{method} {urlsplit(url).path.removeprefix('/jira').rstrip('0123456789').rstrip('/')}"
    return f"{method} {openapi._template(place)}"
