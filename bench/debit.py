"""What does a debit cost beside what PostgreSQL can do? Our confirm over HTTP and pgbench, alternately, on one database.

    .venv/bin/python -m bench.debit [--rounds 3] [--debits 400]

Ours: the product's web server, eight connections, bank and card authority answered in its own process. The limit:
bench/debit.sql, the same rows in the same three commits, by pgbench with eight connections. bench/README.md says what each
figure means. A figure is void, and the exit code 2, when the books don't hold afterwards.
"""

from __future__ import annotations

import argparse
import dataclasses
import http.client
import json
import os
import random
import re
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from bench.private import cpu_seconds, private_house, web_server
from bootstrap.children import Child
from bootstrap.ports import LOOPBACK
from bootstrap.services import Services

CONNECTIONS = 8
ACCOUNTS_A_CONNECTION = 25
AMOUNT_TWD = 951
CONFIRMED = 200
# As the page sends it; any 32 letters do, if cookie and header agree.
_TOKEN = "b" * 32
HEADERS = {
    "content-type": "application/json",
    "accept": "application/json",
    "cookie": f"csrftoken={_TOKEN}",
    "x-csrftoken": _TOKEN,
}
PGBENCH = ("--no-vacuum", "--protocol", "prepared", "--client", str(CONNECTIONS), "--jobs", "2")


@dataclasses.dataclass(frozen=True)
class Signed:
    """A debit that waits to be confirmed: what our page is sent, and whose it is."""

    path: str
    body: dict[str, str]
    payment_id: str
    account_id: str
    customer_id: str


@dataclasses.dataclass(frozen=True)
class Run:
    """What one side did in one round."""

    per_second: float
    commits: float
    wal_bytes: float
    web_ms: float
    postgres_ms: float


@dataclasses.dataclass(frozen=True)
class House:
    """Where the debits are made, and whose processes are watched."""

    services: Services
    port: int
    web: Child

    def counters(self) -> list[float]:
        """In the order of what a Run says of a debit: commits, WAL bytes, CPU milliseconds of web server and PostgreSQL."""
        from django.db import connection

        assert self.services.cluster is not None
        assert self.services.cluster.child is not None
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT xact_commit, pg_current_wal_lsn() - '0/0' FROM pg_stat_database WHERE datname = current_database()"
            )
            commits, wal = map(float, cursor.fetchone())
        return [commits, wal, cpu_seconds(self.web) * 1000, cpu_seconds(self.services.cluster.child) * 1000]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--debits", type=int, default=400, help="of each side in each round")
    options = parser.parse_args()
    each = options.debits // CONNECTIONS
    with private_house() as services, web_server(services) as (port, web):
        house = House(services, port, web)
        people = make_people()
        statements, commits = cost(people[0][0])
        # Both sides once without being measured: plans, pools and caches are then as they stay.
        warm = {"ours": ours(house, ready(people, 10)), "limit": limit(house, ready(people, 10))}
        say(f"warm-up: {warm['ours'].per_second:.0f} and {warm['limit'].per_second:.0f} a second")
        rounds = [one_round(house, people, each) for _ in range(options.rounds)]
        wrong = broken()
    report(rounds, statements, commits)
    for line in wrong:
        say(f"VOID: {line}")
    return 2 if wrong else 0


def one_round(house: House, people: list[list[str]], each: int) -> dict[str, Run]:
    """Both sides on debits of their own, in an order that chance decides."""
    sides: dict[str, Callable[[list[list[Signed]]], Run]] = {
        "ours": lambda waiting: ours(house, waiting),
        "limit": lambda waiting: limit(house, waiting),
    }
    # A card signs just before its side's turn: its counter may only rise.
    done = {name: sides[name](ready(people, each)) for name in random.sample(sorted(sides), len(sides))}
    ratio = done["ours"].per_second / done["limit"].per_second
    say(f"round: ours {done['ours'].per_second:.0f}/s, limit {done['limit'].per_second:.0f}/s, ratio {ratio:.3f}")
    return done


def make_people() -> list[list[str]]:
    """Account numbers by connection, each of a holder who passed the gate: no two connections share an account."""
    from common.clock import now
    from payments.tests.factories import make_account

    people = [
        [f"000{connection:03d}{number:08d}" for number in range(ACCOUNTS_A_CONNECTION)]
        for connection in range(CONNECTIONS)
    ]
    for numbers in people:
        for number in numbers:
            make_account(now(), number, f"S{number}")
    return people


def ready(people: list[list[str]], each: int) -> list[list[Signed]]:
    """For each connection as many orders taken and signed by their cards as it is to confirm."""
    return [[make_signed(numbers[index % len(numbers)]) for index in range(each)] for numbers in people]


def make_signed(account_number: str) -> Signed:
    from django.urls import reverse

    from cards.models import Account
    from common.clock import now
    from common.references import new_id
    from common.sealing import keyed_hash
    from payments import operations
    from payments.tests.factories import make_order, make_platform, sign

    at = now()
    order = make_order(at, order_number=str(new_id()), twd=AMOUNT_TWD)
    made = operations.create_payment(platform=make_platform(), order=order, at=at, by="bench")
    signed = dataclasses.asdict(sign(made.payment, at, account_number=account_number, serial=f"S{account_number}"))
    account = Account.objects.get(number_hash=keyed_hash(account_number, purpose="account"))
    return Signed(
        path=reverse("payments:confirm", args=[made.payment.reference, made.link_secret]),
        body={"account": signed.pop("account_number"), **signed},
        payment_id=str(made.payment.id),
        account_id=str(account.id),
        customer_id=str(account.customer_id),
    )


