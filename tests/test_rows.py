"""Rows written together: one statement, all or none."""

import pytest
from django.db import IntegrityError, transaction

from common.rows import insert_together
from common.states import StaleStep
from ledger.models import Entry, Journal
from notifications.models import Event
from payments.models import Payment, PaymentChange
from payments.states import Status
from payments.tests.factories import make_payment, make_platform

pytestmark = pytest.mark.django_db


def booking(at, reference="PAY-1"):
    facts = {"kind": "payment", "platform_code": "taobao", "business_date": at.date(), "at": at}
    journal = Journal(reference=reference, **facts)
    sides = ("bank_clearing", "debit"), ("platform_payable", "credit")
    return journal, *(
        Entry(journal=journal, account=account, side=side, amount_minor=7, currency="TWD") for account, side in sides
    )


def test_rows_of_two_tables_are_one_statement(at, django_assert_num_queries):
    journal, debit, credit = booking(at)

    with django_assert_num_queries(1):
        insert_together(journal, debit, credit)

    assert set(Journal.objects.get().entries.values_list("id", "side")) == {(debit.id, "debit"), (credit.id, "credit")}
    debit.refresh_from_db()
    assert (debit.journal_id, debit.account, debit.amount_minor) == (journal.id, "bank_clearing", 7)


def test_one_row_that_is_refused_refuses_all(at):
    insert_together(*booking(at))

    with pytest.raises(IntegrityError), transaction.atomic():
        insert_together(*booking(at))

    assert (Journal.objects.count(), Entry.objects.count()) == (1, 2)


def test_a_column_that_the_database_fills_is_left_to_it(at):
    facts = {"kind": "x", "subject": "PAY-1", "ordering_key": "PAY-1", "body": "{}", "created_at": at}

    insert_together(Event(platform=make_platform(), **facts))

    assert Event.objects.get().txid > 0


def test_a_saved_row_is_not_inserted_again(at):
    journal, *entries = booking(at)
    insert_together(journal, *entries)

    journal.refresh_from_db()

    assert not journal._state.adding


def test_a_move_of_a_row_that_was_moved_meanwhile_writes_nothing(at):
    first = make_payment(at)
    second = Payment.objects.get(pk=first.pk)
    first.move_to(Status.CANCELLED, at=at, by="first")

    with pytest.raises(StaleStep):
        second.move_to(Status.EXPIRED, at=at, by="second", fields={"failure_code": "x"})

    assert (second.status, second.step) == (Status.CREATED, 0)
    assert list(Payment.objects.values_list("status", "step", "failure_code")) == [(Status.CANCELLED, 1, "")]
    assert list(PaymentChange.objects.order_by("step").values_list("after", flat=True)) == ["created", "cancelled"]


def test_a_move_is_one_statement(at, django_assert_num_queries):
    payment = make_payment(at)

    with django_assert_num_queries(1):
        payment.move_to(Status.CANCELLED, at=at, by="platform", reason="no longer wanted")

    change = PaymentChange.objects.get(step=1)
    assert (change.before, change.after, change.by, change.reason) == (
        "created", "cancelled", "platform", "no longer wanted",
    )  # fmt: skip
    payment.refresh_from_db()
    assert (payment.status, payment.step) == (Status.CANCELLED, 1)
