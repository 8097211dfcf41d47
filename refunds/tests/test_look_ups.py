"""Refund progress: its calendar picture, its whole story, what the SMS code opens, and the note to keep."""

import datetime as dt
import io
import re
from html import unescape

import pytest
from django.test import Client
from django.utils.translation import override
from pypdf import PdfReader

from audit.models import Record
from common.sealing import unseal
from notifications.models import Message
from payments.tests.factories import ACCOUNT, make_paid_payment
from refunds import operations, queries
from refunds.models import BankOnlyDay
from refunds.pages import months
from refunds.pages.paper import note_paper
from refunds.tests.factories import again, ask, at_taipei, make_accepted_refund, make_credited_refund, run
from refunds.working_days import Part

pytestmark = pytest.mark.django_db(transaction=True)

DUE = dt.date(2026, 6, 17)
HIDDEN = ("NT$961", "NT$951", "NT$10", "••••8901", "8901")


@pytest.fixture(autouse=True)
def _frozen(monkeypatch, at):
    monkeypatch.setattr("common.clock.now", lambda: at)


class Reader:
    def __init__(self, payment, language="en"):
        self.browser = Client(headers={"accept-language": language})
        typed = {"order_number": payment.order_number, "account_last4": ACCOUNT[-4:]}
        self.address = self.browser.post("/refunds/", typed)["Location"]

    def get(self, page=""):
        return self.browser.get(self.address + page)

    def open(self):
        self.browser.post(f"{self.address}send/")
        message = Message.objects.filter(purpose="look_up_code").latest("id")
        code = re.search(r"\d{6}", unseal(message.text_sealed)).group()
        return self.browser.post(f"{self.address}code/", {"code": code})


def text_of(response):
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", response.content.decode())).split())


def picture(refund, at):
    """Date → the cell of its day."""
    with override("en"):
        weeks = [week for month in months.of(queries.progress(again(refund), at)) for week in month["weeks"]]
    return {cell["date"]: cell for week in weeks for cell in week if cell}


def marks(cell):
    return [mark["text"] for mark in cell["marks"]]


# ---------- the calendar picture ----------


def test_counted_days_are_numbered_from_one_to_ten_and_skipped_ones_say_why(at):
    days = picture(make_accepted_refund(at), at)

    counted = {day.day: cell["number"] for day, cell in days.items() if cell["number"]}
    assert counted == {9: 1, 10: 2, 11: 3, 12: 4, 15: 5, 16: 6, 17: 7, 18: 8, 22: 9, 23: 10}
    skipped = {day.day: cell["why"] for day, cell in days.items() if cell["counts"] == "skipped" and cell["why"]}
    assert skipped == {13: "Weekend", 14: "Weekend", 19: "Dragon Boat Festival", 20: "Weekend", 21: "Weekend"}


def test_acceptance_promise_and_today_are_marked(at):
    days = picture(make_accepted_refund(at), at)

    assert {day: marks(cell) for day, cell in days.items() if cell["marks"]} == {
        dt.date(2026, 6, 8): ["Accepted"],
        dt.date(2026, 6, 17): ["Expected day"],
        dt.date(2026, 6, 23): ["Latest day"],
    }
    assert [day for day, cell in days.items() if cell["today"]] == [dt.date(2026, 6, 8)]


def test_a_moved_refund_shows_the_planned_day_with_its_reason_and_the_new_one(at):
    refund = make_accepted_refund(at)
    operations.record_closure(date=DUE, counties=["taipei_city"], part=Part.WHOLE, at=at, by="amy")
    operations.redate_refund(refund_id=refund.id, at=at, by="sweep")

    days = picture(refund, at)

    assert marks(days[DUE]) == ["Moved on: Typhoon closure"]
    assert days[DUE]["why"] == "Typhoon closure"
    assert marks(days[dt.date(2026, 6, 18)]) == ["Expected day"]
    assert days[dt.date(2026, 6, 18)]["number"] == 7
    assert marks(days[dt.date(2026, 6, 24)]) == ["Latest day"]


