"""A debit of another amount than the order's: given back whole, once, by two people; and nothing is told before the bank has said."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, connections, transaction
from django.urls import get_resolver
from django.utils.translation import override

from audit.models import Record
from cards.bank import fake_bank
from common import phases
from common.money import Money
from common.references import new_id
from ledger.models import Journal
from notifications.models import Event, Message
from payments import errors as payment_errors
from payments import operations as payments
from payments.models import Attempt, DebitReversal, LimitUse, Payment
from payments.operations import settling
from payments.pages import shown, standing
from payments.states import ReversalPhase, Status
from payments.tasks import reverse as sweep
from reconciliation import operations as reconciliation
from reconciliation.checks import INVARIANTS
from reconciliation.tests.factories import ALWAYS
from support import checks, errors, operations
from support.models import Approval
from support.tests.approving import agree, ask, carry_out, someone
from support.tests.factories import open_all, pay

pytestmark = pytest.mark.django_db
DEED, MINUTE, HOUR = "payment.reverse_debit", dt.timedelta(minutes=1), dt.timedelta(hours=1)


@pytest.fixture
def payment(at):
    """An order of NT$961 of which the bank took NT$962, and says so."""
    return pay(at, "other_amount")


def wish(payment, told=962):
    return {"reference": payment.reference, "told_minor": told}


def agreed(payment, at):
    """Two people have agreed; the bank has not been asked yet."""
    carry_out(at, DEED, wish(payment))
    return DebitReversal.objects.get(outcome="")


def send(at):
    """One round of the sweep, as it is at that time."""
    due = list(DebitReversal.objects.to_send(at))
    return [payments.reverse_debit(reversal_id=one.pk, at=at, by="sweep") for one in due]


def now(payment):
    return Payment.objects.select_related("platform", "account__customer").get(pk=payment.pk)


def lines(kind="reversal"):
    return [line for line in fake_bank().book if line.kind == kind]


def told(payment):
    events = list(Event.objects.filter(subject=payment.reference).values_list("kind", flat=True))
    texts = list(Message.objects.filter(subject=payment.reference, channel="sms").values_list("purpose", flat=True))
    return events, texts


def given_back_once(payment):
    row, attempt = now(payment), Attempt.objects.get(payment=payment)
    return (
        (row.status, row.failure_code, row.limits_day, row.enquire_at) == ("failed", "debit_reversed", None, None)
        and (attempt.outcome, attempt.outcome_code) == ("reversed", "debit_reversed")
        and [line.reverses for line in lines()] == [attempt.request_id]
        and [use.used_minor for use in LimitUse.objects.filter(account=row.account)] == [0, 0]
        and not Journal.objects.filter(reference=payment.reference).exists()
        and told(payment) == (["payment.failed"], ["debit_reversed"])
    )


def untouched(payment):
    row = now(payment)
    return row.status == "unknown" and lines() == [] and told(payment) == ([], [])


# ── Done ──


def test_the_preview_says_what_then_happens(payment, at):
    approval = ask(at, someone(), DEED, wish(payment))
    with override("en"):
        shown_lines = {str(line.label): (line.before, line.after) for line in operations.preview_of(approval, at).lines}
    assert shown_lines == {
        "Account": ("••••8901", "••••8901"),
        "The order": ("NT$961", "NT$961"),
        "Taken by the bank, as it says": ("NT$962", "NT$0"),
        "Goes back to the account": ("–", "NT$962"),
        "The payment": ("unknown", "ended without a charge"),
    }
    assert (approval.amount_minor, approval.checkers_needed) == (962, 1)

    agree(approval, someone("operator"), at)
    assert untouched(payment)
    assert send(at) == [True]

    assert given_back_once(payment)
    assert [line.amount for line in (*lines("debit"), *lines())] == [Money.twd(962)] * 2


def test_shop_and_payer_are_told_what_happened_to_the_money(payment, at):
    agreed(payment, at)
    send(at)

    body = Event.objects.get(subject=payment.reference).body
    assert all(said in body for said in ('"status":"failed"', '"money_moved":"no"', '"failure_code":"debit_reversed"'))
    text = Message.objects.get(subject=payment.reference, channel="sms").text
    assert "962" in text
    assert "8901" in text
    row = now(payment)
    with override("en"):
        said = standing.what_to_do(row, None, [], shown.explain(row.attempts.get()), at)
        assert standing.heading(row, None, opened=True) == "No: what was taken is back in your account"
    assert said[0] == "The bank took a wrong amount and gave it back"


def test_its_case_closes_itself_and_the_proof_stays_clean(payment, at):
    late = at + 2 * HOUR
    [case] = open_all(late)
    assert case.kind == "unknown_debit"
    agreed(payment, late)
    assert operations.close_resolved(case_id=case.id, at=late, by="sweep") is False

    send(late)

    assert operations.close_resolved(case_id=case.id, at=late, by="sweep") is True
    broken, why_not = reconciliation.prove([*INVARIANTS, *checks.INVARIANTS], **ALWAYS, at=late, with_bank=True)
    assert (broken, why_not) == ([], "")


def test_the_order_can_be_paid_anew(payment, at):
    agreed(payment, at)
    send(at)

    again = pay(at)

    assert again.status == Status.PAID


def test_the_sweep_does_it(payment, at):
    agreed(payment, at)

    sweep()
    sweep()

    assert given_back_once(payment)


# ── Refused ──


@pytest.mark.parametrize("amount", [961, 963, 1])
def test_another_amount_than_the_bank_said_is_refused(payment, at, amount):
    with pytest.raises(payment_errors.DebitNotReversible):
        ask(at, someone(), DEED, wish(payment, amount))

    assert untouched(payment)


@pytest.mark.parametrize("behaviour", ["approve", "timeout_before", "timeout_after", "4501"])
def test_no_other_debit_is_given_back(at, behaviour):
    other = pay(at, behaviour)

    with pytest.raises(payment_errors.DebitNotReversible):
        ask(at, someone(), DEED, wish(other, 961))


def test_a_payment_that_nobody_knows_is_refused(at):
    with pytest.raises(payment_errors.PaymentNotFound):
        ask(at, someone(), DEED, {"reference": "PAY-0", "told_minor": 1})


@pytest.mark.parametrize("role", ["agent", "operator", "auditor", "administrator"])
def test_who_may_not_ask_is_refused(payment, at, role):
    with pytest.raises(errors.NotAllowedToAsk):
        ask(at, someone(role), DEED, wish(payment))


def test_what_is_on_its_way_back_or_is_back_is_not_asked_for_again(payment, at):
    agreed(payment, at)
    for _ in range(2):
        with pytest.raises(payment_errors.DebitNotReversible):
            ask(at, someone(), DEED, wish(payment))
        send(at)

    assert given_back_once(payment)


def test_a_bank_that_mended_its_answer_before_the_last_yes_has_the_payment_paid(payment, at):
    approval = ask(at, someone(), DEED, wish(payment))
    mend(payment)
    payments.enquire_about(payment=payment, at=at + MINUTE, by="sweep")

    approval = agree(approval, someone(), at + MINUTE)

    assert (approval.status, approval.outcome) == ("failed", "debit_not_reversible")
    assert (now(payment).status, lines()) == ("paid", [])


def mend(payment):
    """The bank now says the order's own amount."""
    request_id = payment.attempts.get().request_id
    request, outcome = fake_bank().answers[request_id]
    fake_bank().answers[request_id] = (request, replace(outcome, amount=Money.twd(961)))


