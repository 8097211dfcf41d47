import datetime as dt
from dataclasses import replace

import pytest

from cards.bank.port import Profile
from payments.rules import eligibility, is_adult

GOOD = Profile("open", True, "active", "atm", "domestic", "A123456789", dt.date(1980, 5, 17), "+886912345678")
TODAY = dt.date(2026, 6, 8)


def test_a_good_account_may_pay():
    assert eligibility(GOOD, on=TODAY) is None


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"transfer_agreement": False}, "no_transfer_agreement"),
        ({"card_issued": "foreign"}, "foreign_card"),
        ({"card_status": "lost"}, "card_lost"),
        ({"card_status": "cancelled"}, "card_cancelled"),
        ({"card_kind": "credit"}, "credit_card"),
        ({"account_status": "closed"}, "account_closed"),
        ({"account_status": "frozen"}, "account_frozen"),
        ({"birth_date": dt.date(2008, 6, 9)}, "under_age"),
    ],
)
def test_each_reason_not_to_pay_has_its_code(changes, code):
    assert eligibility(replace(GOOD, **changes), on=TODAY).code == code


@pytest.mark.parametrize(
    ("birth_date", "on", "adult"),
    [
        (dt.date(2002, 12, 31), dt.date(2022, 12, 31), True),  # 20 that day
        (dt.date(2003, 1, 1), dt.date(2022, 12, 31), False),
        (dt.date(2003, 1, 1), dt.date(2023, 1, 1), True),
        (dt.date(2005, 1, 1), dt.date(2023, 1, 1), True),  # 18 that day
        (dt.date(2005, 1, 2), dt.date(2023, 1, 1), False),
        (dt.date(2008, 2, 29), dt.date(2026, 2, 28), False),
        (dt.date(2008, 2, 29), dt.date(2026, 3, 1), True),
    ],
)
def test_of_age_at_20_until_2022_and_at_18_since(birth_date, on, adult):
    assert is_adult(birth_date, on=on) is adult
