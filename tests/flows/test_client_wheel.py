"""The platforms' client as a platform has it: its wheel alone in an empty environment, its README word for word."""

from __future__ import annotations

import datetime as dt
import importlib.metadata
import json
import re
import subprocess
import sys
import threading
import venv
import zipfile
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from bootstrap.pip_wheel import find_pip
from platforms import signatures
from tests.flows.cards import CardInCode, master_key_of, pass_gate_only, pay_over_http

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("stack")]

CLIENT = Path(__file__).resolve().parents[2] / "clients" / "python"
BUILD = "import sys; from flit_core.buildapi import build_wheel; print(build_wheel(sys.argv[1]))"
EXAMPLES = {"order.py", "notices.py", "feed.py", "refund.py", "asynchronous.py"}
# A platform of its own: what it is told is nobody else's.
ADMIT = """
from common import clock
from platforms import operations
known = {{"at": clock.now(), "by": "wheel test"}}
platform = operations.register_platform(
    code="wheel", name="Wheel", contact_phone="(02)7705-4306", return_url_prefixes=["https://shop.example/"], **known)
operations.register_public_key(platform=platform, public_key="{public_key}", key_id="key_wheel", **known)
print("whpk_" + operations.add_endpoint(platform=platform, url="{url}", **known).public_key)
"""
TAKE = """
import json, pathlib, runpy, sys
take = runpy.run_path(sys.argv[1])["take"]
headers, body = (pathlib.Path(name).read_bytes() for name in sys.argv[2:])
print(take(body, json.loads(headers)), take(body.replace(b"961", b"962"), json.loads(headers)))
"""


@pytest.fixture(scope="session")
def wheel(tmp_path_factory):
    """Built as a release is, without a network."""
    folder = tmp_path_factory.mktemp("wheel")
    done = subprocess.run([sys.executable, "-c", BUILD, folder], cwd=CLIENT, capture_output=True, text=True, check=True)
    return folder / done.stdout.split()[-1]


@pytest.fixture(scope="session")
def python(wheel, tmp_path_factory):
    """A Python that has the wheel and what it declares to need, and nothing else."""
    folder = tmp_path_factory.mktemp("empty") / "env"
    venv.create(folder, with_pip=False, symlinks=True)
    python = folder / "bin" / "python"
    install = [python, "-I", find_pip() / "pip", "install", "--no-index", "--no-deps", "--disable-pip-version-check"]
    subprocess.run([*install, wheel], capture_output=True, check=True)
    (site_packages,) = folder.glob("lib/python*/site-packages")
    (installed,) = site_packages.glob("outpost_client-*.dist-info")
    for name in needed_by(importlib.metadata.Distribution.at(installed)):
        link(importlib.metadata.distribution(name), site_packages)
    return python


def needed_by(distribution, known=frozenset()):
    """Names of the distributions it declares, and of those that these declare."""
    found = set()
    for text in distribution.requires or ():
        requirement = Requirement(text)
        wanted = requirement.marker is None or requirement.marker.evaluate({"extra": ""})
        if wanted and requirement.name not in known | found:
            found.add(requirement.name)
            found |= needed_by(importlib.metadata.distribution(requirement.name), known | found)
    return found


def link(distribution, site_packages):
    tops = {file.parts[0] for file in distribution.files if file.parts[0] not in {"..", "__pycache__"}}
    for top in tops:
        (site_packages / top).symlink_to(distribution.locate_file(top))


@pytest.fixture(scope="session")
def examples(tmp_path_factory):
    """The README's Python, each block under the name in its first line."""
    folder = tmp_path_factory.mktemp("examples")
    blocks = re.findall(
        r"^```python\n# (\w+\.py)\n(.*?)^```$", (CLIENT / "README.md").read_text(), re.MULTILINE | re.DOTALL
    )
    for name, block in blocks:
        (folder / name).write_text(block)
    assert {name for name, _ in blocks} == EXAMPLES
    return folder


@pytest.fixture
def receiver():
    """Takes notices as a platform's web server does, and keeps them."""
    taken = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            taken.append((dict(self.headers), self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *args):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    server.taken = taken
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def run(python, examples):
    """run("order.py", NAME="value") → the words of each line that it printed; nothing of our environment reaches it."""

    def run(*words, **variables):
        command = [python, "-I", *(examples / word if word in EXAMPLES else word for word in words)]
        done = subprocess.run(command, env=variables, capture_output=True, text=True, check=False, timeout=120)
        assert done.returncode == 0, done.stderr
        return [line.split() for line in done.stdout.splitlines()]

    return run


def test_the_wheel_holds_the_package_and_needs_two_others(wheel):
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        metadata = archive.read(next(name for name in names if name.endswith("METADATA"))).decode()

    ours = {f"outpost/{path.name}" for path in (CLIENT / "src/outpost").iterdir() if path.is_file()}
    assert {name for name in names if ".dist-info/" not in name} == ours
    assert any(name.endswith("LICENSE") for name in names)
    assert re.findall(r"^Requires-Dist: ([\w-]+)", metadata, re.MULTILINE) == ["httpx", "cryptography"]
    assert "Requires-Python: >=3.11" in metadata


def test_nothing_of_the_house_is_within_its_reach(python):
    asked = (
        "import importlib.util as u; print([n for n in ('outpost', 'django', 'platforms', 'pytest') if u.find_spec(n)])"
    )

    done = subprocess.run([python, "-I", "-c", asked], capture_output=True, text=True, check=True)

    assert done.stdout == "['outpost']\n"


def test_the_readme_has_an_order_paid_told_and_refunded(stack, town, visit, run, receiver, tmp_path):
    private_key, public_key = signatures.new_key_pair()
    url = f"http://127.0.0.1:{receiver.server_port}/notices"
    admitted = stack.manage("shell", "-v0", "-c", ADMIT.format(public_key=public_key, url=url))
    known = {"OUTPOST_URL": town.portal, "OUTPOST_KEY_ID": "key_wheel", "OUTPOST_PRIVATE_KEY": private_key}
    payer = town.newcomer()
    pass_gate_only(visit, payer)
    order = {"ORDER_NUMBER": f"WHEEL-{payer.serial}", "RETURN_URL": "https://shop.example/thanks"}

    ((payment_id, final_amount, page_url),) = run("order.py", **known, **order)
    assert final_amount == "961"
    paid = pay_over_http(town, page_url, CardInCode(payer, counter=1, master_key=master_key_of(stack)))
    assert paid.is_success, paid.text

    visit.until(lambda: receiver.taken)
    headers, body = receiver.taken[0]
    notice = (tmp_path / "headers", tmp_path / "body")
    notice[0].write_text(json.dumps(headers))
    notice[1].write_bytes(body)
    told = run("-c", TAKE, "notices.py", *notice, OUTPOST_WEBHOOK_KEYS=admitted.strip())
    assert told == [[json.loads(body)["id"], order["ORDER_NUMBER"], "is", "paid"], ["204", "401"]]

    ((_, *event),) = run("feed.py", **known)
    assert event == ["payment.succeeded", payment_id, "succeeded"]
    assert run("asynchronous.py", **known, PAYMENT_ID=payment_id)[0] == [payment_id, "succeeded", "951"]

    ((refund_id, status, total, expected),) = run("refund.py", **known, PAYMENT_ID=payment_id)
    assert (status, total) == ("accepted", "961")
    rows = town.query(
        "SELECT status, total_minor, expected_credit_date FROM refunds_refund WHERE reference = %s", refund_id
    )
    assert rows == [("accepted", 961, dt.date.fromisoformat(expected))]
