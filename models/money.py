"""Money is an exact number of nano-dollars: a token may cost ten of them, and a thousand sums stay true."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from functools import total_ordering

NANO = 1_000_000_000


@total_ordering
@dataclass(frozen=True, slots=True)
class Money:
    """An amount of US dollars, never rounded."""

    nano: int = 0
    """Billionths of a dollar."""

    @classmethod
    def usd(cls, amount: float | str | Decimal) -> Money:
        """From dollars as people write them: ``Money.usd("0.25")``."""
        return cls(int((Decimal(str(amount)) * NANO).to_integral_value()))

    def __add__(self, other: Money) -> Money:
        return Money(self.nano + other.nano)

    def __sub__(self, other: Money) -> Money:
        return Money(self.nano - other.nano)

    def __mul__(self, times: int) -> Money:
        return Money(self.nano * times)

    def __lt__(self, other: Money) -> bool:
        return self.nano < other.nano

    def __bool__(self) -> bool:
        return self.nano != 0

    @property
    def dollars(self) -> float:
        """For programs and charts; sums are made before."""
        return self.nano / NANO

    def share(self, of: Money) -> float:
        """Which part of ``of`` this is; all of it where there is nothing."""
        return self.nano / of.nano if of.nano else 1.0

    def __str__(self) -> str:
        """``$0.63``; of less than a cent the first digits that count: ``$0.0042``."""
        dollars = Decimal(self.nano) / NANO
        if not dollars or abs(dollars) >= Decimal("0.01"):
            return f"{'-' if dollars < 0 else ''}${abs(dollars):.2f}"
        return f"{'-' if dollars < 0 else ''}${abs(dollars):.2g}" if abs(dollars) >= Decimal("0.0001") else "<$0.0001"
