-- Payments and refunds as the portal keeps them: rows, moves, attempts, journals, limits.
INSERT INTO cards_card (id, customer_id, serial_hash, last_counter, created_at)
SELECT a.card_id, a.customer_id, md5('serial' || a.number) || md5('card' || a.number), -1, %(began)s FROM seed_person a;

INSERT INTO payments_payment (id, reference, platform_id, order_number, description, goods, currency, product_minor, shipping_minor,
    discount_minor, rate, rate_source, rate_quoted_at, order_amount_minor, charge_minor, final_amount_minor, charge_percent, return_url,
    language, created_at, expires_at, link_hash, former_links, account_id, enquire_at, enquiries, limits_day, bank_reference, paid_at,
    failure_code, shipped_at, refunded_order_minor, refunded_charge_minor, status, step)
SELECT p.id, p.reference, p.platform_id, p.order_number, 'Clay teapot, paper lamp',
    '[{"name": "Clay teapot", "quantity": 1}, {"name": "Paper lamp", "quantity": 2}]', 'CNY', product, shipping,
    discount, 4.4966, 'Seed', p.at, p.order_minor, p.charge_minor, p.final_minor, 1, 'https://example.com/' || p.order_number,
    p.language, p.at, p.expires_at, md5('link' || p.n) || md5('l' || p.n), '[]',
    CASE WHEN p.path NOT IN ('created', 'expired', 'cancelled') THEN p.account_id END,
    CASE WHEN p.status = 'unknown' THEN %(now)s + interval '5 minutes' END, CASE WHEN p.status IN ('unknown', 'failed') THEN 3 ELSE 0 END,
    p.limits_day, CASE WHEN p.status = 'paid' THEN 'B' || lpad(p.n::text, 12, '0') ELSE '' END,
    CASE WHEN p.status = 'paid' THEN p.pay_at + interval '1.4 seconds' END,
    CASE WHEN p.status = 'failed' THEN 'not_debited' ELSE '' END,
    CASE WHEN p.status = 'paid' AND mod(p.n, 3) = 0 AND r.id IS NULL THEN p.pay_at + interval '30 hours' END,
    CASE WHEN r.status <> 'cancelled' THEN r.amount ELSE 0 END, CASE WHEN r.status <> 'cancelled' THEN r.charge ELSE 0 END,
    p.status, s.step
FROM seed_payment p
JOIN (SELECT path, max(step) AS step FROM seed_path GROUP BY path) s USING (path)
LEFT JOIN seed_refund r ON r.payment_n = p.n
ORDER BY p.n;

INSERT INTO payments_paymentchange (id, subject_id, step, before, after, at, by, reason)
SELECT pg_temp.seed_id(c.at, 'change' || c.n || '-' || c.step), c.payment_id, c.step, c.before, c.after, c.at, c.moved_by, ''
FROM seed_change c ORDER BY c.n, c.step;

-- Every card presentation: those the bank approved or declined, those it never answered, those we refused.
CREATE TEMP TABLE seed_attempt AS
SELECT t.*, pg_temp.seed_id(t.at, 'attempt' || t.n || '-' || t.number) AS id,
       row_number() OVER (PARTITION BY t.card_id ORDER BY t.at, t.n, t.number) AS counter,
       '9' || lpad((t.n * 10 + t.number)::text, 15, '0') AS check_code
FROM (
    SELECT p.n, 1 AS number, p.id AS payment_id, p.reference, p.account_id, p.card_id, p.hash, p.last4, p.final_minor,
           p.pay_at - interval '30 seconds' AS at, 'declined' AS outcome, p.decline AS code, p.bank_code
    FROM seed_payment p WHERE p.path IN ('declined', 'paid after a decline')
    UNION ALL
    SELECT p.n, CASE WHEN p.path = 'paid' OR p.path = 'unknown' OR p.path = 'failed' THEN 1 ELSE 2 END, p.id, p.reference, p.account_id,
           p.card_id, p.hash, p.last4, p.final_minor, p.pay_at,
           CASE p.status WHEN 'paid' THEN 'approved' WHEN 'failed' THEN 'declined' ELSE '' END,
           CASE p.status WHEN 'failed' THEN 'not_debited' ELSE '' END, ''
    FROM seed_payment p WHERE p.status IN ('paid', 'failed', 'unknown')
    UNION ALL
    SELECT p.n, 1, p.id, p.reference, p.account_id, p.card_id, p.hash, p.last4, p.final_minor, p.pay_at, 'refused', p.refusal, ''
    FROM seed_payment p WHERE p.is_refused
) t
ORDER BY t.n, t.number;

INSERT INTO payments_attempt (id, payment_id, number, request_id, account_id, account_hash, account_last4, check_code, counter, tac,
    signed_at, order_digest, amount_minor, created_at, debit_sent_at, outcome, outcome_code, bank_code, outcome_at)
