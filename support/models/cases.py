"""Cases of customer service, their changes, handling and notes. A case is about one payment, refund, finding or endpoint."""

from __future__ import annotations

from typing import ClassVar, Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from common.references import case_reference, new_id
from common.states import AppendOnly, StateChange, Stateful
from payments.models import Payment
from platforms.models import WebhookEndpoint
from reconciliation.models import Finding
from refunds.models import Refund
from support.states import MOVES, ClosedAs, Deed, Kind, Priority, Queue, Status
from verification.models import LookUpQuestion

# Who owns a case that nobody has taken yet.
QUEUE = "customer-service"
_IS_OPEN = Q(status=Status.OPEN.value)


def _about_only(name: str) -> Q:
    return Q(**{f"{other}__isnull": other != name for other in ("payment", "refund", "finding", "endpoint")})


class CaseQuerySet(models.QuerySet["Case"]):
    def open(self) -> Self:
        return self.filter(status=Status.OPEN)


class Case(Stateful):
    """Something that a person answers for until it is settled. One is open per cause and kind."""

    MOVES = MOVES

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    # What it is called on the telephone, and what the customer's page calls it.
    reference = models.CharField(_("number"), max_length=16, unique=True, default=case_reference, editable=False)
    kind = models.CharField(_("kind"), max_length=20, choices=Kind.choices)
    payment = models.ForeignKey(Payment, null=True, blank=True, on_delete=models.PROTECT, related_name="cases")
    refund = models.ForeignKey(Refund, null=True, blank=True, on_delete=models.PROTECT, related_name="cases")
    finding = models.ForeignKey(Finding, null=True, blank=True, on_delete=models.PROTECT, related_name="cases")
    endpoint = models.ForeignKey(WebhookEndpoint, null=True, blank=True, on_delete=models.PROTECT, related_name="cases")
    # What the customer asked on the page; `payment` is what it was asked about.
    question = models.OneToOneField(
        LookUpQuestion, null=True, blank=True, on_delete=models.PROTECT, related_name="case"
    )
    # A member of staff, or nobody yet.
    owner = models.CharField(_("owner"), max_length=100, default=QUEUE)
    queue = models.CharField(_("queue"), max_length=20, choices=Queue.choices)
    priority = models.PositiveSmallIntegerField(_("priority"), choices=Priority.choices)
    # The two clocks, in service hours; when the first was stopped by a person's word.
    answer_due_at = models.DateTimeField(_("to be answered by"))
    due_at = models.DateTimeField(_("due"))
    answered_at = models.DateTimeField(_("answered at"), null=True, blank=True)
    # How often owner, queue, priority or due time were changed: each has its row of CaseHandling.
    handled = models.PositiveIntegerField(default=0, editable=False)
    opened_at = models.DateTimeField(_("opened at"))
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)
    closed_as = models.CharField(_("closed as"), max_length=20, choices=ClosedAs.choices, blank=True)
    closed_reason = models.CharField(_("reason for closing"), max_length=300, blank=True)
    merged_into = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="merged")
    reopens = models.OneToOneField("self", null=True, blank=True, on_delete=models.PROTECT, related_name="reopened_as")

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
                | (Q(status=Status.CLOSED.value, closed_at__isnull=False) & ~Q(closed_reason="") & ~Q(closed_as="")),
                name="support_closed_says_when_and_why",
            ),
            models.CheckConstraint(condition=Q(kind__in=[kind.value for kind in Kind]), name="support_case_kind_known"),
            models.CheckConstraint(
                condition=Q(queue__in=[queue.value for queue in Queue])
                & Q(priority__in=[priority.value for priority in Priority])
                & Q(closed_as__in=["", *(reason.value for reason in ClosedAs)]),
                name="support_case_words_known",
            ),
            models.CheckConstraint(
                condition=Q(closed_as=ClosedAs.MERGED.value, merged_into__isnull=False) & ~Q(merged_into=F("id"))
                | (~Q(closed_as=ClosedAs.MERGED.value) & Q(merged_into__isnull=True)),
                name="support_merged_names_the_other",
            ),
            models.CheckConstraint(
                condition=Q(kind=Kind.CUSTOMER_ASKED.value, question__isnull=False)
                | (~Q(kind=Kind.CUSTOMER_ASKED.value) & Q(question__isnull=True)),
                name="support_asked_has_its_question",
            ),
            models.CheckConstraint(
                condition=Q(answer_due_at__gt=F("opened_at"), due_at__gte=F("answer_due_at")),
                name="support_clocks_run_forward",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["opened_at"], condition=Q(status=Status.OPEN.value), name="support_open_cases"),
            # The lists: all, a person's or nobody's, a role's, of a kind; and those that are over.
            models.Index(fields=["due_at", "id"], condition=_IS_OPEN, name="support_list"),
            models.Index(fields=["owner", "due_at", "id"], condition=_IS_OPEN, name="support_list_owner"),
            models.Index(fields=["queue", "due_at", "id"], condition=_IS_OPEN, name="support_list_queue"),
            models.Index(fields=["kind", "due_at", "id"], condition=_IS_OPEN, name="support_list_kind"),
            models.Index(
                fields=["closed_at", "id"], condition=Q(status=Status.CLOSED.value), name="support_list_closed"
            ),
        ]

    def __str__(self) -> str:
        return f"case {self.reference}"

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


class CaseHandling(AppendOnly):
    """One change of an open case that is not its end: who has it, how urgent it is, and why."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="handlings")
    number = models.PositiveIntegerField()
    what = models.CharField(max_length=20, choices=Deed.choices)
    before = models.CharField(max_length=100, blank=True)
    after = models.CharField(max_length=100)
    reason = models.CharField(max_length=300, blank=True)
    at = models.DateTimeField()
    by = models.CharField(max_length=100)

    class Meta:
        verbose_name = _("handling")
        verbose_name_plural = _("handlings")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["case", "number"], name="support_handling_once"),
            # Whoever takes a case says so by taking it; all else needs a word.
            models.CheckConstraint(
                condition=Q(what=Deed.TAKEN.value) | ~Q(reason=""), name="support_handling_says_why"
            ),
        ]

    def __str__(self) -> str:
        return f"handling {self.number} of case {self.case_id}"


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
