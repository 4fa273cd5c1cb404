"""The Bitbucket client against a workspace on loopback; every exchange is held against Atlassian's description."""

from __future__ import annotations

from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import pytest

from integrations.bitbucket import Bitbucket
from models.errors import NotDone, Refused, Unclear, VendorError
from models.pulls import ReviewState
from tests.integrations.bitbucket.conftest import LI, MAX, OPENED, TOUCHED, Workspace, part, pull_request, updated, user
from tests.integrations.loopback import Asked, Loopback, Reply

pytestmark = pytest.mark.anyio


async def test_every_page_of_open_pull_requests_is_read_with_its_reviewers(
    bitbucket: Bitbucket, workspace: Workspace
) -> None:
    workspace.pull_requests = [pull_request(n) for n in range(1, 6)]
    workspace.pull_requests[4] |= {"reviewers": [user(LI), user(MAX)], "participants": [part(LI, state="approved")]}
    workspace.pull_requests.append(pull_request(9, state="MERGED"))
    found = await bitbucket.open_pull_requests("pay")
    assert [pr.id for pr in found] == [f"acme/pay#{n}" for n in range(1, 6)]
    assert [(r.reviewer, r.state) for r in found[4].reviews] == [
        (LI, ReviewState.APPROVED),
        (MAX, ReviewState.WAITING),
    ]
    assert found[0].issues == ("PAY-1",)


async def test_the_wait_begins_with_the_authors_last_update_and_a_comment_does_not_shorten_it(
    bitbucket: Bitbucket, workspace: Workspace
) -> None:
    ada = workspace.pull_requests = [pull_request(1, updated_on=TOUCHED), pull_request(2, updated_on=TOUCHED)]
    author = ada[0]["author"]["account_id"]
    pushed = "2026-11-03T10:00:00+00:00"
    workspace.activity["1"] = [updated(author, OPENED), updated(author, pushed), updated(LI, TOUCHED)]
    workspace.activity["2"] = [{"comment": {"user": user(LI)}}, updated(author, OPENED)]
    first, second = await bitbucket.open_pull_requests("pay")
    assert first.waiting_since == datetime.fromisoformat(pushed)
    assert second.waiting_since == datetime.fromisoformat(OPENED)


async def test_activity_is_asked_for_once_per_change(
    bitbucket: Bitbucket, workspace: Workspace, loopback: Loopback
) -> None:
    workspace.pull_requests = [pull_request(1, updated_on=TOUCHED), pull_request(2)]
    for _ in range(3):
        await bitbucket.open_pull_requests("pay")
    assert len(loopback.calls("GET", ".*/activity")) == 1
    workspace.pull_requests[0]["updated_on"] = "2026-11-04T15:00:00+00:00"
    await bitbucket.open_pull_requests("pay")
    assert len(loopback.calls("GET", ".*/activity")) == 2


async def test_without_activity_the_rule_of_thumb_holds(
    bitbucket: Bitbucket, workspace: Workspace, loopback: Loopback
) -> None:
    loopback.on("GET", ".*/activity", Reply(403, {"type": "error", "error": {"message": "no scope"}}))
    workspace.pull_requests = [pull_request(1, updated_on=TOUCHED, participants=[part(LI, on=OPENED)])]
    assert (await bitbucket.pull_request("pay", 1)).waiting_since == datetime.fromisoformat(TOUCHED)


@pytest.mark.parametrize("path", ["activity", "statuses", "effective-default-reviewers"])
async def test_what_a_token_may_not_read_costs_only_that(
    bitbucket: Bitbucket, workspace: Workspace, loopback: Loopback, path: str
) -> None:
    loopback.on("GET", f".*/{path}", Reply(403, {"type": "error", "error": {"message": "no scope"}}))
    workspace.pull_requests = [pull_request(1, updated_on=TOUCHED), pull_request(2)]
    assert [pr.id for pr in await bitbucket.open_pull_requests("pay")] == ["acme/pay#1", "acme/pay#2"]


async def test_a_source_that_fails_in_the_middle_is_told_after_what_was_under_way(
    bitbucket: Bitbucket, workspace: Workspace, loopback: Loopback
) -> None:
    loopback.on("GET", ".*/statuses", Reply(500, {}))
    workspace.pull_requests = [pull_request(n) for n in range(1, 30)]
    with pytest.raises(Unclear, match="read builds of acme/pay#1"):
        await bitbucket.open_pull_requests("pay")
    assert len(loopback.calls("GET", ".*/statuses")) <= 4


