"""From the outside in: can vendors reach our doors, and do the doors know what they sign with?

Nothing here makes the agent look or speak: Slack's own verification request and signed trials are answered at once
and forgotten.
"""

from __future__ import annotations

import ipaddress
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import urlsplit

import aiohttp

from bot.connections.company import Outside
from bot.connections.house import CLOCK
from bot.connections.probes import Probe, off
from bot.doors import trial
from integrations.health import Check
from integrations.slack.signature import sign
from models.clock import Clock
from models.events import Source
from models.ids import fresh

REACHED, SIGNING = "public url", "slack signing secret"
PATIENCE = 8.0
"""Seconds for one request to our own door."""

MOST = 200_000
"""Bytes of an answer that are read."""

PATHS: Mapping[Source, str] = {Source.JIRA: "/webhooks/jira", Source.BITBUCKET: "/webhooks/bitbucket"}
ARRIVALS: Mapping[Source, str] = {
    Source.SLACK: "slack requests",
    Source.JIRA: "jira webhooks",
    Source.BITBUCKET: "bitbucket webhooks",
}
"""Under these names ``/ready`` tells what has come in."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back; ``said`` is empty when it was not a JSON object."""

    status: int
    said: Mapping[str, Any]


class Unreachable(Exception):
    """No answer at all, in words."""


def secret_name(source: Source) -> str:
    """The name of the check of a webhook's secret."""
    return f"{source.value} webhook secret"


def probes(outside: Outside, clock: Clock, wanted: Mapping[Source, bool]) -> list[Probe]:
    """What is asked from the outside; ``wanted`` says which services are on."""
    found = [Probe(REACHED, partial(reached, outside))]
    if wanted.get(Source.SLACK) and outside.secrets.get(Source.SLACK):
        found.append(Probe(SIGNING, partial(signing, outside, clock), (REACHED, CLOCK)))
    elif wanted.get(Source.SLACK):
        found.append(off(SIGNING, "SLACK_SIGNING_SECRET is not set: Slack speaks over its socket alone"))
    for source in PATHS:
        if wanted.get(source):
            found.append(_webhook_probe(outside, source))
    return found


def _webhook_probe(outside: Outside, source: Source) -> Probe:
    name = secret_name(source)
    if not outside.secrets.get(source):
        setting = f"{source.value.upper()}_WEBHOOK_SECRET"
        return off(name, f"{setting} is not set: no webhooks; what has changed is asked every ten minutes")
    return Probe(name, partial(webhook, outside, source), (REACHED,))


async def reached(outside: Outside) -> Check:
    """Something answers at the address that was told, and it is us."""
    if not outside.address_wanted:
        return Check(REACHED, True, "none is needed: Slack speaks over its socket, and no webhooks are set", off=True)
    try:
        reply = await _send("GET", f"{outside.url}/health")
    except Unreachable as gone:
        return _not_reached(outside, str(gone))
    if reply.said.get("status") != "alive":
        detail = f"something else answers at {outside.url} ({reply.status}), not PM Agent"
        return Check(REACHED, False, detail, "Point PUBLIC_URL, or the proxy behind it, at this server")
    return _how_reached(outside)


def _not_reached(outside: Outside, words: str) -> Check:
    if not outside.public_url:
        remedy = "Start it (pm start), set PUBLIC_URL and ask again"
        return Check(REACHED, False, f"PUBLIC_URL is not set and no agent runs here: {words}", remedy, grave=False)
    remedy = "Check PUBLIC_URL, DNS, firewall and certificate, and that pm start runs behind it"
    return Check(REACHED, False, f"{outside.public_url} cannot be reached: {words}", remedy)


def _how_reached(outside: Outside) -> Check:
    if not outside.public_url:
        detail = f"PUBLIC_URL is not set: tried on this machine only ({outside.url})"
        return Check(REACHED, False, detail, "Set PUBLIC_URL to the address Slack and Atlassian use", grave=False)
    if urlsplit(outside.public_url).scheme != "https" and not is_loopback(outside.public_url):
        detail = f"{outside.public_url} is not https: Slack and Jira send nothing there"
        return Check(
            REACHED, False, detail, "Put a certificate in front, for example with a reverse proxy", grave=False
        )
    return Check(REACHED, True, f"PM Agent answers at {outside.public_url}")


