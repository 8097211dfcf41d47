"""Cases as reference data: seen by whoever may, found by their number, never changed by hand."""

import pytest
from django.urls import reverse

from staff.tests.factories import make_staff_with, sign_in
from support import operations
from support.models import Case
from support.tests.factories import cause_of, make_finding, make_manual_refund, pay

pytestmark = pytest.mark.django_db
LIST = "admin:support_case_changelist"


@pytest.fixture
def cases(at):
    rows = [(pay(at), "not_told"), (make_manual_refund(at), "account_closed"), (make_finding(at), "broken_invariant")]
    return [operations.open_case(cause=cause_of(row, kind), at=at, by="sweep") for row, kind in rows]


def staff(*permissions):
    return make_staff_with(*permissions)


@pytest.fixture
def amy(client):
    user = staff("view_case", "work_cases")
    return sign_in(user, client=client)


def test_the_list_and_each_case_can_be_seen(amy, cases):
    page = amy.get(reverse(LIST), {"status__exact": "open"}).content.decode()
    for case in cases:
        assert case.subject in page
        assert amy.get(reverse("admin:support_case_change", args=[case.pk])).status_code == 200


def test_cases_are_found_by_their_number_and_by_what_they_are_about(amy, cases):
    for searched in (cases[0].subject, cases[0].reference):
        page = amy.get(reverse(LIST), {"q": searched}).content.decode()

        assert cases[0].subject in page
        assert cases[1].subject not in page


def test_nothing_is_done_with_a_case_here(amy, cases):
    page = amy.get(reverse(LIST)).content.decode()
    amy.post(reverse(LIST), {"action": "take", "_selected_action": [str(cases[0].pk)]})

    assert 'name="action"' not in page
    assert Case.objects.get(pk=cases[0].pk).owner == "customer-service"


@pytest.mark.parametrize(
    "address", ["admin:support_case_add", "admin:support_case_delete", "admin:support_case_change"]
)
def test_nobody_adds_deletes_or_edits_a_case(client, cases, address):
    sign_in(staff("view_case", "add_case", "change_case", "delete_case", "work_cases"), client=client)
    before = list(Case.objects.order_by("id").values())
    args = [] if address.endswith("add") else [cases[0].pk]

    assert client.post(reverse(address, args=args), {"owner": "me", "post": "yes"}).status_code == 403
    assert list(Case.objects.order_by("id").values()) == before