SELECT t.id, t.payment_id, t.number, pg_temp.seed_id(t.at, 'debit' || n || '-' || t.number), t.account_id, t.hash, t.last4, t.check_code,
    t.counter, upper(substr(md5('tac' || n), 1, 16)), to_char(t.at AT TIME ZONE 'Asia/Taipei', 'YYYYMMDDHH24MISS'),
    -- The lines of Payment.order_as_shown, as the card signs them.
    encode(sha256(convert_to(concat_ws(E'\n', 'payment=' || p.reference, 'order_number=' || p.order_number, 'platform=' || p.shop_code,
        'product_minor=' || p.product, 'shipping_minor=' || p.shipping, 'discount_minor=' || p.discount, 'currency=CNY', 'rate=4.4966',
        'order_amount_minor=' || p.order_minor, 'charge_minor=' || p.charge_minor, 'final_amount_minor=' || p.final_minor), 'UTF8')), 'hex'),
    t.final_minor, t.at - interval '2 seconds', CASE WHEN t.outcome <> 'refused' THEN t.at END,
    t.outcome, t.code, t.bank_code, CASE WHEN t.outcome <> '' THEN t.at + interval '1.4 seconds' END
FROM seed_attempt t JOIN seed_payment p USING (n) ORDER BY n, t.number;

INSERT INTO cards_checkcode (id, subject, code, issued_at, expires_at, used_at)
SELECT pg_temp.seed_id(t.at, 'code' || t.check_code), t.reference, t.check_code, t.at - interval '40 seconds', t.at + interval '260 seconds', t.at
FROM seed_attempt t ORDER BY t.n;

INSERT INTO cards_carduse (id, card_id, counter, subject, at)
SELECT pg_temp.seed_id(t.at, 'use' || t.check_code), t.card_id, t.counter, t.id::text, t.at FROM seed_attempt t ORDER BY t.n;

UPDATE cards_card c SET last_counter = u.counter
FROM (SELECT card_id, max(counter) AS counter FROM seed_attempt GROUP BY card_id) u WHERE u.card_id = c.id;

-- Everyone proved who they are before their first debit.
CREATE TEMP TABLE seed_check AS
SELECT a.number, a.customer_id, a.last4, a.account_sealed, f.at - interval '1 day' AS at, f.reference, f.shop_code, f.language,
       pg_temp.seed_id(f.at - interval '1 day', 'check' || a.number) AS id
FROM seed_person a
JOIN LATERAL (SELECT p.pay_at AS at, p.reference, p.shop_code, p.language FROM seed_payment p
              WHERE p.account_id = a.id AND p.status IN ('paid', 'failed', 'unknown') OR p.account_id = a.id AND p.path = 'declined'
              ORDER BY p.pay_at LIMIT 1) f ON true;

INSERT INTO verification_check (id, token_hash, customer_id, account_sealed, account_last4, subject, platform_name, return_url, language,
    opened_at, expires_at, wait_until, status, step)
SELECT c.id, md5('token' || c.number) || md5('t' || c.number), c.customer_id, c.account_sealed, c.last4, c.reference, c.shop_code,
    'https://example.com/', c.language, c.at, c.at + interval '30 minutes', c.at + interval '6 minutes', 'passed', 5
FROM seed_check c ORDER BY c.at;

INSERT INTO verification_checkchange (id, subject_id, step, before, after, at, by, reason)
SELECT pg_temp.seed_id(c.at, 'checked' || c.number || '-' || s.step), c.id, s.step, s.before, s.after,
       c.at + s.step * interval '30 seconds', 'payer', ''
FROM seed_check c CROSS JOIN (VALUES (0, '', 'started'), (1, 'started', 'consented'), (2, 'consented', 'submitted'),
    (3, 'submitted', 'code_sent'), (4, 'code_sent', 'asking'), (5, 'asking', 'passed')) s (step, before, after)
ORDER BY c.at, s.step;

INSERT INTO verification_lastuse (customer_id, used_at)
SELECT c.customer_id, max(coalesce(p.pay_at + interval '1.4 seconds', c.at))
FROM seed_check c LEFT JOIN seed_payment p ON p.customer_id = c.customer_id AND p.status = 'paid' GROUP BY c.customer_id;

INSERT INTO payments_limituse (id, account_id, period, starts_on, used_minor)
SELECT pg_temp.seed_id(starts_on::timestamp AT TIME ZONE 'Asia/Taipei', account_id || period || starts_on), account_id, period, starts_on, used
FROM (
    SELECT p.account_id, u.period, u.starts_on, sum(p.final_minor) AS used
    FROM seed_payment p CROSS JOIN LATERAL (VALUES ('day', p.limits_day), ('month', date_trunc('month', p.limits_day)::date)) u (period, starts_on)
    WHERE p.limits_day IS NOT NULL GROUP BY 1, 2, 3
) g ORDER BY starts_on;

