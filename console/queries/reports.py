"""What the reports count: one statement each, over the indexes of lists and settlement days."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any, Final

from django.db import connection

from common.clock import taipei_midnight

# Nobody may pay an order later than that after it was placed.
_ORDER_LIVES_MAX: Final = dt.timedelta(days=15)
# Told or case: within two hours of the debit.
_TOLD_WITHIN: Final = dt.timedelta(hours=2)


@dataclass(frozen=True)
class Period:
    """Taipei dates, the last one included."""

    first: dt.date
    last: dt.date

    @property
    def start(self) -> dt.datetime:
        return taipei_midnight(self.first)

    @property
    def end(self) -> dt.datetime:
        return taipei_midnight(self.last + dt.timedelta(days=1))


def money_by_platform(period: Period) -> list[tuple[Any, ...]]:
    """(platform, paid, order amount, charge, final amount, refunds credited, amount refunded), by name."""
    return _rows(
        """
        SELECT f.name, p.*, r.*
        FROM platforms_platform f
        CROSS JOIN LATERAL (
            SELECT count(*), coalesce(sum(order_amount_minor), 0)::bigint, coalesce(sum(charge_minor), 0)::bigint,
                   coalesce(sum(final_amount_minor), 0)::bigint
            FROM payments_payment WHERE platform_id = f.id AND paid_at >= %(start)s AND paid_at < %(end)s) p
        CROSS JOIN LATERAL (
            SELECT count(*), coalesce(sum(total_minor), 0)::bigint
            FROM refunds_refund WHERE platform_id = f.id AND credited_at >= %(start)s AND credited_at < %(end)s) r
        ORDER BY f.name, f.id
        """,
        period,
    )


def orders_by_status(period: Period) -> list[tuple[Any, ...]]:
    """(status, orders, final amount) of the orders placed, by what has become of them."""
    return _rows(
        """
        SELECT p.status, sum(p.orders)::bigint, sum(p.minor)::bigint
        FROM platforms_platform f CROSS JOIN LATERAL (
            SELECT status, count(*) AS orders, sum(final_amount_minor) AS minor FROM payments_payment
            WHERE platform_id = f.id AND created_at >= %(start)s AND created_at < %(end)s GROUP BY status) p
        GROUP BY p.status ORDER BY 2 DESC, 1
        """,
        period,
    )


def refused(period: Period) -> list[tuple[Any, ...]]:
    """(outcome, code, the bank's code, attempts, orders, amount asked for) of attempts that were refused or declined."""
    return _rows(
        """
        SELECT a.outcome, a.outcome_code, a.bank_code, count(*), count(DISTINCT a.payment_id), sum(a.amount_minor)::bigint
        FROM platforms_platform f
        CROSS JOIN LATERAL (
            SELECT id FROM payments_payment
            WHERE platform_id = f.id AND created_at >= %(earliest)s AND created_at < %(end)s AND expires_at >= %(start)s) p
        JOIN payments_attempt a ON a.payment_id = p.id
        WHERE a.outcome IN ('declined', 'refused') AND a.created_at >= %(start)s AND a.created_at < %(end)s
        GROUP BY 1, 2, 3 ORDER BY 4 DESC, 1, 2, 3
        """,
        period,
        earliest=period.start - _ORDER_LIVES_MAX,
    )


def told_by_platform(period: Period) -> list[tuple[Any, ...]]:
    """(platform, paid, told in time, told late, not told yet) of what was paid."""
    return _rows(
        """
        SELECT f.name, count(p.id), count(p.id) FILTER (WHERE m.at <= p.paid_at + %(within)s),
               count(p.id) FILTER (WHERE m.at > p.paid_at + %(within)s), count(p.id) FILTER (WHERE m.at IS NULL)
        FROM platforms_platform f
        LEFT JOIN LATERAL (
            SELECT id, reference, paid_at FROM payments_payment
            WHERE platform_id = f.id AND paid_at >= %(start)s AND paid_at < %(end)s) p ON true
        LEFT JOIN LATERAL (
            SELECT min(acknowledged_at) AS at FROM notifications_message
            WHERE subject = p.reference AND purpose = 'payment.succeeded' AND status = 'delivered') m ON true
        GROUP BY f.id ORDER BY f.name, f.id
        """,
        period,
        within=_TOLD_WITHIN,
    )


def still_unknown(period: Period) -> tuple[int, int]:
    """(payments, amount) of debits sent in the period whose outcome nobody knows yet."""
    ((number, minor),) = _rows(
        """
        SELECT count(*), coalesce(sum(p.final_amount_minor), 0)::bigint
        FROM payments_attempt a JOIN payments_payment p ON p.id = a.payment_id
        WHERE a.outcome = '' AND a.created_at >= %(start)s AND a.created_at < %(end)s AND a.debit_sent_at IS NOT NULL
        """,
        period,
    )
    return number, minor


def cases_worked(period: Period) -> list[tuple[Any, ...]]:
    """(kind, owner, opened at, opened by, first taken at, closed at, closed by) of cases opened or closed meanwhile."""
    return _rows(
        """
        SELECT c.kind, c.owner, c.opened_at, b.by, t.at, c.closed_at, e.by
        FROM support_case c
        LEFT JOIN support_casechange b ON b.subject_id = c.id AND b.step = 0
        LEFT JOIN support_casechange e ON e.subject_id = c.id AND e.step = c.step AND e.after = 'closed'
        LEFT JOIN LATERAL (
            SELECT min(at) AS at FROM audit_record WHERE subject = c.id::text AND action = 'case.taken') t ON true
        WHERE (c.opened_at >= %(start)s AND c.opened_at < %(end)s) OR (c.closed_at >= %(start)s AND c.closed_at < %(end)s)
        ORDER BY c.opened_at, c.id
        """,
        period,
    )


def refunds_by_day(period: Period) -> list[tuple[Any, ...]]:
    """(accepted on, expected, latest, credited on or None, refunds, amount) of refunds accepted in the period."""
    return _rows(
        """
        SELECT accepted_date, expected_credit_date, latest_credit_date,
               CASE WHEN status = 'credited' THEN (credited_at AT TIME ZONE 'Asia/Taipei')::date END,
               count(*), sum(total_minor)::bigint
        FROM refunds_refund WHERE accepted_date BETWEEN %(first)s AND %(last)s GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4
        """,
        period,
    )


def deferrals_by_month(period: Period) -> list[tuple[Any, ...]]:
    """(first of the month, reason, deferrals) of what was deferred in the period."""
    return _rows(
        """
        SELECT date_trunc('month', at AT TIME ZONE 'Asia/Taipei')::date, reason, count(*)
        FROM refunds_deferral WHERE at >= %(start)s AND at < %(end)s GROUP BY 1, 2 ORDER BY 1, 2
        """,
        period,
    )


def cases_opened(period: Period) -> list[tuple[Any, ...]]:
    """(first of the month, kind, by whom, cases, still open) of cases opened; `by whom`: staff, customer or sweep."""
    return _rows(
        """
        SELECT date_trunc('month', c.opened_at AT TIME ZONE 'Asia/Taipei')::date, c.kind,
               CASE WHEN b.by LIKE 'staff:%%' THEN 'staff' WHEN b.by IN ('payer', 'customer') THEN 'customer' ELSE 'sweep' END,
               count(*), count(*) FILTER (WHERE c.status = 'open')
        FROM support_case c JOIN support_casechange b ON b.subject_id = c.id AND b.step = 0
        WHERE c.opened_at >= %(start)s AND c.opened_at < %(end)s GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
        """,
        period,
    )


def payments_placed(period: Period, *, most: int, with_numbers: bool = False) -> list[tuple[Any, ...]]:
    """One row a payment placed in the period, oldest first: what may leave the house, account by its last four.

    The last two columns are the numbers of account and mobile phone, sealed: "" where they aren't asked for or known.
    """
    return _rows(
        """
        SELECT p.reference, p.name, p.order_number, p.description, p.status, p.order_amount_minor, p.charge_minor,
               p.final_amount_minor, p.refunded_order_minor + p.refunded_charge_minor, coalesce(a.last4, ''), p.created_at, p.paid_at,
               CASE WHEN %(with_numbers)s THEN coalesce(a.number_sealed, '') ELSE '' END,
               CASE WHEN %(with_numbers)s THEN coalesce(c.phone_sealed, '') ELSE '' END
        FROM (
            SELECT f.name, q.* FROM platforms_platform f CROSS JOIN LATERAL (
                SELECT * FROM payments_payment
                WHERE platform_id = f.id AND created_at >= %(start)s AND created_at < %(end)s
                ORDER BY created_at, id LIMIT %(most)s) q
            ORDER BY q.created_at, q.id LIMIT %(most)s) p
        LEFT JOIN cards_account a ON a.id = p.account_id
        LEFT JOIN cards_customer c ON c.id = a.customer_id
        ORDER BY p.created_at, p.id
        """,
        period,
        most=most,
        with_numbers=with_numbers,
    )


def _rows(statement: str, period: Period, **more: Any) -> list[tuple[Any, ...]]:
    named = {"start": period.start, "end": period.end, "first": period.first, "last": period.last}
    with connection.cursor() as cursor:
        cursor.execute(statement, {**named, **more})
        return list(cursor.fetchall())
