"""Rows written together: what belongs together goes to the database in one statement instead of one each."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from django.db import connection
from django.db.models import Model, QuerySet
from django.db.models.expressions import DatabaseDefault
from django.db.models.sql import UpdateQuery

# SQL with placeholders, and what stands in them.
Statement = tuple[str, list[Any]]


def insert_together(*rows: Model) -> None:
    """Insert new rows, of several tables too, in the order given: WITH … AS (INSERT …) INSERT ….

    Their ids were made in Python, so one may name another. All or none: the statement is refused as a whole.
    """
    *first, last = [_insert(list(group)) for _, group in groupby(rows, key=type)]
    parts = [f"written_{number} AS ({sql})" for number, (sql, _) in enumerate(first)]
    _execute(
        (f"WITH {', '.join(parts)} " if parts else "") + last[0],
        [part for _, values in (*first, last) for part in values],
    )
    for row in rows:
        row._state.adding, row._state.db = False, connection.alias


def update_and_insert(found: QuerySet[Any], changed: dict[str, Any], row: Model) -> int:
    """Update the one row found, and insert `row` if it was found at all: WITH … AS (UPDATE …) INSERT … SELECT. How many: 0 or 1."""
    update: Any = found.query.chain(UpdateQuery)
    update.add_update_values(changed)
    sql, values = update.get_compiler(connection=connection).as_sql()
    insert, inserted = _insert([row], source="SELECT {} FROM updated")
    return _execute(f"WITH updated AS ({sql} RETURNING 1) {insert}", [*values, *inserted])


def _insert(rows: list[Any], *, source: str = "") -> Statement:
    """The INSERT of rows of one table. A column that the database itself fills is left to it."""
    fields = [
        field
        for field in rows[0]._meta.concrete_fields
        if not isinstance(getattr(rows[0], field.attname), DatabaseDefault)
    ]
    quote = connection.ops.quote_name
    columns = ", ".join(quote(field.column) for field in fields)
    places = ", ".join(["%s"] * len(fields))
    written = source.format(places) if source else "VALUES " + ", ".join([f"({places})"] * len(rows))
    values = [field.get_db_prep_save(field.pre_save(row, add=True), connection) for row in rows for field in fields]
    return f"INSERT INTO {quote(rows[0]._meta.db_table)} ({columns}) {written}", values


def _execute(sql: str, values: list[Any]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return int(cursor.rowcount)
