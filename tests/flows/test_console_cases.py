"""An agent's day with cases in a real browser: next, read, note, hand over, close; and what an agent must not do."""

from __future__ import annotations

import itertools

import pytest

from common import clock
from support import operations
from support.models import Case
from support.states import ENDS_WITH_ITS_CAUSE, Kind
from support.watch import customers_asking
from tests.flows.gallery import guest_of
from tests.flows.screens.console_cases import asked, closed_account, not_told

pytestmark = [pytest.mark.browser]


_number = itertools.count(1)


@pytest.fixture(autouse=True)
def nothing_waits(house):
    """The house keeps what earlier tests left; an agent's queue begins empty."""
    for case in Case.objects.open().exclude(kind__in=ENDS_WITH_ITS_CAUSE):
        operations.close_case(case_id=case.id, reason="left by another test", at=clock.now(), by="test")


@pytest.fixture
def agent(browser, house):
    guest = guest_of(browser, house, "en")
    guest.name = f"amy{next(_number)}"
    guest.as_staff("agent", name=guest.name)
    yield guest
    guest.context.close()


def open_form(guest, deed):
    details = guest.page.locator("details", has=guest.page.locator(f"form[action$='/{deed}/']"))
    details.locator("summary").click()
    return details


def test_a_day_of_an_agent(agent):
    case, page = not_told(agent), agent.page
    agent.open("/console/")
    agent.press("nav >> text=Cases")
    assert page.locator("tbody tr").count() == 1

    agent.press("text=Take the next case")
    assert page.locator(".notice").inner_text() == f"{case.reference} is yours now."
    assert "Yes, once: NT$1,279" in page.locator(".say").inner_text()
    assert "有，已扣款一次" in page.locator(".say").inner_text()

    page.get_by_label("New note").fill("The shop's duty officer looks at it.")
    agent.press("text=Keep the note")
    assert "duty officer" in page.locator(".case-notes").inner_text()

    form = open_form(agent, "hand-over")
    form.get_by_label("Hand over to", exact=True).select_option("operators")
    form.get_by_label("What they need to know").fill("Please ask the platform's operations.")
    agent.press("text=Hand it over")
    assert f"Handed over: {agent.name} → queue Operators" in page.locator(".events").inner_text()

    agent.press("text=Take it")
    form = open_form(agent, "close")
    form.get_by_label("Closed as").select_option("platform")
    form.get_by_label("In your words").fill("They have it.")
    agent.press("text=Close it")
    assert "Closed" in page.locator(".case-state").inner_text()
    case.refresh_from_db()
    assert (case.status, case.owner, case.closed_as) == ("closed", f"staff:{agent.name}", "platform")


def test_what_an_agent_must_not_do(agent):
    case, page = closed_account(agent), agent.page
    agent.open(f"/console/cases/{case.pk}/")
    assert "Money hangs on it" in page.locator("main").inner_text()

    form = open_form(agent, "hand-over")
    assert form.locator("option").all_inner_texts() == ["Agents", "Supervisors", "Operators"]
    # Another person is no choice even for who changes the page.
    form.locator("select").evaluate("one => { one.options[0].value = 'staff:bob'; one.selectedIndex = 0; }")
    form.get_by_label("What they need to know").fill("take this")
    agent.press("text=Hand it over")
    assert "not one of the available choices" in page.locator("main").inner_text()

    agent.open(f"/console/cases/{case.pk}/")
    form = open_form(agent, "close")
    form.get_by_label("In your words").fill("enough")
    agent.press("text=Close it")
    assert "This case can't be closed yet" in page.locator("[role=alert]").inner_text()

    case.refresh_from_db()
    assert (case.status, case.owner, case.handled) == ("open", "customer-service", 0)
    assert page.locator("nav >> text=Approvals").count() == 0


def test_a_new_case_appears_in_a_list_that_stands_open(agent):
    page = agent.page
    agent.open("/console/cases/?view=role")
    assert page.locator(".empty").count() == 1

    case = not_told(agent)
    page.locator(f"#{case.reference}").wait_for()

    assert page.locator("#desk-said").inner_text() == "The list has changed: 1 case."
    assert page.url.endswith("?view=role")


def test_the_navigation_counts_what_waits(agent):
    not_told(agent)
    agent.open("/console/cases/board/")

    agent.page.locator(".desk-nav .count").wait_for()

    assert agent.page.locator(".desk-nav .count").inner_text().split() == ["1", "waiting"]


def test_without_a_script_a_case_is_taken_and_closed_all_the_same(browser, house):
    guest = guest_of(browser, house, "en", java_script_enabled=False)
    guest.as_staff("agent")
    case = not_told(guest)
    guest.open("/console/cases/")

    guest.press("text=Take the next case")
    details = guest.page.locator("details", has=guest.page.locator("form[action$='/close/']"))
    details.locator("summary").click()
    details.get_by_label("In your words").fill("They have it.")
    guest.press("text=Close it")

    assert Case.objects.get(pk=case.pk).status == "closed"
    guest.context.close()


def test_a_customer_asks_and_the_agent_and_the_customer_name_the_same_number(browser, house, agent):
    customer = guest_of(browser, house, "zh-hant")
    payment, case = asked(customer)
    agent.open(f"/console/cases/?number={case.reference}")
    assert agent.page.locator("h1").inner_text().startswith(case.reference)
    assert agent.page.locator(".asked").get_attribute("lang") == "zh-Hant-TW"

    customer.open_wholly(customer.house.charged_link(payment), payment.reference)
    assert case.reference in customer.page.locator("#asked").inner_text()
    operations.close_case(case_id=case.id, reason="told them", at=clock.now(), by="staff:amy")
    customer.page.reload()
    assert "客服已處理完您的問題" in customer.page.locator("#asked").inner_text()

    customer.page.locator("#asked button").click()
    customer.fill(text="平台還是說沒收到。")
    customer.press("main form.card button[type=submit]")
    assert "客服正在為您處理" in customer.page.locator("#asked").inner_text()
    [cause] = customers_asking(limit=10)  # the sweep's next round
    assert (cause.kind, cause.payment) == (Kind.CUSTOMER_ASKED, payment)
    customer.context.close()