async def test_a_long_log_is_read_to_its_end_and_an_endless_one_is_not(
    bitbucket: Bitbucket, workspace: Workspace, loopback: Loopback
) -> None:
    pages = iter([[updated(LI, TOUCHED, "b" * 12)], [updated(LI, OPENED, "a" * 12)]])

    def paged(asked: Asked) -> object:
        found = next(pages, None)
        more = {} if found and found[0]["update"]["date"] == OPENED else {"next": asked.url}
        return {"values": found or [], **more}

    loopback.on("GET", ".*/activity", paged)
    workspace.pull_requests = [pull_request(1, updated_on=TOUCHED)]
    assert (await bitbucket.pull_request("pay", 1)).pushed_at == datetime.fromisoformat(TOUCHED)
    assert len(loopback.calls("GET", ".*/activity")) == 2
    workspace.pull_requests = [pull_request(2, updated_on=TOUCHED)]
    await bitbucket.pull_request("pay", 2)
    assert len(loopback.calls("GET", ".*/activity")) == 6


async def test_what_changed_is_asked_for_by_time_and_in_every_state(
    bitbucket: Bitbucket, workspace: Workspace, loopback: Loopback
) -> None:
    workspace.pull_requests = [pull_request(1, state="MERGED"), pull_request(2, state="SUPERSEDED"), pull_request(3)]
    since = datetime.fromisoformat("2026-11-02T10:00:00+01:00")
    assert [pr.state for pr in await bitbucket.updated_since("pay", since)] == ["MERGED", "SUPERSEDED", "OPEN"]
    asked = parse_qs(urlsplit(loopback.asked[0].url).query)
    assert asked["q"] == ["updated_on >= 2026-11-02T09:00:00+00:00"]
    assert asked["state"] == ["OPEN", "MERGED", "DECLINED", "SUPERSEDED"]


async def test_what_is_over_is_asked_for_by_itself_and_costs_one_call(
    bitbucket: Bitbucket, workspace: Workspace, loopback: Loopback
) -> None:
    workspace.pull_requests = [pull_request(1, state="MERGED"), pull_request(2, state="DECLINED"), pull_request(3)]
    since = datetime.fromisoformat("2026-11-02T10:00:00+01:00")
    assert [pr.state for pr in await bitbucket.settled_since("pay", since)] == ["MERGED", "DECLINED"]
    asked = parse_qs(urlsplit(loopback.asked[0].url).query)
    assert asked["q"] == ["updated_on >= 2026-11-02T09:00:00+00:00"]
    assert asked["state"] == ["MERGED", "DECLINED", "SUPERSEDED"]
    assert len(loopback.asked) == 1


async def test_a_comment_after_the_merge_does_not_move_it(bitbucket: Bitbucket, workspace: Workspace) -> None:
    workspace.pull_requests = [pull_request(1, updated_on=OPENED)]
    assert (await bitbucket.pull_request("pay", 1)).settled_at is None
    workspace.pull_requests = [pull_request(1, state="MERGED", updated_on=TOUCHED)]
    merged = await bitbucket.pull_request("pay", 1)
    workspace.pull_requests = [pull_request(1, state="MERGED", updated_on="2026-11-09T15:00:00+00:00")]
    talked_about = await bitbucket.pull_request("pay", 1)
    assert talked_about.updated > merged.updated
    assert talked_about.settled_at == merged.settled_at == datetime.fromisoformat(TOUCHED)


async def test_a_commit_bitbucket_has_not_linked_yet_leads_nowhere(
    bitbucket: Bitbucket, loopback: Loopback, workspace: Workspace
) -> None:
    where = f"{workspace.home}/commit/abcdef1/pullrequests"
    for reply in (Reply(404, {"type": "error", "error": {"message": "not installed"}}), Reply(202, {"values": []})):
        loopback.on("GET", where, reply)
        assert await bitbucket.pull_requests_of_commit("pay", "abcdef1") == []
    loopback.on("GET", where, Reply(403, {"type": "error", "error": {"message": "no scope"}}))
    with pytest.raises(Refused):
        await bitbucket.pull_requests_of_commit("pay", "abcdef1")


@pytest.mark.parametrize("status", [401, 403])
async def test_members_and_hooks_that_may_not_be_read_are_refused_with_a_remedy(
    bitbucket: Bitbucket, loopback: Loopback, status: int
) -> None:
    for method in ("GET", "POST", "DELETE"):
        loopback.on(method, ".*", Reply(status, {"type": "error", "error": {"message": "Access denied."}}))
    asks = (
        bitbucket.members(["li@acme.example"]),
        bitbucket.hooks(),
        bitbucket.add_hook("https://pm.example", "PM", secret="s"),
        bitbucket.delete_hook("{12345678}"),
    )
    for ask in asks:
        with pytest.raises(Refused, match=r"acme: 40\d Access denied\.+ The token") as refused:
            await ask
        assert "\n" not in str(refused.value)
    assert len(loopback.asked) == len(asks)


