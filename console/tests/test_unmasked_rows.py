"""Payments with numbers in clear: taken once, by who asked, when another person has agreed and the second factor is fresh."""

import pytest
from django.test import Client
from django.urls import reverse

from audit.models import Record
from common.clock import now, today_in_taipei
from common.tests.test_sheets import xlsx_cells
from payments.models import Payment
from payments.tests.factories import ACCOUNT, make_paid_payment
from staff.tests.factories import make_staff, sign_in
from support.models import ExportTaken
from support.tests.approving import agree, ask

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def at():
    return now()


@pytest.fixture
def maker():
    return make_staff("sue", "supervisor")


@pytest.fixture
def approval(at, maker):
    """Of the day on which one payment was placed; agreed to."""
    make_paid_payment(at)
    day = str(today_in_taipei(at))
    asked = ask(at, maker, "export.rows", {"first": day, "last": day})
    agree(asked, make_staff("sam", "supervisor"), at)
    return asked


def client_of(user, **how):
    return sign_in(user, client=Client(headers={"accept-language": "en"}), **how)


def take(client, approval):
    return client.post(reverse("desk:take-rows", args=[approval.pk]))


def test_who_asked_takes_the_file_once(maker, approval):
    client = client_of(maker, stepped_up=True)
    page = reverse("support:approval", args=[approval.pk])
    assert "Take it now" in client.get(page).text

    answer = take(client, approval)

    cells = [cell[3].removeprefix("'") for cell in xlsx_cells(answer.content)[1]]
    customer = Payment.objects.get().account.customer
    assert ACCOUNT in cells
    assert customer.phone in cells
    assert any("stand in clear" in cell for cell in cells)
    assert ExportTaken.objects.get().approval == approval
    assert Record.objects.get(action="export.taken").by == "staff:sue"
    assert "Take it now" not in client.get(page).text

    again = take(client, approval)

    assert (again.status_code, again["Location"]) == (302, page)
    assert "taken once" in client.get(page).text


def test_nobody_else_takes_it(approval):
    assert take(client_of(make_staff("sid", "supervisor"), stepped_up=True), approval).status_code == 404
    assert not ExportTaken.objects.exists()


def test_without_a_fresh_second_factor_it_is_asked_for_first(maker, approval):
    answer = take(client_of(maker), approval)

    assert answer.status_code == 302
    assert answer["Location"].startswith(reverse("staff:confirm"))
    assert not ExportTaken.objects.exists()


def test_before_the_second_persons_word_nothing_leaves_the_house(at, maker):
    make_paid_payment(at)
    day = str(today_in_taipei(at))
    asked = ask(at, maker, "export.rows", {"first": day, "last": day})

    answer = take(client_of(maker, stepped_up=True), asked)

    assert (answer.status_code, answer["Location"]) == (302, reverse("support:approval", args=[asked.pk]))
    assert not ExportTaken.objects.exists()


def test_a_file_that_could_not_be_made_is_not_used_up(maker, approval, monkeypatch):
    client = client_of(maker, stepped_up=True)
    client.raise_request_exception = False
    with monkeypatch.context() as broken:
        broken.setattr("console.pages.reports.as_xlsx", None)
        assert take(client, approval).status_code == 500

    assert take(client, approval).status_code == 200
