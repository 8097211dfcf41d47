"""The direct transport: the component is the reader itself, and a virtual card connects to it over TCP."""

import asyncio
import logging
import socket
from collections.abc import Callable
from contextlib import suppress

from reader.errors import CardGone
from reader.transports import Presence, TransportName

POWER_OFF, POWER_ON, RESET, GIVE_ATR = b"\x00", b"\x01", b"\x02", b"\x04"

# A connection that does not say within this time which card it is, is none.
ATR_SECONDS = 5.0
# Cards that wait outside while another is in the slot; more are turned away.
WAITING_MAX = 8

logger = logging.getLogger(__name__)


class DirectTransport:
    """Listens as the virtual reader of vsmartcard (vpcd) does; the first card that connects is in the slot."""

    name: TransportName = "direct"

    def __init__(self, *, port: int, host: str = "127.0.0.1") -> None:
        self._host = host
        self._asked_port = port
        self._server: asyncio.Server | None = None
        self._slot = asyncio.Lock()
        self._wire = asyncio.Lock()
        self._insertions = 0
        self._presence = Presence("ready")
        self._card: asyncio.StreamWriter | None = None
        self._connections: set[asyncio.StreamWriter] = set()
        self._pending: asyncio.Future[bytes] | None = None
        self._changed: Callable[[], None] = lambda: None

    @property
    def presence(self) -> Presence:
        return self._presence

    @property
    def port(self) -> int:
        assert self._server is not None
        return int(self._server.sockets[0].getsockname()[1])

    async def start(self, changed: Callable[[], None]) -> None:
        self._changed = changed
        self._server = await asyncio.start_server(self._welcome, self._host, self._asked_port)

    async def stop(self) -> None:
        if self._server is None:
            return
        self._server.close()
        for connection in list(self._connections):
            connection.close()
        await self._server.wait_closed()

    async def begin(self, insertion: int) -> None:
        self._send(insertion, RESET)

    def end(self, insertion: int) -> None:
        with suppress(CardGone):
            self._send(insertion, RESET)

    async def transmit(self, insertion: int, command: bytes | bytearray) -> bytes:
        await self._wire.acquire()
        answer: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        # The wire stays taken until the card has answered, even when nobody waits for the answer any more: otherwise
        # the next command would be given the answer of this one.
        answer.add_done_callback(self._free_the_wire)
        self._pending = answer
        try:
            self._send(insertion, command)
        except CardGone as gone:
            answer.set_exception(gone)
        return await asyncio.shield(answer)

    def _send(self, insertion: int, message: bytes | bytearray) -> None:
        if self._card is None or insertion != self._presence.insertion:
            raise CardGone
        self._card.write(_frame(message))

    def _free_the_wire(self, answer: asyncio.Future[bytes]) -> None:
        answer.exception()
        self._pending = None
        self._wire.release()

    async def _welcome(self, incoming: asyncio.StreamReader, outgoing: asyncio.StreamWriter) -> None:
        if len(self._connections) > WAITING_MAX:
            outgoing.close()
            return
        self._connections.add(outgoing)
        try:
            async with self._slot:
                await self._hold_card(incoming, outgoing)
        except (OSError, EOFError, TimeoutError):
            logger.info("card connection ended")
        finally:
            self._connections.discard(outgoing)
            outgoing.close()

    async def _hold_card(self, incoming: asyncio.StreamReader, outgoing: asyncio.StreamWriter) -> None:
        outgoing.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        outgoing.write(_frame(POWER_ON) + _frame(GIVE_ATR))
        async with asyncio.timeout(ATR_SECONDS):
            await _read_frame(incoming)
        self._insertions += 1
        self._card = outgoing
        self._show(Presence("ready", self._insertions))
        try:
            await self._take_answers(incoming)
        finally:
            self._card = None
            if self._pending is not None and not self._pending.done():
                self._pending.set_exception(CardGone())
            self._show(Presence("ready"))

    async def _take_answers(self, incoming: asyncio.StreamReader) -> None:
        while True:
            frame = await _read_frame(incoming)
            if self._pending is None or self._pending.done():
                # A card that speaks unasked can't be kept in step.
                return
            self._pending.set_result(frame)

    def _show(self, presence: Presence) -> None:
        self._presence = presence
        self._changed()


def _frame(message: bytes | bytearray) -> bytes:
    return len(message).to_bytes(2, "big") + bytes(message)


async def _read_frame(incoming: asyncio.StreamReader) -> bytes:
    length = int.from_bytes(await incoming.readexactly(2), "big")
    return await incoming.readexactly(length)
