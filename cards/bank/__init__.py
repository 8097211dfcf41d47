"""The core bank: accounts, debits and credits. `bank()` is the adapter that the settings name."""

from functools import lru_cache

from django.conf import settings

from cards.bank.fake import FakeBank
from cards.bank.live import LiveBank
from cards.bank.port import Bank

_fake = FakeBank()


def bank() -> Bank:
    return _fake if settings.WIRES == "fake" else _live()


def fake_bank() -> FakeBank:
    """The simulator itself, for tests to steer and to read its book."""
    return _fake


@lru_cache(maxsize=1)
def _live() -> LiveBank:
    return LiveBank(settings.BANK_URL, settings.BANK_TOKEN)
