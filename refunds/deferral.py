"""Whether a due refund is credited now, waits for today's run, or moves to the next working day, and why. Pure."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from common.clock import TAIPEI, taipei
from refunds.working_days import Calendar, Reason

# The day's run starts with the counters and ends with the cut-off of the interbank clearing. All times Asia/Taipei.
RUN_OPENS = time(9, 0)
RUN_CLOSES = time(15, 30)
# When the afternoon is closed by a typhoon, the run ends with the morning.
RUN_CLOSES_AT_NOON = time(12, 0)

# The published promise, in working days after the day of acceptance.
EXPECTED_AFTER_DAYS = 7
LATEST_AFTER_DAYS = 10
# A platform may ask for a refund on the 360th day after the day of payment, not on the 361st.
REFUNDABLE_FOR = timedelta(days=360)


class DeferralReason(StrEnum):
    """In order of precedence: of several reasons on one day the first is the one recorded and told.

    What closes the whole day comes before what closes the system, that before what concerns this refund alone.
    """

    HOLIDAY_PUBLISHED = "holiday_published"
    TYPHOON_CLOSURE = "typhoon_closure"
    MAINTENANCE = "maintenance"
    SYSTEM_UPGRADE = "system_upgrade"
    REFUNDS_PENDING = "refunds_pending"


class WindowKind(StrEnum):
    MAINTENANCE = "maintenance"
    SYSTEM_UPGRADE = "system_upgrade"


@dataclass(frozen=True)
class Window:
    """A time in which no credit is sent: from `starts_at`, up to but not including `ends_at`."""

    kind: WindowKind
    starts_at: datetime
    ends_at: datetime

    def covers(self, at: datetime) -> bool:
        return self.starts_at <= at < self.ends_at


@dataclass(frozen=True)
class CreditNow:
    pass


@dataclass(frozen=True)
class Wait:
    """Nothing to do before this date, or before the run of this day opens."""


@dataclass(frozen=True)
class Defer:
    to: date
    reason: DeferralReason


Decision = CreditNow | Defer | Wait


def decide(
    *, credit_date: date, calendar: Calendar, windows: tuple[Window, ...], other_is_unsettled: bool, at: datetime
) -> Decision:
    """What to do at `at` with an accepted refund whose turn is `credit_date`.

    `other_is_unsettled`: another refund of the same payment was sent to the bank and its outcome is not known.

    Working day 10:00, nothing in the way: CreditNow. 08:59: Wait. 15:30 and not yet reached: Defer, refunds_pending.
    A credit date that became a holiday: Defer at any hour. A late run (credit date yesterday) credits today.
    """
    local = taipei(at)
    today = local.date()
    if credit_date > today:
        return Wait()
    reason = _reason_the_day_is_closed(today, calendar)
    if reason is None and local.time() < RUN_OPENS:
        return Wait()
    reason = reason or _reason_the_run_stands(local, calendar, windows, other_is_unsettled=other_is_unsettled)
    return Defer(calendar.next_working_day(today), reason) if reason else CreditNow()


def open_minutes(*, day: date, calendar: Calendar, windows: tuple[Window, ...], since: datetime) -> int:
    """How many minutes the run of a day can credit in, from `since` on, maintenance taken out.

    Working day before 09:00: 390. Its maintenance from 12:00 to 13:00: 330. At 15:00: 30. Typhoon afternoon: 180.
    """
    if not calendar.day(day).counted:
        return 0
    closes = RUN_CLOSES_AT_NOON if calendar.closes_at_noon(day) else RUN_CLOSES
    opens_at = max(datetime.combine(day, RUN_OPENS, TAIPEI), since)
    closes_at = datetime.combine(day, closes, TAIPEI)
    free, reached = timedelta(), opens_at
    for window in sorted(windows, key=lambda one: one.starts_at):
        free += max(min(window.starts_at, closes_at) - reached, timedelta())
        reached = max(reached, window.ends_at)
    free += max(closes_at - reached, timedelta())
    return int(free.total_seconds()) // 60


def whole_day_minutes() -> int:
    """How long the run of a working day lasts with nothing in its way: 390 minutes."""
    return (RUN_CLOSES.hour - RUN_OPENS.hour) * 60 + RUN_CLOSES.minute - RUN_OPENS.minute


def is_overdue(*, latest_credit_date: date, is_settled: bool, today: date) -> bool:
    """True from the day after the 10th working day, until the money is credited."""
    return not is_settled and today > latest_credit_date


@dataclass(frozen=True)
class Promise:
    """Credited between these two dates: the 7th and the 10th working day after the day of acceptance."""

    expected_credit_date: date
    latest_credit_date: date

    @classmethod
    def of(cls, accepted_date: date, calendar: Calendar) -> "Promise":
        """Accepted 2026-12-21: 2026-12-31 and 2027-01-06."""
        return cls(
            calendar.add_working_days(accepted_date, EXPECTED_AFTER_DAYS),
            calendar.add_working_days(accepted_date, LATEST_AFTER_DAYS),
        )


@dataclass(frozen=True)
class Redated:
    """A promise that another calendar version moved; `credit_date` is when the run will now take it."""

    promise: Promise
    credit_date: date
    reason: DeferralReason


def redate(
    *, accepted_date: date, promise: Promise, credit_date: date, before: Calendar, after: Calendar
) -> Redated | None:
    """What the calendar `after` makes of an open refund that was dated by `before`; None when it touches nothing.

    A refund deferred on its own keeps its later date, unless that is no working day any more.
    Accepted 2026-11-23 (expected 2026-12-02), typhoon recorded for 2026-11-24: expected 2026-12-03.
    """
    again = Promise.of(accepted_date, after)
    turn = again.expected_credit_date
    if credit_date > promise.expected_credit_date:
        turn = max(turn, credit_date if after.is_working_day(credit_date) else after.next_working_day(credit_date))
    if (again, turn) == (promise, credit_date):
        return None
    last = max(again.latest_credit_date, promise.latest_credit_date, credit_date, turn)
    return Redated(again, turn, _reason_of_change(accepted_date, last, before, after))


def _reason_the_day_is_closed(day: date, calendar: Calendar) -> DeferralReason | None:
    found = calendar.day(day)
    if found.counted:
        return None
    return DeferralReason.TYPHOON_CLOSURE if found.reason is Reason.TYPHOON else DeferralReason.HOLIDAY_PUBLISHED


def _reason_the_run_stands(
    local: datetime, calendar: Calendar, windows: tuple[Window, ...], *, other_is_unsettled: bool
) -> DeferralReason | None:
    open_windows = {window.kind for window in windows if window.covers(local)}
    if calendar.closes_at_noon(local.date()) and local.time() >= RUN_CLOSES_AT_NOON:
        return DeferralReason.TYPHOON_CLOSURE
    if WindowKind.MAINTENANCE in open_windows:
        return DeferralReason.MAINTENANCE
    if WindowKind.SYSTEM_UPGRADE in open_windows:
        return DeferralReason.SYSTEM_UPGRADE
    if other_is_unsettled or local.time() >= RUN_CLOSES:
        return DeferralReason.REFUNDS_PENDING
    return None


def _reason_of_change(accepted_date: date, last: date, before: Calendar, after: Calendar) -> DeferralReason:
    """Typhoon when only closures differ within the refund's days, else the published holidays."""
    span = range((last - accepted_date).days + 1)
    days = [date.fromordinal(accepted_date.toordinal() + offset) for offset in span]
    changed = [(before.day(day), after.day(day)) for day in days if before.day(day).counted != after.day(day).counted]
    typhoon = all(Reason.TYPHOON in (old.reason, new.reason) for old, new in changed)
    return DeferralReason.TYPHOON_CLOSURE if changed and typhoon else DeferralReason.HOLIDAY_PUBLISHED
