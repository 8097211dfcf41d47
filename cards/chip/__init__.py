"""The card authority, which alone can check a TAC. `authority()` is the adapter that the settings name."""

from functools import lru_cache

from django.conf import settings

from cards.chip.fake import FakeAuthority
from cards.chip.live import LiveAuthority
from cards.chip.port import ChipAuthority

_fake = FakeAuthority()


def authority() -> ChipAuthority:
    return _fake if settings.WIRES == "fake" else _live()


def fake_authority() -> FakeAuthority:
    """The simulator itself, for tests to steer."""
    return _fake


@lru_cache(maxsize=1)
def _live() -> LiveAuthority:
    return LiveAuthority(settings.CHIP_URL, settings.CHIP_TOKEN)
