"""Races with real threads and real commits: the database lets one through."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections
from django.test import Client
from django.urls import reverse

from cards.bank import fake_bank
from common import clock
from common.errors import Refusal
from ledger.models import Journal
from notifications.models import Event
from payments import operations
from payments.models import LimitUse, Payment
from payments.states import Status
from payments.tests.factories import make_account, make_order, make_payment, make_platform, sign

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(calls):
    """Run all calls in threads of their own; each gives its result or the code of its refusal."""

    def one(call):
        try:
            return call()
        except Refusal as refusal:
            return refusal.code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(max_workers=min(len(calls), 50)) as pool:
        return list(pool.map(one, calls))


def test_200_concurrent_payers_of_one_account_never_pass_its_limit(at):
    account = make_account(at)
    payments = [make_payment(at, twd=2_000) for _ in range(200)]  # 2,020 each: 49 fit into 100,000
    signed = [sign(payment, at, serial=f"CARD{index:04d}") for index, payment in enumerate(payments)]
    for index in range(200):
        fake_holder(index)

    results = at_once(
        [
            lambda payment=payment, card=card: (
                operations.pay_by_card(payment=payment, signed=card, at=at, by="payer").status
            )
            for payment, card in zip(payments, signed, strict=True)
        ]
    )

    assert results.count(Status.PAID) == 49
    assert results.count("limit_exceeded") == 151
    assert LimitUse.objects.get(account=account, period="day").used_minor == 49 * 2_020
    assert len([line for line in fake_bank().book if line.kind == "debit"]) == 49


def fake_holder(index):
    from cards.chip import fake_authority

    fake_authority().holders[f"CARD{index:04d}"] = "C-CARD0001"


def test_50_equal_confirmations_at_once_make_one_debit_and_get_50_equal_answers(at):
    make_account(clock.now())
    created = operations.create_payment(
        platform=make_platform(), order=make_order(clock.now()), at=clock.now(), by="platform"
    )
    signed = sign(created.payment, clock.now())
    address = reverse("payments:confirm", args=[created.payment.reference, created.link_secret])
    names = ("issuer", "card_serial", "check_code", "signed_at", "order_digest", "counter", "tac")
    body = {"account": signed.account_number, **{name: getattr(signed, name) for name in names}}

    def confirm():
        answer = Client().post(address, body, content_type="application/json", headers={"accept": "application/json"})
        return answer.status_code, answer.content

    answers = at_once([confirm] * 50)

    assert len(set(answers)) == 1
    assert answers[0][0] == 200
    assert fake_bank().debits_of(created.payment.reference) == 1
    assert Journal.objects.count() == Event.objects.count() == 1


def test_two_different_signatures_at_once_make_one_debit(at):
    make_account(at)
    for _ in range(10):
        payment = make_payment(at)
        cards = [sign(payment, at), sign(payment, at)]

        results = at_once(
            [
                lambda payment=payment, card=card: (
                    operations.pay_by_card(payment=payment, signed=card, at=at, by="payer").status
                )
                for card in cards
            ]
        )

        assert results.count(Status.PAID) == 1
        assert set(results) <= {Status.PAID, "attempt_in_progress", "already_paid"}
        assert fake_bank().debits_of(payment.reference) == 1


def test_50_equal_debit_requests_get_50_equal_answers_from_the_bank(at):
    make_account(at)
    payment = make_payment(at)
    fake_bank().behave("00012345678901", "timeout_after")
    operations.pay_by_card(payment=payment, signed=sign(payment, at), at=at, by="payer")

    results = at_once(
        [lambda: operations.enquire_about(payment=Payment.objects.get(), at=at, by="sweep").status for _ in range(50)]
    )

    assert results == [Status.PAID] * 50
    assert fake_bank().debits_of(payment.reference) == 1
    assert Journal.objects.count() == Event.objects.count() == 1


def test_50_creations_of_one_order_at_once_make_one_payment(at):
    platform = make_platform()

    results = at_once(
        [
            lambda: (
                operations.create_payment(
                    platform=platform, order=make_order(at, order_number="TB1"), at=at, by="platform"
                ).payment.reference
            )
            for _ in range(50)
        ]
    )

    assert len(set(results)) == 1
    assert Payment.objects.count() == 1


def test_a_card_and_a_cancellation_at_once_leave_one_of_the_two(at):
    make_account(at)
    for _ in range(20):
        payment = make_payment(at)
        signed = sign(payment, at)

        results = at_once(
            [
                lambda payment=payment, signed=signed: (
                    operations.pay_by_card(payment=payment, signed=signed, at=at, by="payer").status
                ),
                lambda payment=payment: operations.cancel_payment(payment=payment, at=at, by="platform").status,
            ]
        )

        payment.refresh_from_db()
        debited = fake_bank().debits_of(payment.reference)
        assert (payment.status, debited) in {(Status.PAID, 1), (Status.CANCELLED, 0)}, results
