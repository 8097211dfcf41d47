"""The wallet: which software card is in the reader, with the card's memory in the sandbox's database."""

from __future__ import annotations

import time
from typing import Any

from django.conf import settings
from django.db import transaction

from reader.card_plug import CardPlug
from reader.software_card import CardAccount, CardFace, CardState, SoftwareCard
from reader.tac import derive_key
from sandbox.faults import give_connection_back
from sandbox.models import ReaderSlot, VirtualCard
from sandbox.models.world import TRIES_MAX

# The component is on the same machine: it takes the card within this time or isn't running.
CONNECT_TRIES, CONNECT_PAUSE_SECONDS = 20, 0.05

_plug = CardPlug(host=settings.CARD_HOST, port=settings.CARD_PORT)


class NoSuchCard(LookupError):
    """No card has this serial or name."""


class StoredMemory:
    """A card's memory that survives the process. Runs in the plug's thread, so it gives its connection back."""

    def __init__(self, serial: str) -> None:
        self._serial = serial

    def check_password(self, digits: str) -> bool:
        try:
            return VirtualCard.objects.get(serial=self._serial).password == digits
        finally:
            give_connection_back()

    def load(self) -> CardState:
        try:
            card = VirtualCard.objects.get(serial=self._serial)
            return CardState(tries_left=card.tries_left, counter=card.counter)
        finally:
            give_connection_back()

    def save(self, state: CardState) -> None:
        try:
            VirtualCard.objects.filter(serial=self._serial).update(tries_left=state.tries_left, counter=state.counter)
        finally:
            give_connection_back()


def find_card(name: str) -> VirtualCard:
    """By serial, or by name in either language. Raises NoSuchCard."""
    for field in ("serial", "name", "name_en"):
        found = VirtualCard.objects.filter(**{field: name}).select_related("person").first()
        if found:
            return found
    raise NoSuchCard(name)


def insert(card: VirtualCard) -> None:
    """Put this card in; one that is in comes out first. Waits a moment for the reader, not for ever."""
    ReaderSlot.hold(card)
    _plug.insert(software_card(card))
    for _ in range(CONNECT_TRIES):
        if _plug.connected:
            return
        time.sleep(CONNECT_PAUSE_SECONDS)


def remove() -> None:
    ReaderSlot.hold(None)
    _plug.remove()


def software_card(card: VirtualCard) -> SoftwareCard:
    """The chip of this card; whatever it remembers, it remembers in the database."""
    face = CardFace(
        issuer=card.issuer,
        serial=card.serial,
        memo=card.name,
        accounts=[CardAccount(number) for number in card.account_numbers],
        key=derive_key(settings.CHIP_MASTER_KEY, card.serial),
    )
    return SoftwareCard(face, StoredMemory(card.serial))


def renew(card: VirtualCard) -> None:
    """What a new card from the bank does: the tries are back. Counters go on, they may never repeat."""
    with transaction.atomic():
        VirtualCard.objects.filter(pk=card.pk).update(tries_left=TRIES_MAX)


def restore() -> None:
    """After a restart of the process: the card that was in the reader is in it again."""
    held = ReaderSlot.held()
    if held:
        _plug.insert(software_card(held))
    give_connection_back()


def state() -> dict[str, Any]:
    """`inserted` is a serial or null; `connected`: the reader component has taken the card."""
    held = ReaderSlot.held()
    cards = VirtualCard.objects.order_by("serial")
    return {
        "inserted": held.serial if held else None,
        "connected": _plug.connected,
        "cards": [
            {"serial": card.serial, "name": card.name, "tries_left": card.tries_left, "locked": card.locked}
            for card in cards
        ],
    }
