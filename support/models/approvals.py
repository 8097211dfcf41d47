"""What waits for a second person: the request with its payload, who decided what about it, and how many must agree."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any, ClassVar, Self

from django.contrib.auth.models import User
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from common.references import new_id
from common.states import AppendOnly, DatedRule, StateChange, Stateful
from support.states import APPROVAL_MOVES, ApprovalStatus

_PENDING = ApprovalStatus.PENDING.value


class ApprovalTier(DatedRule):
    """From this amount on, so many must agree. Of one amount the newest row that has begun applies."""

    from_minor = models.BigIntegerField()
    checkers = models.PositiveSmallIntegerField()
    # Tells what was done before this table existed from what was done without it.
    made_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["from_minor", "valid_from"], name="support_tier_once"),
            models.CheckConstraint(
                condition=Q(from_minor__gte=0, checkers__gte=1, checkers__lte=3), name="support_tier_within_reason"
            ),
            models.CheckConstraint(condition=~Q(made_by=F("approved_by")), name="support_tier_four_eyes"),
        ]

    def __str__(self) -> str:
        return f"{self.checkers} from NT${self.from_minor} since {self.valid_from}"


class ApprovalQuerySet(models.QuerySet["Approval"]):
    def pending(self, at: dt.datetime) -> Self:
        """Still to be decided: a request whose time is over is none, whether the sweep has been by or not."""
        return self.filter(status=_PENDING, expires_at__gt=at)

    def to_expire(self, at: dt.datetime) -> Self:
        return self.filter(status=_PENDING, expires_at__lte=at)


class Approval(Stateful):
    """A deed that one person asks for and others agree to. What is asked for never changes: another wish is another row."""

    MOVES = APPROVAL_MOVES

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    deed = models.CharField(max_length=40)
    # What it is about, in a word that can be searched for: a reference, a code, a name.
    subject = models.CharField(max_length=80)
    # Canonical JSON, kept as the very text that was hashed.
    payload = models.TextField()
    payload_hash = models.CharField(max_length=64)
    amount_minor = models.BigIntegerField(default=0)
    checkers_needed = models.PositiveSmallIntegerField()
    maker = models.ForeignKey(User, on_delete=models.PROTECT, related_name="approvals_asked")
    made_at = models.DateTimeField()
    reason = models.CharField(max_length=300)
    expires_at = models.DateTimeField()
    replaces = models.OneToOneField("self", null=True, blank=True, on_delete=models.PROTECT, related_name="replaced_by")
    ended_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=300, blank=True)
    # What would have happened when it was decided, in each language: later the world looks otherwise.
    shown = models.JSONField(default=dict, blank=True)

    objects = ApprovalQuerySet.as_manager()

    class Meta:
        verbose_name = _("approval")
        verbose_name_plural = _("approvals")
        permissions: ClassVar = [
            ("change_rules", _("Can ask for and confirm changes of limits, charges and calendars")),
            ("confirm_refunds", _("Can confirm what another does with a refund by hand")),
            ("reset_identity", _("Can ask for and confirm that a customer's identity is checked anew")),
            ("manage_staff", _("Can ask for changes of members of staff")),
            ("confirm_staff", _("Can confirm changes of members of staff")),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["deed", "subject"], condition=Q(status=_PENDING), name="support_approval_pending_once"
            ),
            models.CheckConstraint(condition=Q(expires_at__gt=F("made_at")), name="support_approval_lives"),
            models.CheckConstraint(condition=~Q(reason=""), name="support_approval_says_why"),
            models.CheckConstraint(
                condition=Q(amount_minor__gte=0, checkers_needed__gte=1), name="support_approval_numbers"
            ),
            models.CheckConstraint(
                condition=Q(status__in=[status.value for status in ApprovalStatus]), name="support_approval_status"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["expires_at", "id"], condition=Q(status=_PENDING), name="support_approval_pending"),
            models.Index(fields=["maker", "id"], condition=Q(status=_PENDING), name="support_approval_of_maker"),
            models.Index(fields=["subject", "id"], name="support_approval_subject"),
            models.Index(fields=["-id"], condition=~Q(status=_PENDING), name="support_approval_decided"),
        ]

    def __str__(self) -> str:
        return f"approval {self.id}"

    @property
    def wish(self) -> dict[str, Any]:
        """The payload as values."""
        read: dict[str, Any] = json.loads(self.payload)
        return read

    def is_over(self, at: dt.datetime) -> bool:
        return self.status == _PENDING and at >= self.expires_at


class ApprovalChange(StateChange):
    subject = models.ForeignKey(Approval, on_delete=models.PROTECT, related_name="changes")

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["subject", "step"], name="support_approval_step_once")]

    def __str__(self) -> str:
        return f"approval change {self.subject_id} step {self.step}"


class ApprovalDecision(AppendOnly):
    """One person's yes or no. The maker's id stands beside the checker's so that a constraint can tell them apart."""

    class Verdict(models.TextChoices):
        APPROVE = "approve", _("approved")
        REJECT = "reject", _("rejected")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    approval = models.ForeignKey(Approval, on_delete=models.PROTECT, related_name="decisions")
    maker = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    checker = models.ForeignKey(User, on_delete=models.PROTECT, related_name="approvals_decided")
    verdict = models.CharField(max_length=8, choices=Verdict)
    words = models.CharField(max_length=300, blank=True)
    at = models.DateTimeField()
    # A keyed hash of all of it: a row that was written without our key is no decision.
    seal = models.CharField(max_length=64)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["approval", "checker"], name="support_decision_once"),
            models.CheckConstraint(condition=~Q(maker=F("checker")), name="support_maker_is_not_checker"),
            models.CheckConstraint(
                condition=Q(verdict="approve") | (Q(verdict="reject") & ~Q(words="")), name="support_no_says_why"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.verdict} by {self.checker_id} of {self.approval_id}"


class ExportTaken(AppendOnly):
    """The one time that rows were taken out on an approval."""

    approval = models.OneToOneField(Approval, primary_key=True, on_delete=models.PROTECT, related_name="taken")
    at = models.DateTimeField()
    by = models.CharField(max_length=100)

    def __str__(self) -> str:
        return f"export of {self.approval_id}"
