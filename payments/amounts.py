"""The arithmetic of a payment: goods to TWD, the handling charge, the final amount. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from common.money import Money, round_half_up


@dataclass(frozen=True)
class Quote:
    """What the platform asks for, in the currency of its goods, and the rate to TWD that it quoted."""

    product: Money
    shipping: Money
    discount: Money
    rate: Decimal

    def goods(self) -> Money:
        """Product + shipping − discount."""
        return self.product + self.shipping - self.discount


@dataclass(frozen=True)
class Amounts:
    """The three TWD amounts that the payer sees."""

    order: Money
    charge: Money
    final: Money


def amounts_of(quote: Quote, charge_percent: Decimal) -> Amounts:
    """Order amount = round half up(goods × rate); charge = round half up(percent of it); final = their sum.

    An order of NT$951 at 1 %: charge NT$10 (9.51), final NT$961. NT$950: 9.5 → 10. NT$949: 9.49 → 9.
    """
    order = Money.twd(round_half_up(quote.goods().major() * quote.rate))
    charge = Money.twd(round_half_up(order.amount_minor * charge_percent / 100))
    return Amounts(order, charge, order + charge)
