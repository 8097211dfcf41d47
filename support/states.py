"""The life of a case, its kinds, how urgent each is, whose queue it waits in, and which end only with their cause."""

from __future__ import annotations

import datetime as dt
from typing import Final

from django.db.models import IntegerChoices, TextChoices
from django.utils.translation import gettext_lazy as _


class Status(TextChoices):
    OPEN = "open", _("open")
    CLOSED = "closed", _("closed")


MOVES: Final[dict[str, frozenset[str]]] = {
    Status.OPEN: frozenset({Status.CLOSED}),
    Status.CLOSED: frozenset(),
}


class Kind(TextChoices):
    NOT_TOLD = "not_told", _("paid, platform not told")
    UNKNOWN_DEBIT = "unknown_debit", _("debit unknown")
    UNKNOWN_CREDIT = "unknown_credit", _("credit unknown")
    REFUND_OVERDUE = "refund_overdue", _("refund overdue")
    REFUND_MANUAL = "refund_manual", _("refund to be settled by hand")
    ACCOUNT_CLOSED = "account_closed", _("refund to a closed account")
    DEAD_LETTER = "dead_letter", _("message never delivered")
    UNMAPPED_BANK_CODE = "unmapped_bank_code", _("bank code without a text")
    BROKEN_INVARIANT = "broken_invariant", _("books that don't agree")
    ENDPOINT_GONE = "endpoint_gone", _("platform's webhook endpoint gone")
    CUSTOMER_ASKED = "customer_asked", _("customer asked on the page")
    COMPLAINT = "complaint", _("complaint")
    QUESTION = "question", _("question")


class Queue(TextChoices):
    """Whose work it is, by role."""

    AGENTS = "agents", _("Agents")
    SUPERVISORS = "supervisors", _("Supervisors")
    OPERATORS = "operators", _("Operators")


class Priority(IntegerChoices):
    """The smaller, the sooner."""

    URGENT = 1, _("urgent")
    HIGH = 2, _("high")
    NORMAL = 3, _("normal")
    LOW = 4, _("low")


class ClosedAs(TextChoices):
    """Why a case ended. The last two are not for choosing: a merge and the sweep say them."""

    SETTLED = "settled", _("Settled: it is as it should be")
    EXPLAINED = "explained", _("Explained to the customer")
    PLATFORM = "platform", _("The platform has it in hand")
    NO_FAULT = "no_fault", _("Nothing was wrong")
    MERGED = "merged", _("Merged into another case")
    CAUSE_GONE = "cause_gone", _("Its cause is gone")


class Deed(TextChoices):
    """What happens to an open case besides its end."""

    TAKEN = "taken", _("taken")
    GIVEN = "given", _("handed over to a person")
    QUEUED = "queued", _("handed over to a queue")
    PRIORITY = "priority", _("priority changed")
    MERGED_IN = "merged_in", _("another case was merged in")


# Money is on its way or waits for a person: closing such a case would leave it to nobody.
ENDS_WITH_ITS_CAUSE: Final = frozenset(
    {Kind.UNKNOWN_DEBIT, Kind.UNKNOWN_CREDIT, Kind.REFUND_MANUAL, Kind.ACCOUNT_CLOSED}
)
# Opened by a person, for a person.
BY_HAND: Final = (Kind.QUESTION, Kind.COMPLAINT)
# Nothing but a person's word ends these.
ENDS_BY_HAND: Final = frozenset({Kind.UNMAPPED_BANK_CODE, Kind.CUSTOMER_ASKED, *BY_HAND})

# How urgent a kind is, and who works on it unless somebody decides otherwise.
FIRST: Final[dict[Kind, tuple[Priority, Queue]]] = {
    Kind.NOT_TOLD: (Priority.HIGH, Queue.AGENTS),
    Kind.UNKNOWN_DEBIT: (Priority.HIGH, Queue.OPERATORS),
    Kind.UNKNOWN_CREDIT: (Priority.HIGH, Queue.OPERATORS),
    Kind.REFUND_OVERDUE: (Priority.URGENT, Queue.SUPERVISORS),
    Kind.REFUND_MANUAL: (Priority.NORMAL, Queue.SUPERVISORS),
    Kind.ACCOUNT_CLOSED: (Priority.NORMAL, Queue.SUPERVISORS),
    Kind.DEAD_LETTER: (Priority.NORMAL, Queue.OPERATORS),
    Kind.UNMAPPED_BANK_CODE: (Priority.LOW, Queue.OPERATORS),
    Kind.BROKEN_INVARIANT: (Priority.URGENT, Queue.SUPERVISORS),
    Kind.ENDPOINT_GONE: (Priority.HIGH, Queue.OPERATORS),
    Kind.CUSTOMER_ASKED: (Priority.NORMAL, Queue.AGENTS),
    Kind.COMPLAINT: (Priority.HIGH, Queue.AGENTS),
    Kind.QUESTION: (Priority.NORMAL, Queue.AGENTS),
}
# From this amount on a case is one step more urgent than its kind says. TWD; a card pays at most 50,000 at once.
LARGE_MINOR: Final = 30_000
# Service time until somebody has answered, and until it is settled. A service day has eight and a half hours.
CLOCKS: Final[dict[Priority, tuple[dt.timedelta, dt.timedelta]]] = {
    Priority.URGENT: (dt.timedelta(hours=1), dt.timedelta(hours=4)),
    Priority.HIGH: (dt.timedelta(hours=2), dt.timedelta(hours=8.5)),
    Priority.NORMAL: (dt.timedelta(hours=4), dt.timedelta(hours=17)),
    Priority.LOW: (dt.timedelta(hours=8.5), dt.timedelta(hours=42.5)),
}


def first_priority(kind: Kind, amount_minor: int) -> Priority:
    """Of a case just opened. A question about NT$961: normal; about NT$30,000: high."""
    priority = FIRST[kind][0]
    return Priority(max(Priority.URGENT, priority - 1)) if amount_minor >= LARGE_MINOR else priority


class ApprovalStatus(TextChoices):
    PENDING = "pending", _("waits for a second person")
    APPROVED = "approved", _("approved")
    REJECTED = "rejected", _("rejected")
    EXPIRED = "expired", _("nobody decided in time")
    WITHDRAWN = "withdrawn", _("withdrawn")
    DONE = "done", _("done")
    FAILED = "failed", _("approved, could not be done")


APPROVAL_MOVES: Final[dict[str, frozenset[str]]] = {
    ApprovalStatus.PENDING: frozenset(
        {ApprovalStatus.APPROVED, ApprovalStatus.REJECTED, ApprovalStatus.EXPIRED, ApprovalStatus.WITHDRAWN}
    ),
    # In the transaction of the deed itself: nobody finds an approval that can be used twice.
    ApprovalStatus.APPROVED: frozenset({ApprovalStatus.DONE, ApprovalStatus.FAILED}),
    ApprovalStatus.REJECTED: frozenset(),
    ApprovalStatus.EXPIRED: frozenset(),
    ApprovalStatus.WITHDRAWN: frozenset(),
    ApprovalStatus.DONE: frozenset(),
    ApprovalStatus.FAILED: frozenset(),
}
