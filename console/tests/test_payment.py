"""One payment on one page: what to say, everything that happened, masked; deeds with a reason, looks recorded."""

import contextlib
import datetime as dt
import re

import pytest
from django.contrib.auth.models import User
from django.db import transaction
from django.urls import reverse

from audit import operations as audit
from audit.models import Record
from cards.bank import fake_bank
from common.errors import Refusal
from common.references import new_id
from conftest import MONDAY
from notifications.channels import fake_sender
from notifications.models import Retelling
from notifications.operations import deliver_due
from notifications.states import Channel
from payments.models import DebitReversal, Payment
from payments.operations import reverse_debit
from payments.states import Status
from payments.tests.factories import ACCOUNT, make_paid_payment, make_payment, make_platform, pay
from platforms.operations import add_endpoint
from refunds.models import Refund
from refunds.tests.factories import ask, make_accepted_refund
from staff.tests.factories import make_staff, sign_in
from support import operations as support
from support.tests.approving import ask as ask_for
from support.tests.approving import carry_out
from support.tests.factories import cause_of, conclude

pytestmark = pytest.mark.django_db
HOOK = "https://shop.example/hook"


@pytest.fixture(autouse=True)
def _monday(settings, tmp_path):
    """Pages read the clock at ten o'clock on a Monday in June."""
    settings.CLOCK_FILE = str(tmp_path / "clock")
    (tmp_path / "clock").write_text(str((MONDAY - dt.datetime.now(dt.UTC)).total_seconds()))


@pytest.fixture
def agent():
    return sign_in(make_staff("amy", "agent"))


@pytest.fixture
def supervisor():
    return sign_in(make_staff("sue", "supervisor"))


def page_of(client, payment, **query):
    address = reverse("desk:payment", args=[payment.reference])
    return client.get(address, query, headers={"accept-language": "en"})


def do(client, name, reference, **fields):
    address = reverse(f"desk:{name}", args=[reference])
    return client.post(address, fields, follow=True, headers={"accept-language": "en"})


def said(page):
    return [str(message) for message in page.context["messages"]]


def told_in_vain(at=MONDAY):
    """A paid payment whose shop answers with an error."""
    platform = make_platform()
    add_endpoint(platform=platform, url=HOOK, at=at, by="shop")
    fake_sender(Channel.WEBHOOK).behave(HOOK, "always_refuse")
    payment = make_paid_payment(at)
    deliver_due(channel=Channel.WEBHOOK, at=at)
    return payment


def in_flight():
    payment = make_payment(MONDAY)
    fake_bank().behave(ACCOUNT, "timeout_after")
    with contextlib.suppress(Refusal):
        pay(payment, MONDAY)
    payment.refresh_from_db()
    assert payment.status == Status.UNKNOWN
    return payment


# ---------- what it shows ----------


def test_the_sentence_to_say_stands_first_in_both_languages(agent):
    page = page_of(agent, make_paid_payment(MONDAY))

    chinese, english = page.context["sayings"]
    assert (chinese["lang"], english["lang"]) == ("zh-Hant-TW", "en")
    assert english["parts"][0]["title"] == "Yes, once: NT$961"
    assert chinese["parts"][0]["title"] == "有，已扣款一次：NT$961"


def test_a_refused_payment_says_why_in_the_customers_words(agent):
    payment = make_payment(MONDAY)
    fake_bank().behave(ACCOUNT, "4505")
    with pytest.raises(Refusal) as refused:
        pay(payment, MONDAY)

    part = page_of(agent, payment).context["sayings"][1]["parts"][0]

    assert part["title"] == "No, you were not charged"
    assert part["texts"][0] == str(refused.value.title)


