"""The command line: it comes up, says when a port is taken, and goes when told."""

import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from reader.__main__ import PORT_TAKEN, main
from reader.pairing import PairingStore
from reader.places import state_folder

ORIGIN = "http://127.0.0.1:8000"


@pytest.fixture
def command(tmp_path):
    return [sys.executable, "-m", "reader", "--allow-origin", ORIGIN, "--state-dir", str(tmp_path)]


@pytest.mark.parametrize("which", ["--port", "--card-port"])
def test_a_taken_port_is_named(command, which):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        other = {"--port": "--card-port", "--card-port": "--port"}[which]

        ended = subprocess.run([*command, which, port, other, "0"], timeout=30, capture_output=True, check=False)

    assert ended.returncode == PORT_TAKEN
    assert port in ended.stderr.decode()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_runs_until_it_is_told_to_stop(command, number):
    with subprocess.Popen([*command, "--port", "0", "--card-port", "0"], stderr=subprocess.PIPE) as process:
        while b"component 2.0.0" not in process.stderr.readline():
            assert process.poll() is None
        os.kill(process.pid, number)

        assert process.wait(timeout=30) == 0


def test_without_an_origin_it_does_not_start(capsys):
    with pytest.raises(SystemExit):
        main([])
    assert "--allow-origin" in capsys.readouterr().err


def test_an_administrator_pairs_by_the_command_line(tmp_path, capsys):
    assert main(["pair", "--origin", ORIGIN, "--state-dir", str(tmp_path)]) == 0

    made = json.loads(capsys.readouterr().out)
    (kept,) = PairingStore(tmp_path).all()
    assert made == {"pairing": kept.id, "secret": kept.secret}
    assert kept.origin == ORIGIN


@pytest.mark.parametrize(
    ("platform", "environ", "folder"),
    [
        ("linux", {}, "/home/lin/.local/share/outpost-reader"),
        ("linux", {"XDG_DATA_HOME": "/data"}, "/data/outpost-reader"),
        ("linux", {"OUTPOST_READER_STATE": "/kiosk"}, "/kiosk"),
        ("darwin", {}, "/home/lin/Library/Application Support/outpost-reader"),
        ("win32", {"LOCALAPPDATA": "/c/Local"}, "/c/Local/outpost-reader"),
        ("win32", {}, "/home/lin/AppData/Local/outpost-reader"),
    ],
)
def test_pairings_are_kept_where_the_system_keeps_a_person_s_data(platform, environ, folder):
    assert state_folder(environ=environ, platform=platform, home=Path("/home/lin")) == Path(folder)
