"""A password of the card is nowhere but on the customer's computer: a canary, typed a thousand times, leaves no trace.

It is right, wrong, cancelled, pulled out with the card, sent in broken messages, declined, and stopped at the gate. Then
everything is searched that was said or kept. A second number that was planted everywhere shows that the search finds.
"""

from __future__ import annotations

import base64
import contextlib
import json
import os
import secrets
import subprocess
import sys
import threading
from collections import Counter
from pathlib import Path

import httpx
import psycopg
import pytest
import redis
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from playwright.sync_api import expect

from bootstrap.children import Child
from bootstrap.environment import foreign
from bootstrap.members import healthy
from bootstrap.places import CHECKOUT
from bootstrap.ports import Ports
from bootstrap.postgres_programs import find_programs
from bootstrap.venv import Environment
from tests.flows.cards import master_key_of
from tests.flows.hand import Hand, HandTown, exchange, page_leaves, wait_for_card
from tests.flows.lane import ACCOUNTS, ANOTHER, Lane
from tests.flows.scripted_page import ScriptedPage
from tests.flows.traces import dump_redis, files_under, forms, open_sealed, search
from tests.flows.watched_browser import WatchedPage
from tests.flows.wiretap import Record

pytestmark = [pytest.mark.browser, pytest.mark.processes, pytest.mark.xdist_group("card")]

# Typed as passwords, and nowhere else. No part of any other number here.
CANARY = "840271936517"
# Planted where the canary must not be.
PLANTED = "619357804281"
# Sent to the portal by a mistake: it was told, but must keep nothing.
MISTAKEN = "953174628036"
FLOWS_MIN = 1_000
LANES, ROUNDS, BROWSER_ROUNDS = 3, 3, 3


@pytest.fixture(scope="module")
def stack(card_stack):
    return card_stack


@pytest.fixture
def town(hand_town):
    return hand_town


@pytest.fixture
def platform(town):
    key = town.env["SHOP_API_KEY"]
    with httpx.Client(
        base_url=f"{town.portal}/api/v1", headers={"Authorization": f"Bearer {key}"}, timeout=60
    ) as client:
        yield client


@pytest.fixture
def lanes(stack, town, platform):
    """As many desks, each with a component of its own beside the stack's."""
    record = Record(stack.traffic / "pages")
    with contextlib.ExitStack() as open_ones:
        made = []
        for number in range(LANES):
            ports, state = Ports.free(), stack.data / f"reader-{number}"
            child = component(stack, ports, state, number)
            child.launch()
            open_ones.callback(child.end)
            hand = Hand(port=ports.card, master_key=master_key_of(stack))
            open_ones.callback(hand.open)
            page = ScriptedPage(
                HandTown(town.portal, town.sandbox, town.env),
                reader_url=f"ws://127.0.0.1:{ports.reader}/v2",
                pairing=pairing(stack, state),
                keep=record,
            )
            open_ones.callback(page.close)
            child.wait_until_ready()
            made.append(Lane(canary=CANARY, page=page, hand=hand, platform=platform))
        yield made


def component(stack, ports, state, number):
    words = ["--port", str(ports.reader), "--card-port", str(ports.card), "--state-dir", str(state)]
    return Child(
        name=f"reader {number}",
        command=[sys.executable, "-m", "reader", *words, "--allow-origin", stack.env["PORTAL_URL"]],
        env=foreign(),
        log=stack.data / "logs" / f"reader-{number}.log",
        ready=healthy(ports.reader),
    )


def pairing(stack, state):
    words = ["pair", "--origin", stack.env["PORTAL_URL"], "--state-dir", str(state)]
    done = subprocess.run(
        [sys.executable, "-m", "reader", *words], cwd=CHECKOUT, capture_output=True, text=True, check=True
    )
    return json.loads(done.stdout)


