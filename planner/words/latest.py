"""The last thing somebody was sent unasked, for whoever asks *why me?*"""

from __future__ import annotations

from models.actions import RemindPerson
from models.cycles import History
from models.ids import PersonId


def latest_about(subject: str, person: PersonId | None, history: History) -> str:
    """The id of the last message that told of ``subject``, in any capitals; empty when there is none.

    The last to ``person`` if there is one, else the last to anybody.
    """
    told = (
        (living.action.person == person, living.at, str(living.effect))
        for living in history.living
        if isinstance(living.action, RemindPerson)
        and subject.casefold() in {item.subject.casefold() for item in living.action.items}
    )
    return max(told, default=(False, None, ""))[2]


def latest_to(person: PersonId, history: History) -> str:
    """The id of the last message to ``person``, or of the last question on their card; empty when nothing is known."""
    sent = [
        (living.at, str(living.effect))
        for living in history.living
        if isinstance(living.action, RemindPerson) and living.action.person == person
    ]
    asked = [(each.asked_at, str(each.id)) for each in history.pending if person in each.asked]
    return max([*sent, *asked], default=(None, ""))[1]
