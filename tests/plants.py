"""Bugs of the money paths, as exact changes of the source, and the tests that have to find each of them.

The four come from what hurts such services most: a timeout taken for a failure, the bank asked before the intent is
kept, the notice written after the commit, and a refund's room counted without the refunds on their way. Each compiles,
passes the plain story of a payment and its refund, and is found by every test that it names.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

DEBITS, SETTLING = "payments/operations/debits.py", "payments/operations/settling.py"
REQUESTING, CREDITING = "refunds/operations/requesting.py", "refunds/operations/crediting.py"
PAYMENT_TABLES = "payments/migrations/0001_initial.py"

# What a developer tries by hand: green whatever is planted, which is why the other tests are there.
PLAIN_STORY = (
    "payments/tests/test_debits.py::test_a_debit_is_booked_told_and_kept_once",
    "refunds/tests/test_crediting.py::test_a_due_refund_is_credited_booked_and_told",
)


class PlantNoLongerFits(Exception):
    """The source has changed: plant the bug anew in what is there now."""


@dataclass(frozen=True)
class Edit:
    """One place of the source, which must be there exactly once, and what takes its place."""

    path: str
    old: str
    new: str

    def apply(self, checkout: Path) -> None:
        source = (checkout / self.path).read_text()
        if (times := source.count(self.old)) != 1:
            raise PlantNoLongerFits(f"{self.path} has {times} times, not once:\n{self.old}")
        (checkout / self.path).write_text(source.replace(self.old, self.new))


@dataclass(frozen=True)
class Plant:
    """A bug and the tests of which each must turn red."""

    name: str
    edits: tuple[Edit, ...]
    found_by: tuple[str, ...]


TIMEOUT_IS_A_DECLINE = Plant(
    "a debit that timed out is declined",
    (
        Edit(
            DEBITS,
            "    return park_unknown_debit(attempt=attempt, why=outcome.why, at=at, by=by)\n",
            '    return settle(attempt=attempt, outcome=Declined("4510"), at=at, by=by)\n',
        ),
    ),
    (
        "payments/tests/test_debits.py::test_an_outcome_that_is_not_known_is_a_status[timeout_before]",
        "payments/tests/test_debits.py::test_an_outcome_that_is_not_known_is_a_status[timeout_after]",
        "payments/tests/test_debits.py::test_an_outcome_that_is_not_known_is_a_status[late]",
        "payments/tests/test_debits.py::test_an_answer_that_was_lost_is_found_by_the_enquiry",
        "payments/tests/test_debits.py::test_not_found_counts_only_when_the_bank_calls_it_final",
    ),
)

TIMEOUT_SENDS_AGAIN = Plant(
    "a credit that timed out goes back to the run",
    (
        Edit(
            CREDITING,
            """        case NotFound() | Unknown():
            if refund.status == Status.CREDITING:
                refund.move_to(Status.UNKNOWN, at=at, by=by, reason="the bank gave no answer")
""",
            """        case NotFound() | Unknown():
            _return_to_run(refund, "the bank gave no answer", at=at, by=by)
""",
        ),
    ),
    (
        "refunds/tests/test_crediting.py::test_a_lost_answer_is_asked_for_and_found",
        "refunds/tests/test_crediting.py::test_an_unknown_credit_is_never_sent_again_by_the_run",
        "refunds/tests/test_crediting.py::test_not_found_yet_is_not_never",
    ),
)

DEBIT_BEFORE_INTENT = Plant(
    "the bank is asked for the debit before the reservation",
    (
        Edit(
            DEBITS,
            "        _reserve(payment, attempt, account, signed, profile, at, by)\n",
            "        outcome = _ask_bank(payment, attempt, signed.account_number, at)\n"
            "        _reserve(payment, attempt, account, signed, profile, at, by)\n",
        ),
        Edit(
            DEBITS,
            "    return _debit(payment, attempt, signed.account_number, at, by)\n",
            "    return _write_down(attempt, outcome, at, by)\n",
        ),
        Edit(
            DEBITS,
            "def _debit(payment: Payment, attempt: Attempt, account_number: str, at: dt.datetime, by: str) -> Payment:\n",
            "def _ask_bank(payment: Payment, attempt: Attempt, account_number: str, at: dt.datetime):\n",
        ),
        Edit(
            DEBITS,
            "    phases.reached(DebitPhase.ANSWERED)\n",
            "    phases.reached(DebitPhase.ANSWERED)\n"
            "    return outcome\n\n\n"
            "def _write_down(attempt: Attempt, outcome, at: dt.datetime, by: str) -> Payment:\n",
        ),
    ),
    (
        "tests/test_commits.py::test_the_bank_is_asked_for_a_debit_only_after_the_intent_is_committed",
        "tests/test_kills.py::test_a_debit_killed_at_each_phase_happens_once",
    ),
)

CREDIT_BEFORE_COMMIT = Plant(
    "the bank is asked for the credit inside the transaction that keeps the intent",
    (
        Edit(
            CREDITING,
            """        step = _take(refund_id, at=at, by=by)
    if not isinstance(step, _Intent):
        return step
    reached(RefundPhase.INTENT_COMMITTED)
    outcome = bank().credit(step.request)
    reached(RefundPhase.ANSWERED)
