import datetime as dt

import pytest
from django.db import transaction
from django.utils.translation import override

from conftest import put_as_owner
from payments import limits
from payments.errors import LimitExceeded
from payments.models import LimitCode, LimitRule, LimitUse
from payments.tests.factories import make_account

pytestmark = pytest.mark.django_db


def reserve(account, amount, at):
    with transaction.atomic():
        return limits.reserve(account=account, amount_minor=amount, at=at)


def refused(account, amount, at):
    with pytest.raises(LimitExceeded) as caught:
        reserve(account, amount, at)
    return caught.value.details["limit"], caught.value.details["left_minor"]


def test_exactly_at_a_limit_passes_and_a_dollar_more_is_refused(at):
    account = make_account(at)

    assert refused(account, 50_001, at) == ("transfer_single", 50_000)
    reserve(account, 50_000, at)
    reserve(account, 49_999, at)
    assert refused(account, 2, at) == ("service_daily", 1)
    reserve(account, 1, at)
    assert refused(account, 1, at) == ("service_daily", 0)


def test_the_month_ends_at_its_own_limit(at):
    account = make_account(at)
    for day in range(4):
        reserve(account, 50_000, at + dt.timedelta(days=day))

    assert refused(account, 1, at + dt.timedelta(days=4)) == ("transfer_monthly", 0)


def test_day_and_month_roll_over_at_midnight_in_taipei(at):
    account = make_account(at)
    last_second = dt.datetime(2026, 6, 30, 15, 59, 59, tzinfo=dt.UTC)
    reserve(account, 50_000, last_second)
    reserve(account, 50_000, last_second)

    assert refused(account, 1, last_second) == ("service_daily", 0)
    assert reserve(account, 50_000, last_second + dt.timedelta(seconds=1)) == dt.date(2026, 7, 1)
    assert LimitUse.objects.get(period="month", starts_on=dt.date(2026, 7, 1)).used_minor == 50_000


def test_what_is_released_can_be_used_again(at):
    account = make_account(at)
    day = reserve(account, 50_000, at)
    with transaction.atomic():
        limits.release(account=account, amount_minor=50_000, day=day)

    assert set(LimitUse.objects.values_list("used_minor", flat=True)) == {0}


def test_a_refused_reservation_leaves_no_counter_behind(at):
    account = make_account(at)
    for day in range(4):
        reserve(account, 50_000, at + dt.timedelta(days=day))
    before = LimitUse.objects.count()

    refused(account, 1, at + dt.timedelta(days=4))

    assert LimitUse.objects.count() == before


@pytest.mark.django_db(transaction=True)
def test_a_new_row_counts_from_its_date_and_the_tightest_limit_wins(at):
    account = make_account(at)
    day = dt.date(2026, 6, 9)
    rule = LimitRule(code=LimitCode.TRANSFER_DAILY, amount_minor=30_000, valid_from=day, made_by="a", approved_by="b")
    put_as_owner(rule)

    reserve(account, 40_000, at)

    assert refused(account, 30_001, at + dt.timedelta(days=1)) == ("transfer_daily", 30_000)


def test_a_refusal_says_whether_another_day_would_help(at):
    account = make_account(at)
    with override("en"), pytest.raises(LimitExceeded) as never:
        reserve(account, 50_001, at)
    reserve(account, 50_000, at)
    reserve(account, 50_000, at)
    with override("en"), pytest.raises(LimitExceeded) as later:
        reserve(account, 1, at)

    with override("en"):
        texts = [never.value.detail(), later.value.detail()]
    assert all(text.startswith("Nothing was charged. ") for text in texts)
    assert all("another account or with another card" in text for text in texts)
    assert "above the limit, on any day" in texts[0]
    assert "pay on another day" not in texts[0]
    assert "pay on another day when enough of the limit is left" in texts[1]
