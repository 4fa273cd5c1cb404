"""A survey as a document: what each server offers us, what is missing or unreliable, nothing secret in it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from integrations.mcp.bindings import READS
from integrations.mcp.config import Entry
from integrations.mcp.discovery import may_write, offer_of
from integrations.mcp.failures import Failure
from integrations.mcp.opening import opening
from integrations.mcp.operations import Operation
from integrations.mcp.redacted import clean, scrubbed, shown
from integrations.mcp.session import Limits, Server, ToolInfo
from integrations.mcp.survey import Finding, Survey
from models.clock import Clock

AT_ONCE = 2
"""Servers started at the same time: each may be a process of a hundred megabytes."""

Tools = tuple[ToolInfo, ...] | str
"""A server's tools, or why they are not known."""


async def ask_for_tools(found: Survey, clock: Clock, limits: Limits | None = None) -> Mapping[str, Tools]:
    """Connect to every server that counts, list its tools, and end it again. No tool is called."""
    turns = asyncio.Semaphore(AT_ONCE)

    async def one(entry: Entry) -> tuple[str, Tools]:
        async with turns:
            return entry.name, await tools_of(entry, clock, limits or Limits())

    wanted = [each.entry for each in found.servers if each.wins and not each.entry.problem]
    return dict(await asyncio.gather(*map(one, wanted)))


async def tools_of(entry: Entry, clock: Clock, limits: Limits) -> Tools:
    """The tools of one server; words about the failure when it cannot be reached."""
    # Without our guards: what it would offer anybody is what the document is about.
    opens, last_words = opening(entry, limits, guarded=False)
    server = Server(entry.name, opens, clock, allowed=READS, limits=limits, last_words=last_words)
    try:
        await server.wait()
        return server.tools
    except Failure as failure:
        return str(failure)
    finally:
        await server.close()


def report(found: Survey, tools: Mapping[str, Tools] | None) -> dict[str, Any]:
    """Everything, ready for JSON and free of secrets. ``tools`` is ``None`` when nobody was asked."""
    secrets = tuple({secret for each in found.servers for secret in each.entry.secrets()})
    servers = [_server(each, tools) for each in found.servers]
    able = {name for each in servers for name in each["operations"]}
    document = {
        "read": [str(path) for path in found.read],
        "servers": servers,
        "skills": [{"name": s.name, "description": s.description, "file": str(s.file)} for s in found.skills],
        "operations": {str(each): [s["name"] for s in servers if each in s["operations"]] for each in Operation},
        "missing": [] if tools is None else [str(each) for each in Operation if each not in able],
        "troubles": list(found.troubles),
    }
    cleaned: dict[str, Any] = scrubbed(document, secrets)
    return cleaned


def _server(finding: Finding, tools: Mapping[str, Tools] | None) -> dict[str, Any]:
    entry = finding.entry
    told = (tools or {}).get(entry.name) if finding.wins else None
    listed = told if isinstance(told, tuple) else ()
    offer = offer_of(listed)
    return {
        **shown(entry),
        "file": str(finding.file),
        "scope": finding.scope,
        **({"project": finding.project} if finding.project else {}),
        "wins": finding.wins,
        "state": _state(finding, told, asked=tools is not None),
        "kinds": list(offer.kinds),
        "verified": bool(offer.bindings) and all(binding.verified for binding in offer.bindings.values()),
        "operations": [str(each) for each in offer.bindings],
        "tools": [each.name for each in listed],
        "writes": [each.name for each in listed if may_write(each)],
        "concerns": _concerns(finding, told, listed, offer.problems),
    }


def _state(finding: Finding, told: Tools | None, *, asked: bool) -> str:
    if not finding.wins:
        return "shadowed"
    if finding.entry.problem:
        return "unusable"
    if not asked:
        return "not asked"
    return "answers" if isinstance(told, tuple) else "unreachable"


def _concerns(finding: Finding, told: Tools | None, listed: Sequence[ToolInfo], misfits: Sequence[str]) -> list[str]:
    found = [finding.entry.problem] if finding.entry.problem else []
    found += [f"{finding.beaten_by} has the same name and wins"] if not finding.wins else []
    found += [clean(told, finding.entry.secrets())] if isinstance(told, str) else []
    writes = [each.name for each in listed if may_write(each)]
    if writes:
        some = ", ".join(writes[:4]) + (f" and {len(writes) - 4} more" if len(writes) > 4 else "")
        found.append(f"{len(writes)} of its tools can change things ({some}): we never call them")
    return [*found, *misfits, *finding.concerns]
