"""Each invariant is proved to see: a broken row is planted as the owner of the tables, and it is named. Clean data: nothing."""

from __future__ import annotations

import datetime as dt
import os
from contextlib import contextmanager
from dataclasses import astuple
from uuid import UUID

import pytest
from django.db import connection, connections, transaction
from psycopg.conninfo import conninfo_to_dict

from cards.bank import fake_bank
from common.references import new_id
from common.sealing import keyed_hash
from conftest import MONDAY
from notifications.models import Message
from payments.models import Attempt, Payment
from payments.tests import factories
from payments.tests.factories import make_payment
from platforms.models import Platform
from reconciliation.checks import INVARIANTS
from reconciliation.checks.canaries import canary_in_clear
from reconciliation.models import BankLine
from reconciliation.tests.factories import make_holder, make_house, pay_with
from refunds.models import Refund

BY_NAME = {invariant.name: invariant for invariant in INVARIANTS}


@pytest.fixture(scope="module")
def made(django_db_setup, django_db_blocker):
    """One house for all, made by the owner of its tables: what the application could do to them is refused elsewhere."""
    application, owner = connections["default"], conninfo_to_dict(os.environ["DATABASE_OWNER_URL"])
    kept = {name: application.settings_dict[name] for name in ("USER", "PASSWORD")}
    with django_db_blocker.unblock():
        application.close()
        application.settings_dict.update(USER=owner["user"], PASSWORD=owner.get("password", ""))
        fake_bank().reset()
        with undone():
            yield make_house(MONDAY)
        application.close()
        application.settings_dict.update(kept)


@pytest.fixture
def house(made):
    """After everything happened all deferred guards have spoken, and the tamperer may alter tables. Undone after each."""
    with undone():
        settle()
        yield made


@contextmanager
def undone():
    block = transaction.atomic()
    block._from_testcase = True
    with block:
        yield
        transaction.set_rollback(True)


def settle():
    """Let the deferred guards speak: a table can't be altered while one of them has something to say."""
    run("SET CONSTRAINTS ALL IMMEDIATE")
    run("SET CONSTRAINTS ALL DEFERRED")


def run(statement, *params):
    with connection.cursor() as cursor:
        cursor.execute(statement, params or None)
        return cursor.rowcount


