"""The life of a payment as literal tables: its statuses, its moves, and what the platform sees of them."""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class Status(StrEnum):
    CREATED = "created"  # waits for the payer; nothing was charged
    GATED = "gated"  # the payer must prove identity first and then pay again; this page link is dead
    DEBITING = "debiting"  # the bank is being asked, or we died while asking
    UNKNOWN = "unknown"  # the bank's answer is not known: the inquiry ladder runs
    PAID = "paid"
    FAILED = "failed"  # no debit exists and none can
    CANCELLED = "cancelled"
    EXPIRED = "expired"


MOVES: Final[dict[str, frozenset[str]]] = {
    Status.CREATED: frozenset({Status.GATED, Status.DEBITING, Status.CANCELLED, Status.EXPIRED}),
    Status.GATED: frozenset({Status.CREATED, Status.CANCELLED, Status.EXPIRED}),
    # Back to CREATED: the bank declined, or finally knows of nothing; another try is the payer's choice.
    Status.DEBITING: frozenset({Status.PAID, Status.UNKNOWN, Status.CREATED, Status.FAILED}),
    Status.UNKNOWN: frozenset({Status.PAID, Status.CREATED, Status.FAILED}),
    Status.PAID: frozenset(),
    Status.FAILED: frozenset(),
    Status.CANCELLED: frozenset(),
    Status.EXPIRED: frozenset(),
}

PLATFORM_SEES: Final[dict[str, str]] = {
    Status.CREATED: "created",
    Status.GATED: "created",
    Status.DEBITING: "pending",
    Status.UNKNOWN: "pending",
    Status.PAID: "succeeded",
    Status.FAILED: "failed",
    Status.CANCELLED: "cancelled",
    Status.EXPIRED: "expired",
}

# One of these is live or paid: a second payment of the same order would be a second debit.
LIVE_OR_PAID: Final = (Status.CREATED, Status.GATED, Status.DEBITING, Status.UNKNOWN, Status.PAID)
# The payer, the platform or time may still end these without asking the bank.
UNTOUCHED: Final = (Status.CREATED, Status.GATED)
# The bank has been asked and its answer isn't booked yet.
IN_FLIGHT: Final = (Status.DEBITING, Status.UNKNOWN)

# "yes", "no" or "unknown" for whoever asks whether money moved.
MONEY_MOVED: Final[dict[str, str]] = {
    **dict.fromkeys((Status.CREATED, Status.GATED, Status.FAILED, Status.CANCELLED, Status.EXPIRED), "no"),
    **dict.fromkeys((Status.DEBITING, Status.UNKNOWN), "unknown"),
    Status.PAID: "yes",
}


class AttemptOutcome(StrEnum):
    """How one card presentation ended. While there is none the attempt is live."""

    APPROVED = "approved"
    DECLINED = "declined"  # by the bank
    REFUSED = "refused"  # by us or the card authority, before the bank was asked for money
    GATED = "gated"
    ABANDONED = "abandoned"  # we died before the bank was asked for money
    REVERSED = "reversed"  # the bank took another amount and gave it back


class DebitPhase(StrEnum):
    """Every moment of a debit at which a process may die; tests kill it at each."""

    PRESENTING = "debit.presenting"  # attempt written, not committed
    PRESENTED = "debit.presented"
    VERIFIED = "debit.verified"
    PROFILED = "debit.profiled"
    RESERVING = "debit.reserving"  # limits and status written, not committed
    RESERVED = "debit.reserved"  # committed, the bank not yet called
    ANSWERED = "debit.answered"  # the bank has answered, nothing written
    SETTLING = "debit.settling"  # status, books and event written, not committed
    SETTLED = "debit.settled"
    PARKED = "debit.parked"  # the unknown outcome is committed
    ENQUIRED = "debit.enquired"  # the inquiry is answered, nothing written


class ReversalPhase(StrEnum):
    """Every moment of giving a debit back at which a process may die."""

    CLAIMED = "reversal.claimed"  # the next try is committed, the bank not yet asked
    ANSWERED = "reversal.answered"  # the bank has answered, nothing written
    SETTLING = "reversal.settling"  # its word is written, not committed
    SETTLED = "reversal.settled"
