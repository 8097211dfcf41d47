"""Stopped at the reader: each reason has its own page, and none of them moves money."""

import re

import pytest

from common import clock
from payments import operations
from payments.pages.stopped import ENDINGS
from payments.states import Status
from payments.tests.test_pages import Payer, assert_nothing_moved, text_of

pytestmark = pytest.mark.django_db

REASONS = {
    "card_removed",
    "card_swapped",
    "card_locked",
    "order_changed",
    "timed_out",
    "cancelled",
    "reader_lost",
    "unproved",
}


def test_every_reason_of_the_reader_has_a_page_of_its_own():
    assert set(ENDINGS) == REASONS
    assert len({str(ending.title) for ending in ENDINGS.values()}) == len(REASONS)


@pytest.mark.parametrize("reason", sorted(REASONS))
@pytest.mark.parametrize(
    ("language", "not_charged", "again"),
    [
        ("en", "Your account was not charged.", ("Try again", "Pay with another card")),
        ("zh-hant", "您的帳戶未被扣款", ("再試一次", "改用另一張卡付款")),
    ],
)
def test_a_stop_says_that_nothing_was_charged_why_and_what_to_do(client, reason, language, not_charged, again):
    payer = Payer(client, language=language)

    page = payer.get(f"stopped/{reason}/")

    said = text_of(page)
    assert page.status_code == 200
    assert not_charged in said
    assert "NT$961" in said
    assert payer.payment.order_number in said
    assert re.search(f'class="button" href="{payer.link}">(.*?)<', page.content.decode())[1] in again
    assert "no-store" in page["Cache-Control"]
    steps = re.findall(r"<li>(.*?)</li>", re.search(r'<ol class="numbered">.*?</ol>', page.text, re.DOTALL)[0])
    assert len(steps) >= 2
    main = re.search(r"<main.*?</main>", page.text, re.DOTALL)[0]
    assert bool(re.search(r"\b(the|your|you)\b", re.sub(r"<[^>]+>", " ", main))) is (language == "en")
    assert payer.status() == Status.CREATED
    assert_nothing_moved(payer.payment)


def test_a_reason_that_nobody_knows_is_no_page(client):
    assert Payer(client).get("stopped/bored/").status_code == 404


def test_once_it_is_paid_the_receipt_is_the_news(client):
    payer = Payer(client)
    payer.confirm()

    page = payer.get("stopped/card_removed/", follow=True)

    assert "Your order is paid" in text_of(page)
    assert "was not charged" not in text_of(page)


def test_once_it_is_cancelled_that_is_the_news(client):
    payer = Payer(client)
    operations.cancel_payment(payment=payer.payment, at=clock.now(), by="shop")

    assert "This order was cancelled" in text_of(payer.get("stopped/cancelled/", follow=True))


def test_a_wrong_link_tells_nothing_of_the_order(client):
    payer = Payer(client)

    page = payer.client.get(f"/pay/{payer.payment.reference}/wrong/stopped/timed_out/")

    assert page.status_code == 410
    assert payer.payment.order_number not in text_of(page)
