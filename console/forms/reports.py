"""What a report is asked for: its days, and for a file the reason."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from console.queries.reports import Period

# A year and its eve: thirteen months side by side.
_DAYS_MAX = 400
# In Chinese four characters are a whole reason (年度稽核).
_REASON_MIN = 4


def _date_field(label: Any) -> forms.DateField:
    return forms.DateField(label=label, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))


class DayForm(forms.Form):
    first = _date_field(_("Taipei date"))

    def period(self) -> Period:
        return Period(self.cleaned_data["first"], self.cleaned_data["first"])


class PeriodForm(forms.Form):
    first = _date_field(_("From (Taipei date)"))
    last = _date_field(_("To, that day included"))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        first, last = cleaned.get("first"), cleaned.get("last")
        if first and last and not dt.timedelta() <= last - first <= dt.timedelta(days=_DAYS_MAX):
            raise forms.ValidationError(
                _("From the earlier to the later day, %(days)s days at most."),
                code="period",
                params={"days": _DAYS_MAX},
            )
        return cleaned

    def period(self) -> Period:
        return Period(self.cleaned_data["first"], self.cleaned_data["last"])


class FileForm(forms.Form):
    """Why rows leave the house, and in which form."""

    reason = forms.CharField(
        label=_("What the file is for"),
        help_text=_("Kept in the audit trail and written into the file."),
        min_length=_REASON_MIN,
        max_length=300,
    )
    kind = forms.ChoiceField(
        label=_("Kind of file"),
        choices=[("xlsx", _("Spreadsheet (XLSX)")), ("csv", _("Plain table (CSV)"))],
    )
