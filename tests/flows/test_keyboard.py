"""Without a mouse: from the shop through the identity check to the receipt, by Tab, Enter, Space, arrows and typing alone."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.flows.gallery import LANGUAGES, guest_of
from tests.flows.keys import STOPS_MAX, Keys
from tests.flows.screens.paying import open_pay_page
from tests.flows.town import roc

SNAPSHOTS = Path(__file__).parent / "snapshots"
# What differs from order to order and from minute to minute.
VARIABLE = re.compile(r"HM\d{8}|PAY-[0-9A-Z]+|\d{4}/\d\d/\d\d \d\d:\d\d|/(?:pay|static)/[^\s\"]*")


@pytest.mark.browser
@pytest.mark.xdist_group("stack")
def test_the_whole_way_from_shop_to_receipt_by_keyboard(town, visit):
    payer, page = town.newcomer(), visit.page
    keys = Keys(page)
    page.goto(f"{town.sandbox}/shop/")
    keys.press("button[aria-label='Add to cart: Clay teapot']")
    keys.press("button:has-text('Confirm the order')")
    expect(page.get_by_role("heading", name="My Cashier")).to_be_visible()
    order_number = page.locator("code").first.inner_text()
    town.insert(payer)
    keys.press("button:has-text('ATM Card Payment')")

    pay(keys, visit, payer)
    prove_identity(keys, visit, payer)
    keys.press("main a:has-text('Back to')")
    expect(page).to_have_url(re.compile(order_number))
    keys.press("button:has-text('Pay again')")
    pay(keys, visit, payer)

    visit.expect_receipt()
    assert len(keys.stops) > 40


def pay(keys, visit, payer):
    page = visit.page
    expect(page.get_by_role("heading", name="Check your order and pay")).to_be_visible()
    expect(page.locator(".account").first).to_be_visible()
    keys.to("input[name=account]")
    page.keyboard.press("Space")
    keys.type("#picture-answer", visit.read_picture())
    keys.type("#password", "1")
    keys.to("#pay-confirm")
    keys.to("#password", backwards=True)
    page.keyboard.press("Control+A")
    page.keyboard.type(payer.password)
    keys.press("#pay-confirm")


def prove_identity(keys, visit, payer):
    page, person = visit.page, payer.person
    expect(page.get_by_role("heading", name="Before you pay: prove your identity")).to_be_visible()
    keys.press("input[name=agree]", "Space")
    keys.press("main form button[type=submit]")
    expect(page.locator("input[name=national_id]")).to_be_visible()
    keys.type("input[name=national_id]", person["national_id"])
    keys.type("input[name=birth_date]", roc(person["birth_date"]))
    keys.type("input[name=issue_date]", roc(person["issue_date"]))
    keys.choose("select[name=issue_place]", person["issue_place"])
    keys.choose("input[name=issue_type]", person["issue_type"])
    keys.press("main form button[type=submit]")
    expect(page.get_by_role("heading", name="Enter the code from the SMS")).to_be_visible()
    keys.type("input[name=code]", visit.code_from_sms(payer))
    keys.press("main form button[type=submit]")
    expect(page.get_by_role("heading", name="Your identity is proved")).to_be_visible()


@pytest.mark.browser
@pytest.mark.xdist_group("house-en")
def test_tab_leads_through_the_pay_page_and_out_of_it_again(house, browser):
    guest = guest_of(browser, house, "en")
    guest.component()
    open_pay_page(guest)
    guest.page.locator(".account").first.wait_for()
    keys = Keys(guest.page)

    stops = [keys.step()]
    while stops[-1] is not None and len(stops) < STOPS_MAX:
        stops.append(keys.step())

    assert stops[0] == "a Skip to content"
    assert stops[-1] is None
    for control in ("input account", "input picture-answer", "input password", "button pay-confirm"):
        assert control in stops
    guest.context.close()


@pytest.mark.browser
@pytest.mark.xdist_group("house-en")
def test_the_first_stop_skips_to_the_content(house, browser):
    guest = guest_of(browser, house, "en")
    guest.open("/was-i-charged/")
    keys = Keys(guest.page)

    keys.press(".skip")
    assert keys.step() == "input order_number" or keys.stops[-1].startswith("input id_order_number")
    guest.context.close()


@pytest.mark.browser
@pytest.mark.xdist_group("house-en")
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_pay_page_is_read_aloud_as_it_was_agreed(house, browser, language):
    """Delete the file to write it anew, and read what changed."""
    guest = guest_of(browser, house, language)
    guest.component()
    open_pay_page(guest)
    guest.page.locator(".account").first.wait_for()
    # Said when the lights have come to rest.
    guest.page.locator("#reader-said:not(:empty)").wait_for(state="attached")

    heard = VARIABLE.sub("…", guest.page.locator("body").aria_snapshot()) + "\n"

    kept = SNAPSHOTS / f"pay-page.{language}.yaml"
    if not kept.exists():
        kept.parent.mkdir(exist_ok=True)
        kept.write_text(heard)
    assert heard == kept.read_text()
    guest.context.close()
