"""`manage.py prove`: every invariant by name, every broken row by name, and an exit code for machines."""

import io
from dataclasses import replace

import pytest
from django.core.management import call_command

from cards.bank import fake_bank
from cards.bank.port import Unavailable
from reconciliation.checks import INVARIANTS
from reconciliation.tests.factories import make_house
from support.checks import INVARIANTS as IN_HAND
from support.tests.factories import open_all

pytestmark = pytest.mark.django_db


@pytest.fixture
def house(at, settings, tmp_path):
    """Now is shortly after everything happened."""
    import datetime as dt

    settings.CLOCK_FILE = str(tmp_path / "clock")
    (tmp_path / "clock").write_text(str((at - dt.datetime.now(dt.UTC)).total_seconds()))
    return make_house(at)


def prove(*arguments):
    out = io.StringIO()
    try:
        call_command("prove", *arguments, stdout=out, no_color=True)
    except SystemExit as end:
        return end.code, out.getvalue()
    return 0, out.getvalue()


def test_a_sound_house_is_proved_invariant_by_invariant(house):
    code, said = prove()

    assert (code, said.count(" OK ")) == (0, len(INVARIANTS) + len(IN_HAND) + 1)
    assert "BROKEN" not in said
    for invariant in (*INVARIANTS, *IN_HAND):
        assert invariant.says in said


def test_each_broken_row_is_named(house):
    fake_bank().book[0] = replace(fake_bank().book[0], line=99)

    code, said = prove()

    assert code == 1
    assert f"I-2 {house['paid'].reference}: order {house['paid'].order_number} was debited 2 times" in said
    assert "twice " + house["paid"].reference in said


def test_what_nobody_has_in_hand_is_named_until_the_sweep_came_by(house, at, settings, tmp_path):
    import datetime as dt

    later = at + dt.timedelta(hours=3)
    (tmp_path / "clock").write_text(str((later - dt.datetime.now(dt.UTC)).total_seconds()))

    code, said = prove()
    assert code == 1
    assert f"I-12 told or case {house['paid'].reference}: paid at" in said
    assert f"I-23 {house['unknown'].reference}: unknown since" in said

    open_all(later)
    assert prove()[0] == 0


def test_without_the_bank_the_rest_is_proved(house):
    code, said = prove("--no-bank")

    assert code == 0
    assert "not looked at: the bank was not asked" in said


def test_a_bank_that_does_not_answer_leaves_it_unproved(house, monkeypatch):
    monkeypatch.setattr(fake_bank(), "statement", lambda **span: Unavailable("statement: timed out"))

    code, said = prove()

    assert code == 1
    assert "not looked at: statement: timed out" in said


def test_a_canary_that_was_kept_is_named(house, at):
    from payments.models import Payment

    assert prove("--canary", "hunter-271828")[0] == 0

    Payment.objects.filter(pk=house["paid"].pk).update(description="hunter-271828")
    code, said = prove("--canary", "hunter-271828")
    assert code == 1
    assert "payments_payment.description" in said
