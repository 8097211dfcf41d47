"""Each deed: what its preview says is what then happens, and what it refuses."""

import datetime as dt

import pytest
from django.utils.translation import override

from audit.models import Record
from common.clock import today_in_taipei
from ledger.chart import AccountCode
from ledger.queries import balance_minor
from payments.models import ChargeRule
from payments.tests.factories import make_paid_payment, make_platform
from platforms import errors as platform_errors
from platforms import signatures
from platforms.models import ApiKey, Platform
from platforms.tests.factories import make_signing_key
from refunds import errors as refund_errors
from refunds import operations as refund_operations
from refunds.models import CalendarVersion, ChargeReturnRule, Deferral, Refund
from refunds.queries import credits_per_minute
from refunds.states import Status
from refunds.tests import factories as refunds
from refunds.tests.factories import at_taipei
from refunds.tests.test_calendar import file_of, index_of, rows_of
from support import errors, operations
from support.operations.deeds import DEEDS
from support.tests.approving import LIMIT, agree, ask, carry_out, someone
from support.tests.factories import make_manual_refund
from verification.limits import gate_rule
from verification.operations import is_check_needed

pytestmark = pytest.mark.django_db
DUE = dt.date(2026, 6, 17)


def preview(approval, at):
    with override("en"):
        lines = operations.preview_of(approval, at).lines
        return {str(line.label): (line.before, line.after) for line in lines}


# ── Rules ──


@pytest.mark.parametrize(("days", "refused"), [(59, True), (60, False), (61, False)])
def test_customers_know_of_another_charge_sixty_days_before(at, days, refused):
    wish = {"percent": "1.250", "valid_from": (dt.date(2026, 6, 8) + dt.timedelta(days=days)).isoformat()}

    if refused:
        with pytest.raises(errors.ChargeNoticeTooShort) as caught:
            ask(at, someone(), "charge.change", wish)
        assert caught.value.details == {"earliest": "2026-08-07"}
    else:
        assert carry_out(at, "charge.change", wish).status == "done"
        assert str(ChargeRule.objects.latest("valid_from").percent) == "1.250"


def test_sixty_days_count_from_the_last_yes(at):
    wish = {"percent": "1.250", "valid_from": "2026-08-07"}
    approval = ask(at, someone(), "charge.change", wish)

    approval = agree(approval, someone(), at + dt.timedelta(hours=20))

    assert (approval.status, approval.outcome) == ("failed", "charge_notice_too_short")


@pytest.mark.parametrize(
    ("deed", "wish"),
    [
        ("limit.change", LIMIT | {"valid_from": "2026-06-08"}),
        ("charge_return.change", {"policy": "none", "valid_from": "2026-06-08"}),
        ("tier.change", {"from_minor": 0, "checkers": 2, "valid_from": "2026-06-08"}),
        ("gate.change", {"mismatches_max": 3, "wait_seconds": 60, "valid_from": "2026-06-08"}),
        ("run_pace.change", {"credits_per_minute": 60, "valid_from": "2026-06-08"}),
    ],
)
def test_a_rule_begins_tomorrow_at_the_earliest(at, deed, wish):
    with pytest.raises(errors.RuleTooSoon):
        ask(at, someone(), deed, wish)


def test_two_rules_do_not_begin_on_one_day(at):
    carry_out(at, "limit.change", LIMIT)

    with pytest.raises(errors.RuleDateTaken):
        ask(at, someone(), wish=LIMIT | {"amount_minor": 8_000})


def test_the_charge_comes_back_by_the_new_rule(at):
    approval = ask(at, someone(), "charge_return.change", {"policy": "none", "valid_from": "2026-06-09"})
    assert preview(approval, at)["Handling charge of a refunded order"] == (
        "comes back in proportion",
        "stays with the bank",
    )

    agree(approval, someone("operator"), at)

    assert ChargeReturnRule.objects.latest("valid_from").policy == "none"


GATE = {"mismatches_max": 3, "wait_seconds": 60, "valid_from": "2026-06-09"}
PACE = {"credits_per_minute": 60, "valid_from": "2026-06-09"}


