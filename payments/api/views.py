"""Payments for platforms, one view an address. refunds/api_urls.py mounts those that can show refunds too."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from common import clock
from common.money import AMOUNT_MINOR_MAX
from common.paging import newest_first
from payments import operations, queries
from payments.api.bodies import PAYMENT_ID, STATUSES, Expander, PaymentBody, bodies_of, body_of, events_by_payment
from payments.api.new_payment import NUMBER, NewPayment
from platforms.api.base import NoBody, PlatformView
from platforms.api.fields import Bound, Code, WholeNumber, Words
from platforms.api.listing import ListQuery, Query, list_of, parameters, path_parameter

# The charge is 100 % of the order amount at most.
FINAL_MINOR_MAX = 2 * AMOUNT_MINOR_MAX
TAGS = ["Payments"]
PAYMENT_PATH = [path_parameter("reference", PAYMENT_ID, "The payment's id.")]
_EXPAND = "Parts to be shown in full, parted by commas."


class PaymentQuery(Query):
    expand = Words(words=["refunds", "events"], default=list, help_text=_EXPAND)


class PaymentsQuery(ListQuery, PaymentQuery):
    order_number = Code(NUMBER, required=False, help_text="The platform's own number of the order.")
    status = Words(words=STATUSES, required=False, help_text="One of these, parted by commas.")
    created_from = Bound(required=False, help_text="Created at this time or later.")
    created_before = Bound(required=False, help_text="Created before this time.")
    paid_from = Bound(required=False, help_text="Paid at this time or later.")
    paid_before = Bound(required=False, help_text="Paid before this time.")
    amount_min_minor = WholeNumber(
        min_value=0, max_value=FINAL_MINOR_MAX, required=False, help_text="A final amount of so many TWD or more."
    )
    amount_max_minor = WholeNumber(
        min_value=0, max_value=FINAL_MINOR_MAX, required=False, help_text="A final amount of so many TWD or less."
    )


class PaymentsApi(PlatformView):
    """What all views of payments have in common."""

    read_scope = "payments:read"
    write_scope = "payments:write"
    # The app above adds those of its own.
    expanders: ClassVar[Mapping[str, Expander]] = {"events": events_by_payment}


class PaymentsView(PaymentsApi):
    @extend_schema(
        operation_id="create_payment", tags=TAGS, request=NewPayment, responses={201: PaymentBody, 200: PaymentBody}
    )
    def post(self, request: Request) -> Response:
        """Create the payment of an order, or find the one that is there: an order number is paid once at most."""
        at, platform = clock.now(), self.platform(request)
        form = self.form(NewPayment, request, at=at, platform=platform)
        created = operations.create_payment(
            platform=platform, order=form.order(), at=at, by=f"platform:{platform.code}"
        )
        code = status.HTTP_201_CREATED if created.is_new else status.HTTP_200_OK
        return Response(body_of(created.payment, at, created.link_secret), status=code)

    @extend_schema(
        operation_id="list_payments",
        tags=TAGS,
        parameters=parameters(PaymentsQuery),
        responses={200: list_of("PaymentList", PaymentBody)},
    )
    def get(self, request: Request) -> Response:
        """The platform's payments, newest first; each condition given must hold."""
        asked = self.read(PaymentsQuery, request)
        expand, cursor, limit = asked.pop("expand"), asked.pop("cursor"), asked.pop("limit")
        rows = queries.payments_of_platform(self.platform(request), asked)
        page = newest_first(rows, by="created_at", cursor=cursor, limit=limit)
        return Response(page.as_json(self.bodies(page.rows, expand)))

    def bodies(self, payments: Any, expand: list[str]) -> list[dict[str, Any]]:
        return bodies_of(payments, clock.now(), expand=expand, by=self.expanders)


class PaymentView(PaymentsApi):
    @extend_schema(
        operation_id="read_payment",
        tags=TAGS,
        parameters=[*PAYMENT_PATH, *parameters(PaymentQuery)],
        responses={200: PaymentBody},
    )
    def get(self, request: Request, reference: str) -> Response:
        """One payment by our id, read after every write."""
        asked = self.read(PaymentQuery, request)
        payment = queries.payment_of_platform(self.platform(request), reference)
        (body,) = bodies_of([payment], clock.now(), expand=asked["expand"], by=self.expanders)
        return Response(body)


class CancelPaymentView(PaymentsApi):
    @extend_schema(
        operation_id="cancel_payment",
        tags=TAGS,
        parameters=PAYMENT_PATH,
        request=None,
        responses={200: PaymentBody},
    )
    def post(self, request: Request, reference: str) -> Response:
        """End a payment that nobody has confirmed. A second call gets the first one's answer."""
        self.read(NoBody, request)
        at, platform = clock.now(), self.platform(request)
        payment = queries.payment_of_platform(platform, reference)
        payment = operations.cancel_payment(payment=payment, at=at, by=f"platform:{platform.code}")
        return Response(body_of(payment, at))


class ShippedView(PaymentsApi):
    @extend_schema(
        operation_id="mark_payment_shipped",
        tags=TAGS,
        parameters=PAYMENT_PATH,
        request=None,
        responses={200: PaymentBody},
    )
    def post(self, request: Request, reference: str) -> Response:
        """Say that the goods are on their way: refunds are refused here from now on."""
        self.read(NoBody, request)
        at = clock.now()
        payment = queries.payment_of_platform(self.platform(request), reference)
        return Response(body_of(operations.mark_shipped(payment=payment, at=at), at))
