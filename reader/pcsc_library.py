"""The calls of libpcsclite that the PC/SC transport needs, as Python sees them."""

import ctypes
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

LIBRARY = "libpcsclite.so.1"

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
PLUGGED = rb"\\?PnP?\Notification"


class NoLibrary(Exception):
    """This computer has no PC/SC library."""


class PcscError(Exception):
    """A call was answered with something other than success."""

    def __init__(self, call: str, code: int) -> None:
        super().__init__(f"{call} answered {code:#010x}")
        self.code = code


class ReaderStateRecord(ctypes.Structure):
    _fields_ = (
        ("reader", ctypes.c_char_p),
        ("user_data", ctypes.c_void_p),
        ("current", ctypes.c_ulong),
        ("event", ctypes.c_ulong),
        ("atr_length", ctypes.c_ulong),
        ("atr", ctypes.c_ubyte * 33),
    )


class IoRequest(ctypes.Structure):
    _fields_ = (("protocol", ctypes.c_ulong), ("length", ctypes.c_ulong))


@dataclass(frozen=True)
class Sight:
    """The first reader (empty: none) and, if it holds a card, a number that is another one for another card."""

    reader: bytes = b""
    card: int | None = None


class PcscLibrary:
    """`library` is the loaded shared library."""

    def __init__(self, library: Any) -> None:
        self._library = library

    def call(self, name: str, *arguments: object) -> None:
        code = getattr(self._library, name)(*arguments) & 0xFFFFFFFF
        if code != 0:
            raise PcscError(name, code)

    @contextmanager
    def watching(self) -> "Iterator[Watch]":
        context = self.open_context()
        try:
            yield Watch(self, context)
        finally:
            self._library.SCardReleaseContext(context)

    def open_context(self) -> ctypes.c_long:
        context = ctypes.c_long()
        self.call("SCardEstablishContext", ctypes.c_ulong(SCOPE_SYSTEM), None, None, ctypes.byref(context))
        return context

    def connect(self, reader: bytes) -> "Connection":
        """A freshly reset card, kept from other programs until `disconnect`."""
        context = self.open_context()
        card, protocol = ctypes.c_long(), ctypes.c_ulong()
        both = ctypes.c_ulong(PROTOCOL_T0 | PROTOCOL_T1)
        how = ctypes.c_ulong(SHARE_SHARED)
        try:
            self.call("SCardConnect", context, reader, how, both, ctypes.byref(card), ctypes.byref(protocol))
        except PcscError:
            self._library.SCardReleaseContext(context)
            raise
        connection = Connection(self, context, card)
        try:
            self.call("SCardBeginTransaction", card)
            reset = ctypes.c_ulong(RESET_CARD)
            self.call("SCardReconnect", card, how, both, reset, ctypes.byref(protocol))
        except PcscError:
            connection.disconnect()
            raise
        connection.protocol = protocol.value
        return connection


class Connection:
    """One card, ours until `disconnect`."""

    def __init__(self, library: PcscLibrary, context: ctypes.c_long, card: ctypes.c_long) -> None:
        self._library = library
        self._context = context
        self._card = card
        self.protocol = PROTOCOL_T1

    def transmit(self, command: bytes | bytearray) -> bytes:
        sent = (ctypes.c_ubyte * len(command)).from_buffer_copy(command)
        answer = (ctypes.c_ubyte * ANSWER_BYTES_MAX)()
        length = ctypes.c_ulong(ANSWER_BYTES_MAX)
        header = IoRequest(self.protocol, ctypes.sizeof(IoRequest))
        try:
            self._library.call(
                "SCardTransmit",
                self._card,
                ctypes.byref(header),
                sent,
                ctypes.c_ulong(len(command)),
                None,
                answer,
                ctypes.byref(length),
            )
        finally:
            ctypes.memset(sent, 0, ctypes.sizeof(sent))
        return bytes(answer[: length.value])

    def disconnect(self) -> None:
        """Resets the card. What fails here is gone already."""
        for name, arguments in (
            ("SCardEndTransaction", (self._card, ctypes.c_ulong(RESET_CARD))),
            ("SCardDisconnect", (self._card, ctypes.c_ulong(RESET_CARD))),
            ("SCardReleaseContext", (self._context,)),
        ):
            try:
                self._library.call(name, *arguments)
            except PcscError:
                continue


class Watch:
    """Looks at the first reader, and waits until something changed."""

    def __init__(self, library: PcscLibrary, context: ctypes.c_long) -> None:
        self._library = library
        self._context = context
        self._reader = b""
        self._known = STATE_UNAWARE

    def look(self) -> Sight:
        self._reader = self._first_reader()
        if not self._reader:
            return Sight()
        states = (ReaderStateRecord * 1)()
        states[0].reader = self._reader
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
        states = (ReaderStateRecord * (2 if self._reader else 1))()
        states[0].reader = PLUGGED
        if self._reader:
            states[1].reader = self._reader
            states[1].current = self._known
        try:
            self._status_change(milliseconds, states)
        except PcscError as error:
            if error.code != UNKNOWN_READER:
                raise

    def _status_change(self, milliseconds: int, states: Any) -> None:
        try:
            self._library.call(
                "SCardGetStatusChange", self._context, ctypes.c_ulong(milliseconds), states, ctypes.c_ulong(len(states))
            )
        except PcscError as error:
            if error.code != TIMED_OUT:
                raise

    def _first_reader(self) -> bytes:
        length = ctypes.c_ulong()
        try:
            self._library.call("SCardListReaders", self._context, None, None, ctypes.byref(length))
            names = ctypes.create_string_buffer(max(length.value, 1))
            self._library.call("SCardListReaders", self._context, None, names, ctypes.byref(length))
        except PcscError as error:
            if error.code == NO_READERS:
                return b""
            raise
        return names.raw.split(b"\0")[0]


def load_library() -> PcscLibrary:
    """Raises NoLibrary."""
    try:
        library = ctypes.CDLL(LIBRARY)
    except OSError as missing:
        raise NoLibrary(str(missing)) from missing
    for name in (
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
    ):
        getattr(library, name).restype = ctypes.c_long
    return PcscLibrary(library)
