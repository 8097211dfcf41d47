"""Fields that take exactly what the API's description says: no trimming, no guessing, no half-written time."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _
from drf_spectacular.extensions import OpenApiSerializerFieldExtension
from rest_framework import serializers

# RFC 3339: a time without an offset is nobody's time.
_MOMENT = re.compile(
    r"\d{4}-\d\d-\d\d[Tt]([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,9})?([Zz]|[+-]([01]\d|2[0-3]):[0-5]\d)", re.ASCII
)
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_WHOLE = re.compile(r"-?\d{1,19}", re.ASCII)
_FIRST, _LAST = dt.datetime.min.replace(tzinfo=dt.UTC), dt.datetime.max.replace(tzinfo=dt.UTC)
# What nobody can see, and what turns round how the rest is read: control characters, line ends, marks of direction.
_UNSEEN = "\\u0000-\\u001f\\u007f-\\u009f\\u2028-\\u202e\\u2066-\\u2069"
_UNPRINTABLE = re.compile(f"[{_UNSEEN}]")
PRINTABLE = f"^[^{_UNSEEN}]*$"
# The same, with something to read in it.
NOT_BLANK = f"^[^{_UNSEEN}]*[^\\u0020{_UNSEEN}][^{_UNSEEN}]*$"


class Described(serializers.Field[Any, Any, Any, Any]):
    """A field that says of itself, as JSON Schema, what it takes."""

    def described(self) -> dict[str, Any]:
        raise NotImplementedError


class FieldDescription(OpenApiSerializerFieldExtension):  # type: ignore[no-untyped-call]  # the library has no types here
    target_class = Described
    match_subclasses = True

    def map_serializer_field(self, auto_schema: Any, direction: Any) -> dict[str, Any]:
        schema: dict[str, Any] = self.target.described()
        return schema


class Text(serializers.CharField, Described):
    """A text as it stands, spaces included. Where it may not be empty it may not be blank either."""

    default_error_messages: ClassVar = {
        "unprintable": _("This text has characters in it that can't be seen, or that turn round how it is read."),
    }

    def __init__(self, **options: Any) -> None:
        super().__init__(trim_whitespace=False, **options)

    def run_validation(self, data: Any = serializers.empty) -> Any:
        if not self.allow_blank and isinstance(data, str) and not data.strip("".join(map(chr, range(0x21)))):
            self.fail("blank")
        text = super().run_validation(data)
        if isinstance(text, str) and _UNPRINTABLE.search(text):
            self.fail("unprintable")
        return text

    def described(self) -> dict[str, Any]:
        if self.allow_blank:
            return {"type": "string", "pattern": PRINTABLE}
        return {"type": "string", "pattern": NOT_BLANK, "minLength": 1}


class Code(serializers.RegexField, Described):
    """A text of known letters. `pattern` has no anchors."""

    def __init__(self, pattern: str, **options: Any) -> None:
        self.pattern = pattern
        super().__init__(rf"\A(?:{pattern})\Z", trim_whitespace=False, **options)

    def described(self) -> dict[str, Any]:
        return {"type": "string", "pattern": f"^(?:{self.pattern})$" if "|" in self.pattern else f"^{self.pattern}$"}


class Moment(serializers.DateTimeField, Described):
    """A time with its offset, as RFC 3339 writes it."""

    default_error_messages: ClassVar = {"invalid": _("A time like 2026-11-23T05:12:07Z, its offset included.")}

    def to_internal_value(self, value: Any) -> dt.datetime:
        if not isinstance(value, str) or not _MOMENT.fullmatch(value):
            self.fail("invalid")
        return super().to_internal_value(value.upper())

    def described(self) -> dict[str, Any]:
        return {"type": "string", "format": "date-time"}


class Bound(Moment):
    """A time that a list is cut at. Any time will do, the first and the last of all included."""

    def enforce_timezone(self, value: dt.datetime) -> dt.datetime:
        try:
            return value.astimezone(dt.UTC)
        except OverflowError:
            return _FIRST if value.year == _FIRST.year else _LAST


class Day(serializers.DateField, Described):
    """A date of Asia/Taipei between two others."""

    default_error_messages: ClassVar = {
        "invalid": _("A date like 2026-11-23."),
        "out_of_range": _("A date from %(first)s to %(last)s."),
    }

    def __init__(self, *, first: dt.date = dt.date.min, last: dt.date = dt.date.max, **options: Any) -> None:
        self.first, self.last = first, last
        super().__init__(**options)

    def to_internal_value(self, value: Any) -> dt.date:
        if not isinstance(value, str) or not _DAY.fullmatch(value):
            self.fail("invalid")
        day: dt.date = super().to_internal_value(value)
        if not self.first <= day <= self.last:
            text = self.error_messages["out_of_range"] % {"first": self.first, "last": self.last}
            raise serializers.ValidationError(text, "out_of_range")
        return day

    def described(self) -> dict[str, Any]:
        return {"type": "string", "format": "date"}


class WholeNumber(serializers.IntegerField, Described):
    """A whole number of an address, in plain digits."""

    def to_internal_value(self, data: Any) -> int:
        if not isinstance(data, str) or not _WHOLE.fullmatch(data):
            self.fail("invalid")
        return super().to_internal_value(data)

    def described(self) -> dict[str, Any]:
        bounds = {"minimum": self.min_value, "maximum": self.max_value, "default": self.default}
        return {"type": "integer", **{name: value for name, value in bounds.items() if isinstance(value, int)}}


class Flag(serializers.BooleanField, Described):
    """true or false; not "true", not 1."""

    def to_internal_value(self, data: Any) -> bool:
        if type(data) is not bool:
            self.fail("invalid", input=data)
        return data

    def described(self) -> dict[str, Any]:
        return {"type": "boolean"}


class Words(Described):
    """Several words, parted by commas: `status=created,pending`. Known ones, or those that fit a pattern."""

    default_error_messages: ClassVar = {
        "not_text": _("This is a text."),
        "unknown_word": _("There is no “%(word)s” here. There is: %(words)s."),
        "too_many": _("%(most)s words at most."),
    }

    def __init__(self, *, words: Sequence[str] = (), pattern: str = "", most: int = 0, **options: Any) -> None:
        self.words, self.pattern, self.most = tuple(words), pattern, most or len(words)
        super().__init__(**options)

    def to_internal_value(self, data: Any) -> list[str]:
        if not isinstance(data, str):
            self.fail("not_text")
        given = data.split(",")
        if len(given) > self.most:
            raise serializers.ValidationError(self.error_messages["too_many"] % {"most": self.most}, "too_many")
        for word in given:
            if not (word in self.words or (self.pattern and re.fullmatch(self.pattern, word, re.ASCII))):
                known = ", ".join(self.words) or self.pattern
                text = self.error_messages["unknown_word"] % {"word": word[:40], "words": known}
                raise serializers.ValidationError(text, "unknown_word")
        return given

    def described(self) -> dict[str, Any]:
        item: dict[str, Any] = {"type": "string"}
        item |= {"enum": list(self.words)} if self.words else {"pattern": f"^{self.pattern}$"}
        return {"type": "array", "items": item, "minItems": 1, "maxItems": self.most}


class Only(serializers.ChoiceField, Described):
    """A word of a request that can't be another, and is written down all the same."""

    def __init__(self, value: str, **options: Any) -> None:
        super().__init__(choices=[value], **options)

    def described(self) -> dict[str, Any]:
        return {"type": "string", "const": next(iter(self.choices))}


class Constant(serializers.CharField, Described):
    """A word of an answer that is always the same."""

    def __init__(self, value: str) -> None:
        self.value = value
        super().__init__()

    def described(self) -> dict[str, Any]:
        return {"type": "string", "const": self.value}


class Component(Described):
    """A part of an answer that another app describes, by its name in the document."""

    def __init__(self, name: str, *, many: bool = False, or_id: bool = False, **options: Any) -> None:
        self.name, self.many, self.or_id = name, many, or_id
        super().__init__(**options)

    def described(self) -> dict[str, Any]:
        schema: dict[str, Any] = {"$ref": f"#/components/schemas/{self.name}"}
        if self.many:
            return {"type": "array", "items": schema}
        return {"oneOf": [{"type": "string"}, schema]} if self.or_id else schema
