"""Every way Claude Code can end, as it was measured: each leads to an answer that may be used, or to a plain reason."""

from __future__ import annotations

import asyncio
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from integrations.claude_code import ClaudeCode, Ran, process
from integrations.claude_code.cage import NAMED, STALE, Cage, servers, sweep
from integrations.claude_code.process import MOST_OUTPUT
from models.clock import SystemClock
from models.delegated import TURN
from models.errors import Silence
from models.money import Money
from models.thoughts import Usage
from tests.integrations.claude_code.program import ROOT
from tests.integrations.claude_code.stub import ANSWER, KEY, SERVED, ends_with, errand, result, stub

pytestmark = pytest.mark.anyio

API = {"is_error": True, "terminal_reason": "api_error", "structured_output": None, "subtype": "success"}

SHAPELESS = {"is_error": True, "subtype": "error_max_structured_output_retries", "structured_output": None}

ABORTED = {"is_error": True, "subtype": "error_during_execution", "terminal_reason": "aborted_streaming"}


def api(status: int | None, words: str = "", **how: Any) -> str:
    """It calls itself a success when the API refuses; what it says then, as it was measured."""
    words = words or f"API Error: {status} It cannot be taken."
    return ends_with(result(**API | how, api_error_status=status, result=words), 1)


LOST = "API Error: Connection to the API was lost (ECONNRESET). This is usually temporary"
NO_CONNECTION = "API Error: Connection refused — a firewall or proxy may be blocking it (ECONNREFUSED)"
TOO_LONG = "API Error: Claude's response exceeded the 3000 output token maximum. To configure this behavior, set"


def without_answer() -> dict[str, Any]:
    return {name: value for name, value in result().items() if name != "structured_output"}


GOOD = ends_with(result())

ROWS: tuple[tuple[str, str, Silence | None, str], ...] = (
    ("ok", ends_with(result()), None, ""),
    ("it never complied with the schema", ends_with(without_answer()), Silence.GARBAGE, "no answer in the shape"),
    ("another shape", ends_with(result(structured_output={"title": 3, "ids": []})), Silence.GARBAGE, "in the shape"),
    ("more than asked", ends_with(result(structured_output=ANSWER | {"x": 1})), Silence.GARBAGE, "in the shape"),
    ("a dead or mute server of facts", ends_with(result(), served=False), Silence.REJECTED, "did not start"),
    (
        "a denied tool",
        ends_with(result(permission_denials=[{"tool_name": "Bash", "tool_input": {"command": "id"}}])),
        Silence.GARBAGE,
        "may not (Bash)",
    ),
    ("400", api(400), Silence.REJECTED, "refused the call (400). Update"),
    ("401", api(401), Silence.REJECTED, "refused the call (401). Set ANTHROPIC_API_KEY"),
    ("429", api(429, "API Error: Request rejected (429)"), Silence.AWAY, "overloaded (429). Ask again later"),
    ("529", api(529), Silence.AWAY, "overloaded (529)"),
    ("no key", api(None, "Not logged in · Please run /login"), Silence.REJECTED, "no key to ask Claude with. Set"),
    ("a refused connection", api(None, NO_CONNECTION), Silence.AWAY, "could not be reached"),
    ("a connection lost", api(None, LOST), Silence.AWAY, "could not be reached"),
    ("an answer that is too long", api(None, TOO_LONG), Silence.CUT, "longer than it may be"),
    ("a refusal", api(None, "safeguards", stop_reason="refusal"), Silence.REFUSED, "declined"),
    ("max turns", ends_with(result(is_error=True, subtype="error_max_turns"), 1), Silence.CUT, "within 12 steps"),
    ("budget", ends_with(result(is_error=True, subtype="error_max_budget_usd"), 1), Silence.CUT, "for $0.20"),
    ("another failure", ends_with(result(is_error=True, subtype="error_x"), 1), Silence.GARBAGE, "broke off: error_x"),
    ("a refusal that is no error", ends_with(result(stop_reason="refusal")), Silence.REFUSED, "declined"),
    ("no shape after five tries", ends_with(result(**SHAPELESS), 1), Silence.GARBAGE, "error_max_structured_output"),
    ("a bad flag", "print('unknown option --x', file=sys.stderr)\nsys.exit(1)", Silence.REJECTED, "unknown option --x"),
    ("SIGTERM", "sys.exit(143)", Silence.CUT, "from outside (exit code 143)"),
    ("SIGINT", "sys.exit(0)", Silence.CUT, "from outside (exit code 0)"),
    ("SIGINT with a question open", ends_with(result(**ABORTED)), Silence.CUT, "from outside (exit code 0)"),
    ("killed", "os.kill(os.getpid(), signal.SIGKILL)", Silence.CUT, "exit code -9"),
    ("not JSON", ends_with('{"type": "res'), Silence.GARBAGE, "cannot be read"),
    ("no result", ends_with({"type": "assistant"}), Silence.GARBAGE, "cannot be read"),
    ("endless talk", f"while True:\n    print('x' * {MOST_OUTPUT // 4})", Silence.GARBAGE, "more than 2 MB"),
)


