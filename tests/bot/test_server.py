"""The operator's questions over HTTP: what they answer, who may ask, and what every answer carries."""

from __future__ import annotations

import sqlite3
import subprocess
import sys

import pytest

from integrations.health import Check
from models.errors import DatabaseNotReady
from tests.bot.conftest import Knock
from tests.bot.knocking import ROOT, Door, Kept

ADMIN = {"Authorization": "Bearer admin-token"}


@pytest.fixture
def door(knock: Knock) -> Door:
    return knock()


def test_health_says_alive_and_asks_nobody(door: Door) -> None:
    answer = door.client.get("/health")
    assert answer.status_code == 200 and answer.json()["status"] == "alive"


@pytest.mark.parametrize("path", ["/health", "/api/status", "/nowhere", "/webhooks/jira"])
def test_every_answer_carries_the_security_headers(door: Door, path: str) -> None:
    headers = door.client.get(path).headers
    assert headers["X-Content-Type-Options"] == "nosniff" and headers["Cache-Control"] == "no-store"
    assert "default-src 'none'" in headers["Content-Security-Policy"]


def test_ready_names_each_dependency_and_a_vendor_that_is_down_does_not_close_the_door(door: Door) -> None:
    answer = door.client.get("/ready")
    checks = {check["name"]: check for check in answer.json()["checks"]}
    assert answer.status_code == 200
    assert set(checks) >= {"database", "worker", "directives", "slack", "jira", "bitbucket", "model"}
    assert set(checks) >= {"slack requests", "jira webhooks", "bitbucket webhooks", "public url"}
    assert checks["database"]["ok"] and "SQLite" in checks["database"]["detail"]
    assert not checks["jira"]["ok"] and checks["jira"]["hint"] and not checks["jira"]["needed"]


def test_a_service_nobody_configured_is_off_and_says_what_would_turn_it_on(knock: Knock) -> None:
    door = knock(SLACK_BOT_TOKEN="", SLACK_SIGNING_SECRET="")
    checks = {check["name"]: check for check in door.client.get("/ready").json()["checks"]}
    assert checks["slack"]["ok"] and "SLACK_BOT_TOKEN" in checks["slack"]["detail"]


def test_without_a_database_nobody_is_ready(door: Door) -> None:
    async def gone(_: object) -> object:
        raise DatabaseNotReady("the database did not answer")

    door.app.database.read = gone  # type: ignore[method-assign]
    answer = door.client.get("/ready")
    assert answer.status_code == 503 and not answer.json()["ready"]


def test_metrics_count_deliveries_by_source_and_result(door: Door) -> None:
    body = b'{"webhookEvent": "jira:issue_updated"}'
    for _ in range(2):
        door.jira(body)
    door.jira(body, secret="wrong")
    text = door.client.get("/metrics").text
    for result in ("accepted", "duplicate", "refused"):
        assert f'pm_deliveries_total{{result="{result}",source="jira"}} 1.0' in text
    assert "pm_jobs_waiting" in text and "pm_oldest_waiting_seconds" in text


def test_two_apps_in_one_process_count_apart(knock: Knock) -> None:
    one, two = knock(Kept()), knock(Kept())
    one.jira(b"{}")
    assert "pm_deliveries_total{" not in two.app.metrics.render().decode()


def test_status_tells_modes_queue_and_data_age_of_every_team(door: Door) -> None:
    data = door.client.get("/api/status").json()
    assert [team["id"] for team in data["teams"]] == [team.id for team in door.app.directives.teams]
    assert data["teams"][0]["mode"] == door.app.directives.teams[0].mode
    assert data["queue"]["waiting"] == {"people": 0, "events": 0, "periodic": 0}
    assert data["version"] and data["directives"] == door.app.directives.version


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 401),
        ({"Authorization": "Basic admin-token"}, 401),
        ({"Authorization": "Bearer "}, 401),
        ({"Authorization": "Bearer guess"}, 403),
        ({"Authorization": "Bearer é".encode("latin-1")}, 403),
        (ADMIN, 202),
    ],
    ids=["none", "basic", "empty", "wrong", "not ascii", "right"],
)
def test_a_cycle_is_triggered_by_the_admin_token_alone(door: Door, headers: dict, status: int) -> None:
    assert door.client.post("/api/trigger-cycle", headers=headers).status_code == status
    assert (_jobs(door) > 0) == (status == 202)


