"""Look-ups: what anybody sees who knows the numbers, what the SMS code opens, in which browser, and for how long."""

import io
import re
from html import unescape

import pytest
from django.conf import settings
from django.test import Client
from pypdf import PdfReader

from audit.models import Record
from cards.bank import fake_bank, port
from common import clock, lookups
from common.sealing import unseal
from ledger.models import Journal
from notifications.models import Message
from payments import queries
from payments.models import Payment
from payments.tests.factories import ACCOUNT, make_payment, pay
from platforms.operations import add_endpoint
from verification.models import LookUpCode

pytestmark = pytest.mark.django_db(transaction=True)

ENGLISH = {"accept-language": "en"}
HIDDEN = ("NT$961", "NT$951", "CNY", "one thing", "••••8901", "BK", "+8869")


@pytest.fixture
def paid():
    return pay(make_payment(clock.now()), clock.now())


class Reader:
    """Someone in a browser who typed an order number and four digits."""

    def __init__(self, payment, language="en", last4=ACCOUNT[-4:]):
        self.browser = Client(headers={"accept-language": language})
        self.payment = payment
        found = self.browser.post("/was-i-charged/", {"order_number": payment.order_number, "account_last4": last4})
        self.address = found["Location"]

    def get(self, page=""):
        return self.browser.get(self.address + page)

    def post(self, page, **fields):
        return self.browser.post(self.address + page, fields)

    def code(self):
        self.post("send/")
        message = Message.objects.filter(purpose="look_up_code").latest("id")
        return re.search(r"\d{6}", unseal(message.text_sealed)).group()

    def open(self):
        return self.post("code/", code=self.code())


def text_of(response):
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", response.content.decode())).split())


@pytest.mark.parametrize("language", ["en", "zh-hant"])
def test_without_the_code_an_answer_has_no_personal_data(paid, language):
    page = Reader(paid, language).get()

    text = text_of(page)
    assert page.status_code == 200
    assert [hidden for hidden in HIDDEN if hidden in text] == []
    assert paid.order_number not in text
    assert paid.bank_reference not in text
    assert paid.reference in text


def test_the_code_opens_goods_amounts_account_and_paper(paid):
    reader = Reader(paid)

    opened = reader.open()

    # The same answer, signed a moment later.
    assert (opened.status_code, opened["Location"].split(":")[0]) == (302, reader.address.split(":")[0])
    text = text_of(reader.get())
    for shown in ("Yes, once: NT$961", "NT$951", "CNY 951.00", "one thing", "••••8901", paid.bank_reference):
        assert shown in text
    assert "Receipt as PDF" in text
    assert ACCOUNT not in text


def test_a_second_device_with_the_same_address_sees_no_more_than_before(paid):
    reader = Reader(paid)
    reader.open()

    page = Client(headers=ENGLISH).get(reader.address)

    assert [hidden for hidden in HIDDEN if hidden in text_of(page)] == []
    assert Client(headers=ENGLISH).get(f"{reader.address}receipt.pdf").status_code == 302


def test_what_was_opened_is_no_key_to_another_order(paid):
    reader = Reader(paid)
    reader.open()
    other = pay(make_payment(clock.now()), clock.now())
    found = reader.browser.post("/was-i-charged/", {"order_number": other.order_number, "account_last4": ACCOUNT[-4:]})

    assert "NT$961" not in text_of(reader.browser.get(found["Location"]))


def test_each_opened_look_leaves_a_record_and_a_closed_one_none(paid):
    reader = Reader(paid)
    reader.get()
    assert not Record.objects.filter(subject=paid.reference).exists()
    reader.open()

    reader.get()
    reader.get("receipt.pdf")

    records = Record.objects.filter(subject=paid.reference).order_by("id")
    assert [record.action for record in records] == ["look_up.opened", "look_up.receipt"]
    assert {record.by for record in records} == {"payer"}


