"""Why something is done with a payment: every deed and every look behind a mask has a reason."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from common.clock import TAIPEI, now
from platforms.models import Platform


def _reason() -> forms.CharField:
    return forms.CharField(label=_("Reason"), max_length=300, widget=forms.TextInput(attrs={"autocomplete": "off"}))


class ReasonForm(forms.Form):
    reason = _reason()


class RevealForm(forms.Form):
    field = forms.ChoiceField(label=_("Number"))
    reason = _reason()

    def __init__(self, fields: dict[str, str], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["field"].choices = list(fields.items())  # type: ignore[attr-defined]  # it is a ChoiceField


class TellManyForm(forms.Form):
    """One shop, and since when; the reason only when it is done."""

    platform = forms.ModelChoiceField(
        label=_("Shop"), queryset=Platform.objects.order_by("name", "id"), to_field_name="code", empty_label=None
    )
    since = forms.DateTimeField(
        label=_("Since (Taipei time)"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"],
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["platform"].label_from_instance = lambda platform: platform.name  # type: ignore[attr-defined]  # a ModelChoiceField

    def clean_since(self) -> dt.datetime:
        since: dt.datetime = self.cleaned_data["since"].replace(tzinfo=TAIPEI)
        if since > now():
            raise forms.ValidationError(_("This is still to come."))
        return since


class CheckCaseFileForm(forms.Form):
    reference = forms.CharField(label=_("Payment reference"), max_length=24)
    code = forms.CharField(label=_("Code on the last lines of the paper"), max_length=40)
    file = forms.FileField(label=_("The file itself, if you have it"), required=False)

    def clean_reference(self) -> str:
        return str(self.cleaned_data["reference"]).strip().upper()
