"""Deeds on one refund: settled by hand, given back to the day's run, put off by a working day."""

from __future__ import annotations

import datetime as dt

from django.utils.translation import gettext_lazy as _

from refunds import errors as refund_errors
from refunds import operations as refunds
from refunds.deferral import DeferralReason
from refunds.models import Deferral, Refund
from refunds.states import Status
from support import errors
from support.operations.deeds.deed import NOTHING, Deed, Doing, Line, Outcome, Preview, Wish, twd


class _RefundDeed(Deed):
    makes = "refunds.settle_manually"
    checks = "support.confirm_refunds"

    def subject(self, wish: Wish) -> str:
        return str(wish["reference"])

    def amount_minor(self, wish: Wish) -> int:
        return refund_of(wish).total_minor


class SettleByHand(_RefundDeed):
    name = "refund.settle_by_hand"
    title = _("Settle a refund by hand")
    about = _("The customer got the money another way, such as by cheque; the refund is booked as credited.")

    def check(self, wish: Wish, *, at: dt.datetime) -> None:
        if refund_of(wish).status != Status.MANUAL:
            raise refund_errors.RefundNotManual

    def preview(self, wish: Wish, *, at: dt.datetime) -> Preview:
        refund = refund_of(wish)
        return Preview(
            (
                _account(refund),
                Line(_("Refund"), _standing(refund), str(_("credited"))),
                Line(_("Amount"), twd(refund.total_minor), twd(refund.total_minor)),
                Line(_("The bank's reference"), refund.bank_reference or NOTHING, wish["bank_reference"]),
            )
        )

    def apply(self, wish: Wish, doing: Doing) -> Outcome:
        refund = refunds.settle_by_hand(
            reference=wish["reference"],
            bank_reference=wish["bank_reference"],
            note=doing.reason,
            at=doing.at,
            by=doing.approved_by,
        )
        return Outcome(f"{refund.reference}: {refund.status}")


class ReturnToRun(_RefundDeed):
    name = "refund.return_to_run"
    title = _("Give a refund back to the day's run")
    about = _("The account can be credited again: the next run sends the money, with a request of its own.")

    def check(self, wish: Wish, *, at: dt.datetime) -> None:
        if not refunds.is_returnable(refund_of(wish)):
            raise refund_errors.RefundNotManual

    def preview(self, wish: Wish, *, at: dt.datetime) -> Preview:
        refund = refund_of(wish)
        return Preview(
            (
                _account(refund),
                Line(_("Refund"), _standing(refund), str(_("waits for the day's run"))),
                Line(_("Amount"), twd(refund.total_minor), twd(refund.total_minor)),
            )
        )

    def apply(self, wish: Wish, doing: Doing) -> Outcome:
        refund = refunds.return_to_run(
            reference=wish["reference"], note=doing.reason, at=doing.at, by=doing.approved_by
        )
        return Outcome(f"{refund.reference}: {refund.status}")


class Defer(_RefundDeed):
    name = "refund.defer"
    title = _("Put a refund off by a working day")
    about = _("Its turn comes one working day later, within the promise; the customer and the shop are told.")

    def check(self, wish: Wish, *, at: dt.datetime) -> None:
        refunds.deferred_date(refund_of(wish), at)

    def preview(self, wish: Wish, *, at: dt.datetime) -> Preview:
        refund = refund_of(wish)
        told = Deferral.Reason(DeferralReason(wish["told"])).label
        return Preview(
            (
                _account(refund),
                Line(_("Day of the credit"), _day(refund.credit_date), refunds.deferred_date(refund, at).isoformat()),
                Line(_("Latest date promised"), _day(refund.latest_credit_date), _day(refund.latest_credit_date)),
                Line(_("Reason the customer is told"), NOTHING, str(told)),
            )
        )

    def apply(self, wish: Wish, doing: Doing) -> Outcome:
        refund = refunds.defer_by_hand(
            reference=wish["reference"],
            reason=DeferralReason(wish["told"]),
            note=doing.reason,
            at=doing.at,
            by=doing.approved_by,
        )
        return Outcome(f"{refund.reference}: {refund.credit_date}")


def refund_of(wish: Wish) -> Refund:
    """Raises SubjectUnknown."""
    rows = Refund.objects.select_related("payment__account")
    refund = rows.filter(reference=str(wish["reference"])[:24]).first()
    if refund is None:
        raise errors.SubjectUnknown(subject=wish["reference"])
    return refund


def _account(refund: Refund) -> Line:
    shown = refund.payment.account.masked if refund.payment.account else NOTHING
    return Line(_("Account"), shown, shown)


def _standing(refund: Refund) -> str:
    return str(_("in a person's hands")) if refund.status == Status.MANUAL else refund.status


def _day(day: dt.date | None) -> str:
    return day.isoformat() if day else NOTHING