def tamper(statement, *params, table=None, without=()):
    """Change rows behind every guard: triggers are off, the named constraints and indexes are gone."""
    table = table or statement.replace("DELETE FROM", "UPDATE").replace("INSERT INTO", "UPDATE").split()[1]
    settle()
    run(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    for name in without:
        run(f"ALTER TABLE {table} DROP CONSTRAINT IF EXISTS {name}")
    assert run(statement, *params) > 0, "nothing was planted"


def broken(name, at):
    return [(found.subject, found.detail) for found in BY_NAME[name].broken(at)]


def subjects(name, at):
    return [subject for subject, _ in broken(name, at)]


def approved(payment):
    return Attempt.objects.get(payment=payment, outcome="approved")


def add_bank_line(at, *, request_id, kind="debit", amount_minor=961, last4="8901", line=9_000):
    run("ALTER TABLE reconciliation_bankline DISABLE TRIGGER USER")
    return BankLine.objects.create(
        line=line,
        kind=kind,
        request_id=request_id,
        account_last4=last4,
        amount_minor=amount_minor,
        currency="TWD",
        bank_reference=f"B{line}",
        booked_at=at,
        fetched_at=at,
    )


def credited(house):
    return Refund.objects.get(payment=house["refunded"], status="credited")


def test_where_everything_went_right_nothing_is_broken(house, at):
    assert {payment.status for payment in house.values()} >= {"paid", "created", "unknown", "cancelled"}
    assert [found for invariant in INVARIANTS for found in invariant.broken(at)] == []


def test_every_invariant_has_its_planted_break():
    tests = " ".join(name for name in globals() if name.startswith("test_i"))

    assert [name for name in BY_NAME if f"test_{name.lower().replace('-', '')}_" not in tests] == []


# ── The books ──


def test_i1_a_journal_that_does_not_balance(house, at):
    tamper(
        "UPDATE ledger_entry SET amount_minor = amount_minor + 1 WHERE account = 'bank_clearing' AND journal_id ="
        " (SELECT id FROM ledger_journal WHERE reference = %s)",
        house["paid"].reference,
    )

    subject = f"payment {house['paid'].reference}"
    assert broken("I-1", at) == [
        (subject, "3 lines, debits less credits are 1"),
        (subject, "bank_clearing holds 6061, must hold 6060"),
    ]


def test_i1_a_payment_that_was_never_booked(house, at):
    tamper("UPDATE ledger_journal SET reference = 'PAY-NOBODY' WHERE reference = %s", house["paid"].reference)

    assert set(subjects("I-1", at)) == {f"payment {house['paid'].reference}", "payment PAY-NOBODY"}


def test_i1_a_refund_booked_with_another_charge(house, at):
    refund = credited(house)
    tamper(
        "UPDATE refunds_refund SET charge_minor = charge_minor + 1 WHERE id = %s",
        refund.id,
        without=["refunds_total_is_the_sum"],
    )

    assert broken("I-1", at) == [
        (
            f"refund {refund.reference}",
            f"charge_income holds {refund.charge_minor}, must hold {refund.charge_minor + 1}",
        )
    ]


def test_i8_refunds_above_what_was_paid(house, at):
    refund = credited(house)
    tamper(
        "UPDATE refunds_refund SET amount_minor = 900 WHERE id = %s", refund.id, without=["refunds_total_is_the_sum"]
    )

    assert subjects("I-8", at) == [house["refunded"].reference]


def test_i8_refunds_that_are_not_counted(house, at):
    tamper("UPDATE payments_payment SET refunded_order_minor = 0 WHERE id = %s", house["refunded"].id)

    assert subjects("I-8", at) == [house["refunded"].reference]


def test_i28_a_counter_that_payments_do_not_explain(house, at):
    account = house["refunded"].account
    tamper(
        "UPDATE payments_limituse SET used_minor = used_minor - 1 WHERE account_id = %s AND period = 'day'", account.id
    )

    assert [subject.split(",")[0] for subject in subjects("I-28", at)] == [f"account {account.id}"]


def test_i10_a_promise_that_lapsed_without_a_word(house, at):
    late = Refund.objects.get(payment=house["refunded"], status="accepted")

    assert broken("I-10", at + dt.timedelta(days=30)) == [
        (late.reference, f"promised until {late.latest_credit_date}, not credited")
    ]


def test_i10_a_deferral_counts_only_if_it_was_recorded_before_the_date_lapsed(house, at):
    late = Refund.objects.get(payment=house["refunded"], status="accepted")
    deferred = {"refund": late, "number": 1, "reason": "maintenance", "by": "test", "at": at}
    days = {"old_date": late.credit_date, "new_date": late.credit_date + dt.timedelta(days=1)}
    latest = {"old_latest_date": late.latest_credit_date, "new_latest_date": late.latest_credit_date}
    row = late.deferrals.create(**deferred, **days, **latest)
    settle()

    assert broken("I-10", at + dt.timedelta(days=30)) == []

    tamper("UPDATE refunds_deferral SET at = at + interval '30 days' WHERE id = %s", row.id)
    assert subjects("I-10", at + dt.timedelta(days=30)) == [late.reference]


def test_i20_a_rule_approved_by_its_maker(house, at):
    tamper("UPDATE payments_chargerule SET approved_by = made_by", without=["payments_charge_rule_four_eyes"])

    assert len(broken("I-20", at)) == 1
    assert broken("I-20", at)[0][0].startswith("charge from ")


@pytest.mark.parametrize(
    ("statement", "constraint", "name"),
    [
        ("UPDATE verification_gaterule SET approved_by = made_by", "verification_gate_rule_four_eyes", "gate"),
        ("UPDATE refunds_runpace SET approved_by = made_by", "refunds_run_pace_four_eyes", "run pace"),
    ],
)
def test_i20_a_rule_of_the_gate_or_the_run_approved_by_its_maker(house, at, statement, constraint, name):
    tamper(statement, without=[constraint])

    assert broken("I-20", at) == [(f"{name} from 2020-01-01", "made and approved by published rules")]


# ── The bank ──


def test_i2_a_second_debit_of_an_order(house, at):
    add_bank_line(at, request_id=approved(house["paid"]).request_id, amount_minor=6_060)

    assert broken("I-2", at) == [(house["paid"].reference, f"order {house['paid'].order_number} was debited 2 times")]


def test_i2_a_debit_that_was_reversed_does_not_count(house, at):
    declined = Attempt.objects.get(payment=house["declined"])
    add_bank_line(at, request_id=declined.request_id)
    BankLine.objects.create(
        line=9_001, kind="reversal", request_id=new_id(), reverses=declined.request_id, account_last4="8901",
        amount_minor=961, currency="TWD", bank_reference="B9001", booked_at=at, fetched_at=at,
    )  # fmt: skip

    assert broken("I-2", at) == []
    assert broken("I-5", at) == []


@pytest.mark.parametrize(
    ("statement", "detail"),
    [
        ("UPDATE reconciliation_bankline SET amount_minor = 6061 WHERE amount_minor = 6060", "debited 6061"),
        ("UPDATE reconciliation_bankline SET account_last4 = '0000' WHERE amount_minor = 6060", "debited 6060"),
        ("UPDATE payments_attempt SET amount_minor = 6061 WHERE amount_minor = 6060", "signed 6061"),
        (
            "UPDATE payments_attempt SET order_digest = repeat('0', 64) WHERE amount_minor = 6060",
            "another order was signed",
        ),
        ("UPDATE payments_payment SET product_minor = 1 WHERE final_amount_minor = 6060", "another order was signed"),
        (
            "UPDATE notifications_event SET body = replace(body, '\"final_amount_minor\":6060', '\"final_amount_minor\":1')",
            "told 1",
        ),
    ],
)
def test_i3_an_amount_that_is_not_the_one_shown(house, at, statement, detail):
    tamper(statement)

    [(subject, told)] = broken("I-3", at)
    assert subject == house["paid"].reference
    assert detail in told


def test_i4_a_bank_line_that_nobody_asked_for(house, at):
    add_bank_line(at, request_id=new_id(), kind="credit", amount_minor=5)

    assert broken("I-4", at) == [("bank line 9000", "credit of 5 under an id we never sent")]


def test_i4_a_debit_whose_request_was_not_stored_as_sent(house, at):
    tamper("UPDATE payments_attempt SET debit_sent_at = NULL WHERE payment_id = %s", house["paid"].id)

    assert house["paid"].reference in subjects("I-4", at)


def test_i4_a_credit_whose_request_was_not_stored(house, at):
    tamper("DELETE FROM refunds_creditattempt WHERE refund_id = %s", credited(house).id)

    assert credited(house).reference in subjects("I-4", at)


def test_i5_paid_and_not_debited(house, at):
    tamper("DELETE FROM reconciliation_bankline WHERE request_id = %s", approved(house["paid"]).request_id)

    assert broken("I-5", at) == [(house["paid"].reference, "paid, and no debit stands under its request")]


def test_i5_debited_and_not_paid(house, at):
    add_bank_line(at, request_id=Attempt.objects.get(payment=house["declined"]).request_id)

    assert broken("I-5", at) == [(house["declined"].reference, "created, and a debit of 961 stands")]


@pytest.mark.parametrize(
    ("statement", "detail"),
    [
        ("UPDATE reconciliation_bankline SET amount_minor = 1 WHERE kind = 'credit'", "the bank credited 1"),
        ("UPDATE reconciliation_bankline SET account_last4 = '0000' WHERE kind = 'credit'", "to 0000"),
        ("DELETE FROM reconciliation_bankline WHERE kind = 'credit'", "has no credit under its request"),
    ],
)
def test_i9_a_credit_that_is_not_the_refund(house, at, statement, detail):
    tamper(statement)

    [(subject, told)] = broken("I-9", at)
    assert subject == credited(house).reference
    assert detail in told


def test_i9_a_second_credit(house, at):
    refund = credited(house)
    add_bank_line(at, request_id=refund.request_id, kind="credit", amount_minor=refund.total_minor)

    assert broken("I-9", at) == [(refund.reference, "credited 2 times")]


def test_i27_told_to_have_failed_and_debited(house, at):
    tamper("UPDATE notifications_event SET kind = 'payment.failed' WHERE subject = %s", house["paid"].reference)

    assert broken("I-27", at) == [(house["paid"].reference, "told payment.failed, and a debit of 6060 stands")]


# ── Attempts ──


def test_i7_a_debit_without_a_check_or_a_payment_before_it(house, at):
    unchecked = factories.pay(make_payment(at), at, serial="CARD0009", account_number="00099999999999")

    assert broken("I-7", at) == [
        (unchecked.reference, "attempt 1 was debited with no check or payment in the year before")
    ]


def test_i7_a_check_of_exactly_a_year_ago_holds_and_a_day_more_does_not(house, at):
    card = make_holder("CARD0008", "00088888888888", at)
    paid = pay_with(card, at)
    settle()

    tamper("UPDATE verification_checkchange SET at = %s - interval '1 year' WHERE after = 'passed'", at)
    assert paid.reference not in subjects("I-7", at)

    tamper("UPDATE verification_checkchange SET at = %s - interval '1 year 1 day' WHERE after = 'passed'", at)
    assert paid.reference in subjects("I-7", at)


def test_i16_two_live_payments_of_an_order(house, at):
    other = make_payment(at)
    settle()
    run("DROP INDEX payments_one_live_or_paid_per_order")
    tamper(
        "UPDATE payments_payment SET order_number = %s WHERE id = %s", house["paid"].order_number, other.id,
    )  # fmt: skip

    assert broken("I-16", at)[0][1] == f"order {house['paid'].order_number} has 2 payments that are live or paid"


def test_i16_a_paid_payment_whose_attempt_is_still_live(house, at):
    tamper("UPDATE payments_attempt SET outcome = '' WHERE payment_id = %s", house["paid"].id)

    assert broken("I-16", at) == [(house["paid"].reference, "paid with 1 live and 0 approved attempts")]


def test_i16_an_unknown_payment_without_its_attempt(house, at):
    tamper("UPDATE payments_attempt SET outcome = 'declined' WHERE payment_id = %s", house["unknown"].id)

    assert subjects("I-16", at) == [house["unknown"].reference]


@pytest.mark.parametrize(
    ("statement", "detail"),
    [
        ("UPDATE cards_carduse SET counter = (SELECT min(counter) FROM cards_carduse)", "was used 5 times"),
        ("UPDATE cards_card SET last_counter = 0", "stands at counter 0"),
        ("UPDATE cards_carduse SET subject = 'nobody'", "without a card use of its own"),
        ("UPDATE cards_checkcode SET used_at = NULL", "with a check code that was not used up"),
    ],
)
def test_i17_a_card_presentation_that_counts_twice(house, at, statement, detail):
    run("ALTER TABLE cards_carduse DROP CONSTRAINT cards_counter_once")
    tamper(statement)

    assert any(detail in told for _, told in broken("I-17", at))


# ── Told ──


def test_i12_a_move_without_its_event_and_an_event_without_its_move(house, at):
    tamper("UPDATE notifications_event SET subject = 'PAY-NOBODY' WHERE subject = %s", house["paid"].reference)

    assert sorted(subjects("I-12", at)) == sorted(["PAY-NOBODY", house["paid"].reference])


def test_i12_a_move_told_twice(house, at):
    tamper(
        "INSERT INTO notifications_event (id, platform_id, kind, subject, ordering_key, body, created_at)"
        " SELECT %s, platform_id, kind, subject, subject, body, created_at FROM notifications_event WHERE subject = %s",
        new_id(), house["paid"].reference,
    )  # fmt: skip

    [(subject, told)] = broken("I-12", at)
    assert subject == house["paid"].reference
    assert told.endswith("1 moves, 2 events")


def test_i13_a_gap_in_the_feed(house, at):
    tamper("DELETE FROM notifications_eventnumber WHERE sequence = 2")

    assert "taobao" in subjects("I-13", at)


def test_i13_an_event_that_was_left_out_of_the_feed(house, at):
    left_out = UUID("019701c0-0000-7000-8000-000000000000")
    body = f'{{"id":"evt_{left_out.hex}","type":"payment.other"}}'
    tamper(
        "INSERT INTO notifications_event (id, platform_id, kind, subject, ordering_key, body, created_at)"
        " VALUES (%s, %s, %s, '', 'x', %s, %s)",
        left_out, house["paid"].platform_id, "payment.other", body, at,
    )  # fmt: skip

    assert broken("I-13", at) == [(f"event {left_out}", "has no number")]


def test_i13_a_body_that_is_another_events(house, at):
    tamper(
        "UPDATE notifications_event SET body = replace(body, 'evt_0', 'evt_1') WHERE subject = %s",
        house["paid"].reference,
    )

    assert [told for _, told in broken("I-13", at)] == ["its body names another event or kind"]


@pytest.mark.parametrize(
    ("statement", "detail"),
    [
        (
            "UPDATE notifications_event SET platform_id = {other} WHERE subject = '{paid}'",
            "which is another platform's",
        ),
        ("UPDATE platforms_webhookendpoint SET platform_id = {other}", "goes to another platform's endpoint"),
        ("UPDATE notifications_eventnumber SET platform_id = {other}", "is numbered in another platform's feed"),
        ("UPDATE refunds_refund SET platform_id = {other}", "is of another platform than its payment"),
    ],
)
def test_i19_a_row_that_went_to_another_platform(house, at, statement, detail):
    other = Platform.objects.create(code="other", name="Other", contact_phone="1", created_at=at)
    settle()
    tamper(statement.format(other=f"'{other.id}'", paid=house["paid"].reference))

    assert any(detail in told for _, told in broken("I-19", at))


def test_i26_two_text_messages_for_one_event(house, at):
    paid = house["paid"].reference
    run("ALTER TABLE notifications_message DISABLE TRIGGER USER")
    run("DROP INDEX notifications_sms_once")
    message = Message.objects.get(channel="sms", subject=paid)
    message.pk = new_id()
    message.save(force_insert=True)

    assert ("I-26", paid, "payment_paid has 2 text messages") in [astuple(row) for row in BY_NAME["I-26"].broken(at)]


def test_i26_a_text_message_sent_again_after_it_was_taken(house, at):
    paid = house["paid"].reference
    for number, outcome in ((1, "unknown"), (2, "delivered"), (3, "unknown")):
        tamper(
            "INSERT INTO notifications_attempt (id, message_id, number, at, outcome, answer, duration_ms, operator)"
            " SELECT %s, id, %s, created_at, %s, '', 1, '' FROM notifications_message WHERE channel = 'sms' AND subject = %s",
            new_id(), number, outcome, paid,
        )  # fmt: skip
        settle()
        expected = [] if number < 3 else [(paid, "payment_paid was sent again after it was taken at try 2")]
        assert broken("I-26", at) == expected


# ── Histories and secrets ──


@pytest.mark.parametrize(
    ("statement", "detail"),
    [
        (
            "UPDATE payments_payment SET status = 'unknown' WHERE id = '{paid}'",
            'stands at "unknown" step 2, its last change says "paid" step 2',
        ),
        (
            "DELETE FROM payments_paymentchange WHERE subject_id = '{paid}' AND step = 2",
            'its last change says "debiting" step 1',
        ),
        (
            "DELETE FROM payments_paymentchange WHERE subject_id = '{paid}' AND step = 1",
            'says "debiting" after step 0 left it at "created"',
        ),
        (
            "UPDATE payments_paymentchange SET before = 'created' WHERE subject_id = '{paid}' AND step = 2",
            'from "created" to "paid" is no move',
        ),
    ],
)
def test_i14_a_history_that_was_changed(house, at, statement, detail):
    tamper(statement.format(paid=house["paid"].id))

    found = broken("I-14", at)
    assert {subject for subject, _ in found} == {f"payment {house['paid'].id}"}
    assert any(detail in told for _, told in found)


@pytest.mark.parametrize(
    ("statement", "kind"),
    [
        ("UPDATE refunds_refund SET step = step + 1", "refund"),
        ("UPDATE verification_check SET step = step + 1", "check"),
        ("UPDATE notifications_message SET step = step + 1", "message"),
    ],
)
def test_i14_looks_at_every_kind_of_row_that_has_a_status(house, at, statement, kind):
    tamper(statement)

    assert subjects("I-14", at)
    assert all(subject.startswith(f"{kind} ") for subject in subjects("I-14", at))


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_record SET reason = 'another'",
        "UPDATE audit_link SET hash = repeat('0', 64) WHERE position = 1",
        "DELETE FROM audit_link WHERE position = (SELECT max(position) FROM audit_link)",
    ],
)
def test_i21_an_audit_trail_that_was_changed(house, at, statement):
    tamper(statement)

    assert set(subjects("I-21", at)) == {"audit trail"}


