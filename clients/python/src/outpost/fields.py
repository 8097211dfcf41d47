"""What may be asked, by name and type: bodies of requests and filters of lists."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Required, TypedDict

Moment = dt.datetime | str
Day = dt.date | str
Several = str | Sequence[str]


class GoodsLine(TypedDict):
    name: str
    quantity: int
    amount_minor: int


class PaymentFields(TypedDict, total=False):
    """The order to be paid. Amounts are minor units of `currency`; `rate` is TWD for one unit of it."""

    order_number: Required[str]
    currency: Required[str]
    product_minor: Required[int]
    shipping_minor: int
    discount_minor: int
    rate: Required[Decimal | str]
    rate_source: Required[str]
    rate_quoted_at: Required[Moment]
    return_url: Required[str]
    description: str
    goods: Sequence[GoodsLine]
    expires_at: Moment
    language: str
    purpose: str


class RefundFields(TypedDict, total=False):
    """`refund_number` is yours: the same number with the same contents is the same refund."""

    payment: Required[str]
    refund_number: Required[str]
    amount_minor: Required[int]
    currency: str
    reason: str
    expected_refundable_minor: int
    goods_shipped: bool


class PageFilters(TypedDict, total=False):
    cursor: str | None
    limit: int | None


class PaymentFilters(PageFilters, total=False):
    order_number: str | None
    status: Several | None
    created_from: Moment | None
    created_before: Moment | None
    paid_from: Moment | None
    paid_before: Moment | None
    amount_min_minor: int | None
    amount_max_minor: int | None


class RefundFilters(PageFilters, total=False):
    payment: str | None
    order_number: str | None
    refund_number: str | None
    status: Several | None
    created_from: Moment | None
    created_before: Moment | None
    amount_min_minor: int | None
    amount_max_minor: int | None


class DeliveryFilters(PageFilters, total=False):
    endpoint: str | None
    event: str | None
    subject: str | None
    status: Several | None
    created_from: Moment | None
    created_before: Moment | None


class EndpointFields(TypedDict, total=False):
    """No `event_types`: every kind of event."""

    url: Required[str]
    event_types: Sequence[str]
    description: str


class EndpointChanges(TypedDict, total=False):
    url: str
    event_types: Sequence[str]
    description: str


class KeyFields(TypedDict, total=False):
    """`public_key` is the base64 of 32 bytes; its private half stays with you. Without it a sandbox makes a bearer key."""

    scopes: Required[Sequence[str]]
    public_key: str
    allowed_addresses: Sequence[str]
    expires_at: Moment | None
    description: str
