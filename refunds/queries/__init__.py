"""Reading refunds: policies and windows in force, one or many of them, what happens next, and the story of their days."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Prefetch, QuerySet
from django.utils.translation import gettext_lazy as _

from cards.models import Account
from common.clock import TAIPEI, today_in_taipei
from payments.models import Payment
from payments.queries import NextStep
from platforms.models import Platform
from refunds import errors
from refunds.amounts import ChargePolicy
from refunds.calendar import calendar_of, current_calendar
from refunds.deferral import EXPECTED_AFTER_DAYS, LATEST_AFTER_DAYS, REFUNDABLE_FOR, RUN_OPENS, Window
from refunds.models import ChargeReturnRule, Deferral, MaintenanceWindow, Refund, RunPace
from refunds.states import PLATFORM_SEES, Status
from refunds.working_days import WORKING_DAYS_MAX, Calendar, Day

# A refund that was moved far beyond its promise is not listed to its end.
_DAYS_SHOWN_MAX = 60
# The calendar's years: the first with two free Saturdays a month, the last that the rules were checked for.
FIRST_DATE, LAST_DATE = dt.date(1998, 1, 1), dt.date(2099, 12, 31)
# From here on the days of an explanation end within the calendar's years.
_LAST_START = dt.date(2099, 6, 30)
# Of one payment, where its refunds are shown with it.
_REFUNDS_SHOWN_MAX = 20
# What a list may be narrowed by, and where that stands.
_CONDITIONS = {
    "payment": "payment__reference",
    "order_number": "payment__order_number",
    "refund_number": "platform_refund_number",
    "created_from": "requested_at__gte",
    "created_before": "requested_at__lt",
    "amount_min_minor": "amount_minor__gte",
    "amount_max_minor": "amount_minor__lte",
}
NEXT_STEPS: dict[str, NextStep] = {
    Status.REQUESTED: NextStep(
        "platform_confirms",
        "platform",
        "",
        _("The platform confirms or cancels it; nothing is promised and nothing moves before that."),
    ),
    Status.ACCEPTED: NextStep(
        "credit_is_sent", "portal", "credit_date", _("The portal sends it to the bank in the run of %(date)s.")
    ),
    Status.CREDITING: NextStep(
        "bank_credits", "bank", "enquire_at", _("The bank was asked to credit it, and its answer is awaited.")
    ),
    Status.UNKNOWN: NextStep(
        "bank_is_asked",
        "bank",
        "enquire_at",
        _("The bank's answer is not known. The bank is asked until it says; it is never credited twice."),
    ),
    Status.MANUAL: NextStep(
        "person_settles",
        "customer_service",
        "",
        _("The bank can't credit the account. Customer service settles it with the customer; nothing is lost."),
    ),
    Status.CREDITED: NextStep("nothing", "nobody", "", _("The money is back. Nothing is left to be done.")),
    Status.CANCELLED: NextStep("nothing", "nobody", "", _("This refund was cancelled. No money moves for it.")),
}


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


def credits_per_minute(days: Collection[dt.date]) -> dict[dt.date, int]:
    """How many refunds the run of each of these days credits in a minute: the newest row that is valid by then."""
    rules = list(RunPace.objects.filter(valid_from__lte=max(days)).order_by("-valid_from", "id"))
    return {day: next(rule.credits_per_minute for rule in rules if rule.valid_from <= day) for day in days}


def windows_between(first_at: dt.datetime, last_at: dt.datetime) -> tuple[MaintenanceWindow, ...]:
    """The maintenance windows that reach into this time, the earliest first."""
    rows = MaintenanceWindow.objects.filter(cancelled_at=None, starts_at__lt=last_at, ends_at__gt=first_at)
    return tuple(rows.order_by("starts_at", "id"))


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


def refunds_of_platform(platform: Platform, wanted: Mapping[str, Any]) -> QuerySet[Refund]:
    """Those that meet each of the wanted conditions; `status` is a list of what the platform sees. To be paged."""
    conditions = {_CONDITIONS[name]: value for name, value in wanted.items() if name != "status"}
    if "status" in wanted:
        conditions["status__in"] = [inner for inner, outer in PLATFORM_SEES.items() if outer in wanted["status"]]
    return _shown().filter(platform=platform, **conditions)


def newest_refunds() -> Prefetch[str, QuerySet[Refund], str]:
    """To be fetched for many payments at once: the newest refunds of each, as `newest_refunds`."""
    return Prefetch("refunds", _shown().order_by("-id")[:_REFUNDS_SHOWN_MAX], to_attr="newest_refunds")


def what_next(refund: Refund, at: dt.datetime) -> dict[str, Any]:
    """What happens next with a refund, when, in whose hands it is, and that in a sentence of the active language.

    A refund beyond its promise says so first, whoever has it.
    """
    step = NEXT_STEPS[refund.status]
    moment = _turn_of(refund) if step.when == "credit_date" else getattr(refund, step.when) if step.when else None
    body = step.as_json(moment, date=refund.credit_date)
    if refund.is_overdue(at):
        late = _("This refund is late: it was promised by %(latest)s.") % {"latest": refund.latest_credit_date}
        body["text"] = f"{late} {body['text']}"
    return body


def days_between(first: dt.date, last: dt.date) -> tuple[Calendar, list[Day]]:
    """Each date from first to last, as the current calendar has it."""
    calendar = current_calendar()
    return calendar, [calendar.day(first + dt.timedelta(days=number)) for number in range((last - first).days + 1)]


def explain(start: dt.date, working_days: int) -> tuple[Calendar, list[Day]]:
    """The days after `start` by the current calendar, to the n-th working one. Raises ExplainOutOfRange."""
    if not (1 <= working_days <= WORKING_DAYS_MAX and FIRST_DATE <= start <= _LAST_START):
        raise errors.ExplainOutOfRange(days_max=WORKING_DAYS_MAX)
    calendar = current_calendar()
    return calendar, calendar.explain(start, working_days)


def refunded_payments(*, order_number: str, account_last4: str) -> list[str]:
    """The references of an order's payments that have refunds, for someone who also knows the account that paid."""
    mine = Refund.objects.filter(payment__order_number=order_number, payment__account__last4=account_last4)
    return sorted(set(mine.exclude(status=Status.CANCELLED).values_list("payment__reference", flat=True)))


def refunds_for(payment: Payment, account: Account | None) -> list[str]:
    """The same for one payment: its reference where it has refunds and this account paid it, nothing otherwise."""
    if account is None or payment.account_id != account.pk:
        return []
    has_refunds = Refund.objects.filter(payment=payment).exclude(status=Status.CANCELLED).exists()
    return [payment.reference] if has_refunds else []


def newest_payment(references: list[str]) -> Payment | None:
    rows = Payment.objects.select_related("platform", "account__customer").filter(reference__in=references)
    return rows.order_by("-created_at", "-id").first()


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
        deferrals=sorted(refund.deferrals.all(), key=lambda deferral: deferral.number),
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


def _shown() -> QuerySet[Refund]:
    """Refunds with all that the API shows of them, in two statements however many they are."""
    deferrals = Prefetch("deferrals", Deferral.objects.order_by("number", "id"))
    return Refund.objects.select_related("payment", "calendar_version").prefetch_related(deferrals)


def _turn_of(refund: Refund) -> dt.datetime:
    """When the run of its day opens; later, where a busy bank is left alone until then."""
    assert refund.credit_date is not None
    opens_at = dt.datetime.combine(refund.credit_date, RUN_OPENS, TAIPEI)
    return max(opens_at, refund.retry_at) if refund.retry_at else opens_at
