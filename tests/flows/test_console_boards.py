"""The boards in a real browser: figures change by themselves, what is open stays open, and every figure is a way."""

from __future__ import annotations

import datetime as dt

import pytest
from playwright.sync_api import expect

from common import clock
from notifications.operations import deliver_due
from notifications.states import Channel
from refunds.tests.factories import make_accepted_refund
from tests.flows.gallery import guest_of

pytestmark = [pytest.mark.browser]


@pytest.fixture
def agent(browser, house):
    guest = guest_of(browser, house, "en")
    guest.as_staff("agent")
    yield guest
    guest.context.close()


def figure(guest, name):
    return guest.page.locator(f"#tile-{name} .figure-big")


def test_a_payment_that_is_told_leaves_the_figure_without_a_reload(agent):
    """The part asks every ten seconds; it may be asked sooner by the same event that its clock sends."""
    shop = agent.house.shop_with_endpoint()
    agent.open("/console/")
    before = int(figure(agent, "untold").inner_text())
    agent.page.evaluate("document.body.dataset.kept = 'yes'")

    agent.house.paid("en", platform=shop)

    expect(figure(agent, "untold")).to_have_text(str(before + 1), timeout=20_000)
    told = int(figure(agent, "told").inner_text())
    deliver_due(channel=Channel.WEBHOOK, at=clock.now())
    expect(figure(agent, "untold")).to_have_text(str(before), timeout=20_000)
    expect(figure(agent, "told")).to_have_text(str(told + 1))
    assert agent.page.evaluate("document.body.dataset.kept") == "yes"


def test_what_the_reader_opened_and_where_they_are_survives_an_update(agent):
    agent.open("/console/")
    part = agent.page.locator("#part-today")
    part.locator("summary").click()
    agent.page.locator("#tile-untold").focus()

    asked = (
        "htmx.ajax('GET', document.querySelector('{0}').getAttribute('hx-get'), {{target: '{0}', swap: 'outerHTML'}})"
    )
    agent.page.evaluate(asked.format("#part-today"))
    agent.page.evaluate(asked.format("#part-told"))

    expect(agent.page.locator("#part-today-table")).to_have_attribute("open", "")
    expect(agent.page.locator("#tile-untold")).to_be_focused()


def test_standing_still_asks_for_nothing(agent):
    agent.open("/console/")
    agent.page.get_by_role("link", name="Hold still").click()

    expect(agent.page.get_by_text("standing still")).to_be_visible()
    assert agent.page.locator("main [hx-get]").count() == 0
    agent.page.get_by_role("link", name="Let it run").click()
    assert agent.page.locator("main [hx-get]").count() == 8


def test_a_lost_connection_is_said_and_so_is_its_return(agent):
    agent.open("/console/")
    lost = agent.page.locator("#board-lost")
    assert not lost.is_visible()

    agent.page.route("**/overview/part/**", lambda route: route.abort())
    expect(lost).to_be_visible(timeout=20_000)
    agent.page.unroute("**/overview/part/**")

    expect(lost).to_be_hidden(timeout=20_000)


def test_whoever_was_signed_out_sees_the_log_in_page_and_not_a_part_of_it(agent):
    agent.open("/console/")

    agent.context.clear_cookies()

    agent.page.wait_for_url("**/login/**", timeout=20_000)


def test_from_a_figure_to_its_rows_and_from_a_bar_to_its_day_by_keyboard_alone(agent):
    refund = make_accepted_refund(clock.now(), payment=agent.house.paid("en")[0], amount_minor=100)
    agent.open("/console/?still")

    agent.page.locator("#tile-untold").focus()
    agent.page.keyboard.press("Enter")
    expect(agent.page.get_by_role("heading", level=1)).to_contain_text("Paid payments")
    assert agent.page.get_by_role("link", name=refund.payment.reference).count() == 1
    agent.page.get_by_role("navigation", name="Where this is").get_by_role("link").press("Enter")
    agent.page.locator(f"#due-{refund.credit_date:%Y%m%d}").press("Enter")

    expect(agent.page.get_by_role("heading", level=2).nth(1)).to_contain_text(f"{refund.credit_date}")
    assert agent.page.get_by_role("link", name=refund.reference).count() == 1


def test_a_month_without_script_has_its_days_its_lists_and_its_preview(browser, house):
    guest = guest_of(browser, house, "en", java_script_enabled=False)
    guest.as_staff("operator")
    refund = make_accepted_refund(clock.now(), payment=house.paid("en")[0], amount_minor=100)
    day = clock.now().date() + dt.timedelta(days=1)
    guest.open(f"/console/calendar/?month={refund.credit_date:%Y-%m}")

    guest.page.get_by_role("table").get_by_role("link", name="Due").first.click()
    assert guest.page.get_by_role("link", name=refund.reference).count() == 1
    guest.open(f"/console/calendar/{day}/")
    guest.page.get_by_role("link", name="Reckon what would move").click()

    expect(guest.page.locator("#preview")).to_contain_text("would be dated anew")
    guest.context.close()
