-- What is to be made, drawn into temporary tables: nothing of the portal's is touched here.
-- Equal seeds draw equal rows; only ids, keys and the moments differ, which count back from now.
SELECT setseed(0.42);

-- A time-ordered id (UUIDv7) of a moment; the salt makes it one of its own. STABLE, as extract() is: only so is it inlined.
CREATE FUNCTION pg_temp.seed_id(at timestamptz, salt text) RETURNS uuid LANGUAGE sql STABLE AS $$
    SELECT overlay(overlay(md5(salt) PLACING lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0') || '7' FROM 1) PLACING '8' FROM 17)::uuid
$$;

-- As common.references spells them: time in eighths of a second, a number nobody else has, and a check character.
CREATE FUNCTION pg_temp.seed_reference(prefix text, at timestamptz, n bigint) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
    letters CONSTANT text := '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
    number CONSTANT bigint := ((extract(epoch FROM at) * 8)::bigint << 25) | n;
    digit int; weighted int := 0; body text := '';
BEGIN
    FOR place IN 1..13 LOOP
        digit := CASE WHEN place = 1 THEN 0 ELSE ((number >> (65 - 5 * place)) & 31)::int END;
        weighted := weighted + digit * place;
        body := body || substr(letters, digit + 1, 1);
    END LOOP;
    RETURN prefix || '-' || body || substr(letters, mod(weighted, 31) + 1, 1);
END $$;

-- Busy from morning to midnight; the last half day as busy as the others.
CREATE TEMP TABLE seed_moment AS
SELECT row_number() OVER (ORDER BY at) AS n, at
FROM (
    SELECT CASE WHEN drawn > %(now)s - interval '5 seconds' THEN %(now)s - random() * interval '12 hours' ELSE drawn END AS at
    FROM (
        SELECT %(midnight)s - floor(random() * 396) * interval '1 day'
               + (7 + 17 * (random() + random()) / 2) * interval '1 hour' AS drawn
        FROM generate_series(1, %(payments)s)
    ) a
) b;

CREATE TEMP TABLE seed_payment AS
WITH drawn AS (
    SELECT m.n, m.at, random() AS r, random() AS q, 40 + random() * 200 AS delay,
           (1500 * exp(random() * 6.2))::bigint AS product, (random() * 2500)::bigint AS shipping, random() < 0.3 AS is_reduced,
           1 + floor(random() * %(people)s)::int AS person,
           CASE WHEN random() < 0.7 THEN 1 WHEN random() < 0.7 THEN 2 ELSE 3 END AS shop
    FROM seed_moment m
), lived AS (
    SELECT d.*, CASE WHEN is_reduced THEN product / 20 ELSE 0 END AS discount,
        CASE
            WHEN at > %(now)s - interval '10 minutes' THEN 'created'
            WHEN at > %(now)s - interval '12 hours' THEN
                CASE WHEN r < .80 THEN 'paid' WHEN r < .94 THEN 'created' WHEN r < .955 THEN 'gated' WHEN r < .965 THEN 'unknown'
                     ELSE 'cancelled' END
            WHEN r < .90 THEN 'paid' WHEN r < .96 THEN 'expired' WHEN r < .985 THEN 'cancelled' WHEN r < .995 THEN 'failed'
            ELSE 'expired' END AS status
    FROM drawn d
), priced AS (
    SELECT l.*, round((product + shipping - discount) * 4.4966 / 100)::bigint AS order_minor,
        CASE
            WHEN status = 'paid' AND q < .04 THEN 'paid after a decline'
            WHEN status = 'expired' AND q < .25 THEN 'declined'
            ELSE status END AS path,
        -- Refused before the bank was asked for money: an attempt without a move.
        status IN ('expired', 'cancelled') AND q > .75 AS is_refused
    FROM lived l
)
SELECT p.n, pg_temp.seed_id(at, 'payment' || n) AS id, pg_temp.seed_reference('PAY', at, n) AS reference,
       f.id AS platform_id, f.code AS shop_code, a.id AS account_id, a.customer_id, a.card_id, a.hash, a.last4, a.phone_sealed,
       upper(substr(f.code, 1, 2)) || to_char(at, 'YYMMDD') || lpad(n::text, 8, '0') AS order_number,
       at, at + interval '12 hours' AS expires_at, at + delay * interval '1 second' AS pay_at, status, path, is_refused,
       product, shipping, discount, order_minor, (order_minor + 50) / 100 AS charge_minor,
       order_minor + (order_minor + 50) / 100 AS final_minor,
       CASE WHEN status IN ('paid', 'unknown') THEN (((at + delay * interval '1 second') AT TIME ZONE 'Asia/Taipei')::date) END AS limits_day,
       (ARRAY['no_transfer_agreement', 'limit_exceeded', 'account_frozen', 'card_lost', 'under_age', 'foreign_card'])[1 + mod(n, 6)] AS refusal,
       CASE WHEN mod(n, 9001) = 0 THEN 'bank_declined' ELSE 'balance_too_low' END AS decline,
       CASE WHEN mod(n, 9001) = 0 THEN '4599' ELSE '4501' END AS bank_code,
       CASE WHEN mod(n, 8) = 0 THEN 'en' ELSE 'zh-hant' END AS language
FROM priced p
JOIN seed_shop f ON f.number = p.shop
JOIN seed_person a ON a.number = p.person;
-- Whom nothing proved for a year, neither the check before the first debit nor a payment, lets every later order expire.
WITH debited AS (
    SELECT n, account_id, pay_at,
           pay_at - coalesce(max(pay_at) FILTER (WHERE status = 'paid') OVER earlier, min(pay_at) OVER earlier) AS proof_is_old
    FROM seed_payment WHERE status IN ('paid', 'failed', 'unknown') OR path = 'declined'
    WINDOW earlier AS (PARTITION BY account_id ORDER BY pay_at ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
), longest AS (
    SELECT n, max(proof_is_old) OVER (PARTITION BY account_id ORDER BY pay_at) AS gap FROM debited
)
UPDATE seed_payment p SET status = 'expired', path = 'expired', limits_day = NULL
FROM longest g WHERE g.n = p.n AND g.gap > interval '364 days';

CREATE INDEX ON seed_payment (n);
CREATE INDEX ON seed_payment (account_id);
ANALYZE seed_payment;

-- The moves of each path, timed from the order, from the payer's card, or from the end of its time.
CREATE TEMP TABLE seed_path (path text, step int, before text, after text, base text, seconds numeric, moved_by text);
INSERT INTO seed_path VALUES
    ('paid', 0, '', 'created', 'at', 0, 'platform'), ('paid', 1, 'created', 'debiting', 'pay', 0, 'payer'),
    ('paid', 2, 'debiting', 'paid', 'pay', 1.4, 'payer'),
    ('paid after a decline', 0, '', 'created', 'at', 0, 'platform'), ('paid after a decline', 1, 'created', 'debiting', 'pay', -30, 'payer'),
    ('paid after a decline', 2, 'debiting', 'created', 'pay', -28.5, 'payer'),
    ('paid after a decline', 3, 'created', 'debiting', 'pay', 0, 'payer'), ('paid after a decline', 4, 'debiting', 'paid', 'pay', 1.4, 'payer'),
    ('expired', 0, '', 'created', 'at', 0, 'platform'), ('expired', 1, 'created', 'expired', 'end', 20, 'sweep'),
    ('declined', 0, '', 'created', 'at', 0, 'platform'), ('declined', 1, 'created', 'debiting', 'pay', -30, 'payer'),
    ('declined', 2, 'debiting', 'created', 'pay', -28.5, 'payer'), ('declined', 3, 'created', 'expired', 'end', 20, 'sweep'),
    ('cancelled', 0, '', 'created', 'at', 0, 'platform'), ('cancelled', 1, 'created', 'cancelled', 'pay', 60, 'platform'),
    ('failed', 0, '', 'created', 'at', 0, 'platform'), ('failed', 1, 'created', 'debiting', 'pay', 0, 'payer'),
    ('failed', 2, 'debiting', 'unknown', 'pay', 10, 'payer'), ('failed', 3, 'unknown', 'failed', 'pay', 130, 'sweep'),
    ('unknown', 0, '', 'created', 'at', 0, 'platform'), ('unknown', 1, 'created', 'debiting', 'pay', 0, 'payer'),
    ('unknown', 2, 'debiting', 'unknown', 'pay', 10, 'payer'),
    ('gated', 0, '', 'created', 'at', 0, 'platform'), ('gated', 1, 'created', 'gated', 'pay', 0, 'gate'),
    ('created', 0, '', 'created', 'at', 0, 'platform');

CREATE TEMP TABLE seed_change AS
SELECT p.n, p.id AS payment_id, s.step, s.before, s.after, s.moved_by,
       CASE s.base WHEN 'at' THEN p.at WHEN 'pay' THEN p.pay_at ELSE p.expires_at END + s.seconds * interval '1 second' AS at
FROM seed_payment p JOIN seed_path s USING (path)
ORDER BY p.n, s.step;
