"""The identity page as a person meets it: one thing a page, tolerant of typing, clear about the money."""

import dataclasses
import datetime as dt
import re

import pytest
from django.db import IntegrityError, transaction

from cards.bank import port as bank_port
from common import clock, phases, sealing
from ledger.models import Journal
from notifications.models import Message
from verification import operations
from verification.jcic.port import Notice
from verification.models import Check, CodeTry, Consent, Inquiry, LastUse
from verification.rules import EXTENSIONS_MAX
from verification.rules.documents import ISSUE_PLACES
from verification.states import Status
from verification.tests.factories import ACCOUNT, PERSON, RETURN_URL, make_check

pytestmark = pytest.mark.django_db

TYPED = {
    "national_id": " a123 456 789",
    "birth_date": "69/05/17",
    "issue_date": "１０１.３.２",
    "issue_type": "renewal",
    "issue_place": "63000",
}


class Person:
    """Someone with a browser who reads what the page says and fills in its form."""

    def __init__(self, client, *, language="en", **given):
        self.client = client
        self.check, token = make_check(at=clock.now(), language=language, **given)
        self.address = f"/identity/{token}/"

    def get(self, page=""):
        return self.client.get(self.address + page, follow=True)

    def post(self, page, **typed):
        return self.client.post(self.address + page, typed, follow=True)

    def agree(self):
        form = dict(re.findall(r'name="(version|text_hash)" value="([^"]+)"', self.get().text))
        return self.post("consent/", agree="on", **form)

    def give(self, **changes):
        return self.post("data/", **{**TYPED, **changes})

    def answer(self, text=None):
        return self.post("code/", code=text or last_code())

    def walk(self, **changes):
        self.agree()
        self.give(**changes)
        return self.answer()

    def status(self):
        return Check.objects.get(pk=self.check.pk).status


@pytest.fixture
def person(client):
    return Person(client)


class Stopped(BaseException):
    """The process ended here."""


def stop(phase):
    raise Stopped


def last_code():
    message = Message.objects.filter(purpose="identity_code").latest("id")
    return re.search(r"\d{6}", sealing.unseal(message.text_sealed))[0]


def place(page):
    """Which page of the gate the person ended on."""
    return page.request["PATH_INFO"].rstrip("/").split("/")[-1]


def says_not_charged(page):
    return 'class="money no"' in page.text


def test_the_way_through_ends_with_the_way_back_and_a_wait(person):
    assert place(person.get()) == "consent"
    assert place(person.agree()) == "data"
    page = person.give()
    assert place(page) == "code"
    assert "09••-•••-678" in page.text
    page = person.answer()

    assert place(page) == "result"
    assert "Your identity is proved" in page.text
    assert says_not_charged(page)
    assert "pay again" in page.text
    assert RETURN_URL in page.text
    assert re.search(r'data-seconds="1(79|80)"', page.text)
    assert person.status() == Status.PASSED


def test_the_platforms_language_is_spoken_until_the_person_chooses_one(client):
    person = Person(client, language="zh-hant")

    assert "身分驗證" in person.get().text
    assert 'lang="zh-Hant' in person.get().text

    client.cookies["django_language"] = "en"
    assert "Before you pay: prove your identity" in person.get().text


@pytest.mark.parametrize("language", ["en", "zh-hant"])
def test_every_page_speaks_one_language(client, language, centre):
    """A text without its translation would show English on a Chinese page."""
    person = Person(client, language=language)
    pages = [person.get(), person.agree(), person.give(national_id="A1"), person.give(), person.answer("1")]
    centre.is_down = True
    pages += [person.answer()]
    centre.is_down = False
    pages += [person.post("again/")]

    for page in pages:
        main = re.search(r"<main.*?</main>", page.text, re.DOTALL)[0]
        english = re.search(r"\b(the|your|Your|you|and|code)\b", re.sub(r"<[^>]+>", " ", main))
        assert bool(english) is (language == "en"), (page.request["PATH_INFO"], english)


