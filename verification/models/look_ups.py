"""Codes that open everything of a look-up, sent to the phone that the bank has, and the tries at them."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from common.references import new_id
from common.states import AppendOnly
from verification.rules import CODE_TRIES_MAX


class LookUpCode(AppendOnly):
    """A code for one subject (a payment's reference), kept as a keyed hash. Of a subject's codes the latest counts."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    subject = models.CharField(max_length=40)
    number = models.PositiveIntegerField(help_text="1 for the first code of a subject")
    code_hash = models.CharField(max_length=64, editable=False)
    # Last three digits of where it went: the page says so without asking the bank again.
    phone_masked = models.CharField(max_length=30)
    sent_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["subject", "number"], name="verification_look_up_number_once"),
            models.CheckConstraint(condition=Q(expires_at__gt=F("sent_at")), name="verification_look_up_lives"),
        ]

    def __str__(self) -> str:
        return f"look-up code {self.number} of {self.subject}"


class LookUpTry(AppendOnly):
    """One guess at a code. The database lets no sixth through, and no second right one."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    code = models.ForeignKey(LookUpCode, on_delete=models.PROTECT, related_name="tries")
    number = models.PositiveSmallIntegerField()
    was_right = models.BooleanField()
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["code", "number"], name="verification_look_up_try_once"),
            models.UniqueConstraint(
                fields=["code"], condition=Q(was_right=True), name="verification_look_up_used_once"
            ),
            models.CheckConstraint(
                condition=Q(number__gte=1, number__lte=CODE_TRIES_MAX), name="verification_look_up_tries_max"
            ),
        ]

    def __str__(self) -> str:
        return f"try {self.number} of {self.code_id}"
