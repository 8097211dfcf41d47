"""Identity checks: changes, consent, data given, codes and tries, notices, and when a customer last used the gate."""

from __future__ import annotations

import datetime as dt

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from cards.models import Customer
from common.references import mask_national_id, new_id
from common.sealing import unseal
from common.states import AppendOnly, DatedRule, StateChange, Stateful
from verification import states
from verification.rules import CODE_TRIES_MAX, EXTENSIONS_MAX, blocks
from verification.rules.documents import IssueType


class Outcome(models.TextChoices):
    """What an inquiry ended with. Empty: nobody has answered yet (a partner that is away is asked again)."""

    MATCH = "match", _("match")
    MISMATCH = "mismatch", _("the credit centre has other data")
    BANK_MISMATCH = "bank_mismatch", _("the bank has another person")
    BANK_DECLINED = "bank_declined", _("the bank gives no profile")


MISMATCHES = (Outcome.MISMATCH, Outcome.BANK_MISMATCH)


class GateRule(DatedRule):
    """The gate's numbers that staff may change, from a date on. The latest row that has begun applies."""

    mismatches_max = models.PositiveSmallIntegerField(help_text=_("mismatches a person may have on one Taipei day"))
    wait_seconds = models.PositiveIntegerField(help_text=_("wait after passing, before paying again"))

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["valid_from"], name="verification_gate_rule_once"),
            # With none nobody could be checked at all.
            models.CheckConstraint(condition=Q(mismatches_max__gt=0), name="verification_gate_rule_leaves_a_try"),
            models.CheckConstraint(condition=~Q(made_by=F("approved_by")), name="verification_gate_rule_four_eyes"),
        ]

    def __str__(self) -> str:
        return f"gate rule from {self.valid_from}"


class LastUse(models.Model):
    """When a customer last completed a payment or passed a check: what the one-year rule counts from."""

    customer = models.OneToOneField(Customer, on_delete=models.PROTECT, primary_key=True, related_name="last_use")
    used_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"last use of {self.customer_id}"


class Reset(AppendOnly):
    """From here on what a customer used or passed before counts no more: the gate opens for them again."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="identity_resets")
    at = models.DateTimeField()
    by = models.CharField(max_length=100)
    reason = models.CharField(max_length=300)

    class Meta:
        indexes = [models.Index(fields=["customer", "-at"], name="verification_resets")]

    def __str__(self) -> str:
        return f"reset of {self.customer_id}"


class CheckQuerySet(models.QuerySet["Check"]):
    def left_open(self, at: dt.datetime) -> CheckQuerySet:
        """Nobody went on with these in time, and no partner is being asked."""
        return self.filter(status__in=states.LEFT_OPEN, expires_at__lte=at)

    def in_flight(self) -> CheckQuerySet:
        return self.filter(status__in=states.IN_FLIGHT)


class Check(Stateful):
    """One walk through the gate, opened by one payment attempt and reached by one unguessable link."""

    MOVES = states.MOVES

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="checks")
    account_sealed = models.TextField(editable=False)
    account_last4 = models.CharField(max_length=4, editable=False)
    subject = models.CharField(max_length=40, db_index=True, help_text=_("the payment reference that opened it"))
    platform_name = models.CharField(max_length=100)
    return_url = models.CharField(max_length=2000)
    language = models.CharField(max_length=10)
    opened_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    extensions = models.PositiveSmallIntegerField(default=0, help_text=_("how often its holder asked for more time"))
    wait_until = models.DateTimeField(null=True, blank=True, help_text=_("after passing: pay again from then on"))

    objects = CheckQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(expires_at__gt=F("opened_at")), name="verification_check_lives"),
            models.CheckConstraint(condition=Q(extensions__lte=EXTENSIONS_MAX), name="verification_extensions_max"),
        ]
        indexes = [
            models.Index(
                fields=["expires_at"], condition=Q(status__in=sorted(states.LEFT_OPEN)), name="verification_left_open"
            ),
            models.Index(
                fields=["id"], condition=Q(status__in=sorted(states.IN_FLIGHT)), name="verification_in_flight"
            ),
        ]
        permissions = [("see_watch_list_reason", "May see why a check was refused")]

    def __str__(self) -> str:
        return f"check {self.id}"

    @property
    def account_number(self) -> str:
        return unseal(self.account_sealed)

    def is_over(self, at: dt.datetime) -> bool:
        """Expired by status, or its time is up though the sweep hasn't come by yet."""
        return self.status == states.Status.EXPIRED or (self.status in states.LEFT_OPEN and at >= self.expires_at)


class CheckChange(StateChange):
    subject = models.ForeignKey(Check, on_delete=models.PROTECT, related_name="changes")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["subject", "step"], name="verification_change_once")]

    def __str__(self) -> str:
        return f"{self.before} → {self.after}"


