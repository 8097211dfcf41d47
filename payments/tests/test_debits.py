import datetime as dt
from dataclasses import replace

import pytest

from cards.bank import fake_bank
from cards.bank.port import Declined, Unavailable
from cards.chip import fake_authority
from common import phases
from common.errors import Refusal
from conftest import put_as_owner
from ledger.chart import AccountCode
from ledger.models import Journal
from ledger.queries import balance_minor
from notifications.models import Event, Message
from payments import operations
from payments.errors import LimitExceeded
from payments.models import Attempt, LimitCode, LimitRule, LimitUse, Payment
from payments.operations import PaymentGated
from payments.operations.orders import link_hash
from payments.states import DebitPhase, Status
from payments.tests.factories import (
    ACCOUNT,
    make_account,
    make_order,
    make_paid_payment,
    make_payment,
    make_platform,
    pay,
    sign,
)
from verification.models import Check

pytestmark = pytest.mark.django_db


def refused(payment, signed, at) -> str:
    with pytest.raises(Refusal) as caught:
        operations.pay_by_card(payment=payment, signed=signed, at=at, by="payer")
    return caught.value.code


def assert_nothing_moved(payment) -> None:
    assert fake_bank().debits_of(payment.reference) == 0
    assert not Journal.objects.filter(reference=payment.reference).exists()
    assert not Event.objects.filter(subject=payment.reference).exists()
    assert sum(LimitUse.objects.values_list("used_minor", flat=True)) == 0


def test_a_debit_is_booked_told_and_kept_once(at):
    payment = make_paid_payment(at)

    payment.refresh_from_db()
    assert (payment.status, payment.final_amount_minor, payment.paid_at) == (Status.PAID, 961, at)
    assert fake_bank().debits_of(payment.reference) == 1
    assert balance_minor(AccountCode.BANK_CLEARING) == 961
    assert balance_minor(AccountCode.PLATFORM_PAYABLE, platform_code="taobao") == -951
    assert balance_minor(AccountCode.CHARGE_INCOME) == -10
    assert list(Event.objects.values_list("kind", flat=True)) == ["payment.succeeded"]
    assert [(change.before, change.after) for change in payment.changes.order_by("step")] == [
        ("", "created"),
        ("created", "debiting"),
        ("debiting", "paid"),
    ]


def test_a_first_use_goes_to_the_identity_gate_and_charges_nothing(at):
    payment = make_payment(at)
    make_account(at, passed=False)

    gated = operations.pay_by_card(payment=payment, signed=sign(payment, at), at=at, by="payer")

    assert isinstance(gated, PaymentGated)
    payment.refresh_from_db()
    assert payment.status == Status.GATED
    assert fake_bank().received == []
    assert_nothing_moved(payment)


def test_after_the_gate_the_same_order_is_paid_anew_with_a_fresh_link(at):
    payment = make_payment(at, order_number="TB1")
    make_account(at, passed=False)
    operations.pay_by_card(payment=payment, signed=sign(payment, at), at=at, by="payer")

    again = operations.create_payment(
        platform=make_platform(), order=make_order(at, order_number="TB1"), at=at, by="platform"
    )

    assert again.payment.pk == payment.pk
    assert again.payment.status == Status.CREATED
    assert again.link_secret
    assert pay(again.payment, at).status == Status.PAID


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"tac": "0" * 16}, "card_signature_invalid"),
        ({"card_serial": "CARD9999"}, "card_signature_invalid"),
        ({"account_number": "00012345678999"}, "card_signature_invalid"),
        ({"signed_at": "20260608100001"}, "card_signature_invalid"),
        ({"order_digest": "0" * 64}, "order_changed"),
        ({"check_code": "0" * 16}, "check_code_unknown"),
    ],
)
def test_one_changed_thing_in_what_the_card_signed_is_refused(at, change, code):
    payment = make_payment(at)
    make_account(at)

    assert refused(payment, replace(sign(payment, at), **change), at) == code
    assert_nothing_moved(payment)


def test_a_check_code_is_good_once_and_for_five_minutes(at):
    payment = make_payment(at)
    make_account(at)
    signed = sign(payment, at)

    assert refused(payment, signed, at + dt.timedelta(seconds=300)) == "check_code_expired"
    assert refused(payment, replace(signed, tac="0" * 16), at) == "card_signature_invalid"
    assert refused(payment, signed, at) == "check_code_used"
    assert_nothing_moved(payment)


