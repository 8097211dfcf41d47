"""Asking for a refund, confirming and cancelling it: the promise, the amounts, and each refusal with nothing moved."""

import datetime as dt

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils.translation import override

from common.errors import InvalidRequest
from conftest import put_as_owner
from notifications.models import Event, Message
from payments.errors import PaymentNotFound
from payments.operations import mark_shipped
from payments.tests.factories import make_paid_payment, make_payment, make_platform
from refunds import errors, operations
from refunds.models import ChargeReturnRule, Refund
from refunds.states import Status
from refunds.tests.factories import again, ask, at_taipei, confirm, make_accepted_refund, make_credited_refund

pytestmark = pytest.mark.django_db


def reserved(payment):
    payment.refresh_from_db()
    return payment.refunded_order_minor, payment.refunded_charge_minor


def kinds_told(refund):
    return list(Event.objects.filter(subject=refund.reference).order_by("id").values_list("kind", flat=True))


def texts_sent(refund):
    rows = Message.objects.filter(channel="sms", subject=refund.reference).order_by("id")
    return [(row.purpose, row.text) for row in rows]


def cancel(refund, at):
    return operations.cancel_refund(platform=refund.platform, reference=refund.reference, at=at, by="test")


def test_what_is_told_of_a_refund_keeps_the_order_of_its_payment(at):
    payment = make_paid_payment(at)

    refund = confirm(ask(payment, at, 317), at)

    told = Event.objects.filter(ordering_key=payment.reference).order_by("id").values_list("kind", "subject")
    assert list(told)[-2:] == [("refund.requested", refund.reference), ("refund.accepted", refund.reference)]
    assert not Event.objects.filter(ordering_key=refund.reference).exists()


def test_a_request_reserves_the_amount_and_its_part_of_the_charge(at):
    payment = make_paid_payment(at)

    refund = ask(payment, at, 317)

    assert (refund.status, refund.amount_minor, refund.charge_minor, refund.total_minor) == ("requested", 317, 3, 320)
    assert reserved(payment) == (317, 3)
    assert kinds_told(refund) == ["refund.requested"]
    assert texts_sent(refund) == []


def test_several_partial_refunds_return_exactly_what_was_paid(at):
    payment = make_paid_payment(at)

    refunds = [ask(payment, at, 317) for _ in range(3)]

    assert [refund.charge_minor for refund in refunds] == [3, 4, 3]
    assert sum(refund.total_minor for refund in refunds) == payment.final_amount_minor
    assert reserved(payment) == (951, 10)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("policy", "charges"), [("none", [0, 0]), ("full_only", [0, 10]), ("proportional", [5, 5])])
def test_the_charge_comes_back_by_the_rule_of_the_day(at, policy, charges):
    put_as_owner(ChargeReturnRule(policy=policy, valid_from=at.date(), made_by="amy", approved_by="ben"))
    payment = make_paid_payment(at)

    assert [ask(payment, at, part).charge_minor for part in (500, 451)] == charges


@pytest.mark.django_db(transaction=True)
def test_a_rule_of_tomorrow_does_not_count_today(at):
    tomorrow = at.date() + dt.timedelta(days=1)
    put_as_owner(ChargeReturnRule(policy="none", valid_from=tomorrow, made_by="amy", approved_by="ben"))

    assert ask(make_paid_payment(at), at).charge_minor == 10


def test_a_confirmed_refund_stores_its_promise_and_tells_it(at):
    refund = make_accepted_refund(at)

    refund = again(refund)
    assert refund.status == Status.ACCEPTED
    assert refund.accepted_date == dt.date(2026, 6, 8)
    assert (refund.expected_credit_date, refund.latest_credit_date) == (dt.date(2026, 6, 17), dt.date(2026, 6, 23))
    assert (refund.credit_date, refund.calendar_version.number) == (dt.date(2026, 6, 17), 1)
    assert kinds_told(refund) == ["refund.requested", "refund.accepted"]
    assert [purpose for purpose, _ in texts_sent(refund)] == ["refund_accepted"]
    assert "2026-06-17" in texts_sent(refund)[0][1]


def test_acceptance_counts_on_the_taipei_date(at):
    late = dt.datetime(2026, 6, 8, 16, 0, tzinfo=dt.UTC)  # midnight in Taipei: the 9th has begun

    refund = confirm(ask(make_paid_payment(at), at), late)

    assert (refund.accepted_date, refund.expected_credit_date) == (dt.date(2026, 6, 9), dt.date(2026, 6, 18))


