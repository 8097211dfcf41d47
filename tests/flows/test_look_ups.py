"""Was I charged, and where is my refund: a person without a log-in, in a browser, with a code by SMS or without one."""

from __future__ import annotations

import contextlib
import io
import re

import psycopg
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect
from pypdf import PdfReader

from tests.flows.town import code_in

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("stack")]

TEAPOT = "Clay teapot"  # NT$951: charge 10, final 961
WORDS = {
    "en-GB": {
        "charged": "Yes, you were charged once",
        "opened": "Yes, once: NT$961",
        "send": "Send me a code",
        "enter": "Enter the code from the SMS",
        "wrong": "Tries left: 4.",
        "paper": "Final amount paid",
        "note": "Refund note",
        "hidden": "Show everything with an SMS code",
        "ended": "This look-up has ended",
        "accepted": "Your refund is accepted",
        "holiday": "Weekend",
    },
    "zh-TW": {
        "charged": "有，已扣款一次",
        "opened": "NT$961",
        "send": "傳送驗證碼給我",
        "enter": "輸入簡訊驗證碼",
        "wrong": "4",
        "paper": "最終付款金額",
        "note": "退款通知單",
        "hidden": "以簡訊驗證碼顯示完整內容",
        "ended": "查詢已結束",
        "accepted": "您的退款已受理",
        "holiday": "週末",
    },
}


@pytest.fixture(scope="module")
def known():
    """The regular customer of this module, once there is one: who has passed the gate pays in half the time."""
    return []


@pytest.fixture
def bought(town, visit, known):
    """A regular customer who has just paid for a teapot: the payer and the order's number."""
    if not known:
        known.append(town.newcomer())
        return known[0], visit.pay_first_time(known[0], TEAPOT)
    order_number = visit.order(TEAPOT)
    town.insert(known[0])
    visit.to_pay_page()
    visit.confirm(known[0])
    visit.expect_receipt()
    return known[0], order_number


class Looker:
    """A person before a look-up page, in one language."""

    def __init__(self, town, browser, payer, order_number, locale="en-GB", **context):
        self.town, self.payer, self.order_number, self.words = town, payer, order_number, WORDS[locale]
        self.context = browser.new_context(locale=locale, viewport={"width": 1280, "height": 900}, **context)
        self.page = self.context.new_page()

    def look_up(self, where="was-i-charged"):
        self.page.goto(f"{self.town.portal}/{where}/")
        self.page.locator("input[name=order_number]").fill(self.order_number)
        self.page.locator("input[name=account_last4]").fill(self.payer.accounts[0][-4:])
        self.page.locator("main form button[type=submit]").first.click()
        self.page.wait_for_url(f"**/{where}/*/")
        return self.page.url

    def ask_for_a_code(self):
        """Press the button; gives the code that arrives."""
        before = self.codes()
        self.page.get_by_role("link", name=self.words["hidden"]).click()
        self.page.get_by_role("button", name=self.words["send"]).click()
        expect(self.page.locator("input[name=code]")).to_be_visible()
        return self.newest_code(before)

    def newest_code(self, before):
        for _ in range(300):
            if len(self.codes()) > len(before):
                return self.codes()[0]
            self.page.wait_for_timeout(200)
        raise AssertionError("no message with a code arrived")

    def codes(self):
        return [code for text in self.town.messages(self.payer.person["phone"]) if (code := code_in(text))]

    def enter(self, code):
        self.page.locator("input[name=code]").fill(code)
        self.page.locator("form:has(input[name=code]) button[type=submit]").click()

    def download(self, link):
        with self.page.expect_download() as started:
            link.click()
        with open(started.value.path(), "rb") as file:
            pages = PdfReader(io.BytesIO(file.read())).pages
        return started.value.suggested_filename, "".join("".join(page.extract_text().split()) for page in pages)

    def text(self):
        return self.page.locator("main").inner_text()


@pytest.fixture
def looker(town, browser, bought):
    made = []

    def make(locale="en-GB", **context):
        made.append(Looker(town, browser, *bought, locale, **context))
        return made[-1]

    yield make
    for one in made:
        one.context.close()


