"""The console: searchable, read-only, codes never shown, telling again only with the right and a reason."""

import pytest
from django.test import Client

from notifications import operations
from notifications.channels import fake_sender
from notifications.models import Message, Retelling
from notifications.states import Channel
from notifications.tests.factories import AT, deliver, make_sms, make_webhook
from staff.tests.factories import make_staff_with, sign_in

pytestmark = pytest.mark.django_db
LIST = "/console/notifications/message/"


@pytest.fixture(autouse=True)
def _channels_reset():
    for channel in Channel:
        fake_sender(channel).reset()


def staff(*permissions):
    user = make_staff_with(*permissions)
    client = Client(headers={"accept-language": "en"})
    return sign_in(user, client=client)


def ask(client, message, reason):
    data = {"action": "tell_again", "_selected_action": [str(message.pk)], "reason": reason}
    return client.post(LIST, data, follow=True)


def test_an_agent_tells_again_with_a_reason_that_is_kept():
    message = make_webhook("https://shop.example/a", subject="PAY-1")
    fake_sender(Channel.WEBHOOK).behave("https://shop.example/a", "refuse")
    deliver(AT)

    answer = ask(staff("view_message", "act_on_message"), message, "shop called")

    assert "1 message is sent again." in answer.content.decode()
    assert Retelling.objects.values_list("subject", "by", "reason").get() == ("PAY-1", "staff:amy", "shop called")


def test_without_a_reason_nothing_happens():
    message = make_webhook()

    answer = ask(staff("view_message", "act_on_message"), message, " ")

    assert "give a reason first" in answer.content.decode()
    assert not Retelling.objects.exists()


def test_without_the_right_the_action_is_not_there():
    message = make_webhook()

    ask(staff("view_message"), message, "curious")

    assert not Retelling.objects.exists()


def test_a_one_time_code_and_a_phone_number_are_never_shown():
    message = make_sms(purpose="identity_code", subject="check-1", text="code 123456")
    client = staff("view_message", "view_attempt", "view_messagechange")

    pages = client.get(LIST).content + client.get(f"{LIST}{message.pk}/change/").content

    assert b"check-1" in pages
    assert b"123456" not in pages
    assert b"912345678" not in pages
    assert message.recipient_sealed.encode() not in pages
    assert message.text_sealed.encode() not in pages


ENDPOINTS = "/console/platforms/webhookendpoint/"


def switch(client, endpoint, action, reason):
    data = {"action": action, "_selected_action": [str(endpoint.pk)], "reason": reason}
    return client.post(ENDPOINTS, data, follow=True)


def test_an_endpoint_is_switched_off_and_on_with_a_reason_that_is_kept():
    message = make_webhook("https://shop.example/a")
    endpoint = message.endpoint
    client = staff("view_webhookendpoint", "act_on_endpoint")

    off = switch(client, endpoint, "switch_off", "floods our support")
    endpoint.refresh_from_db()
    assert "1 endpoint was switched." in off.content.decode()
    assert (endpoint.enabled, endpoint.disabled_reason) == (False, "by_staff")

    switch(client, endpoint, "switch_on", "mended")
    endpoint.refresh_from_db()
    assert (endpoint.enabled, endpoint.disabled_reason) == (True, "")
    changes = endpoint.changes.order_by("id").values_list("deed", "by", "reason")
    assert list(changes)[1:] == [
        ("disabled", "staff:amy", "floods our support"),
        ("enabled", "staff:amy", "mended"),
    ]


@pytest.mark.parametrize(("rights", "reason"), [(("act_on_endpoint",), " "), ((), "curious")])
def test_without_a_reason_or_without_the_right_it_stays_as_it_is(rights, reason):
    endpoint = make_webhook().endpoint

    switch(staff("view_webhookendpoint", *rights), endpoint, "switch_off", reason)

    endpoint.refresh_from_db()
    assert endpoint.enabled


def test_an_endpoints_health_and_backlog_are_shown_and_no_secret_is():
    message = make_webhook("https://shop.example/a")
    fake_sender(Channel.WEBHOOK).behave("https://shop.example/a", "refuse")
    deliver(AT)
    endpoint = message.endpoint
    endpoint.refresh_from_db()
    client = staff("view_webhookendpoint", "view_endpointchange")

    page = client.get(ENDPOINTS).content.decode()
    page += client.get(f"{ENDPOINTS}{endpoint.pk}/change/").content.decode()

    assert "failing" in page
    assert "500 no" in page
    for secret in (endpoint.private_key(), endpoint.secret(), endpoint.private_key_sealed, endpoint.secret_sealed):
        assert secret not in page
    assert client.post(f"{ENDPOINTS}{endpoint.pk}/change/", {"url": "https://x.example/"}).status_code == 403


def test_every_page_opens_and_nothing_can_be_changed():
    message = make_webhook(subject="PAY-1")
    deliver(AT)
    operations.number_events()
    names = ("event", "message", "retelling", "attempt", "messagechange")
    client = staff(*[f"{right}_{name}" for right in ("view", "change", "add", "delete") for name in names])

    for path in (
        "event/",
        f"event/{message.event_id}/change/",
        "event/?q=PAY-1",
        "message/?q=PAY-1",
        f"message/{message.pk}/change/",
        "retelling/",
    ):
        assert client.get(f"/console/notifications/{path}").status_code == 200, path
    for path in ("message/add/", f"message/{message.pk}/delete/", "event/add/"):
        assert client.get(f"/console/notifications/{path}").status_code == 403, path
    assert client.post(f"{LIST}{message.pk}/change/", {"subject": "x"}).status_code == 403
    assert Message.objects.get().subject == "PAY-1"
