"""The refund calendar board: what each day is, what is due, what moved, what is at risk; and a closure reckoned ahead."""

import datetime as dt

import pytest
from django.utils.translation import override

from audit.models import Record
from cards.bank import fake_bank
from console.pages.calendar_words import standing_of, window_words
from console.queries import calendar_board as board
from console.queries.calendar_preview import moves_if_closed
from console.tests.factories import rows_in, set_clock
from payments.tests.factories import ACCOUNT
from refunds import operations
from refunds.calendar import current_calendar
from refunds.deferral import WindowKind
from refunds.models import Deferral, Refund
from refunds.tests.factories import again, at_taipei, make_accepted_refund, make_credited_refund, run
from refunds.working_days import Part
from staff.tests.factories import make_staff, sign_in

pytestmark = pytest.mark.django_db

DAY = dt.timedelta(days=1)
FIRST, LAST = dt.date(2026, 6, 1), dt.date(2026, 6, 30)
# A refund that is accepted on Monday, 8 June: its turn, and the last day of its promise.
DUE, LATEST = dt.date(2026, 6, 17), dt.date(2026, 6, 23)
WITHIN = dt.date(2026, 6, 10)


@pytest.fixture
def desk(settings, tmp_path, at):
    set_clock(settings, tmp_path, at)
    return sign_in(make_staff("olga", "operator"))


def close(date, at, part=Part.WHOLE, county="taipei_city"):
    operations.record_closure(date=date, counties=[county], part=part, note="typhoon", at=at, by="staff:olga")


def redate_all(at):
    for refund in Refund.objects.filter(status="accepted"):
        operations.redate_refund(refund_id=refund.id, at=at, by="sweep")


def numbers(date, at, first=FIRST, last=LAST):
    found = board.board_of(first, last, at).days[date]
    return {name: number.count for name, number in found.numbers.items()}


def test_a_refund_stands_on_the_day_of_its_run_and_where_its_promise_ends(at):
    make_accepted_refund(at)
    make_accepted_refund(at, amount_minor=100)

    found = board.board_of(FIRST, LAST, at)

    assert found.days[DUE].numbers == {"due": board.Number(2, 961 + 101)}
    assert found.days[LATEST].numbers == {"ends": board.Number(2, 961 + 101)}
    assert sum(len(day.numbers) for day in found.days.values()) == 2
    assert found.version.number == 1


def test_what_is_credited_stands_where_it_was_credited_and_is_due_no_more(at):
    make_credited_refund(at)

    assert numbers(DUE, at) == {"credited": 1}
    assert numbers(LATEST, at) == {}


def test_a_deferral_stands_at_both_of_its_days_with_its_reason(desk, at):
    refund = make_accepted_refund(at)
    close(DUE, at)
    redate_all(at)

    away, here = numbers(DUE, at), numbers(dt.date(2026, 6, 18), at)
    page = desk.get("/console/calendar/2026-06-17/?list=moved_away", headers={"accept-language": "en"}).content.decode()

    assert (away, here) == ({"moved_away": 1}, {"moved_here": 1, "due": 1})
    assert rows_in(page) == [
        [
            f"{refund.reference} {refund.payment.order_number} · Taobao",
            "NT$961",
            "06-17 Wed → 06-18 Thu Typhoon closure · promised by 2026-06-24 Wed",
        ]
    ]


def test_a_promise_is_at_risk_when_no_run_takes_it_in_time(at):
    safe, late, passed = (make_accepted_refund(at) for _ in range(3))
    manual = make_accepted_refund(at)
    Refund.objects.filter(pk=late.pk).update(credit_date=LATEST + DAY)
    Refund.objects.filter(pk=passed.pk).update(
        accepted_date=dt.date(2026, 5, 20),
        expected_credit_date=dt.date(2026, 6, 2),
        latest_credit_date=dt.date(2026, 6, 5),
    )
    fake_bank().behave(ACCOUNT, "4502")
    run(manual, at_taipei(DUE))

    today = dt.date(2026, 6, 8)
    assert numbers(LATEST, at)["at_risk"] == 2
    assert numbers(dt.date(2026, 6, 5), at) == {"ends": 1, "at_risk": 1}
    assert {row.pk for row in board.refunds_at_risk(LATEST, today)} == {late.pk, manual.pk}
    assert {row.pk for row in board.refunds_at_risk(dt.date(2026, 6, 5), today)} == {passed.pk}
    assert safe.pk in {row.pk for row in board.refunds_ending_on(LATEST)}


