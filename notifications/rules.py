"""The kinds of events there are, and rules about texts: an SMS has segments, and a one-time code is hidden in it."""

from __future__ import annotations

import re

# What an endpoint may ask for. A new kind of event is a line here; a test compares them with what is told.
EVENT_KINDS = (
    *("payment.succeeded", "payment.failed", "payment.cancelled", "payment.expired"),
    *("refund.requested", "refund.accepted", "refund.cancelled", "refund.deferred"),
    *("refund.credited", "refund.manual", "refund.overdue"),
)
# Sent to the one endpoint whose platform asked for it, whatever that endpoint wants otherwise.
TEST_KIND = "webhook.test"

# GSM 03.40: 160 septets or 70 UCS-2 units alone; a joined message loses some to its header. Chinese is always UCS-2.
_UCS2_ALONE, _UCS2_JOINED = 70, 67
_GSM_ALONE, _GSM_JOINED = 160, 153
# GSM 03.38: what one septet can say, and what takes two.
_GSM = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§"
    "¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_GSM_TWICE = frozenset("^{}\\[~]|€\f")
_CODE = re.compile(r"\d{4,}")


def segments(text: str) -> int:
    """How many segments an operator bills for: of Latin text 160 septets are one, of any other 70 UCS-2 units.

    One character beyond the GSM alphabet (a Chinese one, ’ or …) makes all of it UCS-2. An emoji counts as two units.
    """
    if set(text) <= _GSM | _GSM_TWICE:
        units = len(text) + sum(char in _GSM_TWICE for char in text)
        return _billed(units, _GSM_ALONE, _GSM_JOINED)
    return _billed(len(text.encode("utf-16-be")) // 2, _UCS2_ALONE, _UCS2_JOINED)


def _billed(units: int, alone: int, joined: int) -> int:
    return 1 if units <= alone else -(-units // joined)


def hide_codes(text: str) -> str:
    """The text with each run of four digits or more hidden: "Your code is 123456." → "Your code is ••••••."."""
    return _CODE.sub("••••••", text)
