"""Windows: forms that a button or a shortcut opens, each a pure drawing with a pure check of what was filled in."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from bot.views.windows.contact import faults as contact_faults
from bot.views.windows.edit import faults as edit_faults
from bot.views.windows.question import question_faults
from bot.views.windows.reject import faults as reject_faults
from bot.views.windows.track import track_faults
from bot.views.windows.waiting import waiting_faults
from bot.views.windows.window import Picked
from bot.views.windows.wrong_person import wrong_person_faults

FAULTS: Mapping[str, Callable[[Picked], Mapping[str, str]]] = {
    "contact": contact_faults,
    "waiting": waiting_faults,
    "wrong_person": wrong_person_faults,
    "edit": edit_faults,
    "reject_why": reject_faults,
    "several_no": reject_faults,
    "track": track_faults,
    "question": question_faults,
}
"""By the word of a window: what is wrong with what was filled in, by block. Asked at the door, so it knows no facts."""
