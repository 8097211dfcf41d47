"""The pages of cases: who sees and does what, lists that page by key, what each page costs, and what it shows of nobody."""

import datetime as dt
import re
from html import unescape
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from audit.models import Record
from common import clock, lookups
from payments.pages import charged
from staff.tests.factories import make_staff, sign_in
from support import operations, queries, tasks
from support.models import QUEUE, Case
from support.queries import Wanted
from support.states import ClosedAs, Kind
from support.tests.factories import cause_of, make_finding, make_manual_refund, pay

pytestmark = pytest.mark.django_db
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
LIST, BOARD, NEW, NEXT = (reverse(f"support:{name}") for name in ("cases", "board", "new_case", "take_next"))


@pytest.fixture
def now(settings, tmp_path, at):
    """The clock that pages read stands at the usual Monday."""
    settings.CLOCK_FILE = str(tmp_path / "clock")
    (tmp_path / "clock").write_text(str((at - dt.datetime.now(dt.UTC)).total_seconds()))
    return clock.now()


def signed_in(role, name=""):
    client = sign_in(make_staff(name or role, role))
    client.cookies["django_language"] = "en"
    return client


@pytest.fixture
def amy(now):
    return signed_in("agent", "amy")


@pytest.fixture
def bob(now):
    return signed_in("supervisor", "bob")


def open_for(row, kind, at):
    return operations.open_case(cause=cause_of(row, kind), at=at, by="sweep")


def text_of(response):
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", response.content.decode())).split())


def page_of(case):
    return reverse("support:case", args=[case.pk])


def do(client, case, deed, **fields):
    return client.post(reverse("support:case_deed", args=[case.pk, deed]), fields, follow=True)


def numbers(response):
    return re.findall(r'<a id="(CS-[0-9A-Z]{9})"', response.content.decode())


# ── Who may ──


@pytest.mark.parametrize(
    ("role", "sees", "works", "assigns"),
    [
        ("agent", True, True, False),
        ("supervisor", True, True, True),
        ("operator", True, True, False),
        ("auditor", True, False, False),
        ("administrator", False, False, False),
    ],
)
def test_each_role_sees_and_does_what_it_may(now, role, sees, works, assigns):
    client, case = signed_in(role), open_for(pay(now), "not_told", now)
    make_staff("carla", "agent")

    seen = [client.get(address).status_code for address in (LIST, BOARD, page_of(case), reverse("support:case_badge"))]
    worked = [
        client.get(NEW).status_code,
        client.post(NEXT).status_code,
        do(client, case, "note", text="x").status_code,
    ]
    given = do(client, case, "hand-over", to="staff:carla", text="please")

    assert seen == [200 if sees else 403] * 4
    assert worked == ([200, 302, 200] if works else [403, 403, 403])
    assert given.status_code == (200 if assigns else 422 if works else 403)
    case.refresh_from_db()
    assert (case.owner == "staff:carla") is assigns


@pytest.mark.parametrize("address", [LIST, BOARD, NEW])
def test_nobody_comes_in_unknown(now, address):
    answer = Client().get(address)

    assert answer.status_code == 302
    assert "/login" in answer["Location"]


@pytest.mark.parametrize("deed", ["take", "note", "hand-over", "priority", "merge", "close", "reopen"])
def test_looking_changes_nothing(amy, now, deed):
    case = open_for(pay(now), "not_told", now)

    page = amy.get(reverse("support:case_deed", args=[case.pk, deed]))

    assert (page.status_code, case.reference in page.content.decode()) == (200, True)
    assert amy.get(NEXT).status_code == 405
    assert list(Case.objects.values_list("step", "owner")) == [(0, QUEUE)]


def test_what_there_is_not_is_not_found(amy, now):
    case = open_for(pay(now), "not_told", now)

    assert do(amy, case, "delete").status_code == 404
    assert amy.get(reverse("support:case", args=["00000000-0000-7000-8000-000000000000"])).status_code == 404


# ── A case ──