def test_the_identity_check_has_other_numbers_from_its_day_on(at):
    approval = ask(at, someone(), "gate.change", GATE)
    assert preview(approval, at) == {
        "Wrong details that a person may give on one day": ("2", "3"),
        "Wait after passing, before paying again": ("180 seconds", "60 seconds"),
        "Valid from": ("2020-01-01", "2026-06-09"),
    }

    agree(approval, someone("operator"), at)

    today, tomorrow = gate_rule(dt.date(2026, 6, 8)), gate_rule(dt.date(2026, 6, 9))
    assert [(rule.mismatches_max, rule.wait_seconds) for rule in (today, tomorrow)] == [(2, 180), (3, 60)]
    assert (tomorrow.made_by, tomorrow.approved_by) == tuple(f"staff:{one}" for one in names(approval))


def test_a_day_is_reckoned_with_another_pace_from_its_day_on(at):
    approval = ask(at, someone(), "run_pace.change", PACE)
    assert preview(approval, at) == {
        "Credits a minute": ("300", "60"),
        "Credits of a whole working day": ("117,000", "23,400"),
        "Valid from": ("2020-01-01", "2026-06-09"),
    }

    agree(approval, someone("operator"), at)

    before, first = dt.date(2026, 6, 8), dt.date(2026, 6, 9)
    assert credits_per_minute([before, first]) == {before: 300, first: 60}


def names(approval):
    """Who asked, and who agreed."""
    return [approval.maker.username, *approval.decisions.values_list("checker__username", flat=True)]


@pytest.mark.parametrize(("deed", "wish"), [("gate.change", GATE), ("run_pace.change", PACE)])
def test_no_second_rule_of_the_gate_or_the_run_begins_on_one_day(at, deed, wish):
    carry_out(at, deed, wish)

    with pytest.raises(errors.RuleDateTaken):
        ask(at, someone(), deed, wish)


# ── Refunds ──


def settled(refund):
    return {"reference": refund.reference, "bank_reference": "CHQ-7"}


def test_a_refund_is_settled_by_hand_with_a_proof(at):
    refund = make_manual_refund(at)
    owed = balance_minor(AccountCode.BANK_CLEARING)

    approval = carry_out(at_taipei(DUE), "refund.settle_by_hand", settled(refund))

    refund = refunds.again(refund)
    assert (approval.status, approval.amount_minor) == ("done", refund.total_minor)
    assert (refund.status, refund.bank_reference) == (Status.CREDITED, "CHQ-7")
    assert abs(owed - balance_minor(AccountCode.BANK_CLEARING)) == refund.total_minor
    assert Record.objects.filter(action="refund.settled_by_hand", subject=refund.reference).count() == 1


def test_what_left_a_persons_hands_is_not_settled_again(at):
    refund = make_manual_refund(at)
    carry_out(at_taipei(DUE), "refund.settle_by_hand", settled(refund))

    with pytest.raises(refund_errors.RefundNotManual):
        ask(at_taipei(DUE), someone(), "refund.settle_by_hand", settled(refund))


def test_what_the_bank_may_have_credited_is_not_sent_again(at):
    refund = make_manual_refund(at)
    Refund.objects.filter(pk=refund.pk).update(bank_code="amount_differs")

    with pytest.raises(refund_errors.RefundNotManual):
        ask(at_taipei(DUE), someone(), "refund.return_to_run", {"reference": refund.reference})


def test_an_account_opened_again_goes_back_to_the_run(at):
    refund = make_manual_refund(at)

    carry_out(at_taipei(DUE), "refund.return_to_run", {"reference": refund.reference})

    assert refunds.again(refund).status == Status.ACCEPTED


def test_a_refund_is_put_off_by_one_working_day(at):
    refund = refunds.make_accepted_refund(at)
    wish = {"reference": refund.reference, "told": "maintenance"}
    approval = ask(at, someone(), "refund.defer", wish)
    before, after = preview(approval, at)["Day of the credit"]

    agree(approval, someone(), at)

    moved = Deferral.objects.get()
    assert (before, after) == ("2026-06-17", "2026-06-18")
    assert (moved.old_date.isoformat(), moved.new_date.isoformat(), moved.reason) == (before, after, "maintenance")
    assert refunds.again(refund).latest_credit_date == refund.latest_credit_date


def test_no_refund_is_put_off_beyond_its_promise(at):
    refund = refunds.make_accepted_refund(at)
    wish = {"reference": refund.reference, "told": "maintenance"}
    # Due on Wednesday the 17th, promised for Tuesday the 23rd; Friday is a holiday.
    for _ in range(3):
        carry_out(at, "refund.defer", wish)
    assert refunds.again(refund).credit_date == dt.date(2026, 6, 23)

    with pytest.raises(refund_errors.RefundNotDeferrable):
        ask(at, someone(), "refund.defer", wish)


