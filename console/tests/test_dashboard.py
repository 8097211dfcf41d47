"""The dashboard: each figure is what the rows made for it say, and leads to exactly those rows."""

import datetime as dt

import pytest
from django.urls import reverse

from audit.models import Record
from cards.bank import fake_bank
from console.queries import dashboard_money as money
from console.tests.factories import figures, references_in, rows_in, set_clock
from notifications.models import Message
from payments import operations as payments
from payments.errors import LimitExceeded
from payments.models import Attempt
from payments.tests.factories import ACCOUNT, make_account, make_paid_payment, make_payment, make_platform, pay, sign
from staff.tests.factories import disable, make_staff, make_staff_with, sign_in
from support import operations as cases
from support.tests.factories import cause_of, conclude, make_endpoint

pytestmark = pytest.mark.django_db

HOUR = dt.timedelta(hours=1)
TOLD, WAITING = {"told": 1}, {"untold": 1, "waiting": 1}
IN_CASE, WITHOUT = {"untold": 1, "in_case": 1}, {"untold": 1, "without_case": 1}
# What became of a payment of so many hours ago → the figures that count it.
SITUATIONS = {
    "just paid, the notice on its way": (0.5, "pending", "", WAITING),
    "just paid and taken": (0.5, "delivered", "", TOLD),
    "at two hours to the minute it is late": (2, "pending", "", WITHOUT),
    "a second before it waits": (2 - 1 / 3600, "pending", "", WAITING),
    "late, tried again, and nobody answers for it": (3, "pending", "", WITHOUT),
    "late and given up": (80, "dead", "", WITHOUT),
    "late with a case": (3, "pending", "open", IN_CASE),
    "given up with a case": (80, "dead", "open", IN_CASE),
    "a person has closed its case": (3, "pending", "closed", IN_CASE),
    "taken long ago": (3, "delivered", "", {}),
    "taken after its case was opened": (3, "delivered", "open", {}),
}


@pytest.fixture
def desk(settings, tmp_path, at):
    """A supervisor's browser on Monday at ten."""
    set_clock(settings, tmp_path, at)
    return sign_in(make_staff("sam", "supervisor"))


def make_situation(hours, status, case, at):
    if not make_platform().endpoints.exists():
        make_endpoint(at)
    payment = make_paid_payment(at - hours * HOUR)
    if case:
        opened = cases.open_case(cause=cause_of(payment, "not_told"), at=at, by="sweep")
        if case == "closed":
            cases.close_case(case_id=opened.id, reason="told by phone", at=at, by="staff:amy")
    if status != "pending":
        conclude(payment.reference, status, at)
    return payment


def named(found):
    names = {
        "untold": "count",
        "told": "told",
        "waiting": "waiting",
        "in_case": "in_case",
        "without_case": "without_case",
    }
    return {name: value for name, field in names.items() if (value := getattr(found, field))}


@pytest.mark.parametrize(("hours", "status", "case", "expected"), SITUATIONS.values(), ids=SITUATIONS)
def test_a_payment_counts_where_it_belongs(hours, status, case, expected, at):
    make_situation(hours, status, case, at)

    found = money.untold(at)

    assert named(found) == expected
    assert found.total_minor == (961 if "untold" in expected else 0)
    assert found.oldest_at == (at - hours * HOUR if "untold" in expected else None)


def test_a_platform_that_reads_the_feed_waits_two_hours_and_then_has_a_case(at):
    long_ago = make_paid_payment(at - 50 * HOUR)
    late = make_paid_payment(at - 3 * HOUR)
    make_paid_payment(at - HOUR)
    cases.open_case(cause=cause_of(long_ago, "not_told"), at=at, by="sweep")

    before = money.untold(at)
    cases.open_case(cause=cause_of(late, "not_told"), at=at, by="sweep")
    after = money.untold(at)

    assert named(before) == {"untold": 3, "waiting": 1, "in_case": 1, "without_case": 1}
    assert named(after) == {"untold": 3, "waiting": 1, "in_case": 2}


def test_each_figure_of_money_leads_to_exactly_its_rows(desk, at):
    made = [make_situation(*situation[:3], at) for situation in SITUATIONS.values()]
    wanted = {"untold": set(), "told": set(), "waiting": set(), "in_case": set(), "without_case": set()}
    for payment, (*_, counted) in zip(made, SITUATIONS.values(), strict=True):
        for name in counted:
            wanted[name].add(payment.reference)

    found = figures(desk.get("/console/").content.decode())

    # The page is asked a moment after ten: what was a second before its two hours is late by then, or not yet.
    edge = made[3].reference
    for name, references in wanted.items():
        big, href = found[name]
        listed = references_in(desk.get(href).content.decode())
        assert listed - {edge} == references - {edge}, name
        assert int(big) == len(listed), name


def test_the_tile_says_sum_and_age_of_what_is_out(desk, at):
    make_situation(3, "dead", "", at)
    make_situation(1, "pending", "", at)

    page = desk.get(reverse("desk:board-part", args=["told"]), headers={"accept-language": "en"}).content.decode()

    assert "NT$1,922 · oldest 3 h: 2026-06-08 07:00 +08:00" in page
    assert 'class="bad" id="tile-untold"' in page
    assert "as of 10:00:0" in page


