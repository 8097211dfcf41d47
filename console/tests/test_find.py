"""Finding payments: each thing that a caller has at hand, one result at once, filters, kept searches; what is recorded."""

import datetime as dt
import re
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import parse_qs, urlsplit

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.urls import reverse

from audit.models import Record
from cards.bank import fake_bank
from cards.models import Customer
from cards.operations import remember_holder
from common.clock import TAIPEI
from conftest import MONDAY
from console.models import SavedView
from console.operations.saved_views import save_view
from payments.models import Payment
from payments.tests.factories import make_paid_payment, make_payment, make_platform, pay
from refunds.tests.factories import ask, make_accepted_refund
from staff.tests.factories import make_staff, sign_in
from support.operations import open_case
from support.tests.factories import cause_of

pytestmark = pytest.mark.django_db
FIND = "/console/find/"


@pytest.fixture(autouse=True)
def _monday(settings, tmp_path):
    """Pages read the clock at ten o'clock on a Monday in June."""
    settings.CLOCK_FILE = str(tmp_path / "clock")
    (tmp_path / "clock").write_text(str((MONDAY - dt.datetime.now(dt.UTC)).total_seconds()))


@pytest.fixture
def agent():
    return sign_in(make_staff("amy", "agent"))


def search(client, term):
    """Typed and entered: where the browser ends up."""
    return client.post(FIND, {"q": term}, follow=True, headers={"accept-language": "en"})


def place(page):
    return page.redirect_chain[-1][0]


def text_of(page):
    return re.sub(r"\s+", " ", page.content.decode())


def listed(page):
    """The payments' order numbers on the page, in their order."""
    return re.findall(r'<th scope="row"><a href="[^"]+">([^<]+)</a>', page.content.decode())


def test_each_thing_a_caller_has_at_hand_opens_the_payment_at_once(agent):
    payment = make_paid_payment(MONDAY, twd=1221)
    make_payment(MONDAY)
    phone, last4 = payment.account.customer.phone, payment.account.last4
    assert phone
    there = f"/console/payment/{payment.reference}/"

    for term in (payment.reference, payment.reference.lower().replace("-", " "), payment.order_number, last4,
                 "NT$1,233", payment.account.number, "0" + phone[4:], phone[-3:], phone[-4:]):  # fmt: skip
        assert place(search(agent, term)) == there, term


def test_a_payment_is_found_by_the_national_id_of_its_payer(agent):
    payment = make_paid_payment(MONDAY)
    remember_holder(customer=payment.account.customer, phone="+886911222333", national_id="A123456789")

    assert place(search(agent, "a123456789")) == f"/console/payment/{payment.reference}/"


def test_a_changed_phone_is_found_and_the_former_one_no_more(agent):
    payment = make_paid_payment(MONDAY)
    remember_holder(customer=payment.account.customer, phone="+886911222333", national_id="A123456789")

    assert place(search(agent, "0911222333")) == f"/console/payment/{payment.reference}/"
    assert "Nothing fits" in text_of(search(agent, "0912345678"))


def test_a_card_that_was_refused_is_found_as_well_as_one_that_paid(agent):
    from common.errors import Refusal

    payment = make_payment(MONDAY)
    fake_bank().behave("00012345678901", "4505")
    with pytest.raises(Refusal):
        pay(payment, MONDAY)

    assert place(search(agent, "8901")) == f"/console/payment/{payment.reference}/"


def test_a_refund_is_found_by_both_of_its_numbers_and_said_first(agent):
    refund = make_accepted_refund(MONDAY)

    for term in (refund.reference, refund.platform_refund_number):
        page = search(agent, term)
        assert place(page) == f"/console/payment/{refund.payment.reference}/?refund={refund.reference}"
        assert page.context["sayings"][0]["parts"][0]["reference"] == refund.reference


def test_a_day_lists_the_payments_made_on_it_in_taipei(agent):
    late = dt.datetime(2026, 6, 7, 23, 59, tzinfo=TAIPEI)
    yesterday, today, second = make_payment(late), make_payment(MONDAY), make_payment(MONDAY)

    assert listed(search(agent, "6/8")) == [second.order_number, today.order_number]
    assert place(search(agent, "2026-06-07")) == f"/console/payment/{yesterday.reference}/"


def test_several_readings_stand_under_a_heading_each(agent):
    first = make_paid_payment(MONDAY)
    second = make_payment(MONDAY, order_number="8901")

    page = search(agent, "8901")

    assert [group["id"] for group in page.context["groups"]] == ["order", "last_four"]
    assert listed(page) == [second.order_number, first.order_number]


