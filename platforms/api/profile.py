"""What a platform can read about itself, and how its signatures stand in the API's description."""

from __future__ import annotations

import datetime as dt
from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from common import clock
from platforms.api.base import PlatformView
from platforms.api.fields import Constant, Flag
from platforms.api.listing import Query
from platforms.models import WebhookEndpoint


class SignatureScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]  # the library has no types here
    """Either opens: a signature everywhere, a bearer key in a sandbox."""

    target_class = "platforms.api.PlatformAuthentication"
    name = ["signature", "bearer"]

    def get_security_requirement(self, auto_schema: Any) -> list[dict[str, list[str]]]:
        return [{"signature": []}, {"bearer": []}]

    def get_security_definition(self, auto_schema: Any) -> list[dict[str, Any]]:
        signature = (
            "RFC 9421 with Ed25519 over @method, @path, @query and content-digest, with created, keyid and nonce; "
            "the guide “Requests” shows each line."
        )
        bearer = "A sandbox's key, sk_test_…; refused everywhere else."
        return [
            {"type": "apiKey", "in": "header", "name": "Signature-Input", "description": signature},
            {"type": "http", "scheme": "bearer", "description": bearer},
        ]


class WebhookKeys(serializers.Serializer[Any]):
    """An address that notices go to, and the public keys that they are signed with: two during a rotation."""

    url = serializers.CharField()
    enabled = Flag()
    event_types = serializers.ListField(child=serializers.CharField())
    public_keys = serializers.ListField(child=serializers.CharField())


class PlatformBody(serializers.Serializer[Any]):
    """The calling platform. `contact_phone` is what customers are told to call."""

    object = Constant("platform")
    code = serializers.CharField()
    name = serializers.CharField()
    contact_phone = serializers.CharField()
    requests_per_minute = serializers.IntegerField()
    return_url_prefixes = serializers.ListField(child=serializers.CharField())
    webhooks = WebhookKeys(many=True)


class PlatformProfile(PlatformView):
    """The calling platform: its name, its contact, and the keys that its notices are signed with."""

    read_scope = "platform:read"

    @extend_schema(operation_id="read_platform", tags=["Platform"], responses={200: PlatformBody})
    def get(self, request: Request) -> Response:
        """Who you are here, and the keys to check our notices with."""
        self.read(Query, request)
        platform = self.platform(request)
        endpoints = platform.endpoints.order_by("created_at", "id")
        return Response(
            {
                "object": "platform",
                "code": platform.code,
                "name": platform.name,
                "contact_phone": platform.contact_phone,
                "requests_per_minute": platform.requests_per_minute,
                "return_url_prefixes": platform.return_url_prefixes,
                "webhooks": [_endpoint(endpoint, clock.now()) for endpoint in endpoints],
            }
        )


def _endpoint(endpoint: WebhookEndpoint, at: dt.datetime) -> dict[str, Any]:
    keys = [endpoint.public_key]
    if endpoint.previous_until is not None and at < endpoint.previous_until:
        keys.append(endpoint.previous_public_key)
    return {
        "url": endpoint.url,
        "enabled": endpoint.enabled,
        "event_types": endpoint.event_types,
        "public_keys": [f"whpk_{key}" for key in keys],
    }
