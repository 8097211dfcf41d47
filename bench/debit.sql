-- The limit of a debit: the same rows in the same three transactions, a statement a step, and no program around them.
\set n :n + 1
SELECT p.id AS payment, p.reference, p.platform_id AS platform, p.order_amount_minor AS ordered, p.charge_minor AS charge,
       p.final_amount_minor AS amount, d.account, d.account_hash, d.last4, d.customer, d.card, d.check_code, d.counter,
       d.tac, d.order_digest, d.day, d.month, d.attempt, d.request, d.card_use, d.limit_day, d.limit_month, d.debiting,
       d.paid, d.journal, d.entry_1, d.entry_2, d.entry_3, d.event, d.body
FROM bench_debit d JOIN payments_payment p ON p.id = d.payment
JOIN platforms_platform f ON f.id = p.platform_id
WHERE d.client = :client_id AND d.n = :n \gset

BEGIN;
SELECT status FROM payments_payment WHERE id = :payment FOR UPDATE;
UPDATE cards_checkcode SET used_at = now() WHERE code = :check_code AND used_at IS NULL AND expires_at > now();
INSERT INTO payments_attempt (id, payment_id, number, request_id, account_hash, account_last4, check_code, counter, tac,
    signed_at, order_digest, amount_minor, created_at, outcome, outcome_code, limit_code, bank_code)
VALUES (:attempt, :payment, 1, :request, :account_hash, :last4, :check_code, :counter, :tac, '20260608100000', :order_digest,
    :amount, now(), '', '', '', '');
COMMIT;

BEGIN;
SELECT status FROM payments_payment WHERE id = :payment FOR UPDATE;
UPDATE cards_card SET last_counter = :counter WHERE id = :card AND last_counter < :counter;
INSERT INTO cards_carduse (id, card_id, counter, subject, at) VALUES (:card_use, :card, :counter, :attempt, now());
INSERT INTO payments_limituse AS taken (id, account_id, period, starts_on, used_minor)
VALUES (:limit_day, :account, 'day', :day, :amount) ON CONFLICT (account_id, period, starts_on)
DO UPDATE SET used_minor = taken.used_minor + EXCLUDED.used_minor WHERE taken.used_minor + EXCLUDED.used_minor <= 100000;
INSERT INTO payments_limituse AS taken (id, account_id, period, starts_on, used_minor)
VALUES (:limit_month, :account, 'month', :month, :amount) ON CONFLICT (account_id, period, starts_on)
DO UPDATE SET used_minor = taken.used_minor + EXCLUDED.used_minor WHERE taken.used_minor + EXCLUDED.used_minor <= 200000;
UPDATE payments_payment SET status = 'debiting', step = 1, account_id = :account, limits_day = :day,
    enquire_at = now() + interval '2 minutes', enquiries = 0 WHERE id = :payment AND step = 0;
INSERT INTO payments_paymentchange (id, subject_id, step, before, after, at, by, reason)
VALUES (:debiting, :payment, 1, 'created', 'debiting', now(), 'payer', '');
UPDATE payments_attempt SET account_id = :account, debit_sent_at = now() WHERE id = :attempt;
COMMIT;

BEGIN;
SELECT status FROM payments_payment WHERE id = :payment FOR UPDATE;
UPDATE payments_payment SET status = 'paid', step = 2, paid_at = now(), bank_reference = 'B00000001', enquire_at = NULL
WHERE id = :payment AND step = 1;
INSERT INTO payments_paymentchange (id, subject_id, step, before, after, at, by, reason)
VALUES (:paid, :payment, 2, 'debiting', 'paid', now(), 'payer', 'bank reference B00000001');
UPDATE payments_attempt SET outcome = 'approved', outcome_at = now() WHERE id = :attempt AND outcome = '';
INSERT INTO ledger_journal (id, kind, reference, platform_code, business_date, at, reason)
VALUES (:journal, 'payment', :reference, 'taobao', :day, now(), '');
INSERT INTO ledger_entry (id, journal_id, account, side, amount_minor, currency)
VALUES (:entry_1, :journal, 'bank_clearing', 'debit', :amount, 'TWD'),
    (:entry_2, :journal, 'platform_payable', 'credit', :ordered, 'TWD'),
    (:entry_3, :journal, 'charge_income', 'credit', :charge, 'TWD');
INSERT INTO notifications_event (id, platform_id, kind, subject, ordering_key, body, created_at)
VALUES (:event, :platform, 'payment.succeeded', :reference, :reference, :body, now());
INSERT INTO verification_lastuse (customer_id, used_at) VALUES (:customer, now())
ON CONFLICT (customer_id) DO UPDATE SET used_at = greatest(verification_lastuse.used_at, EXCLUDED.used_at);
COMMIT;
