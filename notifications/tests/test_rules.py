"""Kinds of events; texts: how many segments, and one-time codes hidden."""

import re
from pathlib import Path

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
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("[" * 80, 1),
        ("[" * 81, 2),
        ("a" * 69 + "’", 1),
        ("a" * 70 + "’", 2),
        ("😀" * 35, 1),
        ("😀" * 36, 2),
    ],
)
def test_seventy_units_or_a_hundred_and_sixty_septets_are_one_segment(text, segments):
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


def test_an_endpoint_may_ask_for_every_kind_of_event_that_is_told():
    """`tell_platform("refund.credited", …)`, `_tell(payment, "payment.expired", …)`: as the sources say it."""
    root = Path(rules.__file__).resolve().parent.parent
    told = set()
    for app in ("payments", "refunds"):
        for path in (root / app / "operations").glob("*.py"):
            told |= set(re.findall(r'\b_?tell\w*\([^)]*?"((?:payment|refund)\.[a-z_]+)"', path.read_text()))

    assert told == set(rules.EVENT_KINDS)
