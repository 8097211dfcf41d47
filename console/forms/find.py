"""The search box, the filters beside it, and the name a search is kept under."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from console.matching import TERM_MAX
from payments.states import Status
from platforms.models import Platform
from refunds.states import Status as RefundStatus
from staff.rules import Role

STATUSES = {
    Status.CREATED: _("Waits for the payer"),
    Status.GATED: _("Identity check first"),
    Status.DEBITING: _("Being debited"),
    Status.UNKNOWN: _("Bank's answer unknown"),
    Status.PAID: _("Paid"),
    Status.FAILED: _("Failed"),
    Status.CANCELLED: _("Cancelled"),
    Status.EXPIRED: _("Time is over"),
}
REFUND_STATUSES = {
    RefundStatus.REQUESTED: _("Waits for the seller"),
    RefundStatus.ACCEPTED: _("Promised"),
    RefundStatus.CREDITING: _("Being credited"),
    RefundStatus.UNKNOWN: _("Bank's answer unknown"),
    RefundStatus.MANUAL: _("With our staff"),
    RefundStatus.CREDITED: _("Credited"),
    RefundStatus.CANCELLED: _("Cancelled"),
}
ROLES = {
    Role.AGENT: _("All agents"),
    Role.SUPERVISOR: _("All supervisors"),
    Role.OPERATOR: _("All operators"),
    Role.AUDITOR: _("All auditors"),
}


class TermForm(forms.Form):
    q = forms.CharField(max_length=TERM_MAX, required=False, strip=True)


class _Day(forms.DateInput):
    input_type = "date"


class FilterForm(forms.Form):
    """Each may be left empty; the address that it makes can be sent to a colleague."""

    status = forms.ChoiceField(label=_("Status"), required=False)
    platform = forms.ModelChoiceField(
        label=_("Shop"),
        queryset=Platform.objects.order_by("name", "id"),
        to_field_name="code",
        required=False,
        empty_label=_("Any"),
    )
    amount_from = forms.IntegerField(label=_("Amount from"), min_value=0, max_value=10_000_000, required=False)
    amount_to = forms.IntegerField(label=_("Amount to"), min_value=0, max_value=10_000_000, required=False)
    date_from = forms.DateField(label=_("Made from"), widget=_Day(format="%Y-%m-%d"), required=False)
    date_to = forms.DateField(label=_("Made until"), widget=_Day(format="%Y-%m-%d"), required=False)
    refund_status = forms.ChoiceField(label=_("Refund"), required=False)
    open_case = forms.BooleanField(label=_("Has an open case"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["status"].choices = _choices(STATUSES)  # type: ignore[attr-defined]  # it is a ChoiceField
        self.fields["refund_status"].choices = _choices(REFUND_STATUSES)  # type: ignore[attr-defined]  # as above
        self.fields["platform"].label_from_instance = lambda platform: platform.name  # type: ignore[attr-defined]  # as above

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        for first, last, text in (
            ("amount_from", "amount_to", _("This is less than the amount it begins with.")),
            ("date_from", "date_to", _("This is before the beginning.")),
        ):
            begins, ends = data.get(first), data.get(last)
            if begins is not None and ends is not None and begins > ends:
                self.add_error(last, text)
        return data


class SaveViewForm(forms.Form):
    name = forms.CharField(label=_("Name of this search"), max_length=60)
    shared_with = forms.ChoiceField(label=_("Who sees it"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["shared_with"].choices = [("", _("Only I")), *ROLES.items()]  # type: ignore[attr-defined]  # a ChoiceField


def _choices(texts: dict[Any, Any]) -> list[tuple[str, Any]]:
    return [("", _("Any")), *((str(value), text) for value, text in texts.items())]
