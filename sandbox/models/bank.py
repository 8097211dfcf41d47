"""The sandbox bank's book: each request it ever heard of, what became of it, and its line in the statement."""

from __future__ import annotations

from django.db import models


class BankRequest(models.Model):
    """One request id of the portal. Booked rows are the statement."""

    class Kind(models.TextChoices):
        DEBIT = "debit"
        CREDIT = "credit"
        REVERSAL = "reversal"

    class State(models.TextChoices):
        # Asked about, never arrived.
        ASKED = "asked"
        # Arrived at the door and lost there: only its id and valid_until are known.
        LOST = "lost"
        # Late: it will reach the book after the next enquiry, if it is still valid then.
        TRAVELLING = "travelling"
        BOOKED = "booked"
        DECLINED = "declined"
        # "Not found" was answered as final: this id can't be booked any more.
        VOID = "void"

    request_id = models.CharField(max_length=64, unique=True)
    kind = models.CharField(max_length=8, choices=Kind.choices)
    state = models.CharField(max_length=10, choices=State.choices)
    account_number = models.CharField(max_length=14, blank=True)
    amount_minor = models.BigIntegerField(default=0)
    currency = models.CharField(max_length=3, blank=True)
    reference = models.CharField(max_length=64, blank=True)
    narrative = models.CharField(max_length=140, blank=True)
    # The debit that a credit or a reversal belongs to.
    debit_request_id = models.CharField(max_length=64, blank=True, db_index=True)
    valid_until = models.DateTimeField()
    code = models.CharField(max_length=4, blank=True)
    bank_reference = models.CharField(max_length=20, blank=True)
    booked_at = models.DateTimeField(null=True, blank=True)
    # Given when the statement is first asked for, so that bookings don't queue for a number.
    line = models.BigIntegerField(null=True, blank=True, unique=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["debit_request_id"],
                condition=models.Q(kind="reversal", state="booked"),
                name="debit_reversed_once",
            ),
        ]

    def __str__(self) -> str:
        return f"bank request {self.request_id}"

    @property
    def settled(self) -> bool:
        return self.state in {self.State.BOOKED, self.State.DECLINED, self.State.VOID}
