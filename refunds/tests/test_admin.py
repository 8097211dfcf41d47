"""The console: refunds and calendars are to be read; a window is planned by one person, everything else by two."""

import datetime as dt

import pytest
from django.test import Client

from cards.bank import fake_bank
from payments.tests.factories import ACCOUNT
from refunds.models import MaintenanceWindow
from refunds.states import Status
from refunds.tests.factories import again, at_taipei, make_accepted_refund, run
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


@pytest.mark.parametrize(
    ("model", "deed"), [("calendarversion", "calendar.publish"), ("calendaroverride", "calendar.closure")]
)
def test_a_calendar_is_asked_for_and_not_added(model, deed):
    """The list leads to the form that asks; it needs a second person."""
    client = staff(f"view_{model}", f"add_{model}", "propose")

    page = client.get(f"/console/refunds/{model}/")

    assert f'href="/console/approvals/new/{deed}/"' in page.content.decode()
    assert client.get(f"/console/refunds/{model}/add/").status_code == 403
    assert client.post(f"/console/refunds/{model}/add/", {"note": "x"}).status_code == 403


def test_a_window_is_planned_in_taipei_time_and_cancelled():
    client = staff("add_maintenancewindow", "view_maintenancewindow", "change_maintenancewindow")
    form = {"kind": "maintenance", "starts_at": "2099-01-05 10:00", "ends_at": "2099-01-05 12:00"}

    assert client.post("/console/refunds/maintenancewindow/add/", form).status_code == 302
    window = MaintenanceWindow.objects.get()
    assert window.starts_at == dt.datetime(2099, 1, 5, 2, 0, tzinfo=dt.UTC)
    client.post("/console/refunds/maintenancewindow/", {"action": "cancel", "_selected_action": [window.pk]})
    window.refresh_from_db()
    assert window.cancelled_by == "staff:amy"


def test_planning_a_window_needs_its_permission():
    assert staff("view_maintenancewindow").get("/console/refunds/maintenancewindow/add/").status_code == 403


def manual_refund(at):
    refund = make_accepted_refund(at)
    fake_bank().behave(ACCOUNT, "4502")
    run(refund, at_taipei(refund.credit_date))
    return refund


@pytest.mark.parametrize("action", ["settle_by_hand", "return_to_run"])
def test_the_list_of_refunds_moves_no_money(at, action):
    """Both take two people and a request of their own; the list has no such action any more."""
    refund, client = manual_refund(at), staff("view_refund", "settle_manually")
    body = {"action": action, "_selected_action": [refund.pk], "note": "cheque", "bank_reference": "CHQ-7"}

    client.post("/console/refunds/refund/", body, follow=True)

    assert again(refund).status == Status.MANUAL
