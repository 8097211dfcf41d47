"""What people type about refunds: customers look one up, staff plan a window."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from common.clock import TAIPEI
from payments.forms import LookUpForm
from refunds.models import MaintenanceWindow


class ProgressForm(LookUpForm):
    """What the person who paid has at hand, as people type it. A try that failed has no refund."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["account_last4"].help_text = _("Of the account you paid with.")


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


def _in_taipei(moment: datetime) -> datetime:
    """Typed times are Taipei times, whatever zone a request is served in."""
    return moment.replace(tzinfo=TAIPEI)
