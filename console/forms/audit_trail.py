"""What the audit trail is searched by."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from audit.queries import Search
from common.clock import TAIPEI
from staff.rules import ROLE_NAMES


def _moment(label: Any) -> forms.DateTimeField:
    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    return forms.DateTimeField(label=label, required=False, widget=widget)


class TrailForm(forms.Form):
    by = forms.CharField(label=_("Who"), max_length=100, required=False)
    subject = forms.CharField(label=_("About"), max_length=60, required=False)
    action = forms.CharField(
        label=_("Deed"), max_length=60, required=False, widget=forms.TextInput(attrs={"list": "known-actions"})
    )
    role = forms.ChoiceField(label=_("Role"), required=False, choices=[("", _("all")), *ROLE_NAMES.items()])
    start = _moment(_("From (Taipei time)"))
    end = _moment(_("Before (Taipei time)"))

    def search(self) -> Search:
        words = {name: self.cleaned_data.get(name, "").strip() for name in ("by", "subject", "action", "role")}
        return Search(**words, start=self._in_taipei("start"), end=self._in_taipei("end"))

    def _in_taipei(self, name: str) -> dt.datetime | None:
        at = self.cleaned_data.get(name)
        return at.replace(tzinfo=TAIPEI) if at else None
