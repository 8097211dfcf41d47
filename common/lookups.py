"""Look-ups by people without a login: tries are counted, and the answer's address holds none of what was typed."""

from __future__ import annotations

import datetime as dt
import logging
from typing import Any

import redis
from django.core import signing
from django.core.cache import cache

# Four digits are soon guessed: so many tries in that time, per order and caller.
LOOK_UPS_MAX = 10
LOOK_UPS_SECONDS = 600
# The answer's address works as long as one sits before it.
TOKEN_SECONDS = 1800

log = logging.getLogger(__name__)


def is_too_often(*, address: str, order_number: str) -> bool:
    """Count this try. Without the counter the page still answers: it is needed most when things are down."""
    key = f"look-up:{address}:{order_number}"
    try:
        cache.add(key, 0, LOOK_UPS_SECONDS)
        count = cache.incr(key)
    except (redis.RedisError, ValueError):
        log.exception("look-ups are not being counted")
        return False
    return count > LOOK_UPS_MAX


def token_of(answer: Any, *, page: str, at: dt.datetime) -> str:
    """What was found, signed for the address of this page."""
    return signing.dumps([answer, int(at.timestamp())], salt=page)


def answer_of(token: str, *, page: str, at: dt.datetime) -> Any:
    """What was found; None for a forged token and for one whose time is over, by our own clock."""
    try:
        answer, made_at = signing.loads(token, salt=page)
    except signing.BadSignature:
        return None
    return None if at.timestamp() - made_at >= TOKEN_SECONDS else answer
