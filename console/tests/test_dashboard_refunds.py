"""The dashboard's parts about refunds: promises by their end, days by what their run has before it."""

import datetime as dt

import pytest
from django.urls import reverse

from cards.bank import fake_bank
from conftest import put_as_owner
from console.queries import dashboard_refunds as promises
from console.tests.factories import figures, references_in, rows_in, set_clock
from payments.tests.factories import ACCOUNT
from refunds import operations
from refunds.calendar import current_calendar
from refunds.deferral import Window, WindowKind, open_minutes
from refunds.models import Refund, RunPace
from refunds.tests.factories import again, at_taipei, make_accepted_refund, make_credited_refund, run
from refunds.working_days import Calendar, Override, Part
from staff.tests.factories import make_staff, sign_in
from support.tests.approving import carry_out

pytestmark = pytest.mark.django_db

MONDAY = dt.date(2026, 6, 8)
DAY = dt.timedelta(days=1)
# By when a refund is promised → the figure that counts it on Monday the 8th.
ENDS = {
    "the Friday before": (dt.date(2026, 6, 5), "passed"),
    "today": (MONDAY, "today"),
    "tomorrow": (dt.date(2026, 6, 9), "tomorrow"),
    "the day after": (dt.date(2026, 6, 10), "week"),
    "on Sunday": (dt.date(2026, 6, 14), "week"),
    "a week from today": (dt.date(2026, 6, 15), None),
}


def promised(latest, **changes):
    """An accepted refund that is promised by that day."""
    refund = make_accepted_refund(at_taipei(MONDAY, 9), **changes)
    accepted, expected = latest - 20 * DAY, latest - 3 * DAY
    dates = {"accepted_date": accepted, "expected_credit_date": expected, "latest_credit_date": latest}
    Refund.objects.filter(pk=refund.pk).update(**dates, credit_date=expected)
    return again(refund)


def due_on(date):
    refund = make_accepted_refund(at_taipei(MONDAY, 9))
    Refund.objects.filter(pk=refund.pk).update(credit_date=date, accepted_date=min(date, refund.accepted_date) - DAY)
    return again(refund)


@pytest.fixture
def desk(settings, tmp_path, at):
    set_clock(settings, tmp_path, at)
    return sign_in(make_staff("sam", "supervisor"))


@pytest.mark.parametrize(("latest", "name"), ENDS.values(), ids=ENDS)
def test_a_promise_counts_by_the_day_on_which_it_ends(latest, name, at):
    promised(latest)

    found = {one.name: (one.count, one.total_minor) for one in promises.promises_ending(at)}

    nothing = dict.fromkeys(("passed", "today", "tomorrow", "week"), (0, 0))
    assert found == nothing | ({name: (1, 961)} if name else {})


def test_what_is_credited_or_waits_for_the_shop_is_promised_no_more_and_not_yet(at):
    make_credited_refund(at - 20 * DAY)

    assert sum(one.count for one in promises.promises_ending(at)) == 0


def test_money_at_the_bank_or_with_a_person_is_still_a_promise(desk, at):
    unknown, manual = make_accepted_refund(at - 20 * DAY), make_accepted_refund(at - 20 * DAY)
    for refund, behaviour in ((unknown, "timeout_before"), (manual, "4502")):
        fake_bank().behave(ACCOUNT, behaviour)
        run(refund, at_taipei(refund.credit_date))

    big, href = figures(desk.get("/console/").content.decode())["ends_passed"]

    assert {again(unknown).status, again(manual).status} == {"unknown", "manual"}
    assert big == "2"
    assert references_in(desk.get(href).content.decode()) == {unknown.reference, manual.reference}


def test_each_promise_figure_leads_to_exactly_its_rows(desk):
    wanted = {"ends_passed": set(), "ends_today": set(), "ends_tomorrow": set(), "ends_week": set()}
    for latest, name in ENDS.values():
        refund = promised(latest)
        if name:
            wanted[f"ends_{name}"].add(refund.reference)

    found = figures(desk.get("/console/").content.decode())

    for name, references in wanted.items():
        big, href = found[name]
        assert (int(big), references_in(desk.get(href).content.decode())) == (len(references), references)


def test_the_next_fifteen_working_days_have_what_is_due_and_what_is_late_joins_the_next_run(at):
    for date in (dt.date(2026, 6, 5), MONDAY, dt.date(2026, 6, 10), dt.date(2026, 6, 13)):
        due_on(date)

    found = promises.due_days(at)

    # The Dragon Boat Festival is on Friday the 19th.
    assert [day.date.day for day in found] == [8, 9, 10, 11, 12, 15, 16, 17, 18, 22, 23, 24, 25, 26, 29]
    assert {day.date.day: (day.count, day.total_minor) for day in found if day.count} == {
        8: (2, 1922),
        10: (1, 961),
        15: (1, 961),
    }


def test_after_the_run_has_closed_the_days_begin_with_the_next_one(at):
    assert promises.due_days(at_taipei(MONDAY, 15, 29))[0].date == MONDAY
    assert promises.due_days(at_taipei(MONDAY, 15, 30))[0].date == dt.date(2026, 6, 9)
    assert promises.due_days(at_taipei(dt.date(2026, 6, 13)))[0].date == dt.date(2026, 6, 15)


