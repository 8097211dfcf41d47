"""Deeds that publish a calendar: an official year, or a closure. The preview names each refund that moves."""

from __future__ import annotations

import datetime as dt

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from refunds import errors as refund_errors
from refunds import operations as refunds
from refunds.calendar import current_calendar, parse_official_year, says_so_already, with_closure, with_year
from refunds.queries.moving import moved_by
from refunds.working_days import COUNTIES, Calendar, Part
from support.operations.deeds.deed import NOTHING, Deed, Doing, Line, Outcome, Preview, Wish

# Of the refunds that move, so many are named; the rest are counted.
MOVES_SHOWN = 200
_DAYS_SHOWN = 40
PARTS = {
    Part.WHOLE: _("The whole day"),
    Part.MORNING: _("In the morning"),
    Part.AFTERNOON: _("In the afternoon"),
    Part.NONE: _("Not closed (take back)"),
}


class PublishYear(Deed):
    name = "calendar.publish"
    title = _("Publish an official calendar")
    about = _("The official file becomes the calendar of its year; open refunds that it touches get new dates.")
    makes = "refunds.add_calendarversion"
    checks = "support.change_rules"

    def subject(self, wish: Wish) -> str:
        return str(parse_official_year(_content(wish))[0].date.year)

    def check(self, wish: Wish, *, at: dt.datetime) -> None:
        parse_official_year(_content(wish))

    def preview(self, wish: Wish, *, at: dt.datetime) -> Preview:
        days = parse_official_year(_content(wish))
        now = current_calendar()
        after = with_year(now, days)
        lines = [Line(_("Calendar version"), str(now.version), str(after.version))]
        changed = [day.date for day in days if now.is_working_day(day.date) != after.is_working_day(day.date)]
        lines += [Line(day.isoformat(), _said(now, day), _said(after, day)) for day in changed[:_DAYS_SHOWN]]
        if len(changed) > _DAYS_SHOWN:
            lines.append(Line(_("Further days that change"), NOTHING, str(len(changed) - _DAYS_SHOWN)))
        return Preview(tuple(lines), moved_by(after, limit=MOVES_SHOWN))

    def apply(self, wish: Wish, doing: Doing) -> Outcome:
        version = refunds.publish_official_year(
            content=_content(wish), note=doing.reason, at=doing.at, by=doing.approved_by
        )
        return Outcome(str(version))


class RecordClosure(Deed):
    name = "calendar.closure"
    title = _("Record a closure")
    about = _("Offices of these counties close on a day, as in a typhoon; open refunds that it touches get new dates.")
    makes = "refunds.add_calendaroverride"
    checks = "support.change_rules"

    def subject(self, wish: Wish) -> str:
        return str(wish["date"])

    def check(self, wish: Wish, *, at: dt.datetime) -> None:
        if says_so_already(current_calendar(), _date(wish), wish["counties"], Part(wish["part"])):
            raise refund_errors.ClosureUnchanged

    def preview(self, wish: Wish, *, at: dt.datetime) -> Preview:
        now, day = current_calendar(), _date(wish)
        after = with_closure(now, day, wish["counties"], Part(wish["part"]))
        counties = ", ".join(county_name(code) for code in COUNTIES if code in wish["counties"])
        lines = (
            Line(_("Calendar version"), str(now.version), str(after.version)),
            Line(counties, NOTHING, str(PARTS[Part(wish["part"])])),
            Line(day.isoformat(), _said(now, day), _said(after, day)),
        )
        return Preview(lines, moved_by(after, limit=MOVES_SHOWN))

    def apply(self, wish: Wish, doing: Doing) -> Outcome:
        version = refunds.record_closure(
            date=_date(wish),
            counties=wish["counties"],
            part=Part(wish["part"]),
            note=doing.reason,
            at=doing.at,
            by=doing.approved_by,
        )
        return Outcome(str(version))


def county_name(code: str) -> str:
    """In the active language."""
    chinese, english = COUNTIES[code]
    return english if get_language() == "en" else chinese


def _content(wish: Wish) -> bytes:
    return str(wish["file"]).encode()


def _date(wish: Wish) -> dt.date:
    return dt.date.fromisoformat(wish["date"])


def _said(calendar: Calendar, day: dt.date) -> str:
    found = calendar.day(day)
    return str(_("working day")) if found.counted else str(_("no working day"))
