-- Cases: what the sweeps would have opened, and closed ones of all kinds up to the number asked for.
CREATE TEMP TABLE seed_cause AS
SELECT c.*, row_number() OVER (ORDER BY c.at, c.kind, c.payment_id, c.refund_id) AS n
FROM (
    SELECT 'not_told' AS kind, p.id AS payment_id, NULL::uuid AS refund_id, m.at + interval '121 minutes' AS at, true AS is_open
    FROM seed_message m JOIN seed_payment p ON p.reference = m.subject WHERE m.status = 'dead' AND m.purpose = 'payment.succeeded'
    UNION ALL
    SELECT 'dead_letter', p.id, r.id, max(m.at) + interval '72 hours 1 minute', true
    FROM seed_message m LEFT JOIN seed_payment p ON p.reference = m.subject LEFT JOIN seed_refund r ON r.reference = m.subject
    WHERE m.status = 'dead' GROUP BY p.id, r.id
    UNION ALL
    SELECT 'unknown_debit', p.id, NULL, p.pay_at + interval '61 minutes', true
    FROM seed_payment p WHERE p.status = 'unknown' AND p.pay_at < %(now)s - interval '62 minutes'
    UNION ALL
    SELECT 'refund_manual', NULL, r.id, r.sent_at + interval '4 minutes', true FROM seed_refund r WHERE r.status = 'manual'
    UNION ALL
    SELECT 'refund_overdue', NULL, r.id, r.overdue_at, true FROM seed_refund r WHERE r.is_overdue AND r.overdue_at <= %(now)s
) c;

INSERT INTO seed_cause (n, kind, payment_id, refund_id, at, is_open)
SELECT (SELECT count(*) FROM seed_cause) + row_number() OVER (ORDER BY f.at), f.kind,
       CASE WHEN f.kind <> 'refund_overdue' THEN f.payment_id END, CASE WHEN f.kind = 'refund_overdue' THEN f.refund_id END, f.at, false
FROM (
    SELECT CASE WHEN random() < .55 THEN 'not_told' WHEN random() < .6 THEN 'unknown_debit' WHEN random() < .8 THEN 'refund_overdue'
                ELSE 'unmapped_bank_code' END AS kind,
           r.payment_id, r.id AS refund_id, r.at
    FROM seed_refund r WHERE r.at < %(now)s - interval '4 days' AND r.is_promised
    ORDER BY random() LIMIT greatest(0, %(cases)s - (SELECT count(*) FROM seed_cause))
) f;

CREATE TEMP TABLE seed_case AS
SELECT c.*, pg_temp.seed_id(c.at, 'case' || c.n) AS id,
       c.at + (10 + mod(c.n * 7919, 300)) * interval '11 minutes' AS closed_at,
       CASE WHEN c.is_open AND mod(c.n, 3) = 0 THEN 'customer-service' ELSE (ARRAY['staff:amy', 'staff:ben', 'staff:chen', 'staff:sam'])[1 + mod(c.n, 4)] END AS owner
FROM seed_cause c;

INSERT INTO support_case (id, kind, payment_id, refund_id, owner, opened_at, closed_at, closed_reason, status, step /* more columns */)
SELECT c.id, c.kind, c.payment_id, c.refund_id, c.owner, c.at, CASE WHEN NOT c.is_open THEN c.closed_at END,
    CASE WHEN NOT c.is_open THEN 'the cause is gone' ELSE '' END, CASE WHEN c.is_open THEN 'open' ELSE 'closed' END,
    CASE WHEN c.is_open THEN 0 ELSE 1 END /* more values */
FROM seed_case c ORDER BY c.at;

INSERT INTO support_casechange (id, subject_id, step, before, after, at, by, reason)
SELECT pg_temp.seed_id(s.at, 'cased' || c.n || '-' || s.step), c.id, s.step, s.before, s.after, s.at,
       CASE WHEN s.step = 1 AND mod(c.n, 2) = 0 THEN c.owner ELSE 'sweep' END, CASE s.step WHEN 1 THEN 'the cause is gone' ELSE '' END
FROM seed_case c CROSS JOIN LATERAL (VALUES (0, '', 'open', c.at), (1, 'open', 'closed', c.closed_at)) s (step, before, after, at)
WHERE s.step = 0 OR NOT c.is_open ORDER BY c.at, s.step;

INSERT INTO support_casenote (id, case_id, text, at, by)
SELECT pg_temp.seed_id(c.at, 'note' || c.n), c.id, 'Called the platform; they look into it.', c.at + interval '9 minutes', c.owner
FROM seed_case c WHERE c.owner <> 'customer-service' AND mod(c.n, 3) <> 1 ORDER BY c.at;

-- Who took which case, and who looked at what: one record a case and one for each tenth payment. They are chained afterwards.
INSERT INTO audit_record (id, by, role, action, subject, reason, details, at)
SELECT pg_temp.seed_id(l.at, 'look' || l.action || l.subject), l.by, l.role, l.action, l.subject, '', l.details, l.at
FROM (
    SELECT c.owner AS by, 'agent' AS role, 'case.taken' AS action, c.id::text AS subject, '{"from": "customer-service"}'::jsonb AS details,
           c.at + interval '8 minutes' AS at
    FROM seed_case c WHERE c.owner <> 'customer-service'
    UNION ALL
    SELECT (ARRAY['staff:amy', 'staff:ben', 'staff:chen', 'staff:sam'])[1 + mod(p.n, 4)], CASE WHEN mod(p.n, 4) = 3 THEN 'supervisor' ELSE 'agent' END,
           'payment.read', p.reference, '{}', least(p.pay_at + interval '2 hours', %(now)s)
    FROM seed_payment p WHERE mod(p.n, 10) = 0
) l ORDER BY l.at;
