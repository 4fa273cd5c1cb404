"""Reading lists to their true end: a list that breaks off or never ends is ``Unclear``, never taken for whole."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from integrations.payloads import inside
from models.errors import Unclear

MOST_PAGES = 60
"""Where a list that does not end is given up: 6,000 issues, 3,000 sprints."""


async def by_token(
    what: str, name: str, ask: Callable[[str | None], Awaitable[dict[str, Any]]], most: int | None = None
) -> list[Any]:
    """All rows called ``name``, or the first ``most`` of them. ``ask`` takes the token of the page.

    A short or empty page is not the last one: only ``isLast`` or the missing token says so. Raises ``Unclear``.
    """
    found: list[Any] = []
    token: str | None = None
    seen: set[str] = set()
    for _ in range(MOST_PAGES):
        page = await ask(token)
        found += _rows(what, page, name)
        token = page.get("nextPageToken")
        if page.get("isLast") is True or (most is not None and len(found) >= most):
            return found[:most]
        if not token:
            if page.get("isLast") is False:
                raise Unclear(f"{what}: the list breaks off (more was announced, and no way to it)")
            return found[:most]
        if not isinstance(token, str) or token in seen:
            break
        seen.add(token)
    raise Unclear(f"{what}: the list does not end")


async def by_offset(
    what: str, name: str, ask: Callable[[int], Awaitable[dict[str, Any]]], start: int = 0, most: int | None = None
) -> tuple[list[Any], int]:
    """All rows called ``name`` from ``start`` on, and where the list ends. ``ask`` takes the first row's number.

    The end is where ``isLast`` or ``total`` says, else where a page is empty. With ``most`` it is enough to have
    that many. Raises ``Unclear``.
    """
    found: list[Any] = []
    before: list[Any] | None = None
    for _ in range(MOST_PAGES):
        page = await ask(start)
        values = _rows(what, page, name)
        if values and values == before:
            break  # the same page again: it does not heed our offset
        found, start, before = found + values, start + len(values), values
        if not values or _is_last(page, start) or (most is not None and len(found) >= most):
            return found[:most], start
    raise Unclear(f"{what}: the list does not end")


def unique(raw: list[Any]) -> list[Any]:
    """Each row once, by ``id``: one that moves between two pages comes twice. Rows without an id stay."""
    return list({str(inside(each, "id") or f"row {n}"): each for n, each in enumerate(raw)}.values())


def _rows(what: str, page: dict[str, Any], name: str) -> list[Any]:
    """A page without its rows must not pass for an empty one: what is not in a full list counts as gone."""
    values = page.get(name)
    if not isinstance(values, list):
        raise Unclear(f"{what}: the answer has no {name!r}")
    return values


def _is_last(page: dict[str, Any], end: int) -> bool:
    if isinstance(page.get("isLast"), bool):
        return bool(page["isLast"])
    total = page.get("total")
    return isinstance(total, int) and 0 <= total <= end
