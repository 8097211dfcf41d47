"""What staff type about a platform's new key in a sandbox."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from platforms import operations, rules
from platforms.models import Platform


class NewKeyForm(forms.Form):
    platform = forms.ModelChoiceField(Platform.objects.order_by("code"), label=_("Platform"))
    public_key = forms.CharField(
        label=_("Public key"),
        max_length=44,
        required=False,
        help_text=_("base64 of the 32 bytes of an Ed25519 public key. Left empty in a sandbox, a bearer key is made."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "size": 50}),
    )
    scopes = forms.MultipleChoiceField(
        label=_("Scopes"),
        choices=[(scope, scope) for scope in rules.SCOPES],
        initial=rules.SCOPES,
        widget=forms.CheckboxSelectMultiple,
    )
    allowed_addresses = forms.CharField(
        label=_("Addresses it may be used from"),
        required=False,
        help_text=_("One network a line, such as 203.0.113.0/24. Empty: from anywhere."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    expires_at = forms.DateTimeField(label=_("Ends at"), required=False, help_text=_("Taipei time. Empty: never."))
    reason = forms.CharField(label=_("Reason"), max_length=100)

    def clean_allowed_addresses(self) -> tuple[str, ...]:
        addresses = tuple(str(self.cleaned_data["allowed_addresses"]).split())
        if not all(rules.is_network(address) for address in addresses):
            raise forms.ValidationError(_("This is no address and no network."))
        return addresses

    def new_key(self) -> operations.NewKey:
        typed: dict[str, Any] = self.cleaned_data
        return operations.NewKey(
            public_key=typed["public_key"],
            scopes=tuple(typed["scopes"]),
            allowed_addresses=typed["allowed_addresses"],
            expires_at=typed["expires_at"],
            description=typed["reason"],
        )
