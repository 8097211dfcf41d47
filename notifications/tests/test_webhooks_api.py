"""Webhook endpoints over HTTP: a platform keeps its own, and never sees another's."""

import base64
import datetime as dt
from itertools import count

import pytest
from rest_framework.test import APIClient

from common import clock
from notifications import operations
from notifications.channels import fake_sender
from notifications.models import Event, Message
from notifications.states import Channel, Status
from notifications.tests.factories import deliver, make_event
from platforms.models import EndpointChange, WebhookEndpoint
from platforms.operations.endpoints import ENDPOINTS_MAX
from platforms.tests.factories import make_bearer_key, make_endpoint, make_platform

pytestmark = pytest.mark.django_db
LIST = "/api/v1/webhook-endpoints"
URL = "https://shop.example/hook"
HOUR = dt.timedelta(hours=1)
_keys = count(1)


class Shop:
    """A platform that calls the API."""

    def __init__(self):
        self.platform = make_platform()
        _, secret = make_bearer_key(self.platform)
        self.client = APIClient(headers={"authorization": f"Bearer {secret}", "accept-language": "en"})

    def get(self, path, **query):
        return self.client.get(path, query)

    def post(self, path, body=None):
        headers = {"idempotency-key": f"key-{next(_keys)}"}
        return (
            self.client.post(path, body, format="json", headers=headers)
            if body is not None
            else self.client.post(path, headers=headers)
        )

    def patch(self, path, body):
        return self.client.patch(path, body, format="json", headers={"idempotency-key": f"key-{next(_keys)}"})


@pytest.fixture
def shop():
    return Shop()


def problem(answer):
    return answer.status_code, answer.json()["code"]


def test_a_new_endpoint_shows_its_secret_once_and_its_key_ever_after(shop):
    made = shop.post(LIST, {"url": URL, "event_types": ["payment.succeeded"] * 2, "description": "orders"})

    body = made.json()
    endpoint = WebhookEndpoint.objects.get()
    secret = body.pop("secret")
    assert made.status_code == 201
    assert body == {
        "object": "webhook_endpoint",
        "id": f"we_{endpoint.pk.hex}",
        "url": URL,
        "description": "orders",
        "event_types": ["payment.succeeded"],
        "enabled": True,
        "disabled_at": None,
        "disabled_reason": None,
        "public_keys": [f"whpk_{endpoint.public_key}"],
        "previous_until": None,
        "backlog": 0,
        "failing_since": None,
        "last_delivered_at": None,
        "created_at": body["created_at"],
    }
    assert secret == f"whsec_{endpoint.secret()}"
    assert len(base64.b64decode(secret.removeprefix("whsec_"))) == 32
    assert shop.get(f"{LIST}/{body['id']}").json() == body
    assert secret.removeprefix("whsec_") not in str(WebhookEndpoint.objects.values().get())
    assert EndpointChange.objects.values_list("deed", "by").get() == ("created", f"platform:{shop.platform.code}")


@pytest.mark.parametrize(
    ("body", "pointer", "code"),
    [
        ({}, "/url", "required"),
        ({"url": 1}, "/url", "not_text"),
        ({"url": "https://shop.example/" + "x" * 500}, "/url", "max_length"),
        ({"url": URL, "event_types": ["payment.suceeded"]}, "/event_types", "invalid_choice"),
        ({"url": URL, "event_types": "payment.succeeded"}, "/event_types", "not_a_list"),
        ({"url": URL, "event_types": ["webhook.test"]}, "/event_types", "invalid_choice"),
        ({"url": URL, "description": "x" * 201}, "/description", "max_length"),
        ({"url": URL, "secret": "whsec_mine"}, "/secret", "unknown_field"),
    ],
)
def test_what_is_wrong_about_a_new_endpoint_is_named(shop, body, pointer, code):
    answer = shop.post(LIST, body)

    assert problem(answer) == (422, "invalid_request")
    assert [(error["pointer"].rstrip("/0"), error["code"]) for error in answer.json()["errors"]] == [(pointer, code)]
    assert not WebhookEndpoint.objects.exists()


@pytest.mark.parametrize(
    "url", [f" {URL}", "http://shop.example/", "https://10.0.0.1/", "https://metadata.google.internal/"]
)
def test_an_address_that_leads_inside_is_refused(shop, url):
    assert problem(shop.post(LIST, {"url": url})) == (422, "endpoint_refused")
    assert not WebhookEndpoint.objects.exists()


