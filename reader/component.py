"""The loopback server: it takes visitors in by one door and holds a conversation with each page."""

import logging
from collections.abc import Callable, Sequence
from pathlib import Path

from websockets.asyncio.server import Server, ServerConnection, broadcast, serve
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response
from websockets.typing import Subprotocol

from reader.conversation import Conversation, Desk, state_event
from reader.door import Door
from reader.messages import MESSAGE_BYTES_MAX
from reader.neighbours import is_another_person
from reader.pairing import Ceremony, PairingStore
from reader.slot import CardSlot, State
from reader.transports import Transport

SUBPROTOCOL = Subprotocol("outpost-reader.v2")
PAGES_MAX = 16
CARD_SECONDS_MAX = 10.0
# A page that doesn't take its leave within this time is left without.
CLOSE_SECONDS = 1.0

logger = logging.getLogger(__name__)
# At DEBUG the library writes whole messages to its log, passwords with them: it is never given that level. What it says at INFO
# (each look at the own page) is said here where it matters.
_wire_logger = logging.getLogger("reader.wire")
_wire_logger.setLevel(logging.WARNING)


class Component:
    """One reader, offered to the pages of the allowed origins. Pairings are kept in `state_folder`."""

    def __init__(
        self,
        *,
        transport: Transport,
        allowed_origins: Sequence[str],
        state_folder: Path,
        seconds_max: float = CARD_SECONDS_MAX,
        announce: Callable[[str], None] = lambda code: None,
    ) -> None:
        """`announce` is told each pairing number; the component's own page shows it in any case."""
        self._pages: set[ServerConnection] = set()
        self.transport = transport
        self.slot = CardSlot(transport, seconds_max=seconds_max)
        self.pairings = PairingStore(state_folder)
        self._ceremony = Ceremony()
        self._desk = Desk(
            slot=self.slot,
            pairings=self.pairings,
            ceremony=self._ceremony,
            greet=self._pages.add,
            announce=announce,
        )
        self._door = Door(
            allowed_origins=allowed_origins,
            pairings=self.pairings,
            ceremony=self._ceremony,
            state=lambda: self.slot.state,
        )
        self._server: Server | None = None

    @property
    def port(self) -> int:
        assert self._server is not None
        return int(next(iter(self._server.sockets)).getsockname()[1])

    async def start(self, *, port: int, host: str = "127.0.0.1") -> None:
        """Raises OSError when the port is taken or pairings can't be kept."""
        self.pairings.prepare()
        self._server = await serve(
            self._talk,
            host,
            port,
            subprotocols=[SUBPROTOCOL],
            process_request=self._check_visitor,
            max_size=MESSAGE_BYTES_MAX,
            # The compressor would keep a window of what was sent, passwords with it.
            compression=None,
            close_timeout=CLOSE_SECONDS,
            server_header=None,
            logger=_wire_logger,
        )
        await self.slot.start(self._tell_pages)

    async def stop(self) -> None:
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()
        await self.slot.stop()

    def _check_visitor(self, connection: ServerConnection, request: Request) -> Response | None:
        ends = (connection.remote_address[:2], connection.local_address[:2])
        if is_another_person(*ends):
            return self._door.refuse_person()
        is_full = self._server is not None and len(self._server.connections) >= PAGES_MAX
        return self._door.answer(request, is_full=is_full)

    async def _talk(self, connection: ServerConnection) -> None:
        assert connection.request is not None
        conversation = Conversation(connection, self._desk, origin=connection.request.headers["Origin"])
        try:
            while True:
                # Not kept in a name: the message may have a password in it.
                await conversation.take(await connection.recv())
        except ConnectionClosed:
            logger.info("page gone")
        finally:
            self._pages.discard(connection)
            conversation.end()

    def _tell_pages(self, state: State) -> None:
        logger.info("reader %s, card %s", state.reader, state.card)
        broadcast(self._pages, state_event(state))
