"""Fresh simulators for each test, and the messages that were queued."""

import pytest

from cards.bank import fake_bank
from common import phases
from verification.jcic import fake_credit_centre
from verification.tests.factories import PERSON


@pytest.fixture(autouse=True)
def bank():
    fake_bank().reset()
    yield fake_bank()
    fake_bank().reset()


@pytest.fixture(autouse=True)
def centre():
    """A credit centre that knows PERSON and has nothing against them."""
    centre = fake_credit_centre()
    centre.reset()
    centre.knows(PERSON)
    yield centre
    centre.reset()


@pytest.fixture(autouse=True)
def no_phase_listener():
    yield
    phases.listen(None)
