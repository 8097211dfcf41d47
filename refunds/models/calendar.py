"""The calendar as rows that only grow, version by version, and the windows in which the run stands still."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from cards import models as windows
from common.references import new_id
from common.states import AppendOnly
from refunds.deferral import Window, WindowKind
from refunds.working_days import COUNTIES, Part


class CalendarVersion(AppendOnly):
    """One publication of the calendar. The calendar of version n is made of the rows of all versions up to n."""

    class Kind(models.TextChoices):
        SEED = "seed", _("First calendar")
        OFFICIAL_YEAR = "official_year", _("Official year")
        CLOSURE = "closure", _("Closure")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    number = models.PositiveIntegerField(unique=True)
    kind = models.CharField(max_length=20, choices=Kind)
    # The years this publication makes official; none for a closure.
    first_year = models.PositiveSmallIntegerField(null=True, blank=True)
    last_year = models.PositiveSmallIntegerField(null=True, blank=True)
    note = models.CharField(max_length=300, blank=True)
    published_at = models.DateTimeField()
    published_by = models.CharField(max_length=100)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(first_year__isnull=True, last_year__isnull=True) | Q(last_year__gte=F("first_year")),
                name="refunds_calendar_years_in_order",
            )
        ]

    def __str__(self) -> str:
        return f"calendar version {self.number}"


class CalendarDay(AppendOnly):
    """A row of an official year; the row of the latest version speaks."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    version = models.ForeignKey(CalendarVersion, on_delete=models.PROTECT, related_name="days")
    date = models.DateField()
    is_off = models.BooleanField()
    remark = models.CharField(max_length=100, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["version", "date"], name="refunds_calendar_day_once")]

    def __str__(self) -> str:
        return f"calendar day {self.date}"


class CalendarOverride(AppendOnly):
    """A closure of one county on one day, recorded by staff; the latest version speaks, and `none` takes back."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    version = models.ForeignKey(CalendarVersion, on_delete=models.PROTECT, related_name="overrides")
    date = models.DateField()
    county = models.CharField(max_length=20)
    part = models.CharField(max_length=10)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["version", "date", "county"], name="refunds_override_once"),
            models.CheckConstraint(condition=Q(part__in=[part.value for part in Part]), name="refunds_override_part"),
            models.CheckConstraint(condition=Q(county__in=list(COUNTIES)), name="refunds_override_county"),
        ]

    def __str__(self) -> str:
        return f"closure {self.date} {self.county} {self.part}"


class BankOnlyDay(AppendOnly):
    """A day of every year on which banks alone are closed, up to a last year."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    version = models.ForeignKey(CalendarVersion, on_delete=models.PROTECT, related_name="bank_only_days")
    month = models.PositiveSmallIntegerField()
    day = models.PositiveSmallIntegerField()
    last_year = models.PositiveSmallIntegerField(null=True, blank=True)
    name = models.CharField(max_length=40)
    name_en = models.CharField(max_length=60)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(month__gte=1, month__lte=12, day__gte=1, day__lte=31), name="refunds_bank_day_is_a_date"
            )
        ]

    def __str__(self) -> str:
        return f"bank-only day {self.month}-{self.day}"


class MaintenanceWindow(windows.MaintenanceWindow):
    """The window as the day's run reads it: it holds every credit back. The rows are those that payments read too."""

    class Meta:
        proxy = True

    def as_window(self) -> Window:
        return Window(WindowKind(self.kind), self.starts_at, self.ends_at)