def test_one_address_is_one_endpoint_and_no_platform_has_more_than_ten(shop):
    first = shop.post(LIST, {"url": URL}).json()

    again = shop.post(LIST, {"url": URL})
    others = [shop.post(LIST, {"url": f"{URL}/{number}"}).status_code for number in range(ENDPOINTS_MAX)]

    assert problem(again) == (409, "endpoint_exists")
    assert again.json()["endpoint"] == first["id"]
    assert others == [201] * 9 + [409]
    assert WebhookEndpoint.objects.count() == 10


def test_a_list_is_walked_newest_first_and_shows_nobody_elses(shop):
    ids = [shop.post(LIST, {"url": f"{URL}/{number}"}).json()["id"] for number in range(3)]
    make_endpoint(make_platform())

    first = shop.get(LIST, limit=2).json()
    second = shop.get(LIST, limit=2, cursor=first["next_cursor"]).json()

    assert [row["id"] for row in first["data"] + second["data"]] == ids[::-1]
    assert (first["has_more"], second["has_more"], second["next_cursor"]) == (True, False, None)


@pytest.mark.parametrize(
    ("query", "pointer", "code"),
    [
        ({"limits": 2}, "/limits", "unknown_field"),
        ({"limit": 0}, "/limit", "min_value"),
        ({"limit": 101}, "/limit", "max_value"),
        ({"cursor": "x"}, "/cursor", "cursor_unknown"),
    ],
)
def test_a_question_that_is_not_known_is_refused_by_name(shop, query, pointer, code):
    answer = shop.get(LIST, **query)

    assert problem(answer) == (422, "invalid_request")
    assert [(error["pointer"], error["code"]) for error in answer.json()["errors"]] == [(pointer, code)]


def test_another_platforms_endpoint_is_not_there(shop):
    other = Shop()
    path = f"{LIST}/{make_endpoint(other.platform, URL).public_id}"
    answers = [shop.get(path), shop.patch(path, {"description": "mine"})]

    answers += [shop.post(f"{path}/{deed}") for deed in ("disable", "enable", "rotate", "test")]
    answers.append(shop.post(f"{path}/recover", {"since": "2026-01-01T00:00:00Z"}))

    assert [problem(answer) for answer in answers] == [(404, "endpoint_not_found")] * 7
    assert shop.get(f"{LIST}/we_{'0' * 31}").status_code == 404
    assert EndpointChange.objects.count() == 1
    assert not Event.objects.exists()


def test_what_is_changed_is_changed_and_the_rest_stays(shop):
    endpoint = make_endpoint(shop.platform, URL)
    WebhookEndpoint.objects.update(failing_since=clock.now(), resting_until=clock.now() + HOUR)
    path = f"{LIST}/{endpoint.public_id}"

    named = shop.patch(path, {"description": "orders"}).json()
    moved = shop.patch(path, {"url": f"{URL}/new", "event_types": ["refund.credited"]}).json()

    assert (named["description"], named["url"], named["failing_since"] is None) == ("orders", URL, False)
    assert (moved["url"], moved["event_types"], moved["description"]) == (f"{URL}/new", ["refund.credited"], "orders")
    assert moved["failing_since"] is None
    endpoint.refresh_from_db()
    assert endpoint.resting_until is None
    reasons = EndpointChange.objects.filter(deed="changed").order_by("id").values_list("reason", flat=True)
    assert list(reasons) == ["description", "event_types, url"]


def test_a_change_to_a_refused_or_taken_address_changes_nothing(shop):
    endpoint = make_endpoint(shop.platform, URL)
    make_endpoint(shop.platform, f"{URL}/other")
    path = f"{LIST}/{endpoint.public_id}"

    answers = [shop.patch(path, {"url": url, "description": "x"}) for url in ("https://10.0.0.1/", f"{URL}/other")]

    assert [problem(answer) for answer in answers] == [(422, "endpoint_refused"), (409, "endpoint_exists")]
    endpoint.refresh_from_db()
    assert (endpoint.url, endpoint.description) == (URL, "")
    assert shop.patch(path, {}).status_code == 200
    assert not EndpointChange.objects.filter(deed="changed").exists()


