"""Wrong turns on the way to a receipt: back, again, twice, elsewhere, too late. Each ends in words about the money."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.flows.cards import pass_gate_only
from tests.flows.test_promises import TEAPOT, debits

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("stack")]

NOT_CHARGED, CHARGED_ONCE = "Your account was not charged.", "Your account was charged once."
PAID = [("paid", 961, 1, 1)]
_known = {}


@pytest.fixture
def payer(town, visit):
    """Someone whose identity is proved, with the card in the reader; the second account's answers get lost."""
    if not _known:
        _known["payer"] = town.newcomer("pays", "debit_unanswered")
        pass_gate_only(visit, _known["payer"])
    town.insert(_known["payer"])
    return _known["payer"]


@pytest.fixture
def device(browser, town):
    """Makes another device: a browser that shares nothing with the first one. It speaks Chinese."""
    contexts = []

    def another():
        context = browser.new_context(locale="zh-TW", viewport={"width": 320, "height": 720})
        context.add_cookies([{"name": "django_language", "value": "zh-hant", "url": town.portal}])
        contexts.append(context)
        return context.new_page()

    yield another
    for context in contexts:
        context.close()


def to_pay(visit):
    order_number = visit.order(TEAPOT)
    visit.to_pay_page()
    return order_number, visit.page.url


def says(page, title, money):
    expect(page.get_by_role("heading", level=1, name=title)).to_be_visible()
    expect(page.locator(".money")).to_contain_text(money)


def test_back_refresh_and_the_old_address_show_the_receipt(town, visit, payer):
    order_number, link = to_pay(visit)
    visit.confirm(payer)
    visit.expect_receipt()

    visit.page.reload()
    says(visit.page, "Your order is paid", CHARGED_ONCE)
    visit.page.goto(link)
    says(visit.page, "Your order is paid", CHARGED_ONCE)
    visit.page.go_back()
    visit.page.go_forward()
    says(visit.page, "Your order is paid", CHARGED_ONCE)
    expect(visit.page.locator("#password")).to_have_count(0)
    assert debits(town, order_number) == PAID


def test_two_clicks_on_confirm_are_one_payment(town, visit, payer):
    order_number, _ = to_pay(visit)
    visit.page.locator(".accounts input[value='0']").check(force=True)
    visit.page.get_by_label("Picture code", exact=True).fill(visit.read_picture())
    visit.page.get_by_label("Password of the card").fill(payer.password)

    visit.page.locator("#pay-confirm").dblclick()

    visit.expect_receipt()
    assert debits(town, order_number) == PAID
    assert attempts(town, order_number) == 1


def test_a_second_tab_that_was_open_finds_the_receipt_when_it_confirms(town, visit, payer):
    order_number, link = to_pay(visit)
    second = type(visit)(town, visit.page.context.new_page())
    second.page.route("**/pay/**", asked_too_early)
    second.page.goto(link)
    expect(second.page.locator(".accounts input").first).to_be_attached()
    visit.confirm(payer)
    visit.expect_receipt()

    second.confirm(payer)

    says(second.page, "Your order is paid", CHARGED_ONCE)
    assert debits(town, order_number) == PAID
    assert attempts(town, order_number) == 1


def test_a_second_tab_that_is_looked_at_again_shows_the_receipt_by_itself(town, visit, payer):
    order_number, link = to_pay(visit)
    second = visit.page.context.new_page()
    second.goto(link)
    expect(second.locator(".accounts input").first).to_be_attached()
    come_back = "document.dispatchEvent(new Event('visibilitychange'))"
    with second.expect_response(lambda answer: answer.request.method == "HEAD") as looked:
        second.evaluate(come_back)
    assert looked.value.status == 200
    expect(second.locator("#password")).to_be_visible()
    visit.confirm(payer)
    visit.expect_receipt()

    second.evaluate(come_back)

    says(second, "Your order is paid", CHARGED_ONCE)
    assert attempts(town, order_number) == 1


def test_a_second_tab_in_view_all_the_time_shows_the_receipt_by_itself(town, visit, payer):
    order_number, link = to_pay(visit)
    second = visit.page.context.new_page()
    second.clock.install()
    second.goto(link)
    expect(second.locator(".accounts input").first).to_be_attached()
    visit.confirm(payer)
    visit.expect_receipt()
    expect(second.locator("#password")).to_be_visible()

    second.clock.run_for(30_000)

    says(second, "Your order is paid", CHARGED_ONCE)
    assert attempts(town, order_number) == 1


