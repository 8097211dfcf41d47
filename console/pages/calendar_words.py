"""The words of the refund calendar board: why a day counts or doesn't, and what its windows are."""

from __future__ import annotations

import datetime as dt

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from common.clock import taipei
from refunds.models import MaintenanceWindow
from refunds.pages.months import why_of
from refunds.working_days import Day, Reason


def standing_of(day: Day) -> str:
    """What a day is; nothing for an ordinary working day."""
    if day.reason is Reason.AFTERNOON_CLOSED:
        return _("Run ends at noon: typhoon")
    if day.reason is Reason.TYPHOON:
        return _("Closed: typhoon")
    return why_of(day)


def window_words(window: MaintenanceWindow, date: dt.date) -> str:
    """ "Maintenance 01:00–04:00", as far as it reaches into this day."""
    starts, ends = taipei(window.starts_at), taipei(window.ends_at)
    first = f"{starts:%H:%M}" if starts.date() == date else "00:00"
    last = f"{ends:%H:%M}" if ends.date() == date else "24:00"
    return f"{window.get_kind_display()} {first}–{last}"


def window_text(window: MaintenanceWindow) -> str:
    """What customers are told of it, in the language of the page."""
    return window.text_en if get_language() == "en" else window.text_zh_hant