TYPHOON = Calendar(overrides=(Override(MONDAY, "taipei_city", Part.AFTERNOON),))
CLOSED = Calendar(overrides=(Override(MONDAY, "taipei_city", Part.WHOLE),))


def window(first, last, *, day=MONDAY, kind=WindowKind.MAINTENANCE):
    return Window(kind, at_taipei(day, *first), at_taipei(day, *last))


OPEN = {
    "a whole day": (Calendar(), (), (0, 0), 390),
    "at nine": (Calendar(), (), (9, 0), 390),
    "at ten": (Calendar(), (), (10, 0), 330),
    "a minute before it closes": (Calendar(), (), (15, 29), 1),
    "when it has closed": (Calendar(), (), (15, 30), 0),
    "in the evening": (Calendar(), (), (20, 0), 0),
    "maintenance at noon": (Calendar(), (window((12, 0), (13, 0)),), (0, 0), 330),
    "maintenance that is over": (Calendar(), (window((9, 0), (10, 0)),), (10, 30), 300),
    "in the middle of it": (Calendar(), (window((10, 0), (11, 0)),), (10, 30), 270),
    "two windows, one within the other": (
        Calendar(),
        (window((10, 0), (12, 0)), window((10, 30), (11, 0), kind=WindowKind.SYSTEM_UPGRADE)),
        (0, 0),
        270,
    ),
    "two that overlap, the later first": (
        Calendar(),
        (window((11, 0), (13, 0)), window((10, 0), (12, 0))),
        (0, 0),
        210,
    ),
    "maintenance all day": (Calendar(), (window((1, 0), (23, 0)),), (0, 0), 0),
    "maintenance at night": (Calendar(), (window((1, 0), (4, 0)),), (0, 0), 390),
    "a typhoon in the afternoon": (TYPHOON, (), (0, 0), 180),
    "the same, with maintenance over noon": (TYPHOON, (window((11, 0), (13, 0)),), (0, 0), 120),
    "a typhoon all day": (CLOSED, (), (0, 0), 0),
}


@pytest.mark.parametrize(("calendar", "windows", "since", "minutes"), OPEN.values(), ids=OPEN)
def test_how_long_the_run_of_a_day_is_open(calendar, windows, since, minutes):
    found = open_minutes(day=MONDAY, calendar=calendar, windows=windows, since=at_taipei(MONDAY, *since))

    assert found == minutes


def test_no_run_on_a_sunday():
    sunday = dt.date(2026, 6, 7)

    assert open_minutes(day=sunday, calendar=Calendar(), windows=(), since=at_taipei(sunday, 0)) == 0


def pace(credits_per_minute, since=MONDAY):
    """From that day on, agreed to on the Sunday before."""
    wish = {"credits_per_minute": credits_per_minute, "valid_from": since.isoformat()}
    carry_out(at_taipei(MONDAY - DAY), "run_pace.change", wish)


def test_a_day_can_hold_its_open_minutes_at_the_pace_of_its_row(at):
    operations.plan_window(
        kind=WindowKind.MAINTENANCE,
        starts_at=at_taipei(dt.date(2026, 6, 9), 9),
        ends_at=at_taipei(dt.date(2026, 6, 9), 12),
        at=at,
        by="staff:olga",
    )

    before = {day.date.day: day.capacity for day in promises.due_days(at)[:3]}
    pace(2)
    after = promises.capacity_of([MONDAY, dt.date(2026, 6, 9)], current_calendar(), at)

    assert before == {8: 330 * 300, 9: 210 * 300, 10: 390 * 300}
    assert list(after.values()) == [330 * 2, 210 * 2]


def test_another_pace_counts_from_its_day_on(at):
    pace(2, since=MONDAY + DAY)

    found = promises.capacity_of([MONDAY, MONDAY + DAY], current_calendar(), at)

    assert list(found.values()) == [330 * 300, 390 * 2]


def test_the_pace_needs_two_names():
    with pytest.raises(Exception, match="refunds_run_pace_four_eyes"):
        put_as_owner(RunPace(credits_per_minute=2, valid_from=MONDAY, made_by="a", approved_by="a"))


def test_a_day_with_more_than_its_run_can_credit_says_so_and_leads_to_its_day(desk):
    pace(1)
    operations.plan_window(
        kind=WindowKind.SYSTEM_UPGRADE,
        starts_at=at_taipei(dt.date(2026, 6, 10), 9, 1),
        ends_at=at_taipei(dt.date(2026, 6, 10), 18),
        at=at_taipei(MONDAY),
        by="staff:olga",
    )
    made = {due_on(dt.date(2026, 6, 10)).reference for _ in range(2)}

    page = desk.get(reverse("desk:board-part", args=["due"]), headers={"accept-language": "en"}).content.decode()
    row = next(row for row in rows_in(page) if row[0].startswith("2026-06-10"))

    assert row[1:2] + row[3:] == ["2", "NT$1,922", "1", "200.0 % more than the run can credit"]
    listed = desk.get("/console/calendar/2026-06-10/?list=due").content.decode()
    assert made == {row[0].split()[0] for row in rows_in(listed)}
