"""Refunds for platforms, one view an address; and the views of payments that can show their refunds."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from common import clock
from common.api import StrictBody
from common.money import AMOUNT_MINOR_MAX
from common.paging import newest_first
from payments.api import views as payments
from payments.api.bodies import PAYMENT_ID
from payments.api.new_payment import NUMBER
from platforms.api.base import NoBody, PlatformView
from platforms.api.fields import Bound, Code, Flag, Only, Text, WholeNumber, Words
from platforms.api.listing import ListQuery, Query, list_of, parameters, path_parameter
from refunds import operations, queries
from refunds.api.bodies import REFUND_ID, STATUSES, RefundBody, bodies_of, refunds_by_payment
from refunds.models import Refund

TAGS = ["Refunds"]
REFUND_PATH = [path_parameter("reference", REFUND_ID, "The refund's id.")]


class NewRefund(StrictBody):
    """A refund of a part or all of an order amount; the charge part is added by the rule of the day."""

    payment = Text(max_length=24)
    refund_number = Code(NUMBER)
    amount_minor = serializers.IntegerField(min_value=1, max_value=AMOUNT_MINOR_MAX)
    currency = Only("TWD", default="TWD")
    reason = Text(max_length=200, default="", allow_blank=True)
    expected_refundable_minor = serializers.IntegerField(min_value=0, max_value=AMOUNT_MINOR_MAX, required=False)
    goods_shipped = Flag(default=False)


class RefundQuery(Query):
    expand = Words(words=["payment", "events"], default=list, help_text="Parts to be shown in full, parted by commas.")


class RefundsQuery(ListQuery, RefundQuery):
    payment = Code(PAYMENT_ID, required=False, help_text="The id of the payment that is refunded.")
    order_number = Code(NUMBER, required=False, help_text="The platform's own number of the order.")
    refund_number = Code(NUMBER, required=False, help_text="The platform's own number of the refund.")
    status = Words(words=STATUSES, required=False, help_text="One of these, parted by commas.")
    created_from = Bound(required=False, help_text="Requested at this time or later.")
    created_before = Bound(required=False, help_text="Requested before this time.")
    amount_min_minor = WholeNumber(
        min_value=0, max_value=AMOUNT_MINOR_MAX, required=False, help_text="An amount of so many TWD or more."
    )
    amount_max_minor = WholeNumber(
        min_value=0, max_value=AMOUNT_MINOR_MAX, required=False, help_text="An amount of so many TWD or less."
    )


class RefundsApi(PlatformView):
    """What all views of refunds have in common."""

    read_scope = "refunds:read"
    write_scope = "refunds:write"


class RefundsView(RefundsApi):
    @extend_schema(
        operation_id="create_refund", tags=TAGS, request=NewRefund, responses={201: RefundBody, 200: RefundBody}
    )
    def post(self, request: Request) -> Response:
        """Ask for a refund. The same refund number with the same contents finds the refund that is there."""
        at, platform = clock.now(), self.platform(request)
        asked = self.read(NewRefund, request)
        asked.pop("currency")
        requested = operations.request_refund(
            platform=platform,
            payment_reference=asked.pop("payment"),
            at=at,
            by=f"platform:{platform.code}",
            **asked,
        )
        code = status.HTTP_201_CREATED if requested.is_new else status.HTTP_200_OK
        return Response(_body(requested.refund), status=code)

    @extend_schema(
        operation_id="list_refunds",
        tags=TAGS,
        parameters=parameters(RefundsQuery),
        responses={200: list_of("RefundList", RefundBody)},
    )
    def get(self, request: Request) -> Response:
        """The platform's refunds, newest first; each condition given must hold."""
        asked = self.read(RefundsQuery, request)
        expand, cursor, limit = asked.pop("expand"), asked.pop("cursor"), asked.pop("limit")
        rows = queries.refunds_of_platform(self.platform(request), asked)
        page = newest_first(rows, by="requested_at", cursor=cursor, limit=limit)
        return Response(page.as_json(bodies_of(page.rows, clock.now(), expand=expand)))


class RefundView(RefundsApi):
    @extend_schema(
        operation_id="read_refund",
        tags=TAGS,
        parameters=[*REFUND_PATH, *parameters(RefundQuery)],
        responses={200: RefundBody},
    )
    def get(self, request: Request, reference: str) -> Response:
        """One refund by our id, read after every write."""
        asked = self.read(RefundQuery, request)
        return Response(_body(queries.refund_of(self.platform(request), reference), expand=asked["expand"]))


class ConfirmRefundView(RefundsApi):
    @extend_schema(
        operation_id="confirm_refund", tags=TAGS, parameters=REFUND_PATH, request=None, responses={200: RefundBody}
    )
    def post(self, request: Request, reference: str) -> Response:
        """The seller agrees: the credit's dates are promised from here on. A second call changes nothing."""
        self.read(NoBody, request)
        platform = self.platform(request)
        refund = operations.confirm_refund(
            platform=platform, reference=reference, at=clock.now(), by=f"platform:{platform.code}"
        )
        return Response(_body(refund))


class CancelRefundView(RefundsApi):
    @extend_schema(
        operation_id="cancel_refund", tags=TAGS, parameters=REFUND_PATH, request=None, responses={200: RefundBody}
    )
    def post(self, request: Request, reference: str) -> Response:
        """Give up a refund that was not confirmed. A second call changes nothing."""
        self.read(NoBody, request)
        platform = self.platform(request)
        refund = operations.cancel_refund(
            platform=platform, reference=reference, at=clock.now(), by=f"platform:{platform.code}"
        )
        return Response(_body(refund))


class PaymentsView(payments.PaymentsView):
    expanders = {**payments.PaymentsApi.expanders, "refunds": refunds_by_payment}


class PaymentView(payments.PaymentView):
    expanders = PaymentsView.expanders


def _body(refund: Refund, expand: list[str] | None = None) -> dict[str, Any]:
    (body,) = bodies_of([refund], clock.now(), expand=expand or [])
    return body
