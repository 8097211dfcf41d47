"""How the API is read: each parameter known, typed and given once; lists by cursor; parts expanded on request."""

from __future__ import annotations

from typing import Any

from drf_spectacular.extensions import OpenApiSerializerExtension
from drf_spectacular.utils import OpenApiParameter, inline_serializer
from rest_framework import serializers

from common.api import StrictSerializer
from common.paging import LIMIT_DEFAULT, LIMIT_MAX
from platforms.api.fields import Code, Constant, Described, Flag, WholeNumber, Words


class Query(StrictSerializer):
    """The parameters of an address. Each has a home here; an unknown one is refused by its name."""


class ListQuery(Query):
    cursor = Code(
        "[A-Za-z0-9_-]{1,200}",
        default="",
        help_text="`next_cursor` of the page before, as it stands; nothing for the first page.",
    )
    limit = WholeNumber(
        min_value=1, max_value=LIMIT_MAX, default=LIMIT_DEFAULT, help_text="How many at most on one page."
    )


class StrictDescription(OpenApiSerializerExtension):  # type: ignore[no-untyped-call]  # the library has no types here
    """A request in which every field is known says so in the document."""

    target_class = "common.api.StrictSerializer"
    match_subclasses = True

    def map_serializer(self, auto_schema: Any, direction: Any) -> dict[str, Any]:
        schema: dict[str, Any] = auto_schema._map_serializer(self.target, direction, bypass_extensions=True)
        return schema | {"additionalProperties": False}


def parameters(form_class: type[Query]) -> list[OpenApiParameter]:
    """The same parameters for the API's document."""
    found = []
    for name, field in form_class().fields.items():
        assert isinstance(field, Described), f"{name} can't describe itself"
        listed = isinstance(field, Words)
        found.append(
            OpenApiParameter(
                name,
                type=field.described(),
                required=field.required,
                description=str(field.help_text or ""),
                style="form" if listed else None,
                explode=False if listed else None,
            )
        )
    return found


def path_parameter(name: str, pattern: str, description: str) -> OpenApiParameter:
    """A part of the address, with the form of all that stand there. `pattern` has no anchors."""
    schema = {"type": "string", "pattern": f"^{pattern}$"}
    return OpenApiParameter(name, type=schema, location=OpenApiParameter.PATH, description=description)


def list_of(name: str, item: type[serializers.Serializer[Any]]) -> serializers.Serializer[Any]:
    """The envelope of a list, for the API's document."""
    return inline_serializer(
        name,
        {
            "object": Constant("list"),
            "data": item(many=True),
            "has_more": Flag(),
            "next_cursor": serializers.CharField(allow_null=True),
        },
    )
