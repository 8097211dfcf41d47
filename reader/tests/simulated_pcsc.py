"""The system's PC/SC library as far as the component calls it, with one reader that a test fills and empties."""

import re
import threading
from types import SimpleNamespace

NO_SERVICE, NO_READERS, NO_CARD, REMOVED, TIMED_OUT = 0x8010001D, 0x8010002E, 0x8010000C, 0x80100069, 0x8010000A
STATE_CHANGED, STATE_PRESENT = 0x0002, 0x0020
READER = b"Simulated Reader 00\0\0"


class SimulatedPcsc:
    def __init__(self):
        self.service = True
        self.plugged = True
        self._card = None
        self._events = 0
        self._connected = None
        self._moved = threading.Condition()

    def __getattr__(self, name):
        """`SCardListReaders` is `list_readers` here."""
        if not name.startswith("SCard"):
            raise AttributeError(name)
        return getattr(self, re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name.removeprefix("SCard")).lower())

    def put(self, card):
        """A card, or None to take it out."""
        with self._moved:
            self._card = card
            self._events += 1
            self._moved.notify_all()

    def die(self):
        """The service ends; who waits for a change is told so."""
        with self._moved:
            self.service = False
            self._moved.notify_all()

    def plug(self, plugged):
        with self._moved:
            self.plugged = plugged
            self._moved.notify_all()

    def establish_context(self, scope, _one, _two, context):
        return 0 if self.service else NO_SERVICE

    def release_context(self, context):
        return 0

    def list_readers(self, context, groups, names, length):
        if not self.plugged:
            return NO_READERS
        length._obj.value = len(READER)
        if names is not None:
            names.raw = READER
        return 0

    def get_status_change(self, context, milliseconds, states, count):
        with self._moved:
            if not self.service:
                return NO_SERVICE
            if milliseconds.value == 0:
                present = STATE_PRESENT if self._card else 0
                states[0].event = self._events << 16 | STATE_CHANGED | present
                return 0
            seen = states[count.value - 1].current >> 16 if count.value > 1 else self._events
            told = self._moved.wait_for(lambda: self._changed(seen, count.value > 1), 0.05)
            if not self.service:
                return NO_SERVICE
            return 0 if told else TIMED_OUT

    def _changed(self, seen, was_plugged):
        return self._events != seen or self.plugged != was_plugged or not self.service

    def connect(self, *arguments):
        if self._card is None:
            return NO_CARD
        self._connected = SimpleNamespace(card=self._card, events=self._events)
        arguments[-1]._obj.value = 2
        return 0

    def begin_transaction(self, card):
        return 0

    def reconnect(self, card, how, protocols, first, protocol):
        self._connected.card.power_on()
        protocol._obj.value = 2
        return 0

    def transmit(self, *arguments):
        _card, _header, command, length, _answer_header, answer, answered = arguments
        if self._connected is None or self._connected.events != self._events:
            return REMOVED
        found = self._connected.card.answer(bytes(command[: length.value]))
        if not self.service:
            return NO_SERVICE
        if self._connected.events != self._events:
            found = b""  # pulled meanwhile: vsmartcard's reader says so only when it looks the next time
        answer[: len(found)] = found
        answered._obj.value = len(found)
        return 0

    def end_transaction(self, card, then):
        self._connected.card.power_on()
        return 0

    def disconnect(self, card, then):
        self._connected = None
        return 0
