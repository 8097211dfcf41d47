"""A component that runs in a thread, the pages that talk to it, and the plug for cards."""

import asyncio
import json
import logging
import threading

import pytest
from websockets.sync.client import connect

from reader.card_plug import CardPlug
from reader.component import SUBPROTOCOL, Component
from reader.direct import DirectTransport

ORIGIN = "http://127.0.0.1:8000"
# Far above what anything here takes: reached only by a test that fails.
PATIENCE_SECONDS = 20
CHALLENGE = "0f" * 32

quiet = logging.getLogger("tests.page")
quiet.setLevel(logging.INFO)


class RunningComponent:
    """The component on an event loop in a thread of its own."""

    def __init__(self, transport, *, state_folder, seconds_max=10.0, port=0, announce=lambda code: None):
        self.component = Component(
            transport=transport,
            allowed_origins=[ORIGIN],
            state_folder=state_folder,
            seconds_max=seconds_max,
            announce=announce,
        )
        self.state_folder = state_folder
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._pages = []
        self.run(self.component.start(port=port))

    @property
    def url(self):
        return f"ws://127.0.0.1:{self.component.port}/v2"

    @property
    def card_port(self):
        return self.component.transport.port

    @property
    def http(self):
        return f"http://127.0.0.1:{self.component.port}"

    def page(self, *, greet=True, paired=True):
        """A page that kept a pairing, or one that never had any."""
        page = Page(self.url, pairing=self.component.pairings.make(ORIGIN) if paired else None)
        self._pages.append(page)
        if greet:
            page.greet()
        return page

    def run(self, work):
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(PATIENCE_SECONDS)

    def stop(self):
        if self._loop.is_closed():
            return
        for page in self._pages:
            page.close()
        self.run(self.component.stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


class Page:
    """What the page in the browser does: asks, waits for the answer, sees states pushed in between."""

    def __init__(self, url, *, pairing=None, **options):
        self.pairing = pairing
        options = {"origin": ORIGIN, "subprotocols": [SUBPROTOCOL], "logger": quiet} | options
        self._connecting = connect(url, compression=None, open_timeout=PATIENCE_SECONDS, **options)
        self.socket = self._connecting.__enter__()
        self.states = []
        self._answers = {}
        self._number = 0

    def greet(self):
        kept = None if self.pairing is None else self.pairing.id
        answer = self.ask("hello", protocol=2, pairing=kept, challenge=CHALLENGE)
        self.wait_for_state(lambda state: True)
        return answer

    def ask(self, kind, **fields):
        return self.answer_to(self.send(kind, **fields))

    def send(self, kind, **fields):
        self._number += 1
        self.socket.send(json.dumps({"id": self._number, "type": kind, **fields}))
        return self._number

    def answer_to(self, number):
        while number not in self._answers:
            self._take()
        return self._answers.pop(number)

    def has_answer_before_next(self, kind, number):
        """Whether an answer to `number` came before that to another question asked now."""
        self.ask(kind)
        return number in self._answers

    def wait_for_state(self, wanted):
        while not any(wanted(state) for state in self.states):
            self._take()
        return self.states[-1]

    def wait_for_card(self, status, serial=None):
        self.states = self.states[-1:]
        return self.wait_for_state(lambda state: (state["card"], state["card_serial"]) == (status, serial))

    def _take(self):
        message = json.loads(self.socket.recv(timeout=PATIENCE_SECONDS))
        if "event" in message:
            self.states.append(message)
        else:
            self._answers[message["id"]] = message

    def close(self):
        self.socket.close()


@pytest.fixture
def start_component(tmp_path):
    """Starts components; each is stopped at the end of the test."""
    running = []

    def start(transport=None, **options):
        options = {"state_folder": tmp_path / "state"} | options
        running.append(RunningComponent(transport or DirectTransport(port=0), **options))
        return running[-1]

    yield start
    for component in running:
        component.stop()


@pytest.fixture
def component(start_component):
    return start_component()


@pytest.fixture
def make_plug():
    """Makes plugs; their cards are taken out at the end of the test."""
    plugs = []

    def make(port):
        plugs.append(CardPlug(host="127.0.0.1", port=port))
        return plugs[-1]

    yield make
    for plug in plugs:
        plug.remove()


@pytest.fixture
def plug(component, make_plug):
    return make_plug(component.card_port)


@pytest.fixture
def page(component):
    return component.page()
