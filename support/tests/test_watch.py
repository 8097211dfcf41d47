"""What needs a case and since when: found when its time is over, not before, and not a second time."""

import datetime as dt

import pytest

from cards.bank import fake_bank, port
from notifications.models import Message
from notifications.operations import enable_endpoint, resend_message
from payments import operations as payments
from payments.models import Payment
from payments.operations import enquire_about
from payments.tests.factories import sign
from platforms.models import WebhookEndpoint
from platforms.operations import disable_endpoint
from refunds.tests.factories import at_taipei, make_accepted_refund, run
from support import operations, tasks
from support.models import Case
from support.tests.factories import (
    ACCOUNT,
    conclude,
    make_endpoint,
    make_finding,
    make_manual_refund,
    open_all,
    pay,
)
from support.watch import causes

pytestmark = pytest.mark.django_db

HOUR, MINUTE = dt.timedelta(hours=1), dt.timedelta(minutes=1)


def kinds(at):
    return sorted(cause.kind.value for cause in causes(at, limit=100))


def test_a_platform_not_told_for_two_hours_is_a_case(at):
    make_endpoint(at)
    payment = pay(at)

    assert kinds(at + 2 * HOUR - MINUTE) == []
    assert kinds(at + 2 * HOUR) == ["not_told"]

    conclude(payment.reference, "delivered", at + 2 * HOUR)
    assert kinds(at + 2 * HOUR) == []


def test_a_platform_without_an_address_that_never_acknowledged_is_a_case_too(at):
    pay(at)

    assert kinds(at + 2 * HOUR) == ["not_told"]


def test_a_debit_unknown_for_an_hour_is_a_case_and_the_payer_is_asked_not_to_pay_again(at):
    payment = pay(at, "timeout_before")

    assert kinds(at + HOUR - MINUTE) == []
    [case] = open_all(at + HOUR)

    assert (case.kind, case.payment, case.owner) == ("unknown_debit", payment, "customer-service")
    sms = Message.objects.get(purpose="debit_unknown", subject=payment.reference)
    assert "961" in sms.text
    assert len(sms.text) <= 70


def test_an_unknown_debit_of_a_later_try_is_a_new_case(at):
    payment = pay(at, "timeout_before")
    [first] = open_all(at + HOUR)
    enquire_about(payment=payment, at=at + HOUR, by="test")  # the bank has nothing and takes it no more
    operations.close_resolved(case_id=first.id, at=at + HOUR, by="sweep")

    payment.refresh_from_db()
    fake_bank().behave(ACCOUNT, "timeout_before")
    payments.pay_by_card(payment=payment, signed=sign(payment, at + 2 * HOUR), at=at + 2 * HOUR, by="payer")

    [second] = open_all(at + 3 * HOUR)
    assert (second.kind, second.payment) == ("unknown_debit", payment)
    assert second != first
    assert Message.objects.filter(purpose="debit_unknown").count() == 1


def test_a_credit_unknown_for_an_hour_is_a_case(at):
    refund = make_accepted_refund(at, payment=pay(at), amount_minor=400)
    fake_bank().behave(ACCOUNT, "timeout_before")
    day = at_taipei(refund.credit_date)
    run(refund, day)

    assert "unknown_credit" not in kinds(day + HOUR - MINUTE)
    assert "unknown_credit" in kinds(day + HOUR)


def test_a_refund_that_the_bank_cannot_credit_is_a_case_at_once(at):
    refund = make_manual_refund(at, port.ACCOUNT_FROZEN)

    found = kinds(at_taipei(refund.credit_date))
    assert "refund_manual" in found
    assert "account_closed" not in found


def test_a_refund_to_a_closed_account_is_a_case_of_its_own_kind(at):
    refund = make_manual_refund(at)

    found = kinds(at_taipei(refund.credit_date))
    assert "account_closed" in found
    assert "refund_manual" not in found


def test_a_refund_past_its_latest_date_is_a_case(at):
    refund = make_accepted_refund(at, payment=pay(at), amount_minor=400)

    assert "refund_overdue" not in kinds(at_taipei(refund.latest_credit_date))
    assert "refund_overdue" in kinds(at_taipei(refund.latest_credit_date + dt.timedelta(days=1)))


