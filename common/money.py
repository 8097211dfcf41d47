"""Money: whole minor units with a currency, and the ways to divide and show it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

# Digits after the point of the currencies a platform may price goods in (ISO 4217; TWD is paid in whole dollars).
MINOR_DIGITS = {"TWD": 0, "CNY": 2, "USD": 2, "HKD": 2, "EUR": 2, "JPY": 0, "KRW": 0}

# NT$9,999,999,999: far above every limit, far below what a bigint or a JSON number can hold exactly.
AMOUNT_MINOR_MAX = 9_999_999_999


@dataclass(frozen=True, order=True)
class Money:
    """An amount in whole minor units of one currency. Money(951, "TWD") is NT$951."""

    amount_minor: int
    currency: str

    def __post_init__(self) -> None:
        if not isinstance(self.amount_minor, int) or self.currency not in MINOR_DIGITS:
            raise ValueError(f"{self.amount_minor!r} {self.currency!r} is no money")

    @classmethod
    def twd(cls, amount_minor: int) -> Money:
        return cls(amount_minor, "TWD")

    def __add__(self, other: Money) -> Money:
        assert self.currency == other.currency, "currencies don't mix"
        return Money(self.amount_minor + other.amount_minor, self.currency)

    def __sub__(self, other: Money) -> Money:
        assert self.currency == other.currency, "currencies don't mix"
        return Money(self.amount_minor - other.amount_minor, self.currency)

    def major(self) -> Decimal:
        """Money(12345, "CNY").major() is Decimal("123.45")."""
        return Decimal(self.amount_minor).scaleb(-MINOR_DIGITS[self.currency])

    def allocate(self, weights: Sequence[int]) -> list[Money]:
        """Divide by weights so that the parts add up to the whole: the remainder goes to the first parts, a unit each.

        Money.twd(10).allocate([1, 1, 1]) is [4, 3, 3] dollars.
        """
        total = sum(weights)
        assert total > 0
        assert all(weight >= 0 for weight in weights)
        parts = [self.amount_minor * weight // total for weight in weights]
        for index in range(self.amount_minor - sum(parts)):
            parts[index] += 1
        return [Money(part, self.currency) for part in parts]

    def __str__(self) -> str:
        sign = "NT$" if self.currency == "TWD" else f"{self.currency} "
        return f"{sign}{self.major():,}"


def round_half_up(value: Decimal) -> int:
    """The one rounding rule of the product: to whole units, a half goes up. 9.51 → 10, 9.5 → 10, 9.49 → 9."""
    return int(value.quantize(Decimal(1), rounding=ROUND_HALF_UP))
