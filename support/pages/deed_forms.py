"""What people fill in to ask for a deed. A form's fields are the names of the deed's payload."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from payments.limits import LIMIT_NAMES
from platforms.models import Platform
from refunds.calendar import read_text
from refunds.models import Deferral
from refunds.working_days import COUNTIES
from staff.rules import ROLE_NAMES
from support.operations.deeds import Wish
from support.operations.deeds.calendar import PARTS, county_name
from support.operations.deeds.rules import POLICIES

# An official year is about 10 kB.
_FILE_BYTES_MAX = 60_000
_MINOR_MAX = 1_000_000_000


class DeedForm(forms.Form):
    """`wish` is what JSON can say of it; `about_field` takes the ?subject= of a link."""

    about_field = ""
    # No deed has a field of this name: it is the request's, not the deed's.
    reason = forms.CharField(
        label=_("Why"),
        max_length=300,
        help_text=_("The second person decides by this. No card numbers, no names of customers."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        last = [name for name in ("valid_from", "reason") if name in self.fields]
        self.order_fields([*(name for name in self.fields if name not in last), *last])

    def wish(self) -> Wish:
        return {name: _as_json(value) for name, value in self.cleaned_data.items() if name != "reason"}


class _RuleForm(DeedForm):
    valid_from = forms.DateField(
        label=_("Valid from"), widget=forms.DateInput(attrs={"type": "date"}), help_text=_("Tomorrow at the earliest.")
    )


class LimitForm(_RuleForm):
    about_field = "code"
    code = forms.ChoiceField(label=_("Limit"), choices=[(code.value, name) for code, name in LIMIT_NAMES.items()])
    amount_minor = forms.IntegerField(label=_("Amount in NT$"), min_value=0, max_value=_MINOR_MAX)


class ChargeForm(_RuleForm):
    percent = forms.DecimalField(
        label=_("Percent of the order"), min_value=0, max_value=100, max_digits=6, decimal_places=3
    )
    valid_from = forms.DateField(
        label=_("Valid from"),
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_("At least 60 days ahead: customers are told before."),
    )


class ChargeReturnForm(_RuleForm):
    policy = forms.ChoiceField(
        label=_("The handling charge of a refunded order"),
        choices=[(one.value, text) for one, text in POLICIES.items()],
    )


class GateForm(_RuleForm):
    mismatches_max = forms.IntegerField(
        label=_("Wrong details that a person may give on one day"), min_value=1, max_value=10
    )
    wait_seconds = forms.IntegerField(
        label=_("Wait after passing, before paying again, in seconds"), min_value=0, max_value=3_600
    )


class PaceForm(_RuleForm):
    credits_per_minute = forms.IntegerField(
        label=_("Credits a minute"),
        min_value=1,
        max_value=100_000,
        help_text=_("As measured: it says what a day can hold, and makes nothing faster."),
    )


class TierForm(_RuleForm):
    from_minor = forms.IntegerField(label=_("From this amount on, in NT$"), min_value=0, max_value=_MINOR_MAX)
    checkers = forms.IntegerField(label=_("People who must agree"), min_value=1, max_value=3)


class _PaymentForm(DeedForm):
    about_field = "reference"
    reference = forms.CharField(label=_("Payment"), max_length=24, help_text="PAY-…")

    def clean_reference(self) -> str:
        return str(self.cleaned_data["reference"]).strip().upper()


class _RefundForm(DeedForm):
    about_field = "reference"
    reference = forms.CharField(label=_("Refund"), max_length=24, help_text="RF-…")

    def clean_reference(self) -> str:
        return str(self.cleaned_data["reference"]).strip().upper()


class SettleForm(_RefundForm):
    bank_reference = forms.CharField(
        label=_("The bank's reference"),
        max_length=64,
        help_text=_("The proof of the payment, such as the cheque's number."),
    )


class ReturnForm(_RefundForm):
    pass


class DeferForm(_RefundForm):
    told = forms.ChoiceField(label=_("Reason the customer is told"), choices=Deferral.Reason.choices)


class ReverseForm(_PaymentForm):
    told_minor = forms.IntegerField(
        label=_("What the bank took, in NT$"),
        min_value=1,
        max_value=_MINOR_MAX,
        help_text=_("As the bank says it. It has to be what it answered last."),
    )


class YearForm(DeedForm):
    file = forms.FileField(
        label=_("Official calendar file (CSV)"),
        help_text=_("UTF-8 or Big5; the columns 西元日期, 星期, 是否放假, 備註; one whole year."),
    )

    def clean_file(self) -> str:
        file = self.cleaned_data["file"]
        if file.size > _FILE_BYTES_MAX:
            raise forms.ValidationError(_("This file is too large for one year."), code="file_too_large")
        return read_text(file.read())


class ClosureForm(DeedForm):
    about_field = "date"
    date = forms.DateField(label=_("Day of the closure"), widget=forms.DateInput(attrs={"type": "date"}))
    part = forms.ChoiceField(label=_("Part of the day"), choices=[(part.value, text) for part, text in PARTS.items()])
    counties = forms.MultipleChoiceField(
        label=_("Counties and cities"),
        choices=lambda: [(code, county_name(code)) for code in COUNTIES],
        widget=forms.CheckboxSelectMultiple,
    )


if TYPE_CHECKING:
    _ModelChoice = forms.ModelChoiceField[Platform]
else:
    _ModelChoice = forms.ModelChoiceField


class _PlatformChoice(_ModelChoice):
    def label_from_instance(self, obj: Platform) -> str:
        return f"{obj.name} ({obj.code})"


class SwitchForm(DeedForm):
    about_field = "code"
    code = _PlatformChoice(Platform.objects.order_by("code"), to_field_name="code", label=_("Platform"))

    def clean_code(self) -> str:
        platform: Platform = self.cleaned_data["code"]
        return platform.code


class RollForm(DeedForm):
    about_field = "key_id"
    key_id = forms.CharField(label=_("Key"), max_length=64, help_text="key_…")
    public_key = forms.CharField(
        label=_("Public key"), max_length=44, help_text=_("base64 of the 32 bytes of an Ed25519 public key.")
    )
    overlap_hours = forms.IntegerField(
        label=_("The old key opens for so many hours more"), min_value=0, max_value=720, initial=24
    )


class AdmitForm(DeedForm):
    about_field = "code"
    code = forms.SlugField(label=_("Short name"), max_length=40, help_text=_("Small letters, digits and hyphens."))
    name = forms.CharField(label=_("Name"), max_length=80)
    contact_phone = forms.CharField(label=_("Customer service phone"), max_length=30, help_text=_("Customers call it."))
    return_url_prefixes = forms.CharField(
        label=_("Customers are sent back to"),
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("One address a line, https://, ending in a slash."),
    )
    public_key = forms.CharField(
        label=_("Public key"), max_length=44, help_text=_("base64 of the 32 bytes of an Ed25519 public key.")
    )

    def clean_return_url_prefixes(self) -> list[str]:
        addresses = str(self.cleaned_data["return_url_prefixes"]).split()
        if not addresses or not all(one.startswith("https://") and one.endswith("/") for one in addresses):
            raise forms.ValidationError(_("Each address begins with https:// and ends in a slash."), code="address")
        return addresses


class ResetForm(DeedForm):
    about_field = "payment"
    payment = forms.CharField(label=_("A payment of the customer"), max_length=24, help_text="PAY-…")

    def clean_payment(self) -> str:
        return str(self.cleaned_data["payment"]).strip().upper()


class ExportForm(DeedForm):
    first = forms.DateField(label=_("From (Taipei date)"), widget=forms.DateInput(attrs={"type": "date"}))
    last = forms.DateField(label=_("To, that day included"), widget=forms.DateInput(attrs={"type": "date"}))


class MemberForm(DeedForm):
    about_field = "name"
    name = forms.CharField(label=_("Name of the member of staff"), max_length=30)

    def clean_name(self) -> str:
        return str(self.cleaned_data["name"]).strip().lower()


class MemberRoleForm(MemberForm):
    role = forms.ChoiceField(label=_("Role"), choices=list(ROLE_NAMES.items()))


FORMS: Final[dict[str, type[DeedForm]]] = {
    "refund.settle_by_hand": SettleForm,
    "refund.return_to_run": ReturnForm,
    "refund.defer": DeferForm,
    "payment.reverse_debit": ReverseForm,
    "calendar.publish": YearForm,
    "calendar.closure": ClosureForm,
    "limit.change": LimitForm,
    "charge.change": ChargeForm,
    "charge_return.change": ChargeReturnForm,
    "gate.change": GateForm,
    "run_pace.change": PaceForm,
    "tier.change": TierForm,
    "platform.suspend": SwitchForm,
    "platform.resume": SwitchForm,
    "platform.roll_key": RollForm,
    "platform.admit": AdmitForm,
    "identity.reset": ResetForm,
    "export.rows": ExportForm,
    "staff.admit": MemberRoleForm,
    "staff.change_role": MemberRoleForm,
    "staff.enable": MemberForm,
    "staff.reset_factors": MemberForm,
}


def _as_json(value: Any) -> Any:
    match value:
        case dt.date():
            return value.isoformat()
        case Decimal():
            return f"{value:.3f}"
        case _:
            return value
