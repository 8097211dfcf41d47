"""Our payments and refunds against the bank's own book, as its statement was last fetched (BankLine)."""

from __future__ import annotations

from reconciliation.checks.invariant import Invariant, by_query

# A debit that was reversed doesn't stand.
_STANDING = """
    WITH standing AS (
        SELECT l.* FROM reconciliation_bankline l
        WHERE l.kind = 'debit' AND NOT EXISTS (
            SELECT FROM reconciliation_bankline r WHERE r.kind = 'reversal' AND r.reverses = l.request_id)
    )
"""

ONE_DEBIT = Invariant(
    "I-2",
    "At most one debit stands in the bank's book for an order",
    by_query(
        """
    SELECT min(p.reference), format('order %%s was debited %%s times', p.order_number, count(*))
    FROM standing s JOIN payments_attempt a ON a.request_id = s.request_id JOIN payments_payment p ON p.id = a.payment_id
    GROUP BY p.platform_id, p.order_number HAVING count(*) > 1
    """,
        given=_STANDING,
    ),
    needs_bank=True,
)

# What was shown is what was digested: the lines of Payment.order_as_shown, spelled as the card signed them.
SAME_AMOUNT = Invariant(
    "I-3",
    "The amount debited is the one shown, signed, booked and told",
    by_query("""
    SELECT p.reference, format('shown %%s, signed %%s, debited %%s, told %%s%%s', p.final_amount_minor, a.amount_minor,
        coalesce(l.amount_minor::text, '?'), coalesce(e.told::text, '?'),
        CASE WHEN a.order_digest = d.digest THEN '' ELSE ', another order was signed' END)
    FROM payments_attempt a
    JOIN payments_payment p ON p.id = a.payment_id
    JOIN platforms_platform f ON f.id = p.platform_id
    LEFT JOIN reconciliation_bankline l ON l.request_id = a.request_id AND l.kind = 'debit'
    LEFT JOIN LATERAL (
        SELECT (e.body::jsonb #>> '{data,amounts,final_amount_minor}')::bigint AS told
        FROM notifications_event e WHERE e.subject = p.reference AND e.kind = 'payment.succeeded' LIMIT 1) e ON true
    CROSS JOIN LATERAL (SELECT encode(sha256(convert_to(concat_ws(E'\\n',
        'payment=' || p.reference, 'order_number=' || p.order_number, 'platform=' || f.code,
        'product_minor=' || p.product_minor, 'shipping_minor=' || p.shipping_minor,
        'discount_minor=' || p.discount_minor, 'currency=' || p.currency, 'rate=' || trim_scale(p.rate),
        'order_amount_minor=' || p.order_amount_minor, 'charge_minor=' || p.charge_minor,
        'final_amount_minor=' || p.final_amount_minor), 'UTF8')), 'hex') AS digest) d
    WHERE a.debit_sent_at IS NOT NULL
      AND NOT EXISTS (SELECT FROM reconciliation_bankline r WHERE r.kind = 'reversal' AND r.reverses = a.request_id)
      AND (a.amount_minor <> p.final_amount_minor OR l.amount_minor <> p.final_amount_minor OR l.currency <> 'TWD'
           OR l.account_last4 <> a.account_last4 OR a.order_digest <> d.digest
           OR (p.status = 'paid' AND e.told IS DISTINCT FROM p.final_amount_minor))
    """),
)

ID_BEFORE_SENDING = Invariant(
    "I-4",
    "Our request id was committed before it was sent: each line of the bank names one of ours",
    by_query("""
    SELECT 'bank line ' || l.line, format('%%s of %%s under an id we never sent', l.kind, l.amount_minor)
    FROM reconciliation_bankline l
    WHERE (l.kind = 'debit' AND NOT EXISTS (
              SELECT FROM payments_attempt a WHERE a.request_id = l.request_id AND a.debit_sent_at IS NOT NULL))
       OR (l.kind = 'credit' AND NOT EXISTS (SELECT FROM refunds_creditattempt c WHERE c.request_id = l.request_id))
       OR (l.kind = 'reversal' AND NOT EXISTS (SELECT FROM payments_attempt a WHERE a.request_id = l.reverses))
    UNION ALL
    SELECT p.reference, p.status || ' without a request that was sent'
    FROM payments_payment p
    WHERE p.status IN ('debiting', 'unknown', 'paid') AND NOT EXISTS (
        SELECT FROM payments_attempt a WHERE a.payment_id = p.id AND a.debit_sent_at IS NOT NULL)
    UNION ALL
    SELECT r.reference, r.status || ' without a request that was sent'
    FROM refunds_refund r
    WHERE r.status IN ('crediting', 'unknown', 'credited') AND NOT EXISTS (
        SELECT FROM refunds_creditattempt c WHERE c.refund_id = r.id AND c.request_id = r.request_id)
    """),
    needs_bank=True,
)

