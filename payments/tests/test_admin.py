"""Payments in the console: found by what a caller has at hand, read with a trace, acted on with the right alone."""

import pytest
from django.test import Client

from audit.models import Record
from cards.bank import fake_bank
from common import clock
from notifications.models import Retelling
from payments import operations
from payments.models import Attempt, ChargeRule, LimitRule, LimitUse, Payment
from payments.states import Status
from payments.tests.factories import ACCOUNT, make_account, make_paid_payment, make_payment, make_platform, sign
from platforms.operations import add_endpoint
from staff.tests.factories import make_staff_with, sign_in

pytestmark = pytest.mark.django_db
LIST = "/console/payments/payment/"


def staff(*permissions):
    user = make_staff_with(*permissions)
    client = Client(headers={"accept-language": "en"})
    return sign_in(user, client=client)


def agent(*more):
    return staff(
        "view_payment",
        "view_paymentchange",
        "view_attempt",
        "view_limitrule",
        "view_chargerule",
        "view_limituse",
        *more,
    )


def act(client, action, *payments, reason="the shop asked by phone"):
    chosen = [str(payment.pk) for payment in payments]
    return client.post(LIST, {"action": action, "_selected_action": chosen, "reason": reason}, follow=True)


def found(client, term):
    return [payment.reference for payment in client.get(LIST, {"q": term}).context["cl"].result_list]


def test_a_payment_is_found_by_reference_order_number_or_last_four_digits():
    at = clock.now()
    paid, other = make_paid_payment(at), make_payment(at, order_number="8901X")
    client = agent()

    assert found(client, paid.reference.lower()) == [paid.reference]
    assert found(client, paid.order_number) == [paid.reference]
    assert found(client, "8901") == [paid.reference]
    assert found(client, "8901X") == [other.reference]
    assert found(client, "1111") == []


def test_a_look_at_a_payment_shows_its_course_masked_and_leaves_a_trace():
    payment = make_paid_payment(clock.now())

    page = agent().get(f"{LIST}{payment.pk}/change/").content.decode()

    assert "debiting" in page
    assert "••••8901" in page
    assert ACCOUNT not in page
    assert Record.objects.filter(action="payments.payment_read", by="staff:amy").count() == 1


@pytest.mark.parametrize("model", [Attempt, LimitRule, ChargeRule, LimitUse])
def test_attempts_limits_and_charges_can_be_read_and_not_changed(model):
    make_paid_payment(clock.now())
    client, name = agent(), model._meta.model_name
    row = model.objects.first()

    assert client.get(f"/console/payments/{name}/").status_code == 200
    assert client.get(f"/console/payments/{name}/{row.pk}/change/").status_code == 200
    assert client.post(f"/console/payments/{name}/{row.pk}/change/", {}).status_code == 403
    assert client.get(f"/console/payments/{name}/add/").status_code == 403
    assert client.post(f"/console/payments/{name}/{row.pk}/delete/", {}).status_code == 403


def test_the_bank_is_asked_at_once_about_a_debit_in_flight():
    at = clock.now()
    payment = make_payment(at)
    make_account(at)
    fake_bank().behave(ACCOUNT, "timeout_after")
    operations.pay_by_card(payment=payment, signed=sign(payment, at), at=at, by="payer")

    answer = act(agent("act_on_payment"), "ask_bank", payment)

    assert f"{payment.reference}: paid" in answer.content.decode()
    assert Payment.objects.get(pk=payment.pk).status == Status.PAID
    assert payment.changes.get(after=Status.PAID).by == "staff:amy"


def test_the_platform_is_told_again_and_who_asked_why_is_kept():
    at = clock.now()
    add_endpoint(platform=make_platform(), url="https://shop.example/notices", at=at, by="test")
    payment = make_paid_payment(at)

    act(agent("act_on_payment"), "tell_again", payment)

    kept = Retelling.objects.values_list("subject", "by", "reason").get()
    assert kept == (payment.reference, "staff:amy", "the shop asked by phone")


def test_without_a_reason_nobody_is_told_again():
    at = clock.now()
    add_endpoint(platform=make_platform(), url="https://shop.example/notices", at=at, by="test")

    answer = act(agent("act_on_payment"), "tell_again", make_paid_payment(at), reason=" ")

    assert "give a reason first" in answer.content.decode()
    assert not Retelling.objects.exists()


@pytest.mark.parametrize("action", ["ask_bank", "tell_again"])
def test_without_the_right_nothing_is_done(action):
    at = clock.now()
    add_endpoint(platform=make_platform(), url="https://shop.example/notices", at=at, by="test")
    payment = make_paid_payment(at)

    act(agent(), action, payment)

    assert not Retelling.objects.exists()