class TestWhereOneIs:
    @pytest.mark.parametrize("page", ["data/", "code/", "result/"])
    def test_a_step_that_is_not_due_leads_to_the_one_that_is(self, person, page):
        assert place(person.get(page)) == "consent"

    def test_the_back_button_leads_forward(self, person):
        person.walk()

        for page in ("", "consent/", "data/", "code/"):
            assert place(person.get(page)) == "result"

    def test_a_form_sent_from_a_second_tab_does_nothing_twice(self, person, bank):
        person.agree()
        person.give()

        page = person.give()

        assert place(page) == "code"
        assert Inquiry.objects.count() == 1
        assert Message.objects.count() == 1

    def test_a_code_sent_twice_shows_the_result(self, person, centre):
        person.walk()

        assert place(person.post("code/", code="123456")) == "result"
        assert len(centre.asked) == 1

    @pytest.mark.parametrize("page", ["again/", "code/resend/"])
    def test_what_acts_is_not_done_by_following_a_link(self, person, page):
        before = person.status()

        answer = person.client.get(person.address + page)

        assert (answer.status_code, answer["Location"]) == (302, person.address)
        assert person.status() == before

    def test_an_unknown_link_says_so(self, client):
        page = client.get("/identity/nobody-knows-me/")

        assert page.status_code == 404
        assert "This link is not known" in page.text or "查無此連結" in page.text

    def test_a_dead_link_says_so_and_leads_back(self, client):
        person = Person(client)
        Check.objects.filter(pk=person.check.pk).update(
            opened_at=clock.now() - dt.timedelta(hours=1), expires_at=clock.now() - dt.timedelta(minutes=1)
        )

        for page in ("", "consent/", "data/", "code/", "result/"):
            answer = person.get(page)
            assert answer.status_code == 410
            assert "This link has ended" in answer.text
            assert RETURN_URL in answer.text

    def test_no_page_is_kept_by_a_browser(self, person):
        assert "no-store" in person.get()["Cache-Control"]


class TestConsent:
    def test_without_the_tick_nothing_goes_on(self, person):
        page = person.post("consent/", version="x", text_hash="y")

        assert page.status_code == 422
        assert "Tick the box" in page.text
        assert not Consent.objects.exists()

    def test_a_text_of_yesterday_is_shown_anew(self, person):
        page = person.post("consent/", agree="on", version="2020-01", text_hash="0" * 64)

        assert page.status_code == 422
        assert "Please read the text again" in page.text
        assert person.status() == Status.STARTED


class TestData:
    @pytest.mark.parametrize(
        ("field", "typed", "said"),
        [
            ("national_id", "A123456788", "This number can&#x27;t be right"),
            ("national_id", "", "Enter the number of your ID card"),
            ("birth_date", "75/13/01", "Enter a date of the ROC calendar"),
            ("birth_date", "200/01/01", "This date lies in the future"),
            ("issue_date", "yesterday", "Enter a date of the ROC calendar"),
            ("issue_date", "50/01/01", "before the birth date"),
            ("issue_type", "stolen", "Select a valid choice"),
            ("issue_type", "", "Choose the issue type"),
            ("issue_place", "00000", "Select a valid choice"),
        ],
    )
    def test_what_can_not_be_right_is_said_and_nobody_is_asked(self, person, field, typed, said):
        person.agree()

        page = person.give(**{field: typed})

        assert page.status_code == 422
        assert said in page.text
        assert not Inquiry.objects.exists()
        assert person.status() == Status.CONSENTED

    @pytest.mark.parametrize("hostile", ["<script>alert(1)</script>", "' OR 1=1 --", "\x00", "\u202e12345", "9" * 400])
    def test_hostile_text_is_refused_and_escaped(self, person, hostile):
        person.agree()

        page = person.give(national_id=hostile)

        assert page.status_code == 422
        assert "<script>alert" not in page.text

    def test_every_issue_place_can_be_chosen(self, person):
        page = person.agree()

        assert all(f'value="{code}"' in page.text for code in ISSUE_PLACES)


class TestCodes:
    def test_a_wrong_code_says_how_many_tries_are_left(self, person):
        person.agree()
        person.give()
        wrong = f"{(int(last_code()) + 1) % 10**6:06d}"

        page = person.answer(wrong)

        assert page.status_code == 422
        assert "Tries left: 4" in page.text

    def test_a_new_code_too_early_says_when(self, person):
        person.agree()
        person.give()

        page = person.post("code/resend/")

        assert "A new code can be sent in" in page.text
        assert Message.objects.count() == 1


