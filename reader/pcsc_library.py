"""The calls of PC/SC that its transport needs, as Python sees them, in the dialect of this system's library."""

import ctypes
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from reader.pcsc_platform import Dialect, dialect_of, loader_of

SCOPE_SYSTEM = 2
SHARE_SHARED = 2
PROTOCOL_T0, PROTOCOL_T1 = 1, 2
LEAVE_CARD, RESET_CARD = 0, 1
STATE_UNAWARE, STATE_CHANGED, STATE_PRESENT, STATE_MUTE = 0x0000, 0x0002, 0x0020, 0x0200

NO_READERS, UNKNOWN_READER, TIMED_OUT = 0x8010002E, 0x80100009, 0x8010000A
# No card, removed, was reset by another program, reader unplugged, unknown reader.
CARD_IS_GONE = frozenset({0x8010000C, 0x80100069, 0x80100068, 0x80100017, UNKNOWN_READER})
# No service, or it broke off in the middle.
SERVICE_IS_GONE = frozenset({0x8010001D, 0x8010001E, 0x80100013})

ANSWER_BYTES_MAX = 258
# Not a reader: PC/SC answers under this name when one is plugged in or out.
PLUGGED = r"\\?PnP?\Notification"
CALLS = (
    "SCardEstablishContext",
    "SCardReleaseContext",
    "SCardListReaders",
    "SCardGetStatusChange",
    "SCardConnect",
    "SCardReconnect",
    "SCardBeginTransaction",
    "SCardEndTransaction",
    "SCardDisconnect",
    "SCardTransmit",
)


class NoLibrary(Exception):
    """This computer has no PC/SC library."""


class PcscError(Exception):
    """A call was answered with something other than success."""

    def __init__(self, call: str, code: int) -> None:
        super().__init__(f"{call} answered {code:#010x}")
        self.code = code


@dataclass(frozen=True)
class Sight:
    """The first reader (empty: none) and, if it holds a card, a number that is another one for another card."""

    reader: bytes = b""
    card: int | None = None


class PcscLibrary:
    """`library` is the loaded shared library."""

    def __init__(self, library: Any, dialect: Dialect | None = None) -> None:
        self.dialect = dialect or dialect_of()
        self._library = library

    def call(self, name: str, *arguments: object) -> None:
        code = getattr(self._library, self.dialect.name(name))(*arguments) & 0xFFFFFFFF
        if code != 0:
            raise PcscError(name, code)

    def release(self, context: Any) -> None:
        self._library.SCardReleaseContext(context)

    def number(self, value: int = 0) -> Any:
        return self.dialect.number(value)

    @contextmanager
    def watching(self) -> "Iterator[Watch]":
        context = self.open_context()
        try:
            yield Watch(self, context)
        finally:
            self.release(context)

    def open_context(self) -> Any:
        context = self.dialect.handle()
        self.call("SCardEstablishContext", self.number(SCOPE_SYSTEM), None, None, ctypes.byref(context))
        return context

    def connect(self, reader: bytes) -> "Connection":
        """A freshly reset card, kept from other programs until `disconnect`."""
        context = self.open_context()
        card, protocol = self.dialect.handle(), self.number()
        both = self.number(PROTOCOL_T0 | PROTOCOL_T1)
        how = self.number(SHARE_SHARED)
        name = self.dialect.ended(reader)
        try:
            self.call("SCardConnect", context, name, how, both, ctypes.byref(card), ctypes.byref(protocol))
        except PcscError:
            self.release(context)
            raise
        connection = Connection(self, context, card)
        try:
            self.call("SCardBeginTransaction", card)
            reset = self.number(RESET_CARD)
            self.call("SCardReconnect", card, how, both, reset, ctypes.byref(protocol))
        except PcscError:
            connection.disconnect()
            raise
        connection.protocol = protocol.value
        return connection


