"""The socket comes back whatever happens to it, acknowledges what was kept and nothing else, and says how it stands."""

from __future__ import annotations

import asyncio

import pytest

from integrations.slack.socket import NAME, Pace
from integrations.slack.socket.opening import proxy_for
from models.errors import Unclear
from tests.integrations.slack.socket.conftest import QUICK, Connect

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("fault", ["refresh", "hang_up", "drop", "silence"])
async def test_commands_work_again_after_every_fault_three_times_in_a_row(connect: Connect, fault: str) -> None:
    async with connect() as ours:
        for _ in range(3):
            assert await ours.command()
            left = len(ours.lost)
            getattr(ours.slack.slack_socket, fault)()
            await ours.until(lambda left=left: len(ours.lost) > left and ours.slack.slack_socket.connected > 0)
            await ours.works_again()
        assert ours.socket.standing.check().ok
    assert len(ours.lost) >= 3


async def test_a_refreshed_connection_is_read_until_the_new_one_serves(connect: Connect) -> None:
    async with connect() as ours:
        asked = ours.slack.slack_socket
        [old] = asked.lines
        asked.refresh()
        await ours.until(lambda: len(asked.lines) == 2)
        assert old in asked.lines and not old.socket.closed
        await ours.until(lambda: old not in asked.lines)
    assert ours.lost == ["refresh"]


async def test_a_silent_connection_is_closed_so_that_nothing_more_is_sent_to_it(connect: Connect) -> None:
    async with connect() as ours:
        [old] = ours.slack.slack_socket.lines
        ours.slack.slack_socket.silence()
        await ours.until(lambda: old not in ours.slack.slack_socket.lines)
        assert ours.slack.slack_socket.connected == 1
    assert ours.lost == ["silent"]


async def test_a_quiet_connection_that_answers_our_pings_is_left_alone(connect: Connect) -> None:
    async with connect() as ours:
        await asyncio.sleep(4 * QUICK.silent)
        assert ours.lost == [] and ours.socket.standing.check().ok


async def test_what_answers_pings_but_has_stopped_pinging_is_no_slack_any_more(connect: Connect) -> None:
    async with connect() as ours:
        [line] = ours.slack.slack_socket.lines
        await line.socket.ping(b"once")
        await ours.until(lambda: ours.lost == ["silent"])


async def test_what_was_not_kept_is_not_acknowledged_and_comes_again(connect: Connect) -> None:
    async with connect() as ours:
        ours.answer = None
        ours.slack.slack_out.event({"type": "app_mention", "user": "U1", "ts": "1.1"})
        await ours.until(lambda: len(ours.took) == 1)
        ours.answer = {}
        await ours.slack.slack_out.idle()
    first, second = ours.took
    assert (first.retried, second.retried) == (0, 1)
    assert first.id != second.id and first.payload == second.payload and second.reason == "http_timeout"


async def test_an_answer_travels_in_the_acknowledgement_where_slack_reads_one(connect: Connect) -> None:
    errors = {"response_action": "errors", "errors": {"b": "Too long"}}
    async with connect() as ours:
        ours.answer = errors
        said = await ours.slack.slack_out.interact({"type": "view_submission"}, "submit")
        ours.slack.slack_out.event({"type": "app_mention"})
        await ours.slack.slack_out.idle()
    assert said.json() == errors
    assert [envelope.answerable for envelope in ours.took] == [True, False]


async def test_what_was_read_before_the_end_is_finished_and_acknowledged(connect: Connect) -> None:
    async with connect() as ours:
        ours.hold = asyncio.Event()
        typed = asyncio.create_task(ours.command())
        await ours.until(lambda: len(ours.took) == 1)
        ending = asyncio.create_task(ours.socket.stop())
        await asyncio.sleep(0.05)
        assert not ending.done()
        ours.hold.set()
        await ending
        assert await typed


async def test_an_acknowledgement_goes_over_the_next_connection_when_its_own_is_gone(connect: Connect) -> None:
    async with connect() as ours:
        ours.hold = asyncio.Event()
        typed = asyncio.create_task(ours.command())
        await ours.until(lambda: len(ours.took) == 1)
        ours.slack.slack_socket.hang_up()
        await ours.until(lambda: ours.slack.slack_socket.connected == 1)
        ours.hold.set()
        assert await typed


@pytest.mark.parametrize(
    ("token", "says"),
    [("xoxb-1", "not_allowed_token_type"), ("xapp-other", "invalid_auth")],
    ids=["a bot token", "another token"],
)
async def test_a_wrong_token_is_one_line_with_its_remedy(
    connect: Connect, caplog: pytest.LogCaptureFixture, token: str, says: str
) -> None:
    async with connect(token=token, wait=False) as ours:
        await ours.until(lambda: ours.socket.standing.trouble != "")
        check = ours.socket.standing.check()
    assert not check.ok and says in check.detail
    assert "connections:write" in check.hint and "SLACK_APP_TOKEN" in check.hint
    [line] = [r.getMessage() for r in caplog.records if r.levelname == "ERROR"]
    assert says in line and check.hint in line and token not in line


