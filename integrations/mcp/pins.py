"""What every tool looked like when it was accepted, in a small file beside the configuration that people can review."""

from __future__ import annotations

import contextlib
import fcntl
import json
import logging
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from integrations.mcp.discovery import hash_of
from integrations.mcp.session import ToolInfo
from models.errors import OperatorError

log = logging.getLogger(__name__)


def lock_file(config: Path) -> Path:
    """``.mcp.lock.json`` for ``.mcp.json``."""
    return config.with_name(f"{config.stem}.lock.json")


class Pins:
    """Hashes of tools by server and name. The first connection accepts what it sees; a change needs a person."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self._fresh: dict[str, dict[str, str]] = {}
        """What could not be written down; it holds for this process."""

    def of(self, server: str) -> Mapping[str, str] | None:
        """What was accepted for ``server``; ``None`` before its first connection. Raises ``OperatorError``."""
        found = self._fresh.get(server) or self._read().get(server)
        return found if isinstance(found, dict) else None

    def accept(self, server: str, tools: Sequence[ToolInfo]) -> bool:
        """Accept these tools from now on; ``False`` when that holds for this process only. Raises ``OperatorError``."""
        hashes = {tool.name: hash_of(tool) for tool in sorted(tools, key=lambda each: each.name)}
        try:
            with self._turn():
                servers = {**self._read(), server: hashes}
                draft = self.file.with_suffix(".new")
                draft.write_text(json.dumps({"version": 1, "servers": dict(sorted(servers.items()))}, indent=2) + "\n")
                draft.replace(self.file)
        except OSError as error:
            self._fresh[server] = hashes
            log.warning("%s cannot be written (%s)", self.file, error.strerror, extra={"action": "mcp_not_pinned"})
            return False
        self._fresh.pop(server, None)
        return True

    @contextlib.contextmanager
    def _turn(self) -> Iterator[None]:
        """Several workers of one machine accept at once: none may overwrite what another has just written."""
        folder = os.open(self.file.parent, os.O_RDONLY)
        try:
            fcntl.flock(folder, fcntl.LOCK_EX)
            yield
        finally:
            os.close(folder)

    def _read(self) -> dict[str, Any]:
        try:
            found = json.loads(self.file.read_text("utf-8"))
        except FileNotFoundError:
            return {}
        except (OSError, ValueError, RecursionError) as error:
            remedy = "Restore it, or delete it to accept the servers' tools afresh"
            raise OperatorError(f"{self.file} cannot be read ({error})", hint=remedy) from None
        servers = found.get("servers") if isinstance(found, dict) else None
        return servers if isinstance(servers, dict) else {}
