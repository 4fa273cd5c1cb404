"""The cage: a folder of its own, a closed list of arguments, and an environment with nothing of ours but the key."""

from __future__ import annotations

import json
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from integrations.claude_code.errand import Errand
from models.delegated import MOST_SECONDS, TURN

SERVER = "facts"
"""The one MCP server there is: ours."""

TOOLS = ("overview", "facts_about", "search")
"""What it offers; nothing of it writes."""

PATH = "/usr/local/bin:/usr/bin:/bin"
"""Behind the folder of the program itself, where what it runs on mostly is."""

NAMED = "pm-task-"
"""How the folders of all runs begin."""

STALE = MOST_SECONDS + 300.0
"""Seconds after which a folder is nobody's any more: its run has ended long before, however it ended."""

_FIXED: Mapping[str, str] = {
    "LANG": "C.UTF-8",
    "DISABLE_TELEMETRY": "1",
    "DISABLE_ERROR_REPORTING": "1",
    "DISABLE_AUTOUPDATER": "1",
    "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
    "CLAUDE_CODE_MAX_RETRIES": "0",  # one question, one bill: what it asks again is not in its count
    "CLAUDE_CODE_DISABLE_NONSTREAMING_FALLBACK": "1",  # nor what it asks again in another way
    "CLAUDE_CODE_MAX_OUTPUT_TOKENS": f"{TURN}",
    "API_TIMEOUT_MS": "60000",
    "MCP_TIMEOUT": "20000",
    "MCP_TOOL_TIMEOUT": "10000",
}


@dataclass(frozen=True, slots=True)
class Cage:
    """Folders of one run; all of them are gone with it."""

    root: Path

    @property
    def work(self) -> Path:
        """Where it runs: nothing is here."""
        return self.root / "work"

    @property
    def facts(self) -> Path:
        """The one file, which our server reads to it."""
        return self.root / "facts.json"

    @property
    def looked(self) -> Path:
        """What our server was asked for, a line each; there from the moment it serves."""
        return self.root / "looked.jsonl"

    @property
    def servers(self) -> Path:
        """The list of MCP servers."""
        return self.root / "servers.json"


@contextmanager
def caged(errand: Errand) -> Iterator[Cage]:
    """A cage with the facts in it, for one run."""
    with tempfile.TemporaryDirectory(prefix=NAMED, ignore_cleanup_errors=True) as folder:
        cage = Cage(Path(folder).resolve())
        for name in ("work", "home", "config", "tmp"):
            (cage.root / name).mkdir(mode=0o700)
        cage.facts.write_text(errand.facts, encoding="utf-8")
        cage.servers.write_text(json.dumps(servers(cage)), encoding="utf-8")
        yield cage


def sweep(now: float, room: str) -> int:
    """Remove from ``room`` what runs have left whose worker was killed; how many. ``now``: real seconds since 1970."""
    gone = 0
    with os.scandir(room) as entries:
        for entry in entries:
            if entry.name.startswith(NAMED) and _is_left(entry, now):
                shutil.rmtree(entry.path, ignore_errors=True)
                gone += 1
    return gone


def _is_left(entry: os.DirEntry[str], now: float) -> bool:
    """Whether it is a folder of ours that no run can be in any more."""
    try:
        seen = entry.stat(follow_symlinks=False)
    except OSError:
        return False
    is_ours = entry.is_dir(follow_symlinks=False) and seen.st_uid == os.getuid()
    return is_ours and now - seen.st_mtime > STALE


def servers(cage: Cage) -> Mapping[str, Any]:
    """Our own server and no other. The program hands its whole environment on, so what it has no use for is blanked."""
    arguments = ["-I", "-m", "integrations.claude_code.facts", str(cage.facts), "--looked", str(cage.looked)]
    blank = {"ANTHROPIC_API_KEY": "", "ANTHROPIC_BASE_URL": ""}
    return {"mcpServers": {SERVER: {"type": "stdio", "command": sys.executable, "args": arguments, "env": blank}}}


def environment(cage: Cage, program: Path, key: str, base_url: str) -> Mapping[str, str]:
    """Every variable it has. None of the bot's but the model's own key and address."""
    own = {
        "PATH": f"{program.parent}:{PATH}",
        "HOME": str(cage.root / "home"),
        "CLAUDE_CONFIG_DIR": str(cage.root / "config"),
        "TMPDIR": str(cage.root / "tmp"),
        "ANTHROPIC_API_KEY": key,
    }
    return {**_FIXED, **own, **({"ANTHROPIC_BASE_URL": base_url} if base_url else {})}


def arguments(cage: Cage, errand: Errand) -> Sequence[str]:
    """Everything it is started with; the question comes on its standard input."""
    ours = ",".join(f"mcp__{SERVER}__{tool}" for tool in TOOLS)
    return (
        *("-p", "--restricted", "--strict-mcp-config", "--mcp-config", str(cage.servers)),
        *("--setting-sources", "", "--tools", "", "--allowedTools", ours),
        *("--permission-mode", "dontAsk", "--permission-prompts", "none"),
        *("--max-turns", str(errand.turns), "--max-budget-usd", f"{errand.most.dollars:.4f}"),
        *("--json-schema", json.dumps(errand.schema), "--output-format", "json", "--no-session-persistence"),
        *("--model", errand.model, "--effort", errand.effort, "--system-prompt", errand.system),
    )