""",
            """        step = _take(refund_id, at=at, by=by)
        if not isinstance(step, _Intent):
            return step
        outcome = bank().credit(step.request)
        reached(RefundPhase.ANSWERED)
    reached(RefundPhase.INTENT_COMMITTED)
""",
        ),
    ),
    (
        "tests/test_commits.py::test_the_bank_is_asked_for_a_credit_only_after_the_intent_is_committed",
        "refunds/tests/test_crediting.py::test_a_run_that_died_is_recovered_by_asking_the_bank[refund.answered]",
    ),
)

PAID_TOLD_AFTER_COMMIT = Plant(
    "the notice of a payment is written after the payment is committed",
    (
        Edit(SETTLING, '        tell_platform(payment, "payment.succeeded", at)\n        _notify', "        _notify"),
        Edit(
            SETTLING,
            "        verification.record_use(customer=payment.account.customer, at=at)\n"
            "        phases.reached(DebitPhase.SETTLING)\n",
            "        verification.record_use(customer=payment.account.customer, at=at)\n"
            "        phases.reached(DebitPhase.SETTLING)\n"
            "    with transaction.atomic(durable=True):\n"
            '        tell_platform(payment, "payment.succeeded", at)\n',
        ),
    ),
    ("tests/test_commits.py::test_what_is_told_is_written_by_the_transaction_of_its_move[payment.succeeded]",),
)

CREDITED_TOLD_AFTER_COMMIT = Plant(
    "the notice of a credited refund is written after the credit is committed",
    (
        Edit(CREDITING, '    tell_platform("refund.credited", refund, at=at)\n', ""),
        Edit(
            CREDITING,
            "    reached(RefundPhase.PARKED if refund.status == Status.UNKNOWN else RefundPhase.SETTLED)\n",
            "    reached(RefundPhase.PARKED if refund.status == Status.UNKNOWN else RefundPhase.SETTLED)\n"
            "    if refund.status == Status.CREDITED:\n"
            "        with transaction.atomic(durable=True):\n"
            '            tell_platform("refund.credited", refund, at=at)\n',
        ),
    ),
    ("tests/test_commits.py::test_what_is_told_is_written_by_the_transaction_of_its_move[refund.credited]",),
)

PENDING_REFUNDS_NOT_COUNTED = Plant(
    "a refund's room is what was credited, without the refunds on their way",
    (
        Edit(
            REQUESTING,
            "    rest_minor = payment.refundable_minor\n",
            "    rest_minor = payment.order_amount_minor - _credited(payment)[0]\n",
        ),
        Edit(
            REQUESTING,
            "        refunded_order_minor=payment.refunded_order_minor,\n"
            "        refunded_charge_minor=payment.refunded_charge_minor,\n",
            "        refunded_order_minor=_credited(payment)[0],\n"
            "        refunded_charge_minor=_credited(payment)[1],\n",
        ),
        Edit(
            REQUESTING,
            "def _promise_fields(",
            "def _credited(payment: Payment) -> tuple[int, int]:\n"
            "    done = list(payment.refunds.filter(status=Status.CREDITED))\n"
            "    return sum(refund.amount_minor for refund in done), sum(refund.charge_minor for refund in done)\n\n\n"
            "def _promise_fields(",
        ),
        # The database's own refusals are taken away too: the tests have to find it, not the constraints alone.
        Edit(PAYMENT_TABLES, ", ('refunded_order_minor__lte', models.F('order_amount_minor'))", ""),
        Edit(PAYMENT_TABLES, ", ('refunded_charge_minor__lte', models.F('charge_minor'))", ""),
    ),
    (
        "refunds/tests/test_requesting.py::test_one_dollar_above_the_rest_is_refused_with_the_rest",
        "refunds/tests/test_requesting.py::test_several_partial_refunds_return_exactly_what_was_paid",
        "refunds/tests/test_races.py::test_fifty_concurrent_refunds_never_pass_the_payment",
    ),
)

PLANTS = (
    TIMEOUT_IS_A_DECLINE,
    TIMEOUT_SENDS_AGAIN,
    DEBIT_BEFORE_INTENT,
    CREDIT_BEFORE_COMMIT,
    PAID_TOLD_AFTER_COMMIT,
    CREDITED_TOLD_AFTER_COMMIT,
    PENDING_REFUNDS_NOT_COUNTED,
)
