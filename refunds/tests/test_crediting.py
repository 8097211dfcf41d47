"""The day's run against the bank: credited once, deferred for each reason, lost answers asked for, closed accounts kept."""

import datetime as dt

import pytest
from django.db import DatabaseError, transaction

from cards.bank import fake_bank
from common import phases
from ledger.chart import AccountCode
from ledger.models import Journal
from ledger.queries import balance_minor
from notifications.models import Event, Message
from payments.tests.factories import ACCOUNT, make_paid_payment
from refunds import errors, operations, tasks
from refunds.deferral import WindowKind
from refunds.models import CreditAttempt, Deferral
from refunds.operations import Worked
from refunds.states import RefundPhase, Status
from refunds.tests.factories import again, ask, at_taipei, enquire, make_accepted_refund, make_credited_refund, run
from refunds.working_days import Part

pytestmark = pytest.mark.django_db

DUE = dt.date(2026, 6, 17)
NEXT = dt.date(2026, 6, 18)
MINUTE = dt.timedelta(minutes=1)


def credits_booked():
    return [line for line in fake_bank().book if line.kind == "credit"]


def told(refund, kind):
    return Event.objects.filter(subject=refund.reference, kind=kind).count()


def purposes(refund):
    rows = Message.objects.filter(channel="sms", subject=refund.reference).order_by("id")
    return list(rows.values_list("purpose", flat=True))


def test_a_due_refund_is_credited_booked_and_told(at):
    refund = make_accepted_refund(at)

    assert run(refund, at_taipei(DUE)) is Worked.SENT

    refund = again(refund)
    assert (refund.status, refund.credited_at) == (Status.CREDITED, at_taipei(DUE))
    (line,) = credits_booked()
    assert (line.amount.amount_minor, line.account_last4, line.request_id) == (961, ACCOUNT[-4:], refund.request_id)
    assert refund.bank_reference == line.bank_reference
    assert balance_minor(AccountCode.BANK_CLEARING) == 0
    assert balance_minor(AccountCode.PLATFORM_PAYABLE) == 0
    assert balance_minor(AccountCode.CHARGE_INCOME) == 0
    assert told(refund, "refund.credited") == 1
    assert purposes(refund) == ["refund_accepted", "refund_credited"]


def test_a_second_run_credits_nothing_more(at):
    refund = make_credited_refund(at)

    assert run(refund, at_taipei(DUE, 11)) is Worked.NOTHING
    assert len(credits_booked()) == 1
    assert Journal.objects.filter(reference=refund.reference).count() == 1
    assert told(refund, "refund.credited") == 1


@pytest.mark.parametrize(
    ("day", "hour", "worked"),
    [
        (dt.date(2026, 6, 16), 10, Worked.NOTHING),
        (DUE, 8, Worked.WAITING),
        (DUE, 9, Worked.SENT),
        (NEXT, 9, Worked.SENT),
    ],
)
def test_the_run_keeps_its_day_and_its_hours(at, day, hour, worked):
    refund = make_accepted_refund(at)

    assert run(refund, at_taipei(day, hour)) is worked
    assert len(credits_booked()) == (worked is Worked.SENT)


def test_a_refund_not_confirmed_is_never_credited(at):
    refund = ask(make_paid_payment(at), at)

    assert run(refund, at + dt.timedelta(days=90)) is Worked.NOTHING
    assert credits_booked() == []


def test_a_partial_refund_without_charge_part_books_two_lines(at):
    refund = make_credited_refund(at, amount_minor=1)

    journal = Journal.objects.get(reference=refund.reference)
    assert sorted(journal.entries.values_list("side", "account", "amount_minor")) == [
        ("credit", "bank_clearing", 1),
        ("debit", "platform_payable", 1),
    ]


def plan_window(kind):
    operations.plan_window(
        kind=kind, starts_at=at_taipei(DUE, 9), ends_at=at_taipei(DUE, 12), at=at_taipei(DUE, 8), by="amy"
    )


def close_taipei(part=Part.WHOLE):
    operations.record_closure(date=DUE, counties=["taipei_city"], part=part, at=at_taipei(DUE, 6), by="amy")


def leave_another_unknown(payment):
    other = make_accepted_refund(at_taipei(dt.date(2026, 6, 8)), amount_minor=1, payment=payment)
    fake_bank().behave(ACCOUNT, "timeout_before")
    run(other, at_taipei(DUE, 9))


