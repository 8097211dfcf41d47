"""Reading refunds: policies and windows in force, one refund, and the story of its days for page and API."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from uuid import UUID

from common.clock import today_in_taipei
from payments.models import Payment
from platforms.models import Platform
from refunds import errors
from refunds.amounts import ChargePolicy
from refunds.calendar import calendar_of, current_calendar
from refunds.deferral import EXPECTED_AFTER_DAYS, LATEST_AFTER_DAYS, REFUNDABLE_FOR, Window
from refunds.models import ChargeReturnRule, Deferral, MaintenanceWindow, Refund
from refunds.states import Status
from refunds.working_days import WORKING_DAYS_MAX, Calendar, Day

# A refund that was moved far beyond its promise is not listed to its end.
_DAYS_SHOWN_MAX = 60
_FIRST_DATE, _LAST_DATE = dt.date(1998, 1, 1), dt.date(2099, 6, 30)


@dataclass(frozen=True)
class CountedDay:
    """A day of the promise: `number` is its place among the working days, None when it was skipped."""

    day: Day
    number: int | None
    is_expected: bool
    is_latest: bool
    is_turn: bool  # the run takes the refund on this day


@dataclass(frozen=True)
class Progress:
    """One refund as its owner is shown it."""

    refund: Refund
    days: list[CountedDay]
    deferrals: list[Deferral]
    is_overdue: bool
    is_estimated: bool
    today: dt.date


def help_figures() -> dict[str, int]:
    """The numbers of the help page, as the engine uses them."""
    return {
        "first_day": EXPECTED_AFTER_DAYS,
        "last_day": LATEST_AFTER_DAYS,
        "refund_window_days": REFUNDABLE_FOR.days,
    }


def charge_policy_on(day: dt.date) -> ChargePolicy:
    """The policy of the newest row that is valid by then."""
    rule = ChargeReturnRule.objects.filter(valid_from__lte=day).order_by("-valid_from", "id").first()
    assert rule is not None, f"no row says whether the charge comes back on {day}"
    return ChargePolicy(rule.policy)


def windows_at(at: dt.datetime) -> tuple[Window, ...]:
    """The maintenance windows that cover this moment."""
    rows = MaintenanceWindow.objects.filter(cancelled_at=None, starts_at__lte=at, ends_at__gt=at)
    return tuple(row.as_window() for row in rows.order_by("starts_at", "id"))


def approved_debit_request_id(payment: Payment) -> UUID:
    """Our id of the debit that a refund gives back."""
    return payment.attempts.get(outcome="approved").request_id


def refund_of(platform: Platform, reference: str) -> Refund:
    """By our reference, for the platform that owns it; to any other it doesn't exist. Raises RefundNotFound."""
    rows = Refund.objects.select_related(
        "payment__account__customer", "payment__platform", "platform", "calendar_version"
    )
    refund = rows.filter(platform=platform, reference=reference).first()
    if refund is None:
        raise errors.RefundNotFound
    return refund


def explain(start: dt.date, working_days: int) -> tuple[Calendar, list[Day]]:
    """The days after `start` by the current calendar, to the n-th working one. Raises ExplainOutOfRange."""
    if not (1 <= working_days <= WORKING_DAYS_MAX and _FIRST_DATE <= start <= _LAST_DATE):
        raise errors.ExplainOutOfRange(days_max=WORKING_DAYS_MAX)
    calendar = current_calendar()
    return calendar, calendar.explain(start, working_days)


def refunded_payments(*, order_number: str, account_last4: str) -> list[str]:
    """The references of an order's payments that have refunds, for someone who also knows the account that paid."""
    mine = Refund.objects.filter(payment__order_number=order_number, payment__account__last4=account_last4)
    return sorted(set(mine.exclude(status=Status.CANCELLED).values_list("payment__reference", flat=True)))


def progress_of_payments(references: list[str], *, at: dt.datetime) -> list[Progress]:
    """Their refunds, oldest first; what was cancelled isn't shown."""
    rows = Refund.objects.select_related(
        "payment__account__customer", "payment__platform", "platform", "calendar_version"
    )
    mine = rows.filter(payment__reference__in=references).exclude(status=Status.CANCELLED)
    return [progress(refund, at) for refund in mine.order_by("requested_at", "id")]


def progress(refund: Refund, at: dt.datetime) -> Progress:
    days = _counted_days(refund)
    return Progress(
        refund=refund,
        days=days,
        deferrals=list(refund.deferrals.order_by("number", "id")),
        is_overdue=refund.is_overdue(at),
        is_estimated=any(counted.day.estimated for counted in days),
        today=today_in_taipei(at),
    )


def _counted_days(refund: Refund) -> list[CountedDay]:
    """By the calendar that dated the promise, so that the list and the dates always agree."""
    if refund.accepted_date is None or refund.calendar_version is None:
        return []
    calendar = calendar_of(refund.calendar_version)
    last_date = max(filter(None, (refund.latest_credit_date, refund.credit_date)))
    explained = calendar.explain(refund.accepted_date, LATEST_AFTER_DAYS)
    while explained[-1].date < last_date and len(explained) < _DAYS_SHOWN_MAX:
        explained.append(calendar.day(explained[-1].date + dt.timedelta(days=1)))
    days: list[CountedDay] = []
    number = 0
    for day in explained:
        number += day.counted
        days.append(
            CountedDay(
                day=day,
                number=number if day.counted else None,
                is_expected=day.date == refund.expected_credit_date,
                is_latest=day.date == refund.latest_credit_date,
                is_turn=day.date == refund.credit_date,
            )
        )
    return days