def test_a_credited_refund_shows_the_day_it_came(at):
    days = picture(make_credited_refund(at), at)

    assert days[DUE]["state"] == "credited"
    assert marks(days[DUE]) == ["Expected day", "Credited"]


def test_a_bank_holiday_is_named():
    """1 May 2025 closed banks alone."""
    at = at_taipei(dt.date(2025, 4, 28))
    assert BankOnlyDay.objects.exists()

    days = picture(make_accepted_refund(at), at)

    assert days[dt.date(2025, 5, 1)]["why"] == "Bank holiday: Labor Day"
    assert days[dt.date(2025, 5, 1)]["number"] is None


def test_months_are_tables_with_weekday_headers_and_captions(at):
    html = Reader(make_accepted_refund(at_taipei(dt.date(2026, 6, 24))).payment).get().content.decode()

    assert re.findall(r"<caption>([^<]+)</caption>", html)[-2:] == ["June 2026", "July 2026"]
    assert html.count('<th scope="col">') == 14
    for table in re.findall(r'<table class="month">(.*?)</table>', html, re.DOTALL):
        for week in re.findall(r"<tr>(.*?)</tr>", table, re.DOTALL)[1:]:
            assert week.count("<td") == 7


@pytest.mark.parametrize(
    ("language", "caption", "weekday"), [("en", "June 2026", "Sunday"), ("zh-hant", "2026年6月", "星期日")]
)
def test_months_speak_both_languages(at, language, caption, weekday):
    html = Reader(make_accepted_refund(at).payment, language).get().content.decode()

    assert caption in html
    assert f'<span class="visually-hidden">{weekday}</span>' in html


def test_the_same_days_stand_there_in_words(at):
    with override("en"):
        words = months.in_words(queries.progress(again(make_accepted_refund(at)), at))

    assert words[0] == "2026/06/08 Monday: Accepted"
    assert words[1] == "2026/06/09 Tuesday: working day 1"
    assert words[5] == "2026/06/13 Saturday: not counted · Weekend"
    assert words[9] == "2026/06/17 Wednesday: working day 7 · Expected day"
    assert words[-1] == "2026/06/23 Tuesday: working day 10 · Latest day"
    assert len(words) == 16


# ---------- what is told, and to whom ----------


@pytest.mark.parametrize("language", ["en", "zh-hant"])
def test_without_the_code_amounts_and_account_are_hidden(at, language):
    text = text_of(Reader(make_accepted_refund(at).payment, language).get())

    assert [hidden for hidden in HIDDEN if hidden in text] == []
    assert "2026/06/17" in text
    assert "2026/06/23" in text


def test_the_code_opens_amounts_account_and_note(at):
    refund = make_accepted_refund(at)
    reader = Reader(refund.payment)
    reader.open()

    text = text_of(reader.get())

    assert all(shown in text for shown in ("NT$961", "NT$951", "NT$10", "••••8901", "Refund note as PDF"))
    records = Record.objects.filter(subject=refund.payment.reference, action="look_up.opened")
    assert [record.details for record in records] == [{"page": "refunds.progress"}]


def test_a_second_device_sees_no_amount(at):
    reader = Reader(make_accepted_refund(at).payment)
    reader.open()

    text = text_of(Client(headers={"accept-language": "en"}).get(reader.address))

    assert [hidden for hidden in HIDDEN if hidden in text] == []


def test_the_story_goes_from_the_order_to_the_account(at):
    refund = make_accepted_refund(at)
    run(refund, at_taipei(DUE))

    html = Reader(refund.payment).get().content.decode()

    titles = re.findall(r'<p class="timeline-title">([^<]+)', html)
    assert titles == [
        "The order came from the shop",
        "Your account was charged",
        "The shop was told",
        "The shop asked for the refund",
        "The seller confirmed",
        "The bank was asked to credit it",
        "Credited to your account",
    ]


