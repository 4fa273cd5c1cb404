"""There is no way in that nobody has fuzzed: a new route, listener, button, window or job fails here until it is."""

from __future__ import annotations

import ast
from pathlib import Path

from starlette.routing import Route

from bot.listeners.buttons import JOBS
from bot.listeners.windows import ON_HOME, OPENS
from bot.views.windows import FAULTS
from bot.webhooks import SENDERS
from tests.bot.knocking import ROOT
from tests.fuzz.house import House
from tests.fuzz.knocks import ROUTES, SIGNED
from tests.fuzz.parsers import PARSERS
from tests.fuzz.shapes import BUTTONS, LISTENERS, WINDOWS
from tests.fuzz.test_signed import Door


def test_every_route_is_knocked_at(house: House) -> None:
    served = {
        (method, route.path)
        for route in house.asgi.routes
        if isinstance(route, Route)
        for method in (route.methods or {"GET"}) - {"HEAD"}
    }
    assert served == ROUTES


def test_every_vendor_that_signs_is_tried_with_and_without_its_signature() -> None:
    assert {f"/webhooks/{source}" for source in SENDERS} | {"/slack/events"} == set(SIGNED)


def test_every_listener_of_slack_gets_bodies_of_its_kind() -> None:
    assert {listener.ack_function.__name__ for listener in Door().bolt._async_listeners} == LISTENERS


def test_every_button_and_every_window_is_pressed_and_filled_in() -> None:
    assert JOBS.keys() | OPENS | ON_HOME == BUTTONS
    assert set(FAULTS) == WINDOWS


def test_every_module_that_reads_what_others_wrote_has_a_parser_that_is_fuzzed() -> None:
    """Such a module decodes JSON, YAML, CSV or an archive; one that reads our own rows is named with its reason."""
    decoding = {name for name in _modules() if name not in OURS}
    assert decoding - {module for parser in PARSERS.values() for module in parser.modules} == set()


BY_OUR_OWN_DOOR = {
    *("bot/jobs/asked/answer.py", "bot/jobs/asked/conversing/thread.py", "bot/jobs/home/after.py"),
    *("bot/jobs/introduce.py", "bot/jobs/prompts.py", "bot/jobs/saying.py", "bot/jobs/stop.py"),
    *("bot/listeners/changes.py", "bot/doors/socket.py"),
}
"""They read a body again that our door has read, checked and kept, or what our own listener has said."""

BY_OURSELVES = {
    *("models/copying.py", "models/keeping/mirrored.py", "models/keeping/hushes.py", "models/keeping/operations.py"),
    *("bot/cli/backtest.py", "bot/connections/manifest.py", "bot/connections/outside.py", "bot/thinking/discreet.py"),
    *("integrations/claude/asking.py", "integrations/claude_code/client.py", "integrations/claude_code/facts.py"),
}
"""They read what this product wrote: its rows, a file of its folder, its own door's answer, its own question."""

PRETENDED = ("integrations/simulator/", "bot/chaos/")
"""The simulated company and whoever plays in it."""

OURS = BY_OUR_OWN_DOOR | BY_OURSELVES


def _modules() -> set[str]:
    """The modules of the product that decode something, by file."""
    found = set()
    for room in ("bot", "integrations", "planner", "models"):
        for file in (ROOT / room).rglob("*.py"):
            name = file.relative_to(ROOT).as_posix()
            if not name.startswith(PRETENDED) and _decodes(file):
                found.add(name)
    return found


DECODERS = ("json.loads", "json.load", "yaml.compose", "yaml.safe_load", "csv.reader", "csv.DictReader", "tarfile.open")


def _decodes(file: Path) -> bool:
    text = file.read_text(encoding="utf-8")
    if not any(name in text for name in DECODERS):
        return False
    calls = (node.func for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Call))
    said = {f"{f.value.id}.{f.attr}" for f in calls if isinstance(f, ast.Attribute) and isinstance(f.value, ast.Name)}
    return bool(said & set(DECODERS))
