"""The day of an operator: maintenance, a closure seen before it is asked for, a platform off, a key rolled; each of weight by two."""

from __future__ import annotations

import pytest

from common import clock
from platforms.models import ApiKey, Platform
from platforms.signatures import new_key_pair
from platforms.tests.factories import make_signing_key
from refunds.models import CalendarVersion, MaintenanceWindow
from refunds.tests.factories import confirm
from support import operations
from support.models import Approval
from tests.flows.days import moved_since, person_of, rows_now
from tests.flows.screens import charged
from tests.flows.screens.console_approvals import asked, someone
from tests.flows.screens.console_cases import DAY
from tests.flows.screens.refunding import asked_for, by_hand

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("house-en")]


@pytest.fixture
def operator(browser, house):
    person = person_of(browser, house, "operator", stepped_up=True)
    yield person
    person.guest.context.close()


@pytest.fixture
def second(browser, house):
    """Another operator, at another desk."""
    person = person_of(browser, house, "operator", stepped_up=True)
    yield person
    person.guest.context.close()


def agree(person, approval):
    person.open("/console/approvals/")
    person.press(f"section[aria-labelledby=mine-to-check] a[href$='/{approval.pk}/']")
    person.press("text=Agree and do it")
    assert person.text(".said").startswith("Done. What you agreed to is in force.")


def test_a_maintenance_is_marked_and_stands_in_the_calendar_for_everybody(operator):
    day = clock.today_in_taipei(clock.now()) + 33 * DAY
    operator.open("/console/data/")
    operator.press("a[href='/console/refunds/maintenancewindow/']")
    operator.press("a.addlink[href$='/maintenancewindow/add/']")
    operator.fill(kind="maintenance", starts_at=f"{day} 01:00", ends_at=f"{day} 04:00", text_en="Core update")
    operator.fill(text_zh_hant="核心系統維護")
    operator.press("main form [type=submit], #content form [type=submit]")

    window = MaintenanceWindow.objects.get(text_en="Core update")
    assert window.planned_by == operator.by
    operator.open(f"/console/calendar/{day}/")
    assert "Core update" in operator.text("section[aria-labelledby=day-title]")


def test_a_typhoon_is_reckoned_seen_and_asked_for_from_its_day(operator):
    refund, at, _ = asked_for(operator.guest)
    refund, version = confirm(refund, at), CalendarVersion.objects.latest("number").number
    day = refund.credit_date
    operator.open(f"/console/calendar/{day}/")
    before = rows_now()
    operator.press("text=Reckon what would move")
    assert "would be dated anew" in operator.text("#preview")
    assert moved_since(before) == []

    operator.press("text=Ask for this closure")
    form = operator.page.locator("main form")
    assert form.locator("[name=date]").input_value() == str(day)
    assert form.locator("[name=counties]:checked").get_attribute("value") == "taipei_city"
    operator.fill(reason="The city closes its offices.")
    operator.press("main form .button")

    assert refund.reference in operator.text()
    assert "Another person has to agree" in operator.text()
    assert {"support_approval", "support_approvalchange"} >= set(moved_since(before))
    assert CalendarVersion.objects.latest("number").number == version


def test_a_platform_is_suspended_by_two_and_its_orders_are_paid_no_more(operator, second):
    shop = operator.guest.house.shop_with_endpoint()
    operator.open("/console/approvals/new/")
    operator.press("a[href$='/platform.suspend/']")
    operator.fill(code=shop.code, reason="Their keys are on the internet.")
    operator.press("main form .button")
    approval = Approval.objects.get(deed="platform.suspend", subject=shop.code)
    assert Platform.objects.get(pk=shop.pk).enabled

    agree(second, approval)

    assert not Platform.objects.get(pk=shop.pk).enabled
    operator.open("/console/approvals/?show=decided")
    assert "done" in operator.text(f"tr:has(a[href$='/{approval.pk}/'])")


def test_a_key_is_rolled_from_its_own_page(operator, second):
    shop = operator.guest.house.shop_with_endpoint()
    key, _ = make_signing_key(shop)
    operator.open(f"/console/platforms/apikey/{key.pk}/change/")
    operator.press("text=Ask for this key to be rolled")
    assert operator.page.locator("[name=key_id]").input_value() == key.key_id
    operator.fill(public_key=new_key_pair()[1], reason="once a year")
    operator.press("main form .button")

    agree(second, Approval.objects.get(deed="platform.roll_key", subject=key.key_id))

    assert ApiKey.objects.filter(platform=shop, kind="ed25519").count() == 2
    key.refresh_from_db()
    assert key.expires_at is not None


def test_what_supervisors_ask_for_a_refund_is_agreed_to_but_not_asked_for(operator):
    refund = by_hand(operator.guest)
    operator.open(f"/console/refund/{refund.reference}/")
    assert operator.page.locator("text=Ask for its release").count() == 0
    assert operator.send("/console/approvals/new/refund.return_to_run/", {"reference": refund.reference}).status == 403
    wish = {"reference": refund.reference}
    approval = operations.ask_for(
        deed="refund.return_to_run", wish=wish, reason="the account is open again", maker=someone(), at=clock.now()
    )

    agree(operator, approval)

    refund.refresh_from_db()
    assert refund.status == "accepted"


def test_a_wish_of_ones_own_waits_for_another(operator):
    approval = asked(operator.guest, operator.user)
    address = f"/console/approvals/{approval.pk}/"
    operator.open("/console/approvals/")
    assert operator.page.locator(f"section[aria-labelledby=mine] a[href='{address}']").count() == 1
    operator.press(f"a[href='{address}']")
    assert operator.page.locator("text=Agree and do it").count() == 0
    before = rows_now()

    assert "This is your own request" in operator.send(f"{address}approve/", {"words": "it is right"}).text

    assert moved_since(before) == []


def test_no_number_of_a_customer_is_shown_to_an_operator_anywhere_on_the_page(operator):
    payment = charged.told(operator.guest)
    operator.open(f"/console/payment/{payment.reference}/")

    number, phone = payment.account.number, payment.account.customer.phone
    assert operator.page.locator("text=Reveal a number").count() == 0
    for field in ("account", "phone"):
        path = f"/console/payment/{payment.reference}/reveal/"
        assert operator.send(path, {"field": field, "reason": "to call them"}).status == 403
    assert number not in operator.page.content()
    assert phone not in operator.page.content()


@pytest.mark.parametrize(
    "path", ["/console/audit-trail/", "/console/staff/", "/console/payments/payment/", "/console/cards/customer/"]
)
def test_pages_of_other_roles_are_shut(operator, path):
    operator.open("/console/")

    assert operator.page.locator(f"a[href='{path}']").count() == 0
    assert operator.type_address(path) == 403