@pytest.mark.parametrize("locale", ["en-GB", "zh-TW"])
def test_was_i_charged_from_the_two_numbers_to_the_receipt(looker, locale):
    me = looker(locale)
    me.look_up()
    expect(me.page.get_by_role("heading", name=me.words["charged"])).to_be_visible()
    assert "NT$" not in me.text()
    assert TEAPOT not in me.text()

    code = me.ask_for_a_code()
    me.enter(f"{(int(code) + 1) % 10**6:06d}")
    expect(me.page.locator(".error-summary")).to_contain_text(me.words["wrong"])
    me.enter(" ".join(code.translate({ord("0") + n: ord("０") + n for n in range(10)})))

    expect(me.page.get_by_role("heading", level=1)).to_contain_text(me.words["opened"])
    name, paper = me.download(me.page.locator("a[href$='receipt.pdf']"))
    assert re.fullmatch(r"Outpost-receipt-PAY-\w{14}\.pdf", name)
    for shown in (me.words["paper"], "NT$961", "NT$951", me.order_number, me.payer.accounts[0][-4:]):
        assert "".join(shown.split()) in paper
    assert me.payer.accounts[0] not in paper
    assert barriers(me.page) == []


@pytest.mark.parametrize("locale", ["en-GB", "zh-TW"])
def test_refund_progress_from_the_two_numbers_to_the_note(visit, looker, bought, locale):
    _, order_number = bought
    refund(visit, order_number)
    me = looker(locale)
    me.look_up("refunds")
    expect(me.page.get_by_text(me.words["accepted"])).to_be_visible()
    assert "NT$" not in me.text()
    assert me.page.locator("table.month").count() >= 1
    counted = [re.sub(r"\D", "", text) for text in me.page.locator("table.month .day-number").all_inner_texts()]
    assert counted == [str(number) for number in range(1, 11)]
    assert me.words["holiday"] in me.text()

    me.enter(me.ask_for_a_code())

    expect(me.page.get_by_text("NT$961").first).to_be_visible()
    name, paper = me.download(me.page.locator("a[href$='.pdf']"))
    assert re.fullmatch(r"Outpost-refund-RF-\w{14}\.pdf", name)
    for shown in (me.words["note"], "NT$961", order_number):
        assert "".join(shown.split()) in paper
    assert barriers(me.page) == []
    me.page.set_viewport_size({"width": 320, "height": 800})
    assert me.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_from_was_i_charged_to_the_refund_without_typing_again(visit, looker, bought):
    me = looker()
    me.look_up()
    me.page.get_by_role("link", name="Refund progress").last.click()
    expect(me.page.get_by_text("There is no refund of this payment yet")).to_be_visible()
    refund(visit, bought[1])

    me.look_up()
    me.page.locator("main").get_by_role("link", name="Refund progress").click()

    expect(me.page.get_by_text("Your refund is accepted")).to_be_visible()


def test_a_code_that_came_too_late_can_be_asked_for_again(town, looker):
    me = looker()
    me.look_up()
    code = me.ask_for_a_code()
    town.advance(advance_seconds=601)

    me.enter(code)

    expect(me.page.get_by_text("This code is no longer good. Ask for a new one.").first).to_be_visible()
    before = me.codes()
    me.page.get_by_role("button", name="Send me a code").click()
    me.enter(me.newest_code(before))
    expect(me.page.get_by_role("heading", name="Yes, once: NT$961")).to_be_visible()


def test_five_wrong_codes_close_it_and_a_fourth_code_has_to_wait(town, looker):
    me = looker()
    me.look_up()
    code = me.ask_for_a_code()
    for _ in range(5):
        me.enter(f"{(int(code) + 1) % 10**6:06d}")
        expect(me.page.locator(".error-summary")).to_be_visible()
    expect(me.page.get_by_text("entered wrongly too often").first).to_be_visible()

    for _ in range(2):
        town.advance(advance_seconds=61)
        me.page.get_by_role("button", name=re.compile("Send me a code|Send a new code")).click()
        expect(me.page.locator("input[name=code]")).to_be_visible()
    town.advance(advance_seconds=61)
    me.page.get_by_role("button", name="Send a new code").click()

    expect(me.page.get_by_text("No more codes for the moment")).to_be_visible()
    assert "NT$" not in me.text()


def test_without_a_phone_at_the_bank_it_says_whom_to_call(town, looker, bought, known):
    payer, _ = bought
    known.clear()  # nobody pays without a number
    with contextlib.closing(psycopg.connect(town.env["SANDBOX_DATABASE_URL"], autocommit=True)) as sandbox:
        sandbox.execute("UPDATE sandbox_person SET phone = '' WHERE national_id = %s", [payer.person["national_id"]])
    me = looker()
    me.look_up()

    me.page.get_by_role("link", name="Show everything with an SMS code").click()
    me.page.get_by_role("button", name="Send me a code").click()

    expect(me.page.get_by_text("The bank has no mobile number of yours")).to_be_visible()
    expect(me.page.get_by_role("link", name="(02)7705-4306").first).to_be_visible()
    assert barriers(me.page) == []


