"""Answers read into frozen dataclasses: fields by name and type, what is unknown left in `raw`."""

from __future__ import annotations

import dataclasses
import datetime as dt
import functools
import types
from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

T = TypeVar("T")


class Malformed(ValueError):
    """An answer that lacks what the contract promises."""


def read(kind: type[T], data: Any) -> T:
    """A dataclass from a JSON object. A member it doesn't know stays in `raw`: the API grows without breaking anyone.

    A member that is absent or null takes the field's default. Raises Malformed where there is none, or for a wrong type.
    """
    if not isinstance(data, Mapping):
        raise Malformed(f"{kind.__name__} is not an object")
    hints = _hints(kind)  # type: ignore[arg-type]  # a class is hashable, which mypy does not see in type[T]
    values: dict[str, Any] = {"raw": data} if "raw" in hints else {}
    for field in dataclasses.fields(kind):  # type: ignore[arg-type]  # every kind given here is a dataclass
        # A member whose name is a word of Python's own has another name here: from → from_.
        given = data.get(field.name.removesuffix("_"))
        if field.name == "raw":
            continue
        if given is not None:
            values[field.name] = _value(hints[field.name], given, f"{kind.__name__}.{field.name}")
        elif field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING:
            raise Malformed(f"{kind.__name__}.{field.name} is missing")
    return kind(**values)


@functools.cache
def _hints(kind: type[Any]) -> dict[str, Any]:
    return get_type_hints(kind)


def _value(hint: Any, given: Any, where: str) -> Any:
    """`given` as `hint` wants it: str | None, datetime, tuple[Refund, ...], str | Payment."""
    origin = get_origin(hint)
    if hint is Any:
        return given
    if origin in (Union, types.UnionType):
        return _value(_chosen(get_args(hint), given), given, where)
    if origin is tuple:
        if not isinstance(given, list):
            raise Malformed(f"{where} is not a list")
        return tuple(_value(get_args(hint)[0], one, where) for one in given)
    if dataclasses.is_dataclass(hint):
        return read(hint, given)  # type: ignore[arg-type]  # a hint is a class, never an instance
    return _plain(origin or hint, given, where)


def _chosen(hints: tuple[Any, ...], given: Any) -> Any:
    """An expanded object where the answer has one, its id otherwise."""
    kinds = [hint for hint in hints if hint is not types.NoneType]
    objects = [hint for hint in kinds if dataclasses.is_dataclass(hint)]
    others = [hint for hint in kinds if hint not in objects]
    return (objects or others)[0] if isinstance(given, Mapping) else (others or objects)[0]


def _plain(kind: Any, given: Any, where: str) -> Any:
    if kind in _FROM_TEXT:
        try:
            return _FROM_TEXT[kind](given)
        except (ValueError, TypeError, InvalidOperation) as error:
            raise Malformed(f"{where} is no {kind.__name__}") from error
    if not isinstance(given, kind) or (isinstance(given, bool) and kind is not bool):
        raise Malformed(f"{where} is no {kind.__name__}")
    return given


def _moment(text: str) -> dt.datetime:
    read_at = dt.datetime.fromisoformat(text)
    if read_at.tzinfo is None:
        raise ValueError(text)
    return read_at


# Decimal and date are written as texts: "4.4966", "2026-11-23".
_FROM_TEXT: Mapping[Any, Callable[[Any], Any]] = {
    dt.datetime: _moment,
    dt.date: dt.date.fromisoformat,
    Decimal: lambda text: Decimal(str(text)),
}