def test_the_story_has_every_change_call_answer_notice_text_and_look(agent):
    payment = told_in_vain()
    page_of(agent, payment)

    entries = page_of(agent, payment).context["entries"]

    titles = [entry["title"] for entry in entries]
    for part in (
        "Made: Waits for the payer",
        "Status: Being debited → Paid",
        "Card presented, attempt 1, account ending 8901",
        "The bank charged the account",
        "Notice made: payment.succeeded",
        "Told; the shop did not accept it · payment.succeeded",
    ):
        assert [title for title in titles if title.startswith(part)], part
    assert titles[0] == "Looked at this payment"
    assert entries[0]["by"] == "staff:amy (agent)"
    assert all(re.fullmatch(r"2026-06-08 \d\d:\d\d \+08:00", entry["when"]) for entry in entries)
    stamps = [entry["stamp"] for entry in entries]
    assert stamps == sorted(stamps, reverse=True)


def test_the_story_can_be_narrowed_to_one_kind(agent):
    payment = told_in_vain()

    page = page_of(agent, payment, show="notice")

    assert {entry["kind"] for entry in page.context["entries"]} == {"notice"}
    assert [chip["kind"] for chip in page.context["chips"] if chip["is_on"]] == ["notice"]
    assert {entry["kind"] for entry in page_of(agent, payment, show="nonsense").context["entries"]} > {"notice", "bank"}


def test_books_limits_refunds_and_promises_stand_on_the_page(agent):
    refund = make_accepted_refund(MONDAY, amount_minor=500)

    context = page_of(agent, refund.payment).context

    assert [(one["debit"], one["credit"]) for one in context["journals"]] == [("NT$961", "NT$961")]
    assert {limit["used"] for limit in context["limits"]} == {"NT$961"}
    assert [one["reference"] for one in context["refunds"]] == [refund.reference]
    assert context["refunds"][0]["months"]
    promise = {fact["label"]: fact["value"] for fact in context["refunds"][0]["facts"]}["Promised credit"]
    assert f"{refund.expected_credit_date:%Y/%m/%d}" in promise


def test_nothing_of_a_person_stands_on_the_page_unmasked(agent):
    payment = make_paid_payment(MONDAY)
    phone, number = payment.account.customer.phone, payment.account.number

    page = page_of(agent, payment).content.decode()

    assert phone not in page
    assert number not in page
    assert payment.account.masked in page


def test_a_payment_that_does_not_exist_is_said_so(agent):
    assert agent.get("/console/payment/PAY-0123456789ABCD/").status_code == 404
    assert agent.get("/console/refund/RF-0123456789ABCD/").status_code == 404


def test_the_page_costs_the_same_however_much_has_happened(agent, django_assert_num_queries):
    payment = told_in_vain()
    page_of(agent, payment)
    with django_assert_num_queries(PAGE_QUERIES):
        page_of(agent, payment)

    for amount_minor in (10, 20, 30):
        ask(payment, MONDAY, amount_minor)
    for amount_minor in (5, 6):
        make_accepted_refund(MONDAY, amount_minor=amount_minor, payment=payment)
    page_of(agent, payment)

    # Three for what hangs on refunds, however many there are, and one for the tries of their text messages.
    with django_assert_num_queries(PAGE_QUERIES_WITH_REFUNDS):
        page_of(agent, payment)


PAGE_QUERIES, PAGE_QUERIES_WITH_REFUNDS = 25, 29


# ── What a second person can agree to ──


def links(client, payment):
    """Deed and subject of each form that the page leads to."""
    found = re.findall(
        r'href="/console/approvals/new/([a-z_.]+)/\?subject=([A-Z0-9-]+)"', page_of(client, payment).text
    )
    return sorted(found)


@pytest.mark.parametrize(
    ("bank_code", "deeds"),
    [
        ("4502", ["refund.return_to_run", "refund.settle_by_hand"]),
        ("amount_differs", ["refund.settle_by_hand"]),
    ],
)
def test_a_refund_in_a_persons_hands_leads_to_the_forms_that_its_state_allows(supervisor, bank_code, deeds):
    refund = in_hands(bank_code)

    assert links(supervisor, refund.payment) == [
        ("identity.reset", refund.payment.reference),
        *((deed, refund.reference) for deed in deeds),
    ]