def test_what_happens_while_it_is_off_is_told_once_it_is_on(shop):
    path = f"{LIST}/{make_endpoint(shop.platform, URL).public_id}"
    off = shop.post(f"{path}/disable").json()
    again = shop.post(f"{path}/disable").json()
    make_event(shop.platform, at=clock.now() - 100 * HOUR)
    assert deliver(clock.now()) == 0
    assert shop.get(path).json()["backlog"] == 1

    on = shop.post(f"{path}/enable").json()

    assert (off["enabled"], off["disabled_reason"], off["disabled_at"]) == (False, "by_platform", again["disabled_at"])
    assert (on["enabled"], on["disabled_reason"], on["disabled_at"]) == (True, None, None)
    message = Message.objects.get()
    assert abs(message.ladder_from - clock.now()) < HOUR
    assert deliver(clock.now()) == 1
    assert shop.get(path).json()["backlog"] == 0
    assert shop.post(f"{path}/enable").status_code == 200
    assert list(EndpointChange.objects.order_by("id").values_list("deed", flat=True)) == [
        "created",
        "disabled",
        "enabled",
    ]


@pytest.mark.parametrize(("overlap", "signing"), [(None, 2), (60, 2), (0, 1)])
def test_a_rotation_shows_a_new_secret_once_and_the_old_pair_signs_until_the_overlap_ends(shop, overlap, signing):
    endpoint = make_endpoint(shop.platform, URL)
    old_key, old_secret = endpoint.public_key, endpoint.secret()
    path = f"{LIST}/{endpoint.public_id}"

    rotated = shop.post(f"{path}/rotate", {} if overlap is None else {"overlap_seconds": overlap}).json()

    endpoint.refresh_from_db()
    assert rotated["secret"] == f"whsec_{endpoint.secret()}" != f"whsec_{old_secret}"
    assert rotated["public_keys"] == [f"whpk_{key}" for key in (endpoint.public_key, old_key)][:signing]
    assert endpoint.previous_secret() == old_secret
    lasts = endpoint.previous_until - clock.now()
    assert abs(lasts - dt.timedelta(seconds=604_800 if overlap is None else overlap)) < dt.timedelta(minutes=1)
    assert (rotated["previous_until"] is None) is (signing == 1)
    assert "secret" not in shop.get(path).json()


@pytest.mark.parametrize("overlap", [-1, 2_592_001, "60", 1.5])
def test_an_overlap_is_a_whole_number_up_to_thirty_days(shop, overlap):
    endpoint = make_endpoint(shop.platform, URL)

    answer = shop.post(f"{LIST}/{endpoint.public_id}/rotate", {"overlap_seconds": overlap})

    assert problem(answer) == (422, "invalid_request")
    assert WebhookEndpoint.objects.get().public_key == endpoint.public_key


def test_a_test_goes_to_the_one_endpoint_whatever_it_wants(shop):
    endpoint = make_endpoint(shop.platform, URL, event_types=["refund.credited"])
    make_endpoint(shop.platform, f"{URL}/other")

    answer = shop.post(f"{LIST}/{endpoint.public_id}/test")

    body, message = answer.json(), Message.objects.get()
    assert answer.status_code == 201
    assert (body["id"], body["event"]) == (f"dl_{message.pk.hex}", f"evt_{message.event_id.hex}")
    assert (body["event_type"], body["subject"], body["endpoint"]) == ("webhook.test", *[endpoint.public_id] * 2)
    assert (body["status"], body["attempts_made"], body["attempts"]) == ("pending", 0, [])
    deliver(clock.now())
    assert [letter.url for letter in fake_sender(Channel.WEBHOOK).sent] == [URL]
    assert shop.get(f"/api/v1/webhook-deliveries/{body['id']}").json()["status"] == "delivered"


def test_a_test_is_refused_while_the_endpoint_is_off(shop):
    path = f"{LIST}/{make_endpoint(shop.platform, URL).public_id}"
    shop.post(f"{path}/disable")

    assert problem(shop.post(f"{path}/test")) == (409, "endpoint_disabled")
    assert not Event.objects.exists()


def test_recovery_makes_due_what_was_missed_since_and_nothing_else(shop):
    endpoint, now = make_endpoint(shop.platform, URL), clock.now()
    fake_sender(Channel.WEBHOOK).behave(URL, "400", "400", "deliver")
    old, dead, delivered = (make_event(shop.platform, at=now - hours * HOUR) for hours in (200, 90, 3))
    assert deliver(now) == 3
    pending = make_event(shop.platform, at=now - HOUR)
    unwanted = make_event(shop.platform, at=now - HOUR, kind="refund.credited")
    Message.objects.filter(status=Status.PENDING).update(due_at=now + HOUR)
    WebhookEndpoint.objects.filter(pk=endpoint.pk).update(event_types=["payment.succeeded"])

    answer = shop.post(f"{LIST}/{endpoint.public_id}/recover", {"since": (now - 100 * HOUR).isoformat()})

    assert answer.status_code == 200
    assert (answer.json()["object"], answer.json()["count"], answer.json()["has_more"]) == ("recovery", 2, False)
    rows = {message.event_id: message for message in Message.objects.all()}
    assert (rows[old.pk].status, rows[delivered.pk].status) == (Status.DEAD, Status.DELIVERED)
    assert rows[unwanted.pk].due_at == now + HOUR
    for event in (dead, pending):
        assert rows[event.pk].status == Status.PENDING
        assert now <= rows[event.pk].due_at == rows[event.pk].ladder_from <= clock.now()
    assert deliver(clock.now()) == 2


def test_recovery_makes_deliveries_of_what_happened_before_the_endpoint_was_there(shop):
    events = [make_event(shop.platform, at=clock.now() - hours * HOUR) for hours in (3, 2, 1)]
    endpoint = make_endpoint(shop.platform, URL)
    path = f"{LIST}/{endpoint.public_id}/recover"
    since = {"since": (clock.now() - 2.5 * HOUR).isoformat()}

    counts = [shop.post(path, since).json()["count"] for _ in range(2)]

    assert counts == [2, 2]
    made = list(Message.objects.order_by("id"))
    assert [message.event for message in made] == events[1:]
    assert [change.after for message in made for change in message.changes.all()] == ["pending", "pending"]
    assert deliver(clock.now()) == 2
    assert shop.post(path, since).json()["count"] == 0


def test_a_long_recovery_is_done_in_several_calls(shop, monkeypatch):
    from notifications.operations import endpoints

    monkeypatch.setattr(endpoints, "RECOVERED_AT_ONCE", 2)
    for _ in range(3):
        make_event(shop.platform, at=clock.now() - HOUR)
    path = f"{LIST}/{make_endpoint(shop.platform, URL).public_id}/recover"
    since = {"since": (clock.now() - 2 * HOUR).isoformat()}

    answers = [shop.post(path, since).json() for _ in range(2)]

    assert [(answer["count"], answer["has_more"]) for answer in answers] == [(2, True), (3, False)]


@pytest.mark.parametrize("since", [None, "yesterday", 5, "2026-06-08", "2026-06-08T02:00:00"])
def test_a_recovery_needs_a_time(shop, since):
    endpoint = make_endpoint(shop.platform, URL)

    answer = shop.post(f"{LIST}/{endpoint.public_id}/recover", {"since": since})

    assert problem(answer) == (422, "invalid_request")
    assert [error["pointer"] for error in answer.json()["errors"]] == ["/since"]


@pytest.mark.parametrize(("since", "count"), [("0001-01-01T00:00:00Z", 1), ("9999-12-31T23:59:59Z", 0)])
def test_a_recovery_takes_the_first_and_the_last_time_of_all(shop, since, count):
    make_event(shop.platform)
    endpoint = make_endpoint(shop.platform, URL)

    answer = shop.post(f"{LIST}/{endpoint.public_id}/recover", {"since": since})

    assert (answer.status_code, answer.json()["count"]) == (200, count)


def test_a_missing_change_row_would_be_refused_by_the_database(shop):
    """The bulk way of recovery leaves the same rows as the single one."""
    make_event(shop.platform, at=clock.now() - HOUR)
    endpoint = make_endpoint(shop.platform, URL)
    operations.recover_endpoint(endpoint_id=endpoint.pk, since=clock.now() - 2 * HOUR, at=clock.now(), by="platform:x")

    change = Message.objects.get().changes.get()

    assert (change.step, change.before, change.after, change.by) == (0, "", "pending", "platform:x")
