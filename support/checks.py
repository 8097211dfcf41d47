"""The invariants that ask whether a person has it in hand: nothing is left to nobody (I-6, I-12, I-23)."""

from __future__ import annotations

from reconciliation.checks import Invariant, by_query

# A debit that the bank has and nobody was told as paid; within two hours someone answers for it.
IN_HAND = Invariant(
    "I-6",
    "A debit in the bank's book is paid, reversed, or in a case within two hours",
    by_query("""
    SELECT p.reference, format('%%s, and a debit of %%s stands since %%s', p.status, l.amount_minor, l.booked_at)
    FROM reconciliation_bankline l
    JOIN payments_attempt a ON a.request_id = l.request_id
    JOIN payments_payment p ON p.id = a.payment_id
    WHERE l.kind = 'debit' AND p.status <> 'paid' AND a.debit_sent_at <= %(at)s - interval '2 hours'
      AND NOT EXISTS (SELECT FROM reconciliation_bankline r WHERE r.kind = 'reversal' AND r.reverses = l.request_id)
      AND NOT EXISTS (SELECT FROM support_case c WHERE c.payment_id = p.id AND c.opened_at >= a.debit_sent_at)
      AND NOT EXISTS (SELECT FROM support_case c JOIN reconciliation_finding f ON f.id = c.finding_id
                      WHERE f.subject IN (p.reference, 'bank line ' || l.line))
    """),
    needs_bank=True,
)

# A case that was closed by hand counts: a person's word stands. The sweep has five minutes to come by.
TOLD_OR_CASE = Invariant(
    "I-12 told or case",
    "Two hours after a debit the platform has acknowledged it, or there is a case; a dead letter has one too",
    by_query("""
    SELECT p.reference, format('paid at %%s, not acknowledged, and no case', p.paid_at)
    FROM payments_payment p
    WHERE p.status = 'paid' AND p.paid_at <= %(at)s - interval '125 minutes'
      AND NOT EXISTS (SELECT FROM notifications_message m
                      WHERE m.subject = p.reference AND m.purpose = 'payment.succeeded' AND m.status = 'delivered')
      AND NOT EXISTS (SELECT FROM support_case c WHERE c.payment_id = p.id AND c.kind = 'not_told')
    UNION ALL
    SELECT m.subject, m.purpose || ' was never delivered, and no case'
    FROM notifications_message m
    LEFT JOIN payments_payment p ON p.reference = m.subject
    LEFT JOIN refunds_refund r ON r.reference = m.subject
    JOIN notifications_messagechange d ON d.subject_id = m.id AND d.step = m.step
    WHERE m.status = 'dead' AND (p.id IS NOT NULL OR r.id IS NOT NULL) AND d.at <= %(at)s - interval '5 minutes'
      AND NOT EXISTS (SELECT FROM support_case c WHERE c.kind = 'dead_letter' AND c.opened_at >= d.at
                      AND (c.payment_id = p.id OR c.refund_id = r.id))
    """),
)

NOTHING_FORGOTTEN = Invariant(
    "I-23",
    "Nothing is pending or unknown for over an hour, overdue, in a person's hands or asked by a customer without a case",
    by_query("""
    SELECT p.reference, format('%%s since %%s, and no case', p.status, a.debit_sent_at)
    FROM payments_payment p JOIN payments_attempt a ON a.payment_id = p.id AND a.outcome = ''
    WHERE p.status IN ('debiting', 'unknown') AND a.debit_sent_at <= %(at)s - interval '65 minutes'
      AND NOT EXISTS (SELECT FROM support_case c WHERE c.payment_id = p.id AND c.kind = 'unknown_debit' AND c.status = 'open')
    UNION ALL
    SELECT r.reference, format('%%s since %%s, and no case', r.status, s.at)
    FROM refunds_refund r
    CROSS JOIN LATERAL (SELECT max(h.at) AS at FROM refunds_refundchange h
        WHERE h.subject_id = r.id AND h.after = CASE r.status WHEN 'manual' THEN 'manual' ELSE 'crediting' END) s
    WHERE ((r.status IN ('crediting', 'unknown') AND s.at <= %(at)s - interval '65 minutes')
           OR (r.status = 'manual' AND s.at <= %(at)s - interval '5 minutes'))
      AND NOT EXISTS (SELECT FROM support_case c WHERE c.refund_id = r.id AND c.status = 'open'
                      AND c.kind = ANY (CASE r.status WHEN 'manual' THEN ARRAY['refund_manual', 'account_closed']
                                        ELSE ARRAY['unknown_credit'] END))
    UNION ALL
    SELECT r.reference, format('overdue since %%s, and no case', r.latest_credit_date)
    FROM refunds_refund r
    WHERE r.status IN ('accepted', 'crediting', 'unknown', 'manual') AND r.latest_credit_date < %(today)s - 1
      AND NOT EXISTS (SELECT FROM support_case c WHERE c.refund_id = r.id AND c.kind = 'refund_overdue')
    UNION ALL
    SELECT q.subject, format('%%s asked by the customer at %%s, and no open case', q.reference, q.asked_at)
    FROM verification_lookupquestion q
    WHERE q.answered_at IS NULL AND q.asked_at <= %(at)s - interval '5 minutes'
      AND NOT EXISTS (SELECT FROM support_case c WHERE c.question_id = q.id
                      AND (c.status = 'open' OR c.closed_as = 'merged'))
    """),
)

INVARIANTS: tuple[Invariant, ...] = (IN_HAND, TOLD_OR_CASE, NOTHING_FORGOTTEN)