AT_THE_BANK = {"request_id": new_id(), "enquire_at": MONDAY}


def in_hands(bank_code):
    refund = make_accepted_refund(MONDAY)
    with transaction.atomic():
        refund.move_to("crediting", at=MONDAY, by="run", fields=AT_THE_BANK)
        refund.move_to("manual", at=MONDAY, by="run", fields={"bank_code": bank_code})
    return refund


def test_a_link_opens_the_form_filled_in(supervisor):
    refund = in_hands("4502")

    form = supervisor.get(f"/console/approvals/new/refund.settle_by_hand/?subject={refund.reference}")

    assert form.context["form"]["reference"].value() == refund.reference
    assert f'value="{refund.reference}"' in form.text


def test_what_waits_for_the_run_can_be_put_off_within_its_promise_alone(supervisor):
    refund = make_accepted_refund(MONDAY)
    assert ("refund.defer", refund.reference) in links(supervisor, refund.payment)

    Refund.objects.filter(pk=refund.pk).update(credit_date=refund.latest_credit_date)

    assert ("refund.defer", refund.reference) not in links(supervisor, refund.payment)


def test_what_is_settled_or_at_the_bank_leads_to_no_form(supervisor):
    refund = make_accepted_refund(MONDAY)
    with transaction.atomic():
        refund.move_to("crediting", at=MONDAY, by="run", fields=AT_THE_BANK)

    assert links(supervisor, refund.payment) == [("identity.reset", refund.payment.reference)]


@pytest.mark.parametrize("role", ["agent", "operator", "auditor"])
def test_a_role_that_may_not_ask_finds_no_link_and_no_form(role):
    refund, client = in_hands("4502"), sign_in(make_staff("other", role))

    assert links(client, refund.payment) == []
    assert client.get(f"/console/approvals/new/refund.defer/?subject={refund.reference}").status_code == 403


def test_what_was_asked_for_already_leads_to_its_request(supervisor):
    refund = in_hands("4502")
    asked = request_for(make_staff("sam", "supervisor"), refund)

    page = page_of(supervisor, refund.payment).text

    assert f'href="/console/approvals/{asked.pk}/">Give a refund back to the day' in page
    assert "waits for a second person" in page
    assert ("refund.return_to_run", refund.reference) not in links(supervisor, refund.payment)
    assert ("refund.settle_by_hand", refund.reference) in links(supervisor, refund.payment)


def request_for(maker, refund):
    return ask_for(MONDAY, maker, "refund.return_to_run", {"reference": refund.reference})


def test_a_customer_to_be_checked_anyway_is_asked_for_by_nobody(supervisor):
    payment = make_paid_payment(MONDAY)
    assert links(supervisor, payment) == [("identity.reset", payment.reference)]

    carry_out(MONDAY, "identity.reset", {"payment": payment.reference})

    assert links(supervisor, payment) == []


def test_a_debit_of_another_amount_leads_to_the_form_with_what_the_bank_took(supervisor):
    payment = wrongly_debited()
    address = f"/console/approvals/new/payment.reverse_debit/?subject={payment.reference}&amp;told_minor=962"
    assert f'href="{address}"' in page_of(supervisor, payment).text

    form = supervisor.get(address.replace("&amp;", "&")).context["form"]

    assert (form["reference"].value(), form["told_minor"].value()) == (payment.reference, "962")


def wrongly_debited():
    fake_bank().behave(ACCOUNT, "other_amount")
    return pay(make_payment(MONDAY), MONDAY)


