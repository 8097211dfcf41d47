"""The credit centre (JCIC): answers identity questions. `credit_centre()` is the adapter that the settings name."""

from __future__ import annotations

from functools import lru_cache

from django.conf import settings

from verification.jcic.fake import FakeCreditCentre
from verification.jcic.live import LiveCreditCentre
from verification.jcic.port import CreditCentre

_fake = FakeCreditCentre()


def credit_centre() -> CreditCentre:
    return _fake if settings.WIRES == "fake" else _live()


def fake_credit_centre() -> FakeCreditCentre:
    """The simulator itself, for tests to steer."""
    return _fake


@lru_cache(maxsize=1)
def _live() -> LiveCreditCentre:
    return LiveCreditCentre(settings.JCIC_URL, settings.JCIC_TOKEN)
