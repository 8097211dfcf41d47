"""Codes that an authenticator app and we compute from one secret (RFC 4226, RFC 6238), and codes for the day it is lost."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import hmac
import secrets
import struct
from typing import Final
from urllib.parse import quote, urlencode

STEP_SECONDS: Final = 30
DIGITS: Final = 6
# A phone's clock may be off by a step to either side.
STEPS_BESIDE: Final = 1
RECOVERY_CODES: Final = 10
# Without letters and digits that are mistaken for each other. 10 of 31 signs are 49 bits.
_SIGNS: Final = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
_SIGNS_OF_A_CODE: Final = 10


def new_secret() -> str:
    """160 bits in base32, as authenticator apps take them."""
    return base64.b32encode(secrets.token_bytes(20)).decode()


def step_of(moment: dt.datetime) -> int:
    """Which half minute since 1970. Give it the real time: phones know of no test clock."""
    return int(moment.timestamp()) // STEP_SECONDS


def code_at(secret: str, step: int) -> str:
    """The six digits of a step: RFC 6238's secret at 59 seconds, step 1, is 287082."""
    digest = hmac.new(base64.b32decode(secret), struct.pack(">Q", step), hashlib.sha1).digest()
    start = digest[-1] & 0x0F
    value = struct.unpack(">I", digest[start : start + 4])[0] & 0x7FFFFFFF
    return f"{value % 10**DIGITS:0{DIGITS}d}"


def matching_step(secret: str, code: str, *, real_now: dt.datetime, after: int) -> int | None:
    """The step that this code belongs to, if it is now's or a neighbour's and later than the last one used."""
    typed = code.replace(" ", "").encode()
    now = step_of(real_now)
    matches = [
        step
        for step in range(now - STEPS_BESIDE, now + STEPS_BESIDE + 1)
        if hmac.compare_digest(code_at(secret, step).encode(), typed) and step > after
    ]
    return matches[0] if matches else None


def app_address(*, secret: str, name: str, issuer: str) -> str:
    """What the square picture says to an authenticator app."""
    label = quote(f"{issuer}:{name}")
    return f"otpauth://totp/{label}?{urlencode({'secret': secret, 'issuer': issuer}, quote_via=quote)}"


def new_recovery_code(slot: int) -> str:
    """Slot 3 → "D-7KQ2M-XW9TB": the letter says which one it is, so that one hash is compared and not ten."""
    signs = "".join(secrets.choice(_SIGNS) for _ in range(_SIGNS_OF_A_CODE))
    return f"{_SIGNS[slot]}-{signs[:5]}-{signs[5:]}"


def recovery_slot(code: str) -> tuple[int, str] | None:
    """A typed code as its slot and its plain signs: "d 7kq2m xw9tb" → (3, "D7KQ2MXW9TB"). None if it can't be one."""
    plain = "".join(sign for sign in code.upper() if sign not in " -")
    slot = _SIGNS.find(plain[:1]) if len(plain) == 1 + _SIGNS_OF_A_CODE else -1
    return (slot, plain) if 0 <= slot < RECOVERY_CODES else None