def test_a_password_typed_a_thousand_times_is_found_in_no_byte(
    stack, town, platform, lanes, new_context, tmp_path, record_testsuite_property
):
    done = Counter()
    in_browser = new_context(locale="en-GB", viewport={"width": 1280, "height": 900})
    done.update(typed_in_browser(stack, town, platform, in_browser))
    done.update(typed_by_script(lanes))
    record_testsuite_property("canary flows", dict(done))
    assert sum(done.values()) >= FLOWS_MIN

    lanes[0].mistaken(MISTAKEN)
    plant(stack, town, lanes[0])
    (tmp_path / "storage").write_text(repr(in_browser.storage_state()))
    places = everything_kept(stack, tmp_path)
    of_canary, looked = search(places, forms(CANARY))
    of_planted, _ = search(places, {"plain": PLANTED.encode()})

    record_testsuite_property("canary bytes searched", looked)
    assert of_canary == {}
    of_mistaken, _ = search(places, forms(MISTAKEN))
    assert set(of_mistaken) == {str(stack.traffic / "pages")}, of_mistaken
    # The control: what was planted is found, in each kind of place.
    found = {Path(path).name for path in of_planted}
    assert {"pages", "portal.sql", "sandbox.sql", "opened", "redis", "web.log", "reader-0.log"} <= found
    assert any("appendonly" in name for name in found), found
    assert any("pg_wal" in path for path in of_planted), found


def typed_by_script(lanes):
    """All desks at once; what went wrong at one is raised here."""
    failures = []

    def work(lane):
        try:
            for _ in range(ROUNDS):
                lane.round()
            lane.last()
        except BaseException as failure:  # noqa: BLE001 - a thread's failure is the test's
            failures.append(failure)

    threads = [threading.Thread(target=work, args=[lane]) for lane in lanes]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]
    return sum((lane.done for lane in lanes), Counter())


def typed_in_browser(stack, town, platform, context):
    """Through the pages themselves, with everything recorded that the browser sends and gets."""
    done = Counter()
    context.add_cookies([{"name": "django_language", "value": "en", "url": town.portal}])
    holder, stranger = town.newcomer(*ACCOUNTS[:1]), town.newcomer()
    order = Orders(town, platform)
    town.prove_identity(holder, order())
    right, wrong = (
        town.hand.card_of(holder, password=CANARY, counter=100),
        town.hand.card_of(stranger, password=ANOTHER),
    )
    record = Record(stack.traffic / "browser")
    for _ in range(BROWSER_ROUNDS):
        watched = WatchedPage(context, record, town)
        address = order()
        town.hand.insert(wrong)
        wait_for_card(stack, "ready")
        watched.open(address)
        for left in (2, 1):
            watched.type_and_confirm(CANARY)
            expect(watched.page.locator("#password-error")).to_contain_text(f"Tries left: {left}")
        watched.type_and_confirm(CANARY)
        watched.expect_stopped("card_locked")
        wrong.renew()
        exchange(stack, town.hand, right)
        watched.open(address)
        with right.paused_while_signing() as pause:
            watched.type_and_confirm(CANARY)
            pause.wait_until_reached()
            watched.page.locator("#pay-cancel").click()
            watched.expect_stopped("cancelled")
        watched.open(address)
        with right.paused_while_signing() as pause:
            watched.type_and_confirm(CANARY)
            pause.wait_until_reached()
            town.hand.pull()
            watched.expect_stopped("card_removed")
        town.hand.rest()
        town.hand.insert(right)
        watched.open(address)
        with right.paused_while_signing() as pause:
            watched.type_and_confirm(CANARY)
            pause.wait_until_reached()
            with page_leaves(stack):
                watched.close()
        watched = WatchedPage(context, record, town)
        watched.open(address)
        watched.type_and_confirm(CANARY)
        expect(watched.page.get_by_text("Your account was charged once.").first).to_be_visible()
        watched.close()
        town.hand.remove()
        wait_for_card(stack, "none")
        # The other half of the control: to the component it did go, and the recording would have seen it elsewhere.
        assert watched.said_to_component(CANARY)
        done.update(
            ["wrong_password", "wrong_password", "card_locked", "cancelled", "card_removed", "page closed", "paid"]
        )
    return done


