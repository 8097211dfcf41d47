"""Who may call what: every address of the API × method × own or another's object × each kind of key. No row, no route."""

import datetime as dt
import re
import uuid
from dataclasses import dataclass

import pytest
from django.test import Client
from django.urls import URLPattern, get_resolver

from common import clock
from notifications.tests.factories import make_event
from payments.tests.factories import make_payment, pay
from platforms import rules
from platforms.models import ApiKey
from platforms.tests.factories import make_bearer_key, make_endpoint, make_platform
from refunds.tests.factories import ask

pytestmark = pytest.mark.django_db
METHODS = ("get", "post", "put", "patch", "delete")
# What each way of calling is answered with, before anything is looked up.
DOORS = {
    "nothing": (401, "unauthenticated"),
    "a wrong key": (401, "unauthenticated"),
    "a key in the wrong place": (401, "unauthenticated"),
    "a revoked key": (401, "key_revoked"),
    "an expired key": (401, "key_expired"),
    "a key for another address": (403, "address_not_allowed"),
    "a key without the scope": (403, "scope_missing"),
    "a key without any scope": (403, "scope_missing"),
    "a switched-off platform": (403, "platform_disabled"),
}


@dataclass(frozen=True)
class Row:
    """The scope for GET, the scope for the rest, and what stands in the address: an object that belongs to a platform."""

    read: str = ""
    write: str = ""
    owned: str = ""

    def scope(self, method):
        return self.read if method == "get" else self.write


PAYMENT, REFUND, ENDPOINT, DELIVERY, EVENT, KEY = "payment", "refund", "endpoint", "delivery", "event", "key"
ROWS = {
    "/api/v1/platform": Row("platform:read"),
    "/api/v1/keys": Row("keys:read", "keys:write"),
    "/api/v1/keys/<str:key_id>": Row("keys:read", owned=KEY),
    "/api/v1/keys/<str:key_id>/roll": Row(write="keys:write", owned=KEY),
    "/api/v1/keys/<str:key_id>/revoke": Row(write="keys:write", owned=KEY),
    "/api/v1/events": Row("events:read"),
    "/api/v1/events/<str:public_id>": Row("events:read", owned=EVENT),
    "/api/v1/webhook-endpoints": Row("webhooks:read", "webhooks:write"),
    "/api/v1/webhook-endpoints/<str:endpoint_id>": Row("webhooks:read", "webhooks:write", owned=ENDPOINT),
    "/api/v1/webhook-endpoints/<str:endpoint_id>/disable": Row(write="webhooks:write", owned=ENDPOINT),
    "/api/v1/webhook-endpoints/<str:endpoint_id>/enable": Row(write="webhooks:write", owned=ENDPOINT),
    "/api/v1/webhook-endpoints/<str:endpoint_id>/rotate": Row(write="webhooks:write", owned=ENDPOINT),
    "/api/v1/webhook-endpoints/<str:endpoint_id>/test": Row(write="webhooks:write", owned=ENDPOINT),
    "/api/v1/webhook-endpoints/<str:endpoint_id>/recover": Row(write="webhooks:write", owned=ENDPOINT),
    "/api/v1/webhook-deliveries": Row("webhooks:read"),
    "/api/v1/webhook-deliveries/<str:delivery_id>": Row("webhooks:read", owned=DELIVERY),
    "/api/v1/webhook-deliveries/<str:delivery_id>/resend": Row(write="webhooks:write", owned=DELIVERY),
    "/api/v1/payments": Row("payments:read", "payments:write"),
    "/api/v1/payments/<str:reference>": Row("payments:read", owned=PAYMENT),
    "/api/v1/payments/<str:reference>/cancel": Row(write="payments:write", owned=PAYMENT),
    "/api/v1/payments/<str:reference>/shipped": Row(write="payments:write", owned=PAYMENT),
    "/api/v1/refunds": Row("refunds:read", "refunds:write"),
    "/api/v1/refunds/<str:reference>": Row("refunds:read", owned=REFUND),
    "/api/v1/refunds/<str:reference>/confirm": Row(write="refunds:write", owned=REFUND),
    "/api/v1/refunds/<str:reference>/cancel": Row(write="refunds:write", owned=REFUND),
    "/api/v1/calendar/working-days": Row("calendar:read"),
    "/api/v1/calendar/explain": Row("calendar:read"),
    "/api/v1/settlement-days": Row("settlement:read"),
    "/api/v1/settlement-days/<str:date>": Row("settlement:read"),
    "/api/v1/settlement-days/<str:date>/lines": Row("settlement:read"),
}
# What is sent, so that an own object is not refused for the form of the request. The time is any in the past.
BODIES = {"/recover": {"since": "2026-06-01T00:00:00Z"}}
# What each list of own things must not show: another's.
LISTS = [address for address, row in ROWS.items() if row.read and "<" not in address and "calendar" not in address]
NOBODYS = {
    PAYMENT: "PAY-0000000000000A",
    REFUND: "RF-0000000000000A",
    ENDPOINT: f"we_{uuid.UUID(int=1).hex}",
    DELIVERY: f"dl_{uuid.UUID(int=1).hex}",
    EVENT: f"evt_{uuid.UUID(int=1).hex}",
    KEY: f"key_{uuid.UUID(int=1).hex}",
}


def routes(resolver=None, prefix="/"):
    """Every address below /api/v1/ → its view class."""
    for entry in (resolver or get_resolver()).url_patterns:
        address = prefix + str(entry.pattern)
        if not isinstance(entry, URLPattern):
            yield from routes(entry, address)
        elif address.startswith("/api/v1/"):
            yield address, entry.callback.view_class


