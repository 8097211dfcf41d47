"""Fixtures of the sandbox's own tests: the seeded world and callers of its wires."""

import datetime as dt

import pytest
from django.conf import settings
from django.test import Client

from common import clock
from sandbox import people, shop_portal
from sandbox.models import Person
from sandbox.tests.portal_double import PortalDouble


@pytest.fixture(autouse=True)
def _no_keys_remembered():
    shop_portal._known_keys.clear()
    shop_portal._client.cache_clear()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """The seeded world once for all tests that roll back. Those with transactions of their own run last and seed again."""
    with django_db_blocker.unblock():
        people.seed_people(at=clock.now())


@pytest.fixture
def world(db):
    assert Person.objects.filter(seeded=True).count() == len(people.PEOPLE)


@pytest.fixture
def call():
    """call("bank", "POST", "debits", {…}) → the response, with the party's token and a request id."""
    client = Client()

    def ask(party, method, path, body=None, token=None):
        root = party.replace("sms_", "sms/")
        headers = {"Authorization": f"Bearer {token or settings.WIRE_TOKENS[party]}", "X-Request-Id": "test-request"}
        address = f"/{root}/v1/{path}"
        if method == "GET":
            return client.get(address, body or {}, headers=headers)
        return client.post(address, body, content_type="application/json", headers=headers)

    return ask


@pytest.fixture
def stand(monkeypatch, tmp_path, settings):
    """stand(at) stops the clock there; at may be moved by calling it again."""

    def at(moment: dt.datetime):
        monkeypatch.setattr(clock, "now", lambda: moment)
        return moment

    return at


def broke_off(response):
    """Whether the caller would have been left without an answer."""
    if not response.streaming:
        return False
    with pytest.raises(BrokenPipeError):
        b"".join(response.streaming_content)
    return True


@pytest.fixture
def portal(settings):
    double = PortalDouble()
    settings.PORTAL_URL = double.url
    yield double
    double.stop()
