"""Cases in the console: seen by whoever may, worked on by whoever may, never changed by hand."""

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
    rows = [(pay(at), "not_told"), (make_manual_refund(at), "refund_manual"), (make_finding(at), "broken_invariant")]
    return [operations.open_case(cause=cause_of(row, kind), at=at, by="sweep") for row, kind in rows]


def staff(*permissions):
    return make_staff_with(*permissions)


@pytest.fixture
def amy(client):
    user = staff("view_case", "work_cases")
    return sign_in(user, client=client)


def act(client, action, cases, words=""):
    chosen = {"action": action, "_selected_action": [str(case.pk) for case in cases], "words": words}
    return client.post(reverse(LIST), chosen, follow=True).content.decode()


def statuses():
    return list(Case.objects.order_by("id").values_list("kind", "status", "owner"))


def test_the_list_and_each_case_can_be_seen(amy, cases):
    page = amy.get(reverse(LIST), {"status__exact": "open"}).content.decode()
    for case in cases:
        assert case.subject in page
        assert amy.get(reverse("admin:support_case_change", args=[case.pk])).status_code == 200


def test_cases_are_found_by_what_they_are_about(amy, cases):
    page = amy.get(reverse(LIST), {"q": cases[0].subject}).content.decode()

    assert cases[0].subject in page
    assert cases[1].subject not in page


def test_staff_take_note_and_close(amy, cases):
    act(amy, "take", cases[:1])
    act(amy, "note", cases[:1], "called the platform")
    act(amy, "close", cases[:1], "told by phone")

    case = Case.objects.get(pk=cases[0].pk)
    assert (case.status, case.owner, case.closed_reason) == ("closed", "staff:amy", "told by phone")
    assert case.notes.get().text == "called the platform"


def test_what_can_be_closed_is_and_what_can_not_is_said(amy, cases):
    amy.cookies["django_language"] = "en"
    page = act(amy, "close", cases, "enough")

    assert "2 cases were changed." in page
    assert "The money is still on its way" in page
    assert [status for _, status, _ in statuses()] == ["closed", "open", "closed"]


def test_without_a_reason_nothing_is_closed(amy, cases):
    before = statuses()

    act(amy, "close", cases)

    assert statuses() == before


def test_who_may_only_look_is_offered_nothing_and_does_nothing(client, cases):
    sign_in(staff("view_case"), client=client)
    before = statuses()

    page = client.get(reverse(LIST)).content.decode()
    act(client, "close", cases, "enough")

    assert 'value="close"' not in page
    assert statuses() == before


@pytest.mark.parametrize(
    "address", ["admin:support_case_add", "admin:support_case_delete", "admin:support_case_change"]
)
def test_nobody_adds_deletes_or_edits_a_case(client, cases, address):
    sign_in(staff("view_case", "add_case", "change_case", "delete_case", "work_cases"), client=client)
    before = statuses()
    args = [] if address.endswith("add") else [cases[0].pk]

    assert client.post(reverse(address, args=args), {"owner": "me", "post": "yes"}).status_code == 403
    assert statuses() == before
