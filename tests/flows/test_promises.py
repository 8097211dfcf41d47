"""The seven promises of the service, each as a person lives it: real browser, real processes, real card protocol."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from playwright.sync_api import expect

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("stack")]

TEAPOT = "Clay teapot"  # NT$951: charge 10, final 961
HEADPHONES = "Headphones"


def debits(town, order_number):
    """What the portal knows of the order: (status, final amount, approved attempts, journals)."""
    return town.query(
        """SELECT p.status, p.final_amount_minor,
                  (SELECT count(*) FROM payments_attempt a WHERE a.payment_id = p.id AND a.outcome = 'approved'),
                  (SELECT count(*) FROM ledger_journal j WHERE j.reference = p.reference AND j.kind = 'payment')
           FROM payments_payment p WHERE p.order_number = %s""",
        order_number,
    )


def test_promise_1_pay_an_order_by_atm_card(town, visit):
    payer = town.newcomer()
    order_number = visit.pay_first_time(payer, TEAPOT)

    expect(visit.page.get_by_role("heading", name="Your order is paid")).to_be_visible()
    expect(visit.page.get_by_text(order_number)).to_be_visible()
    visit.expect_shop_says(order_number, "Paid")
    assert debits(town, order_number) == [("paid", 961, 1, 1)]


def test_promise_2_identity_first_and_then_the_customer_pays_again(town, visit):
    payer = town.newcomer()
    order_number = visit.order(TEAPOT)
    visit.expect_shop_says(order_number, "Payment Not Completed")
    visit.pay_again(order_number)
    first_link = visit.page.url
    town.insert(payer)
    visit.confirm(payer)

    visit.pass_gate(payer)
    expect(visit.page.get_by_text("This check charges nothing.")).to_be_visible()
    expect(visit.page.get_by_role("timer")).to_contain_text(re.compile(r"\d:\d\d"))
    assert debits(town, order_number) == [("gated", 961, 0, 0)]
    visit.page.goto(first_link)
    expect(visit.page.get_by_text("Prove your identity first, then pay again").first).to_be_visible()

    visit.pay_again(order_number)
    visit.confirm(payer)
    visit.expect_receipt()
    assert debits(town, order_number) == [("paid", 961, 1, 1)]

    later = visit.order(TEAPOT)
    visit.to_pay_page()
    visit.confirm(payer)
    visit.expect_receipt()
    assert debits(town, later) == [("paid", 961, 1, 1)]


def test_promise_3_every_line_of_the_amount_before_the_password(town, visit):
    visit.order(TEAPOT)
    expect(visit.page.get_by_role("row", name="Handling charge")).to_contain_text("10")
    expect(visit.page.get_by_role("row", name="Final amount")).to_contain_text("961")

    visit.to_pay_page()

    main = visit.page.locator("main")
    for line in (
        "CNY 199.00",
        "CNY 25.00",
        "−CNY 12.50",
        "1 CNY = NT$4.4966",
        "Demo Rates",
        "NT$951",
        "NT$10",
        "NT$961",
    ):
        expect(main.get_by_text(line).first).to_be_visible()
    text = main.inner_text()
    assert text.index("NT$961") < text.index("Password of the card")


def test_promise_4_deducted_but_payment_not_completed(town, visit):
    payer = town.newcomer()
    town.receiver("down")
    order_number = visit.pay_first_time(payer, TEAPOT)
    visit.expect_shop_says(order_number, "Payment Not Completed")

    look_up(visit, order_number, payer)
    expect(visit.page.get_by_role("heading", name="Yes, you were charged once")).to_be_visible()
    expect(visit.page.get_by_text("Wait one to two hours")).to_be_visible()
    assert cases(town, order_number) == []

    town.advance(advance_seconds=2 * 3600 + 60)
    visit.until(lambda: cases(town, order_number) == ["open"])
    look_up(visit, order_number, payer)
    expect(visit.page.get_by_text("More than two hours have passed")).to_be_visible()
    expect(visit.page.get_by_text("(02)7705-4306").first).to_be_visible()

    town.receiver("up")
    visit.page.get_by_role("button", name="Tell the shop again").click()
    expect(visit.page.get_by_text("The shop is being told once more")).to_be_visible()
    visit.expect_shop_says(order_number, "Paid")
    visit.until(lambda: cases(town, order_number) == ["closed"])
    assert debits(town, order_number) == [("paid", 961, 1, 1)]


def test_promise_5_a_refund_comes_back_within_its_promise(town, visit):
    payer = town.newcomer()
    order_number = visit.pay_first_time(payer, TEAPOT)
    visit.expect_shop_says(order_number, "Paid")

    ask_refund(visit, order_number)
    phone = payer.person["phone"]
    visit.until(lambda: len(refunds(town, order_number)) == 1)
    ((status, total, expected, latest, credited_at),) = refunds(town, order_number)
    assert (status, total, credited_at) == ("accepted", 961, None)
    visit.until(lambda: any(expected.isoformat() in text for text in town.messages(phone)))

    visit.page.goto(f"{town.portal}/refunds/")
    visit.page.locator("input[name=order_number]").fill(order_number)
    visit.page.locator("input[name^=account]").fill(payer.accounts[0][-4:])
    visit.page.locator("main button[type=submit]").click()
    expect(visit.page.get_by_text("Your refund is accepted")).to_be_visible()
    assert "Saturday" in visit.page.locator("main").inner_text() or "Sat" in visit.page.locator("main").inner_text()

    town.advance(to=dt.datetime.combine(expected, dt.time(3), dt.UTC).isoformat())
    visit.until(lambda: refunds(town, order_number)[0][0] == "credited")
    ((_, _, _, _, credited_at),) = refunds(town, order_number)
    assert expected <= credited_at.date() <= latest
    visit.until(lambda: len(town.messages(phone)) >= 3)
    visit.open_shop_order(order_number)
    expect(visit.page.locator("[data-refund-status]")).to_have_attribute("data-refund-status", "credited")


def test_promise_6_shipped_goods_are_not_refunded_here(town, visit):
    payer = town.newcomer()
    order_number = visit.pay_first_time(payer, TEAPOT)
    visit.expect_shop_says(order_number, "Paid")
    visit.page.get_by_role("button", name="Seller: goods are shipped").click()
    expect(visit.page.get_by_text("shipped").first).to_be_visible()

    visit.page.get_by_role("button", name="Ask for a refund").click()

    expect(visit.page.get_by_text("(02)7705-4306").first).to_be_visible()
    assert refunds(town, order_number) == []


def test_promise_7_a_wallet_is_never_filled(town, visit):
    visit.page.goto(f"{town.sandbox}/shop/")
    visit.page.get_by_role("button", name="Add CNY 100 to the wallet").click()

    expect(visit.page.get_by_text("top_up_not_supported").first).to_be_visible()
    with pytest.raises(Exception, match="ledger_journal_kind"):
        town.query(
            """INSERT INTO ledger_journal (id, kind, reference, platform_code, business_date, at, reason)
               VALUES (gen_random_uuid(), 'top_up', 'X', 'taobao', '2026-01-01', now(), '') RETURNING id"""
        )


def look_up(visit, order_number, payer):
    visit.page.goto(f"{visit.town.portal}/was-i-charged/")
    visit.page.locator("input[name=order_number]").fill(order_number)
    visit.page.locator("input[name=account_last4]").fill(payer.accounts[0][-4:])
    visit.page.get_by_role("button", name="Look it up").click()


def ask_refund(visit, order_number):
    """Ask at the shop, and the seller confirms."""
    visit.open_shop_order(order_number)
    visit.page.get_by_role("button", name="Ask for a refund").click()
    visit.page.get_by_role("button", name="Seller: confirm").click()
    expect(visit.page.locator("[data-refund-status]")).to_be_visible()


def refunds(town, order_number):
    return town.query(
        """SELECT r.status, r.total_minor, r.expected_credit_date, r.latest_credit_date, r.credited_at
           FROM refunds_refund r JOIN payments_payment p ON p.id = r.payment_id WHERE p.order_number = %s""",
        order_number,
    )


def cases(town, order_number):
    rows = town.query(
        """SELECT c.status FROM support_case c JOIN payments_payment p ON p.id = c.payment_id
           WHERE p.order_number = %s AND c.kind = 'not_told'""",
        order_number,
    )
    return [status for (status,) in rows]
