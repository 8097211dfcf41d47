"""The statuses of a refund, the table of its moves, and the named phases of crediting it."""

from enum import StrEnum
from typing import Final


class Status(StrEnum):
    REQUESTED = "requested"  # reserved, waits for the seller's confirmation
    ACCEPTED = "accepted"  # the promise is given; waits for the run of its credit date
    CREDITING = "crediting"  # in the bank's hands, answer awaited
    UNKNOWN = "unknown"  # the answer was lost: asked for with the same request id, never sent anew meanwhile
    CREDITED = "credited"
    MANUAL = "manual"  # the bank can't credit the account: a person settles it, nothing is lost
    CANCELLED = "cancelled"


MOVES: Final[dict[str, frozenset[str]]] = {
    Status.REQUESTED: frozenset({Status.ACCEPTED, Status.CANCELLED}),
    # Once the customer has the promise, the platform can no longer take the refund back.
    Status.ACCEPTED: frozenset({Status.CREDITING}),
    # Back to ACCEPTED only when the bank said for good that this request is not booked and never will be.
    Status.CREDITING: frozenset({Status.CREDITED, Status.UNKNOWN, Status.MANUAL, Status.ACCEPTED}),
    Status.UNKNOWN: frozenset({Status.CREDITED, Status.MANUAL, Status.ACCEPTED}),
    Status.MANUAL: frozenset({Status.CREDITED, Status.ACCEPTED}),
    Status.CREDITED: frozenset(),
    Status.CANCELLED: frozenset(),
}

PLATFORM_SEES: Final[dict[str, str]] = {
    Status.REQUESTED: "requested",
    Status.ACCEPTED: "accepted",
    Status.CREDITING: "crediting",
    Status.UNKNOWN: "crediting",
    Status.MANUAL: "manual",
    Status.CREDITED: "credited",
    Status.CANCELLED: "cancelled",
}


# "yes", "no" or "unknown" for whoever asks whether the money is back.
MONEY_MOVED: Final[dict[str, str]] = {
    **dict.fromkeys((Status.REQUESTED, Status.ACCEPTED, Status.MANUAL, Status.CANCELLED), "no"),
    **dict.fromkeys((Status.CREDITING, Status.UNKNOWN), "unknown"),
    Status.CREDITED: "yes",
}


class RefundPhase(StrEnum):
    """Moments of crediting at which the process may die: nothing is lost at any of them, nothing is done twice."""

    CLAIMED = "refund.claimed"  # locked and decided, nothing written
    INTENT_WRITTEN = "refund.intent_written"  # CREDITING and the request id written, not committed
    INTENT_COMMITTED = "refund.intent_committed"  # committed, nothing sent
    ANSWERED = "refund.answered"  # the bank has answered, nothing written
    BOOKED = "refund.booked"  # status and journal written, not committed
    TOLD = "refund.told"  # notice and SMS written too, not committed
    SETTLED = "refund.settled"  # committed
    PARKED = "refund.parked"  # the unknown outcome is committed
    ENQUIRED = "refund.enquired"  # the inquiry is answered, nothing written
