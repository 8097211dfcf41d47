"""Screens of the pay page: light by light, what it says when something is missing or wrong, and while the bank rests."""

from __future__ import annotations

import datetime as dt

from cards.models import MaintenanceWindow
from common import clock
from common.references import new_id
from tests.flows.screens import screen

LIGHTS = {
    "component-too-old": {"hello": {"code": "protocol_unsupported", "supported": [9]}},
    "component-foreign": {"foreign": True},
    "unpaired": {"paired": False},
    "unproved": {"unproved": True},
    "reader-no-driver": {"reader": "no_driver", "card": "none"},
    "reader-none": {"reader": "none", "card": "none"},
    "card-none": {"card": "none"},
    "card-unreadable": {"card": "unreadable"},
    "card-locked": {"card": "locked"},
    "ready": {},
}
ANSWERS = {
    "wrong-password": {"code": "wrong_password", "tries_left": 2},
    "wrong-password-uncounted": {"code": "wrong_password"},
    "password-malformed": {"code": "password_format"},
    "busy": {"code": "busy"},
    "card-error": {"code": "card_error"},
}
BLOCKED = "navigator.permissions.query = async () => ({ state: 'denied', addEventListener() {} })"


def open_pay_page(guest, **changes):
    _, link = guest.house.order(guest.language, **changes)
    guest.open(link)


@screen("pay-component-missing")
def component_missing(guest):
    open_pay_page(guest)
    guest.page.locator("#device-component.problem").wait_for()


@screen("pay-component-blocked")
def component_blocked(guest):
    guest.page.add_init_script(BLOCKED)
    open_pay_page(guest)
    guest.page.locator("#device-component.problem").wait_for()


def _light(name, script):
    @screen(f"pay-{name}")
    def light(guest):
        guest.component(**script)
        open_pay_page(guest)
        if {"hello", "foreign", "unproved"} & set(script):
            guest.page.locator("#device-component.problem").wait_for()
        elif "paired" in script:
            guest.page.locator("#pairing:visible").wait_for()
        else:
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


@screen("pay-pairing-wrong-number")
def wrong_number(guest):
    guest.component(paired=False)
    open_pay_page(guest)
    page = guest.page
    page.locator("#pairing [data-pairing=code]").fill("1234")
    page.locator("#pairing [data-pairing=code]").press("Enter")
    page.locator("#pairing [data-pairing=error]:visible").wait_for()


@screen("pay-maintenance")
def maintenance(guest):
    """The window is over as soon as the page stands: other screens' payments go on."""
    now = clock.now()
    window = MaintenanceWindow.objects.create(
        id=new_id(),
        kind="maintenance",
        starts_at=now,
        ends_at=now + dt.timedelta(hours=1),
        planned_at=now,
        planned_by="amy",
    )
    open_pay_page(guest)
    MaintenanceWindow.objects.filter(pk=window.pk).update(cancelled_at=now, cancelled_by="amy")
