"""How records are hashed and heads are signed: the bytes, spelled out once for whoever links and whoever checks."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from common.sealing import keyed_hash

# What the first link follows.
GENESIS = "0" * 64
# A record as it is hashed: every column that someone might want to change. txid is the database's own affair.
HASHED = ("id", "by", "role", "action", "subject", "reason", "details", "at")


def link_hash(*, previous_hash: str, position: int, record: Mapping[str, Any]) -> str:
    """SHA-256 over the link before, the place, and each field of the record in canonical JSON."""
    fields = {name: _plain(value) for name, value in record.items()}
    content = json.dumps([previous_hash, position, fields], sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(content.encode()).hexdigest()


def head_signature(*, name: str, position: int, head_hash: str) -> str:
    """A keyed hash whose key stands in the settings, not in the database. `name` is "head" or a day."""
    return keyed_hash(f"{name}\0{position}\0{head_hash}", purpose="audit head")


def signature_fits(signature: str, *, name: str, position: int, head_hash: str) -> bool:
    return hmac.compare_digest(signature, head_signature(name=name, position=position, head_hash=head_hash))


def _plain(value: Any) -> Any:
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).isoformat(timespec="microseconds")
    return str(value) if isinstance(value, UUID) else value
