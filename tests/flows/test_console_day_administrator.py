"""The day of an administrator: people come, change their work, lose their phone and go; and no customer is seen."""

from __future__ import annotations

import time

import pytest
from django.contrib.auth.models import User

from common import clock
from staff.models import Factor, SignIn
from staff.operations import role_of
from staff.signatures import STEP_SECONDS, code_at
from staff.tests.factories import PASSWORD, make_staff
from support import operations
from support.models import Approval
from tests.flows.days import moved_since, person_of, rows_now
from tests.flows.gallery import guest_of
from tests.flows.screens import charged
from tests.flows.screens.console_approvals import asked, someone

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("house-en")]
OTHER_PASSWORD = "nine-kites-over-the-harbour"


@pytest.fixture
def administrator(browser, house):
    person = person_of(browser, house, "administrator", stepped_up=True)
    yield person
    person.guest.context.close()


@pytest.fixture
def second(browser, house):
    person = person_of(browser, house, "administrator", stepped_up=True)
    yield person
    person.guest.context.close()


def agree(person, approval) -> str:
    """What is told once with the yes, if anything is."""
    person.open("/console/approvals/")
    person.press(f"section[aria-labelledby=mine-to-check] a[href$='/{approval.pk}/']")
    person.press("text=Agree and do it")
    secret = person.page.locator(".approval-secret")
    return secret.inner_text() if secret.count() else ""


def ask(person, link, **fields) -> Approval:
    person.open("/console/staff/")
    person.press(link)
    person.fill(**fields)
    person.press("main form .button")
    return Approval.objects.filter(maker=person.user).latest("made_at")


