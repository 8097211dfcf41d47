"""The life of an identity check: its statuses, the moves between them, and its named moments."""

from __future__ import annotations

from enum import StrEnum

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Status(TextChoices):
    STARTED = "started", _("started")
    CONSENTED = "consented", _("consent given")
    SUBMITTED = "submitted", _("data given, bank asked")
    CODE_SENT = "code_sent", _("code sent")
    ASKING = "asking", _("credit centre asked")
    PASSED = "passed", _("passed")
    MISMATCH = "mismatch", _("data don't match")
    REFUSED = "refused", _("refused")
    UNAVAILABLE = "unavailable", _("no answer")
    EXPIRED = "expired", _("expired")


MOVES: dict[str, frozenset[str]] = {
    Status.STARTED: frozenset({Status.CONSENTED, Status.EXPIRED}),
    Status.CONSENTED: frozenset({Status.SUBMITTED, Status.EXPIRED}),
    Status.SUBMITTED: frozenset({Status.CODE_SENT, Status.MISMATCH, Status.REFUSED, Status.UNAVAILABLE}),
    Status.CODE_SENT: frozenset({Status.ASKING, Status.EXPIRED}),
    Status.ASKING: frozenset({Status.PASSED, Status.MISMATCH, Status.REFUSED, Status.UNAVAILABLE}),
    # A mismatch may be corrected while tries are left today; no answer is asked for again with the same question.
    Status.MISMATCH: frozenset({Status.SUBMITTED, Status.EXPIRED}),
    Status.UNAVAILABLE: frozenset({Status.SUBMITTED, Status.ASKING, Status.EXPIRED}),
    Status.PASSED: frozenset(),
    Status.REFUSED: frozenset(),
    Status.EXPIRED: frozenset(),
}

# A partner is being asked: such a check is finished, never expired, and its try counts until the answer is in.
IN_FLIGHT = frozenset({Status.SUBMITTED, Status.ASKING})
ENDED = frozenset({Status.PASSED, Status.REFUSED, Status.EXPIRED})
LEFT_OPEN = frozenset(Status) - IN_FLIGHT - ENDED


class Phase(StrEnum):
    """Moments at which a process may die, each of which a test stops at."""

    DATA_KEPT = "verification.data_kept"
    BANK_ANSWERED = "verification.bank_answered"
    QUESTION_KEPT = "verification.question_kept"
    CENTRE_ANSWERED = "verification.centre_answered"
