"""What a person's Claude Code configuration holds, read only where we are pointed: servers, scopes, skills."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from integrations.mcp.concerns import concerns
from integrations.mcp.config import Entry, document, entry_of, servers_in, unresolved
from models.errors import OperatorError

RANK = {"local": 0, "project": 1, "user": 2}
"""Which scope wins a name. Claude Code lets a project's entry win only once it was approved there."""

_MOST_SKILLS = 200
_FRONT = re.compile(r"\A---\s*\n(.{0,8000}?)\n---", re.S)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One server as it was found."""

    entry: Entry
    file: Path
    scope: str
    """``project`` (.mcp.json), ``user`` (top of .claude.json) or ``local`` (one folder's part of it)."""
    project: str = ""
    """The folder a ``local`` entry belongs to."""
    variables: tuple[str, ...] = ()
    """Variables without a value or a default."""
    concerns: tuple[str, ...] = ()
    wins: bool = True
    """Whether this entry is the one that counts for its name."""
    beaten_by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Skill:
    """One skill: its name and what it says it is for."""

    name: str
    description: str
    file: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """Everything that was found, and what could not be read."""

    servers: tuple[Finding, ...]
    skills: tuple[Skill, ...]
    troubles: tuple[str, ...]
    read: tuple[Path, ...]


def survey(
    configs: Sequence[Path], homes: Sequence[Path], skills: Sequence[Path], variables: Mapping[str, str]
) -> Survey:
    """Read the named files and folders, and nothing else.

    ``homes`` hold a ``.claude.json`` or are one folder above ``.config/claude-code``; ``skills`` hold ``SKILL.md``s.
    """
    found: list[Finding] = []
    troubles: list[str] = []
    read: list[Path] = []
    for file, scope in [(c, "project") for c in configs] + [(f, "user") for home in homes for f in _files_of(home)]:
        try:
            found += _in_file(file, scope, variables)
            read.append(file)
        except OperatorError as error:
            troubles.append(str(error))
    folders = [*skills, *(f for home in homes for f in _skill_folders(home))]
    known = [skill for folder in folders for skill in _skills(folder)]
    return Survey(
        servers=tuple(_ranked(found)), skills=tuple(known[:_MOST_SKILLS]), troubles=tuple(troubles), read=tuple(read)
    )


def _files_of(home: Path) -> list[Path]:
    """Where Claude Code keeps servers under a home folder; those that exist."""
    if home.is_file():
        return [home]
    wanted = [home / ".claude.json", home / ".mcp.json"]
    for folder in (home / ".config" / "claude-code", home / ".claude", home):
        wanted += sorted(folder.glob("*mcp*.json"))
        wanted += [folder / "settings.json"] if folder != home else []
    return [file for file in dict.fromkeys(wanted) if file.is_file() and not file.name.endswith(".lock.json")]


def _skill_folders(home: Path) -> list[Path]:
    places = (home / ".claude" / "skills", home / ".config" / "claude-code" / "skills", home / "skills")
    return [folder for folder in places if folder.is_dir()]


def _in_file(file: Path, scope: str, variables: Mapping[str, str]) -> list[Finding]:
    found = document(file)
    servers = [_finding(name, raw, file, scope, "", variables) for name, raw in servers_in(found, file).items()]
    projects = found.get("projects")
    for folder, part in (projects if isinstance(projects, dict) else {}).items():
        own = servers_in(part, file) if isinstance(part, dict) else {}
        servers += [_finding(name, raw, file, "local", str(folder), variables) for name, raw in own.items()]
    return servers


def _finding(name: str, raw: Any, file: Path, scope: str, project: str, variables: Mapping[str, str]) -> Finding:
    folder = Path(project) if project and Path(project).is_dir() else file.parent
    entry = entry_of(name, raw, variables, folder)
    return Finding(
        entry=entry,
        file=file,
        scope=scope,
        project=project,
        variables=tuple(unresolved(raw, variables)),
        concerns=concerns(entry, raw),
    )


def _ranked(found: Sequence[Finding]) -> list[Finding]:
    """Each name's winner: local before project before user, and of equals the first that was read."""
    winners: dict[str, Finding] = {}
    for each in sorted(found, key=lambda each: RANK[each.scope]):
        winners.setdefault(each.entry.name, each)
    told = []
    for each in found:
        winner = winners[each.entry.name]
        told.append(each if winner is each else replace(each, wins=False, beaten_by=_where(winner)))
    return told


def _where(finding: Finding) -> str:
    return f"{finding.file} ({finding.scope}{f' {finding.project}' if finding.project else ''})"


def _skills(folder: Path) -> list[Skill]:
    files = sorted(file for file in folder.glob("*/SKILL.md") if file.is_file())[:_MOST_SKILLS]
    return [_skill(file) for file in files]


def _skill(file: Path) -> Skill:
    """Name and description from the lines between the dashes at the head; a folder's name where there are none."""
    with file.open("rb") as text:
        head = _FRONT.match(text.read(16_384).decode("utf-8", "replace"))
    told: dict[str, str] = {}
    for line in head[1].splitlines() if head else []:
        name, _, value = line.partition(":")
        told.setdefault(name.strip().casefold(), value.strip().strip("\"'"))
    return Skill(name=told.get("name") or file.parent.name, description=told.get("description", "")[:300], file=file)