REASONS = [
    ("maintenance", 10, lambda refund: plan_window(WindowKind.MAINTENANCE)),
    ("system_upgrade", 10, lambda refund: plan_window(WindowKind.SYSTEM_UPGRADE)),
    ("typhoon_closure", 10, lambda refund: close_taipei()),
    ("typhoon_closure", 12, lambda refund: close_taipei(Part.AFTERNOON)),
    ("refunds_pending", 10, lambda refund: leave_another_unknown(refund.payment)),
    ("refunds_pending", 16, lambda refund: None),
]


@pytest.mark.parametrize(("reason", "hour", "arrange"), REASONS)
def test_a_deferral_is_kept_shown_and_told(at, reason, hour, arrange):
    refund = make_accepted_refund(at, amount_minor=500)
    arrange(refund)
    sent_before = len(credits_booked())

    assert run(refund, at_taipei(DUE, hour)) is Worked.DEFERRED

    refund = again(refund)
    deferral = Deferral.objects.get(refund=refund)
    assert (deferral.reason, deferral.old_date, deferral.new_date) == (reason, DUE, NEXT)
    assert (refund.status, refund.credit_date) == (Status.ACCEPTED, NEXT)
    assert (refund.expected_credit_date, refund.latest_credit_date) == (DUE, dt.date(2026, 6, 23))
    assert told(refund, "refund.deferred") == 1
    assert purposes(refund) == ["refund_accepted", "refund_deferred_1"]
    assert len(credits_booked()) == sent_before


def test_a_deferral_run_twice_is_one_deferral(at):
    refund = make_accepted_refund(at)

    assert run(refund, at_taipei(DUE, 16)) is Worked.DEFERRED
    assert run(refund, at_taipei(DUE, 17)) is Worked.NOTHING
    assert Deferral.objects.count() == 1


def test_a_deferred_refund_is_credited_the_next_working_day(at):
    refund = make_accepted_refund(at)
    run(refund, at_taipei(DUE, 16))

    assert run(refund, at_taipei(NEXT)) is Worked.SENT
    assert again(refund).status == Status.CREDITED


def test_a_holiday_found_on_the_day_itself_defers(at):
    refund = make_accepted_refund(at)
    type(refund).objects.filter(pk=refund.pk).update(credit_date=dt.date(2026, 6, 19))  # Dragon Boat Festival

    assert run(refund, at_taipei(dt.date(2026, 6, 19), 7)) is Worked.DEFERRED
    assert Deferral.objects.get().reason == "holiday_published"
    assert again(refund).credit_date == dt.date(2026, 6, 22)


def test_two_refunds_of_one_payment_are_credited_one_after_the_other(at):
    payment = make_paid_payment(at)
    first, second = (make_accepted_refund(at, amount_minor=part, payment=payment) for part in (500, 451))

    assert [run(refund, at_taipei(DUE)) for refund in (first, second)] == [Worked.SENT, Worked.SENT]
    assert sum(line.amount.amount_minor for line in credits_booked()) == 961
    assert balance_minor(AccountCode.BANK_CLEARING) == 0


def test_a_refund_whose_sibling_is_being_sent_this_moment_is_left_alone(at):
    payment = make_paid_payment(at)
    first, second = (make_accepted_refund(at, amount_minor=part, payment=payment) for part in (500, 451))
    seen = []

    def run_the_second(phase):
        if phase == RefundPhase.INTENT_COMMITTED:
            phases.listen(None)
            seen.append(run(second, at_taipei(DUE)))

    phases.listen(run_the_second)
    run(first, at_taipei(DUE))

    assert seen == [Worked.NOTHING]
    assert again(second).status == Status.ACCEPTED


def test_a_closed_account_goes_to_the_manual_queue_and_nothing_is_lost(at):
    refund = make_accepted_refund(at)
    fake_bank().behave(ACCOUNT, "4502")

    run(refund, at_taipei(DUE))

    refund = again(refund)
    assert (refund.status, refund.bank_code) == (Status.MANUAL, "4502")
    assert told(refund, "refund.manual") == 1
    assert balance_minor(AccountCode.BANK_CLEARING) == 961
    assert Journal.objects.filter(reference=refund.reference).count() == 0
    assert purposes(refund) == ["refund_accepted"]


@pytest.mark.parametrize("code", ["4503", "4590", "4777"])
def test_other_declines_go_to_the_manual_queue_with_their_code(at, code):
    refund = make_accepted_refund(at)
    fake_bank().behave(ACCOUNT, code)

    run(refund, at_taipei(DUE))

    assert (again(refund).status, again(refund).bank_code) == (Status.MANUAL, code)


