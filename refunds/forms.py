"""What people type about refunds: customers look one up, staff publish calendars and settle by hand."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.contrib.admin.helpers import ActionForm
from django.utils.translation import gettext_lazy as _

from common.clock import TAIPEI
from payments.forms import LookUpForm
from refunds.models import MaintenanceWindow
from refunds.working_days import COUNTIES, Part

# An official year is about 10 kB.
_FILE_BYTES_MAX = 200_000


class ProgressForm(LookUpForm):
    """What the person who paid has at hand, as people type it. A try that failed has no refund."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["account_last4"].help_text = _("Of the account you paid with.")


class OfficialYearForm(forms.Form):
    file = forms.FileField(
        label=_("Official calendar file (CSV)"),
        help_text=_("UTF-8 or Big5; the columns 西元日期, 星期, 是否放假, 備註; one whole year."),
    )
    note = forms.CharField(label=_("Note"), max_length=300, required=False)

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > _FILE_BYTES_MAX:
            raise forms.ValidationError(_("This file is too large for one year."), code="file_too_large")
        return file


class ClosureForm(forms.Form):
    date = forms.DateField(label=_("Day of the closure"), widget=forms.DateInput(attrs={"type": "date"}))
    counties = forms.MultipleChoiceField(
        label=_("Counties and cities"),
        choices=[(code, f"{chinese} {english}") for code, (chinese, english) in COUNTIES.items()],
        widget=forms.CheckboxSelectMultiple,
    )
    part = forms.ChoiceField(
        label=_("Part of the day"),
        choices=[
            (Part.WHOLE, _("The whole day")),
            (Part.MORNING, _("In the morning")),
            (Part.AFTERNOON, _("In the afternoon")),
            (Part.NONE, _("Not closed (take back)")),
        ],
    )
    note = forms.CharField(label=_("Note"), max_length=300, required=False)


class WindowForm(forms.Form):
    kind = forms.ChoiceField(label=_("Kind of window"), choices=MaintenanceWindow.Kind.choices)
    starts_at = forms.DateTimeField(label=_("Starts (Taipei time)"), help_text="2026-11-24 10:00")
    ends_at = forms.DateTimeField(label=_("Ends (Taipei time)"), help_text="2026-11-24 12:00")
    text_zh_hant = forms.CharField(label=_("Text in Chinese"), max_length=200, required=False)
    text_en = forms.CharField(label=_("Text in English"), max_length=200, required=False)

    def clean_starts_at(self) -> datetime:
        return _in_taipei(self.cleaned_data["starts_at"])

    def clean_ends_at(self) -> datetime:
        return _in_taipei(self.cleaned_data["ends_at"])


class ManualForm(ActionForm):
    """Beside the console's actions: the proof of a payment made by hand, and why."""

    bank_reference = forms.CharField(label=_("The bank's reference"), max_length=64, required=False)
    note = forms.CharField(label=_("Note"), max_length=300, required=False)


def _in_taipei(moment: datetime) -> datetime:
    """Typed times are Taipei times, whatever zone a request is served in."""
    return moment.replace(tzinfo=TAIPEI)
