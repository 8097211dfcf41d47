"""What customers install: built twice the same, without anything but the component, and it starts where nothing of ours is."""

import ast
import hashlib
import json
import os
import shutil
import signal
import stat
import subprocess
import sys
import urllib.request
import zipfile
from pathlib import Path

import pytest

from reader import VERSION
from reader.package.__main__ import build, main
from reader.tests.conftest import ORIGIN, PATIENCE_SECONDS, Page

BANK = "https://pay.example"
PYZ, DEB = f"outpost-reader-{VERSION}.pyz", f"outpost-reader_{VERSION}_all.deb"

needs_dpkg = pytest.mark.skipif(
    shutil.which("dpkg-deb") is None, reason="this system has no dpkg-deb to open the package with"
)


@pytest.fixture(scope="module")
def packages(tmp_path_factory):
    folder = tmp_path_factory.mktemp("packages")
    build(folder, [BANK, ORIGIN])
    return folder


@pytest.fixture(scope="module")
def inside(packages):
    with zipfile.ZipFile(packages / PYZ) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.fixture(scope="module")
def unpacked(packages, tmp_path_factory):
    folder = tmp_path_factory.mktemp("unpacked")
    subprocess.run(["dpkg-deb", "--extract", packages / DEB, folder], check=True)
    return folder


class Started:
    """The component as a process in an environment of nothing but a home."""

    def __init__(self, command, home):
        self.process = subprocess.Popen(
            [*command, "--port", "0", "--state-dir", home / "state"],
            env={"HOME": str(home), "PATH": "/usr/bin:/bin"},
            cwd=home,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.url = ""
        lines = []
        while not self.url:
            line = self.process.stderr.readline()
            lines.append(line)
            assert line, "".join(lines)
            if f"component {VERSION} on " in line:
                self.url = line.rpartition(" on ")[2].strip().rstrip("/")

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.communicate(timeout=PATIENCE_SECONDS)
        return self.process.returncode


@pytest.fixture
def start(tmp_path):
    started = []

    def begin(*command):
        started.append(Started([*command], tmp_path))
        return started[-1]

    yield begin
    for one in started:
        if one.process.poll() is None:
            one.stop()


def assert_answers(started):
    with urllib.request.urlopen(f"{started.url}/?lang=en", timeout=PATIENCE_SECONDS) as answer:
        shown = answer.read().decode()
    with urllib.request.urlopen(f"{started.url}/page.css", timeout=PATIENCE_SECONDS) as answer:
        assert answer.read().startswith(b"/* The component's own page")
    for origin in (BANK, ORIGIN):
        page = Page(started.url.replace("http:", "ws:") + "/v2", origin=origin)
        hello = page.greet()
        assert (hello["version"], hello["transport"], hello["paired"]) == (VERSION, "pcsc", False)
        assert f"<code>{origin}</code>" in shown
        page.close()


def test_built_twice_it_is_the_same_to_the_byte(packages, tmp_path):
    umask = os.umask(0o077)
    try:
        assert main(["--out", str(tmp_path), "--origin", BANK, "--origin", ORIGIN]) == 0
    finally:
        os.umask(umask)

    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(["SHA256SUMS", PYZ, DEB])
    for name in ("SHA256SUMS", PYZ, DEB):
        assert (tmp_path / name).read_bytes() == (packages / name).read_bytes()


def test_it_is_the_same_from_another_place_and_another_day(packages, tmp_path):
    """Copied elsewhere: other times on every file, other order on the disk, compiled files beside."""
    root = Path(__file__).resolve().parents[2]
    shutil.copytree(root / "reader", tmp_path / "reader", copy_function=shutil.copyfile)
    shutil.copyfile(root / "LICENSE", tmp_path / "LICENSE")
    command = [sys.executable, "-m", "reader.package", "--out", tmp_path / "out", "--origin", BANK, "--origin", ORIGIN]

    subprocess.run(command, cwd=tmp_path, check=True)

    for name in ("SHA256SUMS", PYZ, DEB):
        assert (tmp_path / "out" / name).read_bytes() == (packages / name).read_bytes()


def test_what_is_there_already_is_not_written_again_and_older_versions_go(packages, tmp_path):
    build(tmp_path, [BANK])
    before = {path.name: path.stat().st_mtime_ns for path in tmp_path.iterdir()}
    (tmp_path / "outpost-reader-1.0.0.pyz").write_text("old")
    (tmp_path / "notes.txt").write_text("somebody else's")

    build(tmp_path, [BANK])

    after = {path.name: path.stat().st_mtime_ns for path in tmp_path.iterdir() if path.name != "notes.txt"}
    assert after == before
    assert (tmp_path / "notes.txt").exists()


def test_the_sums_are_those_of_the_files(packages):
    lines = (packages / "SHA256SUMS").read_text().splitlines()

    assert lines == [
        f"{hashlib.sha256((packages / name).read_bytes()).hexdigest()}  {name}" for name in sorted([PYZ, DEB])
    ]


def test_nothing_but_the_component_is_inside(inside):
    folders = {name.split("/")[0] for name in inside}
    modules = {name.removeprefix("reader/") for name in inside if name.startswith("reader/")}

    assert folders == {"__main__.py", "LICENSE", "reader", "websockets"}
    assert not modules & {"software_card.py", "card_plug.py", "direct.py"}
    assert not [name for name in inside if "test" in name or "package/" in name or name.endswith((".so", ".pyc"))]


def test_no_module_inside_imports_what_is_not_there(inside):
    """The standard library, itself, and the WebSocket library: no `cryptography`, nothing of the portal."""
    imported = set()
    for name, content in inside.items():
        if not name.startswith("reader/") or not name.endswith(".py"):
            continue
        for node in ast.walk(ast.parse(content)):
            if isinstance(node, ast.Import):
                imported |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                imported.add(node.module)
    foreign = {name for name in imported if name.split(".")[0] not in sys.stdlib_module_names}
    ours = {name for name in foreign if name.split(".")[0] == "reader"}

    # Both only where a card is: the functions that need them are of the software card.
    behind_a_door = {name for name in foreign if name.startswith("cryptography.")} | {"reader.direct"}
    assert foreign - ours - behind_a_door == {
        "websockets.asyncio.server",
        "websockets.datastructures",
        "websockets.exceptions",
        "websockets.http11",
        "websockets.typing",
    }
    assert {f"{name.replace('.', '/')}.py" for name in ours - behind_a_door - {"reader"}} <= set(inside)


def test_nothing_inside_is_secret(inside):
    held = b"".join(inside.values())

    for word in (
        b"PRIVATE KEY",
        b"SECRET_KEY",
        b"CHIP_MASTER_KEY",
        b"FIELD_KEYS",
        b"sk_test_",
        os.uname().nodename.encode() + b"/",
    ):
        assert word not in held
    assert inside["reader/origins"].decode().splitlines()[1:] == [BANK, ORIGIN]


def test_the_one_file_starts_where_nothing_of_ours_is_and_answers(packages, start):
    started = start(sys.executable, "-I", "-S", packages / PYZ)

    assert_answers(started)
    assert started.stop() == 0


def test_without_addresses_built_in_it_says_what_is_missing(tmp_path):
    build(tmp_path, [])

    ended = subprocess.run(
        [sys.executable, "-I", tmp_path / PYZ], capture_output=True, text=True, check=False, timeout=60
    )

    assert ended.returncode == 2
    assert "name one with --allow-origin" in ended.stderr


def test_the_package_lets_no_virtual_card_in(packages):
    command = [sys.executable, "-I", packages / PYZ, "--transport", "direct"]

    ended = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)

    assert ended.returncode == 2
    assert "choose from" in ended.stderr