class TestOutcomes:
    def test_a_mismatch_says_how_many_tries_are_left_and_lets_correct(self, person):
        page = person.walk(issue_place="64000")

        assert "You have 1 try left today" in page.text
        assert says_not_charged(page)
        assert place(person.get("data/")) == "data"
        assert place(person.give()) == "code"
        assert "Your identity is proved" in person.answer().text

    def test_after_the_second_mismatch_there_is_no_form(self, person, bank, centre):
        person.walk(issue_place="64000")
        person.give(issue_place="64000")
        page = person.answer()

        assert "You have no tries left today" in page.text
        assert RETURN_URL in page.text
        assert '<form method="post" class' not in person.get("data/").text
        person.give()
        assert Inquiry.objects.count() == 2

    def test_another_persons_id_is_a_mismatch(self, client, bank):
        bank.set_profile(ACCOUNT, national_id="B120863158")
        person = Person(client)
        person.agree()

        assert "You have 1 try left today" in person.give().text

    def test_the_watch_list_is_not_named(self, person, centre):
        centre.knows(PERSON, notices=(Notice("Z21", dt.date(2024, 5, 20), None, None),))

        page = person.walk()

        assert "We can't offer you this service" in page.text
        assert says_not_charged(page)
        for word in ("watch", "notice", "Z21", "credit"):
            assert word not in page.text.split("<main")[1].split("</main>")[0].lower()

    def test_a_silent_centre_is_said_not_to_count_and_can_be_asked_again(self, person, centre):
        centre.is_down = True
        page = person.walk()
        assert "does not count as a try" in page.text
        assert "does not count as a try" in person.post("again/").text

        centre.is_down = False
        assert "Your identity is proved" in person.post("again/").text

    def test_a_silent_bank_is_asked_again(self, person, bank):
        bank.profiles[ACCOUNT] = bank_port.Unavailable("down")
        person.agree()
        assert "does not count as a try" in person.give().text

        bank.reset()
        assert place(person.post("again/")) == "code"

    def test_while_the_answer_is_out_the_page_says_so(self, person):
        person.agree()
        phases.listen(stop)
        with pytest.raises(Stopped):
            operations.submit_data(check_id=person.check.id, data=PERSON, at=clock.now(), by="payer")
        phases.listen(None)

        page = person.get()

        assert place(page) == "result"
        assert "One moment" in page.text


def test_nothing_entered_comes_back_in_an_address_or_a_log(person, caplog):
    with caplog.at_level("DEBUG"):
        page = person.walk()

    assert page.redirect_chain
    assert not any("A123456789" in address for address, _ in page.redirect_chain)
    assert "A123456789" not in caplog.text
    assert last_code() not in caplog.text


def test_the_data_of_the_form_are_those_of_the_question(person):
    person.agree()
    person.give()

    inquiry = Inquiry.objects.get()
    given = dataclasses.asdict(PERSON)
    assert {name: getattr(inquiry, name) for name in given} == given


def mismatched(person, centre):
    person.walk(issue_place="64000")


def mismatched_twice_and_tried_again(person, centre):
    person.walk(issue_place="64000")
    person.give(issue_place="64000")
    person.answer()
    person.give()


def on_the_watch_list(person, centre):
    centre.knows(PERSON, notices=(Notice("Z21", dt.date(2024, 5, 20), None, None),))
    person.walk()


def without_an_answer(person, centre):
    centre.is_down = True
    person.walk()


@pytest.mark.parametrize(
    ("walk", "status"),
    [
        (mismatched, Status.MISMATCH),
        (mismatched_twice_and_tried_again, Status.MISMATCH),
        (on_the_watch_list, Status.REFUSED),
        (without_an_answer, Status.UNAVAILABLE),
    ],
)
def test_no_other_end_of_the_gate_moves_money_either(person, bank, centre, walk, status):
    walk(person, centre)

    assert person.status() == status
    assert not LastUse.objects.exists()
    assert bank.received == []
    assert bank.book == []
    assert not Journal.objects.exists()


def test_the_whole_gate_moves_no_money(person, bank):
    person.walk(issue_place="64000")
    person.give()
    person.answer()

    assert person.status() == Status.PASSED
    assert bank.received == []
    assert bank.book == []
    assert not Journal.objects.exists()


