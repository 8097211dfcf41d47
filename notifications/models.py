"""Events, the messages that tell of them, each attempt to deliver one, and the numbers of the feed."""

from __future__ import annotations

import datetime as dt
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Cast
from django.utils.translation import gettext_lazy as _

from common.references import mask_phone, new_id
from common.sealing import unseal
from common.states import AppendOnly, StateChange, Stateful
from notifications.states import MOVES, Channel, Status
from platforms.models import Platform, WebhookEndpoint


class CurrentTransaction(models.Func):
    """The number of the transaction that inserts the row (xid8, as text)."""

    function = "pg_current_xact_id"
    template = "%(function)s()::text"
    output_field = models.TextField()


class Event(AppendOnly):
    """Something a platform is told. `body` is what is sent, byte for byte, however often."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    platform = models.ForeignKey(Platform, on_delete=models.PROTECT, related_name="events")
    kind = models.CharField(max_length=40)
    subject = models.CharField(max_length=60)
    # Events with the same key reach an endpoint one after the other: a payment's reference, for its refunds too.
    ordering_key = models.CharField(max_length=60)
    body = models.TextField()
    created_at = models.DateTimeField()
    # Lets the sequencer know what it has not numbered yet.
    txid = models.BigIntegerField(db_default=Cast(CurrentTransaction(), models.BigIntegerField()), editable=False)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["subject", "id"], name="notifications_event_subject"),
            models.Index(fields=["txid"], name="notifications_event_txid"),
            models.Index(fields=["created_at"], name="notifications_event_created"),
            models.Index(fields=["platform", "created_at"], name="notifications_event_since"),
        ]

    def __str__(self) -> str:
        return f"event {self.public_id}"

    @property
    def public_id(self) -> str:
        """evt_ and 32 hex digits: the id the platform sees, in the body and in the webhook-id header."""
        return f"evt_{self.id.hex}"


class EventNumber(AppendOnly):
    """An event's place in its platform's feed, given once, a moment after the event was committed."""

    event = models.OneToOneField(Event, primary_key=True, on_delete=models.PROTECT, related_name="number")
    platform = models.ForeignKey(Platform, on_delete=models.PROTECT, related_name="+")
    sequence = models.BigIntegerField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["platform", "sequence"], name="notifications_sequence_once"),
            models.CheckConstraint(condition=Q(sequence__gt=0), name="notifications_sequence_positive"),
        ]

    def __str__(self) -> str:
        return f"event number {self.sequence} of {self.platform_id}"


class Numbering(models.Model):
    """How far numbers were given: each event of a transaction before `txid` has one. One row, the sequencer's own."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    # Lets the sequencer know what it has not numbered yet.
    txid = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"numbered before transaction {self.txid}"