def test_a_second_device_with_the_copied_address_sees_no_more_than_the_numbers_give(looker):
    me, other = looker(), looker()
    address = me.look_up()
    me.enter(me.ask_for_a_code())
    expect(me.page.get_by_role("heading", name="Yes, once: NT$961")).to_be_visible()

    other.page.goto(address)

    expect(other.page.get_by_role("heading", name="Yes, you were charged once")).to_be_visible()
    assert "NT$" not in other.text()
    me.page.get_by_role("button", name="Hide everything again").click()
    expect(me.page.get_by_role("heading", name="Yes, you were charged once")).to_be_visible()
    assert "NT$" not in me.text()


@pytest.mark.parametrize("locale", ["en-GB", "zh-TW"])
def test_a_look_up_left_open_ends(town, looker, locale):
    me = looker(locale)
    address = me.look_up()
    town.advance(advance_seconds=1801)

    answer = me.page.goto(address)

    assert answer.status == 410
    expect(me.page.get_by_text(me.words["ended"])).to_be_visible()


def test_the_page_warns_before_it_ends_and_gives_more_time(town, looker):
    me = looker()
    me.page.clock.install()
    first = me.look_up()
    warning = me.page.locator(".look-up-warning")
    expect(warning).to_be_hidden()

    me.page.clock.run_for("25:30")
    expect(warning).to_be_visible()
    expect(warning).to_have_text("This page closes in 5 minutes. Do you need more time?")
    expect(me.page.get_by_role("alert").filter(has_text="This page closes")).to_be_visible()
    town.advance(advance_seconds=25 * 60)
    me.page.get_by_role("button", name="Stay longer").click()

    expect(me.page.get_by_role("status")).to_contain_text("You have more time")
    town.advance(advance_seconds=10 * 60)
    answer = me.page.goto(me.page.url.split("?")[0])
    assert answer.status == 200
    assert me.page.goto(first).status == 410


def test_what_is_shown_closes_by_itself_when_the_time_is_over(town, looker):
    me = looker()
    me.page.clock.install()
    me.look_up()
    me.enter(me.ask_for_a_code())
    expect(me.page.get_by_role("heading", name="Yes, once: NT$961")).to_be_visible()
    town.advance(advance_seconds=1801)

    me.page.clock.run_for("30:05")

    expect(me.page.get_by_text("This look-up has ended")).to_be_visible()
    assert "NT$" not in me.text()


def test_all_of_it_works_without_scripts(looker):
    me = looker(java_script_enabled=False)
    me.look_up()
    me.enter(me.ask_for_a_code())
    expect(me.page.get_by_role("heading", name="Yes, once: NT$961")).to_be_visible()

    me.page.get_by_role("button", name="Stay longer").click()

    expect(me.page.get_by_role("heading", name="Yes, once: NT$961")).to_be_visible()
    expect(me.page.get_by_role("status")).to_contain_text("You have more time")


def test_a_question_opens_from_its_address_and_prints_with_all_answers(town, visit):
    page = visit.page
    page.goto(f"{town.portal}/help/#refund")

    expect(page.get_by_text("the money goes back to the account that paid within 7 to 10 working days")).to_be_visible()
    expect(page.get_by_text("That is fraud.")).to_be_hidden()
    page.goto(f"{town.portal}/help/")
    printed = "".join("".join(sheet.extract_text().split()) for sheet in PdfReader(io.BytesIO(page.pdf())).pages)
    assert "Thatisfraud." in printed
    assert "within7to10workingdays" in printed


def barriers(page):
    """What axe finds wrong; the page's own policy would keep the checker out, so it is checked as it stands."""
    return [violation["id"] for violation in Axe().run(page).response["violations"]]


def refund(visit, order_number):
    """Ask at the shop, and the seller confirms."""
    visit.expect_shop_says(order_number, "Paid")
    visit.page.get_by_role("button", name="Ask for a refund").click()
    visit.page.get_by_role("button", name="Seller: confirm").click()
    expect(visit.page.locator("[data-refund-status]")).to_have_attribute("data-refund-status", "accepted")
