"""The customer's desk: a card that hesitates in the middle of signing, and other programs in the component's place."""

from __future__ import annotations

import contextlib
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Page, Route

from bootstrap.members import reader_state
from bootstrap.places import CHECKOUT
from bootstrap.stack import Stack
from reader import apdu
from reader.card_plug import CardPlug
from reader.software_card import CardAccount, CardFace, PlainMemory, SoftwareCard

PASSWORD = "48151623"
PATIENCE_SECONDS = 60.0


class HesitatingCard(SoftwareCard):
    """Stops in the middle of the signature, so that what happens meanwhile happens exactly there."""

    def __init__(self, serial: str = "7000000099") -> None:
        accounts = [CardAccount("70000100099001", "Savings")]
        super().__init__(CardFace("700", serial, "", accounts, bytes(16)), PlainMemory(PASSWORD))
        self.is_signing, self.may_go_on, self.is_pulled = threading.Event(), threading.Event(), False

    def answer(self, raw: bytes) -> bytes:
        if raw[1] == apdu.WRITE_RECORD[1]:
            self.is_signing.set()
            self.may_go_on.wait(PATIENCE_SECONDS)
            if self.is_pulled:
                raise EOFError
        return super().answer(raw)


class Desk:
    """A reader into which a test puts cards of its own, beside the sandbox's wallet."""

    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        self._plug = CardPlug(host="127.0.0.1", port=stack.ports.card)
        self._card: HesitatingCard | None = None

    def insert(self, card: HesitatingCard) -> HesitatingCard:
        self._card = card
        self._plug.insert(card)
        return card

    def pull_out(self) -> None:
        """Also while the card is in the middle of a command: then it ends without an answer."""
        if self._card is not None:
            self._card.is_pulled = True
            self._card.may_go_on.set()
        self._plug.remove()


@contextlib.contextmanager
def in_its_place(stack: Stack, kind: str, *, state: Path | None = None) -> Iterator[None]:
    """Another program (tests/flows/strange_component.py) where the component was; afterwards the component is back."""
    stack.process("reader").end()
    ports = ["--port", str(stack.ports.reader), "--card-port", str(stack.ports.card)]
    whose = ["--origin", stack.env["PORTAL_URL"], "--state-dir", str(state or reader_state(stack.data))]
    command = [sys.executable, "-m", "tests.flows.strange_component", kind, *ports, *whose]
    child = subprocess.Popen(command, cwd=CHECKOUT)
    try:
        _wait_for(stack.ports.reader, child)
        yield
    finally:
        child.kill()
        child.wait()
        stack.restart("reader")


@contextlib.contextmanager
def nothing_in_its_place(stack: Stack) -> Iterator[None]:
    stack.process("reader").end()
    try:
        yield
    finally:
        stack.restart("reader")


def _wait_for(port: int, child: subprocess.Popen) -> None:
    ends_at = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < ends_at:
        assert child.poll() is None, "it ended by itself"
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.02)
    raise AssertionError("nothing listens")


def fill(page: Page, picture_answer: str, password: str) -> None:
    """Everything but the last press: account, picture, password; by ids, so that it works in each language."""
    page.locator(".accounts input").first.check(force=True)
    if page.locator("#picture-answer").is_visible():
        page.locator("#picture-answer").fill(picture_answer)
    page.locator("#password").fill(password)


def without_script(browser: Browser, locale: str) -> BrowserContext:
    """A browser without JavaScript. Playwright's switch leaves <noscript> asleep: here its contents stand in the page."""
    context = browser.new_context(locale=locale, java_script_enabled=False)

    def wake(route: Route) -> None:
        answer = route.fetch()
        body = answer.text().replace("<noscript>", "").replace("</noscript>", "")
        route.fulfill(response=answer, body=body)

    context.route(lambda url: "/static/" not in url and not url.endswith(".png"), wake)
    return context