def test_a_dead_letter_is_a_case_and_one_that_died_later_another(at):
    make_endpoint(at)
    payment = pay(at)
    conclude(payment.reference, "dead", at + HOUR)

    [case] = open_all(at + HOUR)
    assert (case.kind, case.payment) == ("dead_letter", payment)

    operations.close_case(case_id=case.id, reason="told by phone", at=at + HOUR, by="staff:amy")
    assert kinds(at + HOUR) == []

    resend_message(message_id=Message.objects.get().id, at=at + HOUR, by="staff:amy", reason="it is up again")
    conclude(payment.reference, "dead", at + 73 * HOUR)
    assert kinds(at + 73 * HOUR) == ["dead_letter", "not_told"]


def test_a_bank_code_without_a_text_is_a_case_until_a_person_closes_it(at):
    payment = pay(at, "9999")

    [case] = open_all(at)
    assert (case.kind, case.payment) == ("unmapped_bank_code", payment)
    assert operations.close_resolved(case_id=case.id, at=at, by="sweep") is False
    assert kinds(at) == []


def test_a_known_bank_code_is_none(at):
    pay(at, "4501")

    assert kinds(at + 2 * HOUR) == []


def test_a_finding_of_the_books_is_a_case(at):
    finding = make_finding(at)

    [case] = open_all(at)
    assert (case.kind, case.finding) == ("broken_invariant", finding)


def test_what_had_its_case_is_not_found_again(at):
    pay(at)
    pay(at, "timeout_before")
    make_finding(at)
    make_manual_refund(at)
    later = at + dt.timedelta(days=60)

    opened = open_all(later)

    assert len(opened) == len({(case.kind, case.subject) for case in opened}) >= 4
    assert kinds(later) == []
    assert open_all(later) == []


def test_the_sweep_opens_and_closes(at, settings, tmp_path):
    make_endpoint(at)
    settings.CLOCK_FILE = str(tmp_path / "clock")
    ahead = (at + 2 * HOUR - dt.datetime.now(dt.UTC)).total_seconds()
    (tmp_path / "clock").write_text(str(ahead))
    payment = pay(at)

    tasks.watch()
    case = Case.objects.get()
    assert (case.kind, case.payment, case.status) == ("not_told", payment, "open")

    conclude(payment.reference, "delivered", at + 3 * HOUR)
    tasks.watch()
    tasks.watch()

    case = Case.objects.get()
    assert (case.status, case.closed_reason) == ("closed", "the cause is gone")
    assert Payment.objects.get().status == "paid"


def test_an_endpoint_that_is_gone_is_a_case_until_it_is_on_again(at):
    endpoint = make_endpoint(at)
    gone = WebhookEndpoint.DisabledReason.GONE
    disable_endpoint(endpoint_id=endpoint.pk, why=gone, at=at + MINUTE, by="system", reason="answered 410")

    [case] = open_all(at + HOUR)

    assert (case.kind, case.endpoint, case.subject) == ("endpoint_gone", endpoint, endpoint.public_id)
    assert kinds(at + HOUR) == []
    assert not operations.close_resolved(case_id=case.pk, at=at + HOUR, by="sweep")
    enable_endpoint(endpoint_id=endpoint.pk, at=at + 2 * HOUR, by="staff:amy")
    assert operations.close_resolved(case_id=case.pk, at=at + 2 * HOUR, by="sweep")

    disable_endpoint(endpoint_id=endpoint.pk, why=gone, at=at + 3 * HOUR, by="system")
    assert kinds(at + 3 * HOUR) == ["endpoint_gone"]


@pytest.mark.parametrize("why", ["by_platform", "by_staff"])
def test_an_endpoint_that_someone_switched_off_is_no_case(at, why):
    disable_endpoint(endpoint_id=make_endpoint(at).pk, why=why, at=at, by="platform:shop")

    assert kinds(at + HOUR) == []