def test_a_counter_that_does_not_rise_is_refused(at):
    account = make_account(at)
    first, second = make_payment(at), make_payment(at)
    signed_second = sign(second, at)
    pay(first, at)
    fake_authority().last_counters.clear()  # the authority forgot; we have not

    assert refused(second, signed_second, at) == "card_counter_repeated"
    assert account.payments.count() == 1


@pytest.mark.parametrize(
    ("bank_code", "code"),
    [
        ("4501", "balance_too_low"),
        ("4502", "account_closed"),
        ("4503", "account_frozen"),
        ("4504", "card_lost"),
        ("4505", "card_cancelled"),
        ("4506", "bank_limit"),
        ("4507", "foreign_card"),
        ("4508", "no_transfer_agreement"),
        ("4509", "credit_card"),
        ("4510", "bank_busy"),
        ("4590", "bank_declined"),
        ("4591", "not_debited"),
        ("7777", "bank_declined"),
    ],
)
def test_each_code_of_the_bank_is_a_refusal_and_the_payer_may_try_again(at, bank_code, code):
    payment = make_payment(at)
    make_account(at)
    fake_bank().behave(ACCOUNT, bank_code)

    assert refused(payment, sign(payment, at), at) == code
    payment.refresh_from_db()
    assert payment.status == Status.CREATED
    assert payment.attempts.get().bank_code == bank_code
    assert_nothing_moved(payment)
    assert pay(payment, at).status == Status.PAID


def test_the_fifth_decline_ends_the_payment_and_tells_the_platform(at):
    payment = make_payment(at)
    make_account(at)
    fake_bank().behave(ACCOUNT, *["4501"] * 5)

    for _ in range(5):
        assert refused(payment, sign(payment, at), at) == "balance_too_low"
        payment.refresh_from_db()

    assert payment.status == Status.FAILED
    assert list(Event.objects.values_list("kind", flat=True)) == ["payment.failed"]
    assert refused(payment, sign(payment, at), at) == "order_failed"


@pytest.mark.parametrize(
    ("profile", "code"),
    [(Declined("4502"), "account_closed"), (Declined("9999"), "bank_declined"), (Unavailable("down"), "bank_busy")],
)
def test_a_profile_that_is_refused_or_missing_stops_before_any_debit(at, profile, code):
    payment = make_payment(at)
    make_account(at)
    fake_bank().profiles[ACCOUNT] = profile

    assert refused(payment, sign(payment, at), at) == code
    assert_nothing_moved(payment)


def test_a_holder_who_could_not_be_told_is_not_charged(at):
    payment = make_payment(at)
    make_account(at)
    fake_bank().set_profile(ACCOUNT, phone="")

    assert refused(payment, sign(payment, at), at) == "bank_busy"
    assert_nothing_moved(payment)


@pytest.mark.parametrize(
    ("unfit", "code"),
    [
        ({"card_status": "lost"}, "card_lost"),
        ({"card_status": "cancelled"}, "card_cancelled"),
        ({"card_issued": "foreign"}, "foreign_card"),
        ({"card_kind": "credit"}, "credit_card"),
        ({"account_status": "closed"}, "account_closed"),
        ({"account_status": "frozen"}, "account_frozen"),
        ({"transfer_agreement": False}, "no_transfer_agreement"),
        ({"birth_date": dt.date(2008, 6, 9)}, "under_age"),
    ],
)
def test_whoever_may_not_pay_is_refused_before_any_debit(at, unfit, code):
    payment = make_payment(at)
    account = make_account(at)
    bank = fake_bank()
    good = bank.profile(customer_number=account.customer.number, account_number=ACCOUNT)
    bank.profiles[ACCOUNT] = replace(good, **unfit)

    assert refused(payment, sign(payment, at), at) == code
    payment.refresh_from_db()
    assert payment.status == Status.CREATED
    assert_nothing_moved(payment)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("code", list(LimitCode))
def test_a_dollar_above_any_limit_is_refused_before_any_debit(at, code):
    payment = make_payment(at)
    make_account(at)
    rule = LimitRule(code=code, valid_from=at.date(), amount_minor=960, made_by="x", approved_by="y")
    put_as_owner(rule)

    with pytest.raises(LimitExceeded) as caught:
        operations.pay_by_card(payment=payment, signed=sign(payment, at), at=at, by="payer")

    assert caught.value.details["limit"] == code
    assert caught.value.details["left_minor"] == rule.amount_minor
    payment.refresh_from_db()
    assert payment.status == Status.CREATED
    assert_nothing_moved(payment)


