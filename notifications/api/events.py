"""The event feed: what a platform was told, in order and without gaps, for it to read at its own pace."""

from __future__ import annotations

import json
from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from notifications import queries
from notifications.api.bodies import DeliveryBody, delivery_body
from notifications.api.waiting import LOOK_SECONDS, WAIT_SECONDS_MAX, waiter
from notifications.models import Event
from platforms.api.base import PlatformView
from platforms.api.fields import WholeNumber, Words
from platforms.api.listing import Query, parameters, path_parameter
from platforms.models import Platform

TAGS = ["Events"]
WAIT_HEADER = "Outpost-Wait"
_AFTER_MAX = 2**63 - 1
_TYPES_MAX = 20
EVENT_TYPE = "[a-z_]{1,20}[.][a-z_]{1,20}"
EVENT_ID = "evt_[0-9a-f]{32}"


class FeedQuery(Query):
    after = WholeNumber(
        min_value=0, max_value=_AFTER_MAX, default=0, help_text="The last sequence you have; 0 for the beginning."
    )
    limit = WholeNumber(min_value=1, max_value=queries.FEED_PAGE_MAX, default=100, help_text="How many at most.")
    wait = WholeNumber(
        min_value=0,
        max_value=WAIT_SECONDS_MAX,
        default=0,
        help_text="Seconds to wait for an event while there is none. Each platform may wait twice at a time.",
    )
    types = Words(
        pattern=EVENT_TYPE, most=_TYPES_MAX, default=list, help_text="Only events of these types, parted by commas."
    )


class EventQuery(Query):
    expand = Words(words=["deliveries"], default=list, help_text="Parts to be shown in full, parted by commas.")


@extend_schema_serializer(component_name="FeedEvent")
class FeedEventBody(serializers.Serializer[Any]):
    """One event as it was sent, with its place in the platform's feed."""

    sequence = serializers.IntegerField(min_value=1)
    id = serializers.RegexField(f"^{EVENT_ID}$")
    type = serializers.RegexField(f"^{EVENT_TYPE}$")
    created_at = serializers.DateTimeField()
    data = serializers.DictField(help_text="The subject as it was then.")  # type: ignore[assignment]  # a field, not the property


@extend_schema_serializer(component_name="FeedPage")
class FeedPageBody(serializers.Serializer[Any]):
    """A page of the feed, in the order of the sequences."""

    data = FeedEventBody(many=True)  # type: ignore[assignment]  # a field, not the property
    next_after = serializers.IntegerField(min_value=0, help_text="Ask with this as `after` the next time.")
    has_more = serializers.BooleanField(help_text="Ask again at once. With `types`, a page may be empty and have more.")


@extend_schema_serializer(component_name="Event")
class EventBody(FeedEventBody):
    """One event. `sequence` is null for the moment until it has its number."""

    sequence = serializers.IntegerField(min_value=1, allow_null=True)
    deliveries = DeliveryBody(many=True, required=False, help_text="With expand=deliveries.")


class EventFeed(PlatformView):
    """Keep the last sequence you worked through and ask for what comes after it. Nothing smaller appears later."""

    read_scope = "events:read"
    consistency = "sequenced"

    @extend_schema(
        operation_id="list_events",
        tags=TAGS,
        parameters=[
            *parameters(FeedQuery),
            OpenApiParameter(
                WAIT_HEADER,
                type={"type": "string", "enum": ["full"]},
                location=OpenApiParameter.HEADER,
                response=[200],
                description="`full`: too many were waiting, so this was answered at once. Ask again in a second.",
            ),
        ],
        responses={200: FeedPageBody},
    )
    def get(self, request: Request) -> Response:
        """Events in order. With `wait` an empty page is held back until there is an event, or the time is over."""
        asked = self.read(FeedQuery, request)
        wait = asked.pop("wait")
        platform = self.platform(request)
        page, headers = queries.feed_page(platform, **asked), {}
        if page.is_idle:
            queries.refuse_beyond_end(platform, asked["after"])
        if wait and page.is_idle:
            with waiter.seat(platform.pk) as seated:
                if seated:
                    page = _wait(platform, {**asked, "after": page.next_after}, seconds=wait)
                else:
                    headers[WAIT_HEADER] = "full"
        return Response(
            {"data": page.events, "next_after": page.next_after, "has_more": page.has_more}, headers=headers
        )


class EventView(PlatformView):
    read_scope = "events:read"

    @extend_schema(
        operation_id="read_event",
        tags=TAGS,
        parameters=[path_parameter("public_id", EVENT_ID, "The event's id."), *parameters(EventQuery)],
        responses={200: EventBody},
    )
    def get(self, request: Request, public_id: str) -> Response:
        """One event, as it was sent; with expand=deliveries also to whom, and what they answered."""
        asked = self.read(EventQuery, request)
        event = queries.event_of_platform(self.platform(request), public_id)
        body = event_body(event)
        if "deliveries" in asked["expand"]:
            rows = queries.deliveries_of(self.platform(request)).filter(event=event).order_by("id")
            body["deliveries"] = [delivery_body(message) for message in rows]
        return Response(body)


def event_body(event: Event) -> dict[str, Any]:
    """An event as it was sent, with its place in the feed once it has one."""
    number = getattr(event, "number", None)
    return {"sequence": number.sequence if number else None, **json.loads(event.body)}


def _wait(platform: Platform, asked: dict[str, Any], *, seconds: int) -> queries.FeedPage:
    page = queries.FeedPage([], asked["after"], has_more=False)
    for _ in range(int(seconds / LOOK_SECONDS)):
        waiter.pause()
        page = queries.feed_page(platform, **{**asked, "after": page.next_after})
        if not page.is_idle:
            break
    return page
