"""Fills a sandbox with a million payments and what belongs to them, set by set: what lists and searches are measured on."""

from __future__ import annotations

import datetime as dt
import os
import re
import time
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
from django.apps import apps
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connections, models
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from audit import operations as audit
from cards.rules import phone_hashes
from common import clock
from common.references import new_id
from common.sealing import keyed_hash, seal
from platforms import operations as platforms
from platforms.models import Platform
from refunds.calendar import current_calendar, current_version

STEPS = Path(__file__).resolve().parent.parent / "million"
SHOPS = ("tide", "lantern", "kiln")
MONTHS_OF_DAYS = 396
# Shares of the payments: people, refunds, cases.
PEOPLE, REFUNDS, CASES = 10, 5, 50
# What a refund's promise counts (7 and 10 working days, and the day after each).
EXPECTED, LATEST = 7, 10


# Columns that a table may have besides those that the steps name, and that no default fits: each is its own, or follows others.
MORE = {
    "support_case": {
        "reference": "'CS-' || upper(substr(md5('case' || c.n), 1, 4)) || lpad(mod(c.n, 100000)::text, 5, '0')",
        "queue": "'agents'",
        "priority": "(2 + mod(c.n, 3))",
        "answer_due_at": "c.at + interval '2 hours'",
        "due_at": "c.at + interval '2 days'",
        "closed_as": "CASE WHEN c.is_open THEN '' ELSE 'cause_gone' END",
    }
}


