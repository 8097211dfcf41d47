"""The command line: it comes up, says when a port is taken, and goes when told."""

import os
import signal
import socket
import subprocess
import sys

import pytest

from reader.__main__ import PORT_TAKEN, main

COMMAND = [sys.executable, "-m", "reader", "--allow-origin", "http://127.0.0.1:8000"]


@pytest.mark.parametrize("which", ["--port", "--card-port"])
def test_a_taken_port_is_named(which):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        other = {"--port": "--card-port", "--card-port": "--port"}[which]

        ended = subprocess.run([*COMMAND, which, port, other, "0"], timeout=30, capture_output=True, check=False)

    assert ended.returncode == PORT_TAKEN
    assert port in ended.stderr.decode()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_runs_until_it_is_told_to_stop(number):
    with subprocess.Popen([*COMMAND, "--port", "0", "--card-port", "0"], stderr=subprocess.PIPE) as process:
        while b"component 1.0.0" not in process.stderr.readline():
            assert process.poll() is None
        os.kill(process.pid, number)

        assert process.wait(timeout=30) == 0


def test_without_an_origin_it_does_not_start(capsys):
    with pytest.raises(SystemExit):
        main([])
    assert "--allow-origin" in capsys.readouterr().err
