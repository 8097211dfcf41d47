"""The deed on one payment: a debit of another amount than the order's is given back whole."""

from __future__ import annotations

import datetime as dt

from django.utils.translation import gettext_lazy as _

from payments import operations as payments
from support.operations.deeds.deed import NOTHING, Deed, Doing, Line, Outcome, Preview, Wish, twd


class ReverseDebit(Deed):
    name = "payment.reverse_debit"
    title = _("Give back a debit of a wrong amount")
    about = _("The bank puts back all that it took; the payment ends without a charge, and shop and customer are told.")
    makes = "refunds.settle_manually"
    checks = "support.confirm_refunds"

    def subject(self, wish: Wish) -> str:
        return str(wish["reference"])

    def amount_minor(self, wish: Wish) -> int:
        return int(wish["told_minor"])

    def check(self, wish: Wish, *, at: dt.datetime) -> None:
        payments.reversible_attempt(reference=wish["reference"], told_minor=wish["told_minor"])

    def preview(self, wish: Wish, *, at: dt.datetime) -> Preview:
        attempt = payments.reversible_attempt(reference=wish["reference"], told_minor=wish["told_minor"])
        told, account = twd(wish["told_minor"]), attempt.account.masked if attempt.account else NOTHING
        return Preview(
            (
                Line(_("Account"), account, account),
                Line(_("The order"), twd(attempt.amount_minor), twd(attempt.amount_minor)),
                Line(_("Taken by the bank, as it says"), told, twd(0)),
                Line(_("Goes back to the account"), NOTHING, told),
                Line(_("The payment"), str(_("unknown")), str(_("ended without a charge"))),
            )
        )

    def apply(self, wish: Wish, doing: Doing) -> Outcome:
        """The bank is asked a moment later: no call to the outside stands in the transaction of a yes."""
        reversal = payments.ask_reversal(
            reference=wish["reference"],
            told_minor=wish["told_minor"],
            reason=doing.reason,
            made_by=doing.made_by,
            approved_by=doing.approved_by,
            at=doing.at,
        )
        return Outcome(f"{wish['reference']}: {reversal.request_id}")
