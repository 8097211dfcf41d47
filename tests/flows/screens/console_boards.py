"""Screens of the console's boards: the dashboard, the rows behind its figures, the refund calendar."""

from __future__ import annotations

import datetime as dt

from cards.bank import fake_bank
from common import clock
from notifications.channels import fake_sender
from notifications.operations import deliver_due
from notifications.states import Channel
from notifications.tests.factories import make_sms
from payments.tests.factories import make_account
from refunds import operations as refunding
from refunds.deferral import WindowKind
from refunds.models import Refund
from refunds.tests.factories import at_taipei, make_accepted_refund, run
from refunds.working_days import Part
from support import operations as cases
from support.tests.factories import cause_of
from tests.flows.screens import screen

DAY = dt.timedelta(days=1)


@screen("board-home-busy")
def busy(guest):
    make_busy(guest)
    guest.as_staff("supervisor")
    guest.open("/console/?still")


@screen("board-home-live")
def live(guest):
    guest.as_staff("agent")
    guest.open("/console/")
    guest.page.locator("#part-today-table summary").click()


@screen("board-home-start")
def start(guest):
    guest.as_staff("administrator")
    guest.open("/console/")


@screen("board-rows-untold")
def untold(guest):
    make_busy(guest)
    guest.as_staff("agent")
    guest.open("/console/overview/untold/")


@screen("board-rows-nothing")
def nothing(guest):
    guest.as_staff("agent")
    guest.open("/console/overview/texts-given-up/")


@screen("board-calendar-month")
def month(guest):
    make_june(guest)
    guest.as_staff("agent")
    guest.open("/console/calendar/?month=2026-06")


@screen("board-calendar-day")
def day(guest):
    make_june(guest)
    guest.as_staff("operator")
    guest.open("/console/calendar/2026-06-17/?list=due")


@screen("board-calendar-closed")
def closed(guest):
    make_june(guest)
    guest.as_staff("operator")
    guest.open("/console/calendar/2026-06-11/?closed")


@screen("board-calendar-deferrals")
def deferrals(guest):
    make_june(guest)
    guest.as_staff("auditor")
    guest.open("/console/calendar/2026-06-24/?list=moved_away")


@screen("board-calendar-estimated")
def estimated(guest):
    guest.as_staff("agent")
    guest.open("/console/calendar/?month=2029-02")


def make_busy(guest):
    """A Monday with trouble of each kind, and the same weekday of the weeks before."""
    house, at = guest.house, clock.now()
    shop = house.shop_with_endpoint("always_refuse")
    for hours in (1, 3, 5):
        payment, _ = house.paid("zh-hant", at=at - dt.timedelta(hours=hours), platform=shop)
        if hours == 5:
            cases.open_case(cause=cause_of(payment, "not_told"), at=at, by="sweep")
    card = house.account()
    fake_bank().behave(card["account_number"], "timeout_before")
    house.paid("zh-hant", card=card)
    for week in range(1, 3):
        for hour in (1, 2, 2, 3):
            house.paid("zh-hant", at=at - 7 * week * DAY + dt.timedelta(hours=hour - 2))
    make_sms(at=at)
    make_sms(at=at, phone="+886912000111")
    fake_sender(Channel.SMS).behave("+886912000111", "refuse")
    deliver_due(channel=Channel.SMS, at=at)
    deliver_due(channel=Channel.WEBHOOK, at=at)
    make_june(guest)


def make_june(guest):
    """Refunds on several days, one deferred, one promise at risk; maintenance, and a typhoon elsewhere."""
    at = clock.now()
    if Refund.objects.exists():
        return
    make_account(at)
    for days, count in ((0, 3), (1, 2), (3, 1), (4, 5)):
        for _ in range(count):
            make_accepted_refund(
                at + days * DAY if days else at, payment=guest.house.paid("zh-hant")[0], amount_minor=400
            )
    late = make_accepted_refund(
        at_taipei(dt.date(2026, 5, 12)), payment=guest.house.paid("zh-hant")[0], amount_minor=300
    )
    fake_bank().behave(late.payment.account.number, "4502")
    run(late, at_taipei(late.credit_date))
    refunding.plan_window(
        kind=WindowKind.MAINTENANCE,
        starts_at=at_taipei(dt.date(2026, 6, 13), 1),
        ends_at=at_taipei(dt.date(2026, 6, 13), 4),
        text_en="Bank maintenance",
        text_zh_hant="銀行系統維護",
        at=at,
        by="staff:olga",
    )
    refunding.record_closure(
        date=dt.date(2026, 6, 16), counties=["hualien_county"], part=Part.WHOLE, note="typhoon", at=at, by="staff:olga"
    )
    refunding.record_closure(
        date=dt.date(2026, 6, 24), counties=["taipei_city"], part=Part.WHOLE, note="typhoon", at=at, by="staff:olga"
    )
    for refund in Refund.objects.filter(status="accepted"):
        refunding.redate_refund(refund_id=refund.id, at=at, by="sweep")
