"""A platform's webhook endpoints: made, changed, switched off and on, tried out, and given again what they missed."""

from __future__ import annotations

import datetime as dt
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from common import clock
from common.paging import newest_first
from notifications import operations, queries
from notifications.api import bodies
from platforms import operations as platforms
from platforms.api.base import NoBody, PlatformView
from platforms.api.listing import ListQuery, Query, list_of, parameters, path_parameter
from platforms.models import WebhookEndpoint

TAGS = ["Webhooks"]
PATH = [path_parameter("endpoint_id", bodies.ENDPOINT_ID, "The endpoint's id.")]


class WebhookView(PlatformView):
    """What all views of endpoints and deliveries ask for."""

    read_scope = "webhooks:read"
    write_scope = "webhooks:write"

    def endpoint(self, request: Request, public_id: str) -> WebhookEndpoint:
        return queries.endpoint_of(self.platform(request), public_id)

    def by(self, request: Request) -> str:
        return f"platform:{self.platform(request).code}"

    def shown(self, request: Request, endpoint: WebhookEndpoint) -> dict[str, Any]:
        """It as it is now, with its backlog."""
        found = self.endpoint(request, endpoint.public_id)
        return bodies.endpoint_body(found, backlog=found.backlog, at=clock.now())  # type: ignore[attr-defined]  # annotated by the query


class WebhookEndpoints(WebhookView):
    needs_key = True

    @extend_schema(
        operation_id="list_webhook_endpoints",
        tags=TAGS,
        parameters=parameters(ListQuery),
        responses={200: list_of("WebhookEndpointList", bodies.WebhookEndpointBody)},
    )
    def get(self, request: Request) -> Response:
        """Your endpoints, the newest first."""
        asked = self.read(ListQuery, request)
        page = newest_first(queries.endpoints_of(self.platform(request)), **asked)
        at = clock.now()
        rows = [bodies.endpoint_body(row, backlog=row.backlog, at=at) for row in page.rows]  # type: ignore[attr-defined]  # annotated by the query
        return Response(page.as_json(rows))

    @extend_schema(
        operation_id="create_webhook_endpoint",
        tags=TAGS,
        request=bodies.NewWebhookEndpoint,
        responses={201: bodies.WebhookEndpointWithSecret},
    )
    def post(self, request: Request) -> Response:
        """A new endpoint, with a key pair of ours and a secret that is shown this once."""
        asked = self.read(bodies.NewWebhookEndpoint, request)
        at = clock.now()
        endpoint = platforms.create_endpoint(
            platform=self.platform(request), at=at, by=self.by(request), **_distinct(asked)
        )
        return Response(_with_secret(endpoint, backlog=0, at=at), status=status.HTTP_201_CREATED)


class OneWebhookEndpoint(WebhookView):
    @extend_schema(
        operation_id="read_webhook_endpoint", tags=TAGS, parameters=PATH, responses={200: bodies.WebhookEndpointBody}
    )
    def get(self, request: Request, endpoint_id: str) -> Response:
        """One endpoint, its health and its backlog."""
        self.read(Query, request)
        return Response(self.shown(request, self.endpoint(request, endpoint_id)))

    @extend_schema(
        operation_id="change_webhook_endpoint",
        tags=TAGS,
        parameters=PATH,
        request=bodies.WebhookEndpointChange,
        responses={200: bodies.WebhookEndpointBody},
    )
    def patch(self, request: Request, endpoint_id: str) -> Response:
        """Another address, other kinds of events, or another description. What waits goes to the new address."""
        asked = self.read(bodies.WebhookEndpointChange, request)
        endpoint = platforms.change_endpoint(
            endpoint_id=self.endpoint(request, endpoint_id).pk,
            at=clock.now(),
            by=self.by(request),
            **_distinct(asked),
        )
        return Response(self.shown(request, endpoint))