def test_triggering_without_an_admin_token_set_names_the_remedy(knock: Knock) -> None:
    answer = knock(ADMIN_TOKEN="").client.post("/api/trigger-cycle", headers=ADMIN)
    assert answer.status_code == 503 and "ADMIN_TOKEN" in answer.text


def test_triggering_is_not_a_get(door: Door) -> None:
    assert door.client.get("/api/trigger-cycle", headers=ADMIN).status_code == 405


def test_a_failing_check_is_an_answer_and_is_asked_once_for_many_probes() -> None:
    import anyio

    from bot.doors.readiness import Dependency, Readiness, as_data
    from models.clock import SystemClock

    asked: list[int] = []

    async def broken() -> Check:
        asked.append(1)
        raise OSError("no route")

    async def probe() -> None:
        readiness = Readiness(SystemClock(), [Dependency("x", broken, needed=True)])
        answers = [as_data(await readiness.answers()) for _ in range(5)]
        assert all(a["ready"] is False for a in answers)

    anyio.run(probe)
    assert len(asked) == 1


WEB_PROCESS = """
import asyncio, sys
from bot.app import build
from bot.connections.wiring import company_of
from bot.connections.quick import quick
from bot.doors.arrivals import Arrivals
from bot.server import make_asgi
from bot.settings import Settings
from models.clock import SystemClock
from models.errors import NotThought
from tests.integrations.claude.loopback import HAIKU, prompt

app = build(Settings.from_environment(None))
make_asgi(app, with_worker=False)
told = next(each for each in quick(company_of(app), Arrivals(SystemClock()), bool) if each.name == "model")
print(asyncio.run(told.ask()).detail)
print([m for m in HEAVY if m in sys.modules])
try: asyncio.run(app.claude.ask(prompt(), HAIKU))
except NotThought as silent: print(silent.why, "anthropic" in sys.modules)
"""
"""The doors with a key for Claude, before anything was asked and after the first question."""


def test_the_web_process_loads_neither_model_nor_vendor_libraries(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("ANTHROPIC_API_KEY", "sk-ant-nobody")
    environment.setenv("ANTHROPIC_BASE_URL", "http://127.0.0.1:9")
    environment.setenv("PYTHONPATH", str(ROOT))
    code = f"HEAVY = ('anthropic', 'mcp', 'atlassian', 'apscheduler')\n{WEB_PROCESS}"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["a key is set; not asked since the start", "[]", "away True"]


def _jobs(door: Door) -> int:
    with sqlite3.connect(door.app.settings.database_url.removeprefix("sqlite:///")) as connection:
        return int(connection.execute("SELECT count(*) FROM jobs WHERE kind = 'cycle'").fetchone()[0])


def test_figures_are_not_for_who_comes_through_a_proxy(door: Door) -> None:
    for name in ("X-Forwarded-For", "X-Real-IP", "Forwarded"):
        assert door.client.get("/metrics", headers={name: "203.0.113.9"}).status_code == 404
    assert door.client.get("/metrics").status_code == 200


def test_how_soon_a_delivery_was_answered_is_counted_for_good_ones_alone(door: Door) -> None:
    door.jira(b'{"webhookEvent": "jira:issue_updated"}')
    door.jira(b"{}", secret="wrong")
    assert 'pm_webhook_seconds_count{source="jira"} 1.0' in door.client.get("/metrics").text


def test_doors_without_any_worker_stay_open_and_say_that_nobody_works(door: Door) -> None:
    data = door.client.get("/ready").json()
    [worker] = [check for check in data["checks"] if check["name"] == "worker"]
    assert data["ready"] and worker["state"] == "warning" and worker["remedy"].startswith("Start one: pm worker")


@pytest.mark.parametrize(("ahead", "state"), [(0.1, "ok"), (-25.0, "warning")])
def test_a_clock_that_differs_from_the_databases_is_said_and_closes_no_door(
    door: Door, ahead: float, state: str
) -> None:
    door.app.database.ahead = ahead
    data = door.client.get("/ready").json()
    [clock] = [check for check in data["checks"] if check["name"] == "clock"]
    assert (clock["state"], data["ready"]) == (state, True)


def test_status_tells_what_is_wrong_the_promises_and_who_is_at_work(door: Door) -> None:
    data = door.client.get("/api/status").json()
    assert [each["condition"] for each in data["trouble"]] == ["no_worker"]
    assert len(data["promises"]) == 8 and [each["kind"] for each in data["processes"]] == ["web"]
