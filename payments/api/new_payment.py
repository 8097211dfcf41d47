"""The order that a platform sends: every field typed, bounded and checked against the others."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from common.api import StrictBody
from common.money import AMOUNT_MINOR_MAX, MINOR_DIGITS, Money
from payments import errors, operations
from payments.amounts import Quote, amounts_of
from platforms.api.fields import Code, Described, Moment, Text
from platforms.models import Platform

EXPIRES_DEFAULT = dt.timedelta(hours=12)
EXPIRES_MAX = dt.timedelta(days=15)
# A quote's clock may run a little ahead of ours; a rate from the future is a mistake.
QUOTE_AHEAD_MAX = dt.timedelta(minutes=5)
# Nobody sells at a rate from before this; a year 1 is a mistake that no clock of ours can hold.
QUOTED_MIN = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)
# What platforms may number orders and refunds with: nothing that a log, an address or a text message would mangle.
NUMBER = "[A-Za-z0-9._-]{1,64}"

_RATE = re.compile(r"-?\d{1,10}(\.\d{1,8})?", re.ASCII)
_SAME = (
    "order_number",
    "quote",
    "rate_source",
    "rate_quoted_at",
    "description",
    "return_url",
    "language",
    "expires_at",
)


class Rate(serializers.DecimalField, Described):
    """A rate as plain digits, in a text or as a number."""

    def to_internal_value(self, data: Any) -> Any:
        rate = super().to_internal_value(data)
        if isinstance(data, str) and not _RATE.fullmatch(data):
            self.fail("invalid")
        return rate

    def described(self) -> dict[str, Any]:
        plain = {"type": "string", "pattern": r"^(?!0+(?:\.0+)?$)[0-9]{1,10}(?:\.[0-9]{1,8})?$"}
        return {"anyOf": [plain, {"type": "number", "exclusiveMinimum": 0, "maximum": 9_999_999_999}]}


class ReturnUrl(serializers.URLField, Described):
    """Where the payer's browser goes back to."""

    def __init__(self, **options: Any) -> None:
        super().__init__(trim_whitespace=False, **options)

    def described(self) -> dict[str, Any]:
        return {"type": "string", "format": "uri", "minLength": 1}


class GoodsLine(StrictBody):
    """One line of the order, as the payer is shown it."""

    name = Text(max_length=120)
    quantity = serializers.IntegerField(min_value=1, max_value=9999)
    amount_minor = serializers.IntegerField(min_value=0, max_value=AMOUNT_MINOR_MAX)


class Purpose(serializers.CharField, Described):
    """What is paid for: an order. A wallet is not topped up here."""

    def described(self) -> dict[str, Any]:
        return {"type": "string", "const": "order"}


class NewPayment(StrictBody):
    """The order to be paid. Amounts are whole minor units of `currency`; `rate` is TWD for one unit of it."""

    purpose = Purpose(max_length=20, default="order", trim_whitespace=False)
    order_number = Code(NUMBER)
    description = Text(max_length=200, default="", allow_blank=True)
    goods = serializers.ListField(child=GoodsLine(), default=list, max_length=100)
    currency = serializers.ChoiceField(choices=sorted(MINOR_DIGITS))
    product_minor = serializers.IntegerField(min_value=1, max_value=AMOUNT_MINOR_MAX)
    shipping_minor = serializers.IntegerField(min_value=0, max_value=AMOUNT_MINOR_MAX, default=0)
    discount_minor = serializers.IntegerField(min_value=0, max_value=AMOUNT_MINOR_MAX, default=0)
    rate = Rate(max_digits=18, decimal_places=8, min_value=0)
    rate_source = Text(max_length=60)
    rate_quoted_at = Moment()
    return_url = ReturnUrl(max_length=500)
    expires_at = Moment(required=False)
    language = serializers.ChoiceField(choices=["zh-hant", "en"], default="zh-hant")

    def validate_purpose(self, purpose: str) -> str:
        if purpose != "order":
            raise errors.TopUpNotSupported
        return purpose

    def validate(self, fields: dict[str, Any]) -> dict[str, Any]:
        at = self.context["at"]
        problems: dict[str, serializers.ErrorDetail] = {}
        if fields["discount_minor"] >= fields["product_minor"] + fields["shipping_minor"]:
            problems["discount_minor"] = _error(_("The discount leaves nothing to pay."), "discount_too_high")
        if fields["rate"] <= 0:
            problems["rate"] = _error(_("The rate must be above zero."), "rate_not_positive")
        if fields["rate_quoted_at"] > at + QUOTE_AHEAD_MAX:
            problems["rate_quoted_at"] = _error(_("The rate is quoted in the future."), "quoted_in_future")
        if fields["rate_quoted_at"] < QUOTED_MIN:
            problems["rate_quoted_at"] = _error(_("The rate is quoted too long ago."), "quoted_too_long_ago")
        expires_at = fields.setdefault("expires_at", at + EXPIRES_DEFAULT)
        if not at < expires_at <= at + EXPIRES_MAX:
            problems["expires_at"] = _error(
                _("An order is payable for 15 days at most, from now."), "expiry_out_of_range"
            )
        platform: Platform = self.context["platform"]
        if not platform.allows_return_to(fields["return_url"]):
            problems["return_url"] = _error(
                _("This address is not registered for the platform."), "return_url_not_allowed"
            )
        if problems:
            raise serializers.ValidationError({name: [problem] for name, problem in problems.items()})
        fields["quote"] = quote = _quote(fields)
        if not 0 < amounts_of(quote, charge_percent=quote.rate * 0).order.amount_minor <= AMOUNT_MINOR_MAX:
            text = _("The order amount in TWD is not between 1 and %(most)s.") % {"most": AMOUNT_MINOR_MAX}
            raise serializers.ValidationError({"rate": [_error(text, "order_amount_out_of_range")]})
        return fields

    def order(self) -> operations.NewOrder:
        """What was sent, once it is valid, as the operation takes it."""
        fields = self.validated_data
        goods = [dict(line) for line in fields["goods"]]
        return operations.NewOrder(goods=goods, **{name: fields[name] for name in _SAME})


def _quote(fields: dict[str, Any]) -> Quote:
    currency = fields["currency"]
    return Quote(
        product=Money(fields["product_minor"], currency),
        shipping=Money(fields["shipping_minor"], currency),
        discount=Money(fields["discount_minor"], currency),
        rate=fields["rate"],
    )


def _error(text: Any, code: str) -> serializers.ErrorDetail:
    return serializers.ErrorDetail(str(text), code)
