"""How fast does each list, search and report of the console answer on tables of their later size? Each beside its limit.

    DJANGO_SETTINGS_MODULE=portal.settings_test DATABASE_URL=… .venv/bin/python -m bench.console_lists [--rounds 15] [--only WORD]

The database is migrated and seeded (manage.py seed_million). Each address is asked as a supervisor, or as the role it needs,
through the whole web stack in this process. The limit is what the same statements take by plain psycopg on the same rows, in the same
round. What answers otherwise than it should is reported and not measured.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import time
from collections.abc import Callable
from functools import cache
from typing import Any

LIMIT_MS = 300
# A search with one hit answers with the way to it.
ANSWERS = (200, 302)
PARTS = ("told", "debits", "ending", "today", "due", "platforms", "texts", "limits")
CASE_VIEWS = ("mine", "role", "unowned", "today", "overdue", "all", "closed")
# (name, role, address); words in braces are filled in from a payment and a refund in the middle of the seed.
ADDRESSES: tuple[tuple[str, str, str], ...] = (
    ("overview", "supervisor", "/console/"),
    *((f"overview, {part}", "supervisor", f"/console/overview/part/{part}/") for part in PARTS),
    ("paid and not told", "supervisor", "/console/overview/untold/"),
    ("find, newest", "supervisor", "/console/find/"),
    ("find, paid", "supervisor", "/console/find/?status=paid"),
    ("find, of an amount", "supervisor", "/console/find/?amount_from=500&amount_to=600"),
    ("find, refund accepted", "supervisor", "/console/find/?refund_status=accepted"),
    ("find, open case", "supervisor", "/console/find/?open_case=on"),
    ("find by order number", "supervisor", "/console/find/?q={order_number}"),
    ("find by reference", "supervisor", "/console/find/?q={reference}"),
    ("find by refund", "supervisor", "/console/find/?q={refund}"),
    ("find by last four", "supervisor", "/console/find/?q={last4}"),
    ("find by phone tail", "supervisor", "/console/find/?q={phone_tail}"),
    ("find by national id", "supervisor", "/console/find/?q={national_id}"),
    ("find by amount", "supervisor", "/console/find/?q=NT${amount}"),
    ("find by date", "supervisor", "/console/find/?q={day}"),
    ("payment", "supervisor", "/console/payment/{reference}/"),
    *((f"cases, {view}", "supervisor", f"/console/cases/?view={view}") for view in CASE_VIEWS),
    ("case board", "supervisor", "/console/cases/board/"),
    ("approvals", "supervisor", "/console/approvals/"),
    ("refund calendar", "supervisor", "/console/calendar/"),
    ("a day of it", "supervisor", "/console/calendar/{day}/"),
    ("daily sheet", "supervisor", "/console/reports/daily/?first={day}"),
    ("payments, one row each", "supervisor", "/console/reports/payments/?first={day}&last={day}"),
    ("customer service", "supervisor", "/console/reports/performance/?first={month}&last={day}"),
    ("refund punctuality", "supervisor", "/console/reports/punctuality/?first={month}&last={day}"),
    ("cases and complaints", "supervisor", "/console/reports/complaints/?first={month}&last={day}"),
    ("audit trail", "auditor", "/console/audit-trail/"),
    ("audit trail of a payment", "auditor", "/console/audit-trail/?subject={reference}"),
    ("audit trail of a person", "auditor", "/console/audit-trail/?by=amy"),
    ("audit trail of a deed", "auditor", "/console/audit-trail/?action=payment.read"),
    ("audit trail of a role", "auditor", "/console/audit-trail/?role=supervisor"),
    ("audit trail of a day", "auditor", "/console/audit-trail/?start={day}T00:00&end={day}T23:59"),
)


def main() -> int:
    import django

    django.setup()
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--only", default="")
    options = parser.parse_args()
    words = sample()
    clients = {role: client_of(role) for role in sorted({role for _, role, _ in ADDRESSES})}
    slow = []
    say(f"{'':<28}{'median':>9}{'p95':>9}{'limit':>9}{'ratio':>7}{'statements':>12}   (ms)")
    for name, role, address in ADDRESSES:
        if options.only in name and not measure(name, clients[role], address.format(**words), options.rounds):
            slow.append(name)
    say(f"over {LIMIT_MS} ms or not answered: {', '.join(slow) or 'none'}")
    return 1 if slow else 0


def sample() -> dict[str, str]:
    """A payment in the middle of the seed that was refunded, and days around it."""
    from common.clock import today_in_taipei
    from portal.management.commands.seed_million import national_id
    from refunds.models import Refund

    middle = Refund.objects.order_by("requested_at").values_list("requested_at", flat=True)[Refund.objects.count() // 2]
    refund = (
        Refund.objects.filter(requested_at__gte=middle)
        .select_related("payment__account")
        .order_by("requested_at")
        .first()
    )
    assert refund is not None
    assert refund.payment.account is not None
    day = today_in_taipei(refund.payment.created_at)
    return {
        "reference": refund.payment.reference,
        "order_number": refund.payment.order_number,
        "refund": refund.reference,
        "amount": str(refund.payment.final_amount_minor),
        "last4": refund.payment.account.last4,
        # Of people of the seed, who are numbered.
        "phone_tail": "04242",
        "national_id": national_id(4242),
        "day": str(day),
        "month": str(day.replace(day=1)),
    }


def client_of(role: str) -> Any:
    from django.contrib.auth.models import User
    from django.test import Client

    from staff.tests.factories import make_staff, sign_in

    name = f"bench-{role}"
    user = User.objects.filter(username=name).first() or make_staff(name, role)
    return sign_in(user, client=Client(SERVER_NAME="127.0.0.1", headers={"accept-language": "en"}))


def measure(name: str, client: Any, address: str, rounds: int) -> bool:
    """One line of the report; False when it is over the limit or doesn't answer."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as captured:
        answer = client.get(address)
    if answer.status_code not in ANSWERS:
        say(f"{name:<28}{'':>9} not measured: {address} answers {answer.status_code}")
        return False
    statements = len(captured)
    reads = [
        query["sql"]
        for query in captured.captured_queries
        if query["sql"].lstrip().upper().startswith(("SELECT", "WITH"))
    ]
    ours, plain = [], []
    for _ in range(rounds):
        plain.append(timed(lambda: run_all(reads)))
        ours.append(timed(lambda: client.get(address)))
    median, limit = statistics.median(ours), statistics.median(plain)
    p95 = sorted(ours)[min(len(ours) - 1, round(0.95 * len(ours)))]
    say(f"{name:<28}{median:>9.1f}{p95:>9.1f}{limit:>9.1f}{median / max(limit, 0.01):>7.1f}{statements:>12}")
    if reads:
        explain(max(reads, key=lambda statement: min(timed(lambda: run_all([statement])) for _ in range(2))))
    return median <= LIMIT_MS


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def timed(work: Callable[[], Any]) -> float:
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1000


def run_all(statements: list[str]) -> None:
    """The same rows without Django: statements and fetches on one connection."""
    connection = plain_connection()
    for statement in statements:
        connection.execute(statement).fetchall()


@cache
def plain_connection() -> Any:
    """One for the whole run, made when first asked for."""
    import psycopg
    from psycopg.conninfo import conninfo_to_dict

    return psycopg.connect(**conninfo_to_dict(os.environ["DATABASE_URL"]), autocommit=True)


def explain(statement: str) -> None:
    """The plan of the slowest statement: what it read, and whether it walked a whole table."""
    rows = plain_connection().execute(f"EXPLAIN (ANALYZE, BUFFERS, COSTS OFF) {statement}").fetchall()
    lines = [row[0] for row in rows]
    marked = [line.strip() for line in lines if "Scan" in line or "Execution Time" in line]
    for line in marked[:6]:
        say(f"{'':<6}{line[:130]}")


if __name__ == "__main__":
    sys.exit(main())
