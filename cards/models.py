"""Who pays and with what: customers, their accounts and cards, check codes and picture codes. No password, no full number in clear."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from common.references import mask_account, new_id
from common.sealing import unseal
from common.states import AppendOnly


class Customer(models.Model):
    """A person as the bank knows them, found by the keyed hash of the bank's customer number."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    number_hash = models.CharField(max_length=64, unique=True, editable=False)
    number_sealed = models.TextField(editable=False)
    national_id_hash = models.CharField(max_length=64, blank=True, editable=False)
    phone_sealed = models.TextField(blank=True, editable=False)
    # Keyed hashes of the phone in E.164, of its last four digits and of its last three: what a caller can be found by.
    phone_hash = models.CharField(max_length=64, blank=True, editable=False)
    phone_tail_hash = models.CharField(max_length=64, blank=True, editable=False)
    phone_short_tail_hash = models.CharField(max_length=64, blank=True, editable=False)
    created_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(
                fields=["national_id_hash"], condition=~models.Q(national_id_hash=""), name="cards_by_national_id"
            ),
            models.Index(fields=["phone_hash"], condition=~models.Q(phone_hash=""), name="cards_by_phone"),
            models.Index(
                fields=["phone_tail_hash"], condition=~models.Q(phone_tail_hash=""), name="cards_by_phone_tail"
            ),
            models.Index(
                fields=["phone_short_tail_hash"],
                condition=~models.Q(phone_short_tail_hash=""),
                name="cards_by_short_phone_tail",
            ),
        ]

    def __str__(self) -> str:
        return f"customer {self.id}"

    @property
    def number(self) -> str:
        return unseal(self.number_sealed)

    @property
    def phone(self) -> str:
        """E.164, or empty while the bank has not told it."""
        return unseal(self.phone_sealed) if self.phone_sealed else ""


class Account(models.Model):
    """A savings account that a card was presented for."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="accounts")
    number_hash = models.CharField(max_length=64, unique=True, editable=False)
    number_sealed = models.TextField(editable=False)
    last4 = models.CharField(max_length=4, editable=False)
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"account {self.masked}"

    @property
    def number(self) -> str:
        return unseal(self.number_sealed)

    @property
    def masked(self) -> str:
        return mask_account(self.last4)


class Card(models.Model):
    """A chip card seen with a valid TAC; its counter may only rise."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="cards")
    serial_hash = models.CharField(max_length=64, unique=True, editable=False)
    last_counter = models.BigIntegerField(default=-1)
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"card {self.id}"


class CardUse(AppendOnly):
    """One counter value of one card, used once for ever (I-17)."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    card = models.ForeignKey(Card, on_delete=models.PROTECT, related_name="uses")
    counter = models.BigIntegerField()
    subject = models.CharField(max_length=40)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["card", "counter"], name="cards_counter_once")]

    def __str__(self) -> str:
        return f"card use {self.card_id} {self.counter}"


class CheckCode(models.Model):
    """Our one-time terminal check code for one payment: unpredictable, used once, dead after its time."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    subject = models.CharField(max_length=40)
    code = models.CharField(max_length=16, unique=True)
    issued_at = models.DateTimeField()
    expires_at = models.DateTimeField(db_index=True)
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(expires_at__gt=models.F("issued_at")), name="cards_check_code_lives"
            ),
        ]

    def __str__(self) -> str:
        return f"check code for {self.subject}"


class PictureCode(models.Model):
    """A picture code bound to one payment: the hash of its answer, one use, a short life."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    subject = models.CharField(max_length=40, db_index=True)
    answer_sealed = models.TextField(editable=False)
    issued_at = models.DateTimeField()
    expires_at = models.DateTimeField(db_index=True)
    used_at = models.DateTimeField(null=True, blank=True)
    was_right = models.BooleanField(null=True, blank=True)

    def __str__(self) -> str:
        return f"picture code for {self.subject}"


class MaintenanceWindow(models.Model):
    """A time in which the bank's systems rest: no debit is asked for and no credit sent. Cancelled ones are kept.

    Staff plan it in the refunds' part of the console; payments and refunds read the same row.
    """

    class Kind(models.TextChoices):
        MAINTENANCE = "maintenance", _("Maintenance")
        SYSTEM_UPGRADE = "system_upgrade", _("System upgrade")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    kind = models.CharField(max_length=20, choices=Kind)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    text_zh_hant = models.CharField(max_length=200, blank=True)
    text_en = models.CharField(max_length=200, blank=True)
    planned_at = models.DateTimeField()
    planned_by = models.CharField(max_length=100)
    cancelled_at = models.DateTimeField(null=True, blank=True)
    cancelled_by = models.CharField(max_length=100, blank=True)

    class Meta:
        # Refunds made the table; its name and its rows are as they were.
        db_table = "refunds_maintenancewindow"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends_at__gt=models.F("starts_at")), name="refunds_window_ends_after_start"
            ),
            models.CheckConstraint(
                condition=models.Q(kind__in=["maintenance", "system_upgrade"]), name="refunds_window_kind"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.starts_at:%Y-%m-%d %H:%M}"
