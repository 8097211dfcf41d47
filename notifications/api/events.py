"""The event feed: what a platform was told, in order and without gaps, for it to read at its own pace."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from common.errors import FieldError, InvalidRequest
from notifications import queries
from platforms.api import calling_platform

_LIMIT_DEFAULT = 100
_AFTER_MAX = 2**63 - 1
_DIGITS_MAX = 19


class EventFeed(APIView):
    """Keep the last sequence you worked through and ask for what comes after it. Nothing smaller appears later."""

    @extend_schema(
        operation_id="list_events",
        parameters=[
            OpenApiParameter(
                "after", OpenApiTypes.INT64, description="the last sequence you have; 0 for the beginning"
            ),
            OpenApiParameter("limit", OpenApiTypes.INT, description="1 to 500, else 100"),
        ],
        responses=inline_serializer(
            "EventPage",
            {
                "data": serializers.ListField(child=serializers.DictField()),
                "next_after": serializers.IntegerField(),
                "has_more": serializers.BooleanField(),
            },
        ),
    )
    def get(self, request: Request) -> Response:
        after = _whole(request, "after", default=0, least=0, most=_AFTER_MAX)
        limit = _whole(request, "limit", default=_LIMIT_DEFAULT, least=1, most=queries.FEED_PAGE_MAX)
        page = queries.feed_page(calling_platform(request), after=after, limit=limit)
        return Response({"data": page.events, "next_after": page.next_after, "has_more": page.has_more})


def _whole(request: Request, name: str, *, default: int, least: int, most: int) -> int:
    given = request.query_params.get(name, str(default))
    if given.isascii() and given.isdigit() and len(given) <= _DIGITS_MAX and least <= int(given) <= most:
        return int(given)
    detail = _("A whole number from %(least)d to %(most)d.") % {"least": least, "most": most}
    raise InvalidRequest([FieldError(f"/{name}", "out_of_range", detail)])
