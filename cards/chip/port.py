"""What we ask the card authority and what it can tell us, and the digest of the order that a TAC signs."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from common.money import Money

# The lines of the order as shown to the payer, in the order in which they are digested (docs/wires.md).
DIGEST_FIELDS = (
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


def order_digest(order: Mapping[str, str]) -> str:
    """64 hex characters over "name=value" lines in DIGEST_FIELDS' order. Raises KeyError for a missing line."""
    text = "\n".join(f"{name}={order[name]}" for name in DIGEST_FIELDS)
    return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True)
class Presentation:
    """What the card signed, as the component handed it to the page, and the amounts as we have them."""

    request_id: UUID
    account_number: str
    issuer: str
    card_serial: str
    amount: Money
    terminal: str
    check_code: str
    signed_at: str
    order_digest: str
    counter: str
    tac: str


@dataclass(frozen=True)
class Valid:
    """The card signed exactly this. `customer_number` is the bank's number of its holder."""

    customer_number: str


@dataclass(frozen=True)
class Invalid:
    """Forged, changed or repeated. Reasons: tac_mismatch, counter_repeated, unknown_card, account_not_on_card."""

    reason: str


@dataclass(frozen=True)
class Unavailable:
    """No answer: nothing moved, the card holder tries again."""

    why: str


class ChipAuthority(Protocol):
    def verify(self, presentation: Presentation) -> Valid | Invalid | Unavailable: ...
