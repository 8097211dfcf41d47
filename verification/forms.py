"""What a customer types at the gate, tolerant of how people type and strict about what it means."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from verification.rules.documents import ISSUE_PLACES, IdentityData, IssueType, document_kind, typed_document_number
from verification.rules.roc_dates import parse_roc_date

_ROC_DATE_ERROR = _("Enter a date of the ROC calendar as on your card, for example 75/03/02.")


class ConsentForm(forms.Form):
    version = forms.CharField(widget=forms.HiddenInput, max_length=20)
    text_hash = forms.CharField(widget=forms.HiddenInput, max_length=64)
    agree = forms.BooleanField(
        label=_("I have read this and I agree."),
        error_messages={"required": _("Tick the box to go on. Without your consent there is no check and no payment.")},
    )


class _Radios(forms.RadioSelect):
    """Radio buttons whose error message leads to the first of them."""

    def id_for_label(self, id_: str, index: str | None = None) -> str:
        return super().id_for_label(id_, "0" if index is None else index)


class DataForm(forms.Form):
    """`today` is the Taipei date: nothing on a card lies after it."""

    national_id = forms.CharField(
        label=_("National ID or resident certificate number"),
        help_text=_("One letter and nine digits; resident certificates of before 2021 have two letters."),
        error_messages={"required": _("Enter the number of your ID card or resident certificate.")},
        max_length=30,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
    )
    birth_date = forms.CharField(
        label=_("Birth date (ROC calendar)"),
        help_text=_("For example 75/03/02 or 750302. A Western year such as 1986/03/02 is understood as well."),
        error_messages={"required": _("Enter your birth date.")},
        max_length=30,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    issue_date = forms.CharField(
        label=_("Issue date of the card (ROC calendar)"),
        help_text=_("On the front of the ID card, for example 101/02/29."),
        error_messages={"required": _("Enter the issue date of your card.")},
        max_length=30,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    issue_place = forms.ChoiceField(
        label=_("Issue place"),
        help_text=_("Printed before the issue type."),
        error_messages={"required": _("Choose the issue place.")},
        choices=[("", _("Please choose")), *ISSUE_PLACES.items()],
    )
    issue_type = forms.ChoiceField(
        label=_("Issue type"),
        help_text=_("Printed behind the issue date."),
        error_messages={"required": _("Choose the issue type.")},
        choices=IssueType.choices,
        widget=_Radios,
    )

    def __init__(self, *args: Any, today: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._today = today

    def clean_national_id(self) -> str:
        number = typed_document_number(self.cleaned_data["national_id"])
        if document_kind(number) is None:
            raise forms.ValidationError(
                _("This number can't be right. Please compare each letter and digit with your card."), code="checksum"
            )
        return number

    def clean_birth_date(self) -> dt.date:
        return self._past_date("birth_date")

    def clean_issue_date(self) -> dt.date:
        return self._past_date("issue_date")

    def clean(self) -> dict[str, Any]:
        cleaned = self.cleaned_data
        born, issued = cleaned.get("birth_date"), cleaned.get("issue_date")
        if born and issued and issued < born:
            self.add_error("issue_date", _("The card can't have been issued before the birth date."))
        return cleaned

    def data_given(self) -> IdentityData:
        return IdentityData(**self.cleaned_data)

    def _past_date(self, name: str) -> dt.date:
        date = parse_roc_date(self.cleaned_data[name])
        if date is None:
            raise forms.ValidationError(_ROC_DATE_ERROR, code="date")
        if date > self._today:
            raise forms.ValidationError(_("This date lies in the future."), code="future")
        return date


class CodeForm(forms.Form):
    code = forms.CharField(
        label=_("Code from the SMS"),
        help_text=_("Six digits. Blanks don't matter."),
        error_messages={"required": _("Enter the code from the SMS.")},
        max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
    )
