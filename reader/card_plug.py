"""The plug between a software card and a virtual reader: a TCP client, as every vsmartcard card is."""

import logging
import socket
import threading

from reader.direct import GIVE_ATR, POWER_OFF, POWER_ON, RESET
from reader.software_card import ATR, SoftwareCard

CONNECT_SECONDS = 2.0
# How soon a card that lost its reader (the component was restarted) tries again.
RETRY_SECONDS = 0.25

logger = logging.getLogger(__name__)


class CardPlug:
    """Holds at most one card in the reader at host:port, in a thread of its own. Safe to call from any thread."""

    def __init__(self, *, host: str, port: int) -> None:
        self._address = (host, port)
        self._lock = threading.Lock()
        self._holder: _Holder | None = None

    @property
    def card(self) -> SoftwareCard | None:
        """The card that was inserted last and not removed since."""
        holder = self._holder
        return None if holder is None else holder.card

    @property
    def connected(self) -> bool:
        """Whether the reader has that card now; False while the component is not there."""
        holder = self._holder
        return holder is not None and holder.connected.is_set()

    def insert(self, card: SoftwareCard) -> None:
        """Put this card in; a card that is in is taken out first. Doesn't wait for the reader."""
        with self._lock:
            self._take_out()
            self._holder = _Holder(self._address, card)
            self._holder.start()

    def remove(self) -> None:
        """Take the card out. When this returns the card is disconnected."""
        with self._lock:
            self._take_out()

    def _take_out(self) -> None:
        if self._holder is not None:
            self._holder.stop()
            self._holder = None


class _Holder(threading.Thread):
    def __init__(self, address: tuple[str, int], card: SoftwareCard) -> None:
        super().__init__(name=f"card {card.face.serial}", daemon=True)
        self.card = card
        self.connected = threading.Event()
        self._address = address
        self._stopped = threading.Event()
        self._guard = threading.Lock()
        self._socket: socket.socket | None = None

    def stop(self) -> None:
        self._stopped.set()
        with self._guard:
            if self._socket is not None:
                try:
                    self._socket.shutdown(socket.SHUT_RDWR)
                except OSError:
                    logger.debug("the reader was gone already")
        self.join()

    def run(self) -> None:
        while not self._stopped.is_set():
            try:
                self._serve()
            except (OSError, EOFError):
                logger.debug("no reader there")
            except Exception:
                # The card's memory failed (its database, say). A real card would be mute now; it is put in again.
                logger.exception("card stopped answering")
            self._stopped.wait(RETRY_SECONDS)

    def _serve(self) -> None:
        with socket.create_connection(self._address, timeout=CONNECT_SECONDS) as connection:
            connection.settimeout(None)
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with self._guard:
                self._socket = connection
            self.card.power_on()
            try:
                # Asked after the socket can be seen: a stop before that would have found nothing to shut.
                while not self._stopped.is_set():
                    self._answer(connection, _read_frame(connection))
            finally:
                self.connected.clear()
                with self._guard:
                    self._socket = None

    def _answer(self, connection: socket.socket, message: bytes) -> None:
        if message in (POWER_OFF, POWER_ON, RESET):
            self.card.power_on()
            return
        if message == GIVE_ATR:
            _write_frame(connection, ATR)
            self.connected.set()
            return
        _write_frame(connection, self.card.answer(message))


def _write_frame(connection: socket.socket, message: bytes) -> None:
    connection.sendall(len(message).to_bytes(2, "big") + message)


def _read_frame(connection: socket.socket) -> bytes:
    return _read_exactly(connection, int.from_bytes(_read_exactly(connection, 2), "big"))


def _read_exactly(connection: socket.socket, count: int) -> bytes:
    found = bytearray()
    while len(found) < count:
        # Linux takes this back after each read, and without it the delayed acknowledgement costs 44 ms a command.
        if hasattr(socket, "TCP_QUICKACK"):
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
        part = connection.recv(count - len(found))
        if not part:
            raise EOFError
        found += part
    return bytes(found)
