"""Four eyes in two browsers: an operator asks, sees what moves and can't agree; a supervisor sees the same and does."""

from __future__ import annotations

import pytest

from common import clock
from refunds import operations as refunds
from refunds.models import CalendarVersion, Refund
from refunds.tests.factories import again, confirm
from support.models import Approval
from tests.flows.gallery import guest_of
from tests.flows.screens.refunding import asked_for

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("house-en")]


@pytest.fixture
def two(house, browser):
    """Two people, each with a browser of their own."""
    guests = [guest_of(browser, house, "en") for _ in range(2)]
    guests[0].as_staff("operator", stepped_up=True)
    guests[1].as_staff("supervisor", stepped_up=True)
    yield guests
    for guest in guests:
        guest.context.close()


def text(guest, selector="main"):
    return guest.page.locator(selector).inner_text()


def waiting_refund(guest) -> Refund:
    refund, at, _ = asked_for(guest)
    return confirm(refund, at)


def ask_for_a_closure(guest, day):
    guest.open("/console/approvals/")
    guest.press("a[href$='/approvals/new/']")
    guest.press("a[href$='/calendar.closure/']")
    guest.page.locator("[name=date]").fill(day)
    guest.page.locator("[name=counties][value=taipei_city]").check()
    guest.page.locator("[name=reason]").fill("The city closes its offices.")
    guest.press("main form .button")
    return Approval.objects.latest("id")


def test_a_typhoon_day_takes_two_people(two):
    operator, supervisor = two
    refund = waiting_refund(operator)
    version = CalendarVersion.objects.latest("number").number

    approval = ask_for_a_closure(operator, "2026-06-11")

    own = text(operator)
    assert refund.reference in own
    assert "Another person has to agree" in own
    assert operator.page.locator("text=Agree and do it").count() == 0
    assert CalendarVersion.objects.latest("number").number == version

    supervisor.open("/console/approvals/")
    supervisor.press(f"a[href$='/{approval.pk}/']")
    row = text(supervisor, f"tr:has-text('{refund.reference}')")
    old, new = again(refund).credit_date, row.split("→")[1].split()[0]
    assert str(old) in row
    supervisor.press(".approval-decide .button:not(.secondary)")

    assert "Done. What you agreed to is in force." in text(supervisor)
    refunds.redate_refund(refund_id=refund.pk, at=clock.now(), by="sweep")
    assert str(again(refund).credit_date) == new
    operator.open(f"/console/approvals/{approval.pk}/")
    assert "done" in text(operator, "header.page-head")


def test_a_no_says_why_and_who_asked_reads_it(two):
    operator, supervisor = two
    approval = ask_for_a_closure(operator, "2026-06-12")

    supervisor.open(f"/console/approvals/{approval.pk}/")
    supervisor.press(".approval-decide [formaction]")
    assert "Say why" in text(supervisor, ".said")
    supervisor.page.locator("#words").fill("Only New Taipei closes.")
    supervisor.press(".approval-decide [formaction]")

    operator.open(f"/console/approvals/{approval.pk}/")
    assert "Only New Taipei closes." in text(operator)
    assert Approval.objects.get(pk=approval.pk).status == "rejected"


def test_the_keyboard_alone_decides(two):
    operator, supervisor = two
    approval = ask_for_a_closure(operator, "2026-07-09")
    page = supervisor.page
    supervisor.open(f"/console/approvals/{approval.pk}/")

    page.locator("#words").focus()
    page.keyboard.press("Tab")
    with page.expect_navigation():
        page.keyboard.press("Enter")

    assert Approval.objects.get(pk=approval.pk).status == "done"
    assert page.locator(".said").inner_text().startswith("Done.")
