"""The day of a supervisor: gives cases to people, joins two, reveals with a reason, agrees to others' wishes, takes a report."""

from __future__ import annotations

from pathlib import Path

import pytest

from audit.models import Record
from common import clock
from common.tests.test_sheets import xlsx_cells
from payments.models import LimitRule
from support import operations
from support.models import Approval
from support.states import Kind
from tests.flows.days import moved_since, person_of, rows_now, sheets_of
from tests.flows.screens import charged
from tests.flows.screens.console_approvals import asked, someone
from tests.flows.screens.console_cases import not_told

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("house-en")]


@pytest.fixture
def supervisor(browser, house):
    person = person_of(browser, house, "supervisor", stepped_up=True)
    yield person
    person.guest.context.close()


def test_a_case_is_given_to_a_person_and_another_joined_to_it(supervisor):
    case, colleague, at = not_told(supervisor.guest), someone("agent").username, clock.now()
    other = operations.open_by_hand(
        reference=case.payment.reference, kind=Kind.COMPLAINT, words="called twice", at=at, by=supervisor.by
    )
    supervisor.open(f"/console/cases/?number={other.reference}")
    part = supervisor.unfold("/merge/")
    part.get_by_label("Into case").fill(case.reference)
    part.get_by_label("Why").fill("the same call")
    supervisor.press("main button:text-is('Merge')")
    assert "merged into this one" in supervisor.text(".said")
    assert "called twice" in supervisor.text(".case-notes")

    part = supervisor.unfold("/hand-over/")
    part.get_by_label("Hand over to", exact=True).select_option(f"staff:{colleague}")
    part.get_by_label("What they need to know").fill("Please call them back.")
    supervisor.press("text=Hand it over")

    case.refresh_from_db()
    other.refresh_from_db()
    assert (case.owner, other.merged_into) == (f"staff:{colleague}", case)
    assert f"→ {colleague}" in supervisor.text(".events")


def test_a_number_is_revealed_for_a_reason_on_this_page_alone(supervisor):
    payment = charged.told(supervisor.guest)
    number, address = payment.account.number, f"/console/payment/{payment.reference}/"
    supervisor.open(address)
    assert number not in supervisor.page.content()

    assert number not in supervisor.send(f"{address}reveal/", {"field": "account", "reason": " "}).text
    assert number not in supervisor.send(f"{address}reveal/", {"field": "password", "reason": "to see it"}).text
    assert not Record.objects.filter(action="payment.revealed", subject=payment.reference).exists()

    supervisor.page.locator("details:has(#reveal_field) > summary").click()
    supervisor.fill(field="account")
    supervisor.page.locator("#reveal_reason").fill("the bank's branch asks")
    supervisor.press("details:has(#reveal_field) button")
    assert number in supervisor.text("dl.facts")
    kept = Record.objects.get(action="payment.revealed", subject=payment.reference)
    assert (kept.by, kept.role, kept.reason) == (supervisor.by, "supervisor", "the bank's branch asks")
    assert kept.details == {"field": "account"}
    supervisor.open(address)
    assert number not in supervisor.page.content()


def test_what_another_asked_for_is_agreed_to_after_reading_what_it_changes(supervisor):
    approval = asked(supervisor.guest, someone("operator"))
    supervisor.open("/console/approvals/")
    supervisor.press(f"#mine-to-check >> xpath=../.. >> a[href$='/{approval.pk}/']")
    assert "The board decided" in supervisor.text(".approval-why")
    assert "NT$60,000" in supervisor.text(".approval-change")

    supervisor.press("text=Agree and do it")

    assert supervisor.text(".said").startswith("Done. What you agreed to is in force.")
    rule = LimitRule.objects.get(valid_from=approval.wish["valid_from"], code="transfer_single")
    assert (rule.made_by, rule.approved_by) == (f"staff:{approval.maker.username}", supervisor.by)


def test_a_wish_of_ones_own_is_agreed_to_by_nobody_else_than_another(supervisor):
    approval = asked(supervisor.guest, supervisor.user)
    address = f"/console/approvals/{approval.pk}/"
    supervisor.open(address)
    assert supervisor.page.locator("text=Agree and do it").count() == 0
    assert supervisor.page.locator("text=Withdraw").count() == 1
    before = rows_now()

    for deed in ("approve", "reject"):
        assert "This is your own request" in supervisor.send(f"{address}{deed}/", {"words": "yes, yes"}).text

    assert moved_since(before) == []


