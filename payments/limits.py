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
    tightest = {
        period: min((Tightest(code, amounts[code]) for code in codes), key=lambda limit: limit.amount_minor)
        for period, codes in (("day", _OF_DAY), ("month", _OF_MONTH))
    }
    taken = _take(account, day, amount_minor, {period: limit.amount_minor for period, limit in tightest.items()})
    for period, limit in tightest.items():
        if period not in taken:
            used = LimitUse.objects.filter(account=account, period=period, starts_on=_starts_on(period, day)).first()
            left = limit.amount_minor - (used.used_minor if used else 0)
            raise _exceeded(limit, left_minor=max(left, 0), amount_minor=amount_minor)
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


def _take(account: Account, day: dt.date, amount_minor: int, limits_minor: dict[str, int]) -> set[str]:
    """Raise the counters of day and month, each unless it would pass its limit; which were raised.

    A refusal of the month leaves the day's raised: the caller's transaction has to end with it. The rows' own locks make
    concurrent payers of one account queue here, all of them for the day first.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO payments_limituse AS taken (id, account_id, period, starts_on, used_minor)
               SELECT asked.id, %(account)s, asked.period, asked.starts_on, %(amount)s
               FROM (VALUES (%(day_id)s, 'day', %(day)s, %(day_limit)s),
                            (%(month_id)s, 'month', %(month)s, %(month_limit)s)
                    ) AS asked (id, period, starts_on, limit_minor)
               WHERE %(amount)s <= asked.limit_minor ORDER BY asked.period
               ON CONFLICT (account_id, period, starts_on)
               DO UPDATE SET used_minor = taken.used_minor + EXCLUDED.used_minor
               WHERE taken.used_minor + EXCLUDED.used_minor
                     <= CASE EXCLUDED.period WHEN 'day' THEN %(day_limit)s ELSE %(month_limit)s END
               RETURNING period""",
            {
                "account": account.id,
                "amount": amount_minor,
                **{f"{period}_id": new_id() for period in limits_minor},
                **{period: _starts_on(period, day) for period in limits_minor},
                **{f"{period}_limit": limit_minor for period, limit_minor in limits_minor.items()},
            },
        )
        return {period for (period,) in cursor.fetchall()}


def _starts_on(period: str, day: dt.date) -> dt.date:
    return day if period == "day" else day.replace(day=1)


def _exceeded(limit: Tightest, *, left_minor: int, amount_minor: int) -> LimitExceeded:
    return LimitExceeded(
        limit=str(limit.code.value),
        limit_name=LIMIT_NAMES[limit.code],
        limit_minor=limit.amount_minor,
        left_minor=left_minor,
        amount_minor=amount_minor,
        next_step=_NEVER_FITS if amount_minor > limit.amount_minor else _FITS_LATER,
    )
