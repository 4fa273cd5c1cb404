"""What is kept beside the rows: the constitution and the accepted MCP tools. Never a secret: no .env, no .mcp.json."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from pathlib import Path

from bot.backups.archive import LAWS, PINS
from bot.backups.sources import own
from integrations.mcp.pins import lock_file
from models.clock import Clock
from models.directives import Directives
from models.directives_file import understand
from models.errors import OperatorError
from models.proposals import Unit
from models.signals import Urgency
from models.written import Text, Written, look_up
from planner.bounds.limits import Place, units


def files(directives: Path, mcp_config: Path | None) -> Mapping[str, bytes]:
    """By name in the backup; what is not there is left out."""
    found = dict[str, bytes]()
    with contextlib.suppress(OperatorError):  # rows are worth keeping without it
        found |= {f"{LAWS}{text.name}": text.body for text in look_up(directives).texts}
    pins = lock_file(mcp_config) if mcp_config is not None else None
    if pins is not None and pins.is_file():
        found[PINS] = pins.read_bytes()
    return found


def put_back(parts: Mapping[str, bytes], directives: Path, mcp_config: Path | None) -> Sequence[Path]:
    """Write what is missing here, owned as its folder is; what is here stays as it is. Returns what was written.

    Raises ``OperatorError``.
    """
    laws = _laws(parts)
    missing = dict[Path, bytes]()
    if laws and not directives.exists():
        single = len(laws) == 1 and directives.suffix in (".yaml", ".yml")
        missing = {directives: next(iter(laws.values()))} if single else {directives / n: t for n, t in laws.items()}
    if mcp_config is not None and PINS in parts and not lock_file(mcp_config).exists():
        missing[lock_file(mcp_config)] = parts[PINS]
    try:
        for place, text in missing.items():
            _write(place, text)
    except OSError as error:
        words = f"the rows are back; {error.filename} could not be written: {error.strerror}"
        raise OperatorError(words, hint="Check who owns it, and take it from the backup: tar xf FILE") from error
    return list(missing)


def _write(place: Path, text: bytes) -> None:
    new = [each for each in (place, *place.parents) if not each.exists()]
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(text)
    for each in reversed(new):
        own(each, each.parent)


def law_of(parts: Mapping[str, bytes]) -> Directives:
    """The constitution in a backup, written nowhere. Raises ``OperatorError``."""
    texts = tuple(Text(name, body) for name, body in sorted(_laws(parts).items()))
    if not texts:
        raise OperatorError("the backup holds no constitution")
    return understand(Written(texts[0].name, texts, folder=len(texts) > 1))


def _laws(parts: Mapping[str, bytes]) -> Mapping[str, bytes]:
    return {name.removeprefix(LAWS): text for name, text in parts.items() if name.startswith(LAWS)}


def attention_of_today(directives: Directives, clock: Clock) -> list[Unit]:
    """Every unit of everybody's attention of today: whoever was written to since a backup is not known."""
    now = clock.now()
    return [
        unit
        for team in directives.teams
        for member in team.members
        for unit in units(member.id, Urgency.MEDIUM, Place(team.id, {}, directives, now))
    ]
