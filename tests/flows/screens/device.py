"""Screens of the customer's own computer: the reader doctor in each diagnosis, the install pages, the component's own page."""

from __future__ import annotations

import datetime as dt
import json
import re
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

from playwright.sync_api import Route
from websockets.datastructures import Headers
from websockets.http11 import Request

from common import clock
from reader.door import Door
from reader.pairing import Ceremony, Pairing, PairingStore
from reader.slot import State
from tests.flows.screens import screen, screens_at
from tests.flows.screens.paying import BLOCKED

screens_at({f"install-{system}": f"/reader/install/?system={system}" for system in ("windows", "macos", "linux")})

# What the doctor says of it → the component's script.
FAULTS = {
    "component-foreign": {"foreign": True},
    "component-unproved": {"unproved": True},
    "version-too_old": {"hello": {"code": "protocol_unsupported", "supported": [9]}},
    "service-missing": {"reader": "no_driver", "card": "none"},
    "reader-none": {"reader": "none", "card": "none"},
    "card-none": {"card": "none"},
    "card-unreadable": {"card": "unreadable"},
    "card-locked": {"card": "locked"},
}


def diagnosed(guest, key):
    guest.open("/reader/")
    guest.page.locator(f"#remedy-{key}:visible").wait_for()
    # Said a moment later, when all lights have come to rest: "Look here: …".
    guest.page.locator("#verdict", has_text=re.compile("[:：]")).wait_for()


def _fault(key, script):
    @screen(f"doctor-{key.replace('_', '-')}")
    def fault(guest):
        guest.component(**script)
        diagnosed(guest, key)


for _key, _script in FAULTS.items():
    _fault(_key, _script)


@screen("doctor-component-missing")
def missing(guest):
    diagnosed(guest, "component-missing")


@screen("doctor-permission-denied")
def denied(guest):
    guest.page.add_init_script(BLOCKED)
    diagnosed(guest, "permission-denied")


@screen("doctor-well")
def well(guest):
    guest.component()
    guest.open("/reader/")
    guest.page.locator("#doctor[data-well=true]").wait_for()


@screen("doctor-unpaired")
def unpaired(guest):
    guest.component(paired=False)
    guest.open("/reader/")
    guest.page.locator("#pairing:visible").wait_for()


@screen("install-done")
def installed(guest):
    guest.component()
    guest.open("/reader/install/?system=windows")
    guest.page.locator("#doctor[data-well=true]").wait_for()


# ---------- the component's own page ----------


READY = State("ready", "ready", "7000000001")


def own_page(guest, *, waits=False, pairings=0, state=READY):
    """Drawn by the component's own door, in this process; what it keeps goes with the page."""
    origin, folder = "https://pay.bank.example", TemporaryDirectory()
    guest.page.on("close", lambda _: folder.cleanup())
    store, ceremony = PairingStore(Path(folder.name)), Ceremony()
    store.prepare()
    for number in range(pairings):
        made_at = clock.now() - dt.timedelta(days=40 * number)
        keep(Path(folder.name), Pairing(f"{number:032x}", origin, made_at.timestamp(), "0" * 64))
    if waits:
        ceremony.begin(guest, origin)
    door = Door(allowed_origins=[origin], pairings=store, ceremony=ceremony, state=lambda: state)
    address = f"http://127.0.0.1:{urlsplit(guest.house.reader_url).port}/"

    def answer(route: Route) -> None:
        asked = urlsplit(route.request.url)
        headers = Headers({"Host": asked.netloc})
        given = door.answer(Request(f"{asked.path}?{asked.query}", headers), is_full=False)
        route.fulfill(status=given.status_code, headers=dict(given.headers), body=given.body)

    guest.page.route(f"{address}**", answer)
    guest.page.goto(f"{address}?lang={'en' if guest.language == 'en' else 'zh-Hant'}")


def keep(folder: Path, pairing: Pairing) -> None:
    (folder / "pairings" / f"{pairing.id}.json").write_text(json.dumps(vars(pairing)))


@screen("component-page")
def plain(guest):
    own_page(guest)


@screen("component-page-number")
def number(guest):
    own_page(guest, waits=True, state=State("ready"))


@screen("component-page-pairings")
def pairings(guest):
    own_page(guest, pairings=3, state=State("none"))


@screen("component-page-no-driver")
def no_driver(guest):
    own_page(guest, state=State("no_driver"))
