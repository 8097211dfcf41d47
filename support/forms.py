"""What staff type and choose about cases, checked for form alone; whether it may be is for the operations to say."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from support.states import BY_HAND, ClosedAs, Kind, Priority, Queue

_NOTHING_PERSONAL = _("No account, ID or telephone number, no password and no code: such a text is refused.")
_ANY = ("", _("Any"))


def _choices(known: Any, only: tuple[Any, ...] = ()) -> list[tuple[Any, Any]]:
    return [(one.value, capfirst(one.label)) for one in (only or known)]


class FilterForm(forms.Form):
    """What a list is narrowed to. What can't be understood narrows nothing."""

    number = forms.CharField(label=_("Case number"), max_length=20, required=False)
    kind = forms.ChoiceField(label=_("Kind"), choices=[_ANY, *_choices(Kind)], required=False)
    priority = forms.TypedChoiceField(
        label=_("Priority"), choices=[_ANY, *_choices(Priority)], required=False, coerce=int, empty_value=None
    )
    owner = forms.CharField(label=_("Owner"), max_length=100, required=False)
    age = forms.ChoiceField(
        label=_("Age"),
        choices=[
            _ANY,
            ("day", _("less than a day")),
            ("days", _("1 to 3 days")),
            ("week", _("3 to 7 days")),
            ("older", _("7 days or more")),
        ],
        required=False,
    )

    def narrowed(self) -> dict[str, Any]:
        self.is_valid()
        given = {name: self.cleaned_data.get(name) for name in self.fields}
        owner = str(given["owner"] or "").strip()
        given["owner"] = f"staff:{owner}" if owner and ":" not in owner else owner
        return {name: value for name, value in given.items() if value}


class NoteForm(forms.Form):
    text = forms.CharField(
        label=_("New note"), help_text=_NOTHING_PERSONAL, max_length=2000, widget=forms.Textarea(attrs={"rows": 3})
    )


class _ReasonForm(forms.Form):
    reason = forms.CharField(label=_("Why"), max_length=300, widget=forms.Textarea(attrs={"rows": 2}))


class HandOverForm(forms.Form):
    """To a queue; to a person for whoever may give cases to others."""

    to = forms.ChoiceField(label=_("Hand over to"), choices=[])
    text = forms.CharField(
        label=_("What they need to know"),
        help_text=_NOTHING_PERSONAL,
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, *args: Any, people: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        queues: list[tuple[Any, Any]] = [(_("Queues"), _choices(Queue))]
        if people:
            queues.append((_("People"), [(name, name.partition(":")[2]) for name in people]))
        to = self.fields["to"]
        assert isinstance(to, forms.ChoiceField)
        to.choices = queues


class PriorityForm(_ReasonForm):
    priority = forms.TypedChoiceField(label=_("Priority"), choices=_choices(Priority), coerce=int)
    field_order = ("priority", "reason")


class MergeForm(_ReasonForm):
    into = forms.CharField(
        label=_("Into case"), help_text=_("The number of an open case about the same payment."), max_length=20
    )
    field_order = ("into", "reason")


class CloseForm(_ReasonForm):
    closed_as = forms.ChoiceField(
        label=_("Closed as"),
        choices=_choices(ClosedAs, (ClosedAs.SETTLED, ClosedAs.EXPLAINED, ClosedAs.PLATFORM, ClosedAs.NO_FAULT)),
    )
    reason = forms.CharField(
        label=_("In your words"),
        help_text=_NOTHING_PERSONAL,
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    field_order = ("closed_as", "reason")


class ReopenForm(_ReasonForm):
    """Why it goes on."""


class NewCaseForm(forms.Form):
    reference = forms.CharField(
        label=_("Payment or refund"),
        help_text=_("Its reference: PAY-… or RF-…"),
        max_length=24,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    kind = forms.ChoiceField(label=_("Kind"), choices=_choices(Kind, BY_HAND), widget=forms.RadioSelect)
    words = forms.CharField(
        label=_("What the caller says"),
        help_text=_NOTHING_PERSONAL,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