def test_a_card_authority_that_does_not_answer_stops_before_any_debit(at):
    payment = make_payment(at)
    make_account(at)
    fake_authority().available = False

    assert refused(payment, sign(payment, at), at) == "card_authority_unavailable"
    assert_nothing_moved(payment)


@pytest.mark.parametrize("behaviour", ["timeout_before", "timeout_after", "late", "wrong_amount"])
def test_an_outcome_that_is_not_known_is_a_status(at, behaviour):
    payment = make_payment(at)
    make_account(at)
    fake_bank().behave(ACCOUNT, behaviour)

    unknown = operations.pay_by_card(payment=payment, signed=sign(payment, at), at=at, by="payer")

    assert unknown.status == Status.UNKNOWN
    assert unknown.enquire_at == at + dt.timedelta(minutes=2)
    assert not Event.objects.exists()
    assert LimitUse.objects.get(period="day").used_minor == 961
    assert refused(unknown, sign(unknown, at), at) == "attempt_in_progress"


def test_an_answer_that_was_lost_is_found_by_the_enquiry(at):
    payment = make_payment(at)
    make_account(at)
    fake_bank().behave(ACCOUNT, "timeout_after")
    unknown = operations.pay_by_card(payment=payment, signed=sign(payment, at), at=at, by="payer")

    for _ in range(2):
        unknown = operations.enquire_about(payment=unknown, at=at + dt.timedelta(minutes=2), by="sweep")

    assert unknown.status == Status.PAID
    assert fake_bank().debits_of(payment.reference) == 1
    assert Event.objects.count() == Journal.objects.count() == 1


def test_not_found_counts_only_when_the_bank_calls_it_final(at):
    payment = make_payment(at)
    make_account(at)
    fake_bank().behave(ACCOUNT, "late")
    unknown = operations.pay_by_card(payment=payment, signed=sign(payment, at), at=at, by="payer")

    unknown = operations.enquire_about(payment=unknown, at=at + dt.timedelta(minutes=2), by="sweep")
    assert unknown.status == Status.UNKNOWN
    assert unknown.enquire_at == at + dt.timedelta(minutes=5)
    fake_bank().arrive(unknown.attempts.get().request_id)
    paid = operations.enquire_about(payment=unknown, at=at + dt.timedelta(minutes=5), by="sweep")

    assert paid.status == Status.PAID
    assert fake_bank().debits_of(payment.reference) == 1


def test_a_final_not_found_gives_the_limit_back_and_lets_the_payer_pay_again(at):
    payment = make_payment(at)
    make_account(at)
    fake_bank().behave(ACCOUNT, "timeout_before")
    unknown = operations.pay_by_card(payment=payment, signed=sign(payment, at), at=at, by="payer")

    free = operations.enquire_about(payment=unknown, at=at + dt.timedelta(minutes=2), by="sweep")

    assert free.status == Status.CREATED
    assert free.attempts.get().outcome_code == "not_debited"
    assert_nothing_moved(payment)
    assert pay(free, at).status == Status.PAID


def test_an_unknown_debit_is_never_expired(at):
    payment = make_payment(at)
    make_account(at)
    fake_bank().behave(ACCOUNT, "timeout_before")
    unknown = operations.pay_by_card(payment=payment, signed=sign(payment, at), at=at, by="payer")

    assert operations.expire_payment(payment=unknown, at=at + dt.timedelta(days=20), by="sweep") is False


def test_an_order_nobody_pays_expires_at_its_time_and_the_platform_hears(at):
    payment = make_payment(at)

    assert operations.expire_payment(payment=payment, at=at + dt.timedelta(hours=12, seconds=-1), by="sweep") is False
    assert operations.expire_payment(payment=payment, at=at + dt.timedelta(hours=12), by="sweep") is True
    assert operations.expire_payment(payment=payment, at=at + dt.timedelta(hours=12), by="sweep") is False
    payment.refresh_from_db()
    assert payment.status == Status.EXPIRED
    assert list(Event.objects.values_list("kind", flat=True)) == ["payment.expired"]
    assert refused(payment, sign(payment, at), at) == "order_expired"


def test_cancelling_ends_the_payment_once(at):
    payment = make_payment(at)

    for _ in range(2):
        assert operations.cancel_payment(payment=payment, at=at, by="platform").status == Status.CANCELLED

    assert Event.objects.count() == 1
    assert refused(Payment.objects.get(), sign(payment, at), at) == "order_cancelled"


def test_a_paid_payment_can_not_be_cancelled_or_paid_again(at):
    payment = make_paid_payment(at)

    with pytest.raises(Refusal, match="payment_not_cancellable"):
        operations.cancel_payment(payment=payment, at=at, by="platform")
    assert refused(payment, sign(payment, at), at) == "already_paid"
    assert fake_bank().debits_of(payment.reference) == 1


