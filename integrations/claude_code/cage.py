"""The cage: a folder of its own, a closed list of arguments, and an environment with nothing of ours but the key."""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from integrations.claude_code.errand import Errand

SERVER = "facts"
"""The one MCP server there is: ours."""

TOOLS = ("overview", "facts_about", "search")
"""What it offers; nothing of it writes."""

READS = "Read,Grep,Glob"
"""The program's own tools that are left to it, inside its folder."""

PATH = "/usr/local/bin:/usr/bin:/bin"

TURN = 4_000
"""Tokens of one turn at most."""

_FIXED: Mapping[str, str] = {
    "PATH": PATH,
    "LANG": "C.UTF-8",
    "DISABLE_TELEMETRY": "1",
    "DISABLE_ERROR_REPORTING": "1",
    "DISABLE_AUTOUPDATER": "1",
    "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
    "CLAUDE_CODE_MAX_RETRIES": "1",  # by itself it tries for minutes, even after a 401
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
        """Where it runs: the facts are here, and nothing else."""
        return self.root / "work"

    @property
    def facts(self) -> Path:
        """The one file it may read."""
        return self.work / "facts.json"

    @property
    def looked(self) -> Path:
        """What our server was asked for, a line each; there from the moment it serves."""
        return self.root / "looked.jsonl"

    @property
    def servers(self) -> Path:
        """The list of MCP servers, outside the folder it can read."""
        return self.root / "servers.json"


@contextmanager
def caged(errand: Errand) -> Iterator[Cage]:
    """A cage with the facts in it, for one run."""
    with tempfile.TemporaryDirectory(prefix="pm-task-", ignore_cleanup_errors=True) as folder:
        cage = Cage(Path(folder).resolve())
        for name in ("work", "home", "config", "tmp"):
            (cage.root / name).mkdir(mode=0o700)
        cage.facts.write_text(errand.facts, encoding="utf-8")
        cage.servers.write_text(json.dumps(servers(cage)), encoding="utf-8")
        yield cage


def servers(cage: Cage) -> Mapping[str, Any]:
    """Our own server and no other. The program hands its whole environment on, so what it has no use for is blanked."""
    arguments = ["-I", "-m", "integrations.claude_code.facts", str(cage.facts), "--looked", str(cage.looked)]
    blank = {"ANTHROPIC_API_KEY": "", "ANTHROPIC_BASE_URL": ""}
    return {"mcpServers": {SERVER: {"type": "stdio", "command": sys.executable, "args": arguments, "env": blank}}}


def environment(cage: Cage, key: str, base_url: str) -> Mapping[str, str]:
    """Every variable it has. None of the bot's but the model's own key and address."""
    own = {
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
        *("--setting-sources", "", "--tools", READS, "--allowedTools", f"{READS},{ours}"),
        *("--permission-mode", "dontAsk", "--permission-prompts", "none"),
        *("--max-turns", str(errand.turns), "--max-budget-usd", f"{errand.most.dollars:.4f}"),
        *("--json-schema", json.dumps(errand.schema), "--output-format", "json", "--no-session-persistence"),
        *("--model", errand.model, "--effort", errand.effort, "--system-prompt", errand.system),
    )
