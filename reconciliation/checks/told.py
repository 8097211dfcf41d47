"""What platforms and customers were told: one event for each move, a feed without gaps, nobody's rows but one's own."""

from __future__ import annotations

from reconciliation.checks.invariant import Invariant, by_query

# An event carries the moment of the move it tells of; both are written by one transaction.
ONE_EVENT_A_MOVE = Invariant(
    "I-12",
    "Each move that a platform is told of has its one event, and no event is without its move",
    by_query("""
    WITH moves AS (
        SELECT p.reference AS subject, m.kind, c.at FROM payments_paymentchange c
        JOIN payments_payment p ON p.id = c.subject_id
        JOIN (VALUES ('paid', 'payment.succeeded'), ('failed', 'payment.failed'), ('cancelled', 'payment.cancelled'),
                     ('expired', 'payment.expired')) m (after, kind) ON m.after = c.after
        UNION ALL
        SELECT r.reference, m.kind, c.at FROM refunds_refundchange c
        JOIN refunds_refund r ON r.id = c.subject_id
        JOIN (VALUES ('', 'requested', 'refund.requested'), ('requested', 'accepted', 'refund.accepted'),
                     ('requested', 'cancelled', 'refund.cancelled')) m (before, after, kind)
            ON (m.before, m.after) = (c.before, c.after)
        UNION ALL
        SELECT r.reference, 'refund.' || c.after, c.at FROM refunds_refundchange c
        JOIN refunds_refund r ON r.id = c.subject_id WHERE c.after IN ('credited', 'manual')
        UNION ALL
        SELECT r.reference, 'refund.deferred', d.at FROM refunds_deferral d JOIN refunds_refund r ON r.id = d.refund_id
        UNION ALL
        SELECT r.reference, 'refund.overdue', r.overdue_told_at FROM refunds_refund r WHERE r.overdue_told_at IS NOT NULL
    ), due AS (
        SELECT subject, kind, at, count(*) AS moves FROM moves GROUP BY 1, 2, 3
    ), told AS (
        SELECT subject, kind, created_at AS at, count(*) AS events FROM notifications_event
        WHERE kind LIKE 'payment.%%' OR kind LIKE 'refund.%%' GROUP BY 1, 2, 3
    )
    SELECT subject, format('%%s at %%s: %%s moves, %%s events', kind, at, coalesce(moves, 0), coalesce(events, 0))
    FROM due FULL JOIN told USING (subject, kind, at)
    WHERE coalesce(moves, 0) <> coalesce(events, 0)
    """),
)

# The sequencer numbers within seconds; what it has not reached after five minutes it has left out. Those are minutes of
# the world, which an event's id tells (UUIDv7): a test clock that jumps ahead makes nobody late.
FEED_WITHOUT_GAPS = Invariant(
    "I-13",
    "A platform's feed has no gap, and an event's bytes carry its own id and kind",
    by_query("""
    SELECT f.code, format('%%s numbers up to %%s', count(*), max(n.sequence))
    FROM notifications_eventnumber n JOIN platforms_platform f ON f.id = n.platform_id
    GROUP BY f.id HAVING count(*) <> max(n.sequence) OR min(n.sequence) <> 1
    UNION ALL
    SELECT 'event ' || e.id, 'has no number'
    FROM notifications_event e LEFT JOIN notifications_eventnumber n ON n.event_id = e.id
    WHERE n.event_id IS NULL
      AND to_timestamp(('x' || substr(replace(e.id::text, '-', ''), 1, 12))::bit(48)::bigint / 1000.0)
          < statement_timestamp() - interval '5 minutes'
    UNION ALL
    SELECT 'event ' || e.id, 'its body names another event or kind'
    FROM notifications_event e
    WHERE e.body::jsonb ->> 'id' <> 'evt_' || replace(e.id::text, '-', '') OR e.body::jsonb ->> 'type' <> e.kind
    """),
)

ONES_OWN_ROWS = Invariant(
    "I-19",
    "A platform is told of its own payments and refunds only, at its own endpoints",
    by_query("""
    SELECT 'event ' || e.id, 'tells of ' || e.subject || ', which is another platform''s'
    FROM notifications_event e
    LEFT JOIN payments_payment p ON p.reference = e.subject
    LEFT JOIN refunds_refund r ON r.reference = e.subject
    WHERE coalesce(p.platform_id, r.platform_id) <> e.platform_id
    UNION ALL
    SELECT 'message ' || m.id, 'goes to another platform''s endpoint'
    FROM notifications_message m
    JOIN notifications_event e ON e.id = m.event_id
    JOIN platforms_webhookendpoint w ON w.id = m.endpoint_id
    WHERE w.platform_id <> e.platform_id
    UNION ALL
    SELECT 'event ' || e.id, 'is numbered in another platform''s feed'
    FROM notifications_event e JOIN notifications_eventnumber n ON n.event_id = e.id
    WHERE n.platform_id <> e.platform_id
    UNION ALL
    SELECT r.reference, 'is of another platform than its payment'
    FROM refunds_refund r JOIN payments_payment p ON p.id = r.payment_id WHERE p.platform_id <> r.platform_id
    """),
)

ONE_SMS = Invariant(
    "I-26",
    "One text message for an event and person, and none sent after an operator took it",
    by_query("""
    SELECT m.subject, format('%%s has %%s text messages', m.purpose, count(*))
    FROM notifications_message m WHERE m.channel = 'sms' GROUP BY m.subject, m.purpose HAVING count(*) > 1
    UNION ALL
    SELECT m.subject, format('%%s was sent again after it was taken at try %%s', m.purpose, min(a.number))
    FROM notifications_message m
    JOIN notifications_attempt a ON a.message_id = m.id AND a.outcome = 'delivered'
    JOIN notifications_attempt later ON later.message_id = m.id AND later.number > a.number
    WHERE m.channel = 'sms' GROUP BY m.id
    """),
)
