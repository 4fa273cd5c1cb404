"""``pm webhooks``: registering twice leaves one, strangers stay, and who may not is told what to click."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.connections.byhand import grouped
from bot.connections.hooks import EVENTS, Doing, steps, wanted
from integrations.hooks import Hook
from integrations.simulator.atlassian.admin_hooks import AdminHook
from integrations.simulator.atlassian.bitbucket_hooks import Registered
from models.directives_file import load
from models.errors import OperatorError
from models.events import Source
from tests.bot.cli.company import pm
from tests.contracts.openapi import CONTRACTS, MISSING
from tests.world import CONSTITUTION, World, running

pytestmark = pytest.mark.anyio

BASE = "https://pm.example.com"
WANT = wanted(Source.JIRA, BASE, load(CONSTITUTION))


@pytest.fixture
async def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[World]:
    monkeypatch.chdir(tmp_path)
    async with running(tmp_path, work=False) as opened:
        opened.simulator.jira.denied.discard("ADMINISTER")
        yield opened


def in_jira(world: World) -> Sequence[AdminHook]:
    return list(world.simulator.jira_doors.admin_hooks.registered.values())


def in_bitbucket(world: World) -> Sequence[Registered]:
    return list(world.simulator.bitbucket.hooks.registered.values())


async def register(world: World, *words: str, **changes: str | None) -> Any:
    return await pm(world, "webhooks", "register", "--url", BASE, *words, **changes)


async def test_registering_twice_leaves_one_hook_each(world: World) -> None:
    first, second = await register(world), await register(world)
    assert first.exit_code == second.exit_code == 0, first.output
    [jira], [bitbucket] = in_jira(world), in_bitbucket(world)
    assert (jira.url, bitbucket.url) == (f"{BASE}/webhooks/jira", f"{BASE}/webhooks/bitbucket")
    assert "register" in first.output and "already there" in second.output


async def test_what_is_registered_is_whole(world: World) -> None:
    await register(world)
    [jira], [bitbucket] = in_jira(world), in_bitbucket(world)
    secrets = world.simulator.secrets
    assert frozenset(jira.events) == EVENTS[Source.JIRA] and jira.jql == 'project in ("PAY")'
    assert (jira.secret, bitbucket.secret) == (secrets.jira_webhook_secret, secrets.bitbucket_webhook_secret)
    assert bitbucket.events == EVENTS[Source.BITBUCKET] and bitbucket.subject == "acme/payments-api"


async def test_a_new_address_replaces_the_old_hook_and_says_so(world: World) -> None:
    await register(world)
    done = await pm(world, "webhooks", "register", "--url", "https://new.example.com")
    assert [hook.url for hook in in_jira(world)] == ["https://new.example.com/webhooks/jira"]
    assert [hook.url for hook in in_bitbucket(world)] == ["https://new.example.com/webhooks/bitbucket"]
    assert f"points to {BASE}/webhooks/jira instead of https://new.example.com/webhooks/jira" in done.output


async def test_missing_events_are_mended_and_doubles_removed(world: World) -> None:
    await register(world, "--service", "jira")
    hooks = world.simulator.jira_doors.admin_hooks.registered
    [hook] = in_jira(world)
    hooks[hook.id] = replace(hook, events=hook.events[:3])
    hooks[99] = replace(hook, id=99, events=hook.events[:2])
    done = await register(world, "--service", "jira")
    [left] = in_jira(world)
    assert frozenset(left.events) == EVENTS[Source.JIRA] and "does not send" in done.output
    assert "one too many" in done.output


async def test_renewing_sets_the_secret_again(world: World) -> None:
    await register(world, "--service", "jira")
    await register(world, "--service", "jira", "--renew", JIRA_WEBHOOK_SECRET="a-new-secret")
    assert [hook.secret for hook in in_jira(world)] == ["a-new-secret"]


async def test_a_dry_run_changes_nothing_and_says_what_it_would_do(world: World) -> None:
    done = await register(world, "--dry-run")
    assert not in_jira(world) and not in_bitbucket(world)
    assert f"would register {BASE}/webhooks/jira" in done.output


async def test_strangers_are_listed_without_their_secrets_and_never_touched(world: World) -> None:
    await register(world)
    hooks = world.simulator.jira_doors.admin_hooks.registered
    hooks[50] = replace(in_jira(world)[0], id=50, name="Chat", url="https://chat.example.com/in/t0ken?key=s3cret")
    listed = await pm(world, "webhooks", "list", "--url", BASE)
    deleted = await pm(world, "webhooks", "delete", "--url", BASE)
    assert "stranger" in listed.output and "chat.example.com" in listed.output
    assert "t0ken" not in listed.output and "s3cret" not in listed.output
    assert deleted.exit_code == 0 and [hook.id for hook in in_jira(world)] == [50] and not in_bitbucket(world)


async def test_deleting_names_what_goes_and_a_dry_run_only_names_it(world: World) -> None:
    await register(world, "--service", "jira")
    named = await pm(world, "webhooks", "delete", "--service", "jira", "--url", BASE, "--dry-run")
    assert "would delete" in named.output and f"{BASE}/webhooks/jira" in named.output and len(in_jira(world)) == 1


async def test_a_token_that_may_not_gets_what_to_click_and_paste_but_not_the_secret(world: World) -> None:
    world.simulator.jira.denied.add("ADMINISTER")
    done = await register(world, "--service", "jira")
    secret = world.simulator.secrets.jira_webhook_secret
    assert done.exit_code == 1 and not in_jira(world) and secret not in done.output
    for part in ("/plugins/servlet/webhooks", f"{BASE}/webhooks/jira", 'project in ("PAY")', "JIRA_WEBHOOK_SECRET"):
        assert part in done.output
    asked = [each.path for each in world.simulator.traffic.log if each.service == "jira"]
    assert not [path for path in asked if "/rest/webhooks/" in path]  # the permission is asked for first
    assert "every ten minutes" in done.output and "Sprint: closed, created, deleted, started, updated" in done.output


async def test_the_secret_is_shown_when_asked_for(world: World) -> None:
    world.simulator.jira.denied.add("ADMINISTER")
    done = await register(world, "--service", "jira", "--show-secret")
    assert world.simulator.secrets.jira_webhook_secret in done.output


async def test_a_token_with_scopes_gets_the_same_instructions(world: World) -> None:
    world.simulator.jira.scoped = True
    done = await register(world, "--service", "jira", JIRA_API_URL=f"{world.simulator.url}/jira/ex/jira/cloud-1234")
    assert done.exit_code == 1 and "Administer Jira" in done.output and not in_jira(world)


async def test_the_workspace_has_one_hook_for_all_and_a_repository_then_needs_none(world: World) -> None:
    await register(world, "--service", "bitbucket")
    await register(world, "--service", "bitbucket", "--workspace")
    await register(world, "--service", "bitbucket")
    assert [hook.subject for hook in in_bitbucket(world)] == ["acme"]


@pytest.mark.parametrize(
    ("changes", "words", "says"),
    [
        ({"JIRA_WEBHOOK_SECRET": None}, ["--service", "jira"], "JIRA_WEBHOOK_SECRET is not set"),
        ({"BITBUCKET_WEBHOOK_SECRET": "x" * 129}, ["--service", "bitbucket"], "129 characters"),
        ({}, ["--url", "http://pm.example.com"], "not https"),
        ({}, ["--url", "pm.example.com"], "is not an address"),
        ({"PUBLIC_URL": None}, ["--url", ""], "where this agent is reached"),
    ],
    ids=["no secret", "secret too long", "no certificate", "no address", "nowhere"],
)
async def test_what_cannot_work_is_one_line_before_anything_is_changed(
    world: World, changes: dict[str, str | None], words: list[str], says: str
) -> None:
    done = await register(world, *words, **changes)
    assert done.exit_code == 1 and says in done.stderr and len(done.stderr.splitlines()) == 1
    assert not in_jira(world) and not in_bitbucket(world)


async def test_programs_get_json(world: World) -> None:
    done = json.loads((await register(world, "--json")).stdout)
    rows = json.loads((await pm(world, "webhooks", "list", "--url", BASE, "--json")).stdout)
    assert [each["service"] for each in done] == ["jira", "bitbucket"]
    assert {(row["whose"], row["state"]) for row in rows} == {("ours", "right")}


async def test_what_is_registered_is_told_to_our_door_with_our_secret(world: World) -> None:
    url = f"http://127.0.0.1:{world.settings.port}"
    assert (await pm(world, "webhooks", "register", "--url", url)).exit_code == 0
    world.lose_an_owner()
    assert world.simulator.webhooks is not None
    await world.simulator.webhooks.idle()
    sent = [each for each in world.simulator.traffic.log if each.path == "/webhooks/jira"]
    assert sent and {each.status for each in sent} == {202}


# --- who may not, and what cannot be seen -------------------------------------------------------------------

HOOKS_OF = {"repository": "repositories/acme/payments-api/hooks", "workspace": "workspaces/acme/hooks"}


def refuse(world: World, method: str, place: str, status: int = 403) -> None:
    world.simulator.faults.add(f"{method} .*{HOOKS_OF[place]}", times=99, status=status, body="{}")


@pytest.mark.parametrize("words", [["register"], ["register", "--dry-run"], ["list"], ["delete"]], ids=" ".join)
@pytest.mark.parametrize(
    ("service", "variable", "says"),
    [
        ("jira", "ATLASSIAN_API_TOKEN", "check ATLASSIAN_EMAIL / ATLASSIAN_API_TOKEN"),
        ("bitbucket", "BITBUCKET_TOKEN", "check BITBUCKET_EMAIL / BITBUCKET_TOKEN"),
    ],
)
async def test_a_dead_token_is_called_refused_and_not_short_of_rights(
    world: World, words: list[str], service: str, variable: str, says: str
) -> None:
    done = await pm(world, "webhooks", *words, "--url", BASE, "--service", service, **{variable: "dead"})
    assert done.exit_code == 1 and f"the token is refused: {says}" in done.output
    assert "Administer" not in done.output and "scope read" not in done.output and "none is ours" not in done.output
    assert done.output.count("the token is refused") == 1


async def test_a_dead_token_is_found_though_jira_answers_strangers_about_permissions(world: World) -> None:
    nothing = json.dumps({"permissions": {"ADMINISTER": {"havePermission": False}}})
    world.simulator.faults.add("GET .*/mypermissions", times=99, status=200, body=nothing)
    done = await register(world, "--service", "jira", ATLASSIAN_API_TOKEN="dead")
    assert done.exit_code == 1 and "the token is refused" in done.output and "Administer" not in done.output


async def test_a_scoped_token_at_the_sites_own_address_is_led_to_the_cloud_id(world: World) -> None:
    world.simulator.jira.scoped = True
    done = await register(world, "--service", "jira")
    assert done.exit_code == 1 and "a token with scopes also needs ATLASSIAN_CLOUD_ID" in done.output


async def test_a_repositorys_own_token_is_not_dead_because_the_workspace_refuses_it(world: World) -> None:
    refuse(world, "GET", "workspace", 401)
    done = await register(world, "--service", "bitbucket")
    assert done.exit_code == 0 and "is refused" not in done.output and len(in_bitbucket(world)) == 1
    assert "workspace acme: unknown whether one of ours is here too" in done.output


async def test_what_may_not_be_looked_at_is_not_called_unregistered(world: World) -> None:
    world.simulator.jira.denied.add("ADMINISTER")
    refuse(world, "GET", "repository")
    done = await register(world)
    assert done.output.count("cannot see whether it is registered: this token may not look") == 2
    assert "not registered" not in done.output and "read:webhook:bitbucket" in done.output
    assert "scope webhooks" not in done.output and "Press Create" in done.output and "Press Save" in done.output


async def test_a_token_that_may_look_but_not_add_is_told_what_to_paste(world: World) -> None:
    refuse(world, "POST", "repository")
    done = await register(world, "--service", "bitbucket")
    assert done.exit_code == 1 and "write:webhook:bitbucket" in done.output and "Press Save" in done.output
    assert "Bitbucket, repository payments-api: not finished: register" in done.stderr


async def test_an_old_one_that_may_not_go_is_not_told_to_be_registered_again(world: World) -> None:
    await register(world, "--service", "bitbucket")
    refuse(world, "DELETE", "repository")
    done = await pm(world, "webhooks", "register", "--url", "https://new.example.com", "--service", "bitbucket")
    assert done.exit_code == 1 and f"deletes what points to {BASE}/webhooks/bitbucket" in done.stderr
    assert "Press Save" not in done.output


@pytest.mark.parametrize("words", [[], ["--dry-run"]], ids=["deleting", "a dry run"])
async def test_deleting_goes_on_where_jira_says_no(world: World, words: list[str]) -> None:
    await register(world)
    world.simulator.jira.denied.add("ADMINISTER")
    done = await pm(world, "webhooks", "delete", "--url", BASE, *words)
    assert done.exit_code == 1 and len(in_jira(world)) == 1 and len(in_bitbucket(world)) == len(words)
    [line] = [line for line in done.stderr.splitlines() if line.startswith("Jira")]
    assert "/plugins/servlet/webhooks" in line and f"{BASE}/webhooks/jira" in line and ".." not in done.output


async def test_a_vendor_out_of_reach_is_named_and_the_other_is_done(world: World) -> None:
    await register(world)
    world.simulator.faults.add("GET .*/rest/api/3/myself", times=99, status=503)
    done = await pm(world, "webhooks", "delete", "--url", BASE)
    assert done.exit_code == 1 and "\nJira: " in done.stderr and not in_bitbucket(world)


async def test_ours_at_the_workspace_is_listed_and_deleted_without_being_asked_for(world: World) -> None:
    await register(world, "--service", "bitbucket", "--workspace")
    listed = await pm(world, "webhooks", "list", "--url", BASE, "--service", "bitbucket")
    assert "workspace acme" in listed.output and "none is ours" not in listed.output
    await pm(world, "webhooks", "delete", "--url", BASE, "--service", "bitbucket")
    assert not in_bitbucket(world)


async def test_ours_at_a_repository_is_listed_though_the_workspace_is_asked_for(world: World) -> None:
    await register(world, "--service", "bitbucket")
    listed = await pm(world, "webhooks", "list", "--url", BASE, "--service", "bitbucket", "--workspace")
    deleted = await pm(world, "webhooks", "delete", "--url", BASE, "--service", "bitbucket", "--workspace")
    assert "ours" in listed.output and "none is ours" not in listed.output
    assert "repository payments-api: also ours, and left" in deleted.output and len(in_bitbucket(world)) == 1


async def test_none_is_ours_is_said_only_when_everything_was_seen(world: World) -> None:
    asked = ("webhooks", "list", "--url", BASE)
    assert (await pm(world, *asked)).output.count("none is ours: without webhooks") == 2
    refuse(world, "GET", "workspace")
    world.simulator.jira.denied.add("ADMINISTER")
    done = await pm(world, *asked)
    assert done.exit_code == 0 and "none is ours" not in done.output
    assert "Bitbucket: unknown: workspace acme could not be listed" in done.output and "Jira: unknown: " in done.output


async def test_the_workspaces_own_takes_the_place_of_the_repositories(world: World) -> None:
    await register(world, "--service", "bitbucket")
    tried = await register(world, "--service", "bitbucket", "--workspace", "--dry-run")
    assert "would remove" in tried.output and [hook.subject for hook in in_bitbucket(world)] == ["acme/payments-api"]
    await register(world, "--service", "bitbucket", "--workspace")
    assert [hook.subject for hook in in_bitbucket(world)] == ["acme"]


async def test_the_repositories_keep_theirs_while_the_workspace_may_not_have_one(world: World) -> None:
    await register(world, "--service", "bitbucket")
    refuse(world, "POST", "workspace")
    done = await register(world, "--service", "bitbucket", "--workspace")
    assert done.exit_code == 1 and [hook.subject for hook in in_bitbucket(world)] == ["acme/payments-api"]


async def test_one_of_ours_at_the_workspace_that_is_wrong_is_named(world: World) -> None:
    await register(world, "--service", "bitbucket", "--workspace")
    hooks = world.simulator.bitbucket.hooks.registered
    [(id_, hook)] = hooks.items()
    hooks[id_] = replace(hook, secret="")
    done = await register(world, "--service", "bitbucket")
    assert "workspace acme: ours too, and left as it is" in done.output and "delete --workspace" in done.output


# --- the plan alone -----------------------------------------------------------------------------------------


def hook(**changes: Any) -> Hook:
    right = Hook("1", WANT.url, WANT.name, WANT.events, True, True)
    return replace(right, **changes)


@pytest.mark.parametrize(
    ("there", "doing"),
    [
        ([], [Doing.CREATE]),
        ([hook()], [Doing.KEEP]),
        (
            [hook(url=WANT.url.upper().replace("/WEBHOOKS/JIRA", "/webhooks/jira").replace("HTTPS", "https"))],
            [Doing.KEEP],
        ),
        ([hook(signed=False)], [Doing.REPLACE]),
        ([hook(active=False)], [Doing.REPLACE]),
        ([hook(events=WANT.events | {"worklog_created"})], [Doing.REPLACE]),
        ([hook(), hook(id="2")], [Doing.KEEP, Doing.REMOVE]),
        ([hook(id="2", events=frozenset()), hook()], [Doing.KEEP, Doing.REMOVE]),
        ([hook(url="https://other.example.com/webhooks/jira")], [Doing.REPLACE]),
        ([hook(url="https://other.example.com/webhooks/jira", name="PM Agent (test)")], [Doing.CREATE]),
        ([hook(url="https://other.example.com/elsewhere")], [Doing.CREATE]),
    ],
)
def test_from_what_is_there_to_exactly_one(there: list[Hook], doing: list[Doing]) -> None:
    assert [step.doing for step in steps(there, WANT)] == doing


@pytest.mark.parametrize("url", [BASE, f"{BASE}/", f"{BASE}/webhooks/jira", f"{BASE}/webhooks/bitbucket/"])
def test_the_address_may_be_ours_or_already_the_doors(url: str) -> None:
    assert wanted(Source.JIRA, url, load(CONSTITUTION)).url == f"{BASE}/webhooks/jira"


def test_a_password_in_the_address_is_refused() -> None:
    with pytest.raises(OperatorError):
        wanted(Source.JIRA, "https://me:pass@pm.example.com", load(CONSTITUTION))


@pytest.mark.skipif(not CONTRACTS.is_dir(), reason=MISSING)
def test_every_event_we_ask_for_is_one_the_vendor_has() -> None:
    known = json.loads((CONTRACTS / "webhooks.json").read_text())
    jira = {name for group in known["jira_cloud_admin"]["events"].values() for name in group}
    assert EVENTS[Source.JIRA] <= jira and EVENTS[Source.BITBUCKET] <= set(known["bitbucket_cloud"]["events"])


def test_events_are_told_as_the_forms_list_them() -> None:
    assert grouped({"pullrequest:fulfilled", "pullrequest:created", "repo:commit_status_created", "repo:push"}) == [
        "Pull request: created, merged",
        "Build: status created",
        "Repository: pushed",
    ]


def test_a_plan_names_every_hook_it_touches() -> None:
    todo = steps([hook(id="7", signed=False), hook(id="8", signed=False)], WANT)
    assert ["7" in todo[0].words, "8" in todo[1].words] == [True, True]
