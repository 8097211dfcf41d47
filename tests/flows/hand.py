"""A card in the test's own hand: the software card, watched and stopped at a command, in whichever reader listens."""

from __future__ import annotations

import contextlib
import re
import threading
from collections.abc import Callable, Iterator

from bootstrap.stack import Stack
from reader import apdu
from reader.card_plug import CardPlug
from reader.software_card import CardAccount, CardFace, CardState, PlainMemory, SoftwareCard
from reader.tac import derive_key
from tests.flows.town import Payer, Town

# A test that fails must not hang: reached by no other.
PATIENCE_SECONDS = 60
_STATE = re.compile(r"reader \w+, card (\w+)")
_PAGE_GONE = "page gone"


class Pause:
    """A command on the card that does not end before the test says so."""

    def __init__(self) -> None:
        self._reached, self._released = threading.Event(), threading.Event()

    def hold(self) -> None:
        self._reached.set()
        self._released.wait(PATIENCE_SECONDS)

    def wait_until_reached(self) -> None:
        assert self._reached.wait(PATIENCE_SECONDS), "the card was not asked to sign"

    def release(self) -> None:
        self._released.set()


class WatchedCard(SoftwareCard):
    """Knows which instructions reached it, and stops inside WRITE RECORD when it is told to."""

    def __init__(self, face: CardFace, memory: PlainMemory) -> None:
        super().__init__(face, memory)
        self.memory = memory
        self.instructions: list[int] = []
        self._pause: Pause | None = None

    @property
    def tries_left(self) -> int:
        return self.memory.load().tries_left

    @property
    def counter(self) -> int:
        return self.memory.load().counter

    def renew(self) -> None:
        """What a counter of the bank does with a locked card: the tries are back, the counter goes on."""
        self.memory.save(CardState(counter=self.counter))

    @property
    def was_told_a_password(self) -> bool:
        """Looks at tries cost none and say nothing: they have no password in them."""
        return apdu.VERIFY[1] in self.instructions

    @contextlib.contextmanager
    def paused_while_signing(self) -> Iterator[Pause]:
        self._pause = pause = Pause()
        try:
            yield pause
        finally:
            self._pause = None
            pause.release()

    def answer(self, raw: bytes) -> bytes:
        is_question = len(raw) <= apdu.HEADER_BYTES + 1 and raw[1:2] == apdu.VERIFY[1:2]
        if not is_question:
            self.instructions.append(raw[1])
        if raw.startswith(apdu.WRITE_RECORD) and self._pause is not None:
            self._pause.hold()
        return super().answer(raw)


class Hand:
    """Holds at most one card in the virtual reader at `port`; knows every card that it made."""

    def __init__(self, *, port: int, master_key: bytes) -> None:
        self._plug = CardPlug(host="127.0.0.1", port=port)
        self._master_key = master_key
        self._cards: dict[str, WatchedCard] = {}
        self._pulling: list[threading.Thread] = []

    def card_of(self, payer: Payer, *, password: str = "", counter: int = 0) -> WatchedCard:
        """The same one each time. It has the password of the payer's card unless it is given another."""
        if payer.serial not in self._cards:
            accounts = [CardAccount(number, "Savings") for number in payer.accounts]
            face = CardFace("700", payer.serial, "Card", accounts, derive_key(self._master_key, payer.serial))
            memory = PlainMemory(password or payer.password, CardState(counter=counter))
            self._cards[payer.serial] = WatchedCard(face, memory)
        return self._cards[payer.serial]

    def insert(self, card: WatchedCard) -> None:
        self._plug.insert(card)

    def remove(self) -> None:
        self._plug.remove()

    def pull(self) -> None:
        """Out with it, in the middle of whatever it does; returns at once."""
        self._pulling.append(threading.Thread(target=self._plug.remove))
        self._pulling[-1].start()

    def rest(self) -> None:
        """What was pulled has left the reader, and its card has ended what it did."""
        while self._pulling:
            self._pulling.pop().join(PATIENCE_SECONDS)

    def open(self) -> None:
        """Nothing is held any more."""
        self.rest()
        self._plug.remove()


def exchange(stack: Stack, hand: Hand, card: WatchedCard) -> None:
    """Another card into the stack's reader. Each step is waited for: vsmartcard's reader overlooks a swift hand."""
    hand.remove()
    wait_for_card(stack, "none")
    hand.insert(card)
    wait_for_card(stack, "ready")


def wait_for_card(stack: Stack, state: str) -> None:
    """Until the last that the component wrote of its card is this."""
    _wait_for_log(stack, lambda log: _STATE.findall(log)[-1:] == [state])


@contextlib.contextmanager
def page_leaves(stack: Stack) -> Iterator[None]:
    """What is done here closes a page: the component has noticed when it ends."""
    before = stack.process("reader").output().count(_PAGE_GONE)
    yield
    _wait_for_log(stack, lambda log: log.count(_PAGE_GONE) > before)


def _wait_for_log(stack: Stack, has_come: Callable[[str], bool]) -> None:
    child = stack.process("reader")
    is_up = child.ready
    child.ready = lambda one: has_come(one.output())
    try:
        child.wait_until_ready()
    finally:
        child.ready = is_up


class HandTown(Town):
    """The town, whose payers hold their cards themselves instead of keeping them in the sandbox's wallet."""

    hand: Hand

    def prove_identity(self, payer: Payer, page_url: str) -> None:
        """The person proves identity, as the sandbox does it for whoever asks; the payment at this address ends there."""
        asked = {"page_url": page_url, "account": payer.accounts[0], "prove_identity": True}
        outcome = self._post("/sandbox/pay", asked)
        assert outcome["outcome"] == "identity_proved", outcome

    def insert(self, payer: Payer) -> None:
        self.hand.insert(self.hand.card_of(payer))

    def take_out(self) -> None:
        self.hand.remove()
