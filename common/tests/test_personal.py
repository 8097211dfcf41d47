"""Free text that holds what must not be kept, and free text that only looks like it."""

import pytest

from common.personal import Personal, found_in


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("The caller's ID is A123456789.", Personal.NATIONAL_ID),
        ("a 1 23456789", Personal.NATIONAL_ID),
        ("身分證字號Ａ１２３４５６７８９", Personal.NATIONAL_ID),
        ("resident certificate AB12345678", Personal.NATIONAL_ID),
        ("account 00012345678901", Personal.ACCOUNT),
        ("account 0001234-567 8901", Personal.ACCOUNT),
        ("card 4111 1111 1111 1111", Personal.ACCOUNT),
        ("帳號００４１２３４５６７８９０１", Personal.ACCOUNT),
        ("call 0912345678", Personal.PHONE),
        ("call 0912-345-678", Personal.PHONE),
        ("call +886 912 345 678", Personal.PHONE),
        ("Password: 246813", Personal.SECRET),
        ("密碼是 123456", Personal.SECRET),
        ("the SMS code was 998877", Personal.SECRET),
    ],
)
def test_what_must_not_be_kept_is_found(text, kind):
    assert found_in(text) == kind


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Paid NT$1,961 on 2026-06-08 10:00, account ending 8901.",
        "2026-06-08 2026-06-09 2026-06-10 were typhoon days",
        "115/06/08 10:00:00, 115/06/09 11:00:00",
        "Order HM10000001 of Harbour Mall, payment PAY-05ZK3T9MQ2W7XC",
        "The customer wrote the password down wrong three times.",
        "(02)7705-4306 was engaged",
        "Case CS-7K2M9QXD4 says the same",
        "refund RF-05ZK3T9MQ2W7XC of 1,234,567",
    ],
)
def test_what_only_looks_like_it_may_be_kept(text):
    assert found_in(text) is None


def test_an_order_number_that_is_known_may_be_named_though_it_looks_like_an_account():
    text = "Order 123456789012345678 arrived"

    assert found_in(text) == Personal.ACCOUNT
    assert found_in(text, known=["123456789012345678"]) is None
