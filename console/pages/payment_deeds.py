"""What may be asked for beside a payment and its refunds: only what its state allows, with the form filled in."""

from __future__ import annotations

import datetime as dt
from typing import Any, Final
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from cards.models import Account
from console.queries.deeds import Asking
from console.queries.payment import Whole
from payments.states import Status as PaymentStatus
from refunds import operations as refunds
from refunds.calendar import current_calendar
from refunds.errors import RefundNotDeferrable
from refunds.models import Refund
from refunds.states import Status
from refunds.working_days import Calendar
from support.operations.deeds import DEEDS
from verification.operations import is_check_needed

_RETURN, _SETTLE, _DEFER, _REVERSE, _RESET = (
    "refund.return_to_run",
    "refund.settle_by_hand",
    "refund.defer",
    "payment.reverse_debit",
    "identity.reset",
)
_TITLES: Final[dict[str, str | Promise]] = {
    _RETURN: _("Ask to send it again"),
    _SETTLE: _("Ask to settle it by hand"),
    _DEFER: _("Ask to put it off"),
    _REVERSE: _("Ask for what the bank took to be given back"),
    _RESET: _("Ask for the identity to be checked anew"),
}


def of_refunds(whole: Whole, asking: Asking, at: dt.datetime) -> dict[str, list[dict[str, Any]]]:
    """Reference → its links. The calendar is read once, and only for who may put a refund off."""
    rows = [one.refund for one in whole.refunds]
    waits = any(row.status == Status.ACCEPTED for row in rows)
    calendar = current_calendar() if waits and _DEFER in asking.may else None
    return {row.reference: _links(_possible(row, calendar, at), row.reference, asking) for row in rows}


def of_payment(whole: Whole, asking: Asking) -> list[dict[str, Any]]:
    """A debit whose amount at the bank is another than the order's, unless it is on its way back already."""
    attempt = next((one for one in whole.attempts if not one.outcome), None)
    if whole.payment.status != PaymentStatus.UNKNOWN or attempt is None or attempt.told_minor is None:
        return []
    if _REVERSE not in asking.may or attempt.reversals.under_way().exists():
        return []
    return _links([_REVERSE], whole.payment.reference, asking, told_minor=attempt.told_minor)


def of_customer(account: Account | None, payment: str, asking: Asking, at: dt.datetime) -> list[dict[str, Any]]:
    """What may be asked about who paid; nothing where nobody knows who that is, or the check is due anyway."""
    if account is None or _RESET not in asking.may or is_check_needed(customer=account.customer, at=at):
        return []
    return _links([_RESET], payment, asking)


def _possible(refund: Refund, calendar: Calendar | None, at: dt.datetime) -> list[str]:
    match refund.status:
        case Status.MANUAL:
            return [_RETURN, _SETTLE] if refunds.is_returnable(refund) else [_SETTLE]
        case Status.ACCEPTED if calendar is not None:
            try:
                refunds.deferred_date(refund, at, calendar)
            except RefundNotDeferrable:
                return []
            return [_DEFER]
        case _:
            return []


def _links(deeds: list[str], subject: str, asking: Asking, **fields: int) -> list[dict[str, Any]]:
    links = []
    for deed in deeds:
        waiting = asking.waiting.get((deed, subject))
        if waiting is not None:
            address = reverse("support:approval", args=[waiting])
            links.append({"title": str(DEEDS[deed].title), "url": address, "waits": True})
        elif deed in asking.may:
            address = f"{reverse('support:propose', args=[deed])}?{urlencode({'subject': subject, **fields})}"
            links.append({"title": str(_TITLES[deed]), "url": address, "waits": False})
    return links