def test_somebody_new_is_admitted_by_two_and_comes_in_with_what_was_told_once(administrator, second):
    approval = ask(administrator, "text=Ask to admit somebody", name="tina", role="agent", reason="begins on Monday")
    assert not User.objects.filter(username="tina").exists()

    password = agree(second, approval)

    second.page.reload()
    assert password not in second.page.content()
    tina = guest_of(second.guest.context.browser, second.guest.house, "en")
    tina.open("/console/")
    tina.fill(username="tina", password=password)
    tina.press("main form button")
    tina.fill(new=OTHER_PASSWORD, again=OTHER_PASSWORD)
    tina.press("main form button")
    secret = tina.page.locator(".secret").inner_text().replace(" ", "")
    tina.fill(code=code_at(secret, int(time.time()) // STEP_SECONDS))
    tina.press("text=Use this app")
    tina.open("/console/")
    assert "Cases" in tina.page.locator(".desk-nav").inner_text()
    tina.context.close()


def test_another_role_is_given_by_two_and_the_old_session_is_over(administrator, second, browser, house):
    leo = person_of(browser, house, "agent")
    link = f"a[href$='/staff.change_role/?subject={leo.name}']"
    approval = ask(administrator, link, role="supervisor", reason="leads the morning shift")
    assert role_of(leo.user) == "agent"

    agree(second, approval)

    assert role_of(leo.user) == "supervisor"
    leo.open("/console/cases/")
    assert leo.path == "/console/login/"
    leo.guest.context.close()


def test_who_is_disabled_is_out_at_the_next_click(administrator, browser, house):
    leo = person_of(browser, house, "agent")
    leo.open("/console/")
    administrator.open("/console/staff/")
    administrator.press(f"a[href='/console/staff/{leo.name}/disable/']")
    administrator.press("main form button")
    assert administrator.page.locator(".error").count() > 0
    assert leo.user.is_active

    administrator.fill(reason="left the bank")
    administrator.press("main form button")

    assert f"{leo.name} is disabled and signed out everywhere." in administrator.text(".said")
    leo.press("nav a[href='/console/cases/']")
    assert leo.path == "/console/login/"
    assert SignIn.objects.get(user=leo.user).ended_because == "disabled"
    leo.guest.context.close()


def test_a_lost_phone_counts_no_more_once_two_agree(administrator, second):
    ida = make_staff("ida", "agent")
    link = "a[href$='/staff.reset_factors/?subject=ida']"
    approval = ask(administrator, link, reason="lost the phone on Sunday")
    assert Factor.objects.filter(user=ida, removed_at=None).count() == 1

    password = agree(second, approval)

    assert Factor.objects.filter(user=ida, removed_at=None).count() == 0
    ida.refresh_from_db()
    assert ida.check_password(password)
    assert not ida.check_password(PASSWORD)


def test_nobody_changes_their_own_rights_also_not_with_a_friend(administrator, second):
    administrator.open("/console/staff/")
    own = administrator.text(f"tr:has(th:text-is('{administrator.name}'))")
    assert "yourself" in own
    assert "Disable" not in own
    before = rows_now()

    answers = [
        administrator.send(f"/console/staff/{administrator.name}/disable/", {"reason": "just so"}),
        *(
            administrator.send(f"/console/approvals/new/{deed}/", {"name": administrator.name, "reason": "x", **more})
            for deed, more in {
                "staff.change_role": {"role": "supervisor"},
                "staff.reset_factors": {},
            }.items()
        ),
    ]

    assert role_of(administrator.user) == "administrator"
    assert administrator.user.is_active
    assert set(moved_since(before)) <= {"support_approval", "support_approvalchange"}
    assert "Nobody changes their own rights" in answers[0].text
    for approval in Approval.objects.filter(maker=administrator.user):
        second.open("/console/")
        second.send(f"/console/approvals/{approval.pk}/approve/")
    assert role_of(administrator.user) == "administrator"
    assert Factor.objects.filter(user=administrator.user, removed_at=None).count() == 1


def test_what_an_administrator_asked_for_waits_for_another(administrator):
    approval = ask(administrator, "text=Ask to admit somebody", name="uma", role="auditor", reason="for the audit")
    assert administrator.page.locator("text=Agree and do it").count() == 0
    before = rows_now()

    assert "This is your own request" in administrator.send(f"/console/approvals/{approval.pk}/approve/").text

    assert moved_since(before) == []
    assert not User.objects.filter(username="uma").exists()


@pytest.mark.parametrize("deed", ["limit.change", "refund.settle_by_hand", "platform.suspend", "calendar.closure"])
def test_an_administrator_asks_for_nothing_about_money(administrator, deed):
    administrator.open("/console/approvals/new/")

    assert administrator.page.locator(f"a[href$='/{deed}/']").count() == 0
    assert administrator.type_address(f"/console/approvals/new/{deed}/") == 403


def test_an_administrator_says_no_yes_to_money(administrator):
    approval = asked(administrator.guest, someone())
    administrator.open(f"/console/approvals/{approval.pk}/")
    assert administrator.page.locator("text=Agree and do it").count() == 0
    assert "Your role doesn't hold what this asks of a second person." in administrator.text()
    before = rows_now()

    for deed in ("approve", "reject"):
        said = administrator.send(f"/console/approvals/{approval.pk}/{deed}/", {"words": "let it be"}).text
        assert "You can&#x27;t decide this" in said

    assert moved_since(before) == []
    assert operations.withdraw(approval_id=approval.pk, maker=approval.maker, at=clock.now()).status == "withdrawn"


def test_no_customer_is_found_by_any_way(administrator):
    payment = charged.told(administrator.guest)
    administrator.open("/console/")
    assert administrator.page.locator("#desk-q, #palette").count() == 0
    assert administrator.navigation() == ["Overview", "Approvals", "Staff", "My account"]
    assert payment.order_number not in administrator.page.content()

    for path in (
        f"/console/payment/{payment.reference}/",
        f"/console/find/?q={payment.order_number}",
        "/console/overview/untold/",
        "/console/overview/part/told/",
        "/console/cases/",
        "/console/calendar/",
        "/console/reports/payments/",
        "/console/audit-trail/",
        "/console/data/",
        "/console/ledger/journal/",
    ):
        assert administrator.send(path, method="GET").status == 403, path
    for path in ("/console/find/", "/console/find/palette/"):
        assert administrator.send(path, {"q": payment.order_number}).status == 403, path
