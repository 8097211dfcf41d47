"""Days as the API answers them: which count as working days, and what is settled on each."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from outpost.models import Answered


@dataclass(frozen=True, kw_only=True)
class WorkingDay:
    """One date: does it count, and why. `estimated`: the official calendar of its year is not out yet."""

    date: dt.date
    working: bool
    reason: str = ""
    name: str = ""
    name_en: str = ""
    estimated: bool = False


@dataclass(frozen=True, kw_only=True)
class WorkingDays(Answered):
    """Each day from `from_` to `to`."""

    days: tuple[WorkingDay, ...]
    from_: dt.date | None = None
    to: dt.date | None = None
    calendar_version: int | None = None
    estimated: bool = False


@dataclass(frozen=True, kw_only=True)
class CountedDay:
    """One date behind the start: counted or skipped, and why."""

    date: dt.date
    counted: bool
    reason: str = ""
    name: str = ""
    name_en: str = ""
    estimated: bool = False


@dataclass(frozen=True, kw_only=True)
class CalendarExplanation(Answered):
    """Each day behind `start`, to `end`, the last that was asked for."""

    start: dt.date
    end: dt.date
    days: tuple[CountedDay, ...]
    calendar_version: int | None = None
    estimated: bool = False


@dataclass(frozen=True, kw_only=True)
class SettledPayments:
    """The payments of a day."""

    count: int
    order_amount_minor: int
    charge_minor: int
    final_amount_minor: int


@dataclass(frozen=True, kw_only=True)
class SettledRefunds:
    """The refunds of a day."""

    count: int
    amount_minor: int
    charge_minor: int
    total_minor: int


@dataclass(frozen=True, kw_only=True)
class SettlementDay(Answered):
    """What was paid and what was credited in one day of Taipei. While `final` is false the sums can still grow."""

    date: dt.date
    currency: str
    payments: SettledPayments
    refunds: SettledRefunds
    net_minor: int
    final: bool
    time_zone: str = "Asia/Taipei"
    starts_at: dt.datetime | None = None
    ends_at: dt.datetime | None = None


@dataclass(frozen=True, kw_only=True)
class SettlementAmounts:
    """The same names for payments and refunds, so that lines add up: `net_minor` is below zero for a refund."""

    currency: str
    amount_minor: int
    charge_minor: int
    total_minor: int
    net_minor: int


@dataclass(frozen=True, kw_only=True)
class SettlementLine(Answered):
    """One payment or refund of a day; `kind` says which."""

    kind: str
    id: str
    order_number: str
    at: dt.datetime
    amounts: SettlementAmounts
    refund_number: str | None = None