def test_a_case_says_what_it_is_about_and_what_to_tell_the_caller(amy, now):
    payment = pay(now)
    case = open_for(payment, "not_told", now)

    text = text_of(amy.get(page_of(case)))

    for shown in (case.reference, "Paid, platform not told", payment.reference, payment.order_number, "NT$961"):
        assert shown in text
    assert "Yes, once: NT$961" in text
    assert "有，已扣款一次：NT$961" in text
    assert "2026-06-09 10:00 +08:00" in text
    assert "••••8901" in text
    assert "00012345678901" not in text


def test_looking_at_a_case_is_recorded(amy, now):
    payment = pay(now)
    case = open_for(payment, "not_told", now)

    amy.get(page_of(case))

    look = Record.objects.get(action="case.read")
    assert (look.by, look.role, look.subject, look.details) == (
        "staff:amy",
        "agent",
        payment.reference,
        {"case": case.reference},
    )


def test_a_case_is_taken_noted_and_closed_on_its_page(amy, now):
    case = open_for(pay(now), "not_told", now)

    assert "This case is yours now." in text_of(do(amy, case, "take"))
    assert "called the shop" in text_of(do(amy, case, "note", text="called the shop"))
    closed = do(amy, case, "close", closed_as="platform", reason="the shop has it")

    case.refresh_from_db()
    assert (case.owner, case.status, case.closed_as, case.closed_reason) == (
        "staff:amy",
        "closed",
        ClosedAs.PLATFORM,
        "the shop has it",
    )
    assert "Closed: The platform has it in hand" in text_of(closed)
    assert "Open it again" in text_of(closed)


def test_what_money_hangs_on_is_not_closed_and_the_page_says_so_before_and_after(bob, now):
    case = open_for(make_manual_refund(now - 60 * DAY), "account_closed", now)

    assert "Money hangs on it" in text_of(bob.get(page_of(case)))
    refused = do(bob, case, "close", closed_as="settled", reason="enough")

    assert refused.status_code == 409
    assert "This case can't be closed yet" in text_of(refused)
    assert "enough" in refused.content.decode()
    case.refresh_from_db()
    assert case.status == "open"


def test_a_note_with_an_account_number_is_refused_and_not_kept(amy, now):
    case = open_for(pay(now), "not_told", now)

    refused = do(amy, case, "note", text="account 00012345678901")

    assert refused.status_code == 422
    assert "Notes hold nothing personal" in text_of(refused)
    assert not case.notes.exists()


def test_the_reasons_of_merge_and_sweep_are_not_for_choosing(amy, now):
    case = open_for(pay(now), "not_told", now)

    assert do(amy, case, "close", closed_as="cause_gone", reason="x").status_code == 422
    assert do(amy, case, "close", closed_as="settled", reason="").status_code == 422
    case.refresh_from_db()
    assert case.status == "open"


def test_merge_reopen_and_priority_are_done_on_the_page(amy, now):
    payment = pay(now)
    case = open_for(payment, "not_told", now)
    amy.post(NEW, {"reference": payment.reference, "kind": "complaint", "words": "very late"})
    complaint = Case.objects.get(kind="complaint")

    merged = do(amy, complaint, "merge", into=case.reference, reason="same matter")
    assert merged.redirect_chain[-1][0] == page_of(case)
    assert "very late" in text_of(merged)
    assert "high → urgent" in text_of(do(amy, case, "priority", priority="1", reason="press"))
    do(amy, case, "close", closed_as="settled", reason="done")
    again = do(amy, case, "reopen", reason="not done")

    assert again.redirect_chain[-1][0] == page_of(Case.objects.get(reopens=case))
    assert f"Goes on with {case.reference}" in text_of(again)


def test_the_neighbours_of_a_case_are_those_due_before_and_after_it_in_its_queue(amy, now):
    cases = [open_for(pay(now), "not_told", now + number * HOUR) for number in range(3)]
    open_for(make_finding(now), "broken_invariant", now)

    before, after = queries.neighbours(cases[1])

    assert (before, after) == (cases[0], cases[2])
    assert queries.neighbours(cases[0]) == (None, cases[1])
    page = amy.get(page_of(cases[1])).content.decode()
    assert page_of(cases[0]) in page
    assert page_of(cases[2]) in page


def test_what_is_typed_is_shown_as_text_and_never_as_a_page(amy, now):
    case = open_for(pay(now), "not_told", now)

    page = do(amy, case, "note", text="<script>alert(1)</script>").content.decode()

    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page


