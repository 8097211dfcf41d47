"""The slot: which card is in the reader now, and the one transaction that may be under way with it."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import Literal

from reader.card import Account, CardSession
from reader.errors import CardGone, ReaderError
from reader.messages import SignRequest
from reader.tac import order_digest, tac_text
from reader.transports import Presence, ReaderState, Transport, TransportName

CardStatus = Literal["ready", "none", "locked", "unreadable"]

# Taiwan has no summer time, and customers' computers often have no time zone database.
TAIPEI = timezone(timedelta(hours=8))

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class State:
    reader: ReaderState
    card: CardStatus = "none"
    card_serial: str | None = None


class CardSlot:
    """`seconds_max` bounds everything that is asked of the card; a card that is silent for longer has timed out."""

    def __init__(self, transport: Transport, *, seconds_max: float) -> None:
        self.state = State(transport.presence.reader)
        self._transport = transport
        self._seconds_max = seconds_max
        self._tell: Callable[[State], None] = lambda state: None
        self._changed = asyncio.Event()
        self._card_in_use = asyncio.Lock()
        self._signing = False
        self._watcher: asyncio.Task[None] | None = None

    @property
    def transport_name(self) -> TransportName:
        return self._transport.name

    async def start(self, tell: Callable[[State], None]) -> None:
        """`tell` is given each new state."""
        self._tell = tell
        await self._transport.start(self._changed.set)
        self._changed.set()
        self._watcher = asyncio.create_task(self._watch())

    async def stop(self) -> None:
        if self._watcher is not None:
            self._watcher.cancel()
        await self._transport.stop()

    async def accounts(self) -> dict[str, object]:
        """Issuer, serial and accounts of the card. `busy` while a transaction is under way."""
        if self._signing:
            raise ReaderError("busy")
        async with self._session() as session:
            if await session.tries_left() == 0:
                raise ReaderError("card_locked", tries_left=0)
            return {
                "issuer": await session.issuer(),
                "card_serial": await session.serial(),
                "accounts": [asdict(account) for account in await session.accounts()],
            }

    async def sign(self, request: SignRequest) -> dict[str, object]:
        """Verify the password on the card and let it sign; the password is wiped whatever happens."""
        try:
            async with self._transaction(), self._session() as session:
                return await _sign(session, request)
        except ReaderError as error:
            if error.code == "card_locked" and self.state.card == "ready":
                self._show(State("ready", "locked", self.state.card_serial))
            raise
        finally:
            request.wipe()

    @asynccontextmanager
    async def _transaction(self) -> AsyncIterator[None]:
        if self._signing:
            raise ReaderError("busy")
        self._signing = True
        try:
            yield
        finally:
            self._signing = False

    @asynccontextmanager
    async def _session(self) -> AsyncIterator[CardSession]:
        insertion = self._insertion()
        try:
            async with (
                asyncio.timeout(self._seconds_max),
                self._card_in_use,
                CardSession(self._transport, insertion) as session,
            ):
                yield session
        except TimeoutError:
            raise ReaderError("timed_out") from None
        except CardGone:
            raise ReaderError("card_removed") from None

    def _insertion(self) -> int:
        presence = self._transport.presence
        if presence.reader == "no_driver":
            raise ReaderError("no_driver")
        if presence.reader == "none":
            raise ReaderError("no_reader")
        if presence.insertion is None:
            raise ReaderError("no_card")
        return presence.insertion

    async def _watch(self) -> None:
        while True:
            await self._changed.wait()
            self._changed.clear()
            presence = self._transport.presence
            state = State(presence.reader)
            if presence.insertion is not None:
                state = await self._look_at_card(presence)
            if presence == self._transport.presence:
                self._show(state)

    async def _look_at_card(self, presence: Presence) -> State:
        try:
            async with self._session() as session:
                serial = await session.serial()
                locked = await session.tries_left() == 0
        except ReaderError as error:
            logger.info("card not readable: %s", error.code)
            return State(presence.reader, "unreadable")
        return State(presence.reader, "locked" if locked else "ready", serial)

    def _show(self, state: State) -> None:
        if state != self.state:
            self.state = state
            self._tell(state)


async def _sign(session: CardSession, request: SignRequest) -> dict[str, object]:
    if await session.serial() != request.card_serial:
        raise ReaderError("card_swapped")
    account = _chosen(await session.accounts(), request.account_index)
    issuer = await session.issuer()
    digest = order_digest(request.order)
    signed_at = request.signed_at or datetime.now(UTC).astimezone(TAIPEI).strftime("%Y%m%d%H%M%S")
    text = tac_text(
        amount_minor=request.amount_minor,
        currency=request.currency,
        account=account.number,
        terminal=request.terminal,
        check_code=request.check_code,
        signed_at=signed_at,
        order_digest=digest,
    )
    await session.verify(request.password)
    request.wipe()
    signature = await session.sign(text)
    return {
        "account": account.number,
        "issuer": issuer,
        "card_serial": request.card_serial,
        "counter": signature.counter,
        "tac": signature.tac,
        "signed_at": signed_at,
        "order_digest": digest,
        "order": dict(request.order),
    }


def _chosen(accounts: list[Account], index: int) -> Account:
    for account in accounts:
        if account.index == index:
            return account
    raise ReaderError("malformed")