@pytest.mark.parametrize(("body", "why", "words"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS])
async def test_each_ending_is_told_with_whose_move_it_is(
    tmp_path: Path, body: str, why: Silence | None, words: str
) -> None:
    ran = await stub(tmp_path, body).work(errand())
    assert (ran.trouble.why if ran.trouble else None, ran.answer) == (why, None if why else ANSWER)
    assert words in str(ran.trouble or "")


async def test_its_own_count_of_tokens_and_money_is_taken_over_also_where_it_failed(tmp_path: Path) -> None:
    ran = await stub(tmp_path, ends_with(result(is_error=True, subtype="error_max_turns"), 1)).work(errand())
    assert ran.cost == Money.usd("0.0123") and ran.usage == Usage(read=10, written=20, cached=5, kept=7)
    assert (ran.model, ran.session, ran.turns) == ("claude-sonnet-5-5", "s-1", 3)


@pytest.mark.parametrize(
    ("body", "charged"),
    [
        ("sys.exit(143)", True),
        (ends_with(result(**ABORTED)), True),
        (api(None, LOST), True),
        (api(None, "Request timed out."), True),
        (api(529, "API Error: Overloaded"), True),  # in the middle of an answer
        ("sys.exit(1)", False),
    ],
)
async def test_what_may_have_asked_claude_and_cannot_tell_its_cost_counts_as_charged(
    tmp_path: Path, body: str, charged: bool
) -> None:
    ran = await stub(tmp_path, body).work(errand())
    assert ran.cost is None and ran.trouble is not None and ran.trouble.charged is charged


@pytest.mark.parametrize("body", [api(529), api(429, "API Error: Request rejected (429)"), api(None, NO_CONNECTION)])
async def test_what_was_refused_at_once_costs_what_was_counted_before(tmp_path: Path, body: str) -> None:
    ran = await stub(tmp_path, body).work(errand())
    assert ran.cost == Money.usd("0.0123") and ran.trouble is not None and not ran.trouble.charged


# --- the cage ---------------------------------------------------------------------------------------------------

SHOWS = f"""
{SERVED}
env, argv = dict(os.environ), sys.argv[1:]
files = sorted(path.name for path in pathlib.Path.cwd().iterdir())
servers = json.loads(pathlib.Path(argv[argv.index("--mcp-config") + 1]).read_text())
seen = dict(env=env, argv=argv, asked=asked, cwd=os.getcwd(), files=files, servers=servers)
seen["leader"] = os.getsid(0) == os.getpid() == os.getpgid(0)
say({result()!r} | {{"structured_output": {{"seen": seen}}}})
"""
OPEN: dict[str, Any] = {"type": "object"}


async def seen_inside(tmp_path: Path) -> dict[str, Any]:
    ran = await stub(tmp_path, SHOWS).work(errand(schema=OPEN))
    assert ran.answer is not None, ran.trouble
    return dict(ran.answer["seen"])