def test_only_a_refund_that_waits_is_put_off(at):
    with pytest.raises(refund_errors.RefundNotDeferrable):
        ask(
            at_taipei(DUE),
            someone(),
            "refund.defer",
            {"reference": make_manual_refund(at).reference, "told": "maintenance"},
        )


@pytest.mark.parametrize("deed", ["refund.settle_by_hand", "refund.return_to_run", "refund.defer"])
def test_a_refund_that_nobody_knows_is_refused(at, deed):
    with pytest.raises(errors.SubjectUnknown):
        ask(at, someone(), deed, {"reference": "RF-0", "bank_reference": "X", "told": "maintenance"})


# ── Calendars: what the preview names is what moves ──


def open_refunds(at):
    """Of three days, one of them deferred on its own, and one that no longer waits."""
    made = [refunds.make_accepted_refund(at + dt.timedelta(days=days)) for days in (0, 0, 1, 4, 30)]
    carry_out(at, "refund.defer", {"reference": made[0].reference, "told": "maintenance"})
    refunds.make_credited_refund(at - dt.timedelta(days=20))
    return made


def moved(at):
    """What really moves: each open refund, looked at by the sweep."""
    before = {refund.reference: refund for refund in Refund.objects.all()}
    for refund in Refund.objects.order_by("id"):
        refund_operations.redate_refund(refund_id=refund.id, at=at, by="sweep")
    after = {refund.reference: refund for refund in Refund.objects.all()}
    return {
        (name, old.credit_date, after[name].credit_date, old.latest_credit_date, after[name].latest_credit_date)
        for name, old in before.items()
        if (old.credit_date, old.latest_credit_date) != (after[name].credit_date, after[name].latest_credit_date)
    }


def foretold(approval, at):
    moves = operations.preview_of(approval, at).moves
    assert moves.count == len(moves.first)
    return {
        (move.reference, move.old_date, move.new_date, move.old_latest_date, move.new_latest_date)
        for move in moves.first
    }


@pytest.mark.parametrize("day", ["2026-06-10", "2026-06-17", "2026-06-18", "2026-06-22", "2026-06-13", "2026-07-10"])
@pytest.mark.parametrize("part", ["whole", "morning", "afternoon"])
def test_a_closure_moves_exactly_the_refunds_that_its_preview_names(at, day, part):
    open_refunds(at)
    wish = {"date": day, "counties": ["taipei_city"], "part": part}
    approval = ask(at, someone("operator"), "calendar.closure", wish)
    named = foretold(approval, at)

    agree(approval, someone(), at)

    assert moved(at) == named
    assert CalendarVersion.objects.latest("number").note == "agreed"


def test_a_closure_taken_back_moves_them_back(at):
    open_refunds(at)
    wish = {"date": "2026-06-10", "counties": ["taipei_city"], "part": "whole"}
    agree(ask(at, someone("operator"), "calendar.closure", wish), someone(), at)
    assert len(moved(at)) == 3
    approval = ask(at, someone("operator"), "calendar.closure", wish | {"part": "none"})
    named = foretold(approval, at)

    agree(approval, someone(), at)

    assert len(named) == 3
    assert moved(at) == named


def test_an_official_year_moves_exactly_the_refunds_that_its_preview_names(at):
    open_refunds(at)
    rows = rows_of(2026)
    rows[index_of(rows, "20260616")][2:] = ["2", "選舉放假"]
    approval = ask(at, someone("operator"), "calendar.publish", {"file": file_of(rows).decode()})
    named, lines = foretold(approval, at), preview(approval, at)

    agree(approval, someone(), at)

    assert lines["2026-06-16"] == ("working day", "no working day")
    assert approval.subject == "2026"
    assert len(named) == 4
    assert moved(at) == named


def test_a_closure_that_is_recorded_already_is_refused(at):
    wish = {"date": "2026-07-10", "counties": ["taipei_city"], "part": "whole"}
    agree(ask(at, someone("operator"), "calendar.closure", wish), someone(), at)

    with pytest.raises(refund_errors.ClosureUnchanged):
        ask(at, someone("operator"), "calendar.closure", wish)


def test_a_file_that_is_no_year_is_refused(at):
    with pytest.raises(refund_errors.CalendarFileRefused):
        ask(at, someone("operator"), "calendar.publish", {"file": "西元日期,星期,是否放假,備註\n"})


