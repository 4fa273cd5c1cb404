"""Every way a call to Claude can fail ends as one ``NotThought`` that says who must act, within its deadline."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
import time

import pytest

from integrations.claude import Claude
from integrations.simulator.claude.brains import Scripted
from models.clock import SystemClock
from models.errors import NotThought, Silence
from models.thoughts import Turn
from tests.integrations.claude.loopback import HAIKU, KEY, SONNET, Loopback, prompt, serving

pytestmark = pytest.mark.anyio


async def failure(loopback: Loopback, **how: object) -> NotThought:
    with pytest.raises(NotThought) as silent:
        await loopback.claude.ask(prompt(**how), HAIKU)  # type: ignore[arg-type]
    return silent.value


@pytest.mark.parametrize(
    ("mode", "why", "charged", "remedy"),
    [
        ("bad_request", Silence.REJECTED, False, "400, invalid_request_error"),
        ("bad_key", Silence.REJECTED, False, "Set ANTHROPIC_API_KEY"),
        ("no_credit", Silence.REJECTED, False, "Add some under Billing"),
        ("unpaid", Silence.REJECTED, False, "Add some under Billing"),
        ("forbidden", Silence.REJECTED, False, "Allow the model for the key's workspace"),
        ("not_found", Silence.REJECTED, False, "ANTHROPIC_BASE_URL"),
        ("too_large", Silence.REJECTED, False, "Shorten directives.yaml"),
        ("elsewhere", Silence.REJECTED, False, "Correct ANTHROPIC_BASE_URL"),
        ("rate_limit", Silence.AWAY, False, "too many calls"),
        ("broken", Silence.AWAY, False, "500, api_error"),
        ("overloaded", Silence.AWAY, False, "overloaded (529"),
        ("html", Silence.AWAY, False, "502"),
        ("garbage", Silence.GARBAGE, True, "not JSON"),
        ("page", Silence.GARBAGE, True, "a page of a proxy"),
        ("list", Silence.GARBAGE, True, "it is no message"),
        ("no_usage", Silence.GARBAGE, True, "what was used"),
        ("no_counts", Silence.GARBAGE, True, "what was used"),
        ("absurd_usage", Silence.GARBAGE, True, "more than it was sent"),
        ("absurd_length", Silence.GARBAGE, True, "more than it was asked for"),
        ("huge", Silence.GARBAGE, True, "more than 128 KB"),
        ("packed", Silence.GARBAGE, True, "packed"),
        ("cut", Silence.CUT, True, "broke in the middle"),
    ],
)
async def test_each_trouble_says_who_must_act_and_whether_it_may_cost(
    loopback: Loopback, mode: str, why: Silence, charged: bool, remedy: str
) -> None:
    loopback.api.modes.add(mode, 5)
    silent = await failure(loopback)
    assert (silent.why, silent.charged) == (why, charged)
    assert remedy in str(silent), str(silent)


class Endless(asyncio.Protocol):
    """A server that says an error and never ends it."""

    sent = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.WriteTransport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        if not Endless.sent:
            self.transport.write(b"HTTP/1.1 500 Oh\r\nContent-Type: application/json\r\n\r\n")
        for _ in range(64):
            Endless.sent += 2**16
            self.transport.write(b" " * 2**16)


async def test_an_error_without_an_end_is_not_read_to_its_end() -> None:
    server = await asyncio.get_running_loop().create_server(Endless, "127.0.0.1", 0)
    claude = Claude(KEY, f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", SystemClock(), pause=0.01)
    with pytest.raises(NotThought, match="more than 128 KB"):
        await claude.ask(prompt(), HAIKU)
    await claude.close()
    server.close()
    assert Endless.sent > 2**20


async def test_silence_ends_at_our_own_deadline_and_may_cost(loopback: Loopback) -> None:
    loopback.api.modes.add("silent")
    began = time.perf_counter()
    silent = await failure(loopback, patience=0.3)
    assert time.perf_counter() - began < 2
    assert (silent.why, silent.charged) == (Silence.AWAY, True) and "within 0.3 s" in str(silent)


async def test_a_wait_of_hours_is_told_and_not_waited(loopback: Loopback) -> None:
    loopback.api.modes.add("rate_limit", 9, retry_after=7_200)
    began = time.perf_counter()
    silent = await failure(loopback)
    assert time.perf_counter() - began < 2
    assert silent.retry_after == 7_200 and len(loopback.api.journal.seen) == 1


async def test_a_short_trouble_is_tried_once_more_and_no_more(loopback: Loopback) -> None:
    loopback.api.brain = Scripted("It waits.")
    loopback.api.modes.add("overloaded")
    assert (await loopback.claude.ask(prompt(), HAIKU)).text == "It waits."
    loopback.api.modes.add("overloaded", 9)
    await failure(loopback)
    assert [seen.status for seen in loopback.api.journal.seen] == [529, 200, 529, 529]


@pytest.mark.parametrize("mode", ["cut", "garbage", "bad_key", "no_credit"])
async def test_what_may_have_cost_or_will_not_change_is_not_tried_again(loopback: Loopback, mode: str) -> None:
    loopback.api.modes.add(mode, 9)
    await failure(loopback)
    assert len(loopback.api.journal.seen) == 1


async def test_after_failures_in_a_row_nobody_is_kept_waiting_for_a_while(loopback: Loopback) -> None:
    loopback.api.modes.add("overloaded", 99)
    for _ in range(3):
        await failure(loopback)
    asked = len(loopback.api.journal.seen)
    silent = await failure(loopback)
    assert silent.why is Silence.AWAY and not silent.charged and silent.retry_after
    assert len(loopback.api.journal.seen) == asked


async def test_a_refused_connection_costs_nothing_and_names_the_address() -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        claude = Claude(KEY, f"http://127.0.0.1:{nobody.getsockname()[1]}", SystemClock(), pause=0.01)
        with pytest.raises(NotThought, match="ANTHROPIC_BASE_URL") as silent:
            await claude.ask(prompt(), HAIKU)
        await claude.close()
    assert (silent.value.why, silent.value.charged) == (Silence.AWAY, False)


async def test_a_connection_that_never_opens_is_given_up_early_and_surely_cost_nothing() -> None:
    with socket.socket() as deaf, contextlib.ExitStack() as waiting:
        deaf.bind(("127.0.0.1", 0))
        deaf.listen(0)
        for _ in range(2):  # the queue is full now: whoever else comes is left standing
            other = waiting.enter_context(socket.socket())
            other.setblocking(False)
            other.connect_ex(deaf.getsockname())
        claude = Claude(KEY, f"http://127.0.0.1:{deaf.getsockname()[1]}", SystemClock(), pause=0.01)
        with pytest.raises(NotThought, match="ANTHROPIC_BASE_URL") as silent:
            await claude.ask(prompt(patience=0.9), HAIKU)
        await claude.close()
    assert not silent.value.charged


async def test_a_wrong_key_is_told_without_the_key(loopback: Loopback) -> None:
    claude = Claude("sk-ant-wrong-9999", loopback.url, SystemClock())
    with pytest.raises(NotThought) as silent:
        await claude.ask(prompt(), HAIKU)
    await claude.close()
    assert "ANTHROPIC_API_KEY" in str(silent.value) and "9999" not in str(silent.value)


async def test_a_call_that_is_given_up_from_outside_leaves_the_next_one_free(loopback: Loopback) -> None:
    silent = loopback.api.modes.add("silent")
    task = asyncio.create_task(loopback.claude.ask(prompt(), HAIKU))
    while silent.times:  # until the vendor has it: else the silence would fall on the next call
        await asyncio.sleep(0.02)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert (await loopback.claude.ask(prompt(), HAIKU)).usage.read > 0


class Later(SystemClock):
    """Time that passes when told."""

    passed = 0.0

    def monotonic(self) -> float:
        return super().monotonic() + self.passed


async def test_a_first_call_after_a_pause_that_is_given_up_lets_another_one_try() -> None:
    clock = Later()
    async with serving(clock=clock) as loopback:
        loopback.api.modes.add("overloaded", 6)
        for _ in range(3):
            await failure(loopback)
        clock.passed = 60
        loopback.api.modes.add("silent")
        task = asyncio.create_task(loopback.claude.ask(prompt(), HAIKU))
        await asyncio.sleep(0.2)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        assert (await loopback.claude.ask(prompt(), HAIKU)).usage.read > 0


async def test_variables_of_the_machine_lead_no_call_elsewhere(
    loopback: Loopback, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "ANTHROPIC_BASE_URL"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.setenv("ANTHROPIC_AUTH_TOKEN", "somebody-elses")
    assert (await loopback.claude.ask(prompt(), HAIKU)).usage.read > 0


# --- nothing that was asked is told anywhere ---------------------------------------------------------------------

SECRET = "the salary of Ada Lovelace is a canary 4711 that nobody may read"


@pytest.mark.parametrize(
    "mode", ["", "bad_request", "overloaded", "garbage", "cut", "html", "silent", "refusal", "strange_stop"]
)
async def test_no_word_of_a_prompt_or_a_reply_reaches_the_logs(
    loopback: Loopback, caplog: pytest.LogCaptureFixture, mode: str
) -> None:
    caplog.set_level(logging.DEBUG)
    loopback.api.brain = Scripted(f"I repeat: {SECRET}")
    if mode:
        loopback.api.modes.add(mode, 2)
    try:
        await loopback.claude.ask(prompt(SECRET, fixed=SECRET, patience=0.5), SONNET)
    except NotThought as silent:
        assert "canary" not in str(silent) and (silent.__context__ is None or silent.__suppress_context__)
    assert "canary" not in caplog.text and KEY not in caplog.text
    assert not any("canary" in str(vars(record)) for record in caplog.records)


async def test_the_vendors_words_are_left_out_where_they_quote_what_was_asked(loopback: Loopback) -> None:
    quoting = prompt(turns=(Turn(ours=True, text=SECRET), Turn(ours=False, text="x")))
    loopback.api.modes.add("bad_request")
    loopback.api.modes.due[0].words = f"messages.0 is wrong: {SECRET[:30]}"
    with pytest.raises(NotThought) as silent:
        await loopback.claude.ask(quoting, HAIKU)
    assert "salary" not in str(silent.value) and "invalid_request_error" in str(silent.value)
