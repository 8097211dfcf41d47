"""Deeds about people and their data: a customer checked anew, rows taken out unmasked."""

from __future__ import annotations

import datetime as dt
import hashlib
import json

from django.utils.translation import gettext_lazy as _

from cards.models import Customer
from common.clock import TAIPEI
from payments.models import Payment
from support import errors
from support.operations.deeds.deed import NOTHING, Deed, Doing, Line, Outcome, Preview, Wish
from verification import operations as verification
from verification.models import LastUse


class ResetIdentity(Deed):
    name = "identity.reset"
    title = _("Have a customer's identity checked anew")
    about = _("Whatever the customer passed before counts no more: their next payment asks who they are.")
    makes = checks = "support.reset_identity"

    def subject(self, wish: Wish) -> str:
        return str(wish["payment"])

    def check(self, wish: Wish, *, at: dt.datetime) -> None:
        if verification.is_check_needed(customer=_customer_of(wish), at=at):
            raise errors.NothingToChange(subject=wish["payment"])

    def preview(self, wish: Wish, *, at: dt.datetime) -> Preview:
        customer = _customer_of(wish)
        last_use = LastUse.objects.filter(customer=customer).first()
        used = last_use.used_at.astimezone(TAIPEI).strftime("%Y-%m-%d %H:%M") if last_use else NOTHING
        needed = verification.is_check_needed(customer=customer, at=at)
        return Preview(
            (
                Line(_("Last proof that counts"), used, NOTHING),
                Line(_("Identity check at the next payment"), _yes_no(needed), _yes_no(True)),
            )
        )

    def apply(self, wish: Wish, doing: Doing) -> Outcome:
        reset = verification.reset_identity(
            customer=_customer_of(wish), reason=doing.reason, at=doing.at, by=doing.approved_by
        )
        return Outcome(str(reset.id))


class ExportRows(Deed):
    """Carried out by nobody but its maker, who then takes the rows: once, within 24 hours."""

    name = "export.rows"
    title = _("Take rows out unmasked")
    about = _("Who asked may take these rows out as a file once, within 24 hours; it is recorded.")
    makes = checks = "console.export_rows"

    def subject(self, wish: Wish) -> str:
        mark = hashlib.sha256(json.dumps(wish, sort_keys=True).encode()).hexdigest()[:8]
        return f"{wish['report']} {mark}"[:80]

    def preview(self, wish: Wish, *, at: dt.datetime) -> Preview:
        filters = [Line(name, NOTHING, str(value)) for name, value in sorted(wish["filters"].items())]
        return Preview(
            (
                Line(_("Report"), NOTHING, wish["report"]),
                *filters,
                Line(_("Rows"), NOTHING, f"{wish['rows']:,}"),
            )
        )

    def apply(self, wish: Wish, doing: Doing) -> Outcome:
        return Outcome(f"{wish['report']}: {wish['rows']}")


def _customer_of(wish: Wish) -> Customer:
    """Raises SubjectUnknown, also for a payment whose customer nobody knows yet."""
    payment = Payment.objects.select_related("account__customer").filter(reference=wish["payment"]).first()
    if payment is None or payment.account is None:
        raise errors.SubjectUnknown(subject=wish["payment"])
    return payment.account.customer


def _yes_no(yes: bool) -> str:
    return str(_("yes")) if yes else str(_("no"))
