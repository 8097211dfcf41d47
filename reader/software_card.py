"""The chip in software: a card that answers commands as the real one does, and keeps its state where it is told to."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from reader import apdu
from reader.tac import COUNTER_DIGITS, compute_tac

# T=1, historical bytes "OUTPOST1", and the check byte that T=1 asks for.
ATR = bytes.fromhex("3B88014F5554504F535431EE")

COUNTER_MAX = 10**COUNTER_DIGITS - 1


@dataclass(frozen=True)
class CardState:
    """What a card must remember when it has no power. Locked means: no tries left."""

    tries_left: int = apdu.TRIES_MAX
    counter: int = 0

    @property
    def locked(self) -> bool:
        return self.tries_left == 0


class CardMemory(Protocol):
    """Where a card's state is kept. `save` must have kept it when it returns: the card answers only after that."""

    def check_password(self, digits: str) -> bool: ...

    def load(self) -> CardState: ...

    def save(self, state: CardState) -> None: ...


class PlainMemory:
    """A memory that lasts as long as its process: for demos and tests."""

    def __init__(self, password: str, state: CardState = CardState()) -> None:
        self._password = password
        self._state = state

    def check_password(self, digits: str) -> bool:
        return digits == self._password

    def load(self) -> CardState:
        return self._state

    def save(self, state: CardState) -> None:
        self._state = state


@dataclass(frozen=True)
class CardAccount:
    """`number` is 14 digits; an empty label leaves the card's memo to be shown."""

    number: str
    label: str = ""

    def __post_init__(self) -> None:
        if len(self.number) != apdu.ACCOUNT_DIGITS or not (self.number.isascii() and self.number.isdigit()):
            raise ValueError("an account number is 14 digits")


@dataclass(frozen=True)
class CardFace:
    """What was written to the card when it was made. `key` is `tac.derive_key(master, serial)`."""

    issuer: str
    serial: str
    memo: str
    accounts: Sequence[CardAccount]
    key: bytes

    def __post_init__(self) -> None:
        if not 1 <= len(self.accounts) <= apdu.ACCOUNTS_MAX:
            raise ValueError("a card has one to eight accounts")

    def record(self, number: int) -> bytes | None:
        fixed = {apdu.ISSUER_RECORD: self.issuer, apdu.MEMO_RECORD: self.memo, apdu.SERIAL_RECORD: self.serial}
        if number in fixed:
            return fixed[number].encode()
        index = number - apdu.FIRST_ACCOUNT_RECORD
        if not 0 <= index < len(self.accounts):
            return None
        account = self.accounts[index]
        return (account.number.zfill(apdu.ACCOUNT_FIELD_DIGITS) + account.label).encode()


class SoftwareCard:
    """`answer(command)` gives data + status. A password once verified is good for one signature."""

    def __init__(self, face: CardFace, memory: CardMemory) -> None:
        self.face = face
        self._memory = memory
        self._selected = False
        self._verified = False

    def power_on(self) -> None:
        """Also reset: whatever was selected or verified is forgotten."""
        self._selected = False
        self._verified = False

    def answer(self, raw: bytes) -> bytes:
        try:
            command = apdu.parse_command(raw)
        except ValueError:
            return _status(apdu.WRONG_LENGTH)
        if command.header[0] != 0x00:
            return _status(apdu.UNKNOWN_CLASS)
        actions = {
            apdu.SELECT[1]: self._select,
            apdu.READ_RECORD_INS: self._read_record,
            apdu.VERIFY[1]: self._verify,
            apdu.WRITE_RECORD[1]: self._write_record,
        }
        action = actions.get(command.instruction)
        if action is None:
            return _status(apdu.UNKNOWN_INSTRUCTION)
        if not self._selected and action != self._select:
            return _status(apdu.NOT_NOW)
        return action(command)

    def _select(self, command: apdu.Command) -> bytes:
        self.power_on()
        if command.header != apdu.SELECT:
            return _status(apdu.BAD_PARAMETERS)
        if command.data != apdu.AID:
            return _status(apdu.NO_FILE)
        self._selected = True
        return _status(apdu.OK)

    def _read_record(self, command: apdu.Command) -> bytes:
        if command.header[3] != apdu.READ_BY_NUMBER:
            return _status(apdu.BAD_PARAMETERS)
        record = self.face.record(command.header[2])
        return _status(apdu.NO_RECORD) if record is None else record + _status(apdu.OK)

    def _verify(self, command: apdu.Command) -> bytes:
        if command.header != apdu.VERIFY:
            return _status(apdu.BAD_PARAMETERS)
        state = self._memory.load()
        if state.locked:
            return _status(apdu.LOCKED)
        if not command.data:
            return _status(apdu.OK if self._verified else apdu.TRIES_LEFT_BASE + state.tries_left)
        self._verified = False
        try:
            digits = apdu.password_from_block(command.data)
        except ValueError:
            return _status(apdu.BAD_DATA)
        # The try is spent before the password is looked at: pulling the card in between must not give one for free.
        state = replace(state, tries_left=state.tries_left - 1)
        self._memory.save(state)
        if not self._memory.check_password(digits):
            return _status(apdu.LOCKED if state.locked else apdu.WRONG_PASSWORD)
        self._memory.save(replace(state, tries_left=apdu.TRIES_MAX))
        self._verified = True
        return _status(apdu.OK)

    def _write_record(self, command: apdu.Command) -> bytes:
        if command.header != apdu.WRITE_RECORD:
            return _status(apdu.BAD_PARAMETERS)
        if not self._verified:
            return _status(apdu.NOT_VERIFIED)
        if not command.data or not command.data.isascii():
            return _status(apdu.BAD_DATA)
        self._verified = False
        state = self._memory.load()
        if state.counter >= COUNTER_MAX:
            return _status(apdu.NOT_NOW)
        # Kept before the answer leaves: a counter once shown is never used again.
        state = replace(state, counter=state.counter + 1)
        self._memory.save(state)
        counter = str(state.counter).zfill(COUNTER_DIGITS)
        tac = compute_tac(key=self.face.key, counter=counter, text=command.data.decode("ascii"))
        return counter.encode() + bytes.fromhex(tac) + _status(apdu.OK)


def _status(status: int) -> bytes:
    return status.to_bytes(2, "big")
