"""The values of the debits that pgbench makes, in a table: it can't hash, sign or make an id that follows time."""

from __future__ import annotations

import os
from typing import Any

import psycopg
from psycopg import sql

IDS = (
    "attempt", "request", "card_use", "limit_day", "limit_month", "debiting", "paid", "journal", "entry_1", "entry_2",
    "entry_3", "event",
)  # fmt: skip
_COLUMNS = {
    "client": "int", "n": "int", "payment": "uuid", "account": "uuid", "customer": "uuid", "card": "uuid",
    "account_hash": "text", "last4": "text", "check_code": "text", "counter": "bigint", "tac": "text",
    "order_digest": "text", "day": "date", "month": "date", "body": "text", **dict.fromkeys(IDS, "uuid"),
}  # fmt: skip
# (payment, account, customer, what the page would have been sent)
Waiting = tuple[str, str, str, dict[str, str]]


def remake(waiting: list[list[Waiting]]) -> None:
    """The table anew, a row a debit, found by connection and number."""
    rows = [_row(client, n, one) for client, own in enumerate(waiting) for n, one in enumerate(own, start=1)]
    columns = ", ".join(f"{name} {kind}" for name, kind in _COLUMNS.items())
    with psycopg.connect(os.environ["DATABASE_OWNER_URL"], autocommit=True) as owner:
        owner.execute("DROP TABLE IF EXISTS bench_debit")
        owner.execute(f"CREATE TABLE bench_debit ({columns}, PRIMARY KEY (client, n))".encode())
        owner.execute("GRANT SELECT ON bench_debit TO PUBLIC")
        names = sql.SQL(", ").join(map(sql.Identifier, _COLUMNS))
        with owner.cursor() as cursor, cursor.copy(sql.SQL("COPY bench_debit ({}) FROM STDIN").format(names)) as copy:
            for row in rows:
                copy.write_row([row[name] for name in _COLUMNS])
        owner.execute("ANALYZE bench_debit")


def _row(client: int, n: int, one: Waiting) -> dict[str, Any]:
    from common.clock import now, today_in_taipei
    from common.references import new_id
    from common.sealing import keyed_hash

    payment, account, customer, body = one
    day = today_in_taipei(now())
    return {
        "client": client,
        "n": n,
        "payment": payment,
        "account": account,
        "customer": customer,
        "card": _card(customer, body["card_serial"]),
        "account_hash": keyed_hash(body["account"], purpose="account"),
        "last4": body["account"][-4:],
        "check_code": body["check_code"],
        "counter": int(body["counter"]),
        "tac": body["tac"],
        "order_digest": body["order_digest"],
        "day": day,
        "month": day.replace(day=1),
        "body": _event_body(payment),
        **{name: new_id() for name in IDS},
    }


def _card(customer: str, serial: str) -> str:
    """The card's row, which our side makes at its first use and pgbench finds."""
    from cards.models import Card
    from common.clock import now
    from common.sealing import keyed_hash

    card, _ = Card.objects.get_or_create(
        serial_hash=keyed_hash(serial, purpose="card"), defaults={"customer_id": customer, "created_at": now()}
    )
    return str(card.id)


def _event_body(payment_id: str) -> str:
    """As long as the event of ours."""
    import json

    from payments.events import payment_body
    from payments.models import Payment

    body = payment_body(Payment.objects.select_related("platform").get(pk=payment_id))
    return json.dumps({"id": "evt_" + "0" * 32, "type": "payment.succeeded", "created_at": "", "data": body})
