"""The portal in the test's own process, with simulated partners and a clock set: any state of a page is a few rows away."""

from __future__ import annotations

import contextlib
import datetime as dt
import functools
import hashlib
import itertools
import re
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.test import override_settings
from django.test.testcases import LiveServerThread
from playwright.sync_api import BrowserContext, Page

from bootstrap.ports import Ports
from cards.bank import fake_bank
from cards.models import PictureCode
from cards.queries import open_answer
from common import clock, lookups, phases
from common.errors import Refusal
from common.money import Money
from common.sealing import unseal
from conftest import MONDAY
from notifications.channels import fake_sender
from notifications.models import Message
from notifications.states import Channel
from payments import operations as payments
from payments.amounts import Quote
from payments.models import Payment
from payments.pages import charged
from payments.tests.factories import make_account, make_order, make_platform, sign
from platforms.models import Platform
from platforms.operations import add_endpoint
from refunds.models import Refund
from refunds.pages import progress
from staff.tests.factories import make_staff, sign_in
from tests.flows.https import https_settings
from tests.flows.scripted_reader import ScriptedReader
from verification.jcic import fake_credit_centre
from verification.models import Check
from verification.rules.documents import IdentityData
from verification.tests.factories import PERSON, make_check, make_customer

LOCALES = {"zh-hant": "zh-TW", "en": "en-GB"}
GOODS = [
    {"name": "Clay teapot", "quantity": 1, "amount_minor": 12_900},
    {"name": "Paper lamp", "quantity": 2, "amount_minor": 7_000},
]
_number = itertools.count(10_000_001)


@contextlib.contextmanager
def open_house(folder: Path) -> Iterator[House]:
    """Serve the portal at 10:00 on a Monday in June, as behind a proxy with https.

    The database is the test's, and whoever opens the house cleans it up.
    """
    clock_file = folder / "clock"
    clock_file.write_text(str((MONDAY - dt.datetime.now(dt.UTC)).total_seconds()))
    port = str(Ports.free().reader)
    settled = https_settings()
    directives = settled["CONTENT_SECURITY_POLICY"]["DIRECTIVES"]
    there = [source.replace("8002", port) for source in directives["connect-src"]]
    reader_url = settings.READER_URL.replace("8002", port)
    ours = {
        "CLOCK_FILE": str(clock_file),
        "READER_PACKAGES": str(_packages(folder / "packages")),
        "READER_URL": reader_url,
        "ROOT_URLCONF": "tests.flows.house_urls",
        "CONTENT_SECURITY_POLICY": {"DIRECTIVES": {**directives, "connect-src": there}},
    }
    with override_settings(**(settled | ours)):
        # Static files come through the middleware, as they do in production.
        server = LiveServerThread("127.0.0.1", lambda application: application)
        server.daemon = True
        server.start()
        server.is_ready.wait()
        if server.error:
            raise server.error
        url = f"http://127.0.0.1:{server.port}"
        # The browser stands before us without the proxy: its forms come from here. Passkeys want a name for it.
        with override_settings(CSRF_TRUSTED_ORIGINS=[url, url.replace("127.0.0.1", "localhost")]):
            try:
                yield House(url, reader_url)
            finally:
                server.terminate()


def _packages(folder: Path) -> Path:
    """As many files as the component's package has, of about its size."""
    folder.mkdir()
    sums = []
    for name in ("outpost-reader-2.0.0.pyz", "outpost-reader_2.0.0_all.deb"):
        (folder / name).write_bytes(bytes(48_000))
        sums.append(f"{hashlib.sha256(bytes(48_000)).hexdigest()}  {name}\n")
    (folder / "SHA256SUMS").write_text("".join(sums))
    return folder


