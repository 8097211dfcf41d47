"""What the payer's page sends, checked for form alone; whether it is right is for the operations to say."""

from __future__ import annotations

import json
import re
from typing import Any, TypeVar

from django import forms
from django.core.validators import RegexValidator
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from cards.picture_code import tidy
from common.errors import FieldError, InvalidRequest
from payments.operations.debits import SignedOrder

_ORDER_NUMBER = r"\A[A-Za-z0-9._-]{1,64}\Z"

Form = TypeVar("Form", bound=forms.Form)


class PictureForm(forms.Form):
    """Which picture is to be drawn or spoken."""

    id = forms.UUIDField()


class PrepareForm(forms.Form):
    """The picture code as it was typed."""

    picture_id = forms.UUIDField()
    answer = forms.CharField(max_length=40)


class SignedOrderForm(forms.Form):
    """What came from the card, each part in the form of reader/protocol.md."""

    account = forms.RegexField(r"\A[0-9]{14}\Z")
    issuer = forms.RegexField(r"\A[0-9]{3}\Z")
    card_serial = forms.RegexField(r"\A[A-Za-z0-9-]{1,32}\Z")
    check_code = forms.RegexField(r"\A[0-9]{16}\Z")
    signed_at = forms.RegexField(r"\A[0-9]{14}\Z")
    order_digest = forms.RegexField(r"\A[0-9a-f]{64}\Z")
    counter = forms.RegexField(r"\A[0-9]{8}\Z")
    tac = forms.RegexField(r"\A[0-9a-fA-F]{16}\Z")

    def signed_order(self) -> SignedOrder:
        fields = dict(self.cleaned_data)
        return SignedOrder(account_number=fields.pop("account"), **fields)


class LookUpForm(forms.Form):
    """What a payer has at hand when the shop says that nothing was paid."""

    order_number = forms.CharField(
        label=_("Order number at the shop"),
        help_text=_("As it stands in your order list at the shop."),
        max_length=64,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "autocapitalize": "off"}),
        error_messages={"required": _("Enter the order number.")},
    )
    account_last4 = forms.CharField(
        label=_("Last four digits of the account"),
        help_text=_("Of the account you paid with, or tried to pay with."),
        max_length=10,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", "class": "input-short"}),
        error_messages={"required": _("Enter the last four digits of the account.")},
    )

    def clean_order_number(self) -> str:
        order_number = tidy(self.cleaned_data["order_number"])
        RegexValidator(_ORDER_NUMBER, _("This is no order number: letters, digits, - . and _ only."))(order_number)
        return order_number

    def clean_account_last4(self) -> str:
        digits = tidy(self.cleaned_data["account_last4"])
        RegexValidator(r"\A[0-9]{4}\Z", _("Enter exactly four digits."))(digits)
        return digits


def known_order_number(request: HttpRequest) -> dict[str, str]:
    """What a link to a look-up says of the order, so that it need not be typed; the account's digits are never in it."""
    order_number = request.GET.get("order_number", "")
    return {"order_number": order_number} if re.match(_ORDER_NUMBER, order_number) else {}


def checked(form_class: type[Form], body: bytes) -> Form:
    """The form, filled from a JSON object. Raises InvalidRequest."""
    return valid(form_class(_json_object(body)))


def valid(form: Form) -> Form:
    """The form itself. Raises InvalidRequest naming each field that isn't as it must be."""
    if not form.is_valid():
        wrong = [
            FieldError(f"/{name}", str(error.code or "invalid"), str(error.messages[0]))
            for name, errors in form.errors.as_data().items()
            for error in errors
        ]
        raise InvalidRequest(wrong)
    return form


def _json_object(body: bytes) -> dict[str, Any]:
    try:
        fields = json.loads(body)
    except ValueError:
        fields = None
    if not isinstance(fields, dict) or not all(isinstance(value, str) for value in fields.values()):
        raise InvalidRequest([FieldError("", "no_object", _("A JSON object of texts is expected."))])
    return fields


class AskForm(forms.Form):
    """What customer service is to look at, in the customer's words."""

    text = forms.CharField(
        label=_("What we should look at"),
        help_text=_("In a sentence or two. Leave out account and ID numbers, passwords and codes: we never need them."),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 4, "maxlength": 500}),
    )