# ── The bank's answers ──


@pytest.mark.parametrize("silence", ["timeout_before", "timeout_after"])
def test_an_answer_that_is_lost_is_asked_for_again_under_the_same_id(payment, at, silence):
    reversal = agreed(payment, at)
    fake_bank().reversals += [silence, silence]

    assert send(at) == [True]
    assert (now(payment).status, told(payment)) == ("unknown", ([], []))
    assert send(at + MINUTE) == []
    assert send(at + 2 * MINUTE) == [True]
    assert send(at + 5 * MINUTE) == [True]

    assert given_back_once(payment)
    assert fake_bank().received.count(reversal.request_id) == 3
    assert [line.request_id for line in lines()] == [reversal.request_id]


def test_a_no_of_the_bank_leaves_the_debit_unknown_and_it_may_be_asked_anew(payment, at):
    first = agreed(payment, at)
    fake_bank().reversals.append("4510")

    send(at)

    first.refresh_from_db()
    assert (first.outcome, first.bank_code) == ("declined", "4510")
    assert untouched(payment)
    assert Record.objects.get(action="payment.reversal_declined").reason == "bank: 4510"
    second = agreed(payment, at + HOUR)
    send(at + HOUR)
    assert second.request_id != first.request_id
    assert given_back_once(payment)


