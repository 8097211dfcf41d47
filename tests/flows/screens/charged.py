"""Screens of “Was I charged?”: the two numbers, the code of the SMS, and each answer, closed and opened by that code."""

from __future__ import annotations

import datetime as dt

from cards.bank import fake_bank, port
from common import clock
from common.lookups import TOKEN_SECONDS
from notifications.operations import deliver_due
from notifications.states import Channel
from tests.flows.screens import screen, screens_at
from verification.operations import send_look_up_code
from verification.rules import LOOK_UP_CODES_MAX

screens_at({"charged-look-up": "/was-i-charged/", "charged-stale": "/was-i-charged/no-such-token/"})


@screen("charged-look-up-wrong")
def look_up_wrong(guest):
    guest.open("/was-i-charged/")
    guest.fill(order_number="", account_last4="12")
    guest.press("main button[type=submit]")


@screen("charged-look-up-nothing")
def look_up_nothing(guest):
    guest.open("/was-i-charged/")
    guest.fill(order_number="HM00000000", account_last4="0000")
    guest.press("main button[type=submit]")


# ---------- the answers ----------


def told(guest):
    """The shop has confirmed the notice."""
    payment, _ = guest.house.paid(guest.language, platform=guest.house.shop_with_endpoint())
    deliver_due(channel=Channel.WEBHOOK, at=clock.now())
    return payment


def told_in_vain(guest):
    """The shop answers, but with an error."""
    platform = guest.house.shop_with_endpoint("always_refuse")
    payment, _ = guest.house.paid(guest.language, platform=platform)
    for seconds in (0, 10):
        deliver_due(channel=Channel.WEBHOOK, at=clock.now() + dt.timedelta(seconds=seconds))
    return payment


def just_now(guest):
    return guest.house.paid(guest.language)[0]


def hours_ago(guest):
    return guest.house.paid(guest.language, at=clock.now() - dt.timedelta(hours=3))[0]


def with_answer(guest, answer):
    card = guest.house.account()
    fake_bank().behave(card["account_number"], answer)
    return guest.house.paid(guest.language, card=card)[0]


def in_flight(guest):
    return with_answer(guest, "timeout_after")


def declined(guest):
    return with_answer(guest, "4505")


ANSWERS = {
    "just-now": just_now,
    "told": told,
    "told-in-vain": told_in_vain,
    "hours-ago": hours_ago,
    "in-flight": in_flight,
    "declined": declined,
}


def _answer(name, paid):
    @screen(f"charged-{name}")
    def closed(guest):
        guest.open(guest.house.charged_link(paid(guest)))

    @screen(f"charged-{name}-opened")
    def opened(guest):
        payment = paid(guest)
        guest.open_wholly(guest.house.charged_link(payment), payment.reference)


for _name, _paid in ANSWERS.items():
    _answer(_name, _paid)


@screen("charged-told-again")
def told_again(guest):
    guest.open(guest.house.charged_link(told_in_vain(guest)))
    guest.press("form[action$='/tell/'] button")


# ---------- the time, and the code ----------


@screen("charged-closes-soon")
def closes_soon(guest):
    made_at = clock.now() - dt.timedelta(seconds=TOKEN_SECONDS - 240)
    guest.open(guest.house.charged_link(just_now(guest), at=made_at))


@screen("charged-open-longer")
def open_longer(guest):
    guest.open(guest.house.charged_link(just_now(guest)))
    guest.press("form[action$='/longer/'] button")


def code_page(guest, **profile):
    """The page that sends the code, to a card of which the bank knows this."""
    card = guest.house.account()
    if profile:
        fake_bank().set_profile(card["account_number"], **profile)
    payment, _ = guest.house.paid(guest.language, card=card)
    guest.open(f"{guest.house.charged_link(payment)}code/")
    return payment, card


@screen("look-up-code")
def code(guest):
    code_page(guest)


@screen("look-up-code-sent")
def code_sent(guest):
    code_page(guest)
    guest.press("form[action$='/send/'] button")


@screen("look-up-code-wrong")
def code_wrong(guest):
    code_sent(guest)
    right = guest.house.sms_code("look_up_code")
    guest.fill(code=f"{(int(right) + 1) % 1_000_000:06d}")
    guest.press("main button[type=submit]")


@screen("look-up-code-too-many")
def codes_used_up(guest):
    payment, _ = code_page(guest)
    for number in range(LOOK_UP_CODES_MAX):
        at = clock.now() - dt.timedelta(minutes=30 - 10 * number)
        whose = {"account": payment.account, "language": guest.language, "call_instead": ""}
        send_look_up_code(subject=payment.reference, **whose, at=at)
    guest.press("form[action$='/send/'] button")


@screen("look-up-code-no-phone")
def no_phone(guest):
    code_page(guest, phone="")
    guest.press("form[action$='/send/'] button")


@screen("look-up-code-bank-silent")
def bank_silent(guest):
    _, card = code_page(guest)
    fake_bank().profiles[card["account_number"]] = port.Unavailable("no answer")
    guest.press("form[action$='/send/'] button")
