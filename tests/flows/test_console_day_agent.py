"""The day of an agent, in Chinese: from the door to the last case; and what an agent tries in vain."""

from __future__ import annotations

import time

import pytest

from audit.models import Record
from common import clock
from notifications.models import Retelling
from staff.signatures import STEP_SECONDS, code_at
from staff.tests.factories import APP_SECRET, PASSWORD, make_staff
from support import operations
from support.models import Case
from support.states import ENDS_WITH_ITS_CAUSE, Kind
from support.watch import Cause
from tests.flows.days import moved_since, person_of, rows_now
from tests.flows.gallery import guest_of
from tests.flows.screens import charged
from tests.flows.screens.console_cases import not_told

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("house-zh-hant")]


@pytest.fixture(autouse=True)
def nothing_waits(house):
    for case in Case.objects.open().exclude(kind__in=ENDS_WITH_ITS_CAUSE):
        operations.close_case(case_id=case.id, reason="left by another test", at=clock.now(), by="test")


@pytest.fixture
def agent(browser, house):
    person = person_of(browser, house, "agent", "zh-hant")
    yield person
    person.guest.context.close()


def case_of(payment) -> Case:
    return operations.open_case(cause=Cause(Kind.NOT_TOLD, payment=payment), at=clock.now(), by="sweep")


def test_a_day_of_an_agent_from_the_door_to_the_last_case(browser, house):
    make_staff("amy", "agent")
    amy = guest_of(browser, house, "zh-hant")
    page, payment = amy.page, charged.told_in_vain(amy)
    case = case_of(payment)

    amy.open("/console/cases/")
    amy.fill(username="amy", password=PASSWORD)
    amy.press("main form button")
    amy.fill(code=code_at(APP_SECRET, int(time.time()) // STEP_SECONDS))
    amy.press("main form:has([name=code]) button")
    offered = [text.split()[0] for text in page.locator(".desk-nav a").all_inner_texts()]
    assert offered == ["總覽", "查詢付款", "案件", "退款行事曆", "參考資料", "我的帳號"]

    amy.press("text=接手下一件")
    assert page.locator(".notice").first.inner_text() == f"{case.reference} 現由您負責。"
    amy.press(f"main a:text-is('{payment.reference}')")
    say = page.locator(".say-language").first
    assert say.get_attribute("lang") == "zh-Hant-TW"
    assert say.locator(".say-title").inner_text() == "有，已扣款一次：NT$1,279"

    page.locator("details:has(#tell_reason) > summary").click()
    page.locator("#tell_reason").fill("購物平台表示已恢復")
    amy.press("details:has(#tell_reason) button")
    assert "正在重新通知購物平台" in page.locator(".said").inner_text()
    assert Retelling.objects.get(subject=payment.reference).by == "staff:amy"
    assert page.locator("#reveal_field").count() == 0

    amy.press(f".case-list a[href='/console/cases/{case.pk}/']")
    page.locator("#note_text").fill("平台值班人員已回覆，正在處理。")
    amy.press("text=儲存備註")
    assert "平台值班人員" in page.locator(".case-notes").inner_text()
    page.locator("details", has=page.locator("form[action$='/close/']")).locator("summary").click()
    page.locator("#close_closed_as").select_option("platform")
    page.locator("#close_reason").fill("平台已收到通知。")
    amy.press("text=結案此案件")
    assert "案件已結案。" in page.locator(".said").inner_text()
    case.refresh_from_db()
    assert (case.status, case.owner, case.closed_as) == ("closed", "staff:amy", "platform")

    amy.press("text=登出")
    amy.open(f"/console/cases/{case.pk}/")
    assert "/console/login/" in page.url
    amy.context.close()


def test_every_look_and_deed_of_that_day_is_in_the_trail(agent):
    payment = charged.told(agent.guest)
    case = case_of(payment)

    agent.open(f"/console/payment/{payment.reference}/")
    agent.send(f"/console/payment/{payment.reference}/case-file.pdf", {"reason": "客戶來電"})
    agent.send(f"/console/cases/{case.pk}/take/")

    kept = Record.objects.filter(by=agent.by).values_list("action", "role", "reason")
    assert set(kept) >= {
        ("payment.read", "agent", ""),
        ("payment.case_file", "agent", "客戶來電"),
        ("case.taken", "", ""),
    }


@pytest.mark.parametrize("reason", ["", "   "])
@pytest.mark.parametrize("deed", ["tell/", "ask/", "case-file.pdf"])
def test_no_deed_on_a_payment_without_a_reason(agent, deed, reason):
    payment = charged.told_in_vain(agent.guest)
    agent.open(f"/console/payment/{payment.reference}/")
    before = rows_now()

    answer = agent.send(f"/console/payment/{payment.reference}/{deed}", {"reason": reason})

    assert "未執行任何動作，請先填寫事由。" in answer.text
    assert moved_since(before) == []


@pytest.mark.parametrize("ended", ["closed", "merged"])
def test_nothing_is_done_with_a_case_that_has_ended(agent, ended):
    payment, at = charged.told_in_vain(agent.guest), clock.now()
    case = case_of(payment)
    other = operations.open_by_hand(
        reference=payment.reference, kind=Kind.QUESTION, words="來電詢問", at=at, by=agent.by
    )
    if ended == "closed":
        operations.close_case(case_id=case.id, reason="已說明", at=at, by=agent.by)
    else:
        operations.merge_case(case_id=case.id, into=other.reference, reason="同一件事", at=at, by=agent.by)
    agent.open(f"/console/cases/{case.pk}/")
    offered = {one.get_attribute("action").split("/")[-2] for one in agent.page.locator("main form").all()}
    before = rows_now()

    answers = [
        agent.send(f"/console/cases/{case.pk}/{deed}/", form)
        for deed, form in {
            "take": {},
            "hand-over": {"to": "operators", "text": "請處理"},
            "priority": {"priority": "1", "reason": "很急"},
            "merge": {"into": other.reference, "reason": "同一件事"},
            "close": {"closed_as": "settled", "reason": "再結一次"},
        }.items()
    ]

    assert offered == {"note", "reopen"}
    assert moved_since(before) == []
    assert {answer.status for answer in answers} <= {409, 422}
    assert "此案件已結案" in answers[0].text


def test_a_case_in_other_hands_and_words_that_are_a_customers_number_are_refused(agent):
    case, at = not_told(agent.guest), clock.now()
    operations.take_case(case_id=case.id, at=at, by="staff:bob")
    agent.open(f"/console/cases/{case.pk}/")
    assert agent.page.locator("form[action$='/take/']").count() == 0
    before = rows_now()

    taken = agent.send(f"/console/cases/{case.pk}/take/")
    noted = agent.send(f"/console/cases/{case.pk}/note/", {"text": f"帳號 {case.payment.account.number}"})

    assert (taken.status, noted.status) == (409, 422)
    assert moved_since(before) == []


@pytest.mark.parametrize(
    "path",
    [
        "/console/approvals/",
        "/console/reports/",
        "/console/audit-trail/",
        "/console/staff/",
        "/console/payments/payment/",
    ],
)
def test_pages_of_other_roles_say_so_in_plain_words(agent, path):
    agent.open("/console/")

    assert agent.page.locator(f"a[href='{path}']").count() == 0
    assert agent.type_address(path) == 403
    assert "您" in agent.text("body")
