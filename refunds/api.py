"""Refunds for platforms: ask, confirm, cancel and read, and the calendar explained."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from common import clock
from common.api import StrictBody, StrictSerializer
from common.money import AMOUNT_MINOR_MAX
from platforms.api import calling_platform
from refunds import events, operations, queries
from refunds.models import Refund
from refunds.states import PLATFORM_SEES
from refunds.working_days import WORKING_DAYS_MAX, Day, Reason


class NewRefund(StrictBody):
    """A refund of a part or all of an order amount; the charge part is added by the rule of the day."""

    payment = serializers.CharField(max_length=24)
    refund_number = serializers.RegexField(r"^[A-Za-z0-9._-]{1,64}$")
    amount_minor = serializers.IntegerField(min_value=1, max_value=AMOUNT_MINOR_MAX)
    currency = serializers.ChoiceField(choices=["TWD"], default="TWD")
    reason = serializers.CharField(max_length=200, default="", allow_blank=True)
    expected_refundable_minor = serializers.IntegerField(min_value=0, max_value=AMOUNT_MINOR_MAX, required=False)
    goods_shipped = serializers.BooleanField(default=False)


class DeferralBody(serializers.Serializer[Any]):
    reason = serializers.CharField()
    old_date = serializers.DateField()
    new_date = serializers.DateField()
    old_latest_date = serializers.DateField()
    new_latest_date = serializers.DateField()
    at = serializers.DateTimeField()


class RefundBody(serializers.Serializer[Any]):
    """A refund as the platform sees it (refunds/events.py makes it)."""

    object = serializers.CharField()
    id = serializers.CharField()
    refund_number = serializers.CharField()
    payment = serializers.CharField()
    order_number = serializers.CharField()
    status = serializers.ChoiceField(choices=sorted(set(PLATFORM_SEES.values())))
    money_moved = serializers.ChoiceField(choices=["no", "yes", "unknown"])
    currency = serializers.CharField()
    amount_minor = serializers.IntegerField()
    charge_minor = serializers.IntegerField()
    total_minor = serializers.IntegerField()
    reason = serializers.CharField()
    requested_at = serializers.DateTimeField()
    accepted_date = serializers.DateField(allow_null=True)
    expected_credit_date = serializers.DateField(allow_null=True)
    latest_credit_date = serializers.DateField(allow_null=True)
    credit_date = serializers.DateField(allow_null=True)
    calendar_version = serializers.IntegerField(allow_null=True)
    overdue = serializers.BooleanField()
    credited_at = serializers.DateTimeField(allow_null=True)
    deferrals = DeferralBody(many=True)


class DayBody(serializers.Serializer[Any]):
    date = serializers.DateField()
    counted = serializers.BooleanField()
    reason = serializers.ChoiceField(choices=[reason.value for reason in Reason])
    name = serializers.CharField()
    name_en = serializers.CharField()
    estimated = serializers.BooleanField()


class Explanation(serializers.Serializer[Any]):
    object = serializers.CharField()
    calendar_version = serializers.IntegerField()
    start = serializers.DateField()
    end = serializers.DateField()
    estimated = serializers.BooleanField()
    days = DayBody(many=True)


class ExplainQuery(StrictSerializer):
    start = serializers.DateField()
    days = serializers.IntegerField(min_value=1, max_value=WORKING_DAYS_MAX)


class RefundsView(APIView):
    @extend_schema(request=NewRefund, responses={201: RefundBody, 200: RefundBody})
    def post(self, request: Request) -> Response:
        """Ask for a refund. The same refund number with the same contents finds the refund that is there."""
        at, platform = clock.now(), calling_platform(request)
        form = NewRefund(data=request.data)
        form.is_valid(raise_exception=True)
        asked = dict(form.validated_data)
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


class RefundView(APIView):
    @extend_schema(responses=RefundBody)
    def get(self, request: Request, reference: str) -> Response:
        """One refund by our id, read after every write."""
        return Response(_body(queries.refund_of(calling_platform(request), reference)))


class ConfirmRefundView(APIView):
    @extend_schema(request=None, responses=RefundBody)
    def post(self, request: Request, reference: str) -> Response:
        """The seller agrees: the credit's dates are promised from here on. A second call changes nothing."""
        platform = calling_platform(request)
        refund = operations.confirm_refund(
            platform=platform, reference=reference, at=clock.now(), by=f"platform:{platform.code}"
        )
        return Response(_body(refund))


class CancelRefundView(APIView):
    @extend_schema(request=None, responses=RefundBody)
    def post(self, request: Request, reference: str) -> Response:
        """Give up a refund that was not confirmed. A second call changes nothing."""
        platform = calling_platform(request)
        refund = operations.cancel_refund(
            platform=platform, reference=reference, at=clock.now(), by=f"platform:{platform.code}"
        )
        return Response(_body(refund))


class ExplainView(APIView):
    @extend_schema(
        parameters=[
            OpenApiParameter("start", str, required=True, description="The day counting starts after, YYYY-MM-DD"),
            OpenApiParameter("days", int, required=True, description=f"Working days, 1 to {WORKING_DAYS_MAX}"),
        ],
        responses=Explanation,
    )
    def get(self, request: Request) -> Response:
        """Each day after `start`, counted or skipped and why, to the n-th working day."""
        form = ExplainQuery(data=request.query_params.dict())
        form.is_valid(raise_exception=True)
        start = form.validated_data["start"]
        calendar, days = queries.explain(start, form.validated_data["days"])
        return Response(
            {
                "object": "calendar_explanation",
                "calendar_version": calendar.version,
                "start": start,
                "end": days[-1].date,
                "estimated": any(day.estimated for day in days),
                "days": [_day(day) for day in days],
            }
        )


def _body(refund: Refund) -> dict[str, Any]:
    return events.refund_body(refund, clock.now())


def _day(day: Day) -> dict[str, Any]:
    return {
        "date": day.date,
        "counted": day.counted,
        "reason": day.reason.value,
        "name": day.name,
        "name_en": day.name_en,
        "estimated": day.estimated,
    }
