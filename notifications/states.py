"""The life of a message, and the named moments of a delivery at which a process may die."""

from __future__ import annotations

from enum import StrEnum


class Channel(StrEnum):
    WEBHOOK = "webhook"
    SMS = "sms"


class Status(StrEnum):
    """pending: tried again when due; delivered: taken by the other side; dead: the ladder has ended without that."""

    PENDING = "pending"
    DELIVERED = "delivered"
    DEAD = "dead"


# dead → delivered: an answer that was on its way when the ladder ended.
MOVES: dict[str, frozenset[str]] = {
    Status.PENDING: frozenset({Status.DELIVERED, Status.DEAD}),
    Status.DEAD: frozenset({Status.PENDING, Status.DELIVERED}),
    Status.DELIVERED: frozenset(),
}


class Phase(StrEnum):
    CLAIMED = "notifications.claimed"
    SENT = "notifications.sent"
    RECORDED = "notifications.recorded"
    NUMBERED = "notifications.numbered"