async def test_a_hook_is_sent_once_even_when_the_answer_is_lost(bitbucket: Bitbucket, loopback: Loopback) -> None:
    loopback.on("POST", "/2.0/workspaces/acme/hooks", Reply(cut=True))
    with pytest.raises(Unclear):
        await bitbucket.add_hook("https://pm.example", "PM", secret="s")
    loopback.on("POST", "/2.0/workspaces/acme/hooks", Reply(201, {"type": "webhook_subscription"}))
    with pytest.raises(Unclear, match="not a webhook"):
        await bitbucket.add_hook("https://pm.example", "PM", secret="s")
    assert len(loopback.asked) == 2


async def test_one_pull_request_is_read_in_any_state(bitbucket: Bitbucket, workspace: Workspace) -> None:
    workspace.pull_requests = [pull_request(7, state="DECLINED", draft=True)]
    found = await bitbucket.pull_request("acme/pay", 7)
    assert (found.state, found.draft, found.updated) == ("DECLINED", True, datetime(2026, 11, 2, 9, tzinfo=UTC))


@pytest.mark.parametrize(
    "page",
    [
        "https://evil.example/2.0/repositories/acme/pay/pullrequests?page=2",
        "{base}.evil.example/2.0/x",
        "{base}/other?page=2",
        "//evil.example/2.0/",
        7,
    ],
)
async def test_a_next_page_elsewhere_is_never_followed(bitbucket: Bitbucket, loopback: Loopback, page: object) -> None:
    target = page.format(base=loopback.url) if isinstance(page, str) else page
    loopback.in_contract = False
    loopback.on("GET", ".*/pullrequests", {"values": [], "next": target})
    with pytest.raises(Refused) as refused:
        await bitbucket.open_pull_requests("pay")
    assert refused.value.code == "foreign_page"
    assert len(loopback.asked) == 1


async def test_pages_that_never_end_are_given_up(bitbucket: Bitbucket, loopback: Loopback) -> None:
    loopback.on("GET", ".*/pullrequests", lambda asked: {"values": [], "next": asked.url})
    with pytest.raises(Unclear, match="does not end"):
        await bitbucket.open_pull_requests("pay")
    assert len(loopback.asked) < 30


@pytest.mark.parametrize("prefix", ["", "/bitbucket"])
@pytest.mark.parametrize("version", ["", "/2.0", "/2.0/"])
async def test_the_address_may_have_a_path_and_may_name_the_version(
    loopback: Loopback, prefix: str, version: str
) -> None:
    Workspace(loopback, f"{prefix}/2.0").pull_requests = [pull_request(n) for n in (1, 2, 3)]
    client = Bitbucket(base_url=loopback.url + prefix + version, workspace="acme", email="a@b.example", token="t")
    assert len(await client.open_pull_requests("pay")) == 3
    await client.close()


@pytest.mark.parametrize(("email", "scheme"), [("bot@acme.example", "Basic "), ("", "Bearer ")])
async def test_an_access_token_goes_as_bearer_and_an_api_token_with_the_email(
    loopback: Loopback, workspace: Workspace, email: str, scheme: str
) -> None:
    client = Bitbucket(base_url=loopback.url, workspace="acme", email=email, token="t0ken")
    assert (await client.check("pay")).ok
    assert loopback.asked[0].headers["Authorization"].startswith(scheme)
    await client.close()


async def test_a_check_reads_a_repository_or_the_workspace(
    bitbucket: Bitbucket, workspace: Workspace, loopback: Loopback
) -> None:
    assert (await bitbucket.check()).ok
    assert (await bitbucket.check("pay")).detail.startswith("may read acme/pay")
    loopback.on("GET", ".*", Reply(401, raw=b"Unauthorized"))
    refused = await bitbucket.check()
    assert (refused.ok, "expired" in refused.detail, "BITBUCKET_TOKEN" in refused.hint) == (False, True, True)


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        (Reply(429, {}, {"Retry-After": "3"}), NotDone),
        (Reply(500, {}), Unclear),
        (Reply(200, raw=b"<html>"), Unclear),
        (Reply(200, raw=b""), Unclear),
        (Reply(cut=True), Unclear),
        (Reply(404, {"type": "error", "error": {"message": "gone"}}), Refused),
    ],
)
async def test_a_failed_read_is_told_for_what_it_is_and_not_repeated(
    bitbucket: Bitbucket, loopback: Loopback, reply: Reply, error: type[VendorError]
) -> None:
    loopback.in_contract = False
    loopback.on("GET", ".*", reply)
    with pytest.raises(error) as raised:
        await bitbucket.pull_request("pay", 1)
    assert type(raised.value) is error
    assert len(loopback.asked) == 1


@pytest.mark.parametrize("name", ["", "a/b/c", "..", "a?b", "a#b", "acme/", "x" * 200, "a b"])
async def test_a_name_that_is_no_repository_reaches_no_address(
    bitbucket: Bitbucket, loopback: Loopback, name: str
) -> None:
    with pytest.raises(Refused) as refused:
        await bitbucket.open_pull_requests(name)
    assert refused.value.code == "bad_name"
    assert loopback.asked == []
