"""A simulated company, and in the product's place a receiver that keeps what it is sent."""

from __future__ import annotations

import base64
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import aiohttp
import pytest
from aiohttp import web

from integrations.simulator.server import Simulator, company_clock
from models.clock import SharedClock
from models.directives import Directives
from tests.contracts import openapi

ROOT = Path(__file__).parents[3]


@dataclass
class Received:
    """One request that reached the product."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def form(self) -> dict[str, str]:
        return {name: values[0] for name, values in parse_qs(self.body.decode(), keep_blank_values=True).items()}


@dataclass
class Product:
    """Takes everything; ``statuses`` are used up first, ``says`` is the body of what follows."""

    got: list[Received] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)
    says: str = ""
    url: str = ""

    async def take(self, request: web.Request) -> web.Response:
        self.got.append(Received(request.path, dict(request.headers), await request.read()))
        status = self.statuses.pop(0) if self.statuses else 200
        return web.Response(status=status, text=self.says if status == 200 else "")

    def at(self, path: str) -> list[Received]:
        return [each for each in self.got if each.path == path]


def basic(user: str, secret: str) -> dict[str, str]:
    """Basic credentials as a header."""
    return {"Authorization": "Basic " + base64.b64encode(f"{user}:{secret}".encode()).decode()}


@dataclass
class Asking:
    """Calls the simulator as the product would, each Atlassian exchange held against the vendor's description."""

    simulator: Simulator
    http: aiohttp.ClientSession

    async def jira(self, method: str, path: str, body: Any = None, **how: Any) -> tuple[int, Any]:
        secrets = self.simulator.secrets
        headers = basic(secrets.atlassian_email, secrets.atlassian_token)
        return await self.call(method, f"/jira/rest/{path}", body, headers=headers, **how)

    async def bitbucket(self, path: str, **how: Any) -> tuple[int, Any]:
        secrets = self.simulator.secrets
        headers = basic(secrets.atlassian_email, secrets.bitbucket_token)
        return await self.call("GET", f"/bitbucket/2.0/{path}", headers=headers, **how)

    async def sim(self, method: str, path: str, body: Any = None, **how: Any) -> tuple[int, Any]:
        return await self.call(method, f"/sim/{path}", body, **how)

    async def call(
        self, method: str, path: str, body: Any = None, *, refused: bool = False, **how: Any
    ) -> tuple[int, Any]:
        """``refused``: the request is wrong on purpose, so it need not be in the contract."""
        url = self.simulator.url + path
        async with self.http.request(method, url, json=body, **how) as response:
            raw = await response.read()
            if openapi.AVAILABLE and not path.startswith("/sim"):
                sent = json.dumps(body).encode() if body is not None else None
                if not refused:
                    openapi.check_request(method, url, {"Content-Type": "application/json"}, sent)
                openapi.check_response(method, url, response.status, dict(response.headers), raw)
            return response.status, json.loads(raw) if raw else None


@pytest.fixture(scope="session")
def law() -> str:
    return (ROOT / "directives.yaml").read_text()


@pytest.fixture(scope="session")
def directives(law: str) -> Directives:
    import yaml

    return Directives.model_validate(yaml.safe_load(law))


@pytest.fixture
def clock(tmp_path: Path, directives: Directives) -> SharedClock:
    return company_clock(tmp_path / "clock.json", directives)


@pytest.fixture
async def product() -> AsyncIterator[Product]:
    product = Product()
    app = web.Application()
    app.router.add_route("*", "/{rest:.*}", product.take)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    product.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield product
    await runner.cleanup()


@pytest.fixture
async def simulator(directives: Directives, law: str, clock: SharedClock, product: Product) -> AsyncIterator[Simulator]:
    quick = (0.01, 0.02, 0.05)
    simulator = Simulator(directives, law, clock, product.url, webhook_waits=quick, event_retries=quick)
    await simulator.start()
    yield simulator
    await simulator.stop()


@pytest.fixture
async def ask(simulator: Simulator) -> AsyncIterator[Asking]:
    async with aiohttp.ClientSession() as http:
        yield Asking(simulator, http)
