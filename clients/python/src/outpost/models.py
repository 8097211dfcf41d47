"""What the API answers, typed: each object frozen, `raw` beside it as it came. Money is whole minor units."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from outpost.reading import read


@dataclass(frozen=True, kw_only=True)
class Answered:
    """What all objects have. A member of the answer that this version doesn't name is in `raw`."""

    object: str = ""
    raw: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)


@dataclass(frozen=True, kw_only=True)
class Next:
    """What happens next, when, and in whose hands it is: payer, platform, bank, portal, customer_service or nobody."""

    what: str
    holder: str
    at: dt.datetime | None = None
    text: str = ""


@dataclass(frozen=True, kw_only=True)
class Amounts:
    """Product, shipping and discount in `currency`; what the payer pays in `settlement_currency`."""

    currency: str
    product_minor: int
    shipping_minor: int
    discount_minor: int
    rate: Decimal
    rate_source: str
    rate_quoted_at: dt.datetime
    settlement_currency: str
    order_amount_minor: int
    charge_minor: int
    final_amount_minor: int


@dataclass(frozen=True, kw_only=True)
class Payment(Answered):
    """`status`: created, pending, succeeded, failed, cancelled, expired. `page_url` is there when it was just made."""

    id: str
    order_number: str
    status: str
    money_moved: str
    amounts: Amounts
    created_at: dt.datetime
    expires_at: dt.datetime
    refundable_minor: int
    paid_at: dt.datetime | None = None
    shipped_at: dt.datetime | None = None
    failure_code: str | None = None
    page_url: str | None = None
    next: Next | None = None
    refunds: tuple[Refund, ...] = ()
    events: tuple[Event, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Deferral:
    """A promise that was moved, and why."""

    reason: str
    old_date: dt.date | None = None
    new_date: dt.date | None = None
    old_latest_date: dt.date | None = None
    new_latest_date: dt.date | None = None
    at: dt.datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Refund(Answered):
    """`payment` is its id, and the payment itself where it was expanded. Amounts are whole TWD."""

    id: str
    refund_number: str
    payment: str | Payment
    order_number: str
    status: str
    money_moved: str
    currency: str
    amount_minor: int
    charge_minor: int
    total_minor: int
    reason: str
    requested_at: dt.datetime
    accepted_date: dt.date | None = None
    expected_credit_date: dt.date | None = None
    latest_credit_date: dt.date | None = None
    credit_date: dt.date | None = None
    calendar_version: int | None = None
    overdue: bool = False
    credited_at: dt.datetime | None = None
    deferrals: tuple[Deferral, ...] = ()
    next: Next | None = None
    events: tuple[Event, ...] = ()

    @property
    def payment_id(self) -> str:
        return self.payment if isinstance(self.payment, str) else self.payment.id


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """One sending of a notice. `outcome`: delivered, refused, unknown."""

    number: int
    at: dt.datetime
    outcome: str
    http_status: int | None = None
    answer: str = ""
    duration_ms: int | None = None


@dataclass(frozen=True, kw_only=True)
class Delivery(Answered):
    """A notice on its way to one endpoint. `status`: pending, delivered, given_up."""

    id: str
    event: str
    event_type: str
    endpoint: str
    status: str
    attempts_made: int
    created_at: dt.datetime
    subject: str | None = None
    next_try_at: dt.datetime | None = None
    acknowledged_at: dt.datetime | None = None
    attempts: tuple[Attempt, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Event(Answered):
    """Something that happened. `sequence` is the feed's number; a webhook's body doesn't have it."""

    id: str
    type: str
    created_at: dt.datetime
    data: dict[str, Any]
    sequence: int | None = None
    deliveries: tuple[Delivery, ...] = ()

    @property
    def payment(self) -> Payment | None:
        """The payment as it was then; None where it is about something else."""
        return read(Payment, self.data) if self.data.get("object") == "payment" else None

    @property
    def refund(self) -> Refund | None:
        """The refund as it was then; None where it is about something else."""
        return read(Refund, self.data) if self.data.get("object") == "refund" else None


@dataclass(frozen=True, kw_only=True)
class WebhookEndpoint(Answered):
    """Where notices go. `secret` is there once, when it was made; `public_keys` go to `webhooks.verify`."""

    id: str
    url: str
    enabled: bool
    description: str = ""
    event_types: tuple[str, ...] = ()
    public_keys: tuple[str, ...] = ()
    disabled_at: dt.datetime | None = None
    disabled_reason: str | None = None
    previous_until: dt.datetime | None = None
    backlog: int | None = None
    failing_since: dt.datetime | None = None
    last_delivered_at: dt.datetime | None = None
    created_at: dt.datetime | None = None
    secret: str | None = field(default=None, repr=False)


@dataclass(frozen=True, kw_only=True)
class Recovery(Answered):
    """How many notices since `since` were made due again. With `has_more` ask again with the same time."""

    count: int
    since: dt.datetime | None = None
    has_more: bool = False


@dataclass(frozen=True, kw_only=True)
class PlatformWebhook:
    """An endpoint as the profile has it: enough to check what it is sent."""

    url: str
    public_keys: tuple[str, ...] = ()
    enabled: bool = True
    event_types: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Platform(Answered):
    """You, as the portal knows you."""

    code: str
    name: str
    contact_phone: str = ""
    requests_per_minute: int | None = None
    return_url_prefixes: tuple[str, ...] = ()
    webhooks: tuple[PlatformWebhook, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Key(Answered):
    """A key of yours. `secret` is there once, where the portal made it."""

    id: str
    kind: str
    scopes: tuple[str, ...]
    created_at: dt.datetime
    public_key: str | None = None
    allowed_addresses: tuple[str, ...] = ()
    description: str = ""
    usable: bool | None = None
    created_by: str = ""
    expires_at: dt.datetime | None = None
    revoked_at: dt.datetime | None = None
    secret: str | None = field(default=None, repr=False)
