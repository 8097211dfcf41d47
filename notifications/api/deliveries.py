"""What was sent to a platform's endpoints: found, read with every attempt, and sent again."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from common import clock
from common.paging import newest_first
from notifications import operations, queries
from notifications.api import bodies
from notifications.api.webhooks import TAGS, WebhookView
from notifications.errors import DeliveryTaken
from notifications.models import Message
from platforms.api.base import NoBody
from platforms.api.listing import Query, list_of, parameters, path_parameter

# A page of a hundred deliveries is read to see how they stand, not how each went.
_ATTEMPTS_IN_A_LIST = 10
PATH = [path_parameter("delivery_id", bodies.DELIVERY_ID, "The delivery's id.")]
_STATUSES = {word: status for status, word in bodies.PLATFORM_SEES.items()}


class WebhookDeliveries(WebhookView):
    @extend_schema(
        operation_id="list_webhook_deliveries",
        tags=TAGS,
        parameters=parameters(bodies.DeliveryQuery),
        responses={200: list_of("DeliveryList", bodies.DeliveryBody)},
    )
    def get(self, request: Request) -> Response:
        """Deliveries to your endpoints, the newest first."""
        filters = self.read(bodies.DeliveryQuery, request)
        page = {name: filters.pop(name) for name in ("cursor", "limit")}
        rows = queries.deliveries_of(self.platform(request), attempts_shown=_ATTEMPTS_IN_A_LIST)
        found = newest_first(_filtered(rows, filters), **page)
        return Response(found.as_json([bodies.delivery_body(message) for message in found.rows]))


class OneWebhookDelivery(WebhookView):
    @extend_schema(
        operation_id="read_webhook_delivery", tags=TAGS, parameters=PATH, responses={200: bodies.DeliveryBody}
    )
    def get(self, request: Request, delivery_id: str) -> Response:
        """One delivery with its attempts."""
        self.read(Query, request)
        return Response(bodies.delivery_body(queries.delivery_of(self.platform(request), delivery_id)))


class ResendWebhookDelivery(WebhookView):
    @extend_schema(
        operation_id="resend_webhook_delivery",
        tags=TAGS,
        parameters=PATH,
        request=None,
        responses={200: bodies.DeliveryBody},
    )
    def post(self, request: Request, delivery_id: str) -> Response:
        """Due now, with the same id and bytes; one that was given up begins anew."""
        self.read(NoBody, request)
        platform = self.platform(request)
        message = queries.delivery_of(platform, delivery_id)
        is_due = operations.resend_message(
            message_id=message.pk, at=clock.now(), by=self.by(request), reason="asked for by the API"
        )
        if not is_due:
            assert message.event is not None, f"{message} is no delivery"
            raise DeliveryTaken(event=message.event.public_id)
        return Response(bodies.delivery_body(queries.delivery_of(platform, delivery_id)))


def _filtered(rows: QuerySet[Message], asked: dict[str, Any]) -> QuerySet[Message]:
    names = {"subject": "subject", "created_from": "created_at__gte", "created_before": "created_at__lt"}
    filters = {names[name]: value for name, value in asked.items() if name in names}
    if "status" in asked:
        filters["status__in"] = [_STATUSES[word] for word in asked["status"]]
    for name in ("endpoint", "event"):
        if name in asked:
            filters[f"{name}_id"] = UUID(asked[name].rpartition("_")[2])
    return rows.filter(**filters)
