"""Examples in the API's document, and what leads from one operation to the next. tests/test_api_examples.py runs them."""

from __future__ import annotations

from typing import Any

# operationId → the body of a request as it can be sent. {…} stands for the id of something that the test makes first.
REQUESTS: dict[str, dict[str, Any]] = {
    "create_payment": {
        "order_number": "TB-20261125-0017",
        "description": "Clay teapot and two cups",
        "goods": [
            {"name": "Clay teapot", "quantity": 1, "amount_minor": 15800},
            {"name": "Cup", "quantity": 2, "amount_minor": 4000},
        ],
        "currency": "CNY",
        "product_minor": 19800,
        "shipping_minor": 2250,
        "discount_minor": 975,
        "rate": "4.5125",
        "rate_source": "Bank of the platform",
        "rate_quoted_at": "2026-11-25T01:30:00.000Z",
        "return_url": "https://shop.example/orders/TB-20261125-0017",
        "language": "zh-hant",
    },
    "create_refund": {
        "payment": "{payment}",
        "refund_number": "R-20261126-0003",
        "amount_minor": 300,
        "reason": "One cup was broken",
        "expected_refundable_minor": 951,
    },
    "create_key": {
        "scopes": ["payments:read", "settlement:read"],
        "allowed_addresses": ["203.0.113.0/24"],
        "description": "Nightly reconciliation",
    },
    "roll_key": {"overlap_seconds": 3600},
    "create_webhook_endpoint": {
        "url": "https://shop.example/outpost",
        "event_types": ["payment.succeeded", "refund.credited"],
        "description": "Orders",
    },
    "change_webhook_endpoint": {"event_types": []},
    "rotate_webhook_endpoint": {"overlap_seconds": 86400},
    "recover_webhook_endpoint": {"since": "2026-11-24T00:00:00Z"},
}

# operationId → what its answer's id opens: (operationId, name of the parameter).
LINKS: dict[str, list[tuple[str, str]]] = {
    "create_payment": [
        ("read_payment", "reference"),
        ("cancel_payment", "reference"),
        ("mark_payment_shipped", "reference"),
    ],
    "create_refund": [
        ("read_refund", "reference"),
        ("confirm_refund", "reference"),
        ("cancel_refund", "reference"),
    ],
    "create_key": [("read_key", "key_id"), ("roll_key", "key_id"), ("revoke_key", "key_id")],
    "create_webhook_endpoint": [
        ("read_webhook_endpoint", "endpoint_id"),
        ("change_webhook_endpoint", "endpoint_id"),
        ("disable_webhook_endpoint", "endpoint_id"),
        ("enable_webhook_endpoint", "endpoint_id"),
        ("rotate_webhook_endpoint", "endpoint_id"),
        ("test_webhook_endpoint", "endpoint_id"),
        ("recover_webhook_endpoint", "endpoint_id"),
    ],
    "test_webhook_endpoint": [
        ("read_webhook_delivery", "delivery_id"),
        ("resend_webhook_delivery", "delivery_id"),
    ],
}
