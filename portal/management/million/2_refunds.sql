-- Refunds of paid orders, with the promise that the calendar gives, and what became of them.
CREATE TEMP TABLE seed_refund AS
WITH chosen AS (
    SELECT p.n AS payment_n, p.id AS payment_id, p.reference AS payment_reference, p.platform_id, p.shop_code, p.order_number,
           p.order_minor, p.charge_minor AS payment_charge, p.phone_sealed, p.last4, p.language,
           least(p.pay_at + interval '1 day' + random() * interval '15 days', %(now)s - random() * interval '1 day') AS at,
           random() AS r, random() AS q, random() AS part
    FROM seed_payment p WHERE p.status = 'paid' AND p.pay_at < %(now)s - interval '3 days'
    ORDER BY random() LIMIT %(refunds)s
), dated AS (
    SELECT c.*, row_number() OVER (ORDER BY at) AS n, ((at + interval '1 hour') AT TIME ZONE 'Asia/Taipei')::date AS accepted_date,
           CASE WHEN part < .65 THEN order_minor ELSE greatest(1, floor(order_minor * part))::bigint END AS amount
    FROM chosen c
), promised AS (
    SELECT d.*, p.expected, p.latest, p.after_expected, p.after_latest,
           CASE WHEN amount = order_minor THEN payment_charge ELSE payment_charge * amount / order_minor END AS charge,
           -- One in thirty moved by a day; one in a thousand later than promised.
           r >= .02 AND q < .033 AND p.expected < %(today)s AS is_deferred,
           r >= .02 AND q > .999 AND p.expected < %(today)s AS is_late
    FROM dated d JOIN seed_promise p USING (accepted_date)
), due AS (
    SELECT p.*, CASE WHEN is_late THEN after_latest WHEN is_deferred THEN after_expected ELSE expected END AS credit_date
    FROM promised p
), lived AS (
    SELECT d.*, CASE
            WHEN r < .02 THEN 'cancelled'
            WHEN at + interval '1 hour' > %(now)s OR (r < .06 AND at > %(now)s - interval '6 days') THEN 'requested'
            WHEN r > .985 AND credit_date < %(today)s AND credit_date > %(today)s - 30 THEN 'manual'
            WHEN credit_date < %(today)s THEN 'credited'
            ELSE 'accepted' END AS status
    FROM due d
)
SELECT l.*, status NOT IN ('requested', 'cancelled') AS is_promised, pg_temp.seed_id(at, 'refund' || n) AS id, pg_temp.seed_reference('RF', at, n) AS reference,
       pg_temp.seed_id(at, 'credit' || n) AS request_id, at + interval '1 hour' AS accepted_at,
       -- The day's run: from two in the afternoon, Taipei.
       (credit_date + time '14:00') AT TIME ZONE 'Asia/Taipei' + r * interval '40 minutes' AS sent_at,
       (ARRAY['refunds_pending', 'maintenance', 'typhoon_closure', 'system_upgrade', 'holiday_published'])[1 + mod(n, 5)] AS deferral,
       status IN ('accepted', 'manual') AND latest < %(today)s AS is_overdue,
       (latest + 1 + time '09:00') AT TIME ZONE 'Asia/Taipei' AS overdue_at
FROM lived l
ORDER BY n;
CREATE INDEX ON seed_refund (payment_n);
ANALYZE seed_refund;

CREATE TEMP TABLE seed_refund_change AS
SELECT r.n, r.id AS refund_id, s.step, s.before, s.after, s.moved_by,
       CASE s.base WHEN 'at' THEN r.at WHEN 'accept' THEN r.accepted_at ELSE r.sent_at END + s.seconds * interval '1 second' AS at
FROM seed_refund r
JOIN (VALUES
    ('requested', 0, '', 'requested', 'at', 0, 'platform'),
    ('cancelled', 0, '', 'requested', 'at', 0, 'platform'), ('cancelled', 1, 'requested', 'cancelled', 'accept', 0, 'platform'),
    ('accepted', 0, '', 'requested', 'at', 0, 'platform'), ('accepted', 1, 'requested', 'accepted', 'accept', 0, 'platform'),
    ('credited', 0, '', 'requested', 'at', 0, 'platform'), ('credited', 1, 'requested', 'accepted', 'accept', 0, 'platform'),
    ('credited', 2, 'accepted', 'crediting', 'send', 0, 'run'), ('credited', 3, 'crediting', 'credited', 'send', 1.2, 'run'),
    ('manual', 0, '', 'requested', 'at', 0, 'platform'), ('manual', 1, 'requested', 'accepted', 'accept', 0, 'platform'),
    ('manual', 2, 'accepted', 'crediting', 'send', 0, 'run'), ('manual', 3, 'crediting', 'manual', 'send', 1.2, 'run')
) s (status, step, before, after, base, seconds, moved_by) USING (status)
ORDER BY r.n, s.step;
