"""A model's words, let through or left out: whoever puts the proposal together looks once more."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from planner.claims.facts import Sheet
from planner.claims.prose import Miss, checked
from planner.reasoning.reply import Pick, Reply, Way


def let_through(reply: Reply, sheet: Sheet) -> Reply:
    """The reply without the texts that are neither told facts nor a reading of them; each of them is counted."""
    filter_ = _Filter(sheet, Counter(reply.dropped))
    return Reply(tuple(filter_.pick(each) for each in reply.picks), filter_.dropped)


class _Filter:
    def __init__(self, sheet: Sheet, dropped: Counter[str]) -> None:
        self.sheet, self.dropped = sheet, dropped

    def pick(self, pick: Pick) -> Pick:
        ways = tuple(self._way(each) for each in pick.options)
        return replace(pick, weighed=self._words(pick.weighed), options=ways)

    def _way(self, way: Way) -> Way:
        return replace(way, pros=self._reasons(way.pros), cons=self._reasons(way.cons))

    def _reasons(self, reasons: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(text for each in reasons if (text := self._words(each)))

    def _words(self, prose: str) -> str:
        found = checked(prose, self.sheet, inference=True) if prose else None
        if not isinstance(found, Miss):
            return prose
        self.dropped[f"words: {found.kind}"] += 1
        return ""