class Command(BaseCommand):
    help = (
        "Seed a sandbox with payments, refunds (a fifth) and cases (a fiftieth) over 13 months. Works as the owner and"
        " switches the tables' own guards off meanwhile: prove shows afterwards that nothing came in that they refuse."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--payments", type=int, default=1_000_000)

    def handle(self, *, payments: int, **options: Any) -> None:
        if not settings.SANDBOX:
            raise CommandError("seed_million is for a sandbox: SANDBOX is not set")
        if Platform.objects.filter(code=SHOPS[0]).exists():
            raise CommandError("This sandbox is seeded already")
        if payments < REFUNDS * CASES:
            raise CommandError(f"--payments is at least {REFUNDS * CASES}")
        began, at = time.monotonic(), clock.now()
        shops = [_open_shop(code, at) for code in SHOPS]
        with owner_connection() as connection:
            self._seed(connection, shops, payments, at)
        self._say("chained", _chain())
        self.stdout.write(f"{payments:,} payments in {time.monotonic() - began:,.0f} s")

    def _seed(
        self, connection: psycopg.Connection[Any], shops: list[tuple[Any, ...]], payments: int, at: dt.datetime
    ) -> None:
        """All or nothing: one transaction, in which columns that the steps don't name take what Django would give."""
        steps = [(path.stem, _with_more_columns(path.read_text())) for path in sorted(STEPS.glob("*.sql"))]
        tables = sorted({name for _, text in steps for name in re.findall(r"INSERT INTO (?!seed_)(\w+)", text)})
        people = max(1, payments // PEOPLE)
        with connection.transaction():
            _switch_guards(connection, tables, "DISABLE")
            named = list(_fill_defaults(connection, tables, at))
            _copy_people(connection, people, at)
            _copy_given(connection, shops, at)
            version = current_version()
            values = {
                "payments": payments,
                "people": people,
                "refunds": payments // REFUNDS,
                "cases": payments // CASES,
                "now": at,
                "today": clock.today_in_taipei(at),
                "midnight": clock.taipei_midnight(clock.today_in_taipei(at)),
                "began": at - dt.timedelta(days=MONTHS_OF_DAYS + 1),
                "calendar": str(version.id),
                "calendar_number": version.number,
            }
            for name, text in steps:
                began = time.monotonic()
                psycopg.ClientCursor(connection).execute(text, values)
                self._say(name, time.monotonic() - began)
            for table, column in named:
                names = {"table": sql.Identifier(table), "column": sql.Identifier(column)}
                connection.execute(sql.SQL("ALTER TABLE {table} ALTER COLUMN {column} DROP DEFAULT").format(**names))
            _switch_guards(connection, tables, "ENABLE")
            # Before anyone sees the rows: a sweep that plans for empty tables would walk them for minutes.
            connection.execute("ANALYZE")

    def _say(self, name: str, seconds: float) -> None:
        self.stdout.write(f"  {name:<12} {seconds:6.1f} s")


def owner_connection() -> psycopg.Connection[Any]:
    """The portal's database as its owner: rows of this size come in by sets, past guards that look at each row."""
    url = os.environ.get("DATABASE_OWNER_URL", "")
    if not url:
        raise CommandError("DATABASE_OWNER_URL says who owns the database; it is not set")
    parts: dict[str, Any] = {**conninfo_to_dict(url), "dbname": connections["default"].settings_dict["NAME"]}
    return psycopg.connect(**parts)


def _open_shop(code: str, at: dt.datetime) -> tuple[Any, ...]:
    """(id, code, its endpoint's id) of a platform of its own, so that nobody else's feed is touched."""
    platform = platforms.register_platform(
        code=code,
        name=f"{code.title()} Mall",
        contact_phone="(02)5550-0177",
        return_url_prefixes=["https://example.com/"],
        at=at,
        by="seed_million",
    )
    endpoint = platforms.add_endpoint(
        platform=platform, url=f"https://example.com/{code}/notices", at=at, by="seed_million"
    )
    return (platform.id, code, endpoint.id)


def _switch_guards(connection: psycopg.Connection[Any], tables: list[str], what: str) -> None:
    """The tables' own triggers; foreign keys, checks and unique indexes hold throughout."""
    # What waits for the commit is looked at now: a table with waiting checks can't be changed.
    connection.execute("SET CONSTRAINTS ALL IMMEDIATE")
    for table in tables:
        verb = sql.SQL(f"ALTER TABLE {{}} {what} TRIGGER USER")
        connection.execute(verb.format(sql.Identifier(table)))


def _with_more_columns(text: str) -> str:
    columns = {
        column: value
        for model in apps.get_models()
        for column, value in MORE.get(model._meta.db_table, {}).items()
        if column in {field.column for field in model._meta.concrete_fields}
    }
    names, values = ("".join(f", {word}" for word in words) for words in (columns, columns.values()))
    return text.replace("/* more columns */", names).replace("/* more values */", values)


def _fill_defaults(
    connection: psycopg.Connection[Any], tables: list[str], at: dt.datetime
) -> Iterator[tuple[str, str]]:
    """Until the end of the transaction the database knows the defaults that Django keeps to itself."""
    for model in apps.get_models():
        if model._meta.db_table not in tables:
            continue
        for field in model._meta.concrete_fields:
            if field.primary_key or field.is_relation or field.null or field.has_db_default():
                continue
            value: Any = field.get_db_prep_save(_default_of(field, at), connections["default"])
            statement = sql.SQL("ALTER TABLE {} ALTER COLUMN {} SET DEFAULT {}").format(
                sql.Identifier(model._meta.db_table),
                sql.Identifier(str(field.column)),
                sql.Literal(value.dumps(value.obj) if hasattr(value, "dumps") else value),
            )
            connection.execute(statement)
            yield model._meta.db_table, str(field.column)


def _default_of(field: models.Field[Any, Any], at: dt.datetime) -> Any:
    if field.has_default():
        return field.get_default()
    if isinstance(field, models.DateTimeField):
        return at
    if isinstance(field, models.DateField):
        return clock.today_in_taipei(at)
    return "" if isinstance(field, models.CharField | models.TextField) else 0


def _copy_people(connection: psycopg.Connection[Any], people: int, at: dt.datetime) -> None:
    """Customers with one account each; keyed hashes and seals are real, so that searches find them."""
    created = at - dt.timedelta(days=MONTHS_OF_DAYS + 1)
    rows = [_person(number) for number in range(1, people + 1)]
    cursor = connection.cursor()
    with cursor.copy(
        "COPY cards_customer (id, number_hash, number_sealed, national_id_hash, phone_hash, phone_tail_hash,"
        " phone_short_tail_hash, phone_sealed, created_at) FROM STDIN"
    ) as copy:
        for row in rows:
            copy.write_row((row["customer"], *row["customer_columns"], row["phone"], created))
    with cursor.copy(
        "COPY cards_account (id, customer_id, number_hash, number_sealed, last4, created_at) FROM STDIN"
    ) as copy:
        for row in rows:
            copy.write_row((row["account"], row["customer"], row["hash"], row["sealed"], row["last4"], created))
    cursor.execute(
        "CREATE TEMP TABLE seed_person (number int, id uuid, customer_id uuid, card_id uuid, hash text, last4 text,"
        " phone_sealed text, account_sealed text)"
    )
    names = ("account", "customer", "card", "hash", "last4", "phone", "sealed")
    with cursor.copy("COPY seed_person FROM STDIN") as copy:
        for number, row in enumerate(rows, start=1):
            copy.write_row((number, *(row[name] for name in names)))
    cursor.execute("CREATE INDEX ON seed_person (number); ANALYZE seed_person")


def _person(number: int) -> dict[str, Any]:
    account = f"0088{number:010d}"
    customer = f"SEED{number:08d}"
    phone = f"+8869{number:08d}"
    return {
        "customer": new_id(),
        "account": new_id(),
        "card": new_id(),
        "customer_columns": (
            keyed_hash(customer, purpose="customer"),
            seal(customer),
            keyed_hash(national_id(number), purpose="national_id"),
            *phone_hashes(phone).values(),
        ),
        "hash": keyed_hash(account, purpose="account"),
        "sealed": seal(account),
        "last4": account[-4:],
        "phone": seal(phone),
    }


def national_id(number: int) -> str:
    """A117654328-like: a well-formed ID of Taipei's letter with its check digit, for people that nobody is."""
    digits = f"1{number:07d}"
    weighted = 1 + sum(int(digit) * (8 - place) for place, digit in enumerate(digits))
    return f"A{digits}{-weighted % 10}"


def _copy_given(connection: psycopg.Connection[Any], shops: list[tuple[Any, ...]], at: dt.datetime) -> None:
    """The shops, and what the calendar promises to a refund accepted on each day."""
    cursor = connection.cursor()
    cursor.execute("CREATE TEMP TABLE seed_shop (number int, id uuid, code text, endpoint_id uuid)")
    for number, shop in enumerate(shops, start=1):
        cursor.execute("INSERT INTO seed_shop VALUES (%s, %s, %s, %s)", (number, *shop))
    cursor.execute(
        "CREATE TEMP TABLE seed_promise"
        " (accepted_date date, expected date, latest date, after_expected date, after_latest date)"
    )
    calendar, last = current_calendar(), clock.today_in_taipei(at) + dt.timedelta(days=1)
    with cursor.copy("COPY seed_promise FROM STDIN") as copy:
        for back in range(MONTHS_OF_DAYS + 2):
            day = last - dt.timedelta(days=back)
            expected, latest = calendar.add_working_days(day, EXPECTED), calendar.add_working_days(day, LATEST)
            later = (calendar.add_working_days(expected, 1), calendar.add_working_days(latest, 1))
            copy.write_row((day, expected, latest, *later))


def _chain() -> float:
    began = time.monotonic()
    while audit.link_records() == audit.BATCH:
        pass
    return time.monotonic() - began