class Orders:
    """Each call is another order; gives the address of its pay page."""

    def __init__(self, town, platform):
        self._town, self._platform, self._count = town, platform, 0

    def __call__(self):
        self._count += 1
        asked = {
            "order_number": f"CANARY-{id(self)}-{self._count}",
            "currency": "CNY",
            "product_minor": 500,
            "rate": "4.5",
            "rate_source": "Test",
            "rate_quoted_at": self._town.now().isoformat(),
            "return_url": f"{self._town.sandbox}/shop/",
        }
        return self._platform.post("/payments", json=asked).raise_for_status().json()["page_url"]


def plant(stack, town, lane):
    """What a leak would look like, with another number: in an address, so in requests and access logs too, and in each store."""
    lane.page.follow(f"/?password={PLANTED}")
    lane.page.send_raw(f'{{"id": 1, "type": "{PLANTED}"}}')
    key = base64.b64decode(town.env["FIELD_KEYS"].split(",")[0])
    with psycopg.connect(town.env["DATABASE_OWNER_URL"], autocommit=True) as portal:
        portal.execute("CREATE TABLE planted (plain text, answer_sealed text)")
        portal.execute("INSERT INTO planted VALUES (%s, %s)", [PLANTED, sealed(PLANTED, key)])
    with psycopg.connect(town.env["SANDBOX_DATABASE_URL"], autocommit=True) as sandbox:
        sandbox.execute("CREATE TABLE planted AS SELECT %s AS plain", [PLANTED])
    redis.Redis.from_url(town.env["REDIS_URL"]).rpush("planted", PLANTED)
    for name in ("web", "reader-0"):
        with (stack.data / "logs" / f"{name}.log").open("a") as log:
            log.write(f"{PLANTED}\n")


def sealed(text, key):
    nonce = secrets.token_bytes(12)
    return f"planted:{base64.urlsafe_b64encode(nonce + AESGCM(key).encrypt(nonce, text.encode(), b'planted')).decode()}"


def everything_kept(stack, folder):
    """Every file of every process, both databases as they lie and as they are dumped, Redis likewise, all recorded traffic."""
    env = stack.env
    key = base64.b64decode(env["FIELD_KEYS"].split(",")[0])
    dump = find_programs(Environment().site_packages).path("pg_dump")
    for name, url in (("portal.sql", env["DATABASE_OWNER_URL"]), ("sandbox.sql", env["SANDBOX_DATABASE_URL"])):
        subprocess.run([dump, "--no-owner", f"--file={folder / name}", url], check=True)
    assert open_sealed(env["DATABASE_OWNER_URL"], key, folder / "opened") > 0
    dump_redis(env["REDIS_URL"], folder / "redis")
    database = [stack.database_folder] if stack.database_folder else []
    return list(files_under(folder, stack.data, stack.traffic, *database))


@pytest.mark.parametrize(("name", "form"), forms(PLANTED).items(), ids=list(forms(PLANTED)))
def test_each_form_of_a_trace_is_found_wherever_it_stands(tmp_path, name, form):
    noise = os.urandom(5_000)
    (tmp_path / "kept").write_bytes(noise + form + noise)
    (tmp_path / "clean").write_bytes(noise)
    (tmp_path / "empty").touch()

    found, looked = search(files_under(tmp_path), forms(PLANTED))

    assert name in found[str(tmp_path / "kept")]
    assert len(found) == 1
    assert looked == 3 * len(noise) + len(form)


def test_the_forms_are_what_other_programs_write():
    known = forms("619357804281")

    for before in (b"", b"a", b"ab", b"abc"):
        for after in (b"", b"z", b"zz"):
            written = base64.b64encode(before + b"619357804281" + after)
            assert known[f"base64, shifted {len(before) % 3}"] in written
    assert known["packed for the chip"] == bytes.fromhex("619357804281")
    assert known["hex"] == b"363139333537383034323831"
    assert known["in an address"] == b"%36%31%39%33%35%37%38%30%34%32%38%31"
    assert known["list of bytes"] == b"54, 49, 57, 51, 53, 55, 56, 48, 52, 50, 56, 49"
    assert known["full width"].decode() == "６１９３５７８０４２８１"
