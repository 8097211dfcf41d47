from decimal import Decimal

import pytest

from common.money import Money
from payments.amounts import Quote, amounts_of


@pytest.mark.parametrize(
    ("product", "shipping", "discount", "rate", "order", "charge", "final"),
    [
        (95100, 0, 0, "1", 951, 10, 961),
        (95000, 0, 0, "1", 950, 10, 960),
        (94900, 0, 0, "1", 949, 9, 958),
        (20000, 1200, 200, "4.5", 945, 9, 954),
        (21000, 133, 0, "4.5", 951, 10, 961),  # 950.985
        (100, 0, 0, "4.5", 5, 0, 5),  # half up at 4.5
        (100, 0, 0, "4.4999", 4, 0, 4),
        (4_950_500, 0, 0, "1", 49505, 495, 50000),  # the largest order within NT$50,000 a transaction
    ],
)
def test_the_amounts_of_an_order(product, shipping, discount, rate, order, charge, final):
    quote = Quote(Money(product, "CNY"), Money(shipping, "CNY"), Money(discount, "CNY"), Decimal(rate))

    amounts = amounts_of(quote, Decimal(1))

    assert (amounts.order.amount_minor, amounts.charge.amount_minor, amounts.final.amount_minor) == (
        order,
        charge,
        final,
    )
