"""Every way Claude Code can end, as it was measured: each leads to an answer that may be used, or to a plain reason."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import Any

import pytest

from integrations.claude_code import ClaudeCode, Ran
from integrations.claude_code.process import MOST_OUTPUT
from models.clock import SystemClock
from models.errors import Silence
from models.money import Money
from models.thoughts import Usage
from tests.integrations.claude_code.stub import ANSWER, KEY, SERVED, ends_with, errand, result, stub

pytestmark = pytest.mark.anyio

API = {"is_error": True, "terminal_reason": "api_error", "structured_output": None}

ABORTED = {"is_error": True, "subtype": "error_during_execution", "terminal_reason": "aborted_streaming"}


def api(status: int | None) -> dict[str, Any]:
    """It calls itself a success when the API refuses."""
    return result(**API, subtype="success", api_error_status=status)


def without_answer() -> dict[str, Any]:
    return {name: value for name, value in result().items() if name != "structured_output"}


ROWS: tuple[tuple[str, str, Silence | None, str], ...] = (
    ("ok", ends_with(result()), None, ""),
    ("it never complied with the schema", ends_with(without_answer()), Silence.GARBAGE, "no answer in the shape"),
    ("another shape", ends_with(result(structured_output={"title": 3, "ids": []})), Silence.GARBAGE, "in the shape"),
    ("more than asked", ends_with(result(structured_output=ANSWER | {"x": 1})), Silence.GARBAGE, "in the shape"),
    ("a dead server of facts", ends_with(result(), served=False), Silence.REJECTED, "did not start"),
    (
        "a denied tool",
        ends_with(result(permission_denials=[{"tool_name": "Bash", "tool_input": {"command": "id"}}])),
        Silence.GARBAGE,
        "may not (Bash)",
    ),
    ("400", ends_with(api(400), 1), Silence.REJECTED, "refused the call (400). Update"),
    ("401", ends_with(api(401), 1), Silence.REJECTED, "refused the call (401). Set ANTHROPIC_API_KEY"),
    ("429", ends_with(api(429), 1), Silence.AWAY, "overloaded (429). Ask again later"),
    ("529", ends_with(api(529), 1), Silence.AWAY, "overloaded (529)"),
    ("a refused connection", ends_with(api(None), 1), Silence.AWAY, "could not be reached"),
    ("max turns", ends_with(result(is_error=True, subtype="error_max_turns"), 1), Silence.CUT, "within 12 steps"),
    ("budget", ends_with(result(is_error=True, subtype="error_max_budget_usd"), 1), Silence.CUT, "for $0.20"),
    ("another failure", ends_with(result(is_error=True, subtype="error_x"), 1), Silence.GARBAGE, "broke off: error_x"),
    ("a refusal", ends_with(result(stop_reason="refusal")), Silence.REFUSED, "declined"),
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


@pytest.mark.parametrize(("cost", "known"), [("much", None), (-1, None), (True, None), (0, Money())])
async def test_a_cost_that_is_no_amount_is_unknown(tmp_path: Path, cost: object, known: Money | None) -> None:
    assert (await stub(tmp_path, ends_with(result(total_cost_usd=cost))).work(errand())).cost == known


@pytest.mark.parametrize(
    ("body", "charged"), [("sys.exit(143)", True), (ends_with(result(**ABORTED)), True), ("sys.exit(1)", False)]
)
async def test_only_what_may_have_asked_claude_counts_as_charged(tmp_path: Path, body: str, charged: bool) -> None:
    ran = await stub(tmp_path, body).work(errand())
    assert ran.cost is None and ran.trouble is not None and ran.trouble.charged is charged


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
    named |= {"CLAUDE_CODE_MAX_OUTPUT_TOKENS"}
    assert seen["env"].keys() - {"LC_CTYPE"} == named
    assert seen["env"]["ANTHROPIC_API_KEY"] == KEY and "xoxb-of-the-bot" not in str(seen)


async def test_its_folders_are_its_own_hold_the_facts_alone_and_are_gone_afterwards(tmp_path: Path) -> None:
    seen = await seen_inside(tmp_path)
    root = Path(seen["cwd"]).parent
    assert seen["files"] == ["facts.json"] and not root.exists()
    assert {Path(seen["env"][name]).parent for name in ("HOME", "CLAUDE_CONFIG_DIR", "TMPDIR")} == {root}


async def test_its_arguments_leave_it_three_tools_of_its_own_and_three_of_ours(tmp_path: Path) -> None:
    seen = await seen_inside(tmp_path)
    argv = seen["argv"]
    given = {name: argv[place + 1] for place, name in enumerate(argv[:-1]) if name.startswith("--")}
    assert argv[:3] == ["-p", "--restricted", "--strict-mcp-config"] and "--no-session-persistence" in argv
    assert given["--setting-sources"] == "" and given["--tools"] == "Read,Grep,Glob"
    ours = "mcp__facts__overview,mcp__facts__facts_about,mcp__facts__search"
    assert given["--allowedTools"] == f"Read,Grep,Glob,{ours}"
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


def gone(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True


async def test_at_its_deadline_everything_it_started_is_ended_however_deaf(tmp_path: Path) -> None:
    pids = tmp_path / "pids"
    program = stub(tmp_path, f"PIDS = {str(pids)!r}\n{BUSY}")
    ran = await program.work(errand(patience=0.5))
    assert ran.trouble is not None and ran.trouble.why is Silence.AWAY and ran.trouble.charged
    assert "was not done within" in str(ran.trouble) and ran.seconds < 5
    assert all(gone(int(pid)) for pid in pids.read_text().split())


async def test_who_stops_the_work_ends_the_program_too(tmp_path: Path) -> None:
    pids = tmp_path / "pids"
    quick = BUSY.replace("signal.signal(signal.SIGTERM, signal.SIG_IGN)\ntime", "time")
    work = asyncio.create_task(stub(tmp_path, f"PIDS = {str(pids)!r}\n{quick}").work(errand()))
    while not pids.exists():
        await asyncio.sleep(0.02)
    work.cancel()
    with pytest.raises(asyncio.CancelledError):
        await work
    assert all(gone(int(pid)) for pid in pids.read_text().split())


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


async def test_where_there_is_no_program_it_is_said_with_the_remedy(tmp_path: Path) -> None:
    program = ClaudeCode(str(tmp_path / "nothing"), KEY, "", SystemClock())
    check = await program.check()
    assert not program.is_there and not check.ok and check.detail.startswith("CLAUDE_CODE_BIN: there is no program")


async def test_one_that_cannot_be_started_is_told_and_costs_nothing(tmp_path: Path) -> None:
    (tmp_path / "claude").write_text("\x7fELF no program")
    (tmp_path / "claude").chmod(0o755)
    ran = await ClaudeCode(str(tmp_path / "claude"), KEY, "", SystemClock()).work(errand())
    assert ran.trouble is not None and "could not be started" in str(ran.trouble) and not ran.trouble.charged