@pytest.mark.parametrize(
    ("statement", "detail"),
    [
        ("UPDATE notifications_event SET body = body || ' 900012345678901 '", "a full account number in clear"),
        ("UPDATE payments_paymentchange SET reason = 'account 00012345678901'", "a full account number in clear"),
        ('UPDATE audit_record SET details = \'{"id": "A123456789"}\'', "a full ID number in clear"),
        ("UPDATE notifications_message SET text = 'Dear A123456789'", "a full ID number in clear"),
    ],
)
def test_i18_a_secret_in_clear(house, at, statement, detail):
    tamper(statement)

    assert {told for _, told in broken("I-18", at)} == {detail}


def test_i18_the_number_of_a_card_that_was_refused_before_it_was_anyones_is_a_secret_too(house, at):
    strange = "00099999999999"
    tamper(
        "UPDATE payments_attempt SET account_id = NULL, account_hash = %s"
        " WHERE id = (SELECT id FROM payments_attempt ORDER BY id LIMIT 1)",
        keyed_hash(strange, purpose="account"),
    )
    tamper("UPDATE payments_paymentchange SET reason = %s", f"account {strange}")

    assert {told for _, told in broken("I-18", at)} == {"a full account number in clear"}


def test_i18_fourteen_digits_that_are_nobodys_account_are_no_secret(house, at):
    tamper("UPDATE payments_paymentchange SET reason = 'order 20261123120000 A100000001'")

    assert broken("I-18", at) == []


def test_i18_a_canary_is_found_wherever_it_is_kept(house, at):
    assert list(canary_in_clear("s3cret+canary")) == []

    tamper("UPDATE payments_payment SET description = 'my s3cret+canary' WHERE id = %s", house["paid"].id)
    assert list(canary_in_clear("s3cret+canary")) == [
        (f"payments_payment.description {house['paid'].id}", "the canary in clear")
    ]


def test_only_so_many_rows_of_a_break_are_named(house, at):
    tamper("UPDATE payments_payment SET step = step + 1")

    assert 0 < len(broken("I-14", at)) <= 100
    assert Payment.objects.count() == len(broken("I-14", at))
