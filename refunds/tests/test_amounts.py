"""The charge part of a refund: golden numbers per policy, and that any split ends at exactly what was paid."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from refunds.amounts import ChargePolicy, charge_part_minor

CASES = [
    # policy, refunds of an order of 951 with charge 10, charge parts
    (ChargePolicy.PROPORTIONAL, [951], [10]),
    (ChargePolicy.PROPORTIONAL, [317, 317, 317], [3, 4, 3]),
    (ChargePolicy.PROPORTIONAL, [1, 950], [0, 10]),
    (ChargePolicy.PROPORTIONAL, [950, 1], [10, 0]),
    (ChargePolicy.PROPORTIONAL, [47, 1, 903], [0, 1, 9]),
    (ChargePolicy.FULL_ONLY, [951], [10]),
    (ChargePolicy.FULL_ONLY, [500, 451], [0, 10]),
    (ChargePolicy.FULL_ONLY, [500, 450], [0, 0]),
    (ChargePolicy.NONE, [500, 451], [0, 0]),
]


def parts_of(policy, amounts, order=951, charge=10):
    refunded = returned = 0
    parts = []
    for amount in amounts:
        part = charge_part_minor(
            policy,
            order_minor=order,
            charge_minor=charge,
            refunded_order_minor=refunded,
            refunded_charge_minor=returned,
            amount_minor=amount,
        )
        refunded, returned = refunded + amount, returned + part
        parts.append(part)
    return parts


@pytest.mark.parametrize(("policy", "amounts", "parts"), CASES)
def test_the_charge_part_of_each_refund(policy, amounts, parts):
    assert parts_of(policy, amounts) == parts


@given(st.data())
def test_any_split_returns_exactly_the_charge_and_never_more_on_the_way(data):
    order = data.draw(st.integers(1, 100_000))
    charge = data.draw(st.integers(0, 2_000))
    cuts = data.draw(st.lists(st.integers(1, order), max_size=8, unique=True))
    edges = [0, *sorted(cut for cut in cuts if cut < order), order]
    amounts = [high - low for low, high in pairwise(edges)]

    parts = parts_of(ChargePolicy.PROPORTIONAL, amounts, order, charge)

    assert sum(parts) == charge
    assert all(part >= 0 for part in parts)


@given(st.data())
def test_whatever_was_returned_before_the_last_refund_completes_the_charge(data):
    order = data.draw(st.integers(2, 100_000))
    charge = data.draw(st.integers(0, 2_000))
    refunded = data.draw(st.integers(0, order - 1))
    returned = data.draw(st.integers(0, charge))

    last = charge_part_minor(
        ChargePolicy.PROPORTIONAL,
        order_minor=order,
        charge_minor=charge,
        refunded_order_minor=refunded,
        refunded_charge_minor=returned,
        amount_minor=order - refunded,
    )

    assert returned + last == charge


def test_more_charge_out_than_due_gives_none_this_time():
    assert (
        charge_part_minor(
            ChargePolicy.PROPORTIONAL,
            order_minor=1000,
            charge_minor=10,
            refunded_order_minor=100,
            refunded_charge_minor=9,
            amount_minor=100,
        )
        == 0
    )


@pytest.mark.parametrize("amount", [0, -1, 452])
def test_an_amount_outside_what_is_left_is_a_programmers_error(amount):
    with pytest.raises(AssertionError):
        parts_of(ChargePolicy.PROPORTIONAL, [500, amount])
