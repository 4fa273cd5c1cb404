"""Two constitutions on the same days: how many messages become how many, which come, which go."""

from __future__ import annotations

from dataclasses import dataclass

from bot.backtest.report.record import Message, Record


@dataclass(frozen=True, slots=True)
class Comparison:
    """What the second says otherwise than the first."""

    before: Record
    after: Record

    @property
    def words(self) -> str:
        """``14 -> 31 messages, 4 out of hours``."""
        said = f"{len(self.before.messages)} -> {len(self.after.messages)} messages"
        return f"{said}, {self.after.out_of_hours or 'none'} out of hours"

    @property
    def new(self) -> tuple[Message, ...]:
        """What only the second says, oldest first."""
        known = {message.id for message in self.before.messages}
        return tuple(message for message in self.after.messages if message.id not in known)

    @property
    def gone(self) -> tuple[Message, ...]:
        """What only the first says, oldest first."""
        known = {message.id for message in self.after.messages}
        return tuple(message for message in self.before.messages if message.id not in known)

    @property
    def moved(self) -> tuple[tuple[Message, Message], ...]:
        """What both say, at another minute."""
        known = {message.id: message for message in self.after.messages}
        both = ((message, known[message.id]) for message in self.before.messages if message.id in known)
        return tuple((one, other) for one, other in both if _minute(one) != _minute(other))


def _minute(message: Message) -> str:
    return f"{message.at:%Y-%m-%d %H:%M}"