def test_another_amount_than_ours_goes_to_people_and_never_back_to_the_run(at):
    refund = make_accepted_refund(at)
    fake_bank().behave(ACCOUNT, "wrong_amount")
    run(refund, at_taipei(DUE))

    assert (again(refund).status, again(refund).bank_code) == (Status.MANUAL, "amount_differs")
    with pytest.raises(errors.RefundNotManual):
        operations.return_to_run(reference=refund.reference, note="try", at=at, by="amy")


@pytest.mark.parametrize("code", ["4510", "4591"])
def test_a_busy_bank_is_tried_again_with_a_new_request(at, code):
    refund = make_accepted_refund(at)
    fake_bank().behave(ACCOUNT, code)

    run(refund, at_taipei(DUE))
    assert again(refund).status == Status.ACCEPTED
    assert run(refund, at_taipei(DUE, 10, 4)) is Worked.NOTHING
    assert run(refund, at_taipei(DUE, 10, 5)) is Worked.SENT

    assert again(refund).status == Status.CREDITED
    assert CreditAttempt.objects.filter(refund=refund).count() == 2
    assert len(credits_booked()) == 1


def test_a_lost_answer_is_asked_for_and_found(at):
    refund = make_accepted_refund(at)
    fake_bank().behave(ACCOUNT, "timeout_after")
    run(refund, at_taipei(DUE))
    assert again(refund).status == Status.UNKNOWN

    assert not enquire(refund, at_taipei(DUE, 10, 1))
    assert enquire(refund, at_taipei(DUE, 10, 2))

    assert again(refund).status == Status.CREDITED
    assert len(credits_booked()) == 1
    assert told(refund, "refund.credited") == 1
    assert not enquire(refund, at_taipei(DUE, 11))


def test_an_unknown_credit_is_never_sent_again_by_the_run(at):
    refund = make_accepted_refund(at)
    fake_bank().behave(ACCOUNT, "timeout_before")
    run(refund, at_taipei(DUE))

    assert run(refund, at_taipei(NEXT)) is Worked.NOTHING
    assert len(fake_bank().received) == 2  # the debit and one credit


def test_a_credit_that_finally_never_arrived_is_sent_under_a_new_id(at):
    refund = make_accepted_refund(at)
    fake_bank().behave(ACCOUNT, "timeout_before")
    run(refund, at_taipei(DUE))
    first_id = again(refund).request_id

    enquire(refund, at_taipei(DUE, 10, 2))
    assert again(refund).status == Status.ACCEPTED
    run(refund, at_taipei(DUE, 10, 7))

    assert again(refund).status == Status.CREDITED
    assert again(refund).request_id != first_id
    assert len(credits_booked()) == 1


def test_not_found_yet_is_not_never(at):
    refund = make_accepted_refund(at)
    fake_bank().behave(ACCOUNT, "late")
    run(refund, at_taipei(DUE))
    request_id = again(refund).request_id

    enquire(refund, at_taipei(DUE, 10, 2))
    assert again(refund).status == Status.UNKNOWN
    fake_bank().arrive(request_id)
    enquire(refund, at_taipei(DUE, 10, 4))

    assert again(refund).status == Status.CREDITED
    assert len(credits_booked()) == 1


def test_the_ladder_goes_on_at_most_every_quarter_of_an_hour_until_the_bank_answers(at):
    refund = make_accepted_refund(at)
    fake_bank().behave(ACCOUNT, "timeout_after")
    fake_bank().answers_enquiries = False
    run(refund, at_taipei(DUE))
    waits, moment = [], at_taipei(DUE)

    for _ in range(6):
        due = again(refund).enquire_at
        waits.append((due - moment) / MINUTE)
        moment = due
        enquire(refund, moment)
    fake_bank().answers_enquiries = True
    enquire(refund, again(refund).enquire_at)

    assert waits == [2, 2, 5, 10, 15, 15]
    assert again(refund).status == Status.CREDITED


@pytest.mark.parametrize(
    "phase", [RefundPhase.INTENT_COMMITTED, RefundPhase.ANSWERED, RefundPhase.BOOKED, RefundPhase.TOLD]
)
def test_a_run_that_died_is_recovered_by_asking_the_bank(at, phase):
    refund = make_accepted_refund(at)

    class Died(BaseException):
        pass

    def die(reached):
        if reached == phase:
            raise Died

    phases.listen(die)
    with pytest.raises(Died):
        run(refund, at_taipei(DUE))
    phases.listen(None)

    assert again(refund).status == Status.CREDITING
    assert run(refund, at_taipei(DUE, 10, 1)) is Worked.NOTHING
    assert enquire(refund, at_taipei(DUE, 10, 2))
    run(refund, at_taipei(DUE, 10, 30))  # where nothing had been sent
    assert again(refund).status == Status.CREDITED
    assert len(credits_booked()) == 1
    assert told(refund, "refund.credited") == 1


