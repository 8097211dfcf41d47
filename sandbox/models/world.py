"""Who lives in the sandbox: persons, their savings accounts, their chip cards, and the reader's slot."""

from __future__ import annotations

from typing import Any

from django.db import models

TRIES_MAX = 3


class Person(models.Model):
    """One account holder, as the bank, the civil register and the credit centre know them."""

    customer_number = models.CharField(max_length=20, unique=True)
    name = models.CharField(max_length=40)
    name_en = models.CharField(max_length=60)
    national_id = models.CharField(max_length=10, unique=True)
    birth_date = models.DateField()
    issue_date = models.DateField()
    issue_type = models.CharField(max_length=12)
    issue_place = models.CharField(max_length=20)
    phone = models.CharField(max_length=20)
    # A key of sandbox.outcomes.CREDIT_CENTRE.
    credit_centre = models.CharField(max_length=20, default="match")
    notice_release_date = models.DateField(null=True, blank=True)
    # Part of the fixed world, as against made on the accounts page.
    seeded = models.BooleanField(default=False)

    def __str__(self) -> str:
        return f"person {self.customer_number}"


class Account(models.Model):
    number = models.CharField(max_length=14, unique=True)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="accounts")
    # A key of sandbox.outcomes.ACCOUNTS.
    does = models.CharField(max_length=40)
    balance_minor = models.BigIntegerField()

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(balance_minor__gte=0), name="account_not_overdrawn")]

    def __str__(self) -> str:
        return f"account {self.number}"


class VirtualCard(models.Model):
    """A chip card in software: `counter` is the chip's own, `verified_counter` the last one the authority accepted."""

    serial = models.CharField(max_length=20, unique=True)
    card_number = models.CharField(max_length=16, unique=True)
    issuer = models.CharField(max_length=20)
    name = models.CharField(max_length=40)
    name_en = models.CharField(max_length=60)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="cards")
    password = models.CharField(max_length=12)
    tries_left = models.PositiveSmallIntegerField(default=TRIES_MAX)
    counter = models.PositiveIntegerField(default=0)
    verified_counter = models.PositiveIntegerField(default=0)
    account_numbers: models.JSONField[list[str], list[str]] = models.JSONField(default=list)

    def __str__(self) -> str:
        return f"card {self.serial}"

    @property
    def locked(self) -> bool:
        return self.tries_left == 0


class ReaderSlot(models.Model):
    """Which card is in the reader. There is one reader, so there is one row."""

    ONLY = 1

    card = models.ForeignKey(VirtualCard, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")

    def __str__(self) -> str:
        return "reader slot"

    @classmethod
    def hold(cls, card: VirtualCard | None) -> None:
        values: dict[str, Any] = {"card": card}
        cls.objects.update_or_create(pk=cls.ONLY, defaults=values)

    @classmethod
    def held(cls) -> VirtualCard | None:
        slot = cls.objects.filter(pk=cls.ONLY).select_related("card").first()
        return slot.card if slot else None