class House:
    """Rows for pages: each method makes fresh ones, so that no screen depends on another."""

    def __init__(self, url: str, reader_url: str) -> None:
        self.url, self.reader_url = url, reader_url
        self.person: IdentityData = PERSON
        self.platform = make_platform(at=MONDAY)
        self.platform.name = "Harbour Mall"
        self.platform.save()

    def shop_with_endpoint(self, *answers: str) -> Platform:
        """Another shop of that name, which is told by webhook and answers so."""
        platform = make_platform(f"mall-{next(_number)}", at=MONDAY)
        platform.name = self.platform.name
        platform.save()
        url = f"https://shop.example/{platform.code}"
        add_endpoint(platform=platform, url=url, at=MONDAY, by="shop")
        fake_sender(Channel.WEBHOOK).behave(url, *answers)
        return platform

    def order(
        self, language: str, *, at: dt.datetime | None = None, platform: Platform | None = None, **changes: Any
    ) -> tuple[Payment, str]:
        """A payment as a shop makes it, and the address of its pay page."""
        at = at or clock.now()
        quote = Quote(Money(26_900, "CNY"), Money(2_500, "CNY"), Money(1_250, "CNY"), rate=Decimal("4.4966"))
        usual = {
            "order_number": f"HM{next(_number)}",
            "quote": quote,
            "rate_source": "Harbour Bank",
            "goods": GOODS,
            "description": "Clay teapot, Paper lamp",
            "language": language,
        }
        order = make_order(at, **(usual | changes))
        created = payments.create_payment(platform=platform or self.platform, order=order, at=at, by="shop")
        return created.payment, f"/pay/{created.payment.reference}/{created.link_secret}/"

    def account(self, *, passed: bool = True) -> dict[str, str]:
        """A card nobody used before: the account and the serial that `sign` takes."""
        number = next(_number)
        card = {"account_number": f"{number:014d}", "serial": f"C{number}"}
        make_account(clock.now(), card["account_number"], card["serial"], passed=passed)
        return card

    def paid(self, language: str, *, at: dt.datetime | None = None, **changes: Any) -> tuple[Payment, str]:
        """An order whose debit was tried; what the bank answers is whatever its simulator was told for the card."""
        card = changes.pop("card", None) or self.account()
        at = at or clock.now()
        payment, link = self.order(language, at=at, **changes)
        self.pay(payment, at=at, card=card)
        return payment, link

    def pay(self, payment: Payment, *, at: dt.datetime, card: dict[str, str]) -> None:
        with contextlib.suppress(Refusal):  # a decline is one of the endings
            payments.pay_by_card(payment=payment, signed=sign(payment, at, **card), at=at, by="payer")
        payment.refresh_from_db()

    def paid_until(self, language: str, moment: StrEnum) -> tuple[Payment, str]:
        """An order that is being paid: the bank or the card's authority has got so far and not answered yet."""
        phases.listen(functools.partial(_stop_at, moment))
        try:
            payment, link = self.order(language)
            with contextlib.suppress(StoppedThereError):
                self.pay(payment, at=clock.now(), card=self.account())
        finally:
            phases.listen(None)
        payment.refresh_from_db()
        return payment, link

    def check(self, language: str) -> tuple[Check, str]:
        """An identity check just opened for somebody whom the bank and the credit centre know, and its address."""
        number = next(_number)
        self.person = replace(PERSON, national_id=national_id(number))
        fake_bank().set_profile(f"{number:014d}", national_id=self.person.national_id)
        fake_credit_centre().knows(self.person)
        customer = make_customer(f"C-{number}", f"{number:014d}")
        check, token = make_check(customer, account_number=f"{number:014d}", at=clock.now(), language=language)
        return check, f"/identity/{token}/"

    def charged_link(self, payment: Payment, *, at: dt.datetime | None = None) -> str:
        """What the look-up of `at` found by the card that was presented last."""
        attempt = payment.attempts.latest("number")
        return f"/was-i-charged/{lookups.token_of(str(attempt.id), page=charged.PAGE.name, at=at or clock.now())}/"

    def refund_link(self, *refunds: Refund) -> str:
        references = sorted({refund.payment.reference for refund in refunds})
        return f"/refunds/{lookups.token_of(references, page=progress.PAGE.name, at=clock.now())}/"

    def sms_code(self, purpose: str = "identity_code") -> str:
        """The newest one-time code."""
        message = Message.objects.filter(purpose=purpose).latest("id")
        return re.search(r"\d{6}", unseal(message.text_sealed)).group()

    def picture_answer(self, picture_id: str) -> str:
        picture = PictureCode.objects.get(id=picture_id)
        return open_answer(picture_id=picture.id, subject=picture.subject, at=clock.now())


class StoppedThereError(BaseException):
    """The process ended here."""


def _stop_at(moment: StrEnum, reached: str) -> None:
    if reached == moment:
        raise StoppedThereError


def national_id(number: int) -> str:
    """A well-formed one: A is 10, weighed 1 and 9; the digits 8 to 1; the last makes the sum end in 0."""
    digits = f"1{number % 10_000_000:07d}"
    total = 1 + sum(int(digit) * weight for digit, weight in zip(digits, range(8, 0, -1), strict=True))
    return f"A{digits}{-total % 10}"


class Guest:
    """One person's browser in front of the house, speaking one language."""

    def __init__(self, house: House, context: BrowserContext, language: str) -> None:
        self.house, self.context, self.language = house, context, language
        self.page: Page = context.new_page()
        self.page.set_default_timeout(30_000)

    def open(self, path: str) -> None:
        self.page.goto(self.house.url + path)

    def open_wholly(self, link: str, subject: str) -> None:
        """A look-up's answer in the browser that typed the code of the SMS."""
        response = HttpResponse()
        lookups.remember_opened(HttpRequest(), response, subject, at=clock.now())
        value = response.cookies[settings.LOOK_UP_COOKIE_NAME].value
        self.context.add_cookies([{"name": settings.LOOK_UP_COOKIE_NAME, "value": value, "url": self.house.url}])
        self.open(link)

    def as_staff(self, role: str, *, name: str = "", stepped_up: bool = False) -> None:
        """This browser belongs to a member of staff of that role, who is signed in."""
        user = make_staff(name or f"{role}-{next(_number)}", role)
        value = sign_in(user, stepped_up=stepped_up).cookies[settings.SESSION_COOKIE_NAME].value
        cookie = {"name": settings.SESSION_COOKIE_NAME, "value": value, "url": "https://127.0.0.1/", "secure": True}
        self.context.add_cookies([cookie])

    def component(self, **script: Any) -> ScriptedReader:
        """A card reader component in that state; without one the page finds nothing."""
        reader = ScriptedReader(**script)
        reader.attach(self.page, self.house.reader_url, origin=self.house.url)
        return reader

    def press(self, selector: str) -> None:
        """Click what leads to another page, and wait until it stands."""
        with self.page.expect_navigation():
            self.page.locator(selector).first.click()

    def fill(self, **fields: str) -> None:
        for name, value in fields.items():
            control = self.page.locator(f"[name={name}]")
            kind = control.first.evaluate("one => one.type")
            if kind == "radio":
                self.page.locator(f"[name={name}][value='{value}']").check()
            elif kind == "checkbox":
                control.check()
            elif kind.startswith("select"):
                control.select_option(value)
            else:
                control.fill(value)
