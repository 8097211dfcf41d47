"""A question to the API as a value: what is sent, and how its answer is read. Nothing is sent here."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Generic, TypeVar
from urllib.parse import quote, urlencode

from outpost.reading import Malformed, read

_KEY = re.compile(r"[!-~]{1,255}")

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


@dataclass(frozen=True)
class Call(Generic[T_co]):
    """`path` begins after /api/v1. `patience_seconds`: how long the portal may wait by itself before it answers."""

    method: str
    path: str
    read: Callable[[Any], T_co]
    query: str = ""
    body: bytes = b""
    idempotency_key: str | None = None
    patience_seconds: float = 0.0


@dataclass(frozen=True)
class Leaf(Generic[T_co]):
    """One page of a list as it came."""

    data: tuple[T_co, ...]
    has_more: bool
    next_cursor: str | None
    raw: dict[str, Any] = field(repr=False)

    @property
    def is_idle(self) -> bool:
        """Nothing here and nothing further on; a page of chosen types may be empty and have more."""
        return not self.data and not self.has_more

    @property
    def next_after(self) -> int | None:
        """The event feed's: the number to go on from. Keep it beside what you did with the events."""
        after = self.raw.get("next_after")
        return after if isinstance(after, int) else None


@dataclass(frozen=True)
class Listing(Generic[T]):
    """A list to be walked page by page; `cursor` names the parameter that goes on."""

    path: str
    kind: type[T]
    query: Mapping[str, Any]
    cursor: str = "cursor"
    patience_seconds: float = 0.0

    def call(self, cursor: str | None = None) -> Call[Leaf[T]]:
        query = {**self.query, **({self.cursor: cursor} if cursor is not None else {})}
        return Call("GET", self.path, self._leaf, query=query_text(query), patience_seconds=self.patience_seconds)

    def _leaf(self, answer: Any) -> Leaf[T]:
        if not isinstance(answer, dict) or not isinstance(answer.get("data"), list):
            raise Malformed("the answer is no list")
        following = answer.get("next_after" if self.cursor == "after" else "next_cursor")
        return Leaf(
            data=tuple(read(self.kind, one) for one in answer["data"]),
            has_more=bool(answer.get("has_more")),
            next_cursor=None if following is None else str(following),
            raw=answer,
        )


def get(path: str, kind: type[T], **query: Any) -> Call[T]:
    """Read one thing."""
    return Call("GET", path, lambda answer: read(kind, answer), query=query_text(query))


def send(
    path: str, kind: type[T], body: Mapping[str, Any] | None = None, *, key: str | None = None, method: str = "POST"
) -> Call[T]:
    """Wish for something; without a body where there is nothing to say. Raises ValueError."""
    if key is not None and not _KEY.fullmatch(key):
        raise ValueError("an idempotency key is 1 to 255 visible ASCII characters")
    content = b"" if body is None else json.dumps(plain(body), ensure_ascii=False).encode()
    return Call(method, path, lambda answer: read(kind, answer), body=content, idempotency_key=key)


def path_of(*parts: str) -> str:
    """("payments", "PAY-7K2", "cancel") → "/payments/PAY-7K2/cancel". Raises ValueError for an empty id."""
    for part in parts:
        if part in {"", ".", ".."}:
            raise ValueError(f"{'/'.join(parts)}: an id is missing")
    return "".join(f"/{quote(part, safe='')}" for part in parts)


def query_text(query: Mapping[str, Any]) -> str:
    """None is left out; several values are joined by commas: {"status": ["created", "pending"]} → status=created%2Cpending."""
    return urlencode({name: _query_value(value) for name, value in query.items() if value not in (None, (), [])})


def plain(value: Any) -> Any:
    """As JSON has it: moments in UTC with milliseconds, dates and decimals as texts."""
    if isinstance(value, dt.datetime):
        return _stamp(value)
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, Mapping):
        return {name: plain(one) for name, one in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(one) for one in value]
    return value


def _query_value(value: Any) -> str:
    if isinstance(value, list | tuple | set | frozenset):
        return ",".join(_query_value(one) for one in value)
    return str(plain(value)).lower() if isinstance(value, bool) else str(plain(value))


def _stamp(at: dt.datetime) -> str:
    if at.tzinfo is None:
        raise ValueError(f"{at.isoformat()} has no time zone; give one, for instance datetime.now(timezone.utc)")
    return at.astimezone(dt.UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
