"""One page's conversation with the component: greeting, pairing, accounts, signature."""

import asyncio
import json
import logging
from collections.abc import Callable
from dataclasses import asdict, dataclass

from websockets.asyncio.server import ServerConnection
from websockets.exceptions import ConnectionClosed

from reader import PROTOCOL, VERSION
from reader.errors import ReaderError
from reader.messages import Request, failure, parse_code, parse_hello, parse_request, parse_sign, success
from reader.pairing import CODE_SECONDS, Ceremony, PairingStore
from reader.slot import CardSlot, State

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Desk:
    """What all conversations share. `greet` lets a page be told each change; `announce` shows a pairing's number."""

    slot: CardSlot
    pairings: PairingStore
    ceremony: Ceremony
    greet: Callable[[ServerConnection], None]
    announce: Callable[[str], None]


class Conversation:
    """A signature runs beside the conversation, so that the page can cancel it."""

    def __init__(self, connection: ServerConnection, desk: Desk, *, origin: str) -> None:
        self._connection = connection
        self._desk = desk
        self._origin = origin
        self._greeted = False
        self._pairing = ""
        self._signature: asyncio.Task[None] | None = None

    async def take(self, raw: str | bytes) -> None:
        """Answers every message, the worst one too."""
        number = None
        try:
            request = parse_request(raw)
            del raw  # it may have a password in it
            number = request.id
            await self._dispatch(request)
        except ReaderError as error:
            logger.info("refused: %s", error.code)
            more: dict[str, object] = {}
            if error.code == "protocol_unsupported":
                more = {"supported": [PROTOCOL]}
            elif error.code == "too_old":
                more = {"version": VERSION}
            await self._connection.send(failure(number, error, **more))

    def end(self) -> None:
        """The page is gone: nobody is there for whom to sign or to pair."""
        self._desk.ceremony.abandon(self)
        if self._signature is not None:
            self._signature.cancel()

    async def _dispatch(self, request: Request) -> None:
        actions = {
            "state": self._state,
            "pair": self._pair,
            "pair_code": self._pair_code,
            "accounts": self._accounts,
            "sign": self._sign,
            "cancel": self._cancel,
        }
        if request.type == "hello":
            await self._hello(request)
        elif self._greeted and request.type in actions:
            logger.info("asked: %s", request.type)
            await actions[request.type](request)
        else:
            raise ReaderError("malformed")

    async def _hello(self, request: Request) -> None:
        hello = parse_hello(request.fields)
        pairing = self._desk.pairings.find(hello.pairing, self._origin)
        self._pairing = "" if pairing is None else pairing.id
        answer = success(
            request.id,
            version=VERSION,
            protocol=PROTOCOL,
            transport=self._desk.slot.transport_name,
            paired=pairing is not None,
            proof=None if pairing is None else pairing.proof(hello.challenge),
        )
        await self._connection.send(answer)
        if not self._greeted:
            self._greeted = True
            self._desk.greet(self._connection)
            await self._connection.send(state_event(self._desk.slot.state))

    async def _state(self, request: Request) -> None:
        await self._connection.send(success(request.id, **asdict(self._desk.slot.state)))

    async def _pair(self, request: Request) -> None:
        self._desk.announce(self._desk.ceremony.begin(self, self._origin))
        await self._connection.send(success(request.id, seconds=int(CODE_SECONDS)))

    async def _pair_code(self, request: Request) -> None:
        self._desk.ceremony.check(self, parse_code(request.fields))
        pairing = self._desk.pairings.make(self._origin)
        self._pairing = pairing.id
        logger.info("paired with %s", self._origin)
        await self._connection.send(success(request.id, pairing=pairing.id, secret=pairing.secret))

    def _check_paired(self) -> None:
        """Asked each time: a pairing may be revoked while its page is open."""
        if self._desk.pairings.find(self._pairing, self._origin) is None:
            raise ReaderError("not_paired")

    async def _accounts(self, request: Request) -> None:
        self._check_paired()
        await self._connection.send(success(request.id, **await self._desk.slot.accounts()))

    async def _sign(self, request: Request) -> None:
        self._check_paired()
        if self._signature is not None:
            raise ReaderError("busy")
        self._signature = asyncio.create_task(self._answer_signature(request))
        # Let it take its first step: a task that is cancelled before that would never answer.
        await asyncio.sleep(0)

    async def _answer_signature(self, request: Request) -> None:
        try:
            answer = success(request.id, **await self._desk.slot.sign(parse_sign(request.fields)))
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


def state_event(state: State) -> str:
    return json.dumps({"event": "state", **asdict(state)})
