"""The transaction authentication code: the text it covers, the digest of the order, the keys of sandbox cards."""

import hashlib
from collections.abc import Mapping

# The order as shown to the payer, in the order in which the digest covers it.
ORDER_FIELDS = (
    "payment",
    "order_number",
    "platform",
    "product_minor",
    "shipping_minor",
    "discount_minor",
    "currency",
    "rate",
    "order_amount_minor",
    "charge_minor",
    "final_amount_minor",
)

TAC_BYTES = 8
FIRST_PRINTABLE = " "
COUNTER_DIGITS = 8


def order_digest(order: Mapping[str, str]) -> str:
    """SHA-256 (64 lower-case hex) over one `name=value` line for each of ORDER_FIELDS, joined by a line feed.

    Raises ValueError when a field is missing or foreign, or when a value has a control character in it: with a line
    feed in a value two different orders could have one digest.
    """
    if set(order) != set(ORDER_FIELDS):
        raise ValueError(f"the order has other fields than the digest: {sorted(set(order) ^ set(ORDER_FIELDS))}")
    for name in ORDER_FIELDS:
        if any(character < FIRST_PRINTABLE for character in order[name]):
            raise ValueError(f"control character in {name}")
    lines = "\n".join(f"{name}={order[name]}" for name in ORDER_FIELDS)
    return hashlib.sha256(lines.encode()).hexdigest()


def tac_text(
    *,
    amount_minor: int,
    currency: str,
    account: str,
    terminal: str,
    check_code: str,
    signed_at: str,
    order_digest: str,
) -> str:
    """The ASCII text a card signs; `signed_at` is YYYYMMDDhhmmss in Asia/Taipei.

    Raises ValueError when a part is not ASCII or has the separator in it.
    """
    parts = (str(amount_minor), currency, account, terminal, check_code, signed_at, order_digest)
    if not all(part.isascii() and part.isprintable() and "|" not in part for part in parts):
        raise ValueError("a part of the text is not printable ASCII, or has | in it")
    return "|".join(parts)


def derive_key(master: bytes, card_serial: str) -> bytes:
    """The 16-byte key of one sandbox card: AES-CMAC(master, card_serial)."""
    return _aes_cmac(master, card_serial.encode("ascii"))


def compute_tac(*, key: bytes, counter: str, text: str) -> str:
    """The first eight bytes of AES-CMAC(key, counter ‖ text) as 16 lower-case hex; `counter` is 8 decimal digits."""
    if len(counter) != COUNTER_DIGITS or not (counter.isascii() and counter.isdigit()):
        raise ValueError("the counter is not eight digits")
    return _aes_cmac(key, (counter + text).encode("ascii"))[:TAC_BYTES].hex()


def _aes_cmac(key: bytes, message: bytes) -> bytes:
    # Only cards compute this. The component on a customer's computer has no card in it and no `cryptography` beside it.
    from cryptography.hazmat.primitives.ciphers.algorithms import AES
    from cryptography.hazmat.primitives.cmac import CMAC

    mac = CMAC(AES(key))
    mac.update(message)
    return mac.finalize()