async def signing(outside: Outside, clock: Clock) -> Check:
    """Our door knows the signing secret we have here, and Slack's own requests pass it too."""
    word = fresh()
    body = json.dumps({"type": "url_verification", "token": trial.NAME, "challenge": word}).encode()
    stamp = str(int(clock.real().timestamp()))
    signature = sign(outside.secrets[Source.SLACK], stamp, body)
    headers = {
        "X-Slack-Request-Timestamp": stamp,
        "X-Slack-Signature": signature,
        "Content-Type": "application/json",
        trial.HEADER: word,
    }
    reply = await _post(f"{outside.url}/slack/events", body, headers)
    if reply.status == 200 and reply.said.get("challenge") == word:
        return await _arrived(outside, Source.SLACK, SIGNING)
    return _not_taken(SIGNING, f"{outside.url}/slack/events", reply, "SLACK_SIGNING_SECRET")


async def webhook(outside: Outside, source: Source) -> Check:
    """A signed trial comes through, and so do the vendor's own deliveries."""
    name, url = secret_name(source), f"{outside.url}{PATHS[source]}"
    headers, body, word = trial.make(outside.secrets[source].split(",")[0].strip())
    reply = await _post(url, body, headers)
    if reply.status == 202 and reply.said.get("trial") == word:
        return await _arrived(outside, source, name)
    return _not_taken(name, url, reply, f"{source.value.upper()}_WEBHOOK_SECRET")


def _not_taken(name: str, url: str, reply: Reply, setting: str) -> Check:
    if reply.status == 0:
        return Check(name, True, f"not tried: nothing answers at {url}", off=True)
    if reply.status == 401:
        detail = f"the agent at {url} refuses what is signed with the {setting} of this .env"
        return Check(name, False, detail, f"Give both the same {setting} and restart the agent")
    if reply.status == 503:
        return Check(name, False, f"the agent at {url} has no {setting}", f"Set {setting} there and restart it")
    detail = f"{url} answers {reply.status}, but not as PM Agent does"
    return Check(name, False, detail, "Let the proxy pass this path on unchanged, body and headers included")


async def _arrived(outside: Outside, source: Source, name: str) -> Check:
    """What the running agent has seen of the vendor: the only proof that it holds the same secret."""
    told = await row(outside, ARRIVALS[source]) or {}
    detail = str(told.get("detail") or "no word on what has come in")
    if told.get("ok") is False:
        return Check(name, False, detail, str(told.get("remedy") or ""), grave=told.get("state") != "warning")
    return Check(name, True, f"our door knows it; {detail}")


async def row(outside: Outside, name: str) -> Mapping[str, Any] | None:
    """What the running agent's ``/ready`` says under that name; ``None`` when none answers, or it does not say."""
    try:
        reply = await _send("GET", f"{outside.url}/ready")
    except Unreachable:
        return None
    checks = reply.said.get("checks")
    rows = checks if isinstance(checks, list) else []
    return next((each for each in rows if _is(each, name)), None)


def _is(check: Any, name: str) -> bool:
    return isinstance(check, dict) and check.get("name") == name


def is_loopback(url: str) -> bool:
    """Whether an address never leaves this machine."""
    host = urlsplit(url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


async def _post(url: str, body: bytes, headers: Mapping[str, str]) -> Reply:
    try:
        return await _send("POST", url, body, headers)
    except Unreachable:
        return Reply(0, {})


async def _send(method: str, url: str, body: bytes | None = None, headers: Mapping[str, str] | None = None) -> Reply:
    limit = aiohttp.ClientTimeout(total=PATIENCE)
    try:
        async with (
            aiohttp.ClientSession(timeout=limit) as session,
            session.request(method, url, data=body, headers=headers, allow_redirects=False) as answer,
        ):
            return Reply(answer.status, _object(await _read(answer)))
    except TimeoutError:
        raise Unreachable(f"no answer in {PATIENCE:g} s") from None
    except (aiohttp.ClientError, ValueError, OSError) as error:
        raise Unreachable(_in_words(error)) from None


def _in_words(error: Exception) -> str:
    match error:
        case aiohttp.ClientConnectorCertificateError():
            return "its certificate is not one that everybody trusts"
        case aiohttp.ClientConnectorDNSError():
            return "DNS does not know the name"
        case aiohttp.ClientConnectorError():
            return "nothing accepts the connection"
    return str(error) or type(error).__name__


async def _read(answer: aiohttp.ClientResponse) -> bytes:
    data = bytearray()
    async for part in answer.content.iter_chunked(65_536):
        data += part
        if len(data) > MOST:
            break
    return bytes(data)


def _object(data: bytes) -> Mapping[str, Any]:
    try:
        said = json.loads(data)
    except (ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}