def test_unknown_debits_are_counted_with_their_sum_oldest_and_next_enquiry(desk, at):
    fake_bank().behave(ACCOUNT, "timeout_before")
    older = make_paid_payment_or_not(at - HOUR)
    fake_bank().behave(ACCOUNT, "timeout_before")
    newer = make_paid_payment_or_not(at - HOUR / 2)
    make_paid_payment(at)

    found = money.unknown_debits(at)

    assert (found.count, found.total_minor, found.oldest_at) == (2, 2 * 961, at - HOUR)
    assert found.next_enquiry_at == min(older.enquire_at, newer.enquire_at)
    big, href = figures(desk.get("/console/").content.decode())["debits"]
    assert big == "2"
    assert references_in(desk.get(href).content.decode()) == {older.reference, newer.reference}


def make_paid_payment_or_not(at):
    payment = pay(make_payment(at), at)
    payment.refresh_from_db()
    assert payment.status == "unknown"
    return payment


def test_a_refusal_keeps_which_limit_was_in_the_way_and_is_counted_by_it(desk, at):
    make_account(at)
    for twd in (60_000, 49_000, 49_000, 49_000, 70_000):
        payment = make_payment(at, twd=twd)
        try:
            payments.pay_by_card(payment=payment, signed=sign(payment, at), at=at, by="payer")
        except LimitExceeded:
            continue
    yesterday = at - 24 * HOUR
    other = {"account_number": "00012345678902", "serial": "CARD0002"}
    make_account(yesterday, **other)
    early = make_payment(yesterday, twd=60_000)
    with pytest.raises(LimitExceeded):
        payments.pay_by_card(payment=early, signed=sign(early, yesterday, **other), at=yesterday, by="payer")

    page = desk.get(reverse("desk:board-part", args=["limits"]), headers={"accept-language": "en"}).content.decode()

    assert [row[:2] + row[3:] for row in rows_in(page)] == [
        ["non-designated transfer, each", "2", "NT$131,300"],
        ["cross-border payments a day", "1", "NT$49,490"],
    ]
    for limit, count in (("transfer_single", 2), ("service_daily", 1), ("", 3)):
        listed = rows_in(desk.get(reverse("desk:rows", args=["limits"]), {"limit": limit}).content.decode())
        assert len(listed) == count
    assert Attempt.objects.get(payment=early).limit_code == "transfer_single"


def test_whoever_sees_no_dashboard_has_a_start_of_their_own(settings, tmp_path, at):
    set_clock(settings, tmp_path, at)
    adam = make_staff("adam", "administrator")
    make_staff("amy", "agent")
    disable(make_staff("zoe", "agent"))
    make_staff_with(name="rob")

    found = figures(sign_in(adam).get("/console/").content.decode())

    # Adam's own log-in was given to the test's browser, and dated by it.
    assert {name: big for name, (big, _) in found.items()} == {
        "never": "2",
        "without_role": "1",
        "active": "3",
        "disabled": "1",
    }


def test_looking_at_rows_is_recorded_and_at_figures_not(desk, at):
    make_paid_payment(at - HOUR)

    desk.get("/console/")
    desk.get(reverse("desk:rows", args=["untold"], query={"state": "waiting"}))

    looks = Record.objects.filter(action="payment.listed")
    assert [(look.by, look.details) for look in looks] == [("staff:sam", {"list": "untold", "state": "waiting"})]


@pytest.mark.parametrize("address", ["/console/overview/part/told/", "/console/overview/untold/"])
def test_parts_and_rows_are_closed_to_whoever_may_not_see_them(address):
    adam = sign_in(make_staff("adam", "administrator"))

    assert adam.get(address).status_code == 403


@pytest.mark.parametrize(
    "address",
    [
        "part/nothing/",
        "nothing/",
        "untold/?state=nothing",
        "untold/?after=nothing",
        "promises/?ends=",
        "paid/",
        "paid/?day=2026-06-08&hour=24",
        "paid/?day=2026-06-31&hour=1",
        "paid/?day=0001-01-01&hour=0",
        "texts/?operator=nobody",
    ],
)
def test_what_does_not_exist_is_not_found(desk, address):
    assert desk.get(f"/console/overview/{address}").status_code == 404


def test_a_list_is_walked_page_by_page_and_counted_to_its_cap(desk, at, monkeypatch):
    made = [make_paid_payment(at - HOUR).reference for _ in range(5)]
    monkeypatch.setattr("console.pages.board_rows.ROWS_A_PAGE", 2)
    monkeypatch.setattr("common.paging.COUNT_MAX", 3)
    address, seen = reverse("desk:rows", args=["untold"]), []

    page = desk.get(address).content.decode()
    assert ">3+ " in page
    while True:
        seen += [row[0] for row in rows_in(page)]
        if 'rel="next"' not in page:
            break
        page = desk.get(page.partition('rel="next" href="')[2].partition('"')[0].replace("&amp;", "&")).content.decode()

    assert seen == made


def test_exactly_as_many_rows_as_are_counted_are_no_more_than_that(desk, at, monkeypatch):
    monkeypatch.setattr("common.paging.COUNT_MAX", 1)
    make_paid_payment(at - HOUR)

    page = desk.get(reverse("desk:rows", args=["untold"]), headers={"accept-language": "en"}).content.decode()

    assert ">1 row, as of" in page


def test_every_message_of_a_payment_is_masked_in_the_lists(desk, at):
    make_paid_payment(at - HOUR, twd=6_000)

    page = desk.get(reverse("desk:rows", args=["texts-waiting"])).content.decode()

    assert Message.objects.filter(channel="sms").count() == 1
    assert len(rows_in(page)) == 1
    assert "912345678" not in page
