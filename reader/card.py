"""A session with the chip: what is on the card, the password, the signature."""

from dataclasses import dataclass
from types import TracebackType
from typing import Self

from reader import apdu
from reader.errors import ReaderError
from reader.tac import COUNTER_DIGITS, TAC_BYTES
from reader.transports import Transport


@dataclass(frozen=True)
class Account:
    index: int
    number: str
    label: str


@dataclass(frozen=True)
class Signature:
    """`counter` is eight digits, `tac` sixteen lower-case hex."""

    counter: str
    tac: str


class CardSession:
    """From one reset of the card to the next. Use with `async with`; raises CardGone when the card is pulled."""

    def __init__(self, transport: Transport, insertion: int) -> None:
        self._transport = transport
        self._insertion = insertion

    async def __aenter__(self) -> Self:
        await self._transport.begin(self._insertion)
        status, _ = await self._exchange(apdu.select_command())
        if status != apdu.OK:
            raise ReaderError("card_error")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._transport.end(self._insertion)

    async def issuer(self) -> str:
        return await self._text(apdu.ISSUER_RECORD)

    async def serial(self) -> str:
        return await self._text(apdu.SERIAL_RECORD)

    async def accounts(self) -> list[Account]:
        """Those of the eight account records that are used, with the memo of the card where one has no label."""
        memo = await self._text(apdu.MEMO_RECORD)
        found = []
        for index in range(apdu.ACCOUNTS_MAX):
            status, data = await self._exchange(apdu.read_record_command(apdu.FIRST_ACCOUNT_RECORD + index))
            if status == apdu.NO_RECORD:
                break
            found.append(_account(index, _decoded(status, data), memo))
        return found

    async def tries_left(self) -> int | None:
        """0: locked. None: this card does not tell."""
        status, _ = await self._exchange(apdu.tries_command())
        if status == apdu.LOCKED:
            return 0
        if status & 0xFFF0 == apdu.TRIES_LEFT_BASE:
            return status & 0x000F
        return None

    async def verify(self, password: bytearray) -> None:
        """Raises ReaderError `wrong_password` with the tries left, or `card_locked`. The command is wiped after use."""
        command = apdu.verify_command(password)
        try:
            status, _ = await self._exchange(command)
        finally:
            command[:] = bytes(len(command))
        if status == apdu.OK:
            return
        if status == apdu.LOCKED:
            raise ReaderError("card_locked", tries_left=0)
        if status == apdu.WRONG_PASSWORD:
            raise ReaderError("wrong_password", tries_left=await self.tries_left())
        raise ReaderError("card_error")

    async def sign(self, text: str) -> Signature:
        status, data = await self._exchange(apdu.write_record_command(text.encode("ascii")))
        counter, tac = data[:COUNTER_DIGITS], data[COUNTER_DIGITS:]
        if status != apdu.OK or len(tac) != TAC_BYTES or not counter.isdigit():
            raise ReaderError("card_error")
        return Signature(counter=counter.decode("ascii"), tac=tac.hex())

    async def _text(self, record: int) -> str:
        return _decoded(*await self._exchange(apdu.read_record_command(record)))

    async def _exchange(self, command: bytes | bytearray) -> tuple[int, bytes]:
        """Status and data. Follows 61xx (more to fetch) and 6Cxx (ask with this length), which T=0 cards answer."""
        status, data = _split(await self._transport.transmit(self._insertion, command))
        if status >> 8 == apdu.MORE_TO_FETCH:
            more = apdu.GET_RESPONSE + bytes([status & 0xFF])
            return _split(await self._transport.transmit(self._insertion, more))
        if status >> 8 == apdu.ASK_WITH_LENGTH and len(command) == apdu.HEADER_BYTES + 1:
            exact = bytes(command[: apdu.HEADER_BYTES]) + bytes([status & 0xFF])
            return _split(await self._transport.transmit(self._insertion, exact))
        return status, data


def _split(answer: bytes) -> tuple[int, bytes]:
    if len(answer) < apdu.STATUS_BYTES:
        raise ReaderError("card_error")
    return int.from_bytes(answer[-apdu.STATUS_BYTES :], "big"), answer[: -apdu.STATUS_BYTES]


def _decoded(status: int, data: bytes) -> str:
    if status != apdu.OK:
        raise ReaderError("card_error")
    try:
        return data.decode()
    except UnicodeDecodeError as broken:
        raise ReaderError("card_error") from broken


def _account(index: int, record: str, memo: str) -> Account:
    field, label = record[: apdu.ACCOUNT_FIELD_DIGITS], record[apdu.ACCOUNT_FIELD_DIGITS :]
    if len(field) != apdu.ACCOUNT_FIELD_DIGITS or not (field.isascii() and field.isdigit()):
        raise ReaderError("card_error")
    return Account(index=index, number=field[-apdu.ACCOUNT_DIGITS :], label=label.strip() or memo)