def test_a_debit_on_its_way_back_or_back_leads_to_no_form_and_says_so(supervisor):
    payment = wrongly_debited()
    carry_out(MONDAY, "payment.reverse_debit", {"reference": payment.reference, "told_minor": 962})
    assert "payment.reverse_debit" not in page_of(supervisor, payment).text

    reverse_debit(reversal_id=DebitReversal.objects.get().pk, at=MONDAY, by="sweep")

    page = page_of(supervisor, payment).text
    assert "payment.reverse_debit" not in page
    assert "The bank took a wrong amount and gave it back" in page
    assert "No: what was taken is back in your account" in page
    assert "Had the bank asked to give a wrong debit back" in page


def test_a_debit_that_is_merely_unknown_leads_to_no_form(supervisor):
    fake_bank().behave(ACCOUNT, "timeout_before")

    assert "payment.reverse_debit" not in page_of(supervisor, pay(make_payment(MONDAY), MONDAY)).text


@pytest.mark.parametrize("role", ["agent", "operator"])
def test_who_may_not_ask_finds_no_link_to_give_a_debit_back(role):
    client = sign_in(make_staff("other", role))

    assert "payment.reverse_debit" not in page_of(client, wrongly_debited()).text


def test_the_links_cost_the_same_however_many_refunds_there_are(supervisor, django_assert_num_queries):
    """Beside the page itself: what may be asked for, what waits, whether a check is due, and the calendar."""
    payment = told_in_vain()
    make_accepted_refund(MONDAY, amount_minor=5, payment=payment)
    page_of(supervisor, payment)
    with django_assert_num_queries(PAGE_QUERIES_WITH_REFUNDS + 4):
        page_of(supervisor, payment)

    for amount_minor in (6, 7, 8):
        make_accepted_refund(MONDAY, amount_minor=amount_minor, payment=payment)
    page_of(supervisor, payment)

    with django_assert_num_queries(PAGE_QUERIES_WITH_REFUNDS + 4):
        page_of(supervisor, payment)


def test_a_case_is_told_with_who_has_it_and_how_it_ended(agent):
    payment = told_in_vain()
    case = support.open_case(cause=cause_of(payment, "not_told"), at=MONDAY, by="sweep")
    held = page_of(agent, payment).context["cases"][0]
    support.take_case(case_id=case.id, at=MONDAY, by="staff:amy")
    taken = page_of(agent, payment).context["cases"][0]
    conclude(payment.reference, "delivered", MONDAY)
    support.close_resolved(case_id=case.id, at=MONDAY, by="sweep")

    ended = page_of(agent, payment).context

    assert (held["owner"], taken["owner"]) == ("nobody yet", "amy")
    told = {entry["title"]: entry["why"] for entry in ended["entries"] if entry["kind"] == "case"}
    assert told == {
        "Case opened: paid, platform not told": "",
        "Case closed: paid, platform not told": "Its cause is gone",
    }
    assert ended["cases"][0]["closed"] == "Its cause is gone"


def test_every_deed_of_staff_is_said_in_words(agent):
    payment = told_in_vain()
    case = support.open_case(cause=cause_of(payment, "not_told"), at=MONDAY, by="sweep")
    agent.get(reverse("support:case", args=[case.pk]))
    agent.get(reverse("support:new_case"), {"payment": payment.reference})
    agent.post(reverse("desk:case_file_check"), {"reference": payment.reference, "code": "NONE"})
    audit.record(by="staff:olga", action="refund.deferred_by_hand", subject=payment.reference, at=MONDAY)

    titles = [one["title"] for one in page_of(agent, payment).context["entries"] if one["kind"] == "staff"]

    assert titles == [
        "Checked a printed case file",
        "Began to open a case about it",
        "Looked at a case about it",
        "Put a refund off to another day",
    ]


# ---------- looks ----------


def test_a_look_is_recorded_and_what_the_open_page_asks_for_is_not(agent):
    payment = in_flight()
    live = page_of(agent, payment).context["live"]

    answers = [page_of(agent, payment, live=live).status_code for _ in range(3)]

    assert answers == [204, 204, 204]
    assert Record.objects.filter(action="payment.read", subject=payment.reference).count() == 1