def test_an_answer_brought_twice_is_written_once(at):
    refund = make_credited_refund(at)
    outcome = fake_bank().enquire_credit(refund.request_id)

    operations.settle_credit(request_id=refund.request_id, outcome=outcome, at=at_taipei(DUE, 11), by="late")

    assert again(refund).step == refund.step
    assert told(refund, "refund.credited") == 1


def make_manual_refund(at):
    refund = make_accepted_refund(at)
    fake_bank().behave(ACCOUNT, "4502")
    run(refund, at_taipei(DUE))
    return again(refund)


def test_a_refund_leaves_a_persons_hands_by_an_approval_alone(at):
    refund = make_manual_refund(at)
    calls = ((operations.settle_by_hand, {"bank_reference": "CHQ-7"}), (operations.return_to_run, {}))

    for operation, extra in calls:
        with pytest.raises(DatabaseError, match="by an approval of exactly this"), transaction.atomic():
            operation(reference=refund.reference, note="cheque", at=at, by="staff:amy", **extra)

    assert again(refund).status == Status.MANUAL


def test_only_the_manual_queue_is_settled_by_hand(at):
    refund = make_accepted_refund(at)

    for operation, extra in ((operations.settle_by_hand, {"bank_reference": "X"}), (operations.return_to_run, {})):
        with pytest.raises(errors.RefundNotManual):
            operation(reference=refund.reference, note="", at=at, by="amy", **extra)
    with pytest.raises(errors.RefundNotFound):
        operations.return_to_run(reference="RF-0", note="", at=at, by="amy")
    assert again(refund).status == Status.ACCEPTED


def test_after_the_latest_date_a_refund_is_overdue_and_told_once(at):
    refund = make_manual_refund(at)
    latest = at_taipei(dt.date(2026, 6, 23), 23)

    assert not again(refund).is_overdue(latest)
    assert not operations.tell_overdue(refund_id=refund.id, at=latest)
    assert again(refund).is_overdue(latest + dt.timedelta(hours=1))
    assert operations.tell_overdue(refund_id=refund.id, at=latest + dt.timedelta(hours=1))
    assert not operations.tell_overdue(refund_id=refund.id, at=latest + dt.timedelta(hours=2))
    assert told(refund, "refund.overdue") == 1


def test_the_sweeps_take_what_is_due_and_go_on_after_trouble(at, monkeypatch):
    payments = [make_paid_payment(at) for _ in range(3)]
    refunds = [make_accepted_refund(at, payment=payment) for payment in payments]
    monkeypatch.setattr(tasks, "now", lambda: at_taipei(DUE))

    def trouble_with_the_first(phase):
        if phase == RefundPhase.INTENT_WRITTEN:
            phases.listen(None)
            raise RuntimeError("planted")

    phases.listen(trouble_with_the_first)
    tasks.credit_due()

    assert [again(refund).status for refund in refunds] == [Status.ACCEPTED, Status.CREDITED, Status.CREDITED]
    tasks.credit_due()
    assert again(refunds[0]).status == Status.CREDITED
    assert len(credits_booked()) == 3


def test_the_sweeps_enquire_redate_and_tell_overdue(at, monkeypatch):
    lost, open_ = make_accepted_refund(at), make_accepted_refund(at)
    fake_bank().behave(ACCOUNT, "timeout_after")
    run(lost, at_taipei(DUE))
    operations.record_closure(date=NEXT, counties=["taipei_city"], part=Part.WHOLE, at=at_taipei(DUE), by="amy")
    monkeypatch.setattr(tasks, "now", lambda: at_taipei(DUE, 10, 2))

    tasks.enquire()
    tasks.redate_refunds()
    monkeypatch.setattr(tasks, "now", lambda: at_taipei(dt.date(2026, 7, 1)))
    tasks.tell_overdue()

    assert again(lost).status == Status.CREDITED
    assert again(open_).latest_credit_date == dt.date(2026, 6, 24)
    assert told(open_, "refund.overdue") == 1
    assert told(lost, "refund.overdue") == 0
