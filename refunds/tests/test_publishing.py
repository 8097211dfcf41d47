"""Publishing calendars: exactly the open refunds that are touched are dated anew, logged, and told when later."""

import datetime as dt

import pytest
from django.db import DatabaseError, transaction

from cards.queries import maintenance_at
from notifications.models import Message
from payments.errors import Maintenance
from payments.tests.factories import make_paid_payment, make_payment, pay
from refunds import calendar, errors, operations, queries
from refunds.deferral import WindowKind
from refunds.models import CalendarDay, CalendarVersion, Deferral, MaintenanceWindow
from refunds.tests.factories import again, ask, at_taipei, make_accepted_refund, make_credited_refund
from refunds.tests.test_calendar import REFUSED, file_of, index_of, rows_of
from refunds.working_days import Part

pytestmark = pytest.mark.django_db

DUE = dt.date(2026, 6, 17)
WITHIN = dt.date(2026, 6, 10)  # a Wednesday between acceptance and the expected date
BETWEEN = dt.date(2026, 6, 22)  # a Monday between the expected and the latest date


def close(day, at, part=Part.WHOLE, counties=("taipei_city",)):
    return operations.record_closure(date=day, counties=counties, part=part, note="typhoon", at=at, by="staff:amy")


def publish(year, at, off=None):
    rows = rows_of(year)
    if off:
        rows[index_of(rows, f"{off:%Y%m%d}")][2:] = ["2", "選舉放假"]
    return operations.publish_official_year(content=file_of(rows), at=at, by="staff:amy")


def redate(refund, at):
    return operations.redate_refund(refund_id=refund.id, at=at, by="sweep")


def dates(refund):
    refund = again(refund)
    return refund.expected_credit_date, refund.latest_credit_date, refund.credit_date


def deferred_texts(refund):
    rows = Message.objects.filter(subject=refund.reference, purpose__startswith="refund_deferred")
    return list(rows.order_by("id").values_list("text", flat=True))


BEFORE = (DUE, dt.date(2026, 6, 23), DUE)
AFTER = (dt.date(2026, 6, 18), dt.date(2026, 6, 24), dt.date(2026, 6, 18))


def test_the_first_calendar_is_the_rule_set_with_labour_day_for_banks():
    found = calendar.current_calendar()

    assert found.version == 1
    assert found.years_known == frozenset(range(2017, 2028))
    assert not found.is_working_day(dt.date(2025, 5, 1))
    assert found.is_estimated(dt.date(2028, 1, 3))


def test_a_typhoon_dates_open_refunds_anew_and_tells_them(at):
    refund = make_accepted_refund(at)

    version = close(WITHIN, at)

    assert redate(refund, at)
    assert dates(refund) == AFTER
    assert again(refund).calendar_version == version
    deferral = Deferral.objects.get(refund=refund)
    assert (deferral.reason, deferral.old_date, deferral.new_date) == ("typhoon_closure", BEFORE[2], AFTER[2])
    assert (deferral.old_latest_date, deferral.new_latest_date) == (BEFORE[1], AFTER[1])
    assert len(deferred_texts(refund)) == 1
    assert "2026-06-18" in deferred_texts(refund)[0]


def test_a_holiday_published_dates_open_refunds_anew(at):
    refund = make_accepted_refund(at)

    publish(2026, at, off=WITHIN)

    assert redate(refund, at)
    assert dates(refund) == AFTER
    assert Deferral.objects.get(refund=refund).reason == "holiday_published"


def test_dating_twice_moves_once(at):
    refund = make_accepted_refund(at)
    close(WITHIN, at)

    assert [redate(refund, at), redate(refund, at)] == [True, False]
    assert Deferral.objects.count() == 1


def test_exactly_the_open_refunds_that_are_touched_are_dated_anew(at):
    touched = make_accepted_refund(at)
    earlier = make_accepted_refund(at - dt.timedelta(days=21))
    later = make_accepted_refund(at_taipei(WITHIN))
    asked = ask(make_paid_payment(at), at)
    credited = make_credited_refund(at - dt.timedelta(days=2))
    untouched = [earlier, later, asked, credited]
    before = [dates(refund) for refund in untouched]

    close(WITHIN, at)

    assert [redate(refund, at) for refund in untouched] == [False] * 4
    assert redate(touched, at)
    assert [dates(refund) for refund in untouched] == before
    assert again(earlier).calendar_version.number == 1
    assert set(Deferral.objects.values_list("refund_id", flat=True)) == {touched.pk}


def test_a_typhoon_elsewhere_touches_no_refund(at):
    refund = make_accepted_refund(at)

    close(WITHIN, at, counties=["hualien_county", "taitung_county"])

    assert not redate(refund, at)
    assert dates(refund) == BEFORE


def test_a_closure_of_the_afternoon_alone_touches_no_date(at):
    refund = make_accepted_refund(at)

    close(WITHIN, at, Part.AFTERNOON)

    assert not redate(refund, at)