def test_another_amount_given_back_than_taken_is_told_to_nobody(payment, at):
    agreed(payment, at)
    fake_bank().reversals.append("wrong_amount")

    send(at)

    assert (now(payment).status, told(payment)) == ("unknown", ([], []))
    assert DebitReversal.objects.get().last_answer == "bank says NT$963"
    send(at + 2 * MINUTE)
    assert given_back_once(payment)


@pytest.mark.parametrize("says", ["the order's amount", "declined", "the same as before"])
def test_while_it_is_on_its_way_back_the_debits_own_ladder_settles_nothing(payment, at, says):
    agreed(payment, at)
    if says == "the order's amount":
        mend(payment)
    elif says == "declined":
        fake_bank().answers.pop(payment.attempts.get().request_id)

    asked = payments.enquire_about(payment=now(payment), at=at + 2 * MINUTE, by="sweep")

    assert asked.status == "unknown"
    assert asked.enquire_at > at + 2 * MINUTE
    assert told(payment) == ([], [])
    send(at + 2 * MINUTE)
    assert given_back_once(payment)


def test_an_enquiry_answered_before_and_written_down_after_the_approval_settles_nothing(payment, at):
    """The bank had said “paid” when two people agreed: the row is looked for under the payment's lock."""
    mend(payment)

    def agree_now(phase):
        phases.listen(None)
        agreed(payment, at)

    phases.listen(agree_now)
    payments.enquire_about(payment=payment, at=at + 2 * MINUTE, by="sweep")

    assert untouched(payment)
    send(at + 2 * MINUTE)
    assert given_back_once(payment)


@pytest.mark.parametrize("word", ["paid", "declined"])
def test_under_the_payments_lock_too_nobody_else_ends_it(payment, at, word):
    """Whoever looked for the row a moment before it was there finds it once the payment is theirs."""
    attempt = payment.attempts.get()
    agreed(payment, at)

    if word == "paid":
        settling.settle_debit(attempt=attempt, bank_reference="B1", at=at, by="sweep")
    else:
        settling.decline_debit(attempt=attempt, bank_code="4501", at=at, by="sweep")

    assert untouched(payment)
    send(at)
    assert given_back_once(payment)


# ── Once ──


class DiedError(Exception):
    pass


@pytest.mark.parametrize("phase", ReversalPhase)
@pytest.mark.parametrize("answer", ["approve", "timeout_after"])
def test_it_dies_at_each_moment_and_is_given_back_once(payment, at, phase, answer):
    agreed(payment, at)
    fake_bank().reversals.append(answer)

    def die(reached):
        if reached == phase:
            phases.listen(None)
            raise DiedError

    phases.listen(die)
    with pytest.raises(DiedError):
        send(at)
    phases.listen(None)
    for minutes in (2, 5, 10, 15):
        send(at + minutes * MINUTE)

    assert given_back_once(payment)


@pytest.mark.django_db(transaction=True)
def test_of_many_that_send_it_at_once_it_is_given_back_once(at):
    payment = pay(at, "other_amount")
    reversal = agreed(payment, at)

    def one(_):
        try:
            return payments.reverse_debit(reversal_id=reversal.pk, at=at, by="sweep")
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        sent = list(pool.map(one, range(8)))

    assert sum(sent) == 1
    assert given_back_once(payment)


@pytest.mark.django_db(transaction=True)
def test_of_two_that_press_the_button_at_once_one_yes_counts(at):
    payment = pay(at, "other_amount")
    approval, checkers = ask(at, someone(), DEED, wish(payment)), [someone() for _ in range(4)]

    def one(checker):
        try:
            return agree(approval, checker, at).status
        except errors.DecidedAlready:
            return "late"
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        said = sorted(pool.map(one, checkers))
    send(at)

    assert said == ["done", "late", "late", "late"]
    assert given_back_once(payment)


# ── Alone: by SQL, ORM, shell, admin, API ──


def row_of(payment, at, **changes):
    fields = {"told_minor": 962, "asked_at": at, "made_by": "staff:a", "approved_by": "staff:b", "reason": "x"}
    return DebitReversal(attempt=payment.attempts.get(), send_at=at, **fields | changes)


def refused(match="given back by an approval of exactly this"):
    return pytest.raises(DatabaseError, match=match)


def run_sql(statement, *params):
    with connection.cursor() as cursor:
        cursor.execute(statement, params)


