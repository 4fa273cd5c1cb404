"""What is unwise about an entry of a configuration, in lines that name the remedy."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping
from pathlib import PurePath
from typing import Any
from urllib.parse import urlsplit

from integrations.mcp.config import Entry

_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
_PYTHON_RUNNERS, _NODE_RUNNERS = frozenset({"uvx", "pipx"}), frozenset({"npx", "bunx"})
_TAKES_VALUE = frozenset({"--from", "--with", "-p", "--package", "--python", "--index-url", "-c", "--call"})
_SECRET = re.compile(r"token|secret|passw|api_?key|authorization|cookie|credential", re.I)


def concerns(entry: Entry, raw: Any) -> tuple[str, ...]:
    """One line for each thing an operator should change; ``raw`` is the entry before variables were put in."""
    found = (_unpinned(entry), _in_the_open(entry), _written_down(raw), _open_to_all(entry))
    return tuple(each for each in found if each)


def refused_in_production(entry: Entry) -> Entry:
    """The entry, or its refusal when it would run whatever a registry serves today."""
    problem = entry.problem or _unpinned(entry)
    return dataclasses.replace(entry, problem=problem)


def _unpinned(entry: Entry) -> str:
    """A package that is fetched by name alone: new code runs without anybody looking, and each start is slow."""
    runner = PurePath(entry.command).name
    package = _package(entry.args, runner)
    if runner in _NODE_RUNNERS and package and not re.search(r".@\d", package):
        return f"{runner} runs {package} without a version: write {package.rsplit('@', 1)[0] or package}@<version>"
    if runner in _PYTHON_RUNNERS and package and not re.search(r"(==|@)\d", package):
        return f"{runner} runs {package} without a version: write {package}==<version>"
    if runner in {"docker", "podman"} and (image := _image(entry.args)) and not re.search(r":\d|@sha256:", image):
        return f"{runner} runs {image} without a version: name a tag or a digest"
    return ""


def _package(args: tuple[str, ...], runner: str) -> str:
    """What a runner would fetch: the value of ``--from`` or ``--package``, else the first plain word."""
    rest = list(args[1:] if runner == "pipx" and args[:1] == ("run",) else args)
    for name in ("--from", "--package", "-p"):
        if name in rest[:-1]:
            return rest[rest.index(name) + 1]
    skip = False
    for each in rest:
        if skip or each.startswith("-"):
            skip = not skip and each in _TAKES_VALUE
            continue
        return each
    return ""


def _image(args: tuple[str, ...]) -> str:
    """The image of ``docker run``: the first word after its options that looks like one."""
    found = [each for each in args if re.fullmatch(r"[a-z0-9.-]+(/[a-z0-9._/-]+)+(:[\w.-]+|@sha256:\w+)?", each)]
    return found[0] if found else ""


def _in_the_open(entry: Entry) -> str:
    parts = urlsplit(entry.url)
    if parts.scheme != "http" or parts.hostname in _LOOPBACK:
        return ""
    return f"http to {parts.hostname} shows its headers to the network: use https"


def _written_down(raw: Any) -> str:
    """A secret in plain letters, where a variable could stand."""
    given: Mapping[str, Any] = {**(raw.get("env") or {}), **(raw.get("headers") or {})} if isinstance(raw, dict) else {}
    plain = sorted(
        name for name, value in given.items() if _SECRET.search(name) and isinstance(value, str) and "${" not in value
    )
    return (
        f"{', '.join(plain)} stands in the file itself: write ${{NAME}} and set it in the environment" if plain else ""
    )


def _open_to_all(entry: Entry) -> str:
    listens = " ".join(entry.args)
    if re.search(r"--host[= ](0\.0\.0\.0|::)", listens):
        return "it listens on every interface: use --host 127.0.0.1"
    return ""
