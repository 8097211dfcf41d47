"""Codes that open everything of a look-up, the tries at them, and what was asked behind them of customer service."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from common.references import case_reference, new_id
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


class LookUpQuestion(models.Model):
    """What a customer asked customer service to look at, of one subject (a payment's reference). One is open at a time.

    Whoever answers for it finds it here, works under the same number, and says when it was answered.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    subject = models.CharField(max_length=40)
    number = models.PositiveIntegerField(help_text="1 for the first question about a subject")
    reference = models.CharField(max_length=16, unique=True, default=case_reference, editable=False)
    text = models.CharField(max_length=500)
    language = models.CharField(max_length=10)
    page = models.CharField(max_length=40, help_text="the look-up that it was asked on")
    asked_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["subject", "number"], name="verification_question_number_once"),
            models.UniqueConstraint(
                fields=["subject"], condition=Q(answered_at=None), name="verification_one_open_question"
            ),
            models.CheckConstraint(condition=~Q(text=""), name="verification_question_says_something"),
        ]
        indexes = [
            models.Index(fields=["asked_at"], condition=Q(answered_at=None), name="verification_open_questions"),
        ]

    def __str__(self) -> str:
        return f"question {self.reference}"
