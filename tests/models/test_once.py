"""Remembering the last answer never gives an old one for a new thing."""

from __future__ import annotations

from models.once import once
from planner.bounds.rules import lines_with, words_of
from tests.planner.world import BASE, LAW, constitution, line


def counting() -> tuple[list[object], object]:
    asked: list[object] = []

    @once
    def ask(one: object, two: object) -> tuple[object, object]:
        asked.append((one, two))
        return one, two

    return asked, ask


def test_the_same_things_are_asked_about_once() -> None:
    asked, ask = counting()
    a, b = object(), object()
    assert [ask(a, b), ask(a, b), ask(a, b)] == [(a, b)] * 3  # type: ignore[operator]
    assert len(asked) == 1


def test_equal_is_not_the_same_and_either_of_two_counts() -> None:
    asked, ask = counting()
    one, equal = [1], [1]
    for things in ((one, one), (one, equal), (equal, equal), (one, one)):
        assert all(got is given for got, given in zip(ask(*things), things, strict=True))  # type: ignore[operator]
    assert len(asked) == 4


def test_another_constitution_has_other_lines() -> None:
    changed = constitution(communication=[*BASE["communication"], line("more", {"route": "escalations", "to": "team"})])
    kind = type(changed.communication[-1].rule)
    for _ in range(2):
        assert len(lines_with(changed, kind)) == len(lines_with(LAW, kind)) + 1
        assert words_of("more", changed) == "The words of more." and words_of("more", LAW) == ""
