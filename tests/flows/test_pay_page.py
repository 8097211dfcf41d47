"""Every turn that paying can take between page, component and card: what is said, where it ends, and that nothing is charged."""

from __future__ import annotations

import hashlib
import json
import re

import pytest
from playwright.sync_api import expect

from tests.flows.desk import PASSWORD, Desk, HesitatingCard, fill, in_its_place, nothing_in_its_place, without_script
from tests.flows.town import PATIENCE_MS

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("stack")]

BOTH = pytest.mark.parametrize("locale", ["en-GB", "zh-TW"])


@pytest.fixture
def desk(stack):
    desk = Desk(stack)
    yield desk
    desk.pull_out()


@pytest.fixture
def open_pay_page(town, visit, new_context):
    """Orders, and opens the order's pay page in a browser of that language. What it sent is kept in `page.sent`."""

    def open_page(locale="en-GB", *, context=None, **options):
        visit.order("Clay teapot")
        visit.to_pay_page()
        made = context or new_context(locale=locale, **({"viewport": {"width": 1280, "height": 900}} | options))
        language = "zh-hant" if locale == "zh-TW" else "en"  # as chosen on the page; else the shop's word counts
        made.add_cookies([{"name": "django_language", "value": language, "url": town.portal}])
        page = made.new_page()
        page.set_default_timeout(PATIENCE_MS)
        page.sent = []
        page.on("request", lambda request: page.sent.append((request.method, request.url, request.post_data or "")))
        page.goto(visit.page.url)
        return page

    return open_page