async def test_nothing_of_ours_is_in_its_environment_but_the_key(tmp_path: Path) -> None:
    os.environ["PM_TEST_SECRET"] = "xoxb-of-the-bot"  # noqa: TID251 - what must not get through
    try:
        seen = await seen_inside(tmp_path)
    finally:
        del os.environ["PM_TEST_SECRET"]  # noqa: TID251
    named = {"HOME", "CLAUDE_CONFIG_DIR", "TMPDIR", "PATH", "LANG", "ANTHROPIC_API_KEY", "ANTHROPIC_BASE_URL"}
    named |= {"DISABLE_TELEMETRY", "DISABLE_ERROR_REPORTING", "DISABLE_AUTOUPDATER", "API_TIMEOUT_MS", "MCP_TIMEOUT"}
    named |= {"CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC", "CLAUDE_CODE_MAX_RETRIES", "MCP_TOOL_TIMEOUT"}
    named |= {"CLAUDE_CODE_MAX_OUTPUT_TOKENS", "CLAUDE_CODE_DISABLE_NONSTREAMING_FALLBACK"}
    assert seen["env"].keys() - {"LC_CTYPE"} == named
    assert seen["env"]["ANTHROPIC_API_KEY"] == KEY and "xoxb-of-the-bot" not in str(seen)


async def test_one_question_to_claude_is_one_bill_and_no_answer_is_longer_than_its_bound(tmp_path: Path) -> None:
    env = (await seen_inside(tmp_path))["env"]
    assert (env["CLAUDE_CODE_MAX_RETRIES"], env["CLAUDE_CODE_DISABLE_NONSTREAMING_FALLBACK"]) == ("0", "1")
    assert env["CLAUDE_CODE_MAX_OUTPUT_TOKENS"] == f"{TURN}"


async def test_its_folders_are_its_own_and_it_runs_in_an_empty_one_and_they_are_gone_afterwards(tmp_path: Path) -> None:
    seen = await seen_inside(tmp_path)
    root = Path(seen["cwd"]).parent
    assert seen["files"] == [] and not root.exists()
    assert {Path(seen["env"][name]).parent for name in ("HOME", "CLAUDE_CONFIG_DIR", "TMPDIR")} == {root}


async def test_its_arguments_leave_it_no_tool_but_three_of_ours(tmp_path: Path) -> None:
    seen = await seen_inside(tmp_path)
    argv = seen["argv"]
    given = {name: argv[place + 1] for place, name in enumerate(argv[:-1]) if name.startswith("--")}
    assert argv[:3] == ["-p", "--restricted", "--strict-mcp-config"] and "--no-session-persistence" in argv
    assert given["--setting-sources"] == "" and given["--tools"] == ""
    ours = "mcp__facts__overview,mcp__facts__facts_about,mcp__facts__search"
    assert given["--allowedTools"] == ours
    assert (given["--permission-mode"], given["--permission-prompts"]) == ("dontAsk", "none")
    assert (given["--max-turns"], given["--max-budget-usd"], given["--output-format"]) == ("12", "0.2000", "json")
    assert (given["--model"], given["--effort"]) == ("claude-sonnet-5-5", "low")
    assert given["--system-prompt"] == "You look into things." and given["--json-schema"] == '{"type": "object"}'
    assert seen["asked"] == "Why does PAY-7 wait?" and seen["asked"] not in argv
    assert list(seen["servers"]["mcpServers"]) == ["facts"] and KEY not in str(seen["servers"])


async def test_it_leads_a_session_of_its_own(tmp_path: Path) -> None:
    assert (await seen_inside(tmp_path))["leader"]


# --- its end ----------------------------------------------------------------------------------------------------

BUSY = """
code = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(60)"
own = subprocess.Popen([sys.executable, "-IS", "-c", code])
other = subprocess.Popen([sys.executable, "-IS", "-c", code], process_group=0)
pathlib.Path(PIDS).write_text(f"{own.pid} {other.pid} {os.getpid()}")
signal.signal(signal.SIGTERM, signal.SIG_IGN)
time.sleep(60)
"""


DEAF = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(60)"
"""What hears no word to end."""