INSERT INTO refunds_refund (id, reference, platform_id, payment_id, platform_refund_number, amount_minor, charge_minor, total_minor, reason,
    requested_at, accepted_date, expected_credit_date, latest_credit_date, calendar_version_id, checked_version, credit_date, request_id,
    enquiries, bank_reference, bank_code, credited_at, overdue_told_at, status, step)
SELECT r.id, r.reference, r.platform_id, r.payment_id, 'R' || lpad(r.n::text, 10, '0'), r.amount, r.charge, r.amount + r.charge, 'goods returned',
    r.at, CASE WHEN is_promised THEN r.accepted_date END, CASE WHEN is_promised THEN r.expected END, CASE WHEN is_promised THEN r.latest END,
    CASE WHEN is_promised THEN %(calendar)s::uuid END, CASE WHEN is_promised THEN %(calendar_number)s END,
    CASE WHEN is_promised THEN r.credit_date END, CASE WHEN r.status IN ('credited', 'manual') THEN r.request_id END, 0,
    CASE WHEN r.status = 'credited' THEN 'C' || lpad(r.n::text, 12, '0') ELSE '' END, CASE WHEN r.status = 'manual' THEN '4602' ELSE '' END,
    CASE WHEN r.status = 'credited' THEN r.sent_at + interval '1.2 seconds' END,
    CASE WHEN r.is_overdue AND r.overdue_at <= %(now)s THEN r.overdue_at END, r.status, s.step
FROM seed_refund r JOIN (VALUES ('requested', 0), ('cancelled', 1), ('accepted', 1), ('credited', 3), ('manual', 3)) s (status, step) USING (status)
ORDER BY r.n;

INSERT INTO refunds_refundchange (id, subject_id, step, before, after, at, by, reason)
SELECT pg_temp.seed_id(c.at, 'rchange' || c.n || '-' || c.step), c.refund_id, c.step, c.before, c.after, c.at, c.moved_by, ''
FROM seed_refund_change c ORDER BY c.n, c.step;

INSERT INTO refunds_creditattempt (id, refund_id, number, request_id, valid_until, at)
SELECT pg_temp.seed_id(r.sent_at, 'ask' || r.n), r.id, 1, r.request_id, r.sent_at + interval '1 hour', r.sent_at
FROM seed_refund r WHERE r.status IN ('credited', 'manual') ORDER BY r.n;

INSERT INTO refunds_deferral (id, refund_id, number, reason, old_date, new_date, old_latest_date, new_latest_date, at, by)
SELECT pg_temp.seed_id(r.deferred_at, 'deferral' || r.n), r.id, 1, r.deferral, r.expected, r.credit_date, r.latest, r.latest, r.deferred_at, 'run'
FROM (SELECT *, (expected + time '15:30') AT TIME ZONE 'Asia/Taipei' AS deferred_at FROM seed_refund) r
WHERE r.is_promised AND r.credit_date > r.expected ORDER BY r.n;

INSERT INTO ledger_journal (id, kind, reference, platform_code, business_date, at, reason, reverses_id)
SELECT pg_temp.seed_id(j.at, j.kind || j.reference), j.kind, j.reference, j.shop_code, (j.at AT TIME ZONE 'Asia/Taipei')::date, j.at, '', NULL
FROM (
    SELECT 'payment' AS kind, p.reference, p.shop_code, p.pay_at + interval '1.4 seconds' AS at FROM seed_payment p WHERE p.status = 'paid'
    UNION ALL
    SELECT 'refund', r.reference, r.shop_code, r.sent_at + interval '1.2 seconds' FROM seed_refund r WHERE r.status = 'credited'
) j ORDER BY j.at;

INSERT INTO ledger_entry (id, journal_id, account, side, amount_minor, currency)
SELECT pg_temp.seed_id(e.at, 'entry' || e.reference || e.account), pg_temp.seed_id(e.at, e.kind || e.reference), e.account, e.side, e.minor, 'TWD'
FROM (
    SELECT 'payment' AS kind, p.reference, p.pay_at + interval '1.4 seconds' AS at, a.*
    FROM seed_payment p CROSS JOIN LATERAL (VALUES ('bank_clearing', 'debit', p.final_minor), ('platform_payable', 'credit', p.order_minor),
        ('charge_income', 'credit', p.charge_minor)) a (account, side, minor)
    WHERE p.status = 'paid'
    UNION ALL
    SELECT 'refund', r.reference, r.sent_at + interval '1.2 seconds', a.*
    FROM seed_refund r CROSS JOIN LATERAL (VALUES ('platform_payable', 'debit', r.amount), ('charge_income', 'debit', r.charge),
        ('bank_clearing', 'credit', r.amount + r.charge)) a (account, side, minor)
    WHERE r.status = 'credited'
) e WHERE e.minor > 0 ORDER BY e.at;
