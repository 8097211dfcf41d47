"""What staff see of a check in the console: masked, and the reason of a refusal by permission alone."""

import datetime as dt

import pytest
from django.urls import reverse

from audit.models import Record
from staff.tests.factories import make_staff_with, sign_in
from verification import operations
from verification.jcic.port import Notice
from verification.tests.factories import ACCOUNT, AT, PERSON, make_consented_check
from verification.tests.test_operations import go_through

pytestmark = pytest.mark.django_db

READ = [
    "view_check", "view_checkchange", "view_consent", "view_inquiry", "view_lastuse", "view_gaterule",
]  # fmt: skip


@pytest.fixture
def refused(centre):
    centre.knows(PERSON, notices=(Notice("Z21", dt.date(2024, 5, 20), None, None),))
    return go_through(make_consented_check())


def staff(client, *permissions):
    return sign_in(make_staff_with(*permissions), client=client)


def page_of(client, check):
    return client.get(reverse("admin:verification_check_change", args=[check.pk])).text


def test_staff_read_a_check_masked_and_not_why_it_was_refused(client, refused):
    page = page_of(staff(client, *READ), refused)

    assert "A•••••789" in page
    assert "••••" + ACCOUNT[-4:] in page
    assert "refused" in page
    for hidden in (PERSON.national_id, ACCOUNT, "Z21", ">match<"):
        assert hidden not in page


def test_the_reason_is_seen_with_its_permission(client, refused):
    assert "Z21" in page_of(staff(client, *READ, "see_watch_list_reason"), refused)


def test_reading_a_check_is_recorded(client, refused):
    page_of(staff(client, *READ), refused)

    kept = Record.objects.get(action="verification.check_read")
    assert (kept.by, kept.subject, kept.details) == ("staff:amy", f"check {refused.pk}", {"reason_seen": False})


def test_nothing_can_be_added_changed_or_deleted(client, refused):
    staff(client, *READ, "add_check", "change_check", "delete_check")

    assert client.get(reverse("admin:verification_check_add")).status_code == 403
    assert (
        client.post(reverse("admin:verification_check_delete", args=[refused.pk]), {"post": "yes"}).status_code == 403
    )
    assert (
        client.post(reverse("admin:verification_check_change", args=[refused.pk]), {"status": "passed"}).status_code
        == 403
    )
    assert operations.is_check_needed(customer=refused.customer, at=AT)


@pytest.mark.parametrize("model", ["check", "lastuse", "gaterule"])
def test_every_list_opens(client, model, refused):
    answer = staff(client, *READ).get(reverse(f"admin:verification_{model}_changelist"))

    assert answer.status_code == 200