def gone(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True


async def all_gone(pids: str) -> bool:
    """Whether they end, at once but for what the kernel needs to end them on a busy machine."""
    async with asyncio.timeout(2):
        while not all(gone(int(pid)) for pid in pids.split()):
            await asyncio.sleep(0.01)
    return True


async def test_at_its_deadline_everything_it_started_is_ended_however_deaf(tmp_path: Path) -> None:
    pids = tmp_path / "pids"
    program = stub(tmp_path, f"PIDS = {str(pids)!r}\n{BUSY}")
    ran = await program.work(errand(patience=0.5))
    assert ran.trouble is not None and ran.trouble.why is Silence.AWAY and ran.trouble.charged
    assert "was not done within" in str(ran.trouble) and ran.seconds < 5
    assert await all_gone(pids.read_text())


async def test_what_it_leaves_behind_when_it_has_answered_is_ended_too(tmp_path: Path) -> None:
    pid = tmp_path / "pid"
    child = f"subprocess.Popen([sys.executable, '-IS', '-c', {DEAF!r}], stdout=2)"
    ran = await stub(tmp_path, f"pathlib.Path({str(pid)!r}).write_text(str({child}.pid))\n{GOOD}").work(errand())
    assert ran.answer == ANSWER and await all_gone(pid.read_text())


async def test_a_number_that_was_given_back_is_no_longer_its_own() -> None:
    """By then it may be another's: here that of a group which has nothing to do with the program."""
    other = subprocess.Popen([sys.executable, "-IS", "-c", "import time; time.sleep(60)"], start_new_session=True)

    class Over:
        pid, returncode = other.pid, 0

        def wait(self) -> int:
            return 0

    await process._end(Over(), 0.1)  # type: ignore[arg-type]
    assert other.poll() is None
    other.kill()
    other.wait()


WORKER = """
import asyncio, sys
from pathlib import Path
from tests.integrations.claude_code.stub import errand, stub
asyncio.run(stub(Path(sys.argv[1]), sys.argv[2]).work(errand()))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends a process with its parent")
async def test_it_dies_with_its_worker_and_the_next_one_removes_what_is_left(tmp_path: Path) -> None:
    pid, room = tmp_path / "pid", tmp_path / "room"
    room.mkdir()
    body = f"pathlib.Path({str(pid)!r}).write_text(f'{{os.getpid()}} {{os.getcwd()}}')\n{DEAF}"
    command = [sys.executable, "-c", WORKER, str(tmp_path), body]
    worker = subprocess.Popen(command, cwd=ROOT, env={"TMPDIR": str(room)})
    try:
        while not pid.exists() or not pid.read_text():
            assert worker.poll() is None
            await asyncio.sleep(0.02)
    finally:
        worker.kill()
        worker.wait()
    number, folder = pid.read_text().split()
    root, now = Path(folder).parent, SystemClock().real().timestamp()
    async with asyncio.timeout(10):
        while not gone(int(number)):
            await asyncio.sleep(0.02)
    assert root.parent == room and sweep(now, str(room)) == 0, "a run of another worker may be in it"
    (room / f"{NAMED}file").touch()
    (room / "folder-of-another").mkdir()
    assert sweep(now + STALE + 60, str(room)) == 1
    assert {left.name for left in room.iterdir()} == {f"{NAMED}file", "folder-of-another"}


async def test_who_stops_the_work_ends_the_program_too(tmp_path: Path) -> None:
    pids = tmp_path / "pids"
    quick = BUSY.replace("signal.signal(signal.SIGTERM, signal.SIG_IGN)\ntime", "time")
    work = asyncio.create_task(stub(tmp_path, f"PIDS = {str(pids)!r}\n{quick}").work(errand()))
    while not pids.exists():
        await asyncio.sleep(0.02)
    work.cancel()
    with pytest.raises(asyncio.CancelledError):
        await work
    assert await all_gone(pids.read_text())


async def test_nothing_of_it_goes_on_when_its_worker_ends_before_its_grace_is_over(tmp_path: Path) -> None:
    pids = tmp_path / "pids"

    async def shift() -> None:
        work = asyncio.create_task(stub(tmp_path, f"PIDS = {str(pids)!r}\n{BUSY}").work(errand()))
        while not pids.exists():
            await asyncio.sleep(0.02)
        work.cancel()
        await asyncio.sleep(0)  # the loop ends here, and with it whoever waits for the program to end by itself

    await asyncio.to_thread(asyncio.run, shift())
    assert await all_gone(pids.read_text())


async def test_an_answer_of_a_program_that_says_it_failed_is_not_used(tmp_path: Path) -> None:
    ran = await stub(tmp_path, ends_with(result(), code=3)).work(errand())
    assert ran.answer is None and ran.trouble is not None


def test_our_server_of_facts_is_not_handed_the_key_to_the_model(tmp_path: Path) -> None:
    [server] = servers(Cage(tmp_path))["mcpServers"].values()
    assert server["env"] == {"ANTHROPIC_API_KEY": "", "ANTHROPIC_BASE_URL": ""}


async def test_who_follows_hears_what_was_read_and_cannot_hold_it_up(tmp_path: Path) -> None:
    heard = list[tuple[str, str]]()

    async def told(tool: str, about: str) -> None:
        heard.append((tool, about))
        raise RuntimeError("Slack is away")

    line = 'pathlib.Path("../looked.jsonl").write_text(\'["overview", ""]\\n["facts_about", "PAY-7"]\\n["half\')'
    ran = await stub(tmp_path, f"{line}\ntime.sleep(0.8)\nsay({result()!r})").work(errand(), told)
    assert ran.answer == ANSWER and heard == [("overview", ""), ("facts_about", "PAY-7")]


# --- whether it will do -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("version", "ok", "words"),
    [
        ("2.1.330 (Claude Code)", True, "2.1.330 is installed"),
        ("2.2.0 (Claude Code)", True, "2.2.0 is installed"),
        ("2.1.197 (Claude Code)", False, "2.1.197 is older than 2.1.330"),
        ("usage: claude", False, "names no version"),
    ],
)
async def test_a_version_whose_cage_was_not_measured_is_not_used(
    tmp_path: Path, version: str, ok: bool, words: str
) -> None:
    program = stub(tmp_path, ends_with(result()), version=version)
    check = await program.check()
    assert check.ok is ok and words in check.detail and ("npm install" in check.hint) is not ok
    ran: Ran = await program.work(errand())
    assert (ran.answer is not None) is ok and ran.cost == (Money.usd("0.0123") if ok else None)


async def test_where_there_is_no_program_it_is_said_with_the_remedy_before_anybody_looks(tmp_path: Path) -> None:
    program = ClaudeCode(str(tmp_path / "nothing"), KEY, "", SystemClock())
    assert "there is no program" in program.why_not and "npm install" in program.why_not
    check = await program.check()
    assert not check.ok and check.detail.startswith("CLAUDE_CODE_BIN: there is no program")


@pytest.mark.parametrize(
    ("body", "words"),
    [("\x7fELF no program", "Exec format error"), ("#!/usr/bin/env no-such-node\n", "no-such-node")],
)
async def test_one_that_cannot_be_started_is_told_before_a_task_and_costs_nothing(
    tmp_path: Path, body: str, words: str
) -> None:
    (tmp_path / "claude").write_text(body)
    (tmp_path / "claude").chmod(0o755)
    program = ClaudeCode(str(tmp_path / "claude"), KEY, "", SystemClock())
    assert program.why_not == ""
    await program.get_ready()
    assert "could not be started (" in program.why_not and words in program.why_not
    ran = await program.work(errand())
    assert ran.trouble is not None and "could not be started" in str(ran.trouble) and not ran.trouble.charged


async def test_it_is_looked_for_once_by_our_path_and_what_it_runs_on_lies_beside_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As nvm installs it: the program and its node in a folder that only the bot's own PATH names."""
    stub(tmp_path, ends_with(result(structured_output={"title": "PATH", "ids": []})))
    script = (tmp_path / "claude").read_text()
    (tmp_path / "claude").write_text(script.replace(f"#!{sys.executable} -IS", "#!/usr/bin/env nodelike", 1))
    (tmp_path / "nodelike").symlink_to(sys.executable)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    program = ClaudeCode("claude", KEY, "", SystemClock())
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    assert (await program.check()).ok and (await program.work(errand())).answer == {"title": "PATH", "ids": []}


def test_every_row_of_the_documented_table_is_shown_by_tests_that_exist() -> None:
    page = ROOT / "docs" / "claude-code.md"
    text = page.read_text(encoding="utf-8")
    named = re.findall(r'^\[(\d+)\]: (\S+) "([^"]+)"$', text, re.MULTILINE)
    for _, path, claim in named:
        assert f"def test_{claim.replace(' ', '_')}(" in (page.parent / path).read_text(encoding="utf-8"), claim
    table = text.partition("| what happens |")[2].partition("\n\n")[0].splitlines()[2:]
    assert len(table) >= 15 and all(re.search(r"\]\[\d+\]", row) for row in table)
    assert {number for row in table for number in re.findall(r"\]\[(\d+)\]", row)} == {n for n, *_ in named}
