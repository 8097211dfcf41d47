"""Cases of customer service, their changes and notes. A case is about one payment, refund, finding or endpoint."""

from __future__ import annotations

from typing import ClassVar, Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from common.references import new_id
from common.states import AppendOnly, StateChange, Stateful
from payments.models import Payment
from platforms.models import WebhookEndpoint
from reconciliation.models import Finding
from refunds.models import Refund
from support.states import MOVES, Kind, Status

# Who owns a case that nobody has taken yet.
QUEUE = "customer-service"


def _about_only(name: str) -> Q:
    return Q(**{f"{other}__isnull": other != name for other in ("payment", "refund", "finding", "endpoint")})


class CaseQuerySet(models.QuerySet["Case"]):
    def open(self) -> Self:
        return self.filter(status=Status.OPEN)


class Case(Stateful):
    """Something that a person answers for until it is settled. One is open per cause and kind."""

    MOVES = MOVES

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    kind = models.CharField(_("kind"), max_length=20, choices=Kind.choices)
    payment = models.ForeignKey(Payment, null=True, blank=True, on_delete=models.PROTECT, related_name="cases")
    refund = models.ForeignKey(Refund, null=True, blank=True, on_delete=models.PROTECT, related_name="cases")
    finding = models.ForeignKey(Finding, null=True, blank=True, on_delete=models.PROTECT, related_name="cases")
    endpoint = models.ForeignKey(WebhookEndpoint, null=True, blank=True, on_delete=models.PROTECT, related_name="cases")
    # A member of staff, or the queue.
    owner = models.CharField(_("owner"), max_length=100, default=QUEUE)
    opened_at = models.DateTimeField(_("opened at"))
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)
    closed_reason = models.CharField(_("reason for closing"), max_length=300, blank=True)

    objects = CaseQuerySet.as_manager()

    class Meta:
        verbose_name = _("case")
        verbose_name_plural = _("cases")
        permissions: ClassVar = [
            ("see_cases", _("Can see cases")),
            ("work_cases", _("Can take, note and close cases")),
            ("assign_cases", _("Can give cases to others")),
            ("see_approvals", _("Can see what waits for a second person")),
            ("propose", _("Can ask for what needs a second person")),
            ("approve", _("Can be the second person")),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["payment", "kind"], condition=Q(status=Status.OPEN.value), name="support_open_once_per_payment"
            ),
            models.UniqueConstraint(
                fields=["refund", "kind"], condition=Q(status=Status.OPEN.value), name="support_open_once_per_refund"
            ),
            models.UniqueConstraint(
                fields=["finding", "kind"], condition=Q(status=Status.OPEN.value), name="support_open_once_per_finding"
            ),
            models.UniqueConstraint(
                fields=["endpoint", "kind"],
                condition=Q(status=Status.OPEN.value),
                name="support_open_once_per_endpoint",
            ),
            models.CheckConstraint(
                condition=_about_only("payment")
                | _about_only("refund")
                | _about_only("finding")
                | _about_only("endpoint"),
                name="support_case_is_about_one_thing",
            ),
            models.CheckConstraint(condition=~Q(owner=""), name="support_case_has_an_owner"),
            models.CheckConstraint(
                condition=Q(status=Status.OPEN.value, closed_at__isnull=True)
                | (Q(status=Status.CLOSED.value, closed_at__isnull=False) & ~Q(closed_reason="")),
                name="support_closed_says_when_and_why",
            ),
            models.CheckConstraint(condition=Q(kind__in=[kind.value for kind in Kind]), name="support_case_kind_known"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["opened_at"], condition=Q(status=Status.OPEN.value), name="support_open_cases"),
        ]

    def __str__(self) -> str:
        return f"case {self.id}"

    @property
    def subject(self) -> str:
        """What it is about, in a word that can be searched for."""
        if self.payment is not None:
            return self.payment.reference
        if self.refund is not None:
            return self.refund.reference
        if self.endpoint is not None:
            return self.endpoint.public_id
        assert self.finding is not None
        return f"{self.finding.name} {self.finding.subject}"


class CaseChange(StateChange):
    subject = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="changes")

    class Meta:
        verbose_name = _("change")
        verbose_name_plural = _("changes")
        constraints: ClassVar = [models.UniqueConstraint(fields=["subject", "step"], name="support_change_once")]

    def __str__(self) -> str:
        return f"case change {self.subject_id} step {self.step}"


class CaseNote(AppendOnly):
    """What someone wrote down about a case. Never changed; a mistake gets a second note."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="notes")
    text = models.CharField(max_length=2000)
    at = models.DateTimeField()
    by = models.CharField(max_length=100)

    class Meta:
        verbose_name = _("note")
        verbose_name_plural = _("notes")
        constraints: ClassVar = [models.CheckConstraint(condition=~Q(text=""), name="support_note_says_something")]

    def __str__(self) -> str:
        return f"note {self.id}"