def test_the_opening_cookie_is_out_of_reach_of_scripts_and_other_sites(paid):
    reader = Reader(paid)
    reader.open()

    cookie = reader.browser.cookies[settings.LOOK_UP_COOKIE_NAME]

    assert cookie["httponly"]
    assert cookie["samesite"] == "Strict"
    assert cookie["max-age"] == 1800
    assert paid.reference not in cookie.value


def test_a_forged_cookie_opens_nothing(paid):
    reader = Reader(paid)
    reader.browser.cookies[settings.LOOK_UP_COOKIE_NAME] = "eyJQQVkiOjF9:1:x"

    assert "NT$961" not in text_of(reader.get())


def test_a_wrong_code_says_so_and_opens_nothing(paid):
    reader = Reader(paid)
    code = reader.code()

    page = reader.post("code/", code=f"{(int(code) + 1) % 10**6:06d}")

    assert page.status_code == 422
    assert "Tries left: 4" in text_of(page)
    assert "NT$961" not in text_of(reader.get())


def test_an_expired_code_can_be_asked_for_anew(paid, later):
    reader = Reader(paid)
    code = reader.code()
    later(minutes=10)

    page = reader.post("code/", code=code)

    assert page.status_code == 422
    assert "Send me a code" in text_of(page)
    assert "NT$961" not in text_of(reader.get())


def test_a_fourth_code_within_the_hour_is_refused_with_the_time(paid, later):
    reader = Reader(paid)
    for minutes in (0, 5, 10):
        later(minutes=minutes)
        assert reader.post("send/").status_code == 302
    later(minutes=15)

    page = reader.post("send/")

    assert page.status_code == 429
    assert "No more codes for the moment" in text_of(page)
    assert LookUpCode.objects.count() == 3


def test_without_a_phone_at_the_bank_it_says_whom_to_call(paid):
    fake_bank().set_profile(ACCOUNT, phone="")
    reader = Reader(paid)

    page = reader.post("send/")

    assert page.status_code == 409
    assert "The bank has no mobile number of yours" in text_of(page)
    assert "(02)7705-4306" in text_of(page)
    assert not Message.objects.filter(purpose="look_up_code").exists()


def test_a_silent_bank_is_no_dead_end(paid):
    fake_bank().profiles[ACCOUNT] = port.Unavailable("no answer")

    page = Reader(paid).post("send/")

    assert page.status_code == 503
    assert "try again in a minute" in text_of(page)
    assert "Send me a code" in text_of(page)


def test_asking_for_codes_is_counted_even_when_none_is_sent(paid):
    fake_bank().set_profile(ACCOUNT, phone="")
    reader = Reader(paid)

    assert [reader.post("send/").status_code for _ in range(11)] == [409] * 10 + [429]


def test_the_page_says_until_when_it_is_open(paid):
    page = Reader(paid).get()

    assert re.search(r"it closes at \d\d:\d\d, Taipei time", text_of(page))
    assert 1790 <= int(re.search(r'data-open-seconds="(\d+)"', page.content.decode()).group(1)) <= 1800


def test_more_time_is_one_button_and_keeps_what_was_opened(paid, later):
    reader = Reader(paid)
    reader.open()
    later(minutes=29)

    longer = reader.post("longer/")
    reader.address = longer["Location"].split("?")[0]
    later(minutes=58)

    assert "Yes, once: NT$961" in text_of(reader.get())
    later(minutes=59, seconds=30)
    assert reader.get().status_code == 410


def test_more_time_can_be_had_more_than_ten_times_and_not_for_ever(paid, later):
    reader = Reader(paid)
    for number in range(lookups.EXTENSIONS_MAX):
        later(minutes=25 * (number + 1))
        reader.address = reader.post("longer/")["Location"].split("?")[0]
        assert reader.get().status_code == 200

    page = reader.get()
    assert "Stay longer" not in text_of(page)
    assert "Afterwards enter the two numbers again" in text_of(page)
    later(minutes=25 * (lookups.EXTENSIONS_MAX + 1))
    reader.address = reader.post("longer/")["Location"].split("?")[0]
    later(minutes=25 * (lookups.EXTENSIONS_MAX + 1) + 6)
    assert reader.get().status_code == 410
    assert lookups.EXTENSIONS_MAX >= 10