class Connection:
    """One card, ours until `disconnect`."""

    def __init__(self, library: PcscLibrary, context: Any, card: Any) -> None:
        self._library = library
        self._context = context
        self._card = card
        self.protocol = PROTOCOL_T1

    def transmit(self, command: bytes | bytearray) -> bytes:
        sent = (ctypes.c_ubyte * len(command)).from_buffer_copy(command)
        answer = (ctypes.c_ubyte * ANSWER_BYTES_MAX)()
        length = self._library.number(ANSWER_BYTES_MAX)
        request = self._library.dialect.io_request
        header = request(self.protocol, ctypes.sizeof(request))
        try:
            self._library.call(
                "SCardTransmit",
                self._card,
                ctypes.byref(header),
                sent,
                self._library.number(len(command)),
                None,
                answer,
                ctypes.byref(length),
            )
        finally:
            ctypes.memset(sent, 0, ctypes.sizeof(sent))
        return bytes(answer[: length.value])

    def disconnect(self) -> None:
        """Resets the card. What fails here is gone already."""
        reset = self._library.number(RESET_CARD)
        for name, arguments in (
            ("SCardEndTransaction", (self._card, reset)),
            ("SCardDisconnect", (self._card, reset)),
            ("SCardReleaseContext", (self._context,)),
        ):
            try:
                self._library.call(name, *arguments)
            except PcscError:
                continue


class Watch:
    """Looks at the first reader, and waits until something changed."""

    def __init__(self, library: PcscLibrary, context: Any) -> None:
        self._library = library
        self._context = context
        self._reader = b""
        self._readers = 0
        self._known = STATE_UNAWARE

    def look(self) -> Sight:
        self._reader = self._first_reader()
        if not self._reader:
            return Sight()
        states = self._states(self._reader)
        try:
            self._status_change(0, states)
        except PcscError as error:
            if error.code == UNKNOWN_READER:
                return Sight()
            raise
        event = int(states[0].event)
        self._known = event & ~STATE_CHANGED
        # The upper half counts cards put in and taken out: another number is another card, however fast it went.
        return Sight(self._reader, event >> 16 if event & STATE_PRESENT else None)

    def wait(self, milliseconds: int) -> None:
        """Returns when a card or a reader was put in or taken out, or after this time."""
        dialect = self._library.dialect
        names = [dialect.encoded(PLUGGED)] if dialect.tells_plugging else []
        names += [self._reader] if self._reader else []
        if not names:
            time.sleep(milliseconds / 1000)
            return
        states = self._states(*names)
        if dialect.counts_readers:
            states[0].current = self._readers << 16
        if self._reader:
            states[len(names) - 1].current = self._known
        try:
            self._status_change(milliseconds, states)
        except PcscError as error:
            if error.code != UNKNOWN_READER:
                raise

    def _states(self, *names: bytes) -> Any:
        states = (self._library.dialect.state_record * len(names))()
        for state, name in zip(states, names, strict=True):
            state.reader = self._library.dialect.ended(name)
        return states

    def _status_change(self, milliseconds: int, states: Any) -> None:
        number = self._library.number
        try:
            self._library.call("SCardGetStatusChange", self._context, number(milliseconds), states, number(len(states)))
        except PcscError as error:
            if error.code != TIMED_OUT:
                raise

    def _first_reader(self) -> bytes:
        readers = self._list_readers()
        self._readers = len(readers)
        return readers[0] if readers else b""

    def _list_readers(self) -> list[bytes]:
        dialect = self._library.dialect
        length = self._library.number()
        try:
            self._library.call("SCardListReaders", self._context, None, None, ctypes.byref(length))
            names = dialect.characters(length.value)
            self._library.call("SCardListReaders", self._context, None, names, ctypes.byref(length))
        except PcscError as error:
            if error.code == NO_READERS:
                return []
            raise
        return dialect.names(names.raw)


def load_library(platform: str = sys.platform) -> PcscLibrary:
    """Raises NoLibrary."""
    dialect = dialect_of(platform)
    try:
        library = loader_of(platform)(dialect.library)
        for call in CALLS:
            getattr(library, dialect.name(call)).restype = dialect.result
    except (OSError, AttributeError) as missing:
        raise NoLibrary(str(missing)) from missing
    return PcscLibrary(library, dialect)