# ── The next one, and a new one ──


def test_the_next_case_opens_and_nothing_left_is_said(amy, now):
    case = open_for(pay(now), "not_told", now)

    taken = amy.post(NEXT, follow=True)
    nothing = amy.post(NEXT, follow=True)

    assert taken.redirect_chain[-1][0] == page_of(case)
    assert f"{case.reference} is yours now." in text_of(taken)
    assert "Nothing waits in your queue" in text_of(nothing)


def test_a_case_is_opened_for_a_payment_that_is_shown_first(amy, now):
    payment = pay(now)

    asked = text_of(amy.get(NEW, {"payment": payment.reference}))
    opened = amy.post(
        NEW, {"reference": payment.reference, "kind": "question", "words": "where is my order?"}, follow=True
    )

    assert payment.order_number in asked
    case = Case.objects.get()
    assert f"{case.reference} was opened." in text_of(opened)
    assert (case.kind, case.owner) == (Kind.QUESTION, QUEUE)
    assert [(record.action, record.by) for record in Record.objects.filter(action="case.opened")] == [
        ("case.opened", "staff:amy")
    ]


@pytest.mark.parametrize(
    ("fields", "status", "said"),
    [
        ({"reference": "PAY-0000000000000A", "kind": "question", "words": "x"}, 422, "No payment and no refund"),
        ({"reference": "PAY-0000000000000A", "kind": "not_told", "words": "x"}, 422, "not one of the available"),
        ({"reference": "", "kind": "question", "words": ""}, 422, "This field is required"),
    ],
)
def test_a_case_about_nothing_is_not_opened(amy, fields, status, said):
    answer = amy.post(NEW, fields)

    assert answer.status_code == status
    assert said in text_of(answer)
    assert not Case.objects.exists()


# ── Lists ──


def test_the_views_show_each_its_own(amy, now):
    cases = {
        "mine": open_for(pay(now), "not_told", now - 10 * DAY),
        "unowned": open_for(pay(now), "not_told", now - HOUR),
        "operators": open_for(pay(now), "unmapped_bank_code", now),
        "closed": open_for(pay(now), "not_told", now),
    }
    operations.take_case(case_id=cases["mine"].id, at=now, by="staff:amy")
    operations.close_case(case_id=cases["closed"].id, reason="done", at=now, by="staff:amy")
    found = {view: numbers(amy.get(LIST, {"view": view})) for view in queries.VIEWS}
    known = {name: case.reference for name, case in cases.items()}

    assert found == {
        "mine": [known["mine"]],
        "role": [known["mine"], known["unowned"]],
        "unowned": [known["unowned"], known["operators"]],
        "today": [],
        "overdue": [known["mine"]],
        "all": [known["mine"], known["unowned"], known["operators"]],
        "closed": [known["closed"]],
    }
    assert numbers(amy.get(LIST)) == found["role"]


@pytest.mark.parametrize(
    ("narrowed", "expected"),
    [
        ({"kind": "not_told"}, [0, 1]),
        ({"kind": "nonsense"}, [0, 1, 2]),
        ({"priority": "4"}, [2]),
        ({"owner": "carla"}, [1]),
        ({"owner": "staff:carla", "kind": "not_told"}, [1]),
        ({"age": "older"}, [0]),
        ({"age": "day"}, [2]),
        ({"age": "days"}, [1]),
        ({"age": "week"}, []),
    ],
)
def test_a_list_is_narrowed_by_what_the_form_asks(amy, now, narrowed, expected):
    cases = [
        open_for(pay(now), "not_told", now - 10 * DAY),
        open_for(pay(now), "not_told", now - 2 * DAY),
        open_for(pay(now), "unmapped_bank_code", now),
    ]
    operations.take_case(case_id=cases[1].id, at=now, by="staff:carla")

    found = numbers(amy.get(LIST, {"view": "all", **narrowed}))

    assert found == [cases[number].reference for number in expected]