def test_each_number_of_a_day_leads_to_exactly_so_many_rows(desk, at):
    for _ in range(2):
        make_accepted_refund(at)
    make_credited_refund(at)
    unsent = make_accepted_refund(at)
    fake_bank().behave(ACCOUNT, "4502")
    run(unsent, at_taipei(DUE))
    close(dt.date(2026, 6, 11), at)
    redate_all(at)

    for date, found in board.board_of(FIRST, LAST, at).days.items():
        for name, number in found.numbers.items():
            page = desk.get(f"/console/calendar/{date}/?list={name}").content.decode()
            assert len(rows_in(page)) == number.count, (date, name)
            headings = page.partition('<table class="rows">')[2].partition("</thead>")[0].count("<th ")
            assert {len(row) for row in rows_in(page)} == {headings}, (date, name)


STANDING = {
    "2026-06-10": ("", True),
    "2026-06-13": ("Weekend", False),
    "2026-06-19": ("Dragon Boat Festival", False),
    "2025-02-08": ("Make-up working day", True),
    "2025-05-01": ("Bank holiday: Labor Day", False),
}


@pytest.mark.parametrize(("date", "expected"), STANDING.items())
def test_a_day_says_what_it_is(date, expected):
    day = current_calendar().day(dt.date.fromisoformat(date))

    with override("en"):
        assert (standing_of(day), day.counted) == expected


@pytest.mark.parametrize(
    ("part", "county", "expected"),
    [
        (Part.WHOLE, "taipei_city", ("Closed: typhoon", False)),
        (Part.MORNING, "taipei_city", ("Closed: typhoon", False)),
        (Part.AFTERNOON, "taipei_city", ("Run ends at noon: typhoon", True)),
        (Part.WHOLE, "hualien_county", ("Typhoon closure only in Hualien County", True)),
    ],
)
def test_a_typhoon_says_where_and_when_it_closes(part, county, expected, at):
    close(WITHIN, at, part, county)

    day = board.board_of(FIRST, LAST, at).days[WITHIN].day
    with override("en"):
        assert (standing_of(day), day.counted) == expected


def plan(first, last, at):
    return operations.plan_window(kind=WindowKind.MAINTENANCE, starts_at=first, ends_at=last, at=at, by="staff:olga")


def test_maintenance_stands_on_each_day_it_reaches_and_takes_room_from_the_run(at):
    plan(at_taipei(WITHIN, 22), at_taipei(WITHIN + DAY, 10), at)

    found = board.board_of(FIRST, LAST, at).days

    assert [date.day for date, day in found.items() if day.windows] == [10, 11]
    with override("en"):
        assert [window_words(found[WITHIN + n * DAY].windows[0], WITHIN + n * DAY) for n in (0, 1)] == [
            "Maintenance 22:00–24:00",
            "Maintenance 00:00–10:00",
        ]
    assert (found[WITHIN].capacity, found[WITHIN + DAY].capacity) == (390 * 300, 330 * 300)


def test_maintenance_that_ends_at_midnight_leaves_the_next_day_alone_and_a_cancelled_one_all(at):
    plan(at_taipei(WITHIN, 22), at_taipei(WITHIN + DAY, 0), at)
    operations.cancel_window(
        window_id=plan(at_taipei(FIRST + 14 * DAY), at_taipei(FIRST + 15 * DAY), at).id, at=at, by="x"
    )

    found = board.board_of(FIRST, LAST, at).days

    assert [date.day for date, day in found.items() if day.windows] == [10]


# ── What if a day were closed ──

CLOSURES = [WITHIN, DUE, dt.date(2026, 6, 22), LATEST, dt.date(2026, 6, 24), dt.date(2026, 6, 8), dt.date(2026, 7, 1)]


def make_varied(at):
    for days in (0, 1, 4, 7):
        make_accepted_refund(at + days * DAY)
    make_accepted_refund(at)
    deferred = make_accepted_refund(at)
    Refund.objects.filter(pk=deferred.pk).update(credit_date=dt.date(2026, 6, 22))
    make_credited_refund(at - 30 * DAY)