@pytest.mark.parametrize("event", ["focus", "visibilitychange"])
def test_a_tab_that_is_turned_to_again_shows_what_became_of_the_order(town, visit, event):
    order_number, _ = to_pay(visit)
    shop = type(visit)(town, visit.page.context.new_page())
    shop.open_shop_order(order_number)
    shop.page.get_by_role("button", name="Cancel the order").click()
    visit.until(lambda: debits(town, order_number) == [("cancelled", 961, 0, 0)])

    target = "window" if event == "focus" else "document"
    with visit.page.expect_request(lambda request: request.method == "HEAD", timeout=10_000):
        visit.page.evaluate(f"{target}.dispatchEvent(new Event('{event}'))")

    says(visit.page, "This order was cancelled", NOT_CHARGED)


def test_a_tab_that_nobody_looks_at_asks_nothing_until_its_time_is_over(town, visit):
    order_number, link = to_pay(visit)
    page, asked = visit.page.context.new_page(), []
    page.add_init_script("Object.defineProperty(document, 'visibilityState', { get: () => 'hidden' })")
    page.on("request", lambda request: asked.append(request.url) if request.method == "HEAD" else None)
    page.clock.install()
    page.goto(link)
    expect(page.locator("#password")).to_be_attached()
    seconds = int(page.locator("#pay").get_attribute("data-payable-seconds"))
    page.clock.fast_forward((seconds - 60) * 1000)
    page.evaluate("0")
    assert asked == []
    town.advance(advance_seconds=seconds, stops=False)

    page.clock.fast_forward(120_000)

    says(page, "The time to pay this order is over", NOT_CHARGED)
    assert debits(town, order_number)[0][2:] == (0, 0)


def test_a_card_put_into_a_page_of_a_cancelled_order_brings_the_news_before_anything_is_typed(town, visit, payer):
    order_number, _ = to_pay(visit)
    expect(visit.page.locator(".accounts input").first).to_be_attached()
    town.take_out()
    expect(visit.page.locator("#device-card")).to_have_class("wait")
    shop = type(visit)(town, visit.page.context.new_page())
    shop.open_shop_order(order_number)
    shop.page.get_by_role("button", name="Cancel the order").click()
    visit.until(lambda: debits(town, order_number) == [("cancelled", 961, 0, 0)])

    town.insert(payer)

    says(visit.page, "This order was cancelled", NOT_CHARGED)
    assert debits(town, order_number) == [("cancelled", 961, 0, 0)]


def test_a_link_that_was_replaced_says_what_became_of_the_order(town, visit, payer):
    order_number, former = to_pay(visit)
    old = visit.page.context.new_page()
    old.goto(former)
    visit.pay_again(order_number)

    old.reload()
    says(old, "The shop has sent you here again since", NOT_CHARGED)
    visit.confirm(payer)
    visit.expect_receipt()
    old.reload()
    says(old, "This order was paid in another window", CHARGED_ONCE)
    assert debits(town, order_number) == PAID


def test_an_order_cancelled_at_the_shop_while_the_page_is_open_is_not_charged(town, visit, payer):
    visit.page.route("**/pay/**", asked_too_early)
    order_number, link = to_pay(visit)
    shop = type(visit)(town, visit.page.context.new_page())
    shop.open_shop_order(order_number)
    shop.page.get_by_role("button", name="Cancel the order").click()
    visit.until(lambda: debits(town, order_number) == [("cancelled", 961, 0, 0)])

    visit.confirm(payer)

    says(visit.page, "This order was cancelled", NOT_CHARGED)
    expect(visit.page.locator("#password")).to_have_count(0)
    visit.page.goto(link)
    says(visit.page, "This order was cancelled", NOT_CHARGED)
    assert debits(town, order_number) == [("cancelled", 961, 0, 0)]


def test_a_lost_answer_is_waited_for_in_words_and_turns_into_the_receipt_on_every_device(town, visit, payer, device):
    order_number, link = to_pay(visit)
    visit.confirm(payer, account=payer.accounts[1])
    says(visit.page, "Your payment is being confirmed", "It is charged once at most.")
    news = visit.page.get_by_role("status").filter(has_text="The bank is asked again at")
    expect(news).to_have_text(re.compile(r"The bank is asked again at \d\d:\d\d:\d\d\."))
    expect(visit.page.locator("progress, .waiting")).to_have_count(0)
    other = device()
    other.goto(link)
    says(other, "您的付款正在確認中", "最多只會扣款一次")
    assert debits(town, order_number)[0][0] == "unknown"

    town.advance(advance_seconds=125)

    says(visit.page, "Your order is paid", CHARGED_ONCE)
    expect(other.get_by_role("heading", level=1, name="您的訂單已完成付款")).to_be_visible()
    assert other.evaluate("document.documentElement.scrollWidth") <= 320
    assert debits(town, order_number) == PAID


