"""The console shows the trail and lets nobody write it."""

import pytest

from audit import operations
from audit.tests.factories import make_record
from staff.tests.factories import make_staff_with, sign_in

pytestmark = pytest.mark.django_db
AUDITS = ("audit_trail", "view_record", "view_link", "view_dailyhead", "change_record", "delete_record", "add_record")


def test_an_auditor_finds_and_reads_and_can_change_nothing():
    record = make_record(subject="PAY-1", reason="caller asked")
    make_record(subject="PAY-2", reason="other business")
    operations.link_records()
    client = sign_in(make_staff_with(*AUDITS, name="eve"))

    found = client.get("/console/audit/record/?q=PAY-1").content.decode()

    assert "caller asked" in found
    assert "other business" not in found
    assert client.get(f"/console/audit/record/{record.pk}/change/").status_code == 200
    assert client.get("/console/audit/dailyhead/").status_code == 200
    assert client.get("/console/audit/record/add/").status_code == 403
    assert client.get(f"/console/audit/record/{record.pk}/delete/").status_code == 403
    assert client.post(f"/console/audit/record/{record.pk}/change/", {"by": "x"}).status_code == 403


def test_whoever_may_not_read_the_trail_does_not_see_it():
    make_record(subject="PAY-1")
    client = sign_in(make_staff_with("view_payment", "view_case"))

    assert client.get("/console/audit/record/").status_code == 403
    assert "/console/audit/" not in client.get("/console/").content.decode()
