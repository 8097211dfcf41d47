"""How much of the handling charge comes back with a refund: pure arithmetic in whole TWD."""

from enum import StrEnum
from typing import assert_never


class ChargePolicy(StrEnum):
    NONE = "none"
    PROPORTIONAL = "proportional"
    FULL_ONLY = "full_only"


def charge_part_minor(
    policy: ChargePolicy,
    *,
    order_minor: int,
    charge_minor: int,
    refunded_order_minor: int,
    refunded_charge_minor: int,
    amount_minor: int,
) -> int:
    """The charge given back with a refund of `amount_minor` of the order, when so much was refunded before.

    Proportional rounds what was given back *in all*, half up, so that any split of refunds ends at exactly the charge:
    order 951, charge 10: 317 → 3, then 317 → 4, then 317 → 3. Full only: all of it with the refund that completes the
    order. Source: product.md §3, "Refund".
    """
    assert 0 < amount_minor <= order_minor - refunded_order_minor, "a refund lies within what is left of the order"
    assert 0 <= refunded_charge_minor <= charge_minor, "never more charge given back than was taken"
    refunded_minor = refunded_order_minor + amount_minor
    match policy:
        case ChargePolicy.NONE:
            return 0
        case ChargePolicy.FULL_ONLY:
            return charge_minor - refunded_charge_minor if refunded_minor == order_minor else 0
        case ChargePolicy.PROPORTIONAL:
            due_minor = (2 * charge_minor * refunded_minor + order_minor) // (2 * order_minor)
            # After a cancelled refund or a change of policy more may be out already than is due by now.
            return max(0, due_minor - refunded_charge_minor)
        case _:
            assert_never(policy)