async def test_a_token_without_its_scope_is_told_and_tried_again(connect: Connect) -> None:
    pace = Pace(soonest=0.005, refused=0.05, close=0.1)
    async with connect(pace=pace, wait=False) as ours:
        ours.slack.slack_socket.scoped = False
        await ours.until(lambda: "missing_scope" in ours.socket.standing.trouble or ours.lost != [])
        ours.slack.slack_socket.scoped = True
        await ours.until(lambda: ours.slack.slack_socket.connected == 1)
        await ours.until(lambda: ours.socket.standing.check().ok)


async def test_socket_mode_switched_off_is_told_and_comes_back_by_itself(connect: Connect) -> None:
    pace = Pace(soonest=0.005, refused=0.05, close=0.1)
    async with connect(pace=pace) as ours:
        ours.slack.slack_socket.disable()
        await ours.until(lambda: not ours.socket.standing.check().ok)
        check = ours.socket.standing.check()
        assert "Switch Socket Mode on" in check.hint and check.state == "failed"
        ours.slack.slack_socket.on = True
        await ours.until(lambda: ours.socket.standing.check().ok)
        await ours.works_again()


async def test_an_address_that_was_used_is_never_tried_again(connect: Connect) -> None:
    """The client of the SDK tries the same address for ever, and each is good for one connection."""
    async with connect(wait=False) as ours:
        ours.slack.faults.add(r"GET /slack/socket", times=2, status=502)
        await ours.until(lambda: ours.socket.standing.since is not None)
        assert await ours.command()


async def test_a_connection_that_falls_as_soon_as_it_stands_is_opened_ever_more_rarely(connect: Connect) -> None:
    pace = Pace(soonest=0.05, latest=10, steady=60, close=0.1)
    async with connect(pace=pace) as ours:
        for _ in range(4):
            before = len(ours.lost)
            await ours.until(lambda: ours.slack.slack_socket.connected == 1)
            ours.slack.slack_socket.drop()
            await ours.until(lambda before=before: len(ours.lost) > before)
        began = asyncio.get_running_loop().time()
        await ours.until(lambda: ours.slack.slack_socket.connected == 1)
        assert asyncio.get_running_loop().time() - began > 0.15


async def test_too_many_connections_of_one_app_are_told(connect: Connect) -> None:
    async with connect() as ours:
        door = ours.slack.slack_socket
        door.lines += door.lines * 10
        door.drop()
        await ours.until(lambda: "too_many_websockets" in ours.socket.standing.trouble)
        assert "ten connections" in ours.socket.standing.check().hint
        door.lines.clear()


async def test_how_it_stands_says_since_when_and_how_often_it_was_lost(connect: Connect) -> None:
    async with connect() as ours:
        ours.slack.slack_socket.drop()
        await ours.until(lambda: ours.lost != [])
        await ours.works_again()
        check = ours.socket.standing.check()
    assert check.name == NAME and "1 reconnects (1 closed)" in check.detail and "heard 0 s ago" in check.detail


async def test_only_an_encrypted_address_or_one_of_this_machine_is_connected_to(connect: Connect) -> None:
    async with connect() as ours:
        believed = ours.socket._opening._believed
        assert believed("wss://wss-primary.slack.com/link?ticket=1") and believed("ws://127.0.0.1:1/x")
        for address in ("ws://slack.com/link", "http://slack.com/", None, "file:///x"):
            with pytest.raises(Unclear):
                believed(address)


def test_a_proxy_is_used_for_slack_and_never_for_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.test:3128")
    monkeypatch.setenv("https_proxy", "http://proxy.test:3128")
    assert proxy_for("wss://wss-primary.slack.com/link") == "http://proxy.test:3128"
    assert proxy_for("ws://127.0.0.1:8400/slack/socket") is None
    monkeypatch.setenv("NO_PROXY", ".slack.com")
    monkeypatch.setenv("no_proxy", ".slack.com")
    assert proxy_for("wss://wss-primary.slack.com/link") is None


def test_silence_and_an_outage_of_a_few_seconds_are_over_in_less_than_ten_by_arithmetic() -> None:
    pace = Pace()
    noticed = pace.silent + pace.ping  # the look comes every ``ping``: just missed, at the worst
    lost = 3.0  # Slack's own wait for a command that went into the dead line just before
    assert noticed + lost + 1.5 < 9.5  # an address, a websocket, a hello
    assert sum(pace.wait(failures) for failures in (1, 2, 3, 4)) < 10
