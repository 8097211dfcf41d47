"""No page of the way from order to refund has a barrier that axe can find, in both languages, wide and narrow."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.flows.town import Visit

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("stack")]


def barriers(page, url) -> list[str]:
    page.goto(url)
    found = Axe().run(page).response["violations"]
    too_wide = page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
    return [f"{url}: {violation['id']}" for violation in found] + ([f"{url}: scrolls sideways"] if too_wide else [])


def test_no_page_has_a_barrier(town, visit, new_context):
    payer = town.newcomer()
    visit.order("Clay teapot")
    visit.to_pay_page()
    to_pay = visit.page.url
    order_number = visit.pay_first_time(payer, "Clay teapot")
    receipt = visit.page.url
    visit.page.goto(f"{town.portal}/was-i-charged/")
    visit.page.locator("input[name=order_number]").fill(order_number)
    visit.page.locator("input[name=account_last4]").fill(payer.accounts[0][-4:])
    visit.page.get_by_role("button", name="Look it up").click()
    visit.page.wait_for_url("**/was-i-charged/*/")
    charged = visit.page.url
    fixed = [
        f"{town.portal}{path}"
        for path in ("/", "/help/", "/was-i-charged/", "/refunds/", "/no-such-page/", "/console/login/")
    ]

    found = []
    for locale in ("zh-TW", "en-GB"):
        for width in (1280, 320):
            context = new_context(
                locale=locale, viewport={"width": width, "height": 900}, reduced_motion="reduce", bypass_csp=True
            )
            page = Visit(town, context.new_page()).page
            for url in (to_pay, receipt, charged, *fixed):
                found += barriers(page, url)
            context.close()

    assert found == []
