"""A caller is on the phone: from a cold start, at most two interactions to the sentence to say, word for word the customer's."""

from __future__ import annotations

import datetime as dt
import re

import pytest

from common import clock
from tests.flows import inspection
from tests.flows.gallery import LANGUAGES, NARROW, WIDE, guest_of
from tests.flows.screens import charged, refunding

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("house-zh-hant")]

LANG = {"zh-hant": "zh-Hant-TW", "en": "en"}
INTERACTIONS_MAX = 2


class Agent:
    """Customer service with the console just opened; what the hands do is counted."""

    def __init__(self, guest):
        self.guest, self.page, self.interactions = guest, guest.page, 0
        guest.as_staff("agent")
        guest.open("/console/")

    def type_and_enter(self, term):
        self.interactions += 1
        self.page.locator("#desk-q").fill(term)
        with self.page.expect_navigation():
            self.page.locator("#desk-q").press("Enter")

    def click(self, selector):
        self.interactions += 1
        with self.page.expect_navigation():
            self.page.locator(selector).first.click()

    def sentences(self, language):
        """What is to be said in this language, of what is seen without scrolling."""
        part = self.page.locator(f".say-language[lang={LANG[language]}] .say-part").first
        height = self.page.viewport_size["height"]
        box = part.bounding_box()
        assert box["y"] >= 0
        assert box["y"] + box["height"] <= height
        title = part.locator(".say-title").inner_text()
        return title, part.locator("p:not(.say-title)").all_inner_texts()


@pytest.fixture(params=LANGUAGES)
def guest(request, house, browser):
    guest = guest_of(browser, house, request.param)
    yield guest
    guest.context.close()


def customers_page(guest, link, *, opened_by=""):
    """Heading and text that the customer reads under this address."""
    customer = guest_of(guest.context.browser, guest.house, guest.language)
    if opened_by:
        customer.open_wholly(link, opened_by)
    else:
        customer.open(link)
    return customer


def test_i_paid_and_the_shop_says_i_did_not(guest):
    payment = charged.told_in_vain(guest)
    agent = Agent(guest)

    agent.type_and_enter(payment.order_number)

    assert agent.interactions <= INTERACTIONS_MAX
    customer = customers_page(guest, guest.house.charged_link(payment), opened_by=payment.reference)
    title, texts = agent.sentences(guest.language)
    assert title == customer.page.locator("h1").inner_text()
    assert texts == customer.page.locator("[aria-labelledby=now-head] > p:not(.phone)").all_inner_texts()
    assert "NT$1,279" in title
    assert texts
    customer.context.close()


def test_where_is_my_refund(guest):
    refund, at, _card = refunding.asked_for(guest, days_ago=3)
    refunding.confirm(refund, at)
    agent = Agent(guest)

    agent.type_and_enter(refund.platform_refund_number)

    assert agent.interactions <= INTERACTIONS_MAX
    customer = customers_page(guest, guest.house.refund_link(refund), opened_by=refund.payment.reference)
    title, texts = agent.sentences(guest.language)
    said = customer.page.locator(".notice").first
    assert title.startswith(said.locator(".notice-title").inner_text())
    assert texts[0] == said.locator("p:not(.notice-title)").inner_text()
    assert texts[-1] in customer.page.locator("main").inner_text()
    assert re.search(r"2026/06/\d\d", texts[0])
    customer.context.close()


def test_why_was_i_refused(guest):
    """By the last four digits, which another order of this card shares: one interaction more."""
    card = guest.house.account()
    guest.house.paid(guest.language, card=card, at=clock.now() - dt.timedelta(days=1))
    charged.fake_bank().behave(card["account_number"], "4505")
    payment, _ = guest.house.paid(guest.language, card=card)
    agent = Agent(guest)

    agent.type_and_enter(card["account_number"][-4:])
    agent.click(f"a[href='/console/payment/{payment.reference}/']")

    assert agent.interactions <= INTERACTIONS_MAX
    customer = customers_page(guest, guest.house.charged_link(payment), opened_by=payment.reference)
    title, texts = agent.sentences(guest.language)
    assert title == customer.page.locator("h1").inner_text()
    assert texts == customer.page.locator("[aria-labelledby=now-head] > p:not(.phone)").all_inner_texts()
    assert len(texts) == 2
    customer.context.close()


def test_the_palette_opens_a_payment_by_keys_alone_and_gives_the_focus_back(guest):
    payment = charged.just_now(guest)
    guest.as_staff("agent")
    guest.open("/console/")
    page = guest.page
    page.locator("#desk-q").focus()

    page.keyboard.press("Control+k")
    page.locator("#palette-list [role=option]").first.wait_for()
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.id") == "desk-q"
    assert page.locator("#palette").is_hidden()

    page.keyboard.press("Control+k")
    page.keyboard.type(payment.order_number)
    page.locator("#palette-list .palette-soft").first.wait_for()
    combobox = page.locator("#palette-q")
    assert combobox.get_attribute("aria-expanded") == "true"
    chosen = page.locator(f"#{combobox.get_attribute('aria-activedescendant')}")
    assert chosen.get_attribute("aria-selected") == "true"
    assert payment.reference in chosen.inner_text()
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert payment.reference in page.url


@pytest.mark.parametrize("term", ["", "zzzzzz", "order"])
def test_the_open_palette_has_no_barrier_and_fits(guest, term):
    payment = charged.just_now(guest)
    guest.as_staff("supervisor")
    guest.open("/console/")
    page = guest.page
    page.keyboard.press("Control+k")
    page.locator("#palette-q").fill(payment.order_number if term == "order" else term)
    shown = {"": "#palette-page-1", "zzzzzz": "#palette-none", "order": "#palette-list .palette-soft"}[term]
    page.locator(shown).first.wait_for()
    inspection.inject_axe(page)

    for viewport in (WIDE, NARROW):
        page.set_viewport_size(viewport)
        assert inspection.barriers(page) == []
        assert inspection.sideways(page) == []
    page.emulate_media(color_scheme="dark")
    assert inspection.barriers(page, "color-contrast") == []
    assert inspection.structure(page) == []
    assert inspection.untranslated(page, guest.language) == []


def test_an_open_page_shows_by_itself_what_happens_and_counts_as_one_look(guest):
    from audit.models import Record
    from notifications.operations import deliver_due
    from notifications.states import Channel

    platform = guest.house.shop_with_endpoint()
    payment, _ = guest.house.paid(guest.language, platform=platform)
    guest.as_staff("agent")
    guest.page.clock.install()
    guest.open(f"/console/payment/{payment.reference}/")
    before = guest.page.locator(".say-title").first.inner_text()

    deliver_due(channel=Channel.WEBHOOK, at=clock.now())
    with guest.page.expect_response(lambda response: "live=" in response.url):
        guest.page.clock.run_for(10_500)
    guest.page.locator("#payment-now:not([hx-get])").wait_for()

    assert guest.page.locator(".say-title").first.inner_text() == before
    assert guest.page.locator("#desk-said").inner_text().strip()
    assert Record.objects.filter(subject=payment.reference, action="payment.read").count() == 1
