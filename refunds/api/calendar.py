"""The calendar for platforms: which days count, and the days of a promise explained."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema, extend_schema_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from platforms.api.base import PlatformView
from platforms.api.fields import Constant, Day, WholeNumber
from platforms.api.listing import Query, parameters
from refunds import queries
from refunds.working_days import WORKING_DAYS_MAX, Reason
from refunds.working_days import Day as CalendarDay

TAGS = ["Calendar"]
WORKING_DAYS_SPAN_MAX = 400
REASONS = [reason.value for reason in Reason]


class SpanQuery(Query):
    """From one date to another, both included, within the years that the calendar knows and not without end."""

    days_max = WORKING_DAYS_SPAN_MAX

    def get_fields(self) -> dict[str, Any]:
        # `from` is no name of Python's.
        bounds = {"first": queries.FIRST_DATE, "last": queries.LAST_DATE}
        texts = {"from": "The first date, YYYY-MM-DD.", "to": f"The last; {self.days_max} days in all at most."}
        return {**super().get_fields(), **{name: Day(**bounds, help_text=text) for name, text in texts.items()}}

    def validate(self, fields: dict[str, Any]) -> dict[str, Any]:
        if not 0 <= (fields["to"] - fields["from"]).days < self.days_max:
            text = _("Not before the first date, and %(most)s days in all at most.") % {"most": self.days_max}
            raise serializers.ValidationError({"to": [serializers.ErrorDetail(text, "span_out_of_range")]})
        return fields


class ExplainQuery(Query):
    start = Day(help_text="Counting begins after this date, YYYY-MM-DD.")
    days = WholeNumber(min_value=1, max_value=WORKING_DAYS_MAX, help_text="How many working days.")


@extend_schema_serializer(component_name="WorkingDay")
class WorkingDayBody(serializers.Serializer[Any]):
    """One date: does it count, and why. `estimated`: the official calendar of its year is not out yet."""

    date = serializers.DateField()
    working = serializers.BooleanField()
    reason = serializers.ChoiceField(choices=REASONS)
    name = serializers.CharField(help_text="Of the holiday or closure, in Chinese; empty on other days.")
    name_en = serializers.CharField()
    estimated = serializers.BooleanField()


class WorkingDays(serializers.Serializer[Any]):
    """The dates of a span. `estimated`: for one of them at least the official calendar is not out yet."""

    object = Constant("working_days")
    calendar_version = serializers.IntegerField()
    estimated = serializers.BooleanField()
    days = WorkingDayBody(many=True)

    def get_fields(self) -> dict[str, Any]:
        return {**super().get_fields(), "from": serializers.DateField(), "to": serializers.DateField()}


@extend_schema_serializer(component_name="CountedDay")
class CountedDayBody(serializers.Serializer[Any]):
    """One date behind the start: counted or skipped, and why."""

    date = serializers.DateField()
    counted = serializers.BooleanField()
    reason = serializers.ChoiceField(choices=REASONS)
    name = serializers.CharField()
    name_en = serializers.CharField()
    estimated = serializers.BooleanField()


class CalendarExplanation(serializers.Serializer[Any]):
    """Each date behind the start, to the last that was asked for."""

    object = Constant("calendar_explanation")
    calendar_version = serializers.IntegerField()
    start = serializers.DateField()
    end = serializers.DateField()
    estimated = serializers.BooleanField()
    days = CountedDayBody(many=True)


class WorkingDaysView(PlatformView):
    read_scope = "calendar:read"

    @extend_schema(
        operation_id="list_working_days", tags=TAGS, parameters=parameters(SpanQuery), responses={200: WorkingDays}
    )
    def get(self, request: Request) -> Response:
        """Each date of a span: does it count as a working day, and why."""
        asked = self.read(SpanQuery, request)
        calendar, days = queries.days_between(asked["from"], asked["to"])
        return Response(
            {
                "object": "working_days",
                "calendar_version": calendar.version,
                "from": asked["from"],
                "to": asked["to"],
                "estimated": any(day.estimated for day in days),
                "days": [_day(day, "working") for day in days],
            }
        )


class ExplainView(PlatformView):
    read_scope = "calendar:read"

    @extend_schema(
        operation_id="explain_working_days",
        tags=TAGS,
        parameters=parameters(ExplainQuery),
        responses={200: CalendarExplanation},
    )
    def get(self, request: Request) -> Response:
        """Each day after `start`, counted or skipped and why, to the n-th working day."""
        asked = self.read(ExplainQuery, request)
        start: dt.date = asked["start"]
        calendar, days = queries.explain(start, asked["days"])
        return Response(
            {
                "object": "calendar_explanation",
                "calendar_version": calendar.version,
                "start": start,
                "end": days[-1].date,
                "estimated": any(day.estimated for day in days),
                "days": [_day(day, "counted") for day in days],
            }
        )


def _day(day: CalendarDay, counts: str) -> dict[str, Any]:
    return {
        "date": day.date,
        counts: day.counted,
        "reason": day.reason.value,
        "name": day.name,
        "name_en": day.name_en,
        "estimated": day.estimated,
    }
