"""Settlement days for platforms: what a day of Taipei time adds up to, and each payment and refund in it."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.http import Http404
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from common import clock
from common.clock import stamp
from payments.api.bodies import minor
from platforms.api.base import PlatformView
from platforms.api.fields import Constant, Day
from platforms.api.listing import ListQuery, Query, list_of, parameters
from refunds import queries
from refunds.api.calendar import SpanQuery
from refunds.queries.settlement import Line, SettlementDay, settlement_days, settlement_lines

TAGS = ["Settlement"]
DATE_PATH = OpenApiParameter(
    "date",
    type={"type": "string", "format": "date"},
    location=OpenApiParameter.PATH,
    description="A day of Asia/Taipei, YYYY-MM-DD.",
)


class DaysQuery(SpanQuery):
    days_max = 92


@extend_schema_serializer(component_name="SettledPayments")
class PaidBody(serializers.Serializer[Any]):
    """The payments of a day."""

    count = serializers.IntegerField(min_value=0)
    order_amount_minor = minor()
    charge_minor = minor()
    final_amount_minor = minor()


@extend_schema_serializer(component_name="SettledRefunds")
class CreditedBody(serializers.Serializer[Any]):
    """The refunds of a day."""

    count = serializers.IntegerField(min_value=0)
    amount_minor = minor()
    charge_minor = minor()
    total_minor = minor()


@extend_schema_serializer(component_name="SettlementDay")
class SettlementDayBody(serializers.Serializer[Any]):
    """What was paid and what was credited from one midnight of Taipei to the next, in whole TWD.

    A payment belongs to the day of its `paid_at`, a refund to that of its `credited_at`: a debit that was sent on one day
    and whose outcome the bank told on the next belongs to the next. While `final` is false the sums can still grow.
    """

    object = Constant("settlement_day")
    date = serializers.DateField()
    time_zone = Constant("Asia/Taipei")
    currency = Constant("TWD")
    payments = PaidBody()
    refunds = CreditedBody()
    net_minor = serializers.IntegerField(help_text="Final amounts of payments less totals of refunds.")
    final = serializers.BooleanField(help_text="The day is over, and nothing can be added to it any more.")
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField(help_text="The first moment that belongs to the next day.")


@extend_schema_serializer(component_name="SettlementAmounts")
class LineAmountsBody(serializers.Serializer[Any]):
    """The same names for both kinds, so that lines add up."""

    currency = Constant("TWD")
    amount_minor = minor(help_text="Of the order amount.")
    charge_minor = minor(help_text="Of the charge.")
    total_minor = minor(help_text="Both.")
    net_minor = serializers.IntegerField(help_text="The total with its sign: below zero for a refund.")


@extend_schema_serializer(component_name="SettlementLine")
class LineBody(serializers.Serializer[Any]):
    """One payment or refund of the day."""

    object = Constant("settlement_line")
    kind = serializers.ChoiceField(choices=["payment", "refund"])
    id = serializers.CharField()
    order_number = serializers.CharField()
    refund_number = serializers.CharField(allow_null=True)
    at = serializers.DateTimeField()
    amounts = LineAmountsBody()


class SettlementApi(PlatformView):
    """What all views of settlement days have in common."""

    read_scope = "settlement:read"


class SettlementDaysView(SettlementApi):
    @extend_schema(
        operation_id="list_settlement_days",
        tags=TAGS,
        parameters=parameters(DaysQuery),
        responses={200: list_of("SettlementDayList", SettlementDayBody)},
    )
    def get(self, request: Request) -> Response:
        """Each day of the span, newest first; days without movement are there with zeros. Always one page."""
        asked = self.read(DaysQuery, request)
        at = clock.now()
        days = settlement_days(self.platform(request), first=asked["from"], last=asked["to"])
        data = [_day_body(day, at) for day in days]
        return Response({"object": "list", "data": data, "has_more": False, "next_cursor": None})


class SettlementDayView(SettlementApi):
    @extend_schema(
        operation_id="read_settlement_day",
        tags=TAGS,
        parameters=[DATE_PATH],
        responses={200: SettlementDayBody},
    )
    def get(self, request: Request, date: str) -> Response:
        """One day."""
        self.read(Query, request)
        day = _day(date)
        (found,) = settlement_days(self.platform(request), first=day, last=day)
        return Response(_day_body(found, clock.now()))


class SettlementLinesView(SettlementApi):
    @extend_schema(
        operation_id="list_settlement_lines",
        tags=TAGS,
        parameters=[DATE_PATH, *parameters(ListQuery)],
        responses={200: list_of("SettlementLineList", LineBody)},
    )
    def get(self, request: Request, date: str) -> Response:
        """The day's payments and refunds, newest first. Once the day is final the list is complete."""
        asked = self.read(ListQuery, request)
        lines, cursor = settlement_lines(self.platform(request), _day(date), **asked)
        data = [_line_body(line) for line in lines]
        return Response({"object": "list", "data": data, "has_more": cursor is not None, "next_cursor": cursor})


def _day(text: str) -> dt.date:
    """The day of an address; one that is no day, or has not begun in Taipei, has nothing under it."""
    try:
        return Day(first=queries.FIRST_DATE, last=clock.today_in_taipei(clock.now())).to_internal_value(text)
    except serializers.ValidationError as error:
        raise Http404 from error


def _day_body(day: SettlementDay, at: dt.datetime) -> dict[str, Any]:
    return {
        "object": "settlement_day",
        "date": day.date,
        "time_zone": "Asia/Taipei",
        "currency": "TWD",
        "payments": {
            "count": day.payments.count,
            "order_amount_minor": day.payments.amount_minor,
            "charge_minor": day.payments.charge_minor,
            "final_amount_minor": day.payments.total_minor,
        },
        "refunds": {
            "count": day.refunds.count,
            "amount_minor": day.refunds.amount_minor,
            "charge_minor": day.refunds.charge_minor,
            "total_minor": day.refunds.total_minor,
        },
        "net_minor": day.net_minor,
        "final": day.is_final(at),
        "starts_at": stamp(day.starts_at),
        "ends_at": stamp(day.ends_at),
    }


def _line_body(line: Line) -> dict[str, Any]:
    return {
        "object": "settlement_line",
        "kind": line.kind,
        "id": line.reference,
        "order_number": line.order_number,
        "refund_number": line.refund_number,
        "at": stamp(line.place.at),
        "amounts": {
            "currency": "TWD",
            "amount_minor": line.amount_minor,
            "charge_minor": line.charge_minor,
            "total_minor": line.total_minor,
            "net_minor": line.net_minor,
        },
    }
