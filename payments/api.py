"""The platform's API for payments: create, read, find by order number, cancel, say that goods were shipped."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from common import clock
from common.api import StrictBody
from common.money import AMOUNT_MINOR_MAX, MINOR_DIGITS, Money
from payments import errors, events, operations, queries
from payments.amounts import Quote, amounts_of
from payments.models import Payment
from platforms.api import calling_platform
from platforms.models import Platform

EXPIRES_DEFAULT = dt.timedelta(hours=12)
EXPIRES_MAX = dt.timedelta(days=15)
# A quote's clock may run a little ahead of ours; a rate from the future is a mistake.
QUOTE_AHEAD_MAX = dt.timedelta(minutes=5)
# Nobody sells at a rate from before this; a year 1 is a mistake that no clock of ours can hold.
QUOTED_MIN = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)


class GoodsLine(StrictBody):
    name = serializers.CharField(max_length=120)
    quantity = serializers.IntegerField(min_value=1, max_value=9999)
    amount_minor = serializers.IntegerField(min_value=0, max_value=AMOUNT_MINOR_MAX)


class NewPayment(StrictBody):
    """The order to be paid. Amounts are whole minor units of `currency`; `rate` is TWD for one unit of it."""

    purpose = serializers.CharField(max_length=20, default="order")
    order_number = serializers.RegexField(r"^[A-Za-z0-9._-]{1,64}$")
    description = serializers.CharField(max_length=200, default="", allow_blank=True)
    goods = serializers.ListField(child=GoodsLine(), default=list, max_length=100)
    currency = serializers.ChoiceField(choices=sorted(MINOR_DIGITS))
    product_minor = serializers.IntegerField(min_value=1, max_value=AMOUNT_MINOR_MAX)
    shipping_minor = serializers.IntegerField(min_value=0, max_value=AMOUNT_MINOR_MAX, default=0)
    discount_minor = serializers.IntegerField(min_value=0, max_value=AMOUNT_MINOR_MAX, default=0)
    rate = serializers.DecimalField(max_digits=18, decimal_places=8, min_value=0)
    rate_source = serializers.CharField(max_length=60)
    rate_quoted_at = serializers.DateTimeField()
    return_url = serializers.URLField(max_length=500)
    expires_at = serializers.DateTimeField(required=False)
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


class PaymentBody(serializers.Serializer[Any]):
    """A payment as the platform sees it (payments/events.py makes it)."""

    object = serializers.CharField()
    id = serializers.CharField()
    order_number = serializers.CharField()
    status = serializers.ChoiceField(choices=["created", "pending", "succeeded", "failed", "cancelled", "expired"])
    money_moved = serializers.ChoiceField(choices=["no", "yes", "unknown"])
    amounts = serializers.DictField()
    page_url = serializers.URLField(allow_null=True)
    next = serializers.DictField()
    created_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()
    paid_at = serializers.DateTimeField(allow_null=True)
    shipped_at = serializers.DateTimeField(allow_null=True)
    refundable_minor = serializers.IntegerField()
    failure_code = serializers.CharField(allow_null=True)


class PaymentsView(APIView):
    @extend_schema(request=NewPayment, responses={201: PaymentBody, 200: PaymentBody})
    def post(self, request: Request) -> Response:
        """Create the payment of an order, or find the one that is there: an order number is paid once at most."""
        at, platform = clock.now(), calling_platform(request)
        form = NewPayment(data=request.data, context={"at": at, "platform": platform})
        form.is_valid(raise_exception=True)
        created = operations.create_payment(
            platform=platform, order=_order(form.validated_data), at=at, by=f"platform:{platform.code}"
        )
        code = status.HTTP_201_CREATED if created.is_new else status.HTTP_200_OK
        return Response(_body(created.payment, created.link_secret), status=code)

    @extend_schema(parameters=[OpenApiParameter("order_number", str, required=True)], responses=PaymentBody(many=True))
    def get(self, request: Request) -> Response:
        """The payments of an order, newest first."""
        order_number = request.query_params.get("order_number", "")
        if not order_number:
            text = _("Name the order: ?order_number=…")
            raise serializers.ValidationError({"order_number": [_error(text, "required")]})
        payments = queries.payments_of_order(calling_platform(request), order_number)
        return Response({"object": "list", "data": [_body(payment) for payment in payments]})


class PaymentView(APIView):
    @extend_schema(responses=PaymentBody)
    def get(self, request: Request, reference: str) -> Response:
        """One payment by our id, read after every write."""
        return Response(_body(queries.payment_of_platform(calling_platform(request), reference)))


class CancelPaymentView(APIView):
    @extend_schema(request=None, responses=PaymentBody)
    def post(self, request: Request, reference: str) -> Response:
        """End a payment that nobody has confirmed. A second call gets the first one's answer."""
        platform = calling_platform(request)
        payment = queries.payment_of_platform(platform, reference)
        payment = operations.cancel_payment(payment=payment, at=clock.now(), by=f"platform:{platform.code}")
        return Response(_body(payment))


class ShippedView(APIView):
    @extend_schema(request=None, responses=PaymentBody)
    def post(self, request: Request, reference: str) -> Response:
        """Say that the goods are on their way: refunds are refused here from now on."""
        payment = queries.payment_of_platform(calling_platform(request), reference)
        return Response(_body(operations.mark_shipped(payment=payment, at=clock.now())))


def _quote(fields: dict[str, Any]) -> Quote:
    currency = fields["currency"]
    return Quote(
        product=Money(fields["product_minor"], currency),
        shipping=Money(fields["shipping_minor"], currency),
        discount=Money(fields["discount_minor"], currency),
        rate=fields["rate"],
    )


def _order(fields: dict[str, Any]) -> operations.NewOrder:
    same = (
        "order_number",
        "quote",
        "rate_source",
        "rate_quoted_at",
        "description",
        "return_url",
        "language",
        "expires_at",
    )
    return operations.NewOrder(goods=[dict(line) for line in fields["goods"]], **{name: fields[name] for name in same})


def _body(payment: Payment, link_secret: str = "") -> dict[str, Any]:
    page_url = f"{settings.PORTAL_URL}/pay/{payment.reference}/{link_secret}/" if link_secret else None
    return {**events.payment_body(payment), "page_url": page_url, "next": queries.what_next(payment)}


def _error(text: Any, code: str) -> serializers.ErrorDetail:
    return serializers.ErrorDetail(str(text), code)