class DisableWebhookEndpoint(WebhookView):
    @extend_schema(
        operation_id="disable_webhook_endpoint",
        tags=TAGS,
        parameters=PATH,
        request=None,
        responses={200: bodies.WebhookEndpointBody},
    )
    def post(self, request: Request, endpoint_id: str) -> Response:
        """Nothing is sent to it; what happens meanwhile is kept for it. A second call changes nothing."""
        self.read(NoBody, request)
        endpoint = platforms.disable_endpoint(
            endpoint_id=self.endpoint(request, endpoint_id).pk,
            why=WebhookEndpoint.DisabledReason.BY_PLATFORM,
            at=clock.now(),
            by=self.by(request),
        )
        return Response(self.shown(request, endpoint))


class EnableWebhookEndpoint(WebhookView):
    @extend_schema(
        operation_id="enable_webhook_endpoint",
        tags=TAGS,
        parameters=PATH,
        request=None,
        responses={200: bodies.WebhookEndpointBody},
    )
    def post(self, request: Request, endpoint_id: str) -> Response:
        """On again; what waited for it is due at once. A second call changes nothing."""
        self.read(NoBody, request)
        endpoint = operations.enable_endpoint(
            endpoint_id=self.endpoint(request, endpoint_id).pk, at=clock.now(), by=self.by(request)
        )
        return Response(self.shown(request, endpoint))


class RotateWebhookEndpoint(WebhookView):
    needs_key = True

    @extend_schema(
        operation_id="rotate_webhook_endpoint",
        tags=TAGS,
        parameters=PATH,
        request=bodies.WebhookRotation,
        responses={200: bodies.WebhookEndpointWithSecret},
    )
    def post(self, request: Request, endpoint_id: str) -> Response:
        """A new key pair and a new secret, shown this once. Until the overlap ends the old ones sign beside them."""
        asked = self.read(bodies.WebhookRotation, request)
        found, at = self.endpoint(request, endpoint_id), clock.now()
        overlap = dt.timedelta(seconds=asked["overlap_seconds"])
        endpoint = platforms.rotate_signing_key(endpoint=found, at=at, by=self.by(request), overlap=overlap)
        return Response(_with_secret(endpoint, backlog=found.backlog, at=at))  # type: ignore[attr-defined]  # annotated by the query


class TestWebhookEndpoint(WebhookView):
    __test__ = False
    needs_key = True

    @extend_schema(
        operation_id="test_webhook_endpoint",
        tags=TAGS,
        parameters=PATH,
        request=None,
        responses={201: bodies.DeliveryBody},
    )
    def post(self, request: Request, endpoint_id: str) -> Response:
        """An event webhook.test for this endpoint alone. The answer is its delivery, for you to follow."""
        self.read(NoBody, request)
        message = operations.send_test(
            endpoint_id=self.endpoint(request, endpoint_id).pk, at=clock.now(), by=self.by(request)
        )
        return Response(bodies.delivery_body(message), status=status.HTTP_201_CREATED)


class RecoverWebhookEndpoint(WebhookView):
    @extend_schema(
        operation_id="recover_webhook_endpoint",
        tags=TAGS,
        parameters=PATH,
        request=bodies.WebhookRecovery,
        responses={200: bodies.WebhookRecoveryBody},
    )
    def post(self, request: Request, endpoint_id: str) -> Response:
        """Have everything sent again since a time that this endpoint wants and has not taken."""
        asked = self.read(bodies.WebhookRecovery, request)
        since = asked["since"]
        recovered = operations.recover_endpoint(
            endpoint_id=self.endpoint(request, endpoint_id).pk, since=since, at=clock.now(), by=self.by(request)
        )
        return Response(bodies.recovery_body(since, count=recovered.count, has_more=recovered.has_more))


def _with_secret(endpoint: WebhookEndpoint, *, backlog: int, at: dt.datetime) -> dict[str, Any]:
    body = bodies.endpoint_body(endpoint, backlog=backlog, at=at)
    return {**body, "secret": f"whsec_{endpoint.secret()}"}


def _distinct(fields: dict[str, Any]) -> dict[str, Any]:
    """Each kind of event once, in the order given."""
    if "event_types" in fields:
        return {**fields, "event_types": list(dict.fromkeys(fields["event_types"]))}
    return fields
