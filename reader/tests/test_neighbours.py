"""Whose program knocks: read from the kernel's table, and refused when it is another person's."""

import os
import subprocess
import sys

import pytest

from reader import neighbours
from reader.neighbours import is_another_person, owner_of

CLIENT, SERVER = ("127.0.0.1", 54321), ("127.0.0.1", 8002)
# As /proc/net/tcp has it: our listening socket, the server's end of the connection, the client's end.
TABLE = """\
  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:1F42 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 111 1 0000000000000000 100 0 0 10 0
   1: 0100007F:1F42 0100007F:D431 01 00000000:00000000 00:00000000 00000000  1000        0 112 1 0000000000000000 20 4 30 10 -1
   2: 0100007F:D431 0100007F:1F42 01 00000000:00000000 00:00000000 00000000  1001        0 113 1 0000000000000000 20 4 30 10 -1
"""

little_endian = pytest.mark.skipif(sys.byteorder != "little", reason="the table is as a little-endian kernel writes it")
as_root = pytest.mark.skipif(os.getuid() != 0, reason="only root can start programs as two other persons")

# Both become somebody else when all is imported: these persons may not even read the Python that runs here.
COMPONENT = """
import os, resource, sys, tempfile
import reader.direct
from reader.__main__ import main
os.setuid(int(sys.argv[1]))
sys.exit(main(["--port", "0", "--card-port", "0", "--allow-origin", "http://127.0.0.1:1", "--state-dir", tempfile.mkdtemp()]))
"""
VISITOR = """
import encodings.idna, http.client, os, sys
os.setuid(int(sys.argv[1]))
link = http.client.HTTPConnection(sys.argv[2], timeout=20)
link.request("GET", "/")
print(link.getresponse().status)
"""


@little_endian
def test_the_owner_of_the_client_s_end_is_told():
    assert owner_of(CLIENT, SERVER, TABLE.splitlines()) == 1001
    assert owner_of(("127.0.0.1", 54322), SERVER, TABLE.splitlines()) is None
    assert owner_of(CLIENT, ("127.0.0.1", 8003), TABLE.splitlines()) is None


@little_endian
@pytest.mark.parametrize(
    ("owner", "we", "is_another"),
    [(1000, 1000, False), (1001, 1000, True), (0, 1000, False), (1001, 0, False), (None, 1000, False)],
)
def test_another_person_is_neither_we_nor_root(monkeypatch, tmp_path, owner, we, is_another):
    table = tmp_path / "tcp"
    table.write_text("" if owner is None else TABLE.replace("1001", f"{owner:4}"))
    monkeypatch.setattr(neighbours, "_TABLE", table)
    monkeypatch.setattr(os, "getuid", lambda: we)

    assert is_another_person(CLIENT, SERVER) is is_another


def test_where_no_table_is_nobody_is_accused(monkeypatch, tmp_path):
    monkeypatch.setattr(neighbours, "_TABLE", tmp_path / "none")

    assert is_another_person(CLIENT, SERVER) is False


@as_root
def test_a_program_of_another_person_is_not_shown_the_page():
    one, other = "65534", "65533"
    started = subprocess.Popen([sys.executable, "-c", COMPONENT, one], stderr=subprocess.PIPE, text=True)
    try:
        line = ""
        while "component 2.0.0 on " not in line:
            line = started.stderr.readline()
            assert line
        address = line.rpartition("http://")[2].strip().rstrip("/")

        said = {person: visit(person, address) for person in (one, other, "0")}
    finally:
        started.terminate()
        started.communicate(timeout=60)

    assert said == {one: "200\n", other: "403\n", "0": "200\n"}


def visit(person, address):
    command = [sys.executable, "-c", VISITOR, person, address]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60).stdout