ROUTES = dict(routes())
CALLS = [(address, method) for address, view in ROUTES.items() for method in METHODS if hasattr(view, method)]
OWNED = [(address, method) for address, method in CALLS if address in ROWS and ROWS[address].owned]
OTHERS = [(address, method) for address, view in ROUTES.items() for method in METHODS if not hasattr(view, method)]


def client_of(platform, **limits):
    key, secret = make_bearer_key(platform)
    ApiKey.objects.filter(pk=key.pk).update(**limits)
    return Client(headers={"authorization": f"Bearer {secret}", "accept-language": "en"})


def call(client, address, method, **names):
    """Any name stands for what the address names, unless it is given."""
    path = re.sub(r"<str:(\w+)>", lambda found: names.get(found[1], "2026-06-08"), address)
    body = next((body for ending, body in BODIES.items() if address.endswith(ending)), {})
    sent = {} if method == "get" else {"data": body, "content_type": "application/json"}
    return getattr(client, method)(path, headers={"idempotency-key": uuid.uuid4().hex}, **sent)


def code_of(answer):
    return answer.status_code, answer.json().get("code")


def platform_for(way):
    return make_platform(enabled=way != "a switched-off platform")


def caller(way, platform, scope):
    """A client that comes to the door in this way."""
    _, secret = make_bearer_key(platform)
    headers = {
        "nothing": {},
        "a wrong key": {"authorization": f"Bearer {secret}x"},
        "a key in the wrong place": {"authorization": f"Basic {secret}", "x-api-key": secret, "cookie": f"k={secret}"},
    }
    limits = {
        "a revoked key": {"revoked_at": clock.now(), "revoked_by": "staff:amy"},
        "an expired key": {"expires_at": clock.now() - dt.timedelta(seconds=1)},
        "a key for another address": {"allowed_addresses": ["203.0.113.0/24"]},
        "a key without the scope": {"scopes": [other for other in rules.SCOPES if other != scope]},
        "a key without any scope": {"scopes": []},
        "a switched-off platform": {},
    }
    return Client(headers=headers[way]) if way in headers else client_of(platform, **limits[way])


class Estate:
    """One of everything that a platform can own."""

    def __init__(self, platform, at):
        make_endpoint(platform)
        paid = pay(make_payment(at, platform=platform), at)
        refund = ask(paid, at)
        event = make_event(platform)
        endpoint, message = platform.endpoints.get(), event.messages.get()
        key, _ = make_bearer_key(platform)
        self.ids = {
            PAYMENT: paid.reference,
            REFUND: refund.reference,
            ENDPOINT: endpoint.public_id,
            DELIVERY: message.public_id,
            EVENT: event.public_id,
            KEY: key.key_id,
        }


def named(address, value):
    return {re.search(r"<str:(\w+)>", address)[1]: value}


def test_each_route_has_its_row_and_each_row_its_route():
    assert set(ROWS) == set(ROUTES)


@pytest.mark.parametrize(("address", "method"), CALLS)
def test_without_the_right_key_no_door_opens(address, method):
    scope = ROWS[address].scope(method)

    answers = {way: code_of(call(caller(way, platform_for(way), scope), address, method)) for way in DOORS}

    assert answers == DOORS


@pytest.mark.parametrize(("address", "method"), CALLS)
def test_one_scope_is_enough_and_the_refusal_names_it(address, method):
    scope, platform = ROWS[address].scope(method), make_platform()

    refused = call(client_of(platform, scopes=[]), address, method)
    allowed = call(client_of(platform, scopes=[scope]), address, method)

    assert refused.json()["scope"] == scope
    assert allowed.status_code not in {401, 403}


@pytest.mark.parametrize(("address", "method"), OWNED)
def test_anothers_object_is_answered_as_one_that_does_not_exist(address, method, at):
    owned = ROWS[address].owned
    theirs, client = Estate(make_platform(), at).ids[owned], client_of(make_platform())

    foreign = call(client, address, method, **named(address, theirs))
    missing = call(client, address, method, **named(address, NOBODYS[owned]))

    assert foreign.status_code == missing.status_code == 404
    assert foreign.json() | {"request_id": ""} == missing.json() | {"request_id": ""}
    assert theirs not in foreign.content.decode()


@pytest.mark.parametrize(("address", "method"), OWNED)
def test_an_own_object_is_found(address, method, at):
    platform = make_platform()
    mine = Estate(platform, at).ids[ROWS[address].owned]

    answer = call(client_of(platform), address, method, **named(address, mine))

    assert answer.status_code not in {401, 403, 404, 405, 500}, answer.content


@pytest.mark.parametrize("address", LISTS)
def test_a_list_shows_nothing_of_another(address, at):
    theirs = Estate(make_platform(), at)
    platform = make_platform()
    query = "?from=2026-06-08&to=2026-06-08" if "settlement" in address else ""

    answer = client_of(platform).get(address + query)

    assert answer.status_code == 200, answer.content
    shown = answer.content.decode()
    assert [found for found in theirs.ids.values() if found in shown] == []


@pytest.mark.parametrize(("address", "method"), OTHERS)
def test_a_method_that_an_address_does_not_know_is_refused_with_those_it_does(address, method):
    answer = call(client_of(make_platform()), address, method)

    assert code_of(answer) == (405, "method_not_allowed")
    known = {name.upper() for name in METHODS if hasattr(ROUTES[address], name)}
    assert known <= set(answer["Allow"].split(", "))
