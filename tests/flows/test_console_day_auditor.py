"""The day of an auditor, in Chinese: who looked at whom and why, as a list and a file; everything read, nothing written."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from audit import operations as audit
from audit.models import Record
from audit.tests.factories import make_record
from common import clock
from tests.flows.days import moved_since, person_of, rows_now, sheets_of
from tests.flows.screens import charged
from tests.flows.screens.console_approvals import asked
from tests.flows.screens.console_cases import not_told

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("house-zh-hant")]


@pytest.fixture
def auditor(browser, house):
    person = person_of(browser, house, "auditor", "zh-hant", stepped_up=True)
    yield person
    person.guest.context.close()


@pytest.fixture
def looked(auditor):
    """Mei looked at a payment three days ago, and revealed a number of it today."""
    payment, at = charged.told(auditor.guest), clock.now()
    name = f"staff:mei.{payment.reference[4:].lower()}"
    told = {"by": name, "role": "supervisor", "subject": payment.reference}
    make_record(**told, action="payment.read", at=at - dt.timedelta(days=3))
    make_record(**told, action="payment.revealed", reason="=1+1 分行來電", at=at)
    audit.link_records()
    return payment, name


def search(auditor, **words):
    """Each field of the form above the list, and no field of the file's."""
    auditor.open("/console/audit-trail/")
    for name, value in words.items():
        auditor.page.locator(f"form.filters [name={name}]").fill(value)
    auditor.press("form.filters button")
    return auditor.page.locator("table.rows tbody tr code").all_inner_texts()[::2]


def test_the_trail_is_searched_by_person_by_subject_and_by_day(auditor, looked):
    payment, name = looked
    today = clock.taipei(clock.now()).strftime("%Y-%m-%dT00:00")

    assert search(auditor, by=name) == ["payment.revealed", "payment.read"]
    assert search(auditor, by=name, subject=payment.reference, start=today) == ["payment.revealed"]
    assert search(auditor, by=name, end=today) == ["payment.read"]
    assert search(auditor, by="staff:nobody") == []
    assert auditor.text(".empty") == "沒有符合的紀錄。"


def test_the_chain_says_how_it_stands_and_a_record_stands_among_its_neighbours(auditor, looked):
    _, name = looked
    search(auditor, by=name)
    assert "至此位置完整無缺" in auditor.text(".tiles-figures")
    assert "最近簽章日" in auditor.text(".tiles-figures")

    auditor.press("table.rows tbody a")

    kept = Record.objects.get(by=name, action="payment.revealed")
    assert kept.link.hash in auditor.text("dl.facts")
    assert auditor.page.locator("tr[aria-current=true]").count() == 1
    assert Record.objects.filter(by=auditor.by, action="audit.read", subject=str(kept.pk)).exists()


def test_the_trail_leaves_the_house_with_a_reason_only(auditor, looked):
    _, name = looked
    search(auditor, by=name)
    reason = auditor.page.locator("#file [name=reason]")
    auditor.page.locator("#file form").evaluate("one => { one.noValidate = true; }")
    auditor.press("#file button")
    assert auditor.page.locator("#file .error").count() == 1
    assert not Record.objects.filter(by=auditor.by, action="audit.exported").exists()
    auditor.press("form.language button")
    assert auditor.text("h1") == "Audit trail"
    auditor.press("form.language button")
    assert auditor.text("h1") == "稽核軌跡"

    search(auditor, by=name)
    reason.fill("年度稽核")
    with auditor.page.expect_download() as download:
        auditor.page.locator("#file button").click()

    rows = [*sheets_of(Path(download.value.path()).read_text(encoding="utf-8-sig"))]
    assert auditor.by in rows[0][0]
    assert "年度稽核" in rows[0][0]
    of_mei = [row for row in rows if name in row]
    assert [row[4] for row in of_mei] == ["payment.revealed", "payment.read"]
    assert of_mei[0][6] == "'=1+1 分行來電"
    kept = Record.objects.get(by=auditor.by, action="audit.exported")
    assert (kept.reason, kept.details["rows"]) == ("年度稽核", 2)


def test_everything_about_a_payment_is_read_and_nothing_can_be_pressed(auditor):
    payment, case = charged.told_in_vain(auditor.guest), not_told(auditor.guest)
    approval = asked(auditor.guest)
    forms = {}
    for address in (
        f"/console/payment/{payment.reference}/",
        f"/console/cases/{case.pk}/",
        "/console/cases/",
        f"/console/approvals/{approval.pk}/",
        "/console/approvals/",
        "/console/staff/",
    ):
        auditor.open(address)
        found = auditor.page.locator("main form[method=post]").all()
        forms[address.split("/")[2]] = [one.get_attribute("action") for one in found]

    assert forms.pop("payment") == [f"/console/payment/{payment.reference}/case-file.pdf"]
    assert [one for found in forms.values() for one in found] == []


def test_what_an_auditor_sends_all_the_same_moves_nothing(auditor):
    payment, case, approval = charged.told_in_vain(auditor.guest), not_told(auditor.guest), asked(auditor.guest)
    auditor.open("/console/")
    before = rows_now()
    case_page, why = f"/console/cases/{case.pk}", {"reason": "稽核", "text": "稽核", "words": "稽核"}

    answers = {
        path: auditor.send(path, why).status
        for path in (
            *(f"{case_page}/{deed}/" for deed in ("take", "note", "hand-over", "priority", "merge", "close", "reopen")),
            *("/console/cases/next/", "/console/cases/new/", "/console/payments/tell-again/"),
            *(f"/console/payment/{payment.reference}/{deed}/" for deed in ("tell", "ask", "reveal")),
            *(f"/console/approvals/{approval.pk}/{deed}/" for deed in ("approve", "reject", "withdraw")),
            *("/console/approvals/new/limit.change/", "/console/approvals/new/export.rows/"),
            *("/console/refunds/maintenancewindow/add/", "/console/platforms/apikey/add/"),
            *(f"/console/staff/{auditor.name}/disable/", f"/console/staff/{auditor.name}/end-sessions/"),
            *("/console/audit/record/add/", "/console/audit/dailyhead/add/"),
        )
    }

    assert {path: status for path, status in answers.items() if status != 403} == {}
    assert moved_since(before) == []


def test_records_of_the_trail_are_changed_by_no_page(auditor, looked):
    _, name = looked
    row = Record.objects.get(by=name, action="payment.revealed")
    auditor.open("/console/")

    for place in ("change", "delete"):
        assert (
            auditor.send(f"/console/audit/record/{row.pk}/{place}/", {"reason": "nothing", "post": "yes"}).status == 403
        )

    assert Record.objects.get(pk=row.pk).reason == "=1+1 分行來電"
