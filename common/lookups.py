"""Look-ups by people without a login: tries are counted, addresses are signed and end, and a code opens all of it."""

from __future__ import annotations

import datetime as dt
import logging
from dataclasses import dataclass
from typing import Any

import redis
from django.conf import settings
from django.core import signing
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse

# Four digits are soon guessed: so many tries in that time, per order and caller.
LOOK_UPS_MAX = 10
LOOK_UPS_SECONDS = 600
# The answer's address works as long as one sits before it, and longer for whoever asks for that.
TOKEN_SECONDS = 1800
# Whoever reads slowly gets ten hours and a half; an address left in a public browser's history does not live for ever.
EXTENSIONS_MAX = 20

# A cookie says which look-ups this browser may see wholly; a copied address opens no more than order number and digits do.
_OPENED_SALT = "look-ups.opened"
# Of one browser; more is nobody's own orders.
_OPENED_MAX = 5

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class LookUp:
    """What an address holds: the answer, when it was made or made longer the last time, and how often that was done."""

    answer: Any
    made_at: dt.datetime
    extensions: int

    @property
    def ends_at(self) -> dt.datetime:
        return self.made_at + dt.timedelta(seconds=TOKEN_SECONDS)

    @property
    def can_be_extended(self) -> bool:
        return self.extensions < EXTENSIONS_MAX

    def token(self, *, page: str) -> str:
        return signing.dumps([self.answer, int(self.made_at.timestamp()), self.extensions], salt=page)

    def extended(self, at: dt.datetime) -> LookUp:
        """As new; unchanged when that was done often enough."""
        return LookUp(self.answer, at, self.extensions + 1) if self.can_be_extended else self


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
    return LookUp(answer, at, 0).token(page=page)


def look_up_of(token: str, *, page: str, at: dt.datetime) -> LookUp | None:
    """What was found; None for a forged token and for one whose time is over, by our own clock."""
    try:
        answer, made_at, extensions = signing.loads(token, salt=page)
    except (signing.BadSignature, ValueError):
        return None
    look_up = LookUp(answer, dt.datetime.fromtimestamp(made_at, dt.UTC), extensions)
    return None if at >= look_up.ends_at else look_up


def remember_opened(request: HttpRequest, response: HttpResponse, subject: str, *, at: dt.datetime) -> None:
    """From now on this browser sees all of this subject, as long as a look-up is open."""
    opened = {known: since for known, since in _opened(request, at).items() if known != subject}
    newest = dict([*opened.items(), (subject, int(at.timestamp()))][-_OPENED_MAX:])
    response.set_cookie(
        settings.LOOK_UP_COOKIE_NAME,
        signing.dumps(newest, salt=_OPENED_SALT),
        max_age=TOKEN_SECONDS,
        secure=bool(settings.SESSION_COOKIE_SECURE),
        httponly=True,
        samesite="Strict",
    )


def forget_opened(response: HttpResponse) -> None:
    response.delete_cookie(settings.LOOK_UP_COOKIE_NAME, samesite="Strict")


def is_opened(request: HttpRequest, subject: str, *, at: dt.datetime) -> bool:
    return subject in _opened(request, at)


def _opened(request: HttpRequest, at: dt.datetime) -> dict[str, int]:
    try:
        opened = signing.loads(request.COOKIES.get(settings.LOOK_UP_COOKIE_NAME, ""), salt=_OPENED_SALT)
    except signing.BadSignature:
        return {}
    return {subject: since for subject, since in opened.items() if at.timestamp() - since < TOKEN_SECONDS}
