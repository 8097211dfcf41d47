"""Limits of an account: dated amounts, and counters per day and month that no two accounts share."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db import connection, transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from cards.models import Account
from common.clock import today_in_taipei
from common.references import new_id
from payments.errors import LimitExceeded
from payments.models import LimitCode, LimitRule, LimitUse

LIMIT_NAMES = {
    LimitCode.SERVICE_DAILY: _("cross-border payments a day"),
    LimitCode.SERVICE_MONTHLY: _("cross-border payments a month"),
    LimitCode.TRANSFER_SINGLE: _("non-designated transfer, each"),
    LimitCode.TRANSFER_DAILY: _("non-designated transfers a day"),
    LimitCode.TRANSFER_MONTHLY: _("non-designated transfers a month"),
}
_FITS_LATER = _(
    "Pay from another account or with another card, pay on another day when enough of the limit is left, or make the order "
    "smaller."
)
_NEVER_FITS = _(
    "The payment alone is above the limit, on any day: pay from another account or with another card, choose another way to "
    "pay in the shop, or make the order smaller."
)
_OF_DAY = (LimitCode.SERVICE_DAILY, LimitCode.TRANSFER_DAILY)
_OF_MONTH = (LimitCode.SERVICE_MONTHLY, LimitCode.TRANSFER_MONTHLY)


@dataclass(frozen=True)
class Tightest:
    """The lowest of the limits that share a counter, and its name."""

    code: LimitCode
    amount_minor: int


def reserve(*, account: Account, amount_minor: int, at: dt.datetime) -> dt.date:
    """Take `amount_minor` out of every limit of the account, or refuse: exactly at the limit passes, a dollar more doesn't.

    Joins the caller's transaction. Returns the Taipei date it was reserved for, which `release` needs again.
    Raises LimitExceeded naming the tightest limit and what is left of it.
    """
    assert transaction.get_connection().in_atomic_block, "a limit is reserved in the transaction that starts the debit"
    day = today_in_taipei(at)
    amounts = limits_on(day)
    single = Tightest(LimitCode.TRANSFER_SINGLE, amounts[LimitCode.TRANSFER_SINGLE])
    if amount_minor > single.amount_minor:
        raise _exceeded(single, left_minor=single.amount_minor, amount_minor=amount_minor)
    for period, starts_on, codes in (("day", day, _OF_DAY), ("month", day.replace(day=1), _OF_MONTH)):
        tightest = min((Tightest(code, amounts[code]) for code in codes), key=lambda limit: limit.amount_minor)
        if not _take(account, period, starts_on, amount_minor, tightest.amount_minor):
            used = LimitUse.objects.filter(account=account, period=period, starts_on=starts_on).first()
            left = tightest.amount_minor - (used.used_minor if used else 0)
            raise _exceeded(tightest, left_minor=max(left, 0), amount_minor=amount_minor)
    return day


def release(*, account: Account, amount_minor: int, day: dt.date) -> None:
    """Give back what was reserved on that day: the debit was declined or reversed. Joins the caller's transaction."""
    assert transaction.get_connection().in_atomic_block, "a limit is released in the transaction that ends the debit"
    # Day before month, as in `reserve`: the other order could wait for it in a circle.
    for period, starts_on in (("day", day), ("month", day.replace(day=1))):
        uses = LimitUse.objects.filter(account=account, period=period, starts_on=starts_on)
        rows = uses.update(used_minor=F("used_minor") - amount_minor)
        assert rows == 1, "what is released was reserved"


def limits_on(day: dt.date) -> dict[LimitCode, int]:
    """Each limit's amount in TWD on a Taipei date: the newest row that is valid by then."""
    rules = LimitRule.objects.filter(valid_from__lte=day).order_by("code", "-valid_from", "id").distinct("code")
    amounts = {LimitCode(rule.code): rule.amount_minor for rule in rules}
    missing = set(LimitCode) - set(amounts)
    assert not missing, f"no limit row for {missing} on {day}"
    return amounts


def _take(account: Account, period: str, starts_on: dt.date, amount_minor: int, limit_minor: int) -> bool:
    """Raise the counter unless it would pass the limit. The row's own lock makes concurrent payers queue here."""
    if amount_minor > limit_minor:
        return False
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO payments_limituse AS taken (id, account_id, period, starts_on, used_minor)
               VALUES (%s, %s, %s, %s, %s)
               ON CONFLICT (account_id, period, starts_on)
               DO UPDATE SET used_minor = taken.used_minor + EXCLUDED.used_minor
               WHERE taken.used_minor + EXCLUDED.used_minor <= %s""",
            [new_id(), account.id, period, starts_on, amount_minor, limit_minor],
        )
        return bool(cursor.rowcount)


def _exceeded(limit: Tightest, *, left_minor: int, amount_minor: int) -> LimitExceeded:
    return LimitExceeded(
        limit=str(limit.code.value),
        limit_name=LIMIT_NAMES[limit.code],
        limit_minor=limit.amount_minor,
        left_minor=left_minor,
        amount_minor=amount_minor,
        next_step=_NEVER_FITS if amount_minor > limit.amount_minor else _FITS_LATER,
    )