def test_more_time_on_the_codes_page_stays_there(paid):
    answer = Reader(paid).post("longer/", back="code")

    assert answer["Location"].split("?")[0].endswith("/code/")


def test_an_ended_look_up_is_ended_on_each_of_its_pages(paid, later):
    reader = Reader(paid)
    reader.open()
    later(minutes=30)

    answers = [reader.get(), reader.get("code/"), reader.get("receipt.pdf")]
    answers += [reader.post(page) for page in ("send/", "code/", "longer/", "hide/", "tell/")]

    assert [answer.status_code for answer in answers] == [410] * 8
    assert all("NT$961" not in text_of(answer) for answer in answers)


def test_everything_can_be_hidden_again(paid):
    reader = Reader(paid)
    reader.open()

    reader.post("hide/")

    assert "NT$961" not in text_of(reader.get())


@pytest.mark.parametrize(("language", "words"), [("en", "Final amount paid"), ("zh-hant", "最終付款金額")])
def test_the_receipt_is_a_paper_in_the_language_of_the_page(paid, settings, language, words):
    settings.SANDBOX = True
    reader = Reader(paid, language)
    reader.open()

    answer = reader.get("receipt.pdf")

    assert answer["Content-Disposition"] == f'attachment; filename="Outpost-receipt-{paid.reference}.pdf"'
    assert "no-store" in answer["Cache-Control"]
    assert len(PdfReader(io.BytesIO(answer.content)).pages) == 1
    text = paper_text(answer)
    for shown in (words, "NT$961", "NT$951", "NT$10", "CNY 951.00", "8901", paid.order_number, paid.bank_reference):
        assert shown.replace(" ", "") in text
    assert "示範銀行DemoBank·(02)5550-0199" in text
    assert queries.signed_digest(paid) in text
    assert ("Sandbox:norealmoneymoveshere." if language == "en" else "測試環境：此處不會動用真實款項。") in text
    assert ACCOUNT not in text
    assert ACCOUNT[:-4] not in text


def test_a_paper_of_no_sandbox_bears_no_mark(paid, settings):
    settings.SANDBOX, settings.BANK_NAME, settings.BANK_PHONE = False, "", ""
    reader = Reader(paid)
    reader.open()

    text = paper_text(reader.get("receipt.pdf"))

    assert "Sandbox" not in text
    assert "DemoBank" not in text


def test_the_receipt_is_had_from_the_receipts_page_too(paid):
    created = make_payment(clock.now())
    assert created.link_hash
    answer = Client(headers=ENGLISH).get(f"/pay/{paid.reference}/wrong-secret/receipt.pdf")

    assert answer.status_code == 410
    assert answer["Content-Type"].startswith("text/html")


def test_a_card_that_did_not_pay_the_order_sees_neither_account_nor_receipt_of_the_one_that_did():
    """Two people tried to pay one order: the second did."""
    at = clock.now()
    payment = make_payment(at)
    fake_bank().behave("00099999991111", "4501")
    with pytest.raises(Exception, match=r"balance|declined|bank"):
        pay(payment, at, account_number="00099999991111", serial="CARD0002")
    payment = pay(Payment.objects.get(pk=payment.pk), at)
    reader = Reader(payment, last4="1111")
    reader.open()

    text = text_of(reader.get())

    assert "one thing" in text
    assert "••••8901" not in text
    assert payment.bank_reference not in text
    assert reader.get("receipt.pdf").status_code == 302


