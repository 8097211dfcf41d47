"""The books against what was paid and refunded: balance, refunds within payments, promises kept, four eyes."""

from __future__ import annotations

from reconciliation.checks.invariant import Invariant, by_query

BALANCED = Invariant(
    "I-1",
    "Every journal balances, and the accounts hold exactly what payments and refunds say",
    by_query("""
    WITH signed AS (
        SELECT e.journal_id, e.account, CASE e.side WHEN 'debit' THEN e.amount_minor ELSE -e.amount_minor END AS minor
        FROM ledger_entry e
    ), net AS (
        SELECT coalesce(o.kind, j.kind) AS kind, coalesce(o.reference, j.reference) AS reference, s.account,
               sum(s.minor) AS minor
        FROM ledger_journal j LEFT JOIN ledger_journal o ON o.id = j.reverses_id JOIN signed s ON s.journal_id = j.id
        GROUP BY 1, 2, 3
    ), owed AS (
        SELECT 'payment' AS kind, p.reference, a.account, a.minor
        FROM payments_payment p CROSS JOIN LATERAL (VALUES
            ('bank_clearing', p.final_amount_minor), ('platform_payable', -p.order_amount_minor),
            ('charge_income', -p.charge_minor)) a (account, minor)
        WHERE p.status = 'paid'
        UNION ALL
        SELECT 'refund', r.reference, a.account, a.minor
        FROM refunds_refund r CROSS JOIN LATERAL (VALUES
            ('bank_clearing', -r.total_minor), ('platform_payable', r.amount_minor),
            ('charge_income', r.charge_minor)) a (account, minor)
        WHERE r.status = 'credited'
    )
    SELECT j.kind || ' ' || j.reference, format('%%s lines, debits less credits are %%s', count(s.minor), coalesce(sum(s.minor), 0))
    FROM ledger_journal j LEFT JOIN signed s ON s.journal_id = j.id
    GROUP BY j.id HAVING count(s.minor) < 2 OR sum(s.minor) <> 0
    UNION ALL
    SELECT kind || ' ' || reference, format('%%s holds %%s, must hold %%s', account, coalesce(n.minor, 0), coalesce(o.minor, 0))
    FROM net n FULL JOIN owed o USING (kind, reference, account)
    WHERE coalesce(n.minor, 0) <> coalesce(o.minor, 0)
    """),
)

REFUNDS_WITHIN_PAID = Invariant(
    "I-8",
    "The refunds of a payment stay within what was paid, and are counted on it",
    by_query("""
    SELECT p.reference, format('refunds of %%s + %%s, counted %%s + %%s, paid %%s + %%s (%%s)',
        coalesce(sum(r.amount_minor), 0), coalesce(sum(r.charge_minor), 0),
        p.refunded_order_minor, p.refunded_charge_minor, p.order_amount_minor, p.charge_minor, p.status)
    FROM payments_payment p LEFT JOIN refunds_refund r ON r.payment_id = p.id AND r.status <> 'cancelled'
    GROUP BY p.id
    HAVING coalesce(sum(r.amount_minor), 0) <> p.refunded_order_minor
        OR coalesce(sum(r.charge_minor), 0) <> p.refunded_charge_minor
        OR p.refunded_order_minor > p.order_amount_minor OR p.refunded_charge_minor > p.charge_minor
        OR (count(r.id) > 0 AND p.status <> 'paid')
    """),
)

LIMITS_COUNTED = Invariant(
    "I-28",
    "What an account has used of its limits is exactly what its payments have reserved or spent",
    by_query("""
    WITH reserved AS (
        SELECT p.account_id, u.period, u.starts_on, sum(p.final_amount_minor) AS minor
        FROM payments_payment p CROSS JOIN LATERAL (VALUES
            ('day', p.limits_day), ('month', date_trunc('month', p.limits_day)::date)) u (period, starts_on)
        WHERE p.limits_day IS NOT NULL
        GROUP BY 1, 2, 3
    )
    SELECT format('account %%s, %%s of %%s', account_id, period, starts_on),
           format('counted %%s, payments took %%s', coalesce(u.used_minor, 0), coalesce(r.minor, 0))
    FROM payments_limituse u FULL JOIN reserved r USING (account_id, period, starts_on)
    WHERE coalesce(u.used_minor, 0) <> coalesce(r.minor, 0)
    """),
)

# A refund that a person has in hand since before its last date has its reason too: the change row that gave it to them.
CREDITED_IN_TIME = Invariant(
    "I-10",
    "A refund is credited by its latest date, or its reason was recorded before that date lapsed",
    by_query("""
    SELECT r.reference, format('promised until %%s, %%s', r.latest_credit_date,
        coalesce('credited ' || (r.credited_at AT TIME ZONE 'Asia/Taipei')::date, 'not credited'))
    FROM refunds_refund r
    WHERE r.status IN ('accepted', 'crediting', 'unknown', 'manual', 'credited')
      AND coalesce((r.credited_at AT TIME ZONE 'Asia/Taipei')::date, %(today)s) > r.latest_credit_date
      AND NOT EXISTS (SELECT FROM refunds_deferral d
                      WHERE d.refund_id = r.id AND (d.at AT TIME ZONE 'Asia/Taipei')::date <= d.old_latest_date)
      AND NOT EXISTS (SELECT FROM refunds_refundchange c
                      WHERE c.subject_id = r.id AND c.after IN ('unknown', 'manual')
                        AND (c.at AT TIME ZONE 'Asia/Taipei')::date <= r.latest_credit_date)
    """),
)

FOUR_EYES = Invariant(
    "I-20",
    "Whoever made a rule did not approve it",
    by_query("""
    SELECT rule || ' from ' || valid_from, 'made and approved by ' || made_by
    FROM (SELECT 'limit ' || code AS rule, valid_from, made_by, approved_by FROM payments_limitrule
          UNION ALL SELECT 'charge', valid_from, made_by, approved_by FROM payments_chargerule
          UNION ALL SELECT 'charge return', valid_from, made_by, approved_by FROM refunds_chargereturnrule
          UNION ALL SELECT 'gate', valid_from, made_by, approved_by FROM verification_gaterule
          UNION ALL SELECT 'run pace', valid_from, made_by, approved_by FROM refunds_runpace) rules
    WHERE made_by = approved_by OR approved_by = ''
    """),
)
