"""What the demo shop remembers: its orders, their refunds, and the notices it was sent."""

from __future__ import annotations

from typing import Any

from django.db import models


class ShopOrder(models.Model):
    """An order in the shop. Its status follows signed notices, never what the payer's browser says."""

    class Status(models.TextChoices):
        UNPAID = "unpaid"
        PAID = "paid"
        CANCELLED = "cancelled"
        EXPIRED = "expired"

    order_number = models.CharField(max_length=32, unique=True)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.UNPAID)
    # What was sent to the portal; paying again sends the same.
    asked: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField()
    payment_id = models.CharField(max_length=40, blank=True, db_index=True)
    # The portal's last answer about the payment.
    payment: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(default=dict)
    failure_code = models.CharField(max_length=60, blank=True)
    created_at = models.DateTimeField()
    paid_at = models.DateTimeField(null=True, blank=True)
    shipped_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"shop order {self.order_number}"


class ShopRefund(models.Model):
    """A refund asked for in the shop; `refund` is the portal's last answer about it."""

    order = models.ForeignKey(ShopOrder, on_delete=models.PROTECT, related_name="refunds")
    refund_number = models.CharField(max_length=40, unique=True)
    amount_minor = models.BigIntegerField()
    refund_id = models.CharField(max_length=40, blank=True, db_index=True)
    status = models.CharField(max_length=20, default="waiting")
    refund: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(default=dict)
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"shop refund {self.refund_number}"


class ReceivedNotice(models.Model):
    """A notice whose signature was right. `times` counts how often the same one came."""

    notice_id = models.CharField(max_length=64, unique=True)
    kind = models.CharField(max_length=40)
    body: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField()
    times = models.PositiveIntegerField(default=1)
    received_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"notice {self.notice_id}"


class ShopSwitch(models.Model):
    """How the shop's notice receiver behaves. One row."""

    ONLY = 1

    class Receiver(models.TextChoices):
        UP = "up"
        DOWN = "down"
        HANG = "hang"

    receiver = models.CharField(max_length=8, choices=Receiver.choices, default=Receiver.UP)

    def __str__(self) -> str:
        return "shop switch"

    @classmethod
    def state(cls) -> str:
        found = cls.objects.filter(pk=cls.ONLY).first()
        return found.receiver if found else cls.Receiver.UP

    @classmethod
    def turn(cls, receiver: str) -> None:
        cls.objects.update_or_create(pk=cls.ONLY, defaults={"receiver": cls.Receiver(receiver)})
