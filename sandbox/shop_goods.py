"""What the demo shop sells and how it prices a cart, in fen of the Chinese yuan."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from common import clock
from common.money import round_half_up

CURRENCY = "CNY"
RATE = Decimal("4.4966")
SHIPPING_MINOR = 2_500
# The coupon that every visitor has, from this price of the goods on.
COUPON_MINOR, COUPON_FROM_MINOR = 1_250, 15_000
QUANTITY_MAX = 99
CHARGE_PERCENT = 1


@dataclass(frozen=True)
class Good:
    sku: str
    name: Promise
    text: Promise
    price_minor: int


GOODS = {
    good.sku: good
    for good in (
        # With shipping and coupon CNY 211.50, at this rate the NT$951 of every example.
        Good("teapot", _("Clay teapot"), _("Yixing clay, 180 ml, one spout, no drips."), 19_900),
        Good("lamp", _("Paper lamp"), _("Folds flat, warm light, fits any shelf."), 8_800),
        Good("headphones", _("Headphones"), _("NT$5,000 or more: the bank sends a text message."), 129_900),
        Good("desk", _("Walnut desk"), _("Dearer than NT$50,000: over the limit of one transfer."), 1_200_000),
    )
}


@dataclass(frozen=True)
class Priced:
    """Amounts in fen; `estimate_minor` and the charge in whole TWD, as the shop reckons before the bank does."""

    lines: list[dict[str, Any]]
    product_minor: int
    shipping_minor: int
    discount_minor: int

    @property
    def total_minor(self) -> int:
        return self.product_minor + self.shipping_minor - self.discount_minor

    @property
    def estimate_minor(self) -> int:
        return round_half_up(Decimal(self.total_minor) / 100 * RATE)

    @property
    def charge_estimate_minor(self) -> int:
        return round_half_up(Decimal(self.estimate_minor) * CHARGE_PERCENT / 100)


def price(cart: Mapping[str, int]) -> Priced:
    lines: list[dict[str, Any]] = [
        {
            "sku": sku,
            "name": str(GOODS[sku].name),
            "quantity": quantity,
            "amount_minor": GOODS[sku].price_minor * quantity,
        }
        for sku, quantity in cart.items()
    ]
    product_minor = sum(line["amount_minor"] for line in lines)
    return Priced(
        lines=lines,
        product_minor=product_minor,
        shipping_minor=SHIPPING_MINOR if lines else 0,
        discount_minor=COUPON_MINOR if product_minor >= COUPON_FROM_MINOR else 0,
    )


def rate_quoted_at(at: dt.datetime) -> dt.datetime:
    """The shop's rate is of nine o'clock in Taipei, of yesterday before that."""
    local = clock.taipei(at)
    quoted = local.replace(hour=9, minute=0, second=0, microsecond=0)
    return (quoted if quoted <= local else quoted - dt.timedelta(days=1)).astimezone(dt.UTC)