def until(page, condition):
    """Ask the page again and again; `wait_for_function` would need an eval, which the page's policy forbids."""
    for _ in range(PATIENCE_MS // 100):
        if page.evaluate(condition):
            return
        page.wait_for_timeout(100)
    raise AssertionError(f"never came true: {condition}")


def picture(town, page):
    return town.picture_answer(page.locator("#pay").get_attribute("data-picture"))


def wait_for_accounts(page):
    expect(page.locator("#account-choice")).to_be_visible()


def sign_with(town, page, password):
    wait_for_accounts(page)
    fill(page, picture(town, page), password)
    page.locator("#pay-confirm").click()


def sent_to(page, name):
    return [data for method, url, data in page.sent if method == "POST" and url.endswith(f"/{name}")]


def expect_stopped(page, reason):
    page.wait_for_url(re.compile(rf"/pay/[^/]+/[^/]+/stopped/{reason}/$"))


def assert_nothing_was_asked_of_the_bank(town, page):
    """Nothing was sent to confirm, and the order is as it was."""
    reference = page.url.split("/pay/")[1].split("/")[0]
    assert sent_to(page, "confirm") == []
    found = town.query(
        """SELECT p.status, (SELECT count(*) FROM payments_attempt a WHERE a.payment_id = p.id)
           FROM payments_payment p WHERE p.reference = %s""",
        reference,
    )
    assert found == [("created", 0)]


# ---------- connecting browser and component ----------


def number_shown(page):
    """What the component's own page shows after the link was pressed."""
    with page.context.expect_page() as opened:
        page.locator("[data-pairing=show]").click()
    own = opened.value
    number = re.sub(r"\D", "", own.locator(".digits").inner_text())
    own.close()
    return number


def type_number(page, number):
    page.locator("#pairing-code").fill(number)
    page.locator("[data-pairing=form] button").click()


@pytest.mark.parametrize(
    ("locale", "head", "wrong", "ended"),
    [
        ("en-GB", "Connect this browser with the component, once", "Tries left: 2.", "This number is no longer valid."),
        ("zh-TW", "將此瀏覽器與元件連結（只需一次）", "還可再試 2 次", "此號碼已失效"),
    ],
)
def test_a_browser_is_connected_once_by_a_number_carried_over(town, browser, open_pay_page, locale, head, wrong, ended):
    payer = town.newcomer()
    context = browser.new_context(locale=locale)
    page = open_pay_page(locale, context=context)
    expect(page.get_by_role("heading", name=head)).to_be_visible()
    expect(page.locator("#password")).to_be_hidden()

    type_number(page, "12")
    expect(page.locator("#pairing-error")).to_be_visible()
    number = number_shown(page)
    false = f"{(int(number) + 1) % 10_000:04d}"
    type_number(page, false)
    expect(page.locator("#pairing-error")).to_contain_text(wrong)
    expect(page.locator("#pairing-code")).to_be_focused()
    for _ in range(2):
        type_number(page, false)
    expect(page.locator("#pairing-error")).to_contain_text(ended)
    type_number(page, number_shown(page))

    expect(page.get_by_role("heading", name=head)).to_be_hidden()
    expect(page.locator("#device-component")).to_have_class("ok")
    expect(page.locator("#account")).to_be_focused()
    town.insert(payer)
    wait_for_accounts(page)
    page.reload()
    wait_for_accounts(page)
    expect(page.get_by_role("heading", name=head)).to_be_hidden()
    context.close()


def test_a_tab_that_was_open_meanwhile_is_connected_too(browser, visit, open_pay_page):
    context = browser.new_context(locale="en-GB")
    page = open_pay_page(context=context)
    other = context.new_page()
    other.goto(page.url)
    expect(other.locator("#pairing")).to_be_visible()

    type_number(page, number_shown(page))

    expect(other.locator("#pairing")).to_be_hidden()
    expect(other.locator("#device-component")).to_have_class("ok")
    context.close()


def test_no_password_reaches_a_component_that_cannot_prove_itself(stack, town, desk, open_pay_page, tmp_path):
    """Somebody else's component listens on the port: the browser knows that it is not its own."""
    desk.insert(HesitatingCard())
    with in_its_place(stack, "ours", state=tmp_path / "theirs"):
        page = open_pay_page()
        frames = []
        page.on("websocket", lambda socket: socket.on("framesent", lambda frame: frames.append(frame)))  # noqa: PLW0108 - a builtin can't be a listener
        page.reload()

        expect(page.locator("#pairing")).to_contain_text("This is not the component that your browser knows")
        expect(page.locator("#device-component")).to_have_class("problem")
        expect(page.locator("#password")).to_be_hidden()
        assert {json.loads(frame)["type"] for frame in frames} == {"hello"}
        assert stack.pairing["secret"] not in "".join(frames)

        type_number(page, number_shown(page))
        expect(page.locator("#pairing")).to_be_hidden()
        wait_for_accounts(page)


def test_a_component_that_is_another_one_of_a_sudden_stops_the_payment(stack, town, desk, open_pay_page, tmp_path):
    page = open_pay_page()
    desk.insert(HesitatingCard())
    wait_for_accounts(page)
    fill(page, picture(town, page), PASSWORD)

    with in_its_place(stack, "ours", state=tmp_path / "theirs"):
        expect_stopped(page, "unproved")
        assert_nothing_was_asked_of_the_bank(town, page)


# ---------- the password ----------


@pytest.mark.parametrize(
    ("locale", "two_left", "too_short"),
    [
        (
            "en-GB",
            "Wrong password. Tries left: 2. Nothing was charged.",
            "Type the password of the card: 6 to 12 digits.",
        ),
        ("zh-TW", "密碼錯誤，尚可嘗試 2 次。您的帳戶並未扣款。", "6 至 12"),
    ],
)
def test_a_wrong_password_says_how_many_tries_are_left_and_the_third_locks(
    town, open_pay_page, locale, two_left, too_short
):
    payer = town.newcomer()
    town.insert(payer)
    page = open_pay_page(locale)
    sign_with(town, page, "1234")
    expect(page.locator("#password-error")).to_contain_text(too_short)
    assert sent_to(page, "prepare") == []

    sign_with(town, page, "000000")
    expect(page.locator("#password-error")).to_contain_text(two_left)
    expect(page.locator("#password")).to_be_focused()
    expect(page.locator("#password")).to_have_value("")
    sign_with(town, page, "000000")
    expect(page.locator("#password-error")).to_contain_text("1")
    sign_with(town, page, "000000")

    expect_stopped(page, "card_locked")
    assert len(sent_to(page, "prepare")) == 1
    assert "000000" not in json.dumps(page.sent)
    assert_nothing_was_asked_of_the_bank(town, page)


def test_a_locked_card_says_so_and_another_card_can_pay(town, desk, open_pay_page):
    payer = town.newcomer()
    town.insert(payer)
    page = open_pay_page()
    for left in ("2", "1"):
        sign_with(town, page, "000000")
        expect(page.locator("#password-error")).to_contain_text(f"Tries left: {left}")
    sign_with(town, page, "000000")
    expect_stopped(page, "card_locked")
    page.get_by_role("link", name="Pay with another card").click()

    expect(page.locator("#device-card")).to_contain_text("Locked")
    expect(page.locator("#account-wait")).to_contain_text("Put in another card")
    page.locator("#pay-confirm").click()
    expect(page.locator("#pay-errors")).to_contain_text("This card is locked.")

    town.insert(town.newcomer())
    wait_for_accounts(page)


# ---------- endings ----------


def test_a_card_pulled_out_while_it_signs(town, desk, open_pay_page):
    page = open_pay_page()
    card = desk.insert(HesitatingCard())
    sign_with(town, page, PASSWORD)
    assert card.is_signing.wait(60)

    desk.pull_out()

    expect_stopped(page, "card_removed")
    assert_nothing_was_asked_of_the_bank(town, page)


def test_another_card_after_the_password_was_typed(town, open_pay_page):
    town.insert(town.newcomer())
    page = open_pay_page()
    wait_for_accounts(page)
    fill(page, picture(town, page), "123456")

    town.insert(town.newcomer())

    expect_stopped(page, "card_swapped")
    assert_nothing_was_asked_of_the_bank(town, page)


def test_the_same_card_again_only_costs_the_typed_password(town, open_pay_page):
    payer = town.newcomer()
    town.insert(payer)
    page = open_pay_page()
    wait_for_accounts(page)
    fill(page, picture(town, page), payer.password)

    town.take_out()
    expect(page.locator("#device-card")).to_contain_text("No card")
    expect(page.locator("#password")).to_have_value("")
    town.insert(payer)

    wait_for_accounts(page)
    assert "/stopped/" not in page.url


@pytest.mark.parametrize(
    ("locale", "says", "says_then"),
    [
        (
            "en-GB",
            "The card was taken out. Nothing was charged. Put it in again and type its password again.",
            "The card is back. Please type the password again.",
        ),
        (
            "zh-TW",
            "卡片已取出。您的帳戶並未扣款。請重新插入卡片，並再次輸入卡片密碼。",
            "卡片已就緒，請再次輸入卡片密碼。",
        ),
    ],
)
def test_a_card_taken_out_while_its_password_is_typed_is_said_beside_the_password(
    town, open_pay_page, locale, says, says_then
):
    payer = town.newcomer("pays", "pays", "pays")
    town.insert(payer)
    page = open_pay_page(locale)
    wait_for_accounts(page)
    fill(page, picture(town, page), "123")
    height = page.locator("#account").bounding_box()["height"]

    town.take_out()

    expect(page.locator("#pay-status")).to_have_text(says)
    expect(page.locator("#password")).to_be_focused()
    expect(page.locator("#account-choice")).to_be_hidden()
    assert page.locator("#account").bounding_box()["height"] == pytest.approx(height, abs=1)
    town.insert(payer)
    wait_for_accounts(page)
    expect(page.locator("#pay-status")).to_have_text(says_then)
    page.locator("#password").fill("1")
    expect(page.locator("#pay-status")).to_have_text("")
    assert_nothing_was_asked_of_the_bank(town, page)


def test_a_reader_that_is_gone_while_the_password_is_typed_is_not_called_a_card_taken_out(stack, town, open_pay_page):
    town.insert(town.newcomer())
    page = open_pay_page()
    wait_for_accounts(page)
    fill(page, picture(town, page), "123")

    with nothing_in_its_place(stack):
        expect(page.locator("#pay-status")).to_contain_text("The card can't be reached. Nothing was charged.")


def test_what_was_missing_is_no_error_any_more_when_it_is_there(town, open_pay_page):
    page = open_pay_page()
    expect(page.locator("#device-card")).to_have_class("wait")
    page.locator("#pay-confirm").click()
    expect(page.locator("#pay-errors")).to_contain_text("Put a card into the reader first.")

    town.insert(town.newcomer("pays", "pays"))
    wait_for_accounts(page)

    expect(page.locator("#pay-errors")).to_be_hidden()
    page.locator("#pay-confirm").click()
    expect(page.locator("#pay-errors")).to_contain_text("Choose the account to pay from.")
    page.locator(".accounts input").first.check(force=True)
    expect(page.locator("#pay-errors")).to_be_hidden()


def test_no_sentence_says_that_nothing_is_charged_while_that_is_being_decided(town, desk, open_pay_page):
    page = open_pay_page()
    card = desk.insert(HesitatingCard())
    card.may_go_on.set()
    held = []
    page.route("**/confirm", lambda route: held.append(route))  # noqa: PLW0108 - a builtin can't be a listener
    sign_with(town, page, "000000")
    expect(page.locator("#password-error")).to_be_visible()
    expect(page.locator("#pay-leave")).to_be_visible()
    card.may_go_on.clear()

    sign_with(town, page, PASSWORD)
    assert card.is_signing.wait(60)
    expect(page.locator("#pay-leave")).to_be_hidden()
    card.may_go_on.set()
    expect(page.locator("#pay-digest")).to_be_visible()
    expect(page.locator("#pay-leave")).to_be_hidden()
    said = {"code": "bank_declined", "title": "The bank said no", "detail": "Not charged.", "money_moved": "no"}
    until(page, "document.getElementById('pay-status').textContent !== ''")
    held[0].fulfill(status=402, json=said)

    expect(page.locator("#pay-errors")).to_contain_text("The bank said no")
    expect(page.locator("#pay-leave")).to_be_visible()


def test_the_payer_cancels_while_the_card_signs(town, desk, open_pay_page):
    page = open_pay_page()
    card = desk.insert(HesitatingCard())
    sign_with(town, page, PASSWORD)
    assert card.is_signing.wait(60)
    expect(page.locator("#pay-status")).to_have_text("The card is confirming. Leave it in the reader.")

    page.get_by_role("button", name="Cancel").click()

    expect_stopped(page, "cancelled")
    assert_nothing_was_asked_of_the_bank(town, page)


def test_a_card_that_says_nothing_for_too_long(stack, town, desk, open_pay_page):
    with in_its_place(stack, "impatient"):
        page = open_pay_page()
        desk.insert(HesitatingCard())
        sign_with(town, page, PASSWORD)

        expect_stopped(page, "timed_out")
        assert_nothing_was_asked_of_the_bank(town, page)


def test_a_component_that_ends_while_the_card_signs(stack, town, desk, open_pay_page):
    page = open_pay_page()
    card = desk.insert(HesitatingCard())
    sign_with(town, page, PASSWORD)
    assert card.is_signing.wait(60)

    with nothing_in_its_place(stack):
        expect_stopped(page, "reader_lost")
        assert_nothing_was_asked_of_the_bank(town, page)


@pytest.mark.parametrize(
    "change",
    [
        "document.querySelector('[data-shown=final_amount_minor]').textContent = 'NT$96'",
        "document.querySelector('[data-shown=button]').textContent = 'Confirm and pay NT$9'",
        "document.querySelector('[data-shown=order_number]').textContent = 'TB0'",
        "document.querySelector('[data-shown=rate]').textContent = '1 CNY = NT$4.4967'",
        "document.querySelector('[data-shown=discount_minor]').remove()",
        "document.querySelector('.amount tbody').insertAdjacentHTML('beforeend', '<tr><th>Bonus</th><td>NT$1</td></tr>')",
    ],
)
def test_an_order_changed_on_the_page_is_never_signed(town, desk, open_pay_page, change):
    page = open_pay_page()
    card = desk.insert(HesitatingCard())
    wait_for_accounts(page)
    page.evaluate(change)
    sign_with(town, page, PASSWORD)

    expect_stopped(page, "order_changed")
    assert not card.is_signing.is_set()
    assert len(sent_to(page, "prepare")) == 1
    assert_nothing_was_asked_of_the_bank(town, page)


@pytest.mark.parametrize(
    "lie",
    [
        {"order_digest": "0" * 64},
        {"order": {"payment": "PAY-OTHER"}},
        {"order": None},
    ],
)
def test_a_signature_over_another_order_is_never_brought_to_us(stack, town, visit, new_context, open_pay_page, lie):
    """Something between page and component changes what was signed."""
    payer = town.newcomer()
    town.insert(payer)
    context = new_context(locale="en-GB")

    def relay(route):
        server = route.connect_to_server()

        def answered(message):
            told = json.loads(message)
            server_says = told | (lie if "tac" in told else {})
            route.send(json.dumps(server_says))

        server.on_message(answered)

    context.route_web_socket(re.compile(rf":{stack.ports.reader}/v2"), relay)
    page = open_pay_page(context=context)
    sign_with(town, page, payer.password)

    expect_stopped(page, "order_changed")
    assert_nothing_was_asked_of_the_bank(town, page)


# ---------- the way that goes well ----------


@BOTH
def test_while_the_bank_is_asked_the_page_shows_what_the_card_signed(town, open_pay_page, locale):
    payer = town.newcomer()
    town.insert(payer)
    page = open_pay_page(locale)
    held = []
    page.route("**/confirm", lambda route: held.append(route))  # noqa: PLW0108 - a builtin can't be a listener
    sign_with(town, page, payer.password)

    expect(page.locator("#pay-digest code")).to_be_visible()
    until(page, "document.activeElement.id === 'pay-confirm'")
    expect(page.locator("#pay")).to_have_attribute("aria-busy", "true")
    signed = json.loads(held[0].request.post_data)
    order = json.loads(sent_order(town, page))
    assert signed["order_digest"] == hashlib.sha256("\n".join(f"{k}={v}" for k, v in order).encode()).hexdigest()
    mark = page.locator("#pay-digest code").inner_text()
    assert mark == f"{signed['order_digest'][:4]} {signed['order_digest'][4:8]}"
    assert payer.password not in json.dumps(page.sent)
    held[0].continue_()
    page.wait_for_url("**/identity/**")


def sent_order(town, page):
    """The eleven lines of the order, from the portal's own rows."""
    reference = page.url.split("/pay/")[1].split("/")[0]
    ((row,),) = town.query(
        """SELECT json_build_array(
             json_build_array('payment', p.reference), json_build_array('order_number', p.order_number),
             json_build_array('platform', f.code), json_build_array('product_minor', p.product_minor::text),
             json_build_array('shipping_minor', p.shipping_minor::text),
             json_build_array('discount_minor', p.discount_minor::text), json_build_array('currency', p.currency),
             json_build_array('rate', trim(trailing '.' from trim(trailing '0' from p.rate::text))),
             json_build_array('order_amount_minor', p.order_amount_minor::text),
             json_build_array('charge_minor', p.charge_minor::text),
             json_build_array('final_amount_minor', p.final_amount_minor::text))::text
           FROM payments_payment p JOIN platforms_platform f ON f.id = p.platform_id WHERE p.reference = %s""",
        reference,
    )
    return row


def test_pressed_twice_it_is_asked_once(town, open_pay_page):
    payer = town.newcomer()
    town.insert(payer)
    page = open_pay_page()
    wait_for_accounts(page)
    fill(page, picture(town, page), payer.password)

    page.evaluate("for (let i = 0; i < 3; i++) { document.getElementById('pay-confirm').click(); }")

    page.wait_for_url("**/identity/**")
    assert [len(sent_to(page, name)) for name in ("prepare", "confirm")] == [1, 1]


def test_a_wrong_picture_costs_no_password_try_and_brings_a_new_picture(town, desk, open_pay_page):
    page = open_pay_page()
    card = desk.insert(HesitatingCard())
    wait_for_accounts(page)
    first = page.locator("#picture").get_attribute("src")
    fill(page, "not this", PASSWORD)
    page.locator("#pay-confirm").click()

    expect(page.locator("#pay-errors")).to_be_focused()
    assert page.locator("#picture").get_attribute("src") != first
    expect(page.locator("#password")).to_have_value("")
    assert card._memory.load().tries_left == 3
    assert_nothing_was_asked_of_the_bank(town, page)


def test_by_keyboard_alone_the_focus_is_never_lost(town, open_pay_page):
    payer = town.newcomer()
    town.insert(payer)
    page = open_pay_page()
    wait_for_accounts(page)
    page.locator("#account").focus()

    stops = []
    for _ in range(5):
        page.keyboard.press("Tab")
        stops.append(page.evaluate("document.activeElement.id || document.activeElement.name"))
        if stops[-1] == "account":
            page.keyboard.press("Space")
        if stops[-1] == "picture-listen":
            continue
        if stops[-1] == "picture-answer":
            page.keyboard.type(picture(town, page))
    page.keyboard.type(payer.password)
    page.keyboard.press("Tab")
    stops.append(page.evaluate("document.activeElement.id"))
    held = []
    page.route("**/confirm", lambda route: held.append(route))  # noqa: PLW0108 - a builtin can't be a listener
    page.keyboard.press("Enter")

    expect(page.locator("#pay-digest")).to_be_visible()
    assert stops == ["account", "picture-new", "picture-listen", "picture-answer", "password", "pay-confirm"]
    assert page.evaluate("document.activeElement.id") == "pay-confirm"
    held[0].continue_()
    page.wait_for_url("**/identity/**")


# ---------- what is heard ----------

LISTEN = """
addEventListener("DOMContentLoaded", () => {
  window.heard = [];
  const live = "[role=status], [role=alert], [aria-live]";
  new MutationObserver((records) => {
    for (const region of new Set(records.map((r) => (r.target.closest ? r.target : r.target.parentElement).closest(live)))) {
      if (region && region.textContent.trim()) { window.heard.push(region.textContent.trim()); }
    }
  }).observe(document.body, { subtree: true, childList: true, characterData: true });
});
"""


@BOTH
def test_each_change_is_said_once(town, new_context, open_pay_page, locale):
    payer = town.newcomer()
    context = new_context(locale=locale)
    context.add_init_script(LISTEN)
    page = open_pay_page(locale, context=context)
    until(page, "window.heard.length === 1")
    town.insert(payer)
    until(page, "window.heard.length >= 2")
    wait_for_accounts(page)
    town.take_out()
    until(page, "window.heard.length >= 3")

    heard = page.evaluate("window.heard")
    no_card, ready = (
        ("ATM card: No card.", "ATM card: Ready.") if locale == "en-GB" else ("晶片金融卡：無卡片。", "晶片金融卡：")
    )
    assert len(heard) == 3
    assert heard[0] == heard[2]
    assert heard[0].startswith(no_card)
    assert heard[1].startswith(ready)
    assert heard[0] != heard[1]


# ---------- without JavaScript ----------


@pytest.mark.parametrize(
    ("locale", "says", "link"),
    [
        ("en-GB", "Your browser runs no JavaScript on this page", re.compile("how to check it by hand")),
        ("zh-TW", "您的瀏覽器", re.compile("如何自行檢查")),
    ],
)
def test_without_javascript_the_page_says_what_it_is_and_what_to_do(browser, open_pay_page, locale, says, link):
    context = without_script(browser, locale)
    page = open_pay_page(locale, context=context)

    expect(page.get_by_text(says).first).to_be_visible()
    expect(page.get_by_text("NT$961").first).to_be_visible()
    expect(page.locator("#pay")).to_be_hidden()
    page.get_by_role("link", name=link).click()
    expect(page.locator("#remedies")).to_be_visible()
    context.close()


# ---------- weight and steadiness ----------

WATCH_SHIFTS = """
window.shifts = [];
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) {
    window.shifts.push([entry.value, ...entry.sources.map(({ node }) => ((node && node.outerHTML) || "").slice(0, 80))]);
  }
}).observe({ type: "layout-shift", buffered: true });
"""
WEIGHT_MAX = 100_000


def test_the_page_weighs_less_than_a_hundred_kilobytes(new_context, open_pay_page):
    context = new_context(locale="zh-TW")
    page = context.new_page()
    session = context.new_cdp_session(page)
    session.send("Network.enable")
    sizes = []
    session.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    url = open_pay_page().url

    page.goto(url, wait_until="networkidle")

    assert len(sizes) >= 8
    assert sum(sizes) < WEIGHT_MAX, sizes


# Tall, so that nothing that moves is out of sight; the narrow one is a page at 400 % zoom.
@pytest.mark.parametrize("viewport", [{"width": 1280, "height": 2600}, {"width": 320, "height": 4200}])
@BOTH
def test_nothing_moves_while_lights_change(stack, town, new_context, open_pay_page, viewport, locale):
    payer = town.newcomer()
    context = new_context(locale=locale, viewport=viewport)
    context.add_init_script(WATCH_SHIFTS)
    page = open_pay_page(locale, context=context)
    expect(page.locator("#device-card")).to_have_class("wait")
    town.insert(payer)
    wait_for_accounts(page)
    town.take_out()
    expect(page.locator("#account-wait")).to_be_visible()
    with nothing_in_its_place(stack):
        expect(page.locator("#device-component")).to_have_class("problem")
    expect(page.locator("#device-component")).to_have_class("ok")

    assert page.evaluate("window.shifts") == []


def test_a_browser_that_is_to_be_connected_sees_nothing_move_either(browser, open_pay_page):
    context = browser.new_context(locale="en-GB", viewport={"width": 1280, "height": 2600})
    context.add_init_script(WATCH_SHIFTS)
    page = open_pay_page(context=context)

    expect(page.locator("#pairing")).to_be_visible()
    type_number(page, number_shown(page))
    expect(page.locator("#pairing")).to_be_hidden()

    # To the three digits that layout shift is reported with: a tag may grow by a fraction of a pixel.
    assert round(sum(shift[0] for shift in page.evaluate("window.shifts")), 3) == 0
    context.close()
