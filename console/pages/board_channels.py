"""The dashboard's parts about the ways in and out: text messages, platforms, limits, and today beside the usual day."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from common.clock import time_text, today_in_taipei
from console.pages import board_words as words
from console.pages import charts
from console.pages.board_parts import Tile, list_of
from console.queries import dashboard_channels as channels
from console.queries import dashboard_traffic as traffic
from payments.limits import LIMIT_NAMES
from payments.models import LimitCode

OPERATORS = {"primary": gettext_lazy("First operator"), "secondary": gettext_lazy("Second operator")}
# Below this share of notices taken a platform has trouble.
_GOOD_PERCENT, _FAIR_PERCENT = 99.0, 90.0


def texts(at: dt.datetime) -> dict[str, Any]:
    found = channels.texts_today(at)
    tiles = [
        Tile(
            "sms_sent",
            words.number_of(found.sent),
            _("Text messages sent today"),
            "",
            "good" if found.sent else "",
            list_of("texts", state="sent"),
        ),
        Tile(
            "sms_failed",
            words.number_of(found.failed),
            _("Tries that failed"),
            _("the other operator or a later try may have sent it"),
            "wait" if found.failed else "good",
            list_of("texts", state="failed"),
        ),
        Tile(
            "sms_waiting",
            words.number_of(found.waiting),
            _("Waiting to be sent"),
            "",
            "wait" if found.waiting else "good",
            list_of("texts-waiting"),
        ),
        Tile(
            "sms_given_up",
            words.number_of(found.given_up),
            _("Given up today"),
            _("nobody got them"),
            "bad" if found.given_up else "good",
            list_of("texts-given-up"),
        ),
    ]
    return {"tiles": tiles, "operators": [_operator(one) for one in found.operators]}


def _operator(one: channels.OperatorToday) -> dict[str, Any]:
    return {
        "name": str(OPERATORS.get(one.operator, one.operator)),
        "sent": words.number_of(one.sent),
        "sent_href": list_of("texts", state="sent", operator=one.operator),
        "failed": words.number_of(one.failed),
        "failed_href": list_of("texts", state="failed", operator=one.operator),
        "percent": _percent(one.sent, one.sent + one.failed),
        "bar": charts.bar(one.sent, one.sent + one.failed, one.sent + one.failed),
    }


def platforms(at: dt.datetime) -> dict[str, Any]:
    rows = []
    for one in channels.platforms_health(at):
        state, kind = _standing(one)
        rows.append(
            {
                "name": one.name,
                "id": one.platform_id.hex,
                "href": reverse("admin:platforms_platform_change", args=[one.platform_id]),
                "state": state,
                "kind": kind,
                "taken": _percent(one.delivered, one.tried),
                "tried": _("%(taken)s of %(tried)s") % {"taken": one.delivered, "tried": one.tried}
                if one.tried
                else "",
                "failing": _("since %(at)s") % {"at": time_text(one.failing_since)} if one.failing_since else "",
                "keys": _keys(one, at),
                "keys_href": f"{reverse('admin:platforms_apikey_changelist')}?platform__id__exact={one.platform_id}",
                "last": time_text(one.last_request_at),
                "age": words.age(one.last_request_at, at),
            }
        )
    return {"rows": rows}


def limits(at: dt.datetime) -> dict[str, Any]:
    found = traffic.limits_refused_today(at)
    most = max((one.count for one in found), default=0)
    rows = [
        {
            "id": one.limit_code,
            "name": str(LIMIT_NAMES[LimitCode(one.limit_code)]),
            "count": words.number_of(one.count),
            "total": words.dollars(one.total_minor),
            "bar": charts.bar(one.count, most, most),
            "href": list_of("limits", limit=one.limit_code),
        }
        for one in found
    ]
    return {"rows": rows}


def today(at: dt.datetime) -> dict[str, Any]:
    """Two pictures of the same hours, and one table of both."""
    day = today_in_taipei(at)
    hours = traffic.hours_of_today(at)
    rows = [
        {
            "hour": f"{one.hour:02d}:00",
            "count": "" if one.count is None else words.number_of(one.count),
            "usual_count": f"{one.usual_count:,.1f}",
            "total": "" if one.total_minor is None else words.dollars(one.total_minor),
            "usual_total": words.dollars(one.usual_minor),
            "href": list_of("paid", day=day.isoformat(), hour=one.hour) if one.count else "",
        }
        for one in hours
    ]
    so_far = [one for one in hours if one.count is not None]
    return {
        "rows": rows,
        "count": words.payments(sum(one.count or 0 for one in so_far)),
        "total": words.dollars(sum(one.total_minor or 0 for one in so_far)),
        "weeks": traffic.WEEKS_BEFORE,
        "pictures": [
            {
                "title": _("Payments an hour"),
                **_picture([(one.count, one.usual_count) for one in hours], rows, words.number_of),
            },
            {
                "title": _("Amount an hour"),
                **_picture([(one.total_minor, one.usual_minor) for one in hours], rows, words.dollars_short),
            },
        ],
    }


def _picture(values: list[tuple[int | None, float]], rows: list[dict[str, str]], written: Any) -> dict[str, Any]:
    drawn = charts.columns(
        [
            charts.Column(
                value=value,
                usual=usual,
                text="" if value is None else f"{row['hour']} · {written(value)}",
                href=row["href"],
            )
            for row, (value, usual) in zip(rows, values, strict=True)
        ]
    )
    return {**drawn, "lines": [{**line, "text": written(round(line["value"]))} for line in drawn["lines"]]}


def _standing(one: channels.PlatformHealth) -> tuple[str, str]:
    if not one.is_enabled:
        return _("suspended"), "off"
    if one.failing_since:
        return _("notices fail"), "bad"
    if one.endpoints_off:
        return _("endpoint off"), "wait"
    percent = one.delivered_percent
    if percent is not None and percent < _GOOD_PERCENT:
        return (_("some notices fail"), "wait" if percent >= _FAIR_PERCENT else "bad")
    return (_("well"), "good") if one.endpoint_count else (_("reads the feed"), "good")


def _keys(one: channels.PlatformHealth, at: dt.datetime) -> str:
    if not one.keys_expiring or one.next_expiry_at is None:
        return ""
    days = (one.next_expiry_at - at).days
    text = ngettext(
        "%(count)s within 30 days, the first in %(days)s day",
        "%(count)s within 30 days, the first in %(days)s days",
        days,
    )
    return text % {"count": one.keys_expiring, "days": days}


def _percent(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f} %" if whole else "–"
