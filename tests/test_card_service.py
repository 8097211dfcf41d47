"""A card service of our own: beside another, out of the machine's sight, and without any reader but ours."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from bootstrap.pcsc import make_card_service, socket_of
from bootstrap.ports import Ports
from reader.card_plug import CardPlug
from reader.tests.factories import make_card

pytestmark = pytest.mark.pcsc

# One process a question: the client's library reads the name of the socket once.
LOOK = """
from reader.pcsc_library import load_library
with load_library().watching() as watch:
    while True:
        sight = watch.look()
        if sight.reader and (sight.card is not None) == %r:
            break
        watch.wait(30_000)
print(sight.reader.decode())
"""


@pytest.fixture
def service(tmp_path):
    """Makes and starts card services; ends them."""
    started = []

    def start(name):
        data, port = tmp_path / name, Ports.free().card
        child = make_card_service(python=Path(sys.executable), data=data, port=port, env=dict(os.environ))
        child.launch()
        started.append(child)
        child.wait_until_ready()
        return child, data, port

    yield start
    for child in started:
        child.end()


def look(data, *, card):
    """The first reader, once a card is in it, or none."""
    env = {**os.environ, "PCSCLITE_CSOCK_NAME": str(socket_of(data))}
    done = subprocess.run(
        [sys.executable, "-c", LOOK % card], env=env, capture_output=True, text=True, timeout=60, check=True
    )
    return done.stdout.strip()


def test_two_services_at_once_have_a_reader_each_and_a_card_is_in_one_of_them(service):
    (_, one, one_port), (_, other, _) = service("one"), service("other")
    plug = CardPlug(host="127.0.0.1", port=one_port)
    plug.insert(make_card())
    try:
        assert look(one, card=True) == "Virtual PCD 00 00"
        assert look(other, card=False) == "Virtual PCD 00 00"
    finally:
        plug.remove()


def test_the_machines_own_service_is_neither_seen_nor_touched(service):
    fixed = Path("/run/pcscd")
    before = sorted(path.name for path in fixed.iterdir()) if fixed.is_dir() else None

    child, data, _ = service("mine")

    assert look(data, card=False) == "Virtual PCD 00 00"
    assert (sorted(path.name for path in fixed.iterdir()) if fixed.is_dir() else None) == before
    child.end()
    assert (sorted(path.name for path in fixed.iterdir()) if fixed.is_dir() else None) == before


def test_a_killed_service_comes_back_at_the_same_place(service):
    child, data, _ = service("mine")
    look(data, card=False)

    child.kill()
    with pytest.raises(subprocess.CalledProcessError):
        look(data, card=False)
    child.launch()
    child.wait_until_ready()

    assert look(data, card=False) == "Virtual PCD 00 00"
