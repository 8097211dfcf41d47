"""How records are hashed and heads are signed: the bytes, spelled out once for whoever links and whoever checks."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Any, Protocol
from uuid import UUID

from common.sealing import keyed_hash


class _Head(Protocol):
    position: int
    hash: str
    txid: int
    signed_day: dt.date | None


class _DailyHead(Protocol):
    day: dt.date
    position: int
    hash: str
    previous_signature: str
    signed_at: dt.datetime


# What the first link follows.
GENESIS = "0" * 64
# A record as it is hashed: every column. The first links were made without `txid`; both spellings are good for ever, since
# which one a link has is pinned by the signed heads behind it.
HASHED = ("id", "by", "role", "action", "subject", "reason", "details", "at", "txid")
HASHED_AT_FIRST = HASHED[:-1]


def link_hash(*, previous_hash: str, position: int, record: Mapping[str, Any]) -> str:
    """SHA-256 over the link before, the place, and each field of the record in canonical JSON."""
    fields = {name: _plain(value) for name, value in record.items()}
    content = json.dumps([previous_hash, position, fields], sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(content.encode()).hexdigest()


def link_fits(link_hash_kept: str, *, previous_hash: str, position: int, record: Mapping[str, Any]) -> bool:
    """Is this the hash of this record at this place, in either spelling?"""
    spellings = (record, {name: record[name] for name in HASHED_AT_FIRST})
    return any(
        link_hash_kept == link_hash(previous_hash=previous_hash, position=position, record=fields)
        for fields in spellings
    )


def head_signature(*, name: str, position: int, head_hash: str, beside: tuple[object, ...] = ()) -> str:
    """A keyed hash whose key stands in the settings, not in the database. `name` is "head" or a day.

    `beside`: the other columns of the row; the first heads were signed without them.
    """
    words = [name, position, head_hash, *map(_plain, beside)]
    return keyed_hash("\0".join(str(word) for word in words), purpose="audit head")


def signature_fits(
    signature: str, *, name: str, position: int, head_hash: str, beside: tuple[object, ...] = ()
) -> bool:
    good = head_signature(name=name, position=position, head_hash=head_hash, beside=beside)
    return hmac.compare_digest(signature, good)


def signed_of_head(head: _Head) -> dict[str, Any]:
    """What the signature of the running head covers: each of its columns."""
    beside = (head.txid, head.signed_day)
    return {"name": "head", "position": head.position, "head_hash": head.hash, "beside": beside}


def signed_of_day(head: _DailyHead) -> dict[str, Any]:
    beside = (head.previous_signature, head.signed_at)
    return {"name": str(head.day), "position": head.position, "head_hash": head.hash, "beside": beside}


def _plain(value: Any) -> Any:
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).isoformat(timespec="microseconds")
    return str(value) if isinstance(value, UUID) else value
