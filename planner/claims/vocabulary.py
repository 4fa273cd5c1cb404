"""The words a model's own reading may be made of, by the part they can play: what is done, with what, to whom.

No word is here that tells a state, a wish, an event or an absence. ``docs/claims.md`` says what that costs.
"""

from __future__ import annotations


def words(text: str) -> frozenset[str]:
    """The words of a text."""
    return frozenset(text.split())


VERBS = words("""
    balance bring bundle check choose clarify combine compare cut describe discuss drop escalate explain find give group
    hand keep limit link move order pick plan prepare prioritise propose protect put raise read reduce review schedule
    separate settle share sketch sort split start suggest summarise support swap take trim try untangle weigh write
    """)
"""What may be done with a thing."""

ADDRESSING = words("ask call find help invite involve message nudge remind support tell")
"""What may be done to a person: nothing that judges, moves or replaces anybody."""

GIVING = words("give offer send")
"""What may be done to a person with a thing."""

LOOSE = words("agree ask check decide help look pair start talk")
"""What may be done without naming anything right behind it."""

DEFINITE = words("""
    backlog board description goal list load option order part piece plan point review scope sprint standup step task
    thread ticket topic work
    """)
"""What may be named as *the*, *this* or *its*: it is there wherever there is work, and no event."""

INDEFINITE = words("""
    call chat check conversation hand hand-over look message note order part piece plan point question reminder review
    step suggestion summary talk task ticket topic try word
    """)
"""What may be named as *a*, which claims none."""

PLURALS = words("parts pieces points reviews steps tasks tickets topics")

PEOPLE = words("owners owner authors author reviewers reviewer")
"""By what they are to a piece of work, and only as whom to turn to, or as who could do something."""

PLAIN = words("brief direct friendly joint new quick separate short shorter simple small smaller")
"""How a thing may be that there is none of yet."""

JUDGED = words("""
    better best clearer easier easy good helpful important lighter natural quick quicker reasonable
    risky riskier safer sensible simple simpler urgent useful
    """)
"""What may be judged of a matter, never of a person."""
