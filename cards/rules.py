"""By which hashes a customer is found again, when a caller says a number that is kept sealed."""

from __future__ import annotations

from common.sealing import keyed_hash

TAIL, SHORT_TAIL = 4, 3


def phone_hashes(phone: str) -> dict[str, str]:
    """The columns that find a customer by a phone in E.164: whole, by four digits, and by the three that masking shows.

    Each is empty without a phone: nobody is found by that.
    """
    return {
        "phone_hash": keyed_hash(phone, purpose="phone") if phone else "",
        "phone_tail_hash": tail_hash(phone[-TAIL:]) if phone else "",
        "phone_short_tail_hash": tail_hash(phone[-SHORT_TAIL:]) if phone else "",
    }


def tail_hash(digits: str) -> str:
    """Of the last three or four digits; each length has a key of its own."""
    return keyed_hash(digits, purpose=f"phone_tail_{len(digits)}")
