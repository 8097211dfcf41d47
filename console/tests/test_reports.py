"""Reports: what they count of a day, who may see and take them, and what their files say."""

import csv
import io
import zipfile

import pytest
from django.utils import translation

from audit.models import Record
from common.clock import now, today_in_taipei
from common.tests.test_sheets import PAYLOADS, is_live, xlsx_cells
from console.pages import reports_cases, reports_money, reports_refunds
from console.pages.reports import REPORTS, mark_of
from console.queries.reports import Period
from console.tests.world import pay, seed_a_day
from payments.models import Payment
from staff.tests.factories import make_staff, sign_in
from support.models import Case

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def in_english():
    with translation.override("en"):
        yield


@pytest.fixture
def day(at):
    return seed_a_day(at)


@pytest.fixture
def supervisor():
    return sign_in(make_staff("sue", "supervisor"))


def table_of(tables, title):
    (found,) = [table for table in tables if table.title == title]
    return found


def test_the_daily_sheet_counts_what_was_paid_refused_and_told_on_that_taipei_day(day):
    tables = reports_money.daily(Period(day, day))

    money = table_of(tables, "Money, by platform")
    # 951 + 10, 12,000 + 120, 300 + 3; the refund of 2,000 + 20 was credited the day its promise fell due.
    assert money.rows[0][:5] == ["Taobao", 3, 13_251, 133, 13_384]
    assert money.total == ["Total", *money.rows[0][1:]]
    assert sorted(tuple(row) for row in table_of(tables, "Orders placed").rows) == [
        ("Paid", 3, 13_384),
        ("Waits for the payer", 1, 505),
    ]
    (refusal,) = table_of(tables, "Refused, by reason").rows
    assert refusal[2:] == ["The bank", "4502", 1, 1, 505]
    # Without an endpoint nobody has acknowledged yet.
    assert table_of(tables, "Telling the platforms").rows == [["Taobao", 3, 0, 0, 3]]


def test_the_day_before_and_the_day_after_have_nothing_of_it(day):
    for shift in (-1, 1):
        other = day.fromordinal(day.toordinal() + shift)
        tables = reports_money.daily(Period(other, other))
        assert table_of(tables, "Orders placed").rows == []
        assert table_of(tables, "Refused, by reason").rows == []


def test_the_time_of_cases_is_service_time(day):
    kind, person = (table_of(reports_cases.performance(Period(day, day)), title) for title in ("By kind", "By person"))

    # Opened 09:30, taken 09:42, closed 09:55 of a Monday.
    assert kind.rows == [["paid, platform not told", 1, 1, 0, 12, 25, 25]]
    assert person.rows == [["amy", 1, 25, 0]]


def test_cases_are_counted_by_who_opened_them(day, at):
    Case.objects.get()

    by_origin, by_month = reports_cases.complaints(Period(day, day))

    assert by_origin.rows == [["paid, platform not told", 0, 0, 1, 1, 0]]
    assert by_month.rows == [["2026-06", 0, 0, 1, 1]]


def test_refunds_are_held_against_the_promise_they_carry(day):
    first = day.replace(day=1).fromordinal(day.toordinal() - 31)

    kept, by_day, moved = reports_refunds.punctuality(Period(first, day))

    # Credited on its 7th working day; the other was accepted today, and its time has not come.
    together = [sum(row[number] for row in kept.rows) for number in range(1, 8)]
    assert together[0] == 2
    assert together[2:5] == [1, 0, 0]
    assert [row[2:] for row in by_day.rows] == [[0, 1, 0, 0, 0, 0]]
    assert moved.rows == []


def test_payments_one_row_each_are_masked_and_cut(day):
    (table,) = reports_money.rows(Period(day, day), most=2)

    assert (len(table.rows), table.is_cut) == (2, True)
    (whole,) = reports_money.rows(Period(day, day))
    accounts = {row[9] for row in whole.rows}
    assert accounts <= {
        "",
        *(f"••••{last4}" for last4 in Payment.objects.values_list("account__last4", flat=True) if last4),
    }
    assert not whole.is_cut


@pytest.mark.parametrize("name", REPORTS)
def test_a_report_stands_on_the_screen_and_empty_days_say_so(day, supervisor, name):
    span = f"first={day}&last={day}"

    full = supervisor.get(f"/console/reports/{name}/?{span}").content.decode()
    empty = supervisor.get(f"/console/reports/{name}/?first=2001-01-01&last=2001-01-01").content.decode()

    assert "<tfoot>" in full or name == "payments"
    assert "Nothing in this time." in empty or "此期間沒有資料。" in empty


