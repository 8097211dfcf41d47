"""What every request of the API has in common: JSON read strictly, and bodies in which each field is known and typed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import IO, Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser


class StrictJsonParser(BaseParser):
    """JSON as RFC 8259 has it: UTF-8 whatever the header says, no NaN, no half characters, not nested without end."""

    media_type = "application/json"

    def parse(
        self, stream: IO[bytes], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        try:
            read = json.loads(stream.read().decode(), parse_constant=_refuse_constant)
            # Half a surrogate pair can neither be stored nor be sent back.
            json.dumps(read, ensure_ascii=False).encode()
        except (ValueError, RecursionError) as error:
            raise ParseError(_("The body is no JSON.")) from error
        return read


class StrictSerializer(serializers.Serializer[Any]):
    """A request in which every field is known: a misspelt one is an error, not a silent nothing."""

    def to_internal_value(self, data: Any) -> Any:
        wrong = self._wrong(data) if isinstance(data, Mapping) else {}
        try:
            read = super().to_internal_value(data)
        except serializers.ValidationError as error:
            # Each field that needs a change is named at once; where both say something, the stricter word stays.
            detail = error.detail if isinstance(error.detail, dict) else {"non_field_errors": error.detail}
            raise serializers.ValidationError({**detail, **wrong}) from error
        if wrong:
            raise serializers.ValidationError(wrong)
        return read

    def _wrong(self, data: Mapping[str, Any]) -> dict[str, list[serializers.ErrorDetail]]:
        unknown = sorted(set(data) - set(self.fields))
        return {name: [_error(_("There is no such field."), "unknown_field")] for name in unknown}


class StrictBody(StrictSerializer):
    """A JSON body, typed: JSON knows 1.0, "1" and true, but a whole number is written as one, and a text as a text."""

    def _wrong(self, data: Mapping[str, Any]) -> dict[str, list[serializers.ErrorDetail]]:
        wrong = super()._wrong(data)
        for name, field in self.fields.items():
            value = data.get(name)
            if value is None:
                continue
            if isinstance(field, serializers.IntegerField) and type(value) is not int:
                wrong[name] = [_error(_("This is a whole number, written without a point."), "not_whole")]
            if isinstance(field, serializers.CharField) and not isinstance(value, str):
                wrong[name] = [_error(_("This is a text."), "not_text")]
        return wrong


def _error(text: Any, code: str) -> serializers.ErrorDetail:
    return serializers.ErrorDetail(str(text), code)


def _refuse_constant(name: str) -> Any:
    raise ValueError(name)