class Message(Stateful):
    """One event to one endpoint, or one text to one phone. Delivered once the other side took it."""

    MOVES = MOVES

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    channel = models.CharField(max_length=8, choices=[(channel.value, channel.value) for channel in Channel])
    event = models.ForeignKey(Event, null=True, blank=True, on_delete=models.PROTECT, related_name="messages")
    endpoint = models.ForeignKey(
        WebhookEndpoint, null=True, blank=True, on_delete=models.PROTECT, related_name="messages"
    )
    recipient_sealed = models.CharField(max_length=200, blank=True)
    purpose = models.CharField(max_length=40)
    subject = models.CharField(max_length=60)
    # The event's, here too so that whoever claims can see what has to wait for what; empty for a text message.
    ordering_key = models.CharField(max_length=60, blank=True)
    # What may be shown: of a one-time code only a masked form. What is sent stands sealed beside it until it was.
    text = models.TextField(blank=True)
    text_sealed = models.TextField(blank=True)
    created_at = models.DateTimeField()
    # The ladder counts from here: the event's time, or the time a dead message was revived.
    ladder_from = models.DateTimeField()
    due_at = models.DateTimeField(null=True, blank=True)
    attempts_made = models.PositiveIntegerField(default=0)
    lease_until = models.DateTimeField(null=True, blank=True)
    lease_token = models.UUIDField(null=True, blank=True)
    acknowledged_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        permissions: ClassVar = [("act_on_message", _("Can send a notice or text message again"))]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["event", "endpoint"], name="notifications_message_once"),
            models.UniqueConstraint(
                fields=["purpose", "subject"], condition=Q(channel="sms"), name="notifications_sms_once"
            ),
            models.CheckConstraint(
                condition=Q(channel="webhook", event__isnull=False, endpoint__isnull=False, recipient_sealed="")
                | (Q(channel="sms", event__isnull=True, endpoint__isnull=True) & ~Q(recipient_sealed="")),
                name="notifications_message_has_its_target",
            ),
            models.CheckConstraint(
                condition=Q(status__in=[status.value for status in Status]), name="notifications_message_status"
            ),
            models.CheckConstraint(
                condition=Q(status="pending", due_at__isnull=False) | (~Q(status="pending") & Q(due_at__isnull=True)),
                name="notifications_due_while_pending",
            ),
            models.CheckConstraint(
                condition=Q(status="delivered", acknowledged_at__isnull=False)
                | (~Q(status="delivered") & Q(acknowledged_at__isnull=True)),
                name="notifications_acknowledged_when_delivered",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["channel", "due_at"], condition=Q(status="pending"), name="notifications_message_due"),
            models.Index(fields=["subject", "id"], name="notifications_msg_subject"),
            models.Index(
                fields=["endpoint", "due_at", "event"], condition=Q(status="pending"), name="notifications_endpoint_due"
            ),
            models.Index(
                fields=["endpoint", "ordering_key", "event"],
                condition=Q(status="pending"),
                name="notifications_endpoint_order",
            ),
            models.Index(
                fields=["endpoint", "lease_until"],
                condition=Q(status="pending", lease_until__isnull=False),
                name="notifications_in_flight",
            ),
            models.Index(fields=["channel", "created_at"], condition=Q(status="dead"), name="notifications_given_up"),
        ]

    def __str__(self) -> str:
        return f"message {self.id}"

    @property
    def public_id(self) -> str:
        """dl_ and 32 hex digits: a delivery's id, as the platform sees it."""
        return f"dl_{self.id.hex}"

    @property
    def next_try_at(self) -> dt.datetime | None:
        """Not before the endpoint's rest is over; None while nothing is going to be tried."""
        if self.due_at is None or self.endpoint is None:
            return self.due_at
        if not self.endpoint.enabled:
            return None
        return max(self.due_at, self.endpoint.resting_until or self.due_at)

    @property
    def phone(self) -> str:
        return unseal(self.recipient_sealed)

    @property
    def recipient(self) -> str:
        """Whom it goes to, as it may be shown: the endpoint's address, or the phone with its middle hidden."""
        return self.endpoint.url if self.endpoint else mask_phone(self.phone)

    @property
    def sent_text(self) -> str:
        return unseal(self.text_sealed) if self.text_sealed else self.text


class MessageChange(StateChange):
    subject = models.ForeignKey(Message, on_delete=models.PROTECT, related_name="changes")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["subject", "step"], name="notifications_change_once"),
        ]

    def __str__(self) -> str:
        return f"message change {self.subject_id} step {self.step}"


class Attempt(AppendOnly):
    """One try to deliver a message, and what came back."""

    class Outcome(models.TextChoices):
        DELIVERED = "delivered"
        REFUSED = "refused"
        UNKNOWN = "unknown"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    message = models.ForeignKey(Message, on_delete=models.PROTECT, related_name="attempts")
    number = models.PositiveIntegerField()
    at = models.DateTimeField()
    outcome = models.CharField(max_length=9, choices=Outcome)
    http_status = models.PositiveSmallIntegerField(null=True, blank=True)
    answer = models.CharField(max_length=500, blank=True)
    duration_ms = models.PositiveIntegerField()
    operator = models.CharField(max_length=20, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["message", "number"], name="notifications_attempt_once"),
        ]
        indexes: ClassVar = [models.Index(fields=["at"], name="notifications_attempt_at")]

    def __str__(self) -> str:
        return f"attempt {self.number} of {self.message_id}"


class Retelling(AppendOnly):
    """Someone asked for a platform to be told again: who, when and why. Customers may ask once in a while only."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    subject = models.CharField(max_length=60)
    at = models.DateTimeField()
    by = models.CharField(max_length=100)
    reason = models.CharField(max_length=300, blank=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["subject", "at"], name="notifications_retelling_last")]

    def __str__(self) -> str:
        return f"retelling of {self.subject} by {self.by}"