def test_news_comes_to_the_open_page(agent):
    payment = in_flight()
    live = page_of(agent, payment).context["live"]
    do(agent, "ask_bank", payment.reference, reason="the caller waits")

    answer = page_of(agent, payment, live=live)

    assert answer.status_code == 200
    assert "Yes, once: NT$961" in answer.content.decode()


def test_a_token_of_another_payment_or_person_is_a_look_of_its_own(agent, supervisor):
    first, second = in_flight(), make_payment(MONDAY)
    live = page_of(agent, first).context["live"]

    page_of(agent, second, live=live)
    page_of(supervisor, first, live=live)

    looks = Record.objects.filter(action="payment.read").values_list("by", "subject")
    assert set(looks) == {
        ("staff:amy", first.reference),
        ("staff:amy", second.reference),
        ("staff:sue", first.reference),
    }


def test_a_token_of_an_earlier_sign_in_is_a_look_of_its_own(agent):
    payment = in_flight()
    live = page_of(agent, payment).context["live"]
    again = sign_in(User.objects.get(username="amy"))

    assert page_of(again, payment, live=live).status_code == 200
    assert Record.objects.filter(action="payment.read", subject=payment.reference).count() == 2


def test_a_settled_payment_does_not_look_for_news(agent):
    platform = make_platform()
    add_endpoint(platform=platform, url=HOOK, at=MONDAY, by="shop")
    payment = make_paid_payment(MONDAY)
    deliver_due(channel=Channel.WEBHOOK, at=MONDAY)

    assert page_of(agent, payment).context["live"] == ""


# ---------- deeds ----------


def test_the_shop_is_told_again_with_a_reason_and_the_page_says_so(agent):
    payment = told_in_vain()

    page = do(agent, "tell_again", payment.reference, reason="the shop says that it is back")

    assert said(page) == ["The shop is being told again. Its answer appears in the story below."]
    retelling = Retelling.objects.get(subject=payment.reference)
    assert (retelling.by, retelling.reason) == ("staff:amy", "the shop says that it is back")
    assert Record.objects.get(action="payment.told_again").reason == "the shop says that it is back"


def test_where_nothing_is_left_to_tell_nothing_is_sent(agent):
    payment = make_paid_payment(MONDAY)

    page = do(agent, "tell_again", payment.reference, reason="please")

    assert said(page) == ["Nothing was sent: the shop has taken every notice, or fetches them by itself."]
    assert not Retelling.objects.exists()


def test_the_bank_is_asked_at_once(agent):
    payment = in_flight()

    page = do(agent, "ask_bank", payment.reference, reason="the caller waits")

    assert said(page) == ["The bank was asked. The payment now: Paid."]
    assert Payment.objects.get(pk=payment.pk).status == Status.PAID
    assert Record.objects.get(action="payment.bank_asked").reason == "the caller waits"


def test_a_settled_payment_is_not_asked_for(agent):
    page = do(agent, "ask_bank", make_paid_payment(MONDAY).reference, reason="please")

    assert said(page) == ["The bank was not asked: nothing of this payment is unknown."]


def test_a_refund_whose_answer_is_known_is_not_asked_for(agent):
    page = do(agent, "ask_refund", make_accepted_refund(MONDAY).reference, reason="please")

    assert said(page) == ["The bank was not asked: nothing of this refund may be asked for now."]


def deeds(**whose):
    """What was done or seen, but for how the staff of the test came in."""
    return set(Record.objects.filter(**whose).exclude(action__startswith="staff.").values_list("action", flat=True))


@pytest.mark.parametrize("name", ["tell_again", "ask_bank", "reveal", "case_file"])
def test_without_a_reason_nothing_is_done(supervisor, name):
    payment = told_in_vain()

    page = do(supervisor, name, payment.reference, reason="  ", field="phone")

    assert said(page) == ["Nothing was done: give a reason first."]
    assert not Retelling.objects.exists()
    assert deeds() == {"payment.read"}