def test_confirming_twice_changes_nothing_the_second_time(at):
    refund = make_accepted_refund(at)

    second = confirm(refund, at + dt.timedelta(days=3))

    assert (second.accepted_date, second.step) == (dt.date(2026, 6, 8), refund.step)
    assert kinds_told(refund) == ["refund.requested", "refund.accepted"]


def test_the_same_request_twice_is_one_refund(at):
    payment = make_paid_payment(at)
    body = {"refund_number": "R-1", "expected_refundable_minor": 951, "reason": "broken"}

    first = ask(payment, at, 500, **body)
    second = ask(payment, at + dt.timedelta(hours=1), 500, **body)

    assert first.pk == second.pk
    assert reserved(payment) == (500, 5)
    assert kinds_told(first) == ["refund.requested"]


@pytest.mark.parametrize(
    "changed", [{"amount_minor": 501}, {"reason": "other"}, {"expected_refundable_minor": 951}, "another payment"]
)
def test_a_refund_number_with_another_body_is_refused(at, changed):
    payment = make_paid_payment(at)
    first = ask(payment, at, 500, refund_number="R-1")
    other = make_paid_payment(at) if changed == "another payment" else payment
    body = {"amount_minor": 500} if changed == "another payment" else {"amount_minor": 500, **changed}

    with pytest.raises(errors.RefundNumberReused) as refused:
        ask(other, at, refund_number="R-1", **body)

    assert refused.value.details == {"refund_number": "R-1", "reference": first.reference}
    assert Refund.objects.count() == 1
    assert reserved(payment) == (500, 5)


def test_two_platforms_may_use_the_same_refund_number(at):
    other = make_paid_payment(at)
    other_platform = make_platform("tmall")
    type(other).objects.filter(pk=other.pk).update(platform=other_platform)
    other.refresh_from_db()

    assert ask(make_paid_payment(at), at, refund_number="R-1") != ask(other, at, refund_number="R-1")


def test_another_platforms_payment_does_not_exist(at):
    payment = make_paid_payment(at)

    with pytest.raises(PaymentNotFound):
        ask(payment, at, platform=make_platform("tmall"))

    assert reserved(payment) == (0, 0)


@pytest.mark.parametrize("amount", [0, -1, 10_000_000_000])
def test_an_amount_that_is_none_is_refused(at, amount):
    payment = make_paid_payment(at)

    with pytest.raises(InvalidRequest):
        ask(payment, at, amount)

    assert reserved(payment) == (0, 0)


def test_one_dollar_above_the_rest_is_refused_with_the_rest(at):
    payment = make_paid_payment(at)
    ask(payment, at, 500)

    with pytest.raises(errors.RefundAboveRest) as refused:
        ask(payment, at, 452)

    assert refused.value.details == {"refundable_minor": 451}
    assert reserved(payment) == (500, 5)
    assert ask(payment, at, 451).amount_minor == 451


def test_a_mistaken_belief_about_the_rest_is_refused(at):
    payment = make_paid_payment(at)
    ask(payment, at, 500)

    with pytest.raises(errors.RefundableMismatch) as refused:
        ask(payment, at, 100, expected_refundable_minor=951)

    assert refused.value.details == {"expected_refundable_minor": 951, "refundable_minor": 451}
    assert reserved(payment) == (500, 5)


def test_an_unpaid_order_is_not_refunded(at):
    payment = make_payment(at)

    with pytest.raises(errors.OrderNotPaid):
        ask(payment, at)

    assert Refund.objects.count() == 0


@pytest.mark.parametrize(("days", "minutes", "accepted"), [(360, 0, True), (360, 839, True), (360, 840, False)])
def test_a_refund_is_possible_on_the_360th_day_and_not_on_the_361st(at, days, minutes, accepted):
    payment = make_paid_payment(at)
    later = at + dt.timedelta(days=days, minutes=minutes)  # paid at 10:00 in Taipei: 14 hours later the day is over

    if accepted:
        assert ask(payment, later).status == Status.REQUESTED
    else:
        with pytest.raises(errors.RefundTooLate) as refused:
            ask(payment, later)
        assert refused.value.details == {"last_date": "2027-06-03"}
        assert reserved(payment) == (0, 0)


