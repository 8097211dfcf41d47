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
_CODE = re.compile(r"\d{4,}")


def segments(text: str) -> int:
    """How many segments an operator bills for: 70 UCS-2 units are one, 71 are two. An emoji counts as two units."""
    units = len(text.encode("utf-16-be")) // 2
    return 1 if units <= _UCS2_ALONE else -(-units // _UCS2_JOINED)


def hide_codes(text: str) -> str:
    """The text with each run of four digits or more hidden: "Your code is 123456." → "Your code is ••••••."."""
    return _CODE.sub("••••••", text)
