"""How the boards write moments, sums and counts: one way for all of them."""

from __future__ import annotations

import datetime as dt

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from common.clock import taipei

# Below two hours minutes say more, below two days hours.
_MINUTES_UP_TO, _HOURS_UP_TO = 120, 48


def clock_time(at: dt.datetime) -> str:
    return f"{taipei(at):%H:%M:%S}"


def dollars(amount_minor: float) -> str:
    """Whole dollars: 1234567 → "NT$1,234,567"."""
    return f"NT${amount_minor:,.0f}"


def dollars_short(amount_minor: float) -> str:
    """For a bar's end, where space is short: "NT$1.2M", "NT$35K"."""
    for size, sign in ((1_000_000, "M"), (1_000, "K")):
        if amount_minor >= size:
            return f"NT${amount_minor / size:.1f}{sign}"
    return dollars(amount_minor)


def day_of(date: dt.date) -> str:
    """The date with its weekday: "2026-06-08 Mon"."""
    return f"{date:%Y-%m-%d} {date_format(date, 'D')}"


def short_day(date: dt.date) -> str:
    """Where the year is said beside it: "06-08 Mon"."""
    return f"{date:%m-%d} {date_format(date, 'D')}"


def number_of(count: int) -> str:
    return f"{count:,}"


def payments(count: int) -> str:
    return ngettext("%(count)s payment", "%(count)s payments", count) % {"count": number_of(count)}


def refunds(count: int) -> str:
    return ngettext("%(count)s refund", "%(count)s refunds", count) % {"count": number_of(count)}


def age(since: dt.datetime | None, at: dt.datetime) -> str:
    """How long ago, in the one unit that says it: "45 min", "3 h", "2 days"."""
    if since is None:
        return ""
    minutes = int((at - since).total_seconds()) // 60
    if minutes < _MINUTES_UP_TO:
        return _("%(number)s min") % {"number": max(minutes, 0)}
    if minutes < _HOURS_UP_TO * 60:
        return _("%(number)s h") % {"number": minutes // 60}
    return _("%(number)s days") % {"number": minutes // (24 * 60)}
