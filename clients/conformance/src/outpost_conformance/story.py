"""The events that a run tells: payments and refunds that never were, in the bytes that Outpost would send."""

from __future__ import annotations

import datetime as dt
import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

_AMOUNTS = {
    "currency": "USD",
    "product_minor": 2_990,
    "shipping_minor": 0,
    "discount_minor": 0,
    "rate": "31.8",
    "rate_source": "shop",
    "rate_quoted_at": "2026-11-23T01:00:00.000Z",
    "settlement_currency": "TWD",
    "order_amount_minor": 951,
    "charge_minor": 10,
    "final_amount_minor": 961,
}
# Crockford's digits: no I, L, O, U, which people misread.
_DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


@dataclass(frozen=True)
class Notice:
    """One event: its facts, and the bytes that were fixed when it happened."""

    id: str
    type: str
    created_at: str
    data: dict[str, Any]
    body: bytes

    @property
    def subject(self) -> str:
        """The payment or refund it tells of; a test notice tells of none."""
        return str(self.data.get("id", ""))

    def as_fed(self, sequence: int) -> dict[str, Any]:
        """The same event as the feed shows it."""
        return {
            "sequence": sequence,
            "id": self.id,
            "type": self.type,
            "created_at": self.created_at,
            "data": self.data,
        }


class Story:
    """Makes payments and refunds up. Every reference is new, so that a run never meets an earlier one's."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock

    def payment(self, status: str, *, ago: float = 1.0, **more: Any) -> Notice:
        """payment.succeeded, payment.expired …, of a payment of its own."""
        created = self._stamp(ago)
        paid = status == "succeeded"
        data = {
            "object": "payment",
            "id": f"PAY-{_reference()}",
            "order_number": f"KIT-{_reference()}",
            "status": status,
            "money_moved": "yes" if paid else "no",
            "amounts": _AMOUNTS,
            "created_at": self._stamp(ago + 90),
            "expires_at": self._stamp(ago - 43_200),
            "paid_at": created if paid else None,
            "shipped_at": None,
            "refundable_minor": 951 if paid else 0,
            "failure_code": None,
            **more,
        }
        return notice(f"payment.{status}", data, created)

    def refund(self, told: str, *, status: str = "", of: Notice | None = None, ago: float = 1.0, **more: Any) -> Notice:
        """refund.requested, refund.credited …; `of` an earlier notice: the same refund, later in its life."""
        data = of.data if of else self._new_refund(ago)
        status = status or told
        changed = {
            "status": status,
            "money_moved": "yes" if status == "credited" else "no",
            "credited_at": self._stamp(ago) if status == "credited" else None,
        }
        return notice(f"refund.{told}", {**data, **changed, **more}, self._stamp(ago))

    def test_notice(self) -> Notice:
        data = {"object": "webhook_test", "endpoint": f"we_{secrets.token_hex(16)}", "asked_by": "platform:kit"}
        return notice("webhook.test", data, self._stamp(0.5))

    def of_unknown_type(self) -> Notice:
        """A kind of event, about a kind of thing, that does not exist yet."""
        data = {"object": "dispute", "id": f"DSP-{_reference()}", "status": "opened"}
        return notice("dispute.opened", data, self._stamp(1.0))

    def _new_refund(self, ago: float) -> dict[str, Any]:
        return {
            "object": "refund",
            "id": f"RF-{_reference()}",
            "refund_number": f"KIT-R-{_reference()}",
            "payment": f"PAY-{_reference()}",
            "order_number": f"KIT-{_reference()}",
            "status": "requested",
            "money_moved": "no",
            "currency": "TWD",
            "amount_minor": 500,
            "charge_minor": 5,
            "total_minor": 505,
            "reason": "",
            "requested_at": self._stamp(ago + 60),
            "accepted_date": "2026-11-23",
            "expected_credit_date": "2026-12-02",
            "latest_credit_date": "2026-12-07",
            "credit_date": "2026-12-02",
            "calendar_version": 1,
            "overdue": False,
            "credited_at": None,
            "deferrals": [],
        }

    def _stamp(self, ago: float) -> str:
        at = dt.datetime.fromtimestamp(self._clock() - ago, dt.UTC)
        return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def notice(kind: str, data: dict[str, Any], created_at: str) -> Notice:
    """Compact JSON in UTF-8, as Outpost writes it."""
    event_id = f"evt_{secrets.token_hex(16)}"
    body = {"id": event_id, "type": kind, "created_at": created_at, "data": data}
    return Notice(
        event_id, kind, created_at, data, json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
    )


def _reference() -> str:
    """Thirteen digits and a check character, as Outpost's references have them."""
    digits = [secrets.randbelow(len(_DIGITS)) for _ in range(13)]
    check = sum(digit * place for place, digit in enumerate(digits, start=1)) % 31
    return "".join(_DIGITS[digit] for digit in (*digits, check))
