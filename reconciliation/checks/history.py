"""Histories that nobody can have changed: every move in its table with an unbroken chain, and the audit trail."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from django.apps import apps
from django.db import connection, models
from psycopg import sql

from audit import checks as audit
from common.states import Stateful
from reconciliation.checks.invariant import NAMED_MAX, Invariant

_HISTORY = sql.SQL("""
    WITH moves (before, after) AS (VALUES {moves}), chain AS (
        SELECT c.*, lag(c.after) OVER life AS left_at, lag(c.step) OVER life AS last_step
        FROM {changes} c WINDOW life AS (PARTITION BY c.subject_id ORDER BY c.step)
    )
    SELECT subject_id::text, format('step %s from "%s" to "%s" is no move', step, before, after) FROM chain
    WHERE (step = 0 AND before <> '') OR (step > 0 AND (before, after) NOT IN (SELECT before, after FROM moves))
    UNION ALL
    SELECT subject_id::text, format('step %s says "%s" after step %s left it at "%s"', step, before, last_step, left_at)
    FROM chain WHERE before <> coalesce(left_at, '') OR step <> coalesce(last_step + 1, 0)
    UNION ALL
    SELECT t.id::text, format('stands at "%s" step %s, its last change says "%s" step %s', t.status, t.step, c.after, c.step)
    FROM {rows} t LEFT JOIN LATERAL (
        SELECT after, step FROM {changes} WHERE subject_id = t.id ORDER BY step DESC LIMIT 1) c ON true
    WHERE (c.after, c.step) IS DISTINCT FROM (t.status, t.step)
    LIMIT {most}
""")


def _histories(at: dt.datetime) -> Iterator[tuple[str, str]]:
    """One statement for each kind of row that has a status, whichever app it lives in."""
    for model in apps.get_models():
        if not issubclass(model, Stateful):
            continue
        moves = [(before, after) for before, afters in model.MOVES.items() for after in sorted(afters)]
        statement = _HISTORY.format(
            moves=sql.SQL(", ").join(
                sql.SQL("({}, {})").format(sql.Literal(str(before)), sql.Literal(str(after))) for before, after in moves
            ),
            changes=sql.Identifier(_change_table(model)),
            rows=sql.Identifier(model._meta.db_table),
            most=sql.Literal(NAMED_MAX),
        )
        with connection.cursor() as cursor:
            cursor.execute(statement)
            for subject, detail in cursor.fetchall():
                yield f"{model._meta.model_name} {subject}", detail


def _change_table(model: type[models.Model]) -> str:
    """Of the rows that name this model's as their `subject`, under the name that Stateful gives them."""
    (table,) = {
        rel.related_model._meta.db_table for rel in model._meta.related_objects if rel.related_name == "changes"
    }
    return table


def _audit_breaks(at: dt.datetime) -> Iterator[tuple[str, str]]:
    for found in audit.breaks():
        yield "audit trail", f"{found.kind} at {found.where}"


MOVES_KEPT = Invariant(
    "I-14", "Every move is in its table, has its change row, and the last one is the status", _histories
)

AUDIT_UNBROKEN = Invariant(
    "I-21", "The chain of the audit trail is unbroken, its tail included", _audit_breaks, is_heavy=True
)