def test_the_same_order_is_the_same_payment_and_another_amount_is_refused(at):
    platform = make_platform()
    first = operations.create_payment(platform=platform, order=make_order(at, order_number="TB7"), at=at, by="p")

    second = operations.create_payment(platform=platform, order=make_order(at, order_number="TB7"), at=at, by="p")
    with pytest.raises(Refusal) as caught:
        operations.create_payment(platform=platform, order=make_order(at, order_number="TB7", twd=952), at=at, by="p")

    assert (second.payment.pk, second.is_new) == (first.payment.pk, False)
    assert second.link_secret != first.link_secret
    assert caught.value.details == {"existing_minor": 961, "requested_minor": 962}


def test_a_cancelled_order_makes_room_for_a_new_payment(at):
    platform = make_platform()
    first = operations.create_payment(platform=platform, order=make_order(at, order_number="TB8"), at=at, by="p")
    operations.cancel_payment(payment=first.payment, at=at, by="p")

    second = operations.create_payment(
        platform=platform, order=make_order(at, order_number="TB8", twd=500), at=at, by="p"
    )

    assert second.is_new
    assert second.payment.pk != first.payment.pk


def test_an_abandoned_attempt_is_closed_and_the_payer_can_go_on(at):
    payment = make_payment(at)
    make_account(at)
    signed = sign(payment, at)
    Attempt.objects.create(
        payment=payment,
        number=1,
        account_hash="x",
        account_last4="8901",
        check_code="1" * 16,
        counter=0,
        tac="0" * 16,
        signed_at="20260608100000",
        order_digest="0" * 64,
        amount_minor=961,
        created_at=at,
    )
    assert refused(payment, signed, at) == "attempt_in_progress"

    assert operations.abandon_attempt(attempt=Attempt.objects.get(), at=at + dt.timedelta(minutes=2)) is True

    assert pay(payment, at).status == Status.PAID


@pytest.mark.parametrize(("twd", "sent"), [(4949, 0), (4950, 1)])
def test_a_debit_of_five_thousand_or_more_is_notified_by_sms(at, twd, sent):
    payment = make_paid_payment(at, twd=twd)

    assert payment.final_amount_minor >= 5000 or not sent
    assert Message.objects.filter(channel="sms").count() == sent


def overtaken(payment, at, *, by_cancelling):
    """While a wire hung, the sweep closed the attempt; the shop may have cancelled too."""

    def listener(phase):
        if phase == DebitPhase.VERIFIED:
            operations.abandon_attempt(attempt=Attempt.objects.get(payment=payment), at=at)
            if by_cancelling:
                operations.cancel_payment(payment=payment, at=at, by="platform")

    return listener


@pytest.mark.parametrize("passed", [True, False], ids=["to the bank", "to the gate"])
@pytest.mark.parametrize(("by_cancelling", "code"), [(True, "order_cancelled"), (False, "check_code_expired")])
def test_a_presentation_that_was_given_up_meanwhile_goes_no_further(at, passed, by_cancelling, code):
    payment = make_payment(at)
    make_account(at, passed=passed)
    signed = sign(payment, at)
    phases.listen(overtaken(payment, at, by_cancelling=by_cancelling))

    assert refused(payment, signed, at) == code

    payment.refresh_from_db()
    assert payment.status == (Status.CANCELLED if by_cancelling else Status.CREATED)
    assert payment.link_hash
    assert Attempt.objects.get().outcome == "abandoned"
    assert not Check.objects.exists()
    assert fake_bank().debits_of(payment.reference) == 0
    assert not Journal.objects.exists()
    assert not LimitUse.objects.exists()


def test_a_link_asked_for_while_a_wire_hung_is_retired_with_those_before(at):
    platform, order = make_platform(), make_order(at)
    asked = [operations.create_payment(platform=platform, order=order, at=at, by="platform")]
    make_account(at, passed=False)
    signed = sign(asked[0].payment, at)

    def listener(phase):
        if phase == DebitPhase.VERIFIED:
            asked.append(operations.create_payment(platform=platform, order=order, at=at, by="platform"))

    phases.listen(listener)

    gated = operations.pay_by_card(payment=asked[0].payment, signed=signed, at=at, by="payer")

    assert isinstance(gated, operations.PaymentGated)
    payment = Payment.objects.get()
    assert payment.link_hash == ""
    assert payment.former_links == [link_hash(created.link_secret) for created in asked]