PAID_IS_DEBITED = Invariant(
    "I-5",
    "Paid, and only paid, means exactly one debit in the bank's book",
    by_query(
        """
    SELECT p.reference, 'paid, and no debit stands under its request'
    FROM payments_payment p JOIN payments_attempt a ON a.payment_id = p.id AND a.outcome = 'approved'
    WHERE p.status = 'paid' AND NOT EXISTS (SELECT FROM standing s WHERE s.request_id = a.request_id)
    UNION ALL
    SELECT p.reference, format('%%s, and a debit of %%s stands', p.status, s.amount_minor)
    FROM standing s JOIN payments_attempt a ON a.request_id = s.request_id JOIN payments_payment p ON p.id = a.payment_id
    WHERE p.status NOT IN ('paid', 'debiting', 'unknown') OR a.outcome NOT IN ('', 'approved')
    """,
        given=_STANDING,
    ),
    needs_bank=True,
)

# A refund settled by hand has its proof elsewhere; one at the bank may have a line already or not yet.
ONE_CREDIT = Invariant(
    "I-9",
    "One credit for each refund credited, of its amount, to the account that paid",
    by_query("""
    WITH credits AS (
        SELECT c.refund_id, c.request_id, l.amount_minor, l.account_last4
        FROM reconciliation_bankline l JOIN refunds_creditattempt c ON c.request_id = l.request_id
        WHERE l.kind = 'credit'
    )
    SELECT r.reference, format('credited %%s times', count(*))
    FROM credits c JOIN refunds_refund r ON r.id = c.refund_id GROUP BY r.id HAVING count(*) > 1
    UNION ALL
    SELECT r.reference, format('%%s of %%s to %%s: the bank credited %%s to %%s', r.status, r.total_minor, a.last4,
        c.amount_minor, c.account_last4)
    FROM credits c
    JOIN refunds_refund r ON r.id = c.refund_id
    JOIN payments_payment p ON p.id = r.payment_id
    JOIN cards_account a ON a.id = p.account_id
    WHERE (c.amount_minor <> r.total_minor AND r.bank_code <> 'amount_differs') OR c.account_last4 <> a.last4
       OR (r.status NOT IN ('credited', 'crediting', 'unknown') AND r.bank_code <> 'amount_differs')
    UNION ALL
    SELECT r.reference, 'credited, and the bank has no credit under its request'
    FROM refunds_refund r
    WHERE r.status = 'credited' AND NOT EXISTS (SELECT FROM credits c WHERE c.request_id = r.request_id)
      AND NOT EXISTS (SELECT FROM refunds_refundchange h
                      WHERE h.subject_id = r.id AND h.before = 'manual' AND h.after = 'credited')
    """),
    needs_bank=True,
)

FAILED_IS_NOT_DEBITED = Invariant(
    "I-27",
    "What was told to have ended without a charge has no debit in the bank's book, ever",
    by_query(
        """
    SELECT p.reference, format('told %%s, and a debit of %%s stands', e.kind, s.amount_minor)
    FROM notifications_event e
    JOIN payments_payment p ON p.reference = e.subject
    JOIN payments_attempt a ON a.payment_id = p.id
    JOIN standing s ON s.request_id = a.request_id
    WHERE e.kind IN ('payment.failed', 'payment.cancelled', 'payment.expired')
    """,
        given=_STANDING,
    ),
    needs_bank=True,
)
