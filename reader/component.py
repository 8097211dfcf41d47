"""The loopback WebSocket server: who may connect, and one page's conversation with the component."""

import asyncio
import json
import logging
from collections.abc import Sequence
from dataclasses import asdict
from http import HTTPStatus

from websockets.asyncio.server import Server, ServerConnection, broadcast, serve
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request as HttpRequest
from websockets.http11 import Response
from websockets.typing import Subprotocol

from reader import PROTOCOL, VERSION
from reader.errors import ReaderError
from reader.messages import MESSAGE_BYTES_MAX, Request, failure, parse_request, parse_sign, success
from reader.slot import CardSlot, State
from reader.transports import Transport

PATH = "/v1"
HEALTH_PATH = "/healthz"
SUBPROTOCOL = Subprotocol("outpost-reader.v1")
PAGES_MAX = 16
CARD_SECONDS_MAX = 10.0
# A page that doesn't take its leave within this time is left without.
CLOSE_SECONDS = 1.0

logger = logging.getLogger(__name__)
# At DEBUG the library writes whole messages to its log, passwords with them: it is never given that level.
_wire_logger = logging.getLogger("reader.wire")
_wire_logger.setLevel(logging.INFO)


class Component:
    """One reader, offered to the pages of the allowed origins."""

    def __init__(
        self, *, transport: Transport, allowed_origins: Sequence[str], seconds_max: float = CARD_SECONDS_MAX
    ) -> None:
        self.transport = transport
        self.slot = CardSlot(transport, seconds_max=seconds_max)
        self._allowed_origins = frozenset(allowed_origins)
        self._pages: set[ServerConnection] = set()
        self._server: Server | None = None

    @property
    def port(self) -> int:
        assert self._server is not None
        return int(next(iter(self._server.sockets)).getsockname()[1])

    async def start(self, *, port: int, host: str = "127.0.0.1") -> None:
        """Raises OSError when the port is taken."""
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
            logger=_wire_logger,
        )
        await self.slot.start(self._tell_pages)

    async def stop(self) -> None:
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()
        await self.slot.stop()

    def _check_visitor(self, connection: ServerConnection, request: HttpRequest) -> Response | None:
        if request.path == HEALTH_PATH:
            return connection.respond(HTTPStatus.OK, "ok\n")
        if request.path != PATH:
            return connection.respond(HTTPStatus.NOT_FOUND, "not found\n")
        origins = request.headers.get_all("Origin")
        if len(origins) != 1 or origins[0] not in self._allowed_origins:
            logger.warning("origin refused: %s", ", ".join(origins) or "none given")
            return connection.respond(HTTPStatus.FORBIDDEN, json.dumps({"error": {"code": "origin_refused"}}))
        if self._server is not None and len(self._server.connections) >= PAGES_MAX:
            return connection.respond(HTTPStatus.SERVICE_UNAVAILABLE, "too many pages\n")
        return None

    async def _talk(self, connection: ServerConnection) -> None:
        conversation = Conversation(connection, self)
        try:
            while True:
                # Not kept in a name: the message may have a password in it.
                await conversation.take(await connection.recv())
        except ConnectionClosed:
            logger.info("page gone")
        finally:
            self._pages.discard(connection)
            conversation.end()

    def greet(self, connection: ServerConnection) -> str:
        """From now on this page is told each change; returns the state to begin with."""
        self._pages.add(connection)
        return _state_event(self.slot.state)

    def _tell_pages(self, state: State) -> None:
        logger.info("reader %s, card %s", state.reader, state.card)
        broadcast(self._pages, _state_event(state))


class Conversation:
    """One page. A signature runs beside the conversation, so that the page can cancel it."""

    def __init__(self, connection: ServerConnection, component: Component) -> None:
        self._connection = connection
        self._component = component
        self._greeted = False
        self._signature: asyncio.Task[None] | None = None

    async def take(self, raw: str | bytes) -> None:
        """Answers every message, the worst one too."""
        number = None
        try:
            request = parse_request(raw)
            number = request.id
            await self._dispatch(request)
        except ReaderError as error:
            logger.info("refused: %s", error.code)
            more = {"supported": [PROTOCOL]} if error.code == "protocol_unsupported" else {}
            await self._connection.send(failure(number, error, **more))

    def end(self) -> None:
        """The page is gone: nobody is there for whom to sign."""
        if self._signature is not None:
            self._signature.cancel()

    async def _dispatch(self, request: Request) -> None:
        actions = {"state": self._state, "accounts": self._accounts, "sign": self._sign, "cancel": self._cancel}
        if request.type == "hello":
            await self._hello(request)
        elif self._greeted and request.type in actions:
            logger.info("asked: %s", request.type)
            await actions[request.type](request)
        else:
            raise ReaderError("malformed")

    async def _hello(self, request: Request) -> None:
        if type(request.fields.get("protocol")) is not int:
            raise ReaderError("malformed")
        if request.fields["protocol"] != PROTOCOL:
            raise ReaderError("protocol_unsupported")
        transport = self._component.transport.name
        await self._connection.send(success(request.id, version=VERSION, protocol=PROTOCOL, transport=transport))
        if not self._greeted:
            self._greeted = True
            await self._connection.send(self._component.greet(self._connection))

    async def _state(self, request: Request) -> None:
        await self._connection.send(success(request.id, **asdict(self._component.slot.state)))

    async def _accounts(self, request: Request) -> None:
        await self._connection.send(success(request.id, **await self._component.slot.accounts()))

    async def _sign(self, request: Request) -> None:
        if self._signature is not None:
            raise ReaderError("busy")
        self._signature = asyncio.create_task(self._answer_signature(request))
        # Let it take its first step: a task that is cancelled before that would never answer.
        await asyncio.sleep(0)

    async def _answer_signature(self, request: Request) -> None:
        try:
            answer = success(request.id, **await self._component.slot.sign(parse_sign(request.fields)))
        except ReaderError as error:
            logger.info("refused: %s", error.code)
            answer = failure(request.id, error)
        except asyncio.CancelledError:
            answer = failure(request.id, ReaderError("cancelled"))
        # From here on there is nothing to cancel: what was signed is said.
        self._signature = None
        try:
            await self._connection.send(answer)
        except ConnectionClosed:
            logger.info("page gone before it was answered")

    async def _cancel(self, request: Request) -> None:
        waiting = self._signature
        if waiting is not None:
            waiting.cancel()
        await self._connection.send(success(request.id, cancelled=waiting is not None))


def _state_event(state: State) -> str:
    return json.dumps({"event": "state", **asdict(state)})
