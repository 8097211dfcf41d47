"""Identifiers and references: time-ordered ids, references a person can read out, and masking."""

from __future__ import annotations

import secrets
import threading
import time
from uuid import UUID

# Crockford's alphabet: no I, L, O, U, so nothing is misread on the phone.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_CHECK_MODULUS = 31  # a prime: finds each single misread character (but 0 for Z) and each swap of neighbours
# Characters behind the prefix, the check character included.
_LENGTHS = {"PAY": 14, "RF": 14, "CS": 9}
_last_id = 0
_lock = threading.Lock()


def new_id() -> UUID:
    """A UUIDv7 (RFC 9562), strictly rising within a process, so that index pages fill in order.

    The 12 bits behind the millisecond continue it (fractions of a millisecond), the last 62 are random.
    """
    global _last_id  # noqa: PLW0603 - one sequence a process
    with _lock:
        stamp = time.time_ns() * 4096 // 1_000_000  # milliseconds with 12 binary digits behind the point
        _last_id = stamp = max(stamp, _last_id + 1)
    milliseconds, fraction = divmod(stamp, 4096)
    value = milliseconds << 80 | 0x7 << 76 | fraction << 64 | 0b10 << 62 | secrets.randbits(62)
    return UUID(int=value)


def payment_reference() -> str:
    return _reference("PAY")


def refund_reference() -> str:
    return _reference("RF")


def case_reference() -> str:
    """Short enough for the telephone: eight random characters and a check, CS-7K2M9QXD4."""
    body = "".join(secrets.choice(ALPHABET) for _ in range(8))
    return f"CS-{body}{_check_character(body)}"


def reference_is_well_formed(reference: str) -> bool:
    """Does the check character fit? Tells a misread reference from one that doesn't exist."""
    prefix, _, body = reference.partition("-")
    if _LENGTHS.get(prefix) != len(body) or any(char not in ALPHABET for char in body):
        return False
    return _check_character(body[:-1]) == body[-1]


def _reference(prefix: str) -> str:
    """Eight characters of time in seconds/8-ths, five random, one check: PAY-05ZK3T9MQ2W7XC."""
    eighths = time.time_ns() // 125_000_000
    number = eighths << 25 | secrets.randbits(25)
    body = "".join(ALPHABET[number >> shift & 31] for shift in range(60, -1, -5))
    return f"{prefix}-{body}{_check_character(body)}"


def _check_character(body: str) -> str:
    weighted = sum(ALPHABET.index(char) * (position + 1) for position, char in enumerate(body))
    return ALPHABET[weighted % _CHECK_MODULUS]


def mask_account(number: str) -> str:
    """00123456785566 → ••••5566."""
    return "••••" + number[-4:]


def mask_national_id(national_id: str) -> str:
    """A123456789 → A•••••789."""
    return f"{national_id[:1]}•••••{national_id[-3:]}"


def mask_phone(phone: str) -> str:
    """+886912345678 → 09••-•••-678, as people here write it; of a number abroad +81901234567 → +8190•••••567."""
    if phone.startswith("+886"):
        return f"0{phone[4]}••-•••-{phone[-3:]}"
    return f"{phone[:5]}•••••{phone[-3:]}"
