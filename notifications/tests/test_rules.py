"""Texts: how many segments, and one-time codes hidden."""

import pytest

from notifications import rules


@pytest.mark.parametrize(
    ("text", "segments"),
    [
        ("", 1),
        ("付" * 70, 1),
        ("付" * 71, 2),
        ("付" * 134, 2),
        ("付" * 135, 3),
        ("a" * 70, 1),
        ("😀" * 35, 1),
        ("😀" * 36, 2),
    ],
)
def test_seventy_units_are_one_segment(text, segments):
    assert rules.segments(text) == segments


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("您的驗證碼為 123456，5 分鐘內有效", "您的驗證碼為 ••••••，5 分鐘內有效"),
        ("code 1234", "code ••••••"),
        ("no code in 5 minutes", "no code in 5 minutes"),
    ],
)
def test_a_code_is_hidden_and_the_minutes_are_not(text, shown):
    assert rules.hide_codes(text) == shown