# ── Platforms ──


def by_operators(at, deed, wish):
    return agree(ask(at, someone("operator"), deed, wish), someone("operator"), at)


def test_a_platform_is_suspended_and_resumed(at):
    platform = make_platform()

    by_operators(at, "platform.suspend", {"code": platform.code})
    assert Platform.objects.get(pk=platform.pk).enabled is False
    with pytest.raises(errors.NothingToChange):
        ask(at, someone("operator"), "platform.suspend", {"code": platform.code})
    by_operators(at, "platform.resume", {"code": platform.code})

    assert Platform.objects.get(pk=platform.pk).enabled is True


def test_a_key_is_rolled_and_the_old_one_ends(at):
    key, _ = make_signing_key(make_platform())
    _, public = signatures.new_key_pair()

    by_operators(at, "platform.roll_key", {"key_id": key.key_id, "public_key": public, "overlap_hours": 6})

    assert ApiKey.objects.get(public_key=public).platform == key.platform
    assert ApiKey.objects.get(pk=key.pk).expires_at == at + dt.timedelta(hours=6)


def test_a_key_that_is_none_is_refused(at):
    key, _ = make_signing_key(make_platform())

    with pytest.raises(platform_errors.KeyMaterialInvalid):
        ask(at, someone("operator"), "platform.roll_key", {"key_id": key.key_id, "public_key": "x", "overlap_hours": 6})


def test_a_platform_is_admitted_with_its_key(at):
    _, public = signatures.new_key_pair()
    wish = {
        "code": "lantern",
        "name": "Lantern",
        "contact_phone": "02-2345-6789",
        "return_url_prefixes": ["https://lantern.example/"],
        "public_key": public,
    }

    by_operators(at, "platform.admit", wish)

    platform = Platform.objects.get(code="lantern")
    assert (platform.keys.get().public_key, platform.allows_return_to("https://lantern.example/done")) == (public, True)
    with pytest.raises(errors.NothingToChange):
        ask(at, someone("operator"), "platform.admit", wish)


# ── People ──


def test_a_customer_is_checked_anew_and_then_no_more(at):
    payment = make_paid_payment(at)
    customer = payment.account.customer
    assert not is_check_needed(customer=customer, at=at)

    carry_out(at, "identity.reset", {"payment": payment.reference})

    assert is_check_needed(customer=customer, at=at)
    with pytest.raises(errors.NothingToChange):
        ask(at, someone(), "identity.reset", {"payment": payment.reference})


def test_rows_are_taken_out_once_by_who_asked(at):
    maker, day = someone(), str(today_in_taipei(make_paid_payment(at).created_at))
    wish = {"first": day, "last": day}
    approval = ask(at, maker, "export.rows", wish)
    with pytest.raises(errors.ExportNotOpen):
        operations.take_export(approval_id=approval.pk, user=maker, at=at)
    checker = someone()
    agree(approval, checker, at)

    with pytest.raises(errors.ExportNotOpen):
        operations.take_export(approval_id=approval.pk, user=checker, at=at)
    with pytest.raises(errors.ExportNotOpen):
        operations.take_export(approval_id=approval.pk, user=maker, at=at + dt.timedelta(hours=24))
    assert operations.take_export(approval_id=approval.pk, user=maker, at=at) == wish
    with pytest.raises(errors.ExportNotOpen):
        operations.take_export(approval_id=approval.pk, user=maker, at=at)

    assert Record.objects.filter(action="export.taken").count() == 1


def test_rows_are_asked_for_where_there_are_some_and_a_file_holds_them(at, monkeypatch):
    day = today_in_taipei(make_paid_payment(at).created_at)
    days = {"first": str(day), "last": str(day)}
    with pytest.raises(errors.NothingPlaced):
        ask(at, someone(), "export.rows", {"first": "2001-01-01", "last": "2001-01-02"})
    with pytest.raises(errors.NothingPlaced):
        ask(at, someone(), "export.rows", {"first": str(day), "last": str(day - dt.timedelta(days=1))})

    make_paid_payment(at)
    monkeypatch.setattr("support.operations.deeds.people.ROWS_MAX", 1)

    with pytest.raises(errors.ExportTooLarge):
        ask(at, someone(), "export.rows", days)


def test_every_deed_says_what_it_is():
    with override("en"):
        assert all(str(deed.title) and str(deed.about).endswith(".") for deed in DEEDS.values())
