"""The invariants that ask whether people have it in hand: nothing is left to nobody (I-6, I-12, I-23) or to one alone (I-20)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from reconciliation.checks import Invariant, by_query
from support.models import ApprovalDecision
from support.queries.approvals import is_sealed

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

# Rules of the first day come with the migrations; what was settled before there were approvals had none.
_FIRST_RULES = "made_by = 'published rules' AND valid_from = '2020-01-01'"
_APPROVED = by_query(
    f"""
    SELECT 'approval ' || d.approval_id, 'asked for and confirmed by user ' || d.checker_id
    FROM support_approvaldecision d JOIN support_approval a ON a.id = d.approval_id
    WHERE d.checker_id = a.maker_id OR d.checker_id = d.maker_id
    UNION ALL
    SELECT 'approval ' || a.id, format('%%s, and %%s of %%s agreed', a.status, y.count, a.checkers_needed)
    FROM support_approval a CROSS JOIN LATERAL (
        SELECT count(*) FILTER (WHERE d.verdict = 'approve' AND d.checker_id <> a.maker_id) AS count,
               count(*) FILTER (WHERE d.verdict = 'reject') AS rejected
        FROM support_approvaldecision d WHERE d.approval_id = a.id) y
    WHERE a.status IN ('approved', 'done', 'failed') AND (y.count < a.checkers_needed OR y.rejected > 0)
    UNION ALL
    SELECT 'approval ' || a.id, 'what it asks for is not what was hashed'
    FROM support_approval a WHERE a.payload_hash <> encode(sha256(convert_to(a.payload, 'UTF8')), 'hex')
    UNION ALL
    SELECT r.rule || ' from ' || r.valid_from, 'no approval of exactly this was carried out'
    FROM (SELECT 'limit ' || code AS rule, valid_from, made_by, 'limit.change' AS deed, to_jsonb(l) AS row
          FROM payments_limitrule l
          UNION ALL SELECT 'charge', valid_from, made_by, 'charge.change', to_jsonb(c) FROM payments_chargerule c
          UNION ALL SELECT 'charge return', valid_from, made_by, 'charge_return.change', to_jsonb(c)
          FROM refunds_chargereturnrule c
          UNION ALL SELECT 'gate', valid_from, made_by, 'gate.change', to_jsonb(g) FROM verification_gaterule g
          UNION ALL SELECT 'run pace', valid_from, made_by, 'run_pace.change', to_jsonb(p) FROM refunds_runpace p
          UNION ALL SELECT 'tier ' || from_minor, valid_from, made_by, 'tier.change', to_jsonb(t)
          FROM support_approvaltier t) r
    WHERE NOT ({_FIRST_RULES}) AND NOT EXISTS (
        SELECT FROM support_approval a WHERE a.deed = r.deed AND a.status = 'done' AND a.payload::jsonb <> '{{}}'
           AND NOT EXISTS (SELECT FROM jsonb_each_text(a.payload::jsonb) p WHERE r.row ->> p.key IS DISTINCT FROM p.value))
    UNION ALL
    SELECT r.reference, format('%%s by hand, and no approval was carried out', h.after)
    FROM refunds_refundchange h JOIN refunds_refund r ON r.id = h.subject_id
    WHERE h.before = 'manual' AND h.at > (SELECT min(made_at) FROM support_approvaltier) AND NOT EXISTS (
        SELECT FROM support_approval a WHERE a.status = 'done' AND a.subject = r.reference AND a.ended_at = h.at
           AND a.deed = CASE h.after WHEN 'credited' THEN 'refund.settle_by_hand' ELSE 'refund.return_to_run' END)
    UNION ALL
    SELECT p.reference, format('%%s had to go back, and no approval was carried out', v.told_minor)
    FROM payments_debitreversal v JOIN payments_attempt t ON t.id = v.attempt_id JOIN payments_payment p ON p.id = t.payment_id
    WHERE NOT EXISTS (
        SELECT FROM support_approval a WHERE a.deed = 'payment.reverse_debit' AND a.status = 'done' AND a.subject = p.reference
           AND a.ended_at = v.asked_at AND a.payload::jsonb ->> 'told_minor' = v.told_minor::text)
    UNION ALL
    SELECT 'platform ' || f.code, CASE WHEN f.enabled THEN 'open' ELSE 'suspended' END || ', and no approval says so'
    FROM platforms_platform f LEFT JOIN LATERAL (
        SELECT a.deed FROM support_approval a
        WHERE a.deed IN ('platform.suspend', 'platform.resume') AND a.subject = f.code AND a.status = 'done'
        ORDER BY a.ended_at DESC, a.id DESC LIMIT 1) s ON true
    WHERE f.enabled <> (coalesce(s.deed, 'platform.resume') = 'platform.resume')
    """  # noqa: S608 - the one text put in is the constant above
)


def _four_eyes(at: dt.datetime) -> Iterator[tuple[str, str]]:
    """What the database can see, and what only the key tells: whether a decision was made here."""
    yield from _APPROVED(at)
    for decision in ApprovalDecision.objects.select_related("approval").order_by("id").iterator(chunk_size=1_000):
        if not is_sealed(decision, decision.approval.payload_hash):
            yield (
                f"approval {decision.approval_id}",
                f"the {decision.verdict} of user {decision.checker_id} was not made here",
            )


APPROVED_BY_ANOTHER = Invariant(
    "I-20 approvals",
    "Another person than who asked agreed; every rule, platform switched, debit or refund by hand has its approval",
    _four_eyes,
)

INVARIANTS: tuple[Invariant, ...] = (IN_HAND, TOLD_OR_CASE, NOTHING_FORGOTTEN, APPROVED_BY_ANOTHER)