def test_pairing_by_the_command_line_works_in_the_package(packages, tmp_path):
    command = [sys.executable, "-I", packages / PYZ, "pair", "--origin", BANK, "--state-dir", tmp_path]

    made = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)

    assert (tmp_path / "pairings" / f"{made['pairing']}.json").exists()


@needs_dpkg
def test_debian_reads_what_the_package_says_of_itself(packages):
    fields = subprocess.run(
        ["dpkg-deb", "--field", packages / DEB, "Package", "Version", "Architecture", "Depends"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()

    assert fields == [
        "Package: outpost-reader",
        f"Version: {VERSION}",
        "Architecture: all",
        "Depends: python3 (>= 3.11), libpcsclite1, pcscd",
    ]


@needs_dpkg
def test_what_debian_unpacks_starts_and_answers(unpacked, start):
    """Its start script names /usr/bin/python3 and /usr/lib: here the same line runs from where it was unpacked."""
    origins = unpacked / "etc/outpost-reader/origins"

    started = start(sys.executable, "-I", "-S", "-B", unpacked / "usr/lib/outpost-reader", "--origins-file", origins)

    assert_answers(started)
    assert started.stop() == 0


@needs_dpkg
def test_debian_s_package_starts_with_each_sign_in(unpacked, packages):
    units = unpacked / "usr/lib/systemd/user"
    unit = (units / "outpost-reader.service").read_text()
    script = unpacked / "usr/bin/outpost-reader"
    control = subprocess.run(
        ["dpkg-deb", "--info", packages / DEB, "conffiles"], capture_output=True, text=True, check=True
    )

    assert "ExecStart=/usr/bin/outpost-reader --origins-file /etc/outpost-reader/origins\n" in unit
    assert (units / "default.target.wants/outpost-reader.service").resolve() == units / "outpost-reader.service"
    assert script.read_text() == '#!/bin/sh\nexec /usr/bin/python3 -I -B /usr/lib/outpost-reader "$@"\n'
    assert stat.S_IMODE(script.stat().st_mode) == 0o755
    assert control.stdout == "/etc/outpost-reader/origins\n"


@needs_dpkg
def test_debian_s_sums_are_those_of_the_files(unpacked, packages):
    listed = subprocess.run(
        ["dpkg-deb", "--info", packages / DEB, "md5sums"], capture_output=True, text=True, check=True
    )

    checked = subprocess.run(
        ["md5sum", "--check", "--quiet", "-"], cwd=unpacked, input=listed.stdout, text=True, check=False
    )

    assert checked.returncode == 0
    assert len(listed.stdout.splitlines()) > 40
