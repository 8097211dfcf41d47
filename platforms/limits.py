"""How many requests a minute a platform is answered, counted by the minute."""

from __future__ import annotations

import datetime as dt
import logging
from dataclasses import dataclass
from uuid import UUID

import redis
from django.core.cache import cache

MINUTE_SECONDS = 60

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Allowance:
    """What is left of this minute."""

    limit: int
    left: int
    reset_seconds: int

    @property
    def is_used_up(self) -> bool:
        return self.left < 0

    def headers(self) -> dict[str, str]:
        """RateLimit fields as the IETF's httpapi draft spells them."""
        return {
            "RateLimit-Policy": f'"platform";q={self.limit};w={MINUTE_SECONDS}',
            "RateLimit": f'"platform";r={max(self.left, 0)};t={self.reset_seconds}',
        }


def take_request(platform_id: UUID, *, limit: int, at: dt.datetime) -> Allowance:
    """Count one request of a platform. Without the counter everything is answered: it guards against floods, not money."""
    minute, second = divmod(int(at.timestamp()), MINUTE_SECONDS)
    count = _count(f"requests:{platform_id}:{minute}")
    return Allowance(limit, limit - count, MINUTE_SECONDS - second)


def _count(key: str) -> int:
    try:
        try:
            return int(cache.incr(key))
        except ValueError:
            # Of two that come first, one makes the counter and both count.
            cache.add(key, 0, 2 * MINUTE_SECONDS)
            return int(cache.incr(key))
    except (redis.RedisError, ValueError):
        log.exception("requests are not being counted")
        return 0
