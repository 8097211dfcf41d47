"""The life of a case, its kinds, and which of them end only with their cause."""

from __future__ import annotations

from typing import Final

from django.db.models import TextChoices
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
    DEAD_LETTER = "dead_letter", _("message never delivered")
    UNMAPPED_BANK_CODE = "unmapped_bank_code", _("bank code without a text")
    BROKEN_INVARIANT = "broken_invariant", _("books that don't agree")
    ENDPOINT_GONE = "endpoint_gone", _("platform's webhook endpoint gone")


# Money is on its way or waits for a person: closing such a case would leave it to nobody.
ENDS_WITH_ITS_CAUSE: Final = frozenset({Kind.UNKNOWN_DEBIT, Kind.UNKNOWN_CREDIT, Kind.REFUND_MANUAL})
# Nothing but a person's word ends these.
ENDS_BY_HAND: Final = frozenset({Kind.UNMAPPED_BANK_CODE})


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
