"""The form beside a console action: why it is done."""

from __future__ import annotations

from django import forms
from django.contrib.admin.helpers import ActionForm
from django.utils.translation import gettext_lazy as _


class ReasonForm(ActionForm):
    reason = forms.CharField(label=_("Reason"), max_length=300, required=False)