def approved(at, payment):
    """Agreed to in the database, not carried out yet."""
    checker, approval = someone(), ask(at, someone(), DEED, wish(payment))
    run_sql("SELECT set_config('outpost.actor', %s, true)", str(checker.pk))
    run_sql(
        """INSERT INTO support_approvaldecision (id, approval_id, maker_id, checker_id, verdict, words, at, seal)
           VALUES (%s, %s, %s, %s, 'approve', '', %s, '')""",
        *(new_id(), approval.pk, approval.maker_id, checker.pk, at),
    )
    with transaction.atomic():
        approval.move_to("approved", at=at, by="sql")
    return approval


def test_one_person_alone_gives_nothing_back(payment, at):
    with refused(), transaction.atomic():
        row_of(payment, at).save(force_insert=True)
    with refused(), transaction.atomic():
        DebitReversal.objects.bulk_create([row_of(payment, at)])
    with refused(), transaction.atomic():
        payments.ask_reversal(**wish(payment), reason="x", made_by="staff:a", approved_by="staff:b", at=at)
    with refused(), transaction.atomic():
        run_sql(
            """INSERT INTO payments_debitreversal (id, attempt_id, request_id, told_minor, asked_at, made_by, approved_by,
                   reason, send_at, tries, last_answer, outcome, bank_code, bank_reference)
               VALUES (%s, %s, %s, 962, now(), 'a', 'b', 'x', now(), 0, '', '', '', '')""",
            *(new_id(), payment.attempts.get().pk, new_id()),
        )
    code = (
        "from django.db import transaction; from payments.operations import ask_reversal; from common.clock import now\n"
        f"with transaction.atomic(): ask_reversal(reference='{payment.reference}', told_minor=962, reason='x',"
        " made_by='a', approved_by='b', at=now())"
    )
    with refused():
        call_command("shell", command=code, verbosity=0)

    assert untouched(payment)


def test_an_approval_lets_in_exactly_its_own_payment_and_amount(at):
    payment, other = pay(at, "other_amount"), pay(at, "other_amount")
    approval = approved(at, payment)
    wrong = [
        (other, {}),
        (payment, {"told_minor": 9_620}),
        (payment, {"outcome": "reversed", "outcome_at": at}),
    ]

    for whose, changes in wrong:
        with refused(), transaction.atomic():
            run_sql("SELECT set_config('outpost.approval', %s, true)", str(approval.pk))
            row_of(whose, at, **changes).save(force_insert=True)
    with transaction.atomic():
        run_sql("SELECT set_config('outpost.approval', %s, true)", str(approval.pk))
        row_of(payment, at).save(force_insert=True)
        with refused("payments_one_reversal_of_a_debit"), transaction.atomic():
            row_of(payment, at).save(force_insert=True)

    assert DebitReversal.objects.count() == 1


def test_its_maker_does_not_agree_to_it(payment, at):
    approval = ask(at, someone(), DEED, wish(payment))

    with pytest.raises(errors.OwnRequest):
        operations.approve(approval_id=approval.pk, checker=approval.maker, at=at)

    assert untouched(payment)


@pytest.mark.parametrize(
    ("column", "value"),
    [("told_minor", 1), ("made_by", "x"), ("reason", "y"), ("request_id", new_id()), ("asked_at", "2020-01-01")],
)
def test_what_was_agreed_to_never_changes(payment, at, column, value):
    reversal = agreed(payment, at)

    with refused("never changes but by the bank's word"), transaction.atomic():
        DebitReversal.objects.filter(pk=reversal.pk).update(**{column: value})


def test_what_the_bank_said_of_it_stands(payment, at):
    reversal = agreed(payment, at)
    send(at)

    with refused("never changes but by the bank's word"), transaction.atomic():
        DebitReversal.objects.filter(pk=reversal.pk).update(outcome="", outcome_at=None)
    with refused("permission denied"), transaction.atomic():
        run_sql("DELETE FROM payments_debitreversal")


def test_no_attempt_is_called_reversed_unless_the_bank_gave_it_back(payment, at):
    agreed(payment, at)

    with refused("was not given back by the bank"), transaction.atomic():
        Attempt.objects.filter(payment=payment).update(outcome="reversed", outcome_at=at)


def test_neither_the_admin_nor_the_api_has_an_address_for_it():
    assert [address for address in addresses() if "revers" in address] == []
    assert Approval.objects.count() == 0


def addresses(patterns=None, so_far=""):
    for one in patterns if patterns is not None else get_resolver().url_patterns:
        path = so_far + str(one.pattern)
        if hasattr(one, "url_patterns"):
            yield from addresses(one.url_patterns, path)
        else:
            yield path
