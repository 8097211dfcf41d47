"""What staff type to sign in, to confirm that it is they, to change their password, and to disable somebody."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.contrib.auth.password_validation import validate_password
from django.utils.translation import gettext_lazy as _


def _typed(*, autocomplete: str, **more: str) -> dict[str, str]:
    return {"autocomplete": autocomplete, "autocapitalize": "none", "spellcheck": "false", **more}


class PasswordForm(forms.Form):
    """Name and password. What is wrong with them is said once, for both."""

    username = forms.CharField(
        label=_("Name"), max_length=150, widget=forms.TextInput(attrs=_typed(autocomplete="username"))
    )
    password = forms.CharField(
        label=_("Password"),
        strip=False,
        max_length=200,
        widget=forms.PasswordInput(attrs=_typed(autocomplete="current-password")),
    )


class CodeForm(forms.Form):
    """The six digits of an authenticator app, or a recovery code."""

    code = forms.CharField(
        label=_("Code"),
        max_length=20,
        widget=forms.TextInput(
            attrs=_typed(autocomplete="one-time-code", **{"inputmode": "numeric", "class": "code-input"})
        ),
    )


class RecoveryForm(forms.Form):
    code = forms.CharField(
        label=_("Recovery code"),
        max_length=20,
        help_text=_("For instance D-7KQ2M-XW9TB. Each is good once."),
        widget=forms.TextInput(attrs=_typed(autocomplete="off")),
    )


class NewPasswordForm(forms.Form):
    """A password of one's own: long rather than strange, and not among those that everybody tries."""

    new = forms.CharField(
        label=_("New password"),
        strip=False,
        max_length=200,
        help_text=_("12 characters or more. Several words in a row are good; a common password is refused."),
        widget=forms.PasswordInput(attrs=_typed(autocomplete="new-password")),
    )
    again = forms.CharField(
        label=_("New password again"),
        strip=False,
        max_length=200,
        widget=forms.PasswordInput(attrs=_typed(autocomplete="new-password")),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._user = user

    def clean_new(self) -> str:
        password: str = self.cleaned_data["new"]
        validate_password(password, self._user)
        return password

    def clean(self) -> dict[str, Any] | None:
        new, again = self.cleaned_data.get("new"), self.cleaned_data.get("again")
        if new and again and new != again:
            self.add_error("again", _("The two are not the same. Type the new password twice."))
        return self.cleaned_data


class ChangePasswordForm(NewPasswordForm):
    """With the password of now before it."""

    current = forms.CharField(
        label=_("Password of now"),
        strip=False,
        max_length=200,
        widget=forms.PasswordInput(attrs=_typed(autocomplete="current-password")),
    )
    field_order = ("current", "new", "again")

    def clean_current(self) -> str:
        password: str = self.cleaned_data["current"]
        if not self._user.check_password(password):
            raise forms.ValidationError(_("This is not the password of now."))
        return password


class PasskeyNameForm(forms.Form):
    name = forms.CharField(
        label=_("Name of the passkey"),
        max_length=40,
        help_text=_("So that you know it again, for instance: blue key, laptop at desk 4."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=_("Reason"),
        max_length=300,
        help_text=_("In words that somebody understands a year from now. It is kept in the audit trail."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )
