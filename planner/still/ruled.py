"""What the rules alone would do: the measure for how far a mind's proposal goes beyond them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from models.actions import Action, CommentOnIssue, Reassign, RemindPerson
from models.directives import Directives
from models.ids import PersonId
from models.signals import Signal
from models.work import Snapshot
from planner.reasoning import by_rule, leaves_open

Deed = tuple[str, str, str]
"""Kind, person and matter."""


@dataclass(frozen=True, slots=True)
class Ruled:
    """The rules' own deeds of one look, of the kinds that a finding can carry in more than one way."""

    deeds: frozenset[Deed]
    open_to: frozenset[PersonId]
    """Who may be reached by a message or a comment, whichever they answer."""

    @classmethod
    def of(cls, snapshot: Snapshot, signals: Sequence[Signal], directives: Directives) -> Ruled:
        """What they would do now."""
        own = by_rule(snapshot, signals, directives, digest_due=False)
        free = (person for person in snapshot.people if leaves_open(person, snapshot, directives))
        return cls(frozenset(deed for each in own for deed in _deeds(each.action)), frozenset(free))

    def would(self, action: Action) -> bool:
        """Whether the rules would do this as well. Who may be reached either way gets a message or a comment alike."""
        if isinstance(action, CommentOnIssue) and action.person in self.open_to:
            message = (RemindPerson.kind, action.person, action.item.signal)
            return message in self.deeds or self.deeds.issuperset(_deeds(action))
        return self.deeds.issuperset(_deeds(action))


def _deeds(action: Action) -> Iterator[Deed]:
    """None for what a finding carries in one way only: that is the rules' own."""
    match action:
        case RemindPerson(person=person, items=items):
            yield from ((action.kind, person, item.signal) for item in items)
        case CommentOnIssue(person=person, item=item):
            yield action.kind, person, item.signal
        case Reassign():
            yield action.kind, action.taker or "", action.issue
        case _:
            return
