"""What every request of the API has in common: JSON read strictly, and bodies in which each field is known and typed."""

from __future__ import annotations

import datetime as dt
import json
import math
import re
import unicodedata
from collections.abc import Mapping
from typing import IO, Any, ClassVar

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import inline_serializer
from rest_framework import serializers
from rest_framework.parsers import BaseParser

from common.errors import MalformedJson
from common.paging import LIMIT_DEFAULT, LIMIT_MAX

_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)")
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


class TextField(serializers.CharField):
    """A text that a database can hold and a person can read: no NUL, no other control characters, no half characters."""

    default_error_messages: ClassVar[dict[str, Any]] = {
        "unprintable": _("This text has a control character or half a character in it."),
    }

    def run_validators(self, value: Any) -> None:
        if isinstance(value, str) and any(unicodedata.category(char) in {"Cc", "Cs"} for char in value):
            self.fail("unprintable")
        super().run_validators(value)


class TimeField(serializers.DateTimeField):
    """A moment: RFC 3339 with its offset. A time without one means another moment to each reader, and is refused."""

    default_error_messages: ClassVar[dict[str, Any]] = {
        "no_offset": _("Write the time with its offset: 2026-11-25T09:30:00+08:00."),
    }

    def to_internal_value(self, value: Any) -> dt.datetime:
        if not isinstance(value, str) or not _MOMENT.fullmatch(value):
            self.fail("no_offset")
        try:
            moment: dt.datetime = super().to_internal_value(value.upper())
            return moment.astimezone(dt.UTC)
        except (OverflowError, ValueError):
            self.fail("overflow")


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


class PageQuery(StrictSerializer):
    """The query of every list; one with filters adds them."""

    cursor = TextField(max_length=100, default="", allow_blank=True, help_text="next_cursor of the page before")
    limit = serializers.IntegerField(min_value=1, max_value=LIMIT_MAX, default=LIMIT_DEFAULT)


def page_of(body: type[serializers.Serializer[Any]]) -> serializers.Serializer[Any]:
    """How a page of these stands in the API's document (common/paging.py makes it)."""
    return inline_serializer(
        f"{body.__name__.removesuffix('Body')}Page",
        {
            "object": serializers.ChoiceField(choices=["list"]),
            "data": body(many=True),
            "has_more": serializers.BooleanField(),
            "next_cursor": serializers.CharField(allow_null=True),
        },
    )


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