def test_who_was_charged_finds_the_refund_without_typing_again(at):
    refund = make_accepted_refund(at)
    browser = Client(headers={"accept-language": "en"})
    typed = {"order_number": refund.payment.order_number, "account_last4": ACCOUNT[-4:]}
    address = browser.post("/was-i-charged/", typed)["Location"]

    answer = browser.get(address.replace("/was-i-charged/", "/refunds/of/"), follow=True)

    assert "Your refund is accepted" in text_of(answer)


def test_a_payment_without_refund_says_so(at):
    payment = make_paid_payment(at)
    browser = Client(headers={"accept-language": "en"})
    typed = {"order_number": payment.order_number, "account_last4": ACCOUNT[-4:]}
    address = browser.post("/was-i-charged/", typed)["Location"]

    answer = browser.get(address.replace("/was-i-charged/", "/refunds/of/"))

    assert answer.status_code == 404
    assert "There is no refund of this payment yet" in text_of(answer)


# ---------- the note ----------


@pytest.mark.parametrize(("language", "words"), [("en", "You get back"), ("zh-hant", "退款總額")])
def test_the_note_is_a_paper_in_the_language_of_the_page(at, language, words):
    refund = make_accepted_refund(at)
    reader = Reader(refund.payment, language)
    reader.open()

    answer = reader.get(f"{refund.reference}.pdf")

    assert answer["Content-Disposition"] == f'attachment; filename="Outpost-refund-{refund.reference}.pdf"'
    pages = PdfReader(io.BytesIO(answer.content)).pages
    text = "".join("".join(page.extract_text().split()) for page in pages)
    assert len(pages) == 1
    assert "示範銀行DemoBank·(02)5550-0199" in text
    for shown in (words, "NT$961", "NT$951", "NT$10", "2026/06/17", "2026/06/23", refund.reference, "8901"):
        assert "".join(shown.split()) in text
    assert ACCOUNT[:-4] not in text
    assert Record.objects.filter(subject=refund.payment.reference, action="look_up.note").count() == 1


def test_the_note_stays_closed_without_the_code(at):
    refund = make_accepted_refund(at)

    answer = Reader(refund.payment).get(f"{refund.reference}.pdf")

    assert answer.status_code == 302
    assert not Record.objects.filter(action="look_up.note").exists()


def test_there_is_no_note_of_what_was_not_accepted_or_is_another_orders(at):
    refund = ask(make_paid_payment(at), at)
    other = make_accepted_refund(at)
    reader = Reader(refund.payment)
    reader.open()

    assert reader.get(f"{refund.reference}.pdf").status_code == 302
    assert reader.get(f"{other.reference}.pdf").status_code == 302


def test_a_note_tells_each_move(at):
    refund = make_accepted_refund(at)
    operations.record_closure(date=DUE, counties=["taipei_city"], part=Part.WHOLE, at=at, by="amy")
    operations.redate_refund(refund_id=refund.id, at=at, by="sweep")
    with override("en"):
        paper = note_paper(queries.progress(again(refund), at), at=at)

    assert paper.tables[0].rows[0].cells == ["Typhoon closure", "2026/06/17 → 2026/06/18"]


def test_what_an_answer_asks_of_the_database(at, django_assert_num_queries):
    reader = Reader(make_accepted_refund(at).payment)
    reader.get()

    with django_assert_num_queries(7):
        reader.get()


@pytest.mark.parametrize(
    ("language", "planned"), [("en", "Planned for {day}, still to come"), ("zh-hant", "預計 {day}（尚未進行）")]
)
def test_a_credit_that_is_still_to_come_says_so(at, language, planned):
    refund = make_accepted_refund(at)

    text = text_of(Reader(refund.payment, language).get())

    assert planned.format(day=f"{refund.credit_date:%Y/%m/%d}") in text
    assert "Credited to your account" not in text