def ours(house: House, waiting: list[list[Signed]]) -> Run:
    """Each connection confirms its debits one after the other, on one kept-alive HTTP connection."""
    bodies = [[(one.path, json.dumps(one.body)) for one in own] for own in waiting]

    def confirm_all(own: Sequence[tuple[str, str]]) -> None:
        link = http.client.HTTPConnection(LOOPBACK, house.port, timeout=60)
        for path, body in own:
            link.request("POST", path, body, HEADERS)
            answer = link.getresponse()
            said = answer.read()
            assert answer.status == CONFIRMED, f"{answer.status} {said[:300]!r}"
        link.close()

    def work() -> float:
        began = time.perf_counter()
        with ThreadPoolExecutor(CONNECTIONS) as pool:
            list(pool.map(confirm_all, bodies))
        return sum(len(own) for own in bodies) / (time.perf_counter() - began)

    return watched(house, work, sum(len(own) for own in bodies))


def limit(house: House, waiting: list[list[Signed]]) -> Run:
    """The same debits by pgbench, which finds their values in a table of its own."""
    with_values(waiting)
    assert house.services.cluster is not None
    script = Path(__file__).with_name("debit.sql")
    words = [house.services.cluster.programs.path("pgbench"), *PGBENCH, "--transactions", str(len(waiting[0]))]
    words += ["--define", "n=0", "--file", str(script), os.environ["DATABASE_URL"]]

    def work() -> float:
        done = subprocess.run(words, capture_output=True, text=True, check=False)  # noqa: S603 - our own words
        assert done.returncode == 0, done.stderr
        found = re.search(r"tps = ([0-9.]+) \(without", done.stdout)
        assert found, done.stdout
        return float(found[1])

    return watched(house, work, sum(len(own) for own in waiting))


def with_values(waiting: list[list[Signed]]) -> None:
    """The table that pgbench reads: every value of the debits it is to make, ids in the order of time as ours are."""
    from bench.debit_values import remake

    remake([[(one.payment_id, one.account_id, one.customer_id, one.body) for one in own] for own in waiting])


def watched(house: House, work: Callable[[], float], debits: int) -> Run:
    """What the counters say between beginning and end, of everybody: nobody else is there."""
    before = house.counters()
    per_second = work()
    # Backends tell their counters when they idle, at the latest after a second.
    time.sleep(1.1)
    return Run(per_second, *((now - then) / debits for now, then in zip(house.counters(), before, strict=True)))


def cost(account_number: str) -> tuple[int, int]:
    """Statements and commits of one confirm, the second of its account, through the whole web stack in this process."""
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    for _ in range(2):
        one = make_signed(account_number)
        with CaptureQueriesContext(connection) as captured:
            answer = Client(SERVER_NAME=LOOPBACK).post(
                one.path, one.body, content_type="application/json", headers=HEADERS
            )
        assert answer.status_code == CONFIRMED, answer.content
    words = [query["sql"].split()[0].upper().rstrip(";") for query in captured.captured_queries]
    return sum(word not in {"BEGIN", "COMMIT"} for word in words), words.count("COMMIT")


def broken() -> list[str]:
    """What the house's own invariants find in the rows of both sides, and what is switched off that must not be."""
    from django.db import connection

    from common.clock import now
    from reconciliation.checks import attempts, books, history, told

    held = (
        books.BALANCED,
        books.LIMITS_COUNTED,
        told.ONE_EVENT_A_MOVE,
        history.MOVES_KEPT,
        attempts.ONE_LIVE_ATTEMPT,
        attempts.COUNTER_ONCE,
    )
    found = [str(one) for invariant in held for one in invariant.broken(now())]
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM pg_settings WHERE name IN ('fsync', 'synchronous_commit') AND setting <> 'on'")
        found += [f"{name} is off" for (name,) in cursor.fetchall()]
        cursor.execute("SELECT count(*) FROM payments_payment WHERE status <> 'paid'")
        left = cursor.fetchone()[0]
    return found + ([f"{left} payments were not debited"] if left else [])


def report(rounds: list[dict[str, Run]], statements: int, commits: int) -> None:
    ratios = [done["ours"].per_second / done["limit"].per_second for done in rounds]
    say(f"\n{'':<8}{'debits/s':>10}{'spread':>13}{'commits':>9}{'WAL bytes':>11}{'web ms':>9}{'PostgreSQL ms':>15}")
    for side in ("ours", "limit"):
        runs = [done[side] for done in rounds]
        speeds = [run.per_second for run in runs]
        line = f"{side:<8}{median(runs, 'per_second'):>10.0f}{f'{min(speeds):.0f}–{max(speeds):.0f}':>13}"
        line += f"{median(runs, 'commits'):>9.1f}{median(runs, 'wal_bytes'):>11,.0f}"
        say(line + f"{median(runs, 'web_ms'):>9.1f}{median(runs, 'postgres_ms'):>15.1f}")
    say(f"ratio {statistics.median(ratios):.3f} ({min(ratios):.3f}–{max(ratios):.3f}); must 0.20, aim 0.35")
    say(f"a confirm: {statements} statements, {commits} transactions")


def median(runs: list[Run], name: str) -> float:
    return float(statistics.median(getattr(run, name) for run in runs))


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