@pytest.mark.parametrize("date", CLOSURES, ids=str)
def test_a_closure_moves_exactly_what_the_preview_says(date, at):
    make_varied(at)
    preview = moves_if_closed(date)
    untouched = Deferral.objects.count()

    close(date, at)
    redate_all(at)

    moved = Deferral.objects.order_by("id")[untouched:]
    happened = sorted((row.old_date, row.new_date, row.old_latest_date, row.new_latest_date) for row in moved)
    said = sorted(
        (move.old_date, move.new_date, move.old_latest_date, move.new_latest_date)
        for move in preview
        for _ in range(move.count)
    )
    assert said == happened
    assert sum(move.total_minor for move in preview) == sum(row.refund.total_minor for row in moved)


def test_looking_at_a_closure_writes_nothing(desk, at):
    refund = make_accepted_refund(at)

    page = desk.get("/console/calendar/2026-06-10/?closed", headers={"accept-language": "en"}).content.decode()

    assert "06-17 Wed → 06-18 Thu" in page
    assert again(refund).credit_date == DUE
    assert current_calendar().version == 1


@pytest.mark.parametrize("date", ["2026-06-13", "2026-06-05"])
def test_a_day_that_is_over_or_off_can_not_be_closed(desk, date):
    page = desk.get(f"/console/calendar/{date}/?closed", headers={"accept-language": "en"}).content.decode()

    assert "What if this day were closed?" not in page
    assert 'id="preview"' not in page


# ── The page ──


def test_months_lead_to_each_other_and_nonsense_to_this_one(desk):
    for given, shown in (
        ("", "2026-06"),
        ("?month=2026-12", "2026-12"),
        ("?month=x", "2026-06"),
        ("?month=0001-01", "2026-06"),
    ):
        page = desk.get(f"/console/calendar/{given}", headers={"accept-language": "en"}).content.decode()
        assert f"/console/calendar/{shown}-10/" in page
    assert "?month=2026-11" in desk.get("/console/calendar/?month=2026-12").content.decode()
    assert "?month=2027-01" in desk.get("/console/calendar/?month=2026-12").content.decode()


@pytest.mark.parametrize(
    "day", ["2026-06-31", "x", "1900-01-01", "2100-01-01", "2026-06-10/?list=x", "2026-06-10/?after=x"]
)
def test_a_day_or_list_that_does_not_exist_is_not_found(desk, day):
    assert desk.get(f"/console/calendar/{day}" if "?" in day else f"/console/calendar/{day}/").status_code == 404


def test_a_day_s_list_is_walked_page_by_page(desk, at, monkeypatch):
    made = [make_accepted_refund(at).reference for _ in range(3)]
    monkeypatch.setattr("console.pages.calendar_day.ROWS_A_PAGE", 2)

    first = desk.get("/console/calendar/2026-06-17/").content.decode()
    href = first.rpartition('rel="next" href="')[2].partition('"')[0].replace("&amp;", "&")
    second = desk.get(href).content.decode()

    assert [row[0].split()[0] for row in rows_in(first) + rows_in(second)] == made


def test_looking_at_the_refunds_of_a_day_is_recorded_and_at_a_month_of_numbers_not(desk, at):
    make_accepted_refund(at)

    desk.get("/console/calendar/")
    desk.get("/console/calendar/2026-06-17/?list=due")

    looks = Record.objects.filter(by="staff:olga", action="refund.listed")
    assert [(look.role, look.details) for look in looks] == [("operator", {"day": "2026-06-17", "list": "due"})]


def test_the_calendar_is_closed_to_the_administrator():
    adam = sign_in(make_staff("adam", "administrator"))

    assert adam.get("/console/calendar/").status_code == 403
    assert adam.get("/console/calendar/2026-06-10/").status_code == 403


# The session, the member and the rights; the calendar in force, its numbers, the pace of its run, its windows twice.
SESSION = 4
MONTH = 5
# A look at a day's refunds: the reader's roles, the record and its two savepoints.
LOOK = 4


def test_a_month_and_a_day_ask_as_many_questions_with_many_rows_as_with_few(desk, at, django_assert_num_queries):
    for _ in range(4):
        make_accepted_refund(at)
    current_calendar()

    with django_assert_num_queries(SESSION + MONTH):
        desk.get("/console/calendar/")
    with django_assert_num_queries(SESSION + MONTH + 1 + LOOK):
        desk.get("/console/calendar/2026-06-17/")
    with django_assert_num_queries(SESSION + MONTH + 4 + LOOK):
        desk.get("/console/calendar/2026-06-17/?closed")
