"""Recording joins the deed; linking is in order, once, a moment later; the day's head is signed."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import InternalError, connection, transaction
from django.db.utils import IntegrityError, ProgrammingError

from audit import checks, operations
from audit.models import DailyHead, Head, Link, Record
from audit.tests.factories import make_record

DAY = dt.timedelta(days=1)


@pytest.mark.django_db
def test_a_record_is_kept_with_who_what_and_why(at):
    kept = operations.record(
        by="staff:amy",
        role="agent",
        action="customer.revealed",
        subject="PAY-1",
        reason="caller asked",
        details={"field": "phone"},
        at=at,
    )

    stored = Record.objects.get()
    assert (stored.pk, stored.by, stored.role, stored.action) == (kept.pk, "staff:amy", "agent", "customer.revealed")
    assert (stored.subject, stored.reason, stored.at) == ("PAY-1", "caller asked", at)
    assert stored.details == {"field": "phone"}


@pytest.mark.django_db
def test_deed_and_record_stand_or_fall_together():
    with transaction.atomic():
        make_record()
        transaction.set_rollback(True)

    assert not Record.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_look_at_customer_data_can_be_recorded_by_itself():
    make_record(action="customer.viewed")

    assert Record.objects.get().action == "customer.viewed"


@pytest.mark.django_db
def test_records_are_linked_in_order_and_once():
    records = [make_record() for _ in range(5)]

    counts = [operations.link_records(limit=2) for _ in range(4)]

    assert counts == [2, 2, 1, 0]
    links = list(Link.objects.order_by("position"))
    assert [link.record_id for link in links] == [record.pk for record in records]
    assert [link.position for link in links] == [1, 2, 3, 4, 5]
    assert [link.previous_hash for link in links[1:]] == [link.hash for link in links[:-1]]
    assert (Head.objects.get().position, Head.objects.get().hash) == (5, links[-1].hash)
    assert list(checks.breaks()) == []


@pytest.mark.django_db(transaction=True)
def test_writers_and_linkers_racing_leave_one_unbroken_chain():
    def write():
        try:
            for round_ in range(15):
                with transaction.atomic():
                    make_record()
                    transaction.set_rollback(round_ % 5 == 4)
        finally:
            connection.close()

    def link():
        try:
            for _ in range(40):
                operations.link_records(limit=3)
        finally:
            connection.close()

    with ThreadPoolExecutor(7) as threads:
        for done in [threads.submit(work) for work in [write] * 4 + [link] * 3]:
            done.result()
    while operations.link_records():
        pass

    assert Link.objects.count() == Record.objects.count() == 4 * 12
    assert list(checks.breaks()) == []


@pytest.mark.django_db(transaction=True)
def test_a_database_restored_from_a_dump_loses_no_record():
    make_record()
    operations.link_records()
    Head.objects.update(txid=10**15)
    make_record()

    assert operations.link_records() == 1

    assert Head.objects.get().txid < 10**15
    assert list(checks.breaks()) == []


@pytest.mark.django_db
def test_the_head_of_yesterday_is_signed_once_and_logged(at, caplog):
    make_record()
    operations.link_records()

    with caplog.at_level("INFO"):
        daily = operations.sign_daily_head(at=at)

    assert operations.sign_daily_head(at=at) is None
    assert operations.sign_daily_head(at=at + DAY).day == dt.date(2026, 6, 8)
    assert (daily.day, daily.position, daily.hash) == (dt.date(2026, 6, 7), 1, Link.objects.get().hash)
    assert caplog.records[0].signature == daily.signature
    assert list(checks.breaks()) == []


@pytest.mark.django_db
def test_without_any_record_there_is_no_head_to_sign(at):
    assert operations.sign_daily_head(at=at) is None
    assert list(checks.breaks()) == []


@pytest.mark.django_db
@pytest.mark.parametrize("model", [Record, Link, DailyHead])
@pytest.mark.parametrize("deed", ["update", "delete"])
def test_the_application_can_neither_change_nor_remove(model, deed, at):
    make_record()
    operations.link_records()
    operations.sign_daily_head(at=at)
    rows = model.objects.all()

    with pytest.raises((ProgrammingError, InternalError, IntegrityError)), transaction.atomic():
        rows._raw_delete(rows.db) if deed == "delete" else rows.update(**{model._meta.pk.attname: rows[0].pk})

    assert rows.count() == 1