class TestTime:
    def test_every_page_with_something_to_do_says_how_long_and_offers_more(self, person, centre):
        pages = [person.get(), person.agree(), person.give()]
        centre.is_down = True
        pages.append(person.answer())
        centre.is_down = False
        centre.reset()
        pages.append(person.post("again/"))  # nobody of these data is known: a mismatch

        assert [place(page) for page in pages] == ["consent", "data", "code", "result", "result"]
        for page in pages:
            assert re.search(r"This check stays open until \d\d:\d\d, about (29|30) more minutes\.", page.text)
            assert "Keep it open for half an hour more" in page.text
            assert 'id="identity-form"' in page.text
            assert re.search(r'data-seconds-left="17\d\d|data-seconds-left="1800', page.text)

    def test_who_asks_in_time_gets_half_an_hour_from_then_on(self, person, later):
        later(minutes=29)
        page = person.post("extend/")
        assert place(page) == "extend"
        assert "Before you pay: prove your identity" in page.text
        assert "about 30 more minutes" in page.text or "about 29 more minutes" in page.text

        later(minutes=58)
        assert place(person.get()) == "consent"
        later(minutes=60)
        assert "This link has ended" in person.get().text

    def test_too_late_is_too_late(self, person, later):
        later(minutes=30)

        page = person.post("extend/")

        assert page.status_code == 410
        assert Check.objects.get().extensions == 0
        assert says_not_charged(page)

    def test_a_script_gets_the_new_time_in_words(self, person):
        answer = person.client.post(f"{person.address}extend/", headers={"Accept": "application/json"})

        body = answer.json()
        assert body["seconds"] in {1799, 1800}
        assert body["extensions_left"] == 9
        assert re.fullmatch(r"This check stays open until \d\d:\d\d, about (29|30) more minutes\.", body["text"])
        assert re.fullmatch(r"This check ends at \d\d:\d\d\. Do you need more time\?", body["warning"])

    def test_ten_times_and_no_more(self, person):
        for _ in range(EXTENSIONS_MAX):
            assert person.post("extend/").status_code == 200
        until = Check.objects.get().expires_at

        page = person.post("extend/")
        script = person.client.post(f"{person.address}extend/", headers={"Accept": "application/json"})

        assert EXTENSIONS_MAX >= 10
        assert "It was kept open as often as it can be. Nothing was charged." in page.text
        assert "Keep it open for half an hour more" not in page.text
        assert (script.status_code, script.json()["code"]) == (429, "check_extensions_used_up")
        assert Check.objects.get().expires_at == until
        with pytest.raises(IntegrityError), transaction.atomic():
            Check.objects.update(extensions=EXTENSIONS_MAX + 1)

    def test_what_was_typed_without_a_script_comes_back(self, person):
        person.agree()

        page = person.post("extend/", **TYPED)

        assert page.status_code == 200
        assert "error-summary" not in page.text
        assert 'value=" a123 456 789"' in page.text
        assert 'value="69/05/17"' in page.text
        assert re.search(r'value="63000"\s+selected', page.text)
        assert re.search(r'value="renewal"[^>]*checked', page.text)
        assert not Inquiry.objects.exists()

    def test_a_typed_code_comes_back_and_counts_as_no_try(self, person):
        person.agree()
        person.give()

        page = person.post("extend/", code="１２３ 45")

        assert 'value="１２３ 45"' in page.text
        assert not CodeTry.objects.exists()

    def test_following_a_link_to_it_changes_nothing(self, person):
        assert place(person.get("extend/")) == "consent"
        assert Check.objects.get().extensions == 0

    def test_the_code_says_until_when_as_time_and_in_minutes(self, person, later):
        person.agree()
        assert re.search(r"It is good until \d\d:\d\d:\d\d, about (4|5) more minutes\.", person.give().text)

        later(minutes=6)
        page = person.get("code/")
        assert "The code has become too old. Have a new one sent below." in page.text
        assert "It is good until" not in page.text

    def test_a_new_code_says_that_the_one_before_is_no_longer_good(self, person, later):
        person.agree()
        person.give()
        later(minutes=2)

        page = person.post("code/resend/")

        assert "We have sent a new code. The one before is no longer good." in page.text
        assert place(page) == "code"

    @pytest.mark.parametrize("typed", ["{}", " {} ", "{0[0]}{0[1]}{0[2]} {0[3]}{0[4]}{0[5]}", "-{}-"])
    @pytest.mark.parametrize("wide", [False, True])
    def test_a_code_is_understood_as_people_type_it(self, person, typed, wide):
        person.agree()
        person.give()
        code = last_code()
        text = typed.format(code)

        page = person.answer("".join(chr(ord(c) + 0xFEE0) if wide and c.isdigit() else c for c in text))

        assert "Your identity is proved" in page.text

    def test_an_error_is_named_in_the_title_and_its_summary_can_take_the_focus(self, person):
        person.agree()
        page = person.give(birth_date="yesterday")

        assert "<title>Error: Your data" in page.text
        assert re.search(r'class="error-summary" role="alert" tabindex="-1"', page.text)
        assert 'href="#id_birth_date"' in page.text