def test_why_a_payment_failed_stands_behind_the_code():
    at = clock.now()
    payment = make_payment(at)
    fake_bank().behave(ACCOUNT, "4508")
    with pytest.raises(Exception, match="no_transfer_agreement"):
        pay(payment, at)
    reader = Reader(payment)

    closed = text_of(reader.get())
    reader.open()
    opened = text_of(reader.get())

    assert "No, you were not charged" in closed
    assert "4508" not in closed
    assert "Transfers are not switched on for this account (4508)" in opened


def test_looking_moves_nothing(paid):
    before = (Journal.objects.count(), paid.step)
    reader = Reader(paid)
    reader.open()
    reader.get()

    paid.refresh_from_db()
    assert (Journal.objects.count(), paid.step) == before


def test_what_an_answer_asks_of_the_database(django_assert_num_queries):
    """Presented attempt, account, the tries that failed, events, messages, tries to tell."""
    payment = make_payment(clock.now())
    add_endpoint(platform=payment.platform, url="https://shop.example/notices", at=clock.now(), by="test")
    reader = Reader(pay(payment, clock.now()))
    reader.get()

    with django_assert_num_queries(7):
        reader.get()


def test_what_an_opened_answer_asks_on_top(django_assert_num_queries):
    """The record of the look in its transaction, why an earlier try failed, and the digest that the card signed."""
    payment = make_payment(clock.now())
    add_endpoint(platform=payment.platform, url="https://shop.example/notices", at=clock.now(), by="test")
    reader = Reader(pay(payment, clock.now()))
    reader.open()
    reader.get()

    with django_assert_num_queries(12):
        reader.get()


def test_an_order_that_was_never_tried_is_not_told_apart_from_one_that_is_not_there():
    make_payment(clock.now(), order_number="TB-NEVER")
    browser = Client(headers=ENGLISH)

    there = browser.post("/was-i-charged/", {"order_number": "TB-NEVER", "account_last4": "8901"})
    not_there = browser.post("/was-i-charged/", {"order_number": "TB-NOWHERE", "account_last4": "8901"})

    assert (there.status_code, not_there.status_code) == (404, 404)
    assert text_of(there).replace("TB-NEVER", "") == text_of(not_there).replace("TB-NOWHERE", "")


def paper_text(answer):
    pages = PdfReader(io.BytesIO(answer.content)).pages
    return "".join("".join(page.extract_text().split()) for page in pages)


# ---------- refunds, and what a link knows ----------


@pytest.mark.parametrize(
    ("language", "closed", "opened"),
    [
        ("en", "A refund of this payment was asked for.", "A refund of NT$505 was asked for."),
        ("zh-hant", "本筆付款已有退款申請，進度", "本筆付款已有退款申請，金額 NT$505，"),
    ],
)
def test_a_refund_is_what_comes_next_and_its_amount_stands_behind_the_code(paid, language, closed, opened):
    Payment.objects.filter(pk=paid.pk).update(refunded_order_minor=500, refunded_charge_minor=5)
    reader = Reader(paid, language)

    before = reader.get().content.decode()
    reader.open()
    after = reader.get().content.decode()

    # What to do now, what comes next, and the story.
    assert (before.count(closed), before.count("NT$505"), after.count(opened)) == (3, 0, 3)
    assert before.count('href="/refunds/of/') == 1


def test_without_a_refund_none_is_spoken_of(paid):
    assert "A refund of" not in text_of(Reader(paid).get())


@pytest.mark.parametrize("address", ["/was-i-charged/", "/refunds/"])
@pytest.mark.parametrize(
    ("said", "filled_in"),
    [("TB26112712345678", 'value="TB26112712345678"'), ("a b", ""), ("x" * 65, ""), ("TB1%0A", "")],
)
def test_a_link_fills_in_the_order_number_and_never_the_digits(address, said, filled_in):
    page = Client().get(f"{address}?order_number={said}&account_last4=8901").content.decode()

    inputs = re.findall(r'<input type="text"[^>]*>', page)
    assert len(inputs) == 2
    assert re.findall(r'value="[^"]*"', " ".join(inputs)) == ([filled_in] if filled_in else [])
