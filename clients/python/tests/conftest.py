"""Fixtures of the client's tests: a portal that plays, time that is counted, and both clients in turn."""

import pytest

from clients.python.tests.played import PRIVATE_KEY, Awaiting, Blocking, Portal, Time


@pytest.fixture
def portal():
    portal = Portal()
    yield portal
    portal.stop()


@pytest.fixture
def time():
    return Time()


@pytest.fixture(params=[Blocking, Awaiting], ids=["blocking", "awaiting"])
def make_client(request, portal, time):
    """make_client(**options) → a client of either kind, which signs, counts its time and leaves nothing to chance."""
    made = []

    def make(**options):
        standard = {
            "key_id": "key_1",
            "private_key": PRIVATE_KEY,
            "now": time.now,
            "monotonic": time.now,
            "random": lambda: 1.0,
        }
        made.append(request.param(portal, time, **{**standard, **options}))
        return made[-1]

    yield make
    for client in made:
        client.close()


@pytest.fixture
def client(make_client):
    return make_client()
