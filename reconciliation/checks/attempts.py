"""Attempts to pay: a check before the debit, one alive at a time, each card counter used once."""

from __future__ import annotations

from reconciliation.checks.invariant import Invariant, by_query

# The year counts in Taipei dates: exactly one year still holds, and from 29 February it runs to the 28th.
CHECKED_BEFORE_DEBIT = Invariant(
    "I-7",
    "Before a debit stands a passed check or a completed payment, not more than a year old",
    by_query("""
    WITH proofs AS (
        SELECT c.customer_id, ch.at, NULL::uuid AS payment_id FROM verification_check c
        JOIN verification_checkchange ch ON ch.subject_id = c.id AND ch.after = 'passed'
        UNION ALL
        SELECT a.customer_id, p.paid_at, p.id FROM payments_payment p JOIN cards_account a ON a.id = p.account_id
        WHERE p.status = 'paid'
    )
    SELECT p.reference, format('attempt %%s was debited with no check or payment in the year before', a.number)
    FROM payments_attempt a
    JOIN payments_payment p ON p.id = a.payment_id
    JOIN cards_account acc ON acc.id = a.account_id
    WHERE a.debit_sent_at IS NOT NULL AND NOT EXISTS (
        SELECT FROM proofs
        WHERE proofs.customer_id = acc.customer_id AND proofs.at <= a.debit_sent_at
          AND proofs.payment_id IS DISTINCT FROM p.id
          AND (a.debit_sent_at AT TIME ZONE 'Asia/Taipei')::date
              <= ((proofs.at AT TIME ZONE 'Asia/Taipei')::date + interval '1 year')::date)
    """),
)

ONE_LIVE_ATTEMPT = Invariant(
    "I-16",
    "An order has one live or paid payment and one live attempt at most",
    by_query("""
    SELECT min(p.reference), format('order %%s has %%s payments that are live or paid', p.order_number, count(*))
    FROM payments_payment p WHERE p.status IN ('created', 'gated', 'debiting', 'unknown', 'paid')
    GROUP BY p.platform_id, p.order_number HAVING count(*) > 1
    UNION ALL
    SELECT p.reference, format('%%s with %%s live and %%s approved attempts', p.status,
        count(a.id) FILTER (WHERE a.outcome = ''), count(a.id) FILTER (WHERE a.outcome = 'approved'))
    FROM payments_payment p LEFT JOIN payments_attempt a ON a.payment_id = p.id
    GROUP BY p.id
    HAVING count(a.id) FILTER (WHERE a.outcome = '') > 1
        OR (p.status IN ('debiting', 'unknown')) <> (count(a.id) FILTER (WHERE a.outcome = '' AND a.debit_sent_at IS NOT NULL) = 1)
        OR (p.status = 'paid') <> (count(a.id) FILTER (WHERE a.outcome = 'approved') = 1)
    """),
)

COUNTER_ONCE = Invariant(
    "I-17",
    "A card's counter value is used once and only rises; no debit without such a use and a used check code",
    by_query("""
    SELECT 'card ' || u.card_id, format('counter %%s was used %%s times', u.counter, count(*))
    FROM cards_carduse u GROUP BY u.card_id, u.counter HAVING count(*) > 1
    UNION ALL
    SELECT 'card ' || c.id, format('stands at counter %%s, was used at %%s', c.last_counter, max(u.counter))
    FROM cards_card c JOIN cards_carduse u ON u.card_id = c.id GROUP BY c.id HAVING c.last_counter <> max(u.counter)
    UNION ALL
    SELECT p.reference, format('attempt %%s was debited without a card use of its own', a.number)
    FROM payments_attempt a JOIN payments_payment p ON p.id = a.payment_id
    WHERE a.debit_sent_at IS NOT NULL AND NOT EXISTS (
        SELECT FROM cards_carduse u WHERE u.subject = a.id::text AND u.counter = a.counter)
    UNION ALL
    SELECT p.reference, format('attempt %%s was debited with a check code that was not used up', a.number)
    FROM payments_attempt a JOIN payments_payment p ON p.id = a.payment_id
    WHERE a.debit_sent_at IS NOT NULL AND NOT EXISTS (
        SELECT FROM cards_checkcode k WHERE k.code = a.check_code AND k.subject = p.reference AND k.used_at IS NOT NULL)
    """),
)