def test_a_closure_taken_back_dates_back_without_a_text(at):
    refund = make_accepted_refund(at)
    close(WITHIN, at)
    redate(refund, at)

    close(WITHIN, at, Part.NONE)

    assert redate(refund, at)
    assert dates(refund) == BEFORE
    assert [row.reason for row in Deferral.objects.order_by("number")] == ["typhoon_closure", "typhoon_closure"]
    assert len(deferred_texts(refund)) == 1


def test_only_the_latest_date_moves_for_a_day_after_the_expected_one(at):
    refund = make_accepted_refund(at)

    close(BETWEEN, at)

    assert redate(refund, at)
    assert dates(refund) == (DUE, dt.date(2026, 6, 24), DUE)
    assert deferred_texts(refund) == []


def test_two_publications_are_one_dating_when_they_come_together(at):
    refund = make_accepted_refund(at)
    close(WITHIN, at)
    close(dt.date(2026, 6, 11), at)

    assert redate(refund, at)
    assert dates(refund) == (dt.date(2026, 6, 22), dt.date(2026, 6, 25), dt.date(2026, 6, 22))
    assert Deferral.objects.count() == 1


def test_a_refund_accepted_after_the_publication_needs_no_dating(at):
    close(WITHIN, at)

    refund = make_accepted_refund(at)

    assert dates(refund) == AFTER
    assert not redate(refund, at)


def test_an_official_year_makes_it_known_and_its_later_edition_speaks(at):
    publish(2028, at)
    assert not calendar.current_calendar().is_estimated(dt.date(2028, 3, 1))

    again_published = publish(2028, at, off=dt.date(2028, 3, 1))

    assert again_published.number == 3
    assert not calendar.current_calendar().is_working_day(dt.date(2028, 3, 1))
    assert calendar.calendar_of(CalendarVersion.objects.get(number=2)).is_working_day(dt.date(2028, 3, 1))


@pytest.mark.parametrize(("content", "refusal"), [case[1:3] for case in REFUSED], ids=[case[0] for case in REFUSED])
def test_a_refused_file_publishes_nothing(at, content, refusal):
    with pytest.raises(refusal):
        operations.publish_official_year(content=content, at=at, by="staff:amy")

    assert calendar.current_version().number == 1
    assert CalendarDay.objects.count() == 0


def test_a_closure_that_the_calendar_knows_is_refused(at):
    close(WITHIN, at)

    with pytest.raises(errors.ClosureUnchanged):
        close(WITHIN, at)
    with pytest.raises(errors.ClosureUnchanged):
        close(BETWEEN, at, Part.NONE)

    assert calendar.current_version().number == 2


@pytest.mark.parametrize(("starts", "ends"), [(12, 12), (13, 12), (1, 2)])
def test_a_window_ends_after_it_starts_and_in_the_future(at, starts, ends):
    day = at.date()

    with pytest.raises(errors.WindowTimesWrong):
        operations.plan_window(
            kind=WindowKind.MAINTENANCE, starts_at=at_taipei(day, starts), ends_at=at_taipei(day, ends), at=at, by="amy"
        )

    assert MaintenanceWindow.objects.count() == 0


def test_a_cancelled_window_no_longer_holds_the_run(at):
    window = operations.plan_window(
        kind=WindowKind.MAINTENANCE, starts_at=at, ends_at=at + dt.timedelta(hours=1), at=at, by="amy"
    )
    assert len(queries.windows_at(at)) == 1

    operations.cancel_window(window_id=window.pk, at=at, by="ben")
    operations.cancel_window(window_id=window.pk, at=at + dt.timedelta(hours=1), by="cho")

    assert queries.windows_at(at) == ()
    window.refresh_from_db()
    assert (window.cancelled_at, window.cancelled_by) == (at, "ben")


def test_the_application_may_not_change_what_was_published(at):
    close(WITHIN, at)

    with pytest.raises(DatabaseError), transaction.atomic():
        CalendarVersion.objects.filter(number=2).update(note="other")


def test_the_explanation_agrees_with_the_promise(at):
    refund = make_accepted_refund(at)
    close(WITHIN, at)
    redate(refund, at)

    shown = queries.progress(again(refund), at)

    assert [(day.day.date.day, day.number) for day in shown.days[:4]] == [(9, 1), (10, None), (11, 2), (12, 3)]
    assert [day.day.date for day in shown.days if day.is_expected] == [AFTER[0]]
    assert shown.days[-1].day.date == AFTER[1]
    assert shown.days[-1].number == 10


def test_one_window_holds_refunds_back_and_payments_up(at):
    window = operations.plan_window(
        kind=WindowKind.SYSTEM_UPGRADE, starts_at=at, ends_at=at + dt.timedelta(hours=1), at=at, by="amy"
    )

    assert [one.kind for one in queries.windows_at(at)] == [WindowKind.SYSTEM_UPGRADE]
    assert maintenance_at(at).pk == window.pk
    with pytest.raises(Maintenance):
        pay(make_payment(at), at)

    operations.cancel_window(window_id=window.pk, at=at, by="ben")
    assert maintenance_at(at) is None
    assert pay(make_payment(at), at).status == "paid"


def test_both_sides_of_the_house_know_the_same_kinds_of_window():
    assert {kind.value for kind in WindowKind} == set(MaintenanceWindow.Kind.values)
