"""What every request of the API has in common: JSON read strictly, and bodies in which each field is known and typed."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import IO, Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.parsers import BaseParser

from common.errors import MalformedJson

# No request of ours needs more; what is deeper or longer is a mistake or an attack.
DEPTH_MAX = 20
# A field says its own bounds by name; this one is for numbers that would take long to read.
NUMBER_LENGTH_MAX = 100


class StrictJsonParser(BaseParser):
    """JSON as RFC 8259 has it: UTF-8 whatever the header says, each name once, no NaN, no half characters, bounded."""

    media_type = "application/json"

    def parse(
        self, stream: IO[bytes], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        """What the body says. Raises MalformedJson, which says what is wrong with it."""
        try:
            read = json.loads(
                stream.read().decode(),
                parse_constant=_refuse_constant,
                parse_int=_whole,
                parse_float=_broken,
                object_pairs_hook=_object,
            )
            # Half a surrogate pair can neither be stored nor be sent back.
            json.dumps(read, ensure_ascii=False).encode()
        except (ValueError, RecursionError) as error:
            raise MalformedJson(problem=_("The body is no JSON (RFC 8259, UTF-8).")) from error
        if _is_deeper(read, DEPTH_MAX):
            raise MalformedJson(problem=_("It is nested deeper than 20 levels."))
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
        return {name: [_error(_("There is no such field or parameter."), "unknown_field")] for name in unknown}


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


def _whole(digits: str) -> int:
    if len(digits) > NUMBER_LENGTH_MAX:
        raise MalformedJson(problem=_("A number in it has more than 100 characters."))
    return int(digits)


def _broken(digits: str) -> float:
    value = float(digits)
    if len(digits) > NUMBER_LENGTH_MAX or not math.isfinite(value):
        raise MalformedJson(problem=_("A number in it has more than 100 characters."))
    return value


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A name that stands twice means two things to two readers: it is refused."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise MalformedJson(problem=_("A name in it stands twice."))
    return found


def _is_deeper(read: Any, levels: int) -> bool:
    """Level by level, so that no depth is too much for the one who looks."""
    level = [read]
    for _level in range(levels):
        level = [inner for value in level for inner in _inside(value)]
        if not level:
            return False
    return any(isinstance(value, dict | list) for value in level)


def _inside(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else []