def test_days_the_wrong_way_round_are_refused_beside_the_form(supervisor):
    page = supervisor.get(
        "/console/reports/complaints/?first=2026-06-08&last=2026-06-01", headers={"accept-language": "en"}
    )

    assert "From the earlier to the later day, 400 days at most." in page.content.decode()
    assert "<table" not in page.content.decode()


@pytest.mark.parametrize(
    ("role", "sees", "takes"),
    [("agent", 403, 403), ("operator", 200, 403), ("auditor", 200, 200), ("administrator", 403, 403)],
)
def test_each_role_sees_and_takes_what_it_may(day, role, sees, takes):
    client = sign_in(make_staff(f"one-{role}", role))

    assert client.get("/console/reports/").status_code == sees
    assert client.get(f"/console/reports/daily/?first={day}").status_code == sees
    asked = {"first": str(day), "last": str(day), "reason": "the daily meeting", "kind": "csv"}
    assert client.post("/console/reports/daily/file/", asked).status_code == takes
    assert client.get("/console/reports/daily/file/").status_code == takes
    assert client.get("/console/reports/nothing/").status_code in (404, 403)


def test_a_file_without_a_reason_is_not_given_and_not_recorded(day, supervisor):
    asked = {"first": str(day), "last": str(day), "reason": "", "kind": "csv"}

    page = supervisor.post("/console/reports/daily/file/", asked)

    assert "Content-Disposition" not in page
    assert not Record.objects.filter(action="report.exported").exists()


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_file_says_who_took_it_why_and_when_and_so_does_the_trail(day, supervisor, kind):
    asked = {"first": str(day), "last": str(day), "reason": "=the daily meeting", "kind": kind}

    answer = supervisor.post("/console/reports/daily/file/", asked)

    assert answer["Content-Disposition"] == f'attachment; filename="outpost-daily-{day}-{day}.{kind}"'
    kept = Record.objects.get(action="report.exported")
    assert (kept.by, kept.role, kept.subject, kept.reason) == ("staff:sue", "supervisor", "daily", "=the daily meeting")
    assert kept.details["kind"] == kind
    if kind == "csv":
        first = next(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))[0]
        assert "staff:sue" in first
        assert "=the daily meeting" in first
    else:
        texts = [text for _, _, _, text, _ in xlsx_cells(answer.content)[1]]
        assert any("staff:sue" in text for text in texts)
        assert zipfile.is_zipfile(io.BytesIO(answer.content))


def test_looking_at_rows_is_recorded(day, supervisor):
    supervisor.get(f"/console/reports/payments/?first={day}&last={day}")

    assert Record.objects.filter(action="payment.listed", by="staff:sue").count() == 1


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_what_a_platform_or_a_person_wrote_is_run_in_no_file(at, supervisor, kind):
    """Order numbers, descriptions, platform names, people and reasons: every text cell that somebody else has written."""
    texts = [payload for payload in PAYLOADS if "\x00" not in payload]
    paid = [pay(at, order_number=f"{number:02d}{text}"[:64]) for number, text in enumerate(texts[:3])]
    for payment, number in zip(paid, range(len(paid)), strict=True):
        Payment.objects.filter(pk=payment.pk).update(
            description="".join(texts[number::3])[:200], order_number=texts[number]
        )
    platform = paid[0].platform
    platform.name = '=HYPERLINK("https://x.example","Taobao")'
    platform.save()
    today = str(today_in_taipei(at))

    for name in REPORTS:
        for text in texts[::7]:
            asked = {"first": today, "last": today, "reason": f"{text} for me", "kind": kind}
            content = supervisor.post(f"/console/reports/{name}/file/", asked).content
            if kind == "csv":
                cells = [
                    cell for row in csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")) for cell in row
                ]
            else:
                found = xlsx_cells(content)[1]
                assert [cell for cell in found if cell[4]] == []
                cells = [text for _, _, kind_of, text, _ in found if kind_of == "inlineStr"]
            assert [cell for cell in cells if is_live(cell)] == []


def test_a_cut_file_says_so_in_its_head(rf, day, monkeypatch):
    from django.contrib.auth.models import User

    request = rf.get("/")
    request.user = User(username="sue")
    (table,) = reports_money.rows(Period(day, day), most=1)

    mark = mark_of(request, "T", "why", [table])

    assert "Cut after 50,000 rows: there were more." in mark.words
    assert mark.at[:10] == str(today_in_taipei(now()))


@pytest.mark.parametrize("name", REPORTS)
def test_a_report_asks_as_often_for_much_as_for_little(day, at, supervisor, name, django_assert_max_num_queries):
    pay(at)
    address = f"/console/reports/{name}/?first={day}&last={day}"
    supervisor.get(address)

    with django_assert_max_num_queries(20):
        supervisor.get(address)
