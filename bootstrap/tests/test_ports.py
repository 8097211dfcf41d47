"""Ports: the usual ones, others by the environment, and clear words when one is taken."""

import socket

import pytest

from bootstrap.messages import CannotStart
from bootstrap.ports import Ports


def test_without_a_wish_the_usual_ports_are_taken():
    assert Ports.from_environment({}) == Ports(web=8000, sandbox=8001, reader=8002, card=35963)


def test_each_port_can_be_chosen():
    chosen = {"WEB_PORT": "8100", "SANDBOX_PORT": "8101", "READER_PORT": "8102", "CARD_PORT": "8103"}

    assert Ports.from_environment(chosen) == Ports(web=8100, sandbox=8101, reader=8102, card=8103)


@pytest.mark.parametrize("value", ["web", "0", "65536", "-1", "80.5"])
def test_what_is_no_port_is_named(value):
    with pytest.raises(CannotStart, match="WEB_PORT"):
        Ports.from_environment({"WEB_PORT": value})


def test_free_ports_are_free_and_different():
    ports = Ports.free()

    ports.check_free()
    assert len({ports.web, ports.sandbox, ports.reader, ports.card}) == 4


def test_a_taken_port_is_reported_with_its_name_and_the_way_out():
    ports = Ports.free()
    with socket.socket() as other:
        other.bind(("127.0.0.1", ports.reader))
        other.listen()

        with pytest.raises(CannotStart, match=rf"Port {ports.reader} \(reader\) is taken.*\n.*READER_PORT=\d+ ./run"):
            ports.check_free()


def test_two_programs_with_one_port_are_refused():
    port = Ports.free().web

    with pytest.raises(CannotStart, match=str(port)):
        Ports(web=port, sandbox=port).check_free()
