"""The form beside the actions on cases: the words of a note or of a reason."""

from __future__ import annotations

from django import forms
from django.contrib.admin.helpers import ActionForm
from django.utils.translation import gettext_lazy as _


class WordsForm(ActionForm):
    words = forms.CharField(label=_("Note or reason"), max_length=300, required=False)