class Consent(AppendOnly):
    """Who agreed to which text, when: the hash pins down version and language to the letter."""

    identity_check = models.OneToOneField(Check, on_delete=models.PROTECT, primary_key=True, related_name="consent")
    version = models.CharField(max_length=20)
    text_hash = models.CharField(max_length=64)
    language = models.CharField(max_length=10)
    given_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"consent {self.version}"


class Inquiry(models.Model):
    """The data given once, and the one question made of them: `request_id` goes with it however often it is sent."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    identity_check = models.ForeignKey(Check, on_delete=models.PROTECT, related_name="inquiries")
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+")
    national_id_sealed = models.TextField(editable=False)
    national_id_hash = models.CharField(max_length=64, editable=False)
    birth_date_sealed = models.TextField(editable=False)
    issue_date_sealed = models.TextField(editable=False)
    issue_type = models.CharField(max_length=12, choices=IssueType.choices)
    issue_place = models.CharField(max_length=5)
    request_id = models.UUIDField(unique=True, default=new_id, editable=False)
    given_at = models.DateTimeField()
    # Set when the right code was given: from then on the credit centre may be asked.
    proved_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=16, blank=True, choices=Outcome.choices)
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_date = models.DateField(null=True, blank=True, help_text=_("the Taipei date a mismatch counts on"))
    # The bank's decline code, or why the last asking brought no answer.
    answer_detail = models.CharField(max_length=200, blank=True)

    class Meta:
        verbose_name_plural = "inquiries"
        constraints = [
            models.CheckConstraint(condition=Q(outcome__in=["", *Outcome.values]), name="verification_inquiry_outcome"),
            models.CheckConstraint(
                condition=Q(outcome="", answered_at=None, answered_date=None)
                | (~Q(outcome="") & Q(answered_at__isnull=False, answered_date__isnull=False)),
                name="verification_inquiry_answered",
            ),
            models.CheckConstraint(
                condition=~Q(outcome=Outcome.MATCH) | Q(proved_at__isnull=False), name="verification_match_needs_code"
            ),
        ]
        indexes = [
            models.Index(fields=["customer", "answered_date"], name="verification_by_customer_day"),
            models.Index(fields=["national_id_hash", "answered_date"], name="verification_by_person_day"),
        ]

    def __str__(self) -> str:
        return f"inquiry {self.id}"

    @property
    def national_id(self) -> str:
        return unseal(self.national_id_sealed)

    @property
    def national_id_masked(self) -> str:
        return mask_national_id(self.national_id)

    @property
    def birth_date(self) -> dt.date:
        return dt.date.fromisoformat(unseal(self.birth_date_sealed))

    @property
    def issue_date(self) -> dt.date:
        return dt.date.fromisoformat(unseal(self.issue_date_sealed))


class WatchListNotice(AppendOnly):
    """A notice that the credit centre named. Who may see it: staff with a permission, never the customer."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    inquiry = models.ForeignKey(Inquiry, on_delete=models.PROTECT, related_name="notices")
    code = models.CharField(max_length=40)
    registered_date = models.DateField()
    release_code = models.CharField(max_length=40, blank=True)
    release_date = models.DateField(null=True, blank=True)

    def __str__(self) -> str:
        return f"notice {self.id}"

    def blocked_on(self, date: dt.date) -> bool:
        return blocks(self.release_code, self.release_date, today=date)


class OneTimeCode(AppendOnly):
    """A code sent to the phone the bank has, kept as a keyed hash. Of an inquiry's codes the latest alone counts."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    inquiry = models.ForeignKey(Inquiry, on_delete=models.PROTECT, related_name="codes")
    number = models.PositiveSmallIntegerField(help_text=_("1 for the first code of an inquiry"))
    code_hash = models.CharField(max_length=64, editable=False)
    sent_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["inquiry", "number"], name="verification_code_number_once"),
            models.CheckConstraint(condition=Q(expires_at__gt=F("sent_at")), name="verification_code_lives"),
        ]

    def __str__(self) -> str:
        return f"one-time code {self.number} of {self.inquiry_id}"


class CodeTry(AppendOnly):
    """One guess at a code. The database lets no sixth through."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    code = models.ForeignKey(OneTimeCode, on_delete=models.PROTECT, related_name="tries")
    number = models.PositiveSmallIntegerField()
    was_right = models.BooleanField()
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["code", "number"], name="verification_try_number_once"),
            models.CheckConstraint(
                condition=Q(number__gte=1, number__lte=CODE_TRIES_MAX), name="verification_tries_max"
            ),
        ]

    def __str__(self) -> str:
        return f"try {self.number} of {self.code_id}"
