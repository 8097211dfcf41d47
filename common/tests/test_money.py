from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.money import Money, round_half_up


@pytest.mark.parametrize(("value", "rounded"), [("9.51", 10), ("9.5", 10), ("9.49", 9), ("0.5", 1), ("0.49", 0)])
def test_a_half_goes_up(value, rounded):
    assert round_half_up(Decimal(value)) == rounded


@given(st.integers(0, 10**9), st.lists(st.integers(0, 1000), min_size=1, max_size=8).filter(any))
def test_a_division_loses_no_unit(amount, weights):
    parts = Money.twd(amount).allocate(weights)

    assert sum(part.amount_minor for part in parts) == amount


def test_a_yuan_has_a_hundred_parts_and_a_taiwan_dollar_none():
    assert Money(12345, "CNY").major() == Decimal("123.45")
    assert Money.twd(961).major() == Decimal(961)


def test_currencies_do_not_mix():
    with pytest.raises(AssertionError):
        Money.twd(1) + Money(1, "CNY")


@pytest.mark.parametrize(("amount", "currency"), [(1.5, "TWD"), ("1", "TWD"), (1, "XXX")])
def test_what_is_no_money_is_refused(amount, currency):
    with pytest.raises(ValueError, match="is no money"):
        Money(amount, currency)
