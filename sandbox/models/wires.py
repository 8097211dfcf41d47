"""What the card authority, the SMS operators and the fault switches remember."""

from __future__ import annotations

from typing import Any

from django.db import models


class ChipAnswer(models.Model):
    """The first answer to a request of the card authority; the second request gets the same."""

    request_id = models.CharField(max_length=64, unique=True)
    asked: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField()
    answer: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField()

    def __str__(self) -> str:
        return f"chip answer {self.request_id}"


class TextMessage(models.Model):
    """A message handed to one operator. `copies` counts how often it reached the handset."""

    class State(models.TextChoices):
        DELIVERED = "delivered"
        FAILED = "failed"
        REJECTED = "rejected"

    operator = models.CharField(max_length=10)
    message_id = models.CharField(max_length=64)
    phone = models.CharField(max_length=20)
    text = models.TextField()
    state = models.CharField(max_length=10, choices=State.choices)
    code = models.CharField(max_length=20, blank=True)
    copies = models.PositiveSmallIntegerField(default=0)
    received_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["operator", "message_id"], name="message_once_per_operator")]
        indexes = [models.Index(fields=["phone", "id"])]

    def __str__(self) -> str:
        return f"message {self.operator} {self.message_id}"


class Fault(models.Model):
    """A fault switched on for the next `remaining` calls of one operation."""

    wire = models.CharField(max_length=20)
    operation = models.CharField(max_length=20)
    kind = models.CharField(max_length=20)
    remaining = models.PositiveIntegerField()
    seconds = models.FloatField(default=3.0)
    # When set, only calls with this value in their body: an account, a phone, a national ID, a request id.
    only_for = models.CharField(max_length=64, blank=True)

    class Meta:
        indexes = [models.Index(fields=["wire", "operation", "id"])]

    def __str__(self) -> str:
        return f"fault {self.pk}"