def test_more_of_a_reading_than_fits_is_walked_page_by_page(agent, monkeypatch):
    made = [make_payment(MONDAY + dt.timedelta(minutes=number)) for number in range(7)]
    monkeypatch.setattr("console.queries.find.SHOWN", 3)
    monkeypatch.setattr("console.pages.find._PAGE", 3)
    monkeypatch.setattr("console.pages.find.found.__kwdefaults__", {"limit": 3}, raising=False)

    page, seen = agent.get(FIND, {"q": "2026-06-08", "reading": "date"}), []
    for _ in range(3):
        seen += listed(page)
        more = page.context["groups"][0]["more"]
        page = agent.get(FIND + more) if more else page

    assert seen == [payment.order_number for payment in reversed(made)]


def test_what_nothing_fits_says_what_was_looked_for(agent):
    page = search(agent, "HM00000000")

    assert "Nothing fits" in text_of(page)
    assert "Order number · The shop&#x27;s refund number" in text_of(page)


def test_a_misread_reference_says_that_it_is_one(agent):
    assert "A character was misread" in text_of(search(agent, "PAY-0123456789ABCD"))


@pytest.mark.parametrize("term", ["A123456789", "0912345678", "00099999999999"])
def test_a_persons_own_numbers_stand_in_no_address_no_record_and_no_page(agent, term):
    page = search(agent, term)

    assert [term in address for address, _status in page.redirect_chain] == [False] * len(page.redirect_chain)
    assert term not in page.content.decode()
    assert term not in str(list(Record.objects.values_list("details", "reason", "subject")))
    assert Record.objects.get(action="payment.searched").details == {"readings": page_kinds(term), "found": 0}


def page_kinds(term):
    from console.matching import readings_of

    return [reading.kind.value for reading in readings_of(term, MONDAY.date())]


def test_a_sealed_term_that_was_changed_finds_nothing(agent):
    address = search(agent, "0912345678").redirect_chain[0][0]
    sealed = parse_qs(urlsplit(address).query)["sealed"][0]

    for forged in (sealed[:-4] + "AAAA", "nonsense", "aaaaaaaa:bbbb"):
        assert agent.get(FIND, {"sealed": forged}).context["has_term"] is False


def test_a_search_is_recorded_with_who_and_how_but_not_for_what(agent):
    search(agent, "HM00000000")

    record = Record.objects.get(action="payment.searched")
    assert (record.by, record.role, record.action) == ("staff:amy", "agent", "payment.searched")
    assert record.details == {"readings": ["order", "refund_number"], "found": 0}


# ---------- filters ----------


def test_filters_narrow_the_list_and_stand_in_the_address(agent):
    small, large = make_paid_payment(MONDAY, twd=100), make_paid_payment(MONDAY, twd=5_000)
    waiting = make_payment(MONDAY, twd=200)
    other = make_payment(MONDAY, platform=make_platform("other"))

    def wanted(**query):
        return set(listed(agent.get(FIND, query)))

    assert wanted() == {small.order_number, large.order_number, waiting.order_number, other.order_number}
    assert wanted(status="paid") == {small.order_number, large.order_number}
    assert wanted(status="paid", amount_from="1000") == {large.order_number}
    assert wanted(amount_to="150") == {small.order_number}
    assert wanted(amount_from="0", amount_to="0") == set()
    assert wanted(platform="other") == {other.order_number}
    assert wanted(date_from="2026-06-09") == set()
    assert wanted(date_from="2026-06-08", date_to="2026-06-08", status="created") == {
        waiting.order_number,
        other.order_number,
    }


def test_payments_are_found_by_their_refunds_and_open_cases(agent):
    refund, plain = make_accepted_refund(MONDAY), make_payment(MONDAY)
    asked = ask(make_paid_payment(MONDAY), MONDAY, 100)
    with_case = make_payment(MONDAY)
    make_case(with_case, "not_told")
    make_case(asked, "refund_overdue")

    assert listed(agent.get(FIND, {"refund_status": "accepted"})) == [refund.payment.order_number]
    assert set(listed(agent.get(FIND, {"open_case": "on"}))) == {
        with_case.order_number,
        asked.payment.order_number,
    }
    assert plain.order_number in listed(agent.get(FIND))


def make_case(row, kind):
    return open_case(cause=cause_of(row, kind), at=MONDAY, by="test")


def test_a_filter_that_contradicts_itself_is_refused_beside_the_field(agent):
    page = agent.get(FIND, {"amount_from": "500", "amount_to": "100"}, headers={"accept-language": "en"})

    assert page.status_code == 422
    assert "This is less than the amount it begins with." in text_of(page)


def test_the_list_is_walked_to_its_end_without_a_row_twice(agent, monkeypatch):
    monkeypatch.setattr("console.pages.find._PAGE", 2)
    made = [make_payment(MONDAY + dt.timedelta(minutes=number)).order_number for number in range(5)]

    page, seen = agent.get(FIND), []
    while True:
        seen += listed(page)
        if not page.context["next"]:
            break
        page = agent.get(FIND + page.context["next"])

    assert seen == made[::-1]


