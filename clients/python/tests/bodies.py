"""Answers of the portal as the contract has them, each with parts replaced at will."""


def payment(**other):
    return {
        "object": "payment",
        "id": "PAY-7K2",
        "order_number": "TB1",
        "status": "succeeded",
        "money_moved": "yes",
        "amounts": {
            "currency": "CNY",
            "product_minor": 19_900,
            "shipping_minor": 2_500,
            "discount_minor": 1_250,
            "rate": "4.4966",
            "rate_source": "Demo Rates",
            "rate_quoted_at": "2026-11-23T01:00:00.000Z",
            "settlement_currency": "TWD",
            "order_amount_minor": 951,
            "charge_minor": 10,
            "final_amount_minor": 961,
        },
        "page_url": None,
        "next": {"what": "nothing", "at": None, "holder": "nobody", "text": "Nothing is left to do."},
        "created_at": "2026-11-23T05:12:07.120Z",
        "expires_at": "2026-11-23T17:12:07.120Z",
        "paid_at": "2026-11-23T05:14:00.000Z",
        "shipped_at": None,
        "refundable_minor": 951,
        "failure_code": None,
    } | other


def refund(**other):
    return {
        "object": "refund",
        "id": "RF-3M9",
        "refund_number": "R-1",
        "payment": "PAY-7K2",
        "order_number": "TB1",
        "status": "accepted",
        "money_moved": "no",
        "currency": "TWD",
        "amount_minor": 500,
        "charge_minor": 5,
        "total_minor": 505,
        "reason": "",
        "requested_at": "2026-11-23T05:12:07.120Z",
        "accepted_date": "2026-11-23",
        "expected_credit_date": "2026-12-02",
        "latest_credit_date": "2026-12-07",
        "credit_date": "2026-12-02",
        "calendar_version": 3,
        "overdue": False,
        "credited_at": None,
        "deferrals": [],
    } | other


def event(number=1, **other):
    return {
        "sequence": number,
        "id": f"evt_{number:032x}",
        "type": "payment.succeeded",
        "created_at": "2026-11-23T05:14:00.000Z",
        "data": payment(),
    } | other


def endpoint(**other):
    return {
        "object": "webhook_endpoint",
        "id": "we_1",
        "url": "https://shop.example/notices",
        "description": "",
        "event_types": [],
        "enabled": True,
        "disabled_at": None,
        "disabled_reason": None,
        "public_keys": ["whpk_AAAA"],
        "previous_until": None,
        "backlog": 0,
        "last_delivered_at": None,
        "created_at": "2026-11-23T05:14:00.000Z",
    } | other


def delivery(**other):
    return {
        "object": "delivery",
        "id": "dl_1",
        "event": "evt_1",
        "event_type": "payment.succeeded",
        "subject": "PAY-7K2",
        "endpoint": "we_1",
        "status": "pending",
        "attempts_made": 1,
        "next_try_at": "2026-11-23T05:15:00.000Z",
        "acknowledged_at": None,
        "created_at": "2026-11-23T05:14:00.000Z",
        "attempts": [
            {
                "number": 1,
                "at": "2026-11-23T05:14:01.000Z",
                "outcome": "refused",
                "http_status": 500,
                "answer": "out of order",
                "duration_ms": 12,
            }
        ],
    } | other


def working_days():
    day = {"date": "2026-11-23", "working": True, "reason": "weekday", "name": "", "name_en": "", "estimated": False}
    return {
        "object": "working_days",
        "from": "2026-11-23",
        "to": "2026-11-23",
        "calendar_version": 3,
        "estimated": False,
        "days": [day],
    }


def explanation():
    day = {"date": "2026-11-24", "counted": True, "reason": "weekday", "name": "", "name_en": "", "estimated": False}
    return {
        "object": "calendar_explanation",
        "calendar_version": 3,
        "start": "2026-11-23",
        "end": "2026-11-24",
        "estimated": False,
        "days": [day],
    }


def settlement_day():
    return {
        "object": "settlement_day",
        "date": "2026-11-23",
        "time_zone": "Asia/Taipei",
        "currency": "TWD",
        "payments": {"count": 1, "order_amount_minor": 951, "charge_minor": 10, "final_amount_minor": 961},
        "refunds": {"count": 1, "amount_minor": 500, "charge_minor": 5, "total_minor": 505},
        "net_minor": 456,
        "final": True,
        "starts_at": "2026-11-22T16:00:00.000Z",
        "ends_at": "2026-11-23T16:00:00.000Z",
    }


def settlement_line():
    return {
        "object": "settlement_line",
        "kind": "refund",
        "id": "RF-3M9",
        "order_number": "TB1",
        "refund_number": "R-1",
        "at": "2026-11-23T05:14:00.000Z",
        "amounts": {
            "currency": "TWD",
            "amount_minor": 500,
            "charge_minor": 5,
            "total_minor": 505,
            "net_minor": -505,
        },
    }


def key(**other):
    return {
        "object": "key",
        "id": "key_2",
        "kind": "ed25519",
        "public_key": "AAAA",
        "scopes": ["payments:read"],
        "allowed_addresses": [],
        "description": "",
        "usable": True,
        "created_at": "2026-11-23T05:14:00.000Z",
        "created_by": "platform:taobao",
        "expires_at": None,
        "revoked_at": None,
    } | other


def listed(*data, cursor=None):
    return {"object": "list", "data": list(data), "has_more": cursor is not None, "next_cursor": cursor}


def fed(*events, next_after, has_more=False):
    return {"data": list(events), "next_after": next_after, "has_more": has_more}


def problem(status, code, **other):
    return {
        "type": f"https://portal.example/api/errors/{code}/",
        "title": "A title",
        "status": status,
        "detail": "What happened.",
        "code": code,
        "money_moved": "no",
        "retryable": False,
        "retry_after": None,
        "request_id": "request-of-the-portal",
    } | other


ORDER = {
    "order_number": "TB1",
    "currency": "CNY",
    "product_minor": 19_900,
    "rate": "4.4966",
    "rate_source": "Demo Rates",
    "rate_quoted_at": "2026-11-23T01:00:00.000Z",
    "return_url": "https://shop.example/",
}