def test_shipped_goods_are_refused_with_the_platforms_contact(at):
    payment = mark_shipped(payment=make_paid_payment(at), at=at)

    with pytest.raises(errors.GoodsShipped) as refused:
        ask(payment, at)

    assert "(02)7705-4306" in refused.value.detail()
    assert reserved(payment) == (0, 0)


def test_goods_the_request_itself_calls_shipped_are_refused(at):
    with pytest.raises(errors.GoodsShipped):
        ask(make_paid_payment(at), at, goods_shipped=True)

    assert Refund.objects.count() == 0


def test_goods_shipped_after_the_request_are_refused_at_the_confirmation(at):
    payment = make_paid_payment(at)
    refund = ask(payment, at)
    mark_shipped(payment=payment, at=at)

    with pytest.raises(errors.GoodsShipped):
        confirm(refund, at)

    assert again(refund).status == Status.REQUESTED
    assert cancel(refund, at).status == Status.CANCELLED


def test_a_cancelled_refund_frees_what_it_reserved(at):
    payment = make_paid_payment(at)
    refund = ask(payment, at, 951)

    cancelled = cancel(refund, at)

    assert (cancelled.status, reserved(payment)) == (Status.CANCELLED, (0, 0))
    assert cancel(refund, at).step == cancelled.step
    assert kinds_told(refund) == ["refund.requested", "refund.cancelled"]
    assert ask(payment, at, 951).charge_minor == 10


def test_a_cancel_between_partial_refunds_still_ends_at_exactly_the_charge(at):
    payment = make_paid_payment(at)
    first = ask(payment, at, 317)
    ask(payment, at, 317)
    cancel(first, at)

    ask(payment, at, 634)

    assert reserved(payment) == (951, 10)


def test_a_promised_refund_cannot_be_cancelled(at):
    refund = make_accepted_refund(at)

    with pytest.raises(errors.RefundNotCancellable):
        cancel(refund, at)

    assert again(refund).status == Status.ACCEPTED


def test_a_cancelled_refund_cannot_be_confirmed(at):
    refund = ask(make_paid_payment(at), at)
    cancel(refund, at)

    with pytest.raises(errors.RefundNotConfirmable):
        confirm(refund, at)

    assert texts_sent(refund) == []


@pytest.mark.parametrize("operation", [operations.confirm_refund, operations.cancel_refund])
def test_another_platforms_refund_does_not_exist(at, operation):
    refund = ask(make_paid_payment(at), at)

    with pytest.raises(errors.RefundNotFound):
        operation(platform=make_platform("tmall"), reference=refund.reference, at=at, by="test")

    assert again(refund).status == Status.REQUESTED


def test_the_database_refuses_a_refund_that_the_payment_does_not_count(at):
    refund = make_credited_refund(at)

    type(refund.payment).objects.filter(pk=refund.payment_id).update(refunded_order_minor=950)
    Refund.objects.filter(pk=refund.pk).update(status=refund.status)

    with pytest.raises(IntegrityError, match="counts refunds"), connection.cursor() as cursor, transaction.atomic():
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    type(refund.payment).objects.filter(pk=refund.payment_id).update(refunded_order_minor=951)


@pytest.mark.parametrize("column", ["amount_minor", "charge_minor"])
def test_the_database_refuses_to_change_an_amount(at, column):
    refund = ask(make_paid_payment(at), at)

    with pytest.raises(IntegrityError), transaction.atomic():
        Refund.objects.filter(pk=refund.pk).update(**{column: 1})


def test_the_database_refuses_a_jump_of_the_status(at):
    refund = ask(make_paid_payment(at), at)

    with pytest.raises(IntegrityError, match="no move"), transaction.atomic():
        Refund.objects.filter(pk=refund.pk).update(status="credited", step=1)


def test_the_run_opens_on_the_promised_day(at):
    refund = make_accepted_refund(at)

    assert at_taipei(refund.credit_date) == dt.datetime(2026, 6, 17, 2, 0, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("language", "words"), [("en", "Nothing is left to refund of this order."), ("zh-hant", "此訂單已無可退款金額。")]
)
def test_a_refund_of_what_is_wholly_refunded_is_told_that_nothing_is_left(at, language, words):
    payment = make_paid_payment(at)
    ask(payment, at, 951)

    with pytest.raises(errors.RefundAboveRest) as refused:
        ask(payment, at, 1)

    with override(language):
        assert refused.value.detail().startswith(words)
