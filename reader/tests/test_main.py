"""The command line: it comes up, says when a port is taken, and goes when told."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from reader.__main__ import PORT_TAKEN, main
from reader.origins import read_origins
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


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--allow-origin", "https://pay.example/path"], "is not an address of pages"),
        (["--allow-origin", "HTTPS://PAY.EXAMPLE"], "is not an address of pages"),
        (["--allow-origin", "*"], "is not an address of pages"),
        (["--allow-origin", "null"], "is not an address of pages"),
        (["--transport", "pcsc", "--allow-origin", "http://pay.example"], "can be changed on its way"),
        (["--transport", "pcsc", "--allow-origin", "http://127.0.0.1.evil.example"], "can be changed on its way"),
        (["--origins-file", "/no/such/file"], "No such file"),
    ],
)
def test_an_address_that_must_not_use_the_reader_is_refused_at_the_start(words, said, capsys):
    with pytest.raises(SystemExit) as ended:
        main(words)

    assert ended.value.code == 2
    assert said in capsys.readouterr().err


def test_addresses_stand_in_a_file_one_a_line(tmp_path):
    file = tmp_path / "origins"
    file.write_text("# ours\n\nhttps://pay.example  # the portal\nhttps://pay.example:8443\nhttp://localhost:8000\n")

    assert read_origins(file) == ["https://pay.example", "https://pay.example:8443", "http://localhost:8000"]


def test_a_file_with_a_page_that_could_be_changed_on_its_way_is_refused(tmp_path):
    file = tmp_path / "origins"
    file.write_text("https://pay.example\nhttp://pay.example\n")

    with pytest.raises(ValueError, match="can be changed on its way"):
        read_origins(file)


def test_install_is_for_the_package_alone(capsys):
    assert main(["install", "--allow-origin", ORIGIN]) == 1
    assert "outpost-reader.pyz" in capsys.readouterr().err


def test_the_process_leaves_no_core_dump(command):
    with subprocess.Popen([*command, "--port", "0", "--card-port", "0"], stderr=subprocess.PIPE) as process:
        while b"component 2.0.0" not in process.stderr.readline():
            assert process.poll() is None
        limits = Path(f"/proc/{process.pid}/limits").read_text()
        process.terminate()

    assert re.search(r"^Max core file size +0 +0 ", limits, re.MULTILINE)


def test_other_programs_of_the_same_person_can_not_look_into_its_memory():
    """PR_GET_DUMPABLE (3): 1 before, 0 after; asked by the process itself, as root may look anywhere."""
    program = (
        "import ctypes; from reader.memory import keep_private; ask = lambda: ctypes.CDLL(None).prctl(3, 0, 0, 0, 0);"
        "before = ask(); keep_private(); print(before, ask())"
    )

    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert told.stdout == "1 0\n"
