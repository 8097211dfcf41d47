"""Deeds about people and their data: a customer checked anew, rows taken out unmasked."""

from __future__ import annotations

import datetime as dt

from django.utils.translation import gettext_lazy as _

from cards.models import Customer
from common.clock import TAIPEI, taipei_midnight
from common.paging import capped, count_to_cap
from common.sheets import ROWS_MAX
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
    title = _("Take payments out unmasked")
    about = _("Who asked may take the payments of these days out as a file once, within 24 hours; it is recorded.")
    makes = checks = "console.export_rows"

    def subject(self, wish: Wish) -> str:
        return f"{wish['first']} … {wish['last']}"

    def check(self, wish: Wish, *, at: dt.datetime) -> None:
        rows = _placed(wish)
        if not rows:
            raise errors.NothingPlaced(days=self.subject(wish))
        if rows > ROWS_MAX:
            raise errors.ExportTooLarge(most=f"{ROWS_MAX:,}")

    def preview(self, wish: Wish, *, at: dt.datetime) -> Preview:
        return Preview(
            (
                Line(_("Days on which they were placed"), NOTHING, self.subject(wish)),
                Line(_("Rows"), NOTHING, capped(_placed(wish), ROWS_MAX)),
                Line(_("Account numbers and mobile numbers"), str(_("masked")), str(_("in clear"))),
            )
        )

    def apply(self, wish: Wish, doing: Doing) -> Outcome:
        return Outcome(self.subject(wish))


def _placed(wish: Wish) -> int:
    """How many payments were placed on these Taipei days, as far as a file holds."""
    first, last = (dt.date.fromisoformat(wish[name]) for name in ("first", "last"))
    rows = Payment.objects.filter(
        created_at__gte=taipei_midnight(first), created_at__lt=taipei_midnight(last + dt.timedelta(days=1))
    )
    return count_to_cap(rows, ROWS_MAX)


def _customer_of(wish: Wish) -> Customer:
    """Raises SubjectUnknown, also for a payment whose customer nobody knows yet."""
    payment = Payment.objects.select_related("account__customer").filter(reference=wish["payment"]).first()
    if payment is None or payment.account is None:
        raise errors.SubjectUnknown(subject=wish["payment"])
    return payment.account.customer


def _yes_no(yes: bool) -> str:
    return str(_("yes")) if yes else str(_("no"))
