"""Bases of the API's request bodies: unknown fields are refused by name, references are checked for form."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers


class StrictSerializer(serializers.Serializer[Any]):
    """A request body in which every field is known: a misspelt one is an error, not a silent nothing."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, Mapping):
            unknown = sorted(set(data) - set(self.fields))
            if unknown:
                text = _("There is no such field.")
                raise serializers.ValidationError(
                    {str(name): [serializers.ErrorDetail(str(text), "unknown_field")] for name in unknown}
                )
        return super().to_internal_value(data)
