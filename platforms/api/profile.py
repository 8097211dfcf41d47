"""What a platform can read about itself, and how its signatures stand in the API's description."""

from __future__ import annotations

import datetime as dt
from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.utils import extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from common import clock
from platforms.api import calling_platform
from platforms.models import WebhookEndpoint


class SignatureScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]  # the library has no types here
    target_class = "platforms.api.PlatformAuthentication"
    name = "platform"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        text = "RFC 9421 signature with an Ed25519 key; in a sandbox also a bearer key."
        return {"type": "http", "scheme": "bearer", "description": text}


class PlatformProfile(APIView):
    """The calling platform: its name, its contact, and the keys that its notices are signed with."""

    @extend_schema(
        operation_id="read_platform",
        responses=inline_serializer(
            "Platform",
            {
                "object": serializers.CharField(),
                "code": serializers.CharField(),
                "name": serializers.CharField(),
                "contact_phone": serializers.CharField(),
                "webhooks": serializers.ListField(child=serializers.DictField()),
            },
        ),
    )
    def get(self, request: Request) -> Response:
        platform = calling_platform(request)
        endpoints = platform.endpoints.order_by("created_at", "id")
        return Response(
            {
                "object": "platform",
                "code": platform.code,
                "name": platform.name,
                "contact_phone": platform.contact_phone,
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
