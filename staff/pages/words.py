"""How staff read a time and a browser."""

from __future__ import annotations

import datetime as dt

from django.utils.translation import gettext as _

from common.clock import taipei

_BROWSERS = (("Edg/", "Edge"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))
_SYSTEMS = (
    ("Windows", "Windows"),
    ("Android", "Android"),
    ("iPhone", "iOS"),
    ("Mac OS", "macOS"),
    ("Linux", "Linux"),
)


def stamp(at: dt.datetime | None) -> str:
    """2026-06-08 02:00 UTC → "2026-06-08 10:00 +08:00"; "" for never."""
    return taipei(at).strftime("%Y-%m-%d %H:%M +08:00") if at else ""


def browser_words(user_agent: str) -> str:
    """ "Mozilla/5.0 (X11; Linux …) … Chrome/128…" → "Chrome, Linux"."""
    found = [_first(_BROWSERS, user_agent), _first(_SYSTEMS, user_agent)]
    return ", ".join(word for word in found if word) or _("Unknown browser")


def _first(known: tuple[tuple[str, str], ...], text: str) -> str:
    return next((word for sign, word in known if sign in text), "")
