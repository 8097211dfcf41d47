"""Screens of the pay page, light by light, and of every way a payment can end."""

from __future__ import annotations

import datetime as dt

from cards.bank import fake_bank
from common import clock
from payments import operations
from tests.flows.screens import screen

LIGHTS = {
    "component-too-old": {"hello": {"code": "protocol_unsupported", "supported": [9]}},
    "reader-no-driver": {"reader": "no_driver", "card": "none"},
    "reader-none": {"reader": "none", "card": "none"},
    "card-none": {"card": "none"},
    "card-unreadable": {"card": "unreadable"},
    "card-locked": {"card": "locked"},
    "ready": {},
}
ANSWERS = {
    "wrong-password": {"code": "wrong_password", "tries_left": 2},
    "busy": {"code": "busy"},
}


def open_pay_page(guest, **changes):
    _, link = guest.house.order(guest.language, **changes)
    guest.open(link)


@screen("pay-component-missing")
def component_missing(guest):
    open_pay_page(guest)
    guest.page.locator("#device-component.problem").wait_for()


@screen("pay-component-blocked")
def component_blocked(guest):
    guest.page.add_init_script("navigator.permissions.query = async () => ({ state: 'denied' })")
    open_pay_page(guest)
    guest.page.locator("#device-component.problem").wait_for()


def _light(name, script):
    @screen(f"pay-{name}")
    def light(guest):
        guest.component(**script)
        open_pay_page(guest)
        guest.page.locator("#device-component:not(.wait)").wait_for()
        if "hello" not in script:
            guest.page.locator(".devices li:not(.off):last-child, #device-reader.problem").first.wait_for()
        if not script:
            guest.page.locator(".account").first.wait_for()


def confirm(guest):
    page = guest.page
    page.locator(".account input").first.check()
    picture_id = page.locator("#pay").get_attribute("data-picture")
    page.locator("#picture-answer").fill(guest.house.picture_answer(picture_id))
    page.locator("#password").fill("123456")
    page.locator("#pay-confirm").click()


def _answer(name, error):
    @screen(f"pay-{name}")
    def answer(guest):
        guest.component(sign=error)
        open_pay_page(guest)
        confirm(guest)
        guest.page.locator("#pay-errors:visible, #password-error:visible").first.wait_for()


for _name, _script in LIGHTS.items():
    _light(_name, _script)
for _name, _error in ANSWERS.items():
    _answer(_name, _error)


@screen("pay-nothing-filled-in")
def nothing_filled_in(guest):
    guest.component()
    open_pay_page(guest)
    guest.page.locator(".account").first.wait_for()
    guest.page.locator("#pay-confirm").click()
    guest.page.locator("#pay-errors:visible").wait_for()


@screen("pay-wrong-picture-code")
def wrong_picture_code(guest):
    guest.component()
    open_pay_page(guest)
    page = guest.page
    page.locator(".account input").first.check()
    page.locator("#picture-answer").fill("000")
    page.locator("#password").fill("123456")
    page.locator("#pay-confirm").click()
    page.locator("#pay-errors:visible").wait_for()


@screen("pay-signing")
def signing(guest):
    guest.component()
    open_pay_page(guest)
    confirm(guest)
    guest.page.locator("#pay-cancel:visible").wait_for()


@screen("pay-long-order")
def long_order(guest):
    """Twelve lines with long names, and an amount of six digits."""
    name = "Hand-thrown stoneware teapot with bamboo handle and two matching cups, celadon glaze"
    goods = [{"name": f"{name} {number}", "quantity": number, "amount_minor": 1000} for number in range(1, 13)]
    guest.component(accounts=[{"index": 0, "number": "00012345678901", "label": ""}])
    open_pay_page(guest, goods=goods)
    guest.page.locator(".account").first.wait_for()


@screen("pay-link-dead")
def link_dead(guest):
    _, link = guest.house.order(guest.language)
    guest.open(f"{link[:-5]}wrong/")


def result_of(guest, **changes):
    payment, link = guest.house.paid(guest.language, **changes)
    guest.open(f"{link}result/")
    return payment


@screen("result-receipt")
def receipt(guest):
    assert result_of(guest).status == "paid"


@screen("result-confirming")
def confirming(guest):
    card = guest.house.account()
    fake_bank().behave(card["account_number"], "timeout_after")
    assert result_of(guest, card=card).status == "unknown"


@screen("result-declined-balance")
def declined_balance(guest):
    card = guest.house.account()
    fake_bank().behave(card["account_number"], "4505")
    assert result_of(guest, card=card).status == "created"


@screen("result-declined-agreement")
def declined_agreement(guest):
    card = guest.house.account()
    fake_bank().set_profile(card["account_number"], transfer_agreement=False)
    assert result_of(guest, card=card).status == "created"


@screen("result-cancelled")
def cancelled(guest):
    payment, link = guest.house.order(guest.language)
    operations.cancel_payment(payment=payment, at=clock.now(), by="shop")
    guest.open(f"{link}result/")


@screen("result-expired")
def expired(guest):
    long_ago = clock.now() - dt.timedelta(days=1)
    _, link = guest.house.order(guest.language, at=long_ago)
    guest.open(f"{link}result/")