def test_a_number_read_out_on_the_phone_opens_its_case_and_a_wrong_one_is_said(amy, now):
    case = open_for(pay(now), "not_told", now)

    found = amy.get(LIST, {"number": f" {case.reference.lower()} "})
    wrong = amy.get(LIST, {"number": "CS-000000000"})

    assert found["Location"] == page_of(case)
    assert "No case has this number" in text_of(wrong)


@pytest.mark.parametrize("view", ["all", "closed"])
def test_a_long_list_is_walked_by_key_and_shows_each_case_once(amy, now, view):
    payment = pay(now)
    for number in range(60):
        case = open_for(payment, "not_told", now + (number // 7) * HOUR)  # many of the same moment
        if view == "closed" or number < 59:
            operations.close_case(case_id=case.id, reason="x", at=now + (number // 7) * HOUR, by="staff:amy")
        if view == "all":
            open_for(make_finding(now), "broken_invariant", now + (number // 7) * HOUR)
    seen, address = [], f"{LIST}?view={view}"
    while address:
        page = amy.get(address)
        seen += numbers(page)
        following = re.search(r'<a class="[^"]*" href="(\?[^"]*cursor[^"]*)"', page.content.decode())
        address = LIST + unescape(following[1]) if following else ""

    expected = Case.objects.filter(status="closed" if view == "closed" else "open")
    order = ("-closed_at", "-id") if view == "closed" else ("due_at", "id")
    assert seen == list(expected.order_by(*order).values_list("reference", flat=True))
    assert len(seen) >= 60


def test_a_cursor_of_another_list_is_refused(amy, now):
    assert amy.get(LIST, {"view": "all", "cursor": "nonsense"}).status_code == 422


def test_a_count_ends_at_a_thousand(monkeypatch, now):
    for _ in range(5):
        open_for(make_finding(now), "broken_invariant", now)
    monkeypatch.setattr("common.paging.COUNT_MAX", 3)

    assert queries.counted(Wanted(view="all", me="x"), at=now) == 4


def test_new_cases_appear_without_reloading_and_are_said(amy, now):
    open_for(pay(now), "not_told", now)
    page = amy.get(LIST, {"view": "all"}).content.decode()
    live = unescape(re.search(r'hx-get="([^"]*live=1[^"]*)"', page)[1])
    assert 'id="desk-said"' not in amy.get(live).content.decode()
    assert "The list has changed: 1 case." in amy.get(live.replace("was=1", "was=0")).content.decode()

    case = open_for(make_finding(now), "broken_invariant", now)
    part = amy.get(live).content.decode()

    assert case.reference in part
    assert "<html" not in part
    assert "The list has changed: 2 cases." in part


def test_the_badge_counts_what_waits_for_me(amy, now):
    mine = open_for(make_finding(now), "broken_invariant", now)
    operations.take_case(case_id=mine.id, at=now, by="staff:amy")
    open_for(pay(now), "not_told", now)
    open_for(make_finding(now), "broken_invariant", now)

    assert text_of(amy.get(reverse("support:case_badge"))) == "2 waiting"


@pytest.mark.parametrize("address", [reverse("support:case_badge"), LIST])
def test_what_asks_again_by_itself_keeps_nobody_signed_in(amy, now, settings, address):
    polled = re.findall(r'hx-get="([^"]*)" hx-trigger="every', amy.get(address).content.decode())

    for minutes in (6, 12, 18):
        Path(settings.CLOCK_FILE).write_text(str((now - dt.datetime.now(dt.UTC)).total_seconds() + 60 * minutes))
        statuses = [amy.get(unescape(one)).status_code for one in polled]

    assert statuses == [302]


def test_the_board_counts_each_open_case_once_and_leads_to_its_list(amy, now):
    for days, kind in ((0, "not_told"), (0, "not_told"), (2, "not_told"), (8, "unmapped_bank_code")):
        open_for(pay(now), kind, now - days * DAY)

    page = amy.get(BOARD).content.decode()
    board = queries.board(at=now)

    assert board.rows["not_told"] == {"day": 2, "days": 1, "week": 0, "older": 0, "overdue": 0, "open": 3}
    assert (board.open, board.unowned, board.overdue) == (4, 4, 1)
    for link in re.findall(r'<td class="number heat-[1-4]"><a href="([^"]+)">(\d+)', page):
        assert len(numbers(amy.get(unescape(link[0])))) == int(link[1])


def test_open_cases_of_a_payment_are_its_own_and_those_of_its_refunds(now):
    refund = make_manual_refund(now)
    own = open_for(refund.payment, "dead_letter", now)
    of_refund = open_for(refund, "account_closed", now)
    open_for(pay(now), "not_told", now)

    assert {case.id for case in queries.open_cases_of(refund.payment)} == {own.id, of_refund.id}


# ── What pages cost ──


@pytest.mark.parametrize(("count", "queries_made"), [(2, 7), (25, 7)])
def test_a_list_costs_the_same_however_long_it_is(amy, now, django_assert_num_queries, count, queries_made):
    for _ in range(count):
        open_for(make_finding(now), "broken_invariant", now)
    amy.get(LIST)

    with django_assert_num_queries(queries_made):
        amy.get(LIST, {"view": "all"})


def test_the_board_and_the_badge_cost_one_count_each(amy, now, django_assert_num_queries):
    for _ in range(4):
        open_for(make_finding(now), "broken_invariant", now)
    amy.get(BOARD)

    with django_assert_num_queries(5):
        amy.get(BOARD)
    with django_assert_num_queries(6):
        amy.get(reverse("support:case_badge"))


@pytest.mark.parametrize("notes", [1, 12])
def test_a_case_costs_the_same_however_much_was_written(bob, now, django_assert_num_queries, notes):
    case = open_for(pay(now), "not_told", now)
    for number in range(notes):
        operations.add_note(case_id=case.id, text=f"note {number}", at=now, by="staff:bob")
    bob.get(page_of(case))

    with django_assert_num_queries(20):
        bob.get(page_of(case))


# ── From the customer's page ──


class Customer:
    """Somebody before their look-up, opened by the code or not."""

    def __init__(self, payment, *, opened=True):
        self.browser = Client(headers={"accept-language": "en"})
        attempt = payment.attempts.latest("number")
        token = lookups.token_of(str(attempt.id), page=charged.PAGE.name, at=clock.now())
        self.address = f"/was-i-charged/{token}/"
        if opened:
            from django.conf import settings
            from django.http import HttpRequest, HttpResponse

            response = HttpResponse()
            lookups.remember_opened(HttpRequest(), response, payment.reference, at=clock.now())
            name = settings.LOOK_UP_COOKIE_NAME
            self.browser.cookies[name] = response.cookies[name].value

    def get(self, page=""):
        return self.browser.get(self.address + page)

    def ask(self, text="The shop says that nothing came."):
        return self.browser.post(f"{self.address}ask/", {"text": text})


def test_a_customer_asks_and_sees_the_number_that_the_agent_sees(amy, now):
    payment = pay(now)
    customer = Customer(payment)
    assert "Ask customer service to look at it" in text_of(customer.get())

    assert customer.ask().status_code == 302
    tasks.watch()

    case = Case.objects.get(kind="customer_asked")
    page = text_of(customer.get())
    assert f"Your number is {case.reference}" in page
    assert "The shop says that nothing came." in text_of(amy.get(page_of(case)))
    do(amy, case, "close", closed_as="explained", reason="told them")
    page = text_of(customer.get())
    assert "Customer service has dealt with what you asked" in page
    assert "told them" not in page


def test_who_has_not_typed_the_code_can_not_ask(now):
    payment = pay(now)
    customer = Customer(payment, opened=False)

    assert customer.get("ask/").status_code == 302
    assert customer.ask().status_code == 302
    assert not payment.cases.exists()
    tasks.watch()
    assert not Case.objects.exists()


def test_a_second_question_and_a_telltale_one_are_refused_in_the_customers_words(now):
    customer = Customer(pay(now))
    personal = customer.ask("my ID is A123456789")
    customer.ask()

    second = customer.ask()

    assert (personal.status_code, second.status_code) == (422, 409)
    assert "Your text seems to hold an account, ID or telephone number" in text_of(personal)
    assert "Customer service is looking at it" in text_of(second)


def test_asking_is_not_done_without_end(now):
    customer = Customer(pay(now))

    statuses = [customer.ask("").status_code for _ in range(11)]

    assert statuses == [422] * 10 + [429]
