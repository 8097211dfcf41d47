"""Four eyes: asked, agreed to, rejected, withdrawn, expired, edited; and the deed that is done with the last yes."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, connections

from audit.models import Record
from payments.models import LimitRule
from support import errors, operations
from support.models import Approval
from support.operations.deeds import DEEDS
from support.states import ApprovalStatus
from support.tasks import expire_approvals
from support.tests.approving import LIMIT, agree, ask, carry_out, someone

pytestmark = pytest.mark.django_db
HOUR = dt.timedelta(hours=1)


def again(approval):
    return Approval.objects.get(pk=approval.pk)


def rules():
    return LimitRule.objects.exclude(made_by="published rules")


def test_a_limit_changes_when_another_person_agrees(at):
    maker, checker = someone(name="amy"), someone("operator", "ben")
    approval = ask(at, maker)
    assert not rules().exists()

    agree(approval, checker, at + HOUR)

    approval = again(approval)
    assert (approval.status, approval.outcome) == ("done", "limit transfer_single from 2026-06-09")
    rule = rules().get()
    assert (rule.amount_minor, rule.made_by, rule.approved_by) == (9_000, "staff:amy", "staff:ben")
    assert [change.after for change in approval.changes.order_by("step")] == ["pending", "approved", "done"]
    assert list(Record.objects.filter(action__startswith="approval.").order_by("id").values_list("by", "action")) == [
        ("staff:amy", "approval.asked"),
        ("staff:ben", "approval.approve"),
        ("staff:ben", "approval.done"),
    ]


def test_what_was_shown_is_kept_in_both_languages(at):
    approval = carry_out(at, "limit.change", LIMIT)

    assert approval.shown["en"]["lines"][0]["before"] == "NT$50,000"
    assert approval.shown["zh-hant"]["lines"][0]["after"] == "NT$9,000"
    assert approval.shown["en"]["lines"][1]["label"] == "Valid from"
    assert approval.shown["zh-hant"]["lines"][1]["label"] == "生效日"


@pytest.mark.parametrize(
    ("amount", "needed"), [(0, 1), (9_999, 1), (10_000, 1), (99_999, 1), (100_000, 2), (5_000_000, 2)]
)
def test_the_tier_of_the_amount_says_how_many_must_agree(at, amount, needed):
    assert ask(at, someone(), wish=LIMIT | {"amount_minor": amount}).checkers_needed == needed


def test_the_highest_tier_waits_for_two(at):
    approval = ask(at, someone(), wish=LIMIT | {"code": "service_monthly", "amount_minor": 400_000})

    agree(approval, someone(), at)
    assert (again(approval).status, rules().count()) == ("pending", 0)
    agree(approval, someone("operator"), at)

    assert (again(approval).status, rules().count()) == ("done", 1)


def test_a_tier_changes_by_the_tiers_of_before(at):
    carry_out(at, "tier.change", {"from_minor": 10_000, "checkers": 2, "valid_from": "2026-06-09"})

    assert ask(at, someone(), wish=LIMIT | {"amount_minor": 10_000}).checkers_needed == 1
    tomorrow = at + dt.timedelta(days=1)
    wish = LIMIT | {"code": "transfer_daily", "amount_minor": 10_000, "valid_from": "2026-06-10"}
    assert ask(tomorrow, someone(), wish=wish).checkers_needed == 2


def test_a_rejection_keeps_the_request_and_its_words(at):
    approval = ask(at, someone())

    operations.reject(approval_id=approval.pk, checker=someone(), words="too low", at=at)

    approval = again(approval)
    assert (approval.status, approval.decisions.get().words, rules().count()) == ("rejected", "too low", 0)


def test_a_rejection_says_why(at):
    approval = ask(at, someone())

    with pytest.raises(errors.ReasonMissing):
        operations.reject(approval_id=approval.pk, checker=someone(), words=" ", at=at)

    assert again(approval).status == "pending"


def test_one_no_ends_what_another_agreed_to(at):
    approval = ask(at, someone(), wish=LIMIT | {"amount_minor": 100_000})
    agree(approval, someone(), at)

    operations.reject(approval_id=approval.pk, checker=someone(), words="no", at=at)

    with pytest.raises(errors.DecidedAlready):
        agree(approval, someone(), at)
    assert rules().count() == 0


def test_after_a_day_nobody_agrees_any_more(at):
    approval = ask(at, someone(), wish=LIMIT | {"valid_from": "2026-06-20"})

    with pytest.raises(errors.ApprovalExpired):
        agree(approval, someone(), at + dt.timedelta(hours=24))
    agree(approval, someone(), at + dt.timedelta(hours=24, microseconds=-1))

    assert again(approval).status == "done"


def test_the_sweep_ends_what_nobody_decided(later, at):
    maker = someone()
    old = ask(dt.datetime.now(dt.UTC), maker, wish=LIMIT | {"valid_from": "2099-01-01"})

    expire_approvals()
    assert again(old).status == "pending"
    later(hours=25)
    expire_approvals()

    assert (again(old).status, again(old).ended_at is not None) == ("expired", True)


def test_who_asked_withdraws_and_nobody_else(at):
    maker = someone()
    approval = ask(at, maker)

    with pytest.raises(errors.NotYourRequest):
        operations.withdraw(approval_id=approval.pk, maker=someone(), at=at)
    operations.withdraw(approval_id=approval.pk, maker=maker, at=at, reason="mistyped")

    assert again(approval).status == "withdrawn"


def test_another_wish_is_another_request_that_voids_the_old_one(at):
    maker = someone()
    old = ask(at, maker)

    new = ask(at, maker, wish=LIMIT | {"amount_minor": 8_000}, replaces=old.pk)

    assert (again(old).status, new.replaces_id, new.status) == ("withdrawn", old.pk, "pending")
    with pytest.raises(errors.DecidedAlready):
        agree(old, someone(), at)
    agree(new, someone(), at)
    assert rules().get().amount_minor == 8_000


def test_the_same_waits_once(at):
    ask(at, someone())

    with pytest.raises(errors.AskedAlready):
        ask(at, someone(), wish=LIMIT | {"amount_minor": 1})

    assert Approval.objects.count() == 1


def test_one_that_ran_out_makes_room_for_the_next(at):
    old = ask(at, someone())
    tomorrow = at + dt.timedelta(days=1)

    new = ask(tomorrow, someone(), wish=LIMIT | {"valid_from": "2026-06-10"})

    assert (again(old).status, again(new).status) == ("expired", "pending")


@pytest.mark.parametrize("role", ["agent", "auditor", "administrator"])
def test_who_may_not_ask_is_refused(at, role):
    with pytest.raises(errors.NotAllowedToAsk):
        ask(at, someone(role))

    assert not Approval.objects.exists()


def test_a_reason_is_asked_for(at):
    with pytest.raises(errors.ReasonMissing):
        ask(at, someone(), reason="  ")


def test_what_can_no_longer_be_done_fails_and_changes_nothing(at):
    first = ask(at, someone())
    second = ask(at, someone(), "charge_return.change", {"policy": "none", "valid_from": "2026-06-09"})
    agree(second, someone(), at)
    late = at + dt.timedelta(hours=23)

    # Past midnight in Taipei: the rule would begin on the day itself.
    agree(first, someone(), late)

    first = again(first)
    assert (first.status, first.outcome, rules().count()) == ("failed", "rule_too_soon", 0)
    assert Record.objects.filter(action="approval.failed", subject=str(first.pk)).exists()


def test_the_registry_is_the_databases_table_of_deeds():
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, support_makes(name), support_checks(name) FROM unnest(support_deeds()) name")
        held = {name: (makes, checks) for name, makes, checks in cursor.fetchall()}

    assert held == {name: (deed.makes, deed.checks) for name, deed in DEEDS.items()}


def test_each_status_has_a_word():
    assert all(str(status.label) for status in ApprovalStatus)


@pytest.mark.django_db(transaction=True)
def test_of_two_that_agree_at_once_the_deed_is_done_once(at):
    approval, checkers = ask(at, someone()), [someone() for _ in range(4)]

    def one(checker):
        try:
            return agree(approval, checker, at).status
        except errors.DecidedAlready:
            return "late"
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        said = list(pool.map(one, checkers))

    assert sorted(said) == ["done", "late", "late", "late"]
    assert rules().count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_that_ask_at_once_one_waits(at):
    makers = [someone() for _ in range(4)]

    def one(maker):
        try:
            return ask(at, maker).status
        except errors.AskedAlready:
            return "twice"
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        said = list(pool.map(one, makers))

    assert sorted(said) == ["pending", "twice", "twice", "twice"]