def test_without_a_fresh_second_factor_nothing_is_agreed_to(browser, house):
    person = person_of(browser, house, "supervisor")
    approval = asked(person.guest, someone("operator"))
    person.open(f"/console/approvals/{approval.pk}/")
    before = rows_now()

    person.press("text=Agree and do it")

    assert person.path == "/console/account/confirm/"
    assert moved_since(before) == []
    person.guest.context.close()


@pytest.mark.parametrize(
    ("deed", "wish"),
    [
        ("staff.change_role", {"name": "supervisor", "role": "administrator"}),
        ("staff.admit", {"name": "a.friend", "role": "supervisor"}),
        ("calendar.publish", {}),
        ("calendar.closure", {"date": "2026-06-25", "part": "whole", "counties": ["taipei_city"]}),
        ("platform.suspend", {"code": "taobao"}),
    ],
)
def test_what_other_roles_ask_for_has_no_button_and_no_form(supervisor, deed, wish):
    supervisor.open("/console/approvals/new/")
    assert supervisor.page.locator(f"a[href$='/{deed}/']").count() == 0
    before = rows_now()

    answer = supervisor.send(f"/console/approvals/new/{deed}/", {**wish, "reason": "because"})

    assert answer.status == 403
    assert supervisor.type_address(f"/console/approvals/new/{deed}/") == 403
    assert moved_since(before) == []


def test_a_supervisor_reads_how_cases_were_worked_on_and_takes_it_as_both_kinds_of_file(supervisor):
    case, at = not_told(supervisor.guest), clock.now()
    operations.take_case(case_id=case.id, at=at, by=supervisor.by)
    operations.close_case(case_id=case.id, reason="told them", at=at, by=supervisor.by)
    supervisor.open("/console/reports/")
    supervisor.press("text=Work on cases")
    today = str(clock.today_in_taipei(at))
    supervisor.page.locator("#id_first").fill(today)
    supervisor.page.locator("#id_last").fill(today)
    supervisor.press("text=Show the report")
    row = supervisor.text(f"tr:has(th:text-is('{supervisor.name}'))").split()
    assert row[:2] == [supervisor.name, "1"]

    supervisor.page.get_by_label("What the file is for").fill("the weekly meeting")
    csv = [*sheets_of(taken(supervisor, "csv").read_text(encoding="utf-8-sig"))]
    xlsx = [cell[3] for cell in xlsx_cells(taken(supervisor, "xlsx").read_bytes())[1]]

    assert supervisor.by in csv[0][0]
    assert "For: the weekly meeting" in csv[0][0]
    assert "Account and ID numbers are masked." in csv[0][0]
    assert [line for line in csv if line[:2] == [supervisor.name, "1"]]
    assert {supervisor.name, "By person"} <= set(xlsx) | {text.strip() for text in xlsx}
    assert any(supervisor.by in text and "the weekly meeting" in " ".join(xlsx) for text in xlsx)
    kinds = Record.objects.filter(action="report.exported", by=supervisor.by).values_list("details__kind", "reason")
    assert sorted(kinds) == [("csv", "the weekly meeting"), ("xlsx", "the weekly meeting")]


def taken(person, kind) -> Path:
    person.fill(kind=kind)
    with person.page.expect_download() as download:
        person.page.get_by_role("button", name="Take the file").click()
    assert download.value.suggested_filename.endswith(f".{kind}")
    return Path(download.value.path())


def test_the_queue_says_whose_turn_it_is(supervisor):
    mine, theirs = asked(supervisor.guest, supervisor.user), someone("operator")
    wish = {"code": "service_monthly", "amount_minor": 300_000, "valid_from": mine.wish["valid_from"]}
    other = operations.ask_for(deed="limit.change", wish=wish, reason="as decided", maker=theirs, at=clock.now())

    supervisor.open("/console/approvals/")

    assert supervisor.page.locator(f"section[aria-labelledby=mine] a[href$='/{mine.pk}/']").count() == 1
    assert supervisor.page.locator(f"section[aria-labelledby=mine-to-check] a[href$='/{other.pk}/']").count() == 1
    assert Approval.objects.get(pk=other.pk).status == "pending"
