"""Screens that a member of staff meets in the middle of a day: a form that came too late, a closure half asked for, a file refused."""

from __future__ import annotations

from common import clock
from support import operations
from tests.flows.screens import screen
from tests.flows.screens.console_boards import make_june
from tests.flows.screens.console_cases import WHY, in_english, not_told, show


@screen("console-case-out-of-date")
def case_out_of_date(guest):
    """A colleague has closed it while its form was being filled in."""
    case = not_told(guest)
    guest.as_staff("agent")
    show(guest, case)
    details = guest.page.locator("details", has=guest.page.locator("form[action$='/close/']"))
    details.locator("summary").click()
    guest.page.locator("#close_reason").fill(in_english(guest, WHY))
    operations.close_case(case_id=case.id, reason=in_english(guest, WHY), at=clock.now(), by="staff:bob")
    with guest.page.expect_navigation():
        details.locator("button").click()


@screen("console-closure-from-its-day")
def closure_from_its_day(guest):
    make_june(guest)
    guest.as_staff("operator")
    guest.open("/console/calendar/2026-06-29/?closed")
    guest.press("a[href*='calendar.closure']")


@screen("console-report-file-refused")
def file_refused(guest):
    guest.as_staff("auditor")
    guest.open("/console/reports/daily/?first=2026-06-01")
    guest.page.locator("#file form").evaluate("one => { one.noValidate = true; }")
    guest.press("#file button")