def test_the_list_costs_the_same_however_long_it_is(agent, django_assert_num_queries):
    for _ in range(3):
        make_payment(MONDAY)
    agent.get(FIND)

    # Session, member of staff, their rights twice, role; shops, the page, its views; the record, its two savepoints.
    with django_assert_num_queries(LIST_QUERIES):
        agent.get(FIND)
    for _ in range(20):
        make_payment(MONDAY)
    with django_assert_num_queries(LIST_QUERIES):
        agent.get(FIND)


def test_a_term_of_many_readings_costs_one_query_each(agent, django_assert_num_queries):
    for _ in range(3):
        make_payment(MONDAY, twd=8901)
    make_paid_payment(MONDAY)

    with django_assert_num_queries(TERM_QUERIES):
        agent.get(FIND, {"q": "8901"})


LIST_QUERIES, TERM_QUERIES = 11, 14


# ---------- kept searches ----------


def test_a_search_is_kept_replaced_shared_and_taken_off(agent):
    agent.post(FIND + "views/", {"name": "Paid", "query": "status=paid", "shared_with": ""})
    agent.post(FIND + "views/", {"name": "Paid", "query": "status=paid&amount_from=5", "shared_with": "agent"})
    other, auditor = sign_in(make_staff("ben", "agent")), sign_in(make_staff("eve", "auditor"))

    assert [view["address"] for view in agent.get(FIND).context["views"]] == [FIND + "?status=paid&amount_from=5"]
    assert [view["owner"] for view in other.get(FIND).context["views"]] == ["amy"]
    assert auditor.get(FIND).context["views"] == []

    view = SavedView.objects.get(removed_at=None)
    other.post(reverse("desk:remove_view", args=[view.pk]))
    assert agent.get(FIND).context["views"] != []
    agent.post(reverse("desk:remove_view", args=[view.pk]))
    assert agent.get(FIND).context["views"] == []


@pytest.mark.django_db(transaction=True)
def test_a_search_kept_twice_at_once_is_kept_once(agent):
    amy = User.objects.get(username="amy")

    def keep(number):
        try:
            save_view(owner=amy, name="Paid", query=f"amount_from={number}", shared_with="", at=MONDAY)
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(keep, range(12)))

    assert SavedView.objects.filter(owner=amy).count() == 12
    assert SavedView.objects.filter(owner=amy, removed_at=None).count() == 1


def test_a_kept_search_needs_a_name(agent):
    agent.post(FIND + "views/", {"name": " ", "query": "status=paid", "shared_with": ""})

    assert not SavedView.objects.exists()


# ---------- palette, and who may ----------


def test_the_palette_finds_payments_and_pages(agent):
    payment = make_paid_payment(MONDAY)

    page = text_of(agent.post(FIND + "palette/", {"q": payment.order_number}, headers={"accept-language": "en"}))

    assert f'data-address="/console/payment/{payment.reference}/"' in page
    assert "1 result<" in page


def test_the_palette_leads_to_pages_by_their_name_in_either_language(agent):
    for term in ("find", "查詢"):
        page = agent.post(FIND + "palette/", {"q": term}, headers={"accept-language": "en"}).content.decode()
        assert 'data-address="/console/find/"' in page


def test_the_palette_offers_only_what_one_may_open():
    agent, operator = sign_in(make_staff("amy", "agent")), sign_in(make_staff("ops", "operator"))

    def offered(client):
        return "/console/payments/tell-again/" in client.post(FIND + "palette/", {"q": ""}).content.decode()

    assert (offered(agent), offered(operator)) == (False, True)


@pytest.mark.parametrize("address", [FIND, FIND + "?q=5566"])
def test_an_administrator_of_staff_finds_no_customer(address):
    administrator = sign_in(make_staff("ada", "administrator"))

    assert administrator.get(address).status_code == 403
    assert administrator.post(FIND, {"q": "5566"}).status_code == 403
    assert administrator.post(FIND + "palette/", {"q": "5566"}).status_code == 403


def test_nobody_finds_anything_without_signing_in(client):
    assert client.get(FIND).status_code == 302
    assert "login" in client.get(FIND)["Location"]


def test_customers_known_before_get_their_hashes_by_the_migration():
    from importlib import import_module

    from django.apps import apps

    payment = make_paid_payment(MONDAY)
    known = Customer.objects.get(pk=payment.account.customer_id)
    Customer.objects.update(phone_hash="", phone_tail_hash="", phone_short_tail_hash="")

    import_module("cards.migrations.0005_found_by_phone").fill(apps, None)

    again = Customer.objects.get(pk=known.pk)
    assert again.phone_tail_hash == known.phone_tail_hash != ""
    assert Payment.objects.filter(account__customer__phone_hash=known.phone_hash).exists()
