"""The console: refunds are read-only, publishing goes through the operations, refusals come back beside the form."""

import datetime as dt

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from cards.bank import fake_bank
from payments.tests.factories import ACCOUNT
from refunds.models import CalendarOverride, CalendarVersion, MaintenanceWindow, Refund
from refunds.states import Status
from refunds.tests.factories import again, at_taipei, make_accepted_refund, run
from refunds.tests.test_calendar import file_of, rows_of
from staff.tests.factories import make_staff_with, sign_in

pytestmark = pytest.mark.django_db


def staff(*codenames):
    user = make_staff_with(*codenames)
    client = Client(headers={"accept-language": "en"})
    return sign_in(user, client=client)


def test_a_refund_is_read_and_not_changed(at):
    refund = make_accepted_refund(at)
    client = staff("view_refund", "change_refund", "delete_refund", "add_refund")

    listed = client.get("/console/refunds/refund/", {"q": refund.reference})
    read = client.get(f"/console/refunds/refund/{refund.pk}/change/")

    assert refund.reference in listed.content.decode()
    assert (read.status_code, ACCOUNT in read.content.decode()) == (200, False)
    assert client.post(f"/console/refunds/refund/{refund.pk}/change/", {"amount_minor": 1}).status_code == 403
    assert client.get("/console/refunds/refund/add/").status_code == 403


@pytest.mark.parametrize(
    "model", ["calendarversion", "calendaroverride", "maintenancewindow", "bankonlyday", "chargereturnrule"]
)
def test_each_list_opens(model):
    assert staff(f"view_{model}").get(f"/console/refunds/{model}/").status_code == 200


def test_an_official_year_is_imported():
    client = staff("view_calendarversion", "add_calendarversion")
    file = SimpleUploadedFile("2028.csv", file_of(rows_of(2028), "big5"))

    answer = client.post("/console/refunds/calendarversion/add/", {"file": file, "note": "DGPA"})

    assert answer.status_code == 302
    version = CalendarVersion.objects.get(number=2)
    assert (version.first_year, version.published_by, version.days.count()) == (2028, "staff:amy", 366)
    assert client.get(f"/console/refunds/calendarversion/{version.pk}/change/").status_code == 200


def test_a_refused_file_comes_back_with_its_text():
    client = staff("add_calendarversion")
    file = SimpleUploadedFile("2028.csv", file_of(rows_of(2028)[1:]))

    answer = client.post("/console/refunds/calendarversion/add/", {"file": file})

    assert "2028-01-01" in answer.content.decode()
    assert CalendarVersion.objects.count() == 1


def test_a_closure_is_recorded_and_a_repeated_one_refused():
    client = staff("add_calendaroverride", "view_calendaroverride")
    form = {"date": "2026-07-10", "counties": ["taipei_city", "keelung_city"], "part": "whole", "note": "typhoon"}

    first = client.post("/console/refunds/calendaroverride/add/", form)
    second = client.post("/console/refunds/calendaroverride/add/", form)

    assert (first.status_code, second.status_code) == (302, 200)
    assert "No new version was published" in second.content.decode()
    assert CalendarOverride.objects.count() == 2


def test_a_window_is_planned_in_taipei_time_and_cancelled():
    client = staff("add_maintenancewindow", "view_maintenancewindow", "change_maintenancewindow")
    form = {"kind": "maintenance", "starts_at": "2099-01-05 10:00", "ends_at": "2099-01-05 12:00"}

    assert client.post("/console/refunds/maintenancewindow/add/", form).status_code == 302
    window = MaintenanceWindow.objects.get()
    assert window.starts_at == dt.datetime(2099, 1, 5, 2, 0, tzinfo=dt.UTC)
    client.post("/console/refunds/maintenancewindow/", {"action": "cancel", "_selected_action": [window.pk]})
    window.refresh_from_db()
    assert window.cancelled_by == "staff:amy"


@pytest.mark.parametrize("model", ["calendarversion", "calendaroverride", "maintenancewindow"])
def test_adding_needs_its_permission(model):
    assert staff(f"view_{model}").get(f"/console/refunds/{model}/add/").status_code == 403


def manual_refund(at):
    refund = make_accepted_refund(at)
    fake_bank().behave(ACCOUNT, "4502")
    run(refund, at_taipei(refund.credit_date))
    return refund


def act(client, action, refund, **fields):
    body = {"action": action, "_selected_action": [refund.pk], **fields}
    return client.post("/console/refunds/refund/", body, follow=True).content.decode()


def test_the_manual_queue_is_settled_with_proof_and_note(at):
    refund, client = manual_refund(at), staff("view_refund", "settle_manually")

    assert "Nothing was done" in act(client, "settle_by_hand", refund, note="cheque")
    assert again(refund).status == Status.MANUAL
    act(client, "settle_by_hand", refund, note="cheque", bank_reference="CHQ-7")
    assert again(refund).status == Status.CREDITED
    assert again(refund).status == Status.CREDITED


def test_the_manual_queue_is_given_back_to_the_run(at):
    refund, client = manual_refund(at), staff("view_refund", "settle_manually")

    act(client, "return_to_run", refund, note="opened again")

    assert again(refund).status == Status.ACCEPTED
    assert again(refund).changes.get(after=Status.ACCEPTED, before=Status.MANUAL).by == "staff:amy"


def test_settling_needs_its_permission(at):
    refund = manual_refund(at)

    act(staff("view_refund"), "settle_by_hand", refund, note="cheque", bank_reference="CHQ-7")

    assert Refund.objects.get().status == Status.MANUAL
