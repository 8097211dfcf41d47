"""A platform's own keys by API: list, make, roll, revoke. A secret stands in the answer that made it and nowhere else."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from common import clock
from common.api import StrictBody
from common.paging import newest_first
from platforms import operations, queries, rules
from platforms.api import calling_key
from platforms.api.base import NoBody, PlatformView
from platforms.api.fields import Code, Constant, Flag, Moment, Text
from platforms.api.listing import ListQuery, Query, list_of, parameters, path_parameter
from platforms.models import ApiKey

TAGS = ["Keys"]
KEY_PATH = [path_parameter("key_id", "key_[0-9a-f]{32}", "The key's id.")]
BASE64 = "[A-Za-z0-9+/]{43}="
OVERLAP_SECONDS_MAX = 30 * 24 * 3600
_SCOPES_MAX = len(rules.SCOPES)
_ADDRESSES_MAX = 50


class NewApiKey(StrictBody):
    """A key to be made. With `public_key` it verifies signatures; without, in a sandbox, it is a bearer secret."""

    public_key = Code(BASE64, required=False, help_text="base64 of the 32 bytes of an Ed25519 public key")
    scopes = serializers.ListField(
        child=serializers.ChoiceField(choices=rules.SCOPES), min_length=1, max_length=_SCOPES_MAX
    )
    allowed_addresses = serializers.ListField(child=Text(max_length=43), default=list, max_length=_ADDRESSES_MAX)
    expires_at = Moment(required=False, allow_null=True)
    description = Text(max_length=100, default="", allow_blank=True)

    def validate_allowed_addresses(self, addresses: list[str]) -> list[str]:
        if not all(rules.is_network(address) for address in addresses):
            raise serializers.ValidationError(_("This is no address and no network."), "not_a_network")
        return addresses

    def validate_expires_at(self, expires_at: dt.datetime | None) -> dt.datetime | None:
        if expires_at is not None and expires_at <= self.context["at"]:
            raise serializers.ValidationError(_("This time has passed."), "in_the_past")
        return expires_at

    def validate(self, fields: dict[str, Any]) -> dict[str, Any]:
        if "public_key" not in fields and not settings.SANDBOX:
            text = _("Outside a sandbox every key is a public key; its private half stays with you.")
            raise serializers.ValidationError({"public_key": [serializers.ErrorDetail(str(text), "required")]})
        return fields


class KeyRoll(StrictBody):
    """What takes the key's place, and for how long the old one still opens."""

    public_key = Code(BASE64, required=False)
    overlap_seconds = serializers.IntegerField(
        min_value=0, max_value=OVERLAP_SECONDS_MAX, default=int(operations.ROLL_OVERLAP.total_seconds())
    )


class KeyBody(serializers.Serializer[Any]):
    """A key as its platform sees it. `secret` is there once: in the answer that made the key."""

    object = Constant("key")
    id = serializers.CharField()
    kind = serializers.ChoiceField(choices=[kind.value for kind in ApiKey.Kind])
    public_key = serializers.CharField(allow_null=True)
    scopes = serializers.ListField(child=serializers.ChoiceField(choices=rules.SCOPES))
    allowed_addresses = serializers.ListField(child=serializers.CharField())
    description = serializers.CharField()
    usable = Flag()
    created_at = serializers.DateTimeField()
    created_by = serializers.CharField()
    expires_at = serializers.DateTimeField(allow_null=True)
    revoked_at = serializers.DateTimeField(allow_null=True)
    secret = serializers.CharField(required=False)


class _KeyView(PlatformView):
    read_scope, write_scope = "keys:read", "keys:write"


class KeysView(_KeyView):
    needs_key = True

    @extend_schema(
        operation_id="list_keys",
        tags=TAGS,
        parameters=parameters(ListQuery),
        responses={200: list_of("KeyList", KeyBody)},
    )
    def get(self, request: Request) -> Response:
        """The platform's keys, the newest first; revoked ones too."""
        asked = self.read(ListQuery, request)
        page = newest_first(queries.keys_of(self.platform(request)), **asked)
        return Response(page.as_json([key_body(key) for key in page.rows]))

    @extend_schema(operation_id="create_key", tags=TAGS, request=NewApiKey, responses={201: KeyBody})
    def post(self, request: Request) -> Response:
        """Make a key. It can do no more than the key that asks. The secret of a bearer key is told this once."""
        at, platform = clock.now(), self.platform(request)
        asked = self.read(NewApiKey, request, at=at)
        new = operations.NewKey(
            public_key=asked.get("public_key", ""),
            scopes=tuple(dict.fromkeys(asked["scopes"])),
            allowed_addresses=tuple(asked["allowed_addresses"]),
            expires_at=asked.get("expires_at"),
            description=asked["description"],
        )
        made = operations.make_key(
            platform=platform, new=new, at=at, by=str(request.user), held_scopes=calling_key(request).scopes
        )
        return Response(key_body(made.key, made.secret), status=status.HTTP_201_CREATED)


class KeyView(_KeyView):
    @extend_schema(operation_id="read_key", tags=TAGS, parameters=KEY_PATH, responses={200: KeyBody})
    def get(self, request: Request, key_id: str) -> Response:
        """One key by its id."""
        self.read(Query, request)
        return Response(key_body(queries.key_of(self.platform(request), key_id)))


class RollKeyView(_KeyView):
    needs_key = True

    @extend_schema(operation_id="roll_key", tags=TAGS, parameters=KEY_PATH, request=KeyRoll, responses={201: KeyBody})
    def post(self, request: Request, key_id: str) -> Response:
        """A new key with the same scopes and addresses; the old one opens until the overlap is over."""
        asked = self.read(KeyRoll, request)
        made = operations.roll_key(
            platform=self.platform(request),
            key_id=key_id,
            public_key=asked.get("public_key", ""),
            overlap=dt.timedelta(seconds=asked["overlap_seconds"]),
            at=clock.now(),
            by=str(request.user),
        )
        return Response(key_body(made.key, made.secret), status=status.HTTP_201_CREATED)


class RevokeKeyView(_KeyView):
    @extend_schema(operation_id="revoke_key", tags=TAGS, parameters=KEY_PATH, request=None, responses={200: KeyBody})
    def post(self, request: Request, key_id: str) -> Response:
        """From the next request on the key opens nothing. A second call changes nothing."""
        self.read(NoBody, request)
        platform = self.platform(request)
        key = operations.revoke_key(platform=platform, key_id=key_id, at=clock.now(), by=str(request.user))
        return Response(key_body(key))


def key_body(key: ApiKey, secret: str = "") -> dict[str, Any]:
    body = {
        "object": "key",
        "id": key.key_id,
        "kind": key.kind,
        "public_key": key.public_key or None,
        "scopes": key.scopes,
        "allowed_addresses": key.allowed_addresses,
        "description": key.description,
        "usable": key.is_usable(clock.now()),
        "created_at": clock.stamp(key.created_at),
        "created_by": key.created_by,
        "expires_at": clock.stamp(key.expires_at),
        "revoked_at": clock.stamp(key.revoked_at),
    }
    return {**body, "secret": secret} if secret else body