def test_looking_back_again_and_again_does_not_make_the_page_ask_more_often(visit, payer, device):
    _, link = to_pay(visit)
    visit.confirm(payer, account=payer.accounts[1])
    expect(visit.page.get_by_role("heading", name="Your payment is being confirmed")).to_be_visible()
    page, asked, answered = device(), [], []
    page.clock.install()
    page.on("request", lambda request: asked.append(request.url) if request.method == "POST" else None)
    page.on("requestfinished", lambda request: answered.append(request.url) if request.method == "POST" else None)
    page.goto(link)
    expect(page.get_by_role("heading", name="您的付款正在確認中")).to_be_visible()

    page.evaluate("for (let time = 0; time < 5; time += 1) document.dispatchEvent(new Event('visibilitychange'))")
    visit.until(lambda: len(answered) == 5)
    page.evaluate("0")  # what follows an answer is done before this is
    page.clock.run_for(4000)
    visit.until(lambda: len(answered) > 5)

    assert len(asked) == 6


def test_without_a_connection_the_page_says_so_and_goes_on_by_itself(town, visit, payer):
    to_pay(visit)
    visit.confirm(payer, account=payer.accounts[1])
    expect(visit.page.get_by_role("heading", name="Your payment is being confirmed")).to_be_visible()

    visit.page.context.set_offline(True)
    expect(visit.page.get_by_role("status").filter(has_text="can't reach us at the moment")).to_be_visible()
    visit.page.context.set_offline(False)

    expect(visit.page.get_by_role("status").filter(has_text="The bank is asked again at")).to_be_visible()
    town.advance(advance_seconds=125)
    visit.expect_receipt()


def test_more_time_for_the_identity_check_is_given_in_place(town, visit):
    payer = town.newcomer()
    to_pay(visit)
    town.insert(payer)
    visit.confirm(payer)
    page = visit.page
    page.clock.install()
    page.locator("input[name=agree]").check()
    page.get_by_role("button", name="Agree and continue").click()
    page.locator("input[name=national_id]").fill(payer.person["national_id"])
    expect(page.get_by_role("alert")).to_have_text("")

    page.clock.fast_forward(26 * 60 * 1000)
    expect(page.get_by_role("alert")).to_contain_text("Do you need more time?")
    page.get_by_role("button", name="Keep it open for half an hour more").press("Enter")

    expect(page.get_by_role("status").filter(has_text="The check is kept open.")).to_be_visible()
    expect(page.get_by_role("alert")).to_have_text("")
    expect(page.get_by_role("button", name="Keep it open for half an hour more")).to_be_focused()
    expect(page.locator("input[name=national_id]")).to_have_value(payer.person["national_id"])


def test_what_is_wrong_with_the_data_gets_the_focus(town, visit):
    payer = town.newcomer()
    to_pay(visit)
    town.insert(payer)
    visit.confirm(payer)

    visit.prove_identity(payer, issue_date="1900-01-01")

    expect(visit.page.locator(".error-summary")).to_be_focused()
    expect(visit.page).to_have_title(re.compile("^Error: "))
    visit.page.keyboard.press("Tab")
    visit.page.keyboard.press("Enter")
    expect(visit.page.locator("input[name=issue_date]")).to_be_focused()


def test_an_order_whose_time_ran_out_while_the_page_was_open_is_not_charged(town, visit, payer):
    visit.page.route("**/pay/**", asked_too_early)
    order_number, link = to_pay(visit)
    town.advance(advance_seconds=12 * 3600 + 60, stops=False)

    visit.confirm(payer)

    says(visit.page, "The time to pay this order is over", NOT_CHARGED)
    expect(visit.page.locator("#password")).to_have_count(0)
    visit.page.goto(link)
    says(visit.page, "The time to pay this order is over", NOT_CHARGED)
    assert debits(town, order_number)[0][2:] == (0, 0)


def asked_too_early(route):
    """The page asks by HEAD whether its order can still be paid, here always a moment before the time is over."""
    if route.request.method == "HEAD":
        route.fulfill(status=200)
    else:
        route.continue_()


def attempts(town, order_number):
    statement = (
        "SELECT count(*) FROM payments_attempt a JOIN payments_payment p ON p.id = a.payment_id WHERE order_number = %s"
    )
    return town.query(statement, order_number)[0][0]
