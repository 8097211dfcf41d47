-- What platforms and payers were told: events with their numbers, webhooks, text messages, and each try.
CREATE TEMP TABLE seed_event AS
SELECT e.*, pg_temp.seed_id(e.at, 'event' || e.subject || e.kind) AS id, row_number() OVER (ORDER BY e.at, e.subject) AS n
FROM (
    SELECT p.platform_id, 'payment.' || CASE c.after WHEN 'paid' THEN 'succeeded' ELSE c.after END AS kind, p.reference AS subject,
           p.reference AS ordering_key, p.order_number, c.after AS status, p.final_minor AS minor, c.at
    FROM seed_change c JOIN seed_payment p ON p.n = c.n WHERE c.after IN ('paid', 'failed', 'cancelled', 'expired')
    UNION ALL
    SELECT r.platform_id, 'refund.' || c.after, r.reference, r.payment_reference, r.order_number, c.after, r.amount + r.charge, c.at
    FROM seed_refund_change c JOIN seed_refund r ON r.n = c.n WHERE c.after <> 'crediting'
    UNION ALL
    SELECT r.platform_id, 'refund.deferred', r.reference, r.payment_reference, r.order_number, 'accepted', r.amount + r.charge,
           (r.expected + time '15:30') AT TIME ZONE 'Asia/Taipei'
    FROM seed_refund r WHERE r.is_promised AND r.credit_date > r.expected
    UNION ALL
    SELECT r.platform_id, 'refund.overdue', r.reference, r.payment_reference, r.order_number, r.status, r.amount + r.charge, r.overdue_at
    FROM seed_refund r WHERE r.is_overdue AND r.overdue_at <= %(now)s
) e ORDER BY e.at;

INSERT INTO notifications_event (id, platform_id, kind, subject, ordering_key, body, created_at)
SELECT e.id, e.platform_id, e.kind, e.subject, e.ordering_key,
    '{"id":"evt_' || replace(e.id::text, '-', '') || '","type":"' || e.kind || '","created_at":"'
    || to_char(e.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') || '","data":{"id":"' || e.subject || '","order_number":"'
    || e.order_number || '","status":"' || e.status || '","amounts":{"final_amount_minor":' || e.minor || '}}}', e.at
FROM seed_event e ORDER BY e.n;

INSERT INTO notifications_eventnumber (event_id, platform_id, sequence)
SELECT e.id, e.platform_id, row_number() OVER (PARTITION BY e.platform_id ORDER BY e.n) FROM seed_event e ORDER BY e.n;

-- One webhook in a thousand was never taken; of the last hours some wait. Their payments have cases (5_cases.sql).
CREATE TEMP TABLE seed_message AS
SELECT m.*, pg_temp.seed_id(m.at, m.channel || m.subject || m.purpose) AS id, row_number() OVER (ORDER BY m.at, m.subject) AS n
FROM (
    SELECT 'webhook' AS channel, e.id AS event_id, f.endpoint_id, '' AS phone_sealed, e.kind AS purpose, e.subject, e.ordering_key, '' AS text, e.at,
           CASE WHEN mod(e.n, 1009) = 0 AND e.at < %(now)s - interval '4 days' THEN 'dead'
                WHEN mod(e.n, 7) = 0 AND e.at > %(now)s - interval '100 minutes' THEN 'pending' ELSE 'delivered' END AS status
    FROM seed_event e JOIN seed_shop f ON f.id = e.platform_id
    UNION ALL
    SELECT 'sms', NULL, NULL, p.phone_sealed, 'payment_paid', p.reference, '',
           '[Outpost] NT$' || p.final_minor || ' paid abroad from account ending ' || p.last4, p.pay_at + interval '1.4 seconds', 'delivered'
    FROM seed_payment p WHERE p.status = 'paid' AND p.final_minor >= 5000
    UNION ALL
    SELECT 'sms', NULL, NULL, r.phone_sealed, 'refund_' || s.purpose, r.reference, '', '[Outpost] Refund of NT$' || (r.amount + r.charge), s.at,
           CASE WHEN mod(r.n, 2003) = 0 AND s.at < %(now)s - interval '4 days' THEN 'dead' ELSE 'delivered' END
    FROM seed_refund r CROSS JOIN LATERAL (VALUES ('accepted', r.accepted_at), ('credited', r.sent_at + interval '1.2 seconds')) s (purpose, at)
    WHERE r.is_promised AND (s.purpose = 'accepted' OR r.status = 'credited')
) m ORDER BY m.at;

INSERT INTO notifications_message (id, channel, event_id, endpoint_id, recipient_sealed, purpose, subject, ordering_key, text, text_sealed,
    created_at, ladder_from, due_at, attempts_made, acknowledged_at, status, step)
SELECT m.id, m.channel, m.event_id, m.endpoint_id, m.phone_sealed, m.purpose, m.subject, m.ordering_key, m.text, '', m.at, m.at,
    CASE m.status WHEN 'pending' THEN %(now)s + interval '5 minutes' END, CASE m.status WHEN 'dead' THEN 4 ELSE 1 END,
    CASE m.status WHEN 'delivered' THEN m.at + interval '0.9 seconds' END, m.status, CASE m.status WHEN 'pending' THEN 0 ELSE 1 END
FROM seed_message m ORDER BY m.n;

INSERT INTO notifications_messagechange (id, subject_id, step, before, after, at, by, reason)
SELECT pg_temp.seed_id(c.at, 'told' || m.n || '-' || c.step), m.id, c.step, c.before, c.after, c.at, 'system', ''
FROM seed_message m CROSS JOIN LATERAL (VALUES (0, '', 'pending', m.at),
    (1, 'pending', m.status, m.at + CASE m.status WHEN 'dead' THEN interval '3 days' ELSE interval '0.9 seconds' END)) c (step, before, after, at)
WHERE c.step = 0 OR m.status <> 'pending' ORDER BY m.n, c.step;

INSERT INTO notifications_attempt (id, message_id, number, at, outcome, http_status, answer, duration_ms, operator)
SELECT pg_temp.seed_id(m.at, 'try' || m.n || '-' || t.number), m.id, t.number, m.at + (t.number - 1) * interval '1 day' + interval '0.4 seconds',
    CASE m.status WHEN 'delivered' THEN 'delivered' WHEN 'dead' THEN 'refused' ELSE 'unknown' END,
    CASE m.status WHEN 'delivered' THEN 200 WHEN 'dead' THEN 503 END, '', 90 + mod(m.n, 700),
    CASE m.channel WHEN 'sms' THEN CASE WHEN mod(m.n, 9) = 0 THEN 'secondary' ELSE 'primary' END ELSE '' END
FROM seed_message m CROSS JOIN LATERAL generate_series(1, CASE m.status WHEN 'dead' THEN 4 ELSE 1 END) t (number) ORDER BY m.n;
