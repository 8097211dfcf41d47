"""The card in the payer's hand: the wallet's own software card, asked for one signature."""

from __future__ import annotations

import threading
from collections import defaultdict
from dataclasses import dataclass

from reader import apdu
from reader.software_card import SoftwareCard
from reader.tac import COUNTER_DIGITS
from sandbox import wallet
from sandbox.models import VirtualCard

# A card is in one hand at a time: its counters reach the card authority in rising order. One process, so locks suffice.
_hands: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)


@dataclass(frozen=True)
class Signature:
    counter: str
    tac: str


class ChipRefused(Exception):
    """The card did not sign. `code` as the component names it: wrong_password or card_locked."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def hand(card: VirtualCard) -> threading.Lock:
    """Hold it from the signature until the portal has answered."""
    return _hands[card.serial]


def sign(card: VirtualCard, *, password: str, text: str) -> Signature:
    """What the component does with a card: choose, verify, sign. A wrong password costs a try, as on a real card."""
    chip = wallet.software_card(card)
    _exchange(chip, apdu.select_command())
    status, _ = _exchange(chip, bytes(apdu.verify_command(bytearray(password.encode()))))
    if status != apdu.OK:
        raise ChipRefused("card_locked" if status == apdu.LOCKED else "wrong_password")
    _, data = _exchange(chip, apdu.write_record_command(text.encode("ascii")))
    return Signature(counter=data[:COUNTER_DIGITS].decode("ascii"), tac=data[COUNTER_DIGITS:].hex())


def _exchange(chip: SoftwareCard, command: bytes) -> tuple[int, bytes]:
    answer = chip.answer(command)
    return int.from_bytes(answer[-apdu.STATUS_BYTES :], "big"), answer[: -apdu.STATUS_BYTES]
