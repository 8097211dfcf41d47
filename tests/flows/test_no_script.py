"""Without JavaScript each page says what it is, what happened to the money, and works; only the card can't be read."""

from __future__ import annotations

import re

import pytest

from cards.bank import fake_bank
from tests.flows.gallery import LANGUAGES, SCREENS, guest_of
from tests.flows.screens import identity

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("house-zh-hant")]

# What these show is made by a script: the lights of the reader, and the reference of the API.
SCRIPTED = ("pay-", "doctor-", "install-done", "api-reference")
PLAIN = [screen for screen in SCREENS if screen.world == "house" and not screen.name.startswith(SCRIPTED)]
PLAIN += [screen for screen in SCREENS if screen.name == "pay-maintenance"]


@pytest.fixture(params=LANGUAGES)
def guest(request, house, browser):
    guest = guest_of(browser, house, request.param, java_script_enabled=False)
    yield guest
    guest.context.close()


# What stays hidden without a script says what only a script can know: time that is over, a live page that lost its connection.
SAID_BY_SCRIPT = ("data-print", "data-countdown-over", "data-warning", "board-lost")


@pytest.mark.parametrize("screen", PLAIN, ids=lambda screen: screen.name)
def test_every_page_is_reached_and_says_what_it_is(screen, house, browser):
    guest = guest_of(browser, house, "zh-hant", java_script_enabled=False)
    screen.reach(guest)

    assert guest.page.locator("h1").inner_text().strip()
    assert guest.page.locator("main, [role=main], #content").first.inner_text().strip()
    hidden = guest.page.locator("main [hidden]").evaluate_all("all => all.map((one) => one.outerHTML)")
    assert all(any(name in one for name in SAID_BY_SCRIPT) for one in hidden)
    guest.context.close()


def test_the_look_ups_answer(guest):
    payment, _ = guest.house.paid(guest.language)
    guest.open("/was-i-charged/")
    guest.fill(order_number=payment.order_number, account_last4=payment.account.last4)
    guest.press("main button[type=submit]")

    assert guest.page.locator(".money.yes").is_visible()
    assert "NT$1,279" not in guest.page.locator("main").inner_text()
    guest.press("main a[href$='/code/']")
    guest.press("form[action$='/send/'] button")
    guest.fill(code=guest.house.sms_code("look_up_code"))
    guest.press("main button[type=submit]")
    assert "NT$1,279" in guest.page.locator("h1").inner_text()


def test_the_identity_check_can_be_passed(guest):
    identity.outcome(guest)

    assert guest.page.locator(".money.no").is_visible()
    assert re.fullmatch(r"3:00|2:5\d", guest.page.locator(".countdown-time").inner_text())
    assert guest.page.locator("main .actions a").first.get_attribute("href").startswith("https://shop.example/")


def test_an_unknown_debit_can_be_looked_at_again(guest):
    card = guest.house.account()
    fake_bank().behave(card["account_number"], "timeout_after")
    _, link = guest.house.paid(guest.language, card=card)
    guest.open(f"{link}result/")
    guest.press("form[data-poll-seconds] button")

    assert guest.page.url.endswith("/result/")
    assert guest.page.locator(".money.unknown").is_visible()


def test_the_pay_page_says_what_to_do_and_that_nothing_was_charged(guest):
    _, link = guest.house.order(guest.language)
    guest.open(link)

    page = guest.page
    said = {"en": "Your browser runs no JavaScript", "zh-hant": "JavaScript"}[guest.language]
    charged = {"en": "Nothing was charged.", "zh-hant": "未被扣款"}[guest.language]
    notice = page.locator("noscript .notice").inner_text()
    assert said in notice
    assert charged in notice
    assert page.locator("noscript .phone-number").inner_text() == "(02)7705-4306"
    assert page.locator("main .amount .total td").inner_text() == "NT$1,279"
    assert not page.locator("#pay").is_visible()


def test_the_language_can_be_switched(guest):
    guest.open("/help/")
    before = guest.page.locator("h1").inner_text()
    guest.press("form.language button")

    assert guest.page.url.endswith("/help/")
    assert guest.page.locator("h1").inner_text() != before