@pytest.mark.parametrize(
    ("name", "status"), [("tell_again", 405), ("ask_bank", 405), ("reveal", 200), ("case_file", 405)]
)
def test_nothing_is_done_by_reading(supervisor, name, status):
    payment = make_paid_payment(MONDAY)

    page = supervisor.get(reverse(f"desk:{name}", args=[payment.reference]), {"field": "phone", "reason": "why"})

    assert page.status_code == status
    assert payment.account.customer.phone not in page.content.decode()
    assert deeds() <= {"payment.read"}


@pytest.mark.parametrize(
    ("role", "name", "allowed"),
    [
        ("agent", "reveal", False),
        ("auditor", "reveal", False),
        ("supervisor", "reveal", True),
        ("auditor", "tell_again", False),
        ("auditor", "ask_bank", False),
        ("auditor", "case_file", True),
        ("administrator", "case_file", False),
    ],
)
def test_each_deed_asks_for_its_right(role, name, allowed):
    payment = make_paid_payment(MONDAY)
    client = sign_in(make_staff("eve", role))

    page = do(client, name, payment.reference, reason="why", field="account")

    assert (page.status_code == 200) is allowed
    assert bool(deeds(by="staff:eve")) is allowed


def test_an_administrator_of_staff_sees_no_payment():
    payment = make_paid_payment(MONDAY)

    assert page_of(sign_in(make_staff("ada", "administrator")), payment).status_code == 403
    assert deeds() == set()


# ---------- behind the mask ----------


@pytest.mark.parametrize("field", ["phone", "account"])
def test_a_number_is_revealed_once_for_a_reason_that_is_kept(supervisor, field):
    payment = make_paid_payment(MONDAY)
    hidden = {"phone": payment.account.customer.phone, "account": payment.account.number}
    other = hidden["account" if field == "phone" else "phone"]

    page = do(supervisor, "reveal", payment.reference, field=field, reason="the caller asks").content.decode()

    assert hidden[field] in page
    assert other not in page
    assert hidden[field] not in page_of(supervisor, payment).content.decode()
    record = Record.objects.get(action="payment.revealed")
    assert (record.by, record.reason, record.details) == ("staff:sue", "the caller asks", {"field": field})


def test_what_cannot_be_revealed_is_refused(supervisor):
    payment = make_payment(MONDAY)

    do(supervisor, "reveal", payment.reference, field="account", reason="why")

    assert not Record.objects.filter(action="payment.revealed").exists()


# ---------- many at once ----------


def test_an_operator_tells_a_shop_again_of_everything_since():
    payment = told_in_vain()
    operator = sign_in(make_staff("ops", "operator"))
    asked = {"platform": payment.platform.code, "since": "2026-06-08T00:00"}
    fake_sender(Channel.WEBHOOK).behave(HOOK)

    preview = operator.get(reverse("desk:tell_many"), asked)
    done = asked | {"reason": "it was down"}
    page = operator.post(reverse("desk:tell_many"), done, follow=True, headers={"accept-language": "en"})

    assert preview.context["rows"] == [{"url": HOOK, "count": "1"}]
    assert said(page) == ["1 notice is sent again."]
    record = Record.objects.get(action="payment.many_told_again")
    assert (record.subject, record.reason) == (payment.platform.code, "it was down")


def test_many_are_not_told_without_a_reason_nor_by_an_agent(agent):
    payment = told_in_vain()
    asked = {"platform": payment.platform.code, "since": "2026-06-08T00:00"}

    assert agent.post(reverse("desk:tell_many"), asked | {"reason": "why"}).status_code == 403
    operator = sign_in(make_staff("ops", "operator"))
    assert operator.post(reverse("desk:tell_many"), asked | {"reason": " "}).status_code == 422
    assert operator.get(reverse("desk:tell_many"), asked | {"since": "2026-07-01T00:00"}).status_code == 422
    assert not Record.objects.filter(action="payment.many_told_again").exists()
