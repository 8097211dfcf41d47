"""Maintenance: the windows that hold refunds back let nobody be charged either, and the order waits."""

import datetime as dt

import pytest

from cards.bank import fake_bank
from cards.models import CheckCode, MaintenanceWindow, PictureCode
from common import clock
from payments import operations
from payments.models import Attempt
from payments.states import Status
from payments.tests.factories import ACCOUNT, make_account, make_payment, sign
from payments.tests.test_api import Shop
from payments.tests.test_debits import assert_nothing_moved, refused
from payments.tests.test_pages import Payer, text_of

pytestmark = pytest.mark.django_db
HOUR = dt.timedelta(hours=1)


def rest(at, *, lasts=HOUR, **fields):
    """A window that is open now."""
    return MaintenanceWindow.objects.create(
        **{
            "kind": "maintenance",
            "starts_at": at,
            "ends_at": at + lasts,
            "planned_at": at,
            "planned_by": "amy",
            **fields,
        }
    )


def test_a_debit_is_refused_before_anybody_is_asked_and_the_same_card_pays_afterwards(at):
    payment = make_payment(at)
    make_account(at)
    rest(at)
    signed = sign(payment, at)

    assert refused(payment, signed, at + HOUR - dt.timedelta(seconds=1)) == "maintenance"

    assert not Attempt.objects.exists()
    assert CheckCode.objects.get().used_at is None
    assert fake_bank().received == []
    assert_nothing_moved(payment)
    later = at + HOUR
    assert operations.pay_by_card(payment=payment, signed=sign(payment, later), at=later, by="p").status == Status.PAID


def test_a_window_not_yet_open_or_cancelled_holds_nobody_up(at):
    payment = make_payment(at)
    make_account(at)
    rest(at, starts_at=at + dt.timedelta(seconds=1))
    rest(at, cancelled_at=at, cancelled_by="ben")

    assert operations.pay_by_card(payment=payment, signed=sign(payment, at), at=at, by="p").status == Status.PAID


def test_a_confirmation_sent_twice_across_the_windows_start_gets_its_first_answer(at):
    payment = make_payment(at)
    make_account(at)
    signed = sign(payment, at)
    operations.pay_by_card(payment=payment, signed=signed, at=at, by="p")
    rest(at)

    assert operations.pay_by_card(payment=payment, signed=signed, at=at, by="p").status == Status.PAID


def test_an_unknown_debit_is_still_asked_for(at):
    payment = make_payment(at)
    make_account(at)
    fake_bank().behave(ACCOUNT, "timeout_after")
    unknown = operations.pay_by_card(payment=payment, signed=sign(payment, at), at=at, by="p")
    rest(at)

    assert operations.enquire_about(payment=unknown, at=at + dt.timedelta(minutes=2), by="sweep").status == Status.PAID


@pytest.mark.parametrize(
    ("language", "title", "not_charged", "announced"),
    [
        ("en", "Payments rest for a while", "Your account was not charged.", "New machines are moving in."),
        ("zh-hant", "付款服務暫停中", "您的帳戶未被扣款", "更換設備中。"),
    ],
)
def test_the_pay_page_says_until_when_and_that_the_order_stays(client, language, title, not_charged, announced):
    payer = Payer(client, language=language)
    window = rest(clock.now(), text_en="New machines are moving in.", text_zh_hant="更換設備中。")

    page = payer.get()

    said = text_of(page)
    assert page.status_code == 503
    assert 0 < int(page["Retry-After"]) <= 3600
    assert "no-store" in page["Cache-Control"]
    for words in (title, not_charged, announced, f"{clock.taipei(window.ends_at):%Y/%m/%d %H:%M}", "NT$961"):
        assert words in said
    assert 'id="password"' not in page.content.decode()
    assert not PictureCode.objects.exists()
    assert payer.status() == Status.CREATED

    window.cancelled_at = clock.now()
    window.save()
    assert payer.get().status_code == 200


def test_an_order_whose_time_ends_before_the_window_is_told_to_order_again(client):
    payer = Payer(client)
    rest(clock.now(), lasts=dt.timedelta(hours=13))

    assert "It then ends by itself without a charge" in text_of(payer.get())


def test_a_pay_page_that_was_open_gets_a_problem_that_costs_neither_picture_nor_password(client):
    payer = Payer(client)
    payer.get()
    rest(clock.now())

    prepared = payer.post("prepare", {"picture_id": str(payer.picture().id), "answer": payer.answer()})
    confirmed = payer.confirm()

    for answer in (prepared, confirmed):
        body = answer.json()
        assert (answer.status_code, body["code"], body["money_moved"]) == (503, "maintenance", "no")
        assert body["retryable"] is True
        assert "until 2" in body["detail"]
    assert payer.picture().used_at is None
    assert_nothing_moved(payer.payment)


def test_the_shop_can_still_send_orders():
    at = clock.now()
    rest(at)

    assert Shop().create(rate_quoted_at=at.isoformat()).status_code == 201


def test_the_receipt_of_a_paid_order_is_still_shown(client):
    payer = Payer(client)
    payer.confirm()
    rest(clock.now())

    assert "Your order is paid" in text_of(payer.get(follow=True))
