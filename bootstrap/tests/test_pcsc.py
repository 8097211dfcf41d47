"""What is decided before a card service is started: which programs, how it is kept private, what is said without."""

import socket
from pathlib import Path

import pytest

from bootstrap import pcsc, pcscd
from bootstrap.members import make_member
from bootstrap.messages import CannotStart
from bootstrap.ports import Ports
from bootstrap.stack import Stack

PROGRAMS = pcsc.Programs("/usr/sbin/pcscd", Path("/lib/vpcd.so"), ["unshare", "--mount"], "/run")


def test_the_virtual_reader_listens_where_the_run_was_told(tmp_path, monkeypatch):
    monkeypatch.setattr(pcsc, "find_programs", lambda: PROGRAMS)

    child = pcsc.make_card_service(python=Path("/venv/python"), data=tmp_path, port=35963, env={})

    assert (tmp_path / "pcsc" / "readers" / "virtual").read_text().splitlines() == [
        'FRIENDLYNAME "Virtual PCD"',
        "DEVICENAME /dev/null:0x8c7b",
        "LIBPATH /lib/vpcd.so",
        "CHANNELID 0x8c7b",
    ]
    assert (child.prefix, child.command[-2:]) == (["unshare", "--mount"], ["--hide", "/run"])


def test_without_programs_or_privacy_the_last_lines_say_which_and_what_helps(tmp_path, monkeypatch):
    monkeypatch.setattr(pcsc, "install_if_allowed", lambda packages, log: False)
    monkeypatch.setattr(pcsc, "_isolation", lambda: None)
    monkeypatch.setattr(pcsc, "_found", lambda: None)
    assert [one.words for one in pcsc.card_service_missing(tmp_path)] == [pcsc.NOT_FOUND.words]
    assert "apt-get install pcscd vsmartcard-vpcd" in pcsc.NOT_FOUND.words
    with pytest.raises(CannotStart, match="for want of pcscd"):
        pcsc.find_programs()

    monkeypatch.setattr(pcsc, "_found", lambda: ("/usr/sbin/pcscd", Path("/lib/vpcd.so")))
    assert [one.words for one in pcsc.card_service_missing(tmp_path)] == [pcsc.NOT_PRIVATE.words]
    with pytest.raises(CannotStart, match="mount namespace"):
        pcsc.find_programs()


def test_the_socket_is_handed_over_as_systemd_does_and_a_dead_ones_place_is_taken(tmp_path):
    path = tmp_path / "pcscd.comm"
    pcscd.listen(path).close()  # as a killed process leaves it

    with pcscd.listen(path) as listening, socket.socket(socket.AF_UNIX) as client:
        client.connect(str(path))

        assert path.stat().st_mode & 0o077 == 0
        assert listening.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN) == 1


def test_a_run_through_pcsc_has_one_process_more_and_its_component_knows_the_socket(tmp_path, monkeypatch):
    monkeypatch.setattr(pcsc, "find_programs", lambda: PROGRAMS)
    env = {"PORTAL_URL": "http://127.0.0.1:1", "REDIS_URL": "unix:///r"}
    how = {"python": Path("/venv/python"), "ports": Ports(), "data": tmp_path, "env": env}

    reader = make_member("reader", **how, reader_transport="pcsc")

    assert reader.command[reader.command.index("--transport") + 1] == "pcsc"
    assert reader.env["PCSCLITE_CSOCK_NAME"] == str(pcsc.socket_of(tmp_path))
    assert "PCSCLITE_CSOCK_NAME" not in make_member("reader", **how).env
    members = Stack(data=tmp_path / "stack", reader_transport="pcsc").members
    assert members.index("pcscd") + 1 == members.index("reader")
