"""I-20: whoever goes past the console, the owner of the tables included, is named by the proof."""

import datetime as dt

import pytest

from common import clock
from conftest import owner_connection, put_as_owner
from payments.models import DebitReversal, LimitRule
from platforms.tests.factories import make_platform
from refunds.models import RunPace
from support import operations
from support.checks import APPROVED_BY_ANOTHER
from support.models import ApprovalTier
from support.tests.approving import LIMIT, agree, ask, carry_out, someone
from support.tests.factories import make_manual_refund, pay
from verification.models import GateRule

pytestmark = pytest.mark.django_db(transaction=True)


def broken():
    return [(one.subject, one.detail) for one in APPROVED_BY_ANOTHER.broken(clock.now())]


def tamper(statement, *params):
    """As the owner of the tables, with the guards switched off for as long as it takes."""
    tables = (
        "support_approval",
        "support_approvaldecision",
        "payments_limitrule",
        "refunds_refund",
        "platforms_platform",
    )
    with owner_connection() as owner:
        for table in tables:
            owner.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        try:
            owner.execute(statement, params)
        finally:
            for table in tables:
                owner.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def test_what_went_through_the_console_is_whole(at):
    refund = make_manual_refund(at)
    carry_out(clock.now(), "refund.settle_by_hand", {"reference": refund.reference, "bank_reference": "CHQ-7"})
    carry_out(at, "limit.change", LIMIT)
    carry_out(at, "limit.change", LIMIT | {"amount_minor": 200_000, "code": "service_daily"})
    carry_out(at, "charge.change", {"percent": "1.250", "valid_from": "2026-12-01"})
    carry_out(at, "charge_return.change", {"policy": "none", "valid_from": "2026-06-09"})
    carry_out(at, "tier.change", {"from_minor": 50_000, "checkers": 2, "valid_from": "2026-06-09"})
    carry_out(at, "gate.change", {"mismatches_max": 3, "wait_seconds": 60, "valid_from": "2026-06-09"})
    carry_out(at, "run_pace.change", {"credits_per_minute": 60, "valid_from": "2026-06-09"})
    reverse = {"reference": pay(at, "other_amount").reference, "told_minor": 962}
    carry_out(at, "payment.reverse_debit", reverse)
    shops = [make_platform() for _ in range(3)]
    for shop in shops[1:]:
        carry_out(at, "platform.suspend", {"code": shop.code}, role="operator")
    carry_out(at, "platform.resume", {"code": shops[2].code}, role="operator")
    rejected = ask(at, someone(), wish=LIMIT | {"valid_from": "2026-06-10"})
    operations.reject(approval_id=rejected.pk, checker=someone(), words="no", at=at)

    assert broken() == []


def test_a_decision_of_the_maker_is_named(at):
    approval = carry_out(at, "limit.change", LIMIT)

    # The table's own CHECK holds even for its owner: the other column is what they can still turn.
    tamper("UPDATE support_approval SET maker_id = (SELECT checker_id FROM support_approvaldecision)")

    assert (
        f"approval {approval.pk}",
        f"asked for and confirmed by user {approval.decisions.get().checker_id}",
    ) in broken()


def test_a_decision_without_our_key_is_named(at):
    approval = carry_out(at, "limit.change", LIMIT)
    checker = approval.decisions.get().checker_id

    tamper("UPDATE support_approvaldecision SET words = 'of course'")

    assert broken() == [(f"approval {approval.pk}", f"the approve of user {checker} was not made here")]


def test_an_approval_that_too_few_agreed_to_is_named(at):
    approval = carry_out(at, "limit.change", LIMIT)

    tamper("UPDATE support_approval SET checkers_needed = 2")

    assert broken() == [(f"approval {approval.pk}", "done, and 1 of 2 agreed")]


def test_another_wish_in_place_of_the_approved_one_is_named(at):
    approval = carry_out(at, "limit.change", LIMIT)

    tamper("ALTER TABLE support_approval DROP CONSTRAINT support_payload_is_what_was_hashed")
    try:
        tamper("UPDATE support_approval SET payload = replace(payload, '9000', '90000')")
        found = broken()
    finally:
        tamper("UPDATE support_approval SET payload = replace(payload, '90000', '9000')")
        tamper(
            """ALTER TABLE support_approval ADD CONSTRAINT support_payload_is_what_was_hashed
               CHECK (payload_hash = encode(sha256(convert_to(payload, 'UTF8')), 'hex'))"""
        )

    assert found == [
        (f"approval {approval.pk}", "what it asks for is not what was hashed"),
        ("limit transfer_single from 2026-06-09", "no approval of exactly this was carried out"),
    ]


def test_a_rule_slipped_in_by_the_owner_is_named():
    day = dt.date(2026, 6, 9)
    put_as_owner(
        LimitRule(code="service_daily", amount_minor=1, valid_from=day, made_by="published rules", approved_by="x")
    )
    put_as_owner(
        ApprovalTier(from_minor=0, checkers=1, valid_from=day, made_at=clock.now(), made_by="a", approved_by="b")
    )
    put_as_owner(GateRule(mismatches_max=9, wait_seconds=0, valid_from=day, made_by="a", approved_by="b"))
    put_as_owner(RunPace(credits_per_minute=1, valid_from=day, made_by="a", approved_by="b"))

    slipped_in = ("gate", "limit service_daily", "run pace", "tier 0")
    assert sorted(broken()) == [
        (f"{name} from 2026-06-09", "no approval of exactly this was carried out") for name in slipped_in
    ]


def test_a_rule_that_was_turned_afterwards_is_named(at):
    carry_out(at, "limit.change", LIMIT)

    tamper("UPDATE payments_limitrule SET amount_minor = 90000 WHERE valid_from = '2026-06-09'")

    assert broken() == [("limit transfer_single from 2026-06-09", "no approval of exactly this was carried out")]


def test_a_refund_settled_past_the_console_is_named(at):
    refund = make_manual_refund(at)
    carry_out(clock.now(), "refund.settle_by_hand", {"reference": refund.reference, "bank_reference": "CHQ-7"})

    tamper("UPDATE support_approval SET subject = 'RF-0'")

    assert broken() == [(refund.reference, "credited by hand, and no approval was carried out")]


def test_a_debit_given_back_past_the_console_is_named(at):
    payment = pay(at, "other_amount")
    names = {"made_by": "a", "approved_by": "b", "reason": "x"}
    put_as_owner(DebitReversal(attempt=payment.attempts.get(), told_minor=962, asked_at=at, send_at=at, **names))

    assert broken() == [(payment.reference, "962 had to go back, and no approval was carried out")]


def test_a_platform_that_was_switched_past_the_console_is_named(at):
    off, on = make_platform(), make_platform()
    carry_out(at, "platform.suspend", {"code": on.code}, role="operator")

    tamper("UPDATE platforms_platform SET enabled = NOT enabled")

    assert sorted(broken()) == sorted(
        [
            (f"platform {off.code}", "suspended, and no approval says so"),
            (f"platform {on.code}", "open, and no approval says so"),
        ]
    )


def test_the_proof_itself_needs_two_statements(at, django_assert_num_queries):
    for code in ("service_daily", "transfer_daily"):
        agree(ask(at, someone(), wish=LIMIT | {"code": code}), someone(), at)

    with django_assert_num_queries(2):
        broken()
