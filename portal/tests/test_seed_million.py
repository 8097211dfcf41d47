"""A small seed has everything that the large one has, and satisfies what prove asks of rows that operations made."""

import io

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection

from audit.models import Record
from common.references import reference_is_well_formed
from payments.models import Payment
from portal.management.commands.seed_million import national_id
from refunds.models import Refund
from support.models import Case

pytestmark = pytest.mark.django_db(transaction=True)


def test_two_thousand_payments_satisfy_every_invariant_and_refuse_a_second_seed():
    """The bank's statement is left out: what the bank would have booked is not part of the seed."""
    call_command("seed_million", "--payments", "2000", stdout=io.StringIO())

    assert (Payment.objects.count(), Refund.objects.count()) == (2000, 400)
    assert Case.objects.count() >= 40
    assert {"paid", "expired", "cancelled", "failed"} <= set(Payment.objects.values_list("status", flat=True))
    assert {"credited", "accepted", "cancelled"} <= set(Refund.objects.values_list("status", flat=True))
    assert all(map(reference_is_well_formed, Payment.objects.values_list("reference", flat=True)))
    assert all(map(reference_is_well_formed, Refund.objects.values_list("reference", flat=True)))
    assert not Record.objects.filter(link=None).exists()
    out = io.StringIO()
    call_command("prove", "--no-bank", "--no-color", stdout=out)
    assert "BROKEN" not in out.getvalue()
    assert _guards_off() == []
    with pytest.raises(CommandError, match="seeded already"):
        call_command("seed_million", "--payments", "2000")


def _guards_off():
    with connection.cursor() as cursor:
        cursor.execute("SELECT tgrelid::regclass::text, tgname FROM pg_trigger WHERE tgenabled = 'D'")
        return cursor.fetchall()


def test_outside_a_sandbox_nothing_is_seeded(settings):
    settings.SANDBOX = False

    with pytest.raises(CommandError, match="for a sandbox"):
        call_command("seed_million", "--payments", "2000")

    assert not Payment.objects.exists()


def test_fewer_than_a_few_hundred_are_refused():
    with pytest.raises(CommandError, match="at least 250"):
        call_command("seed_million", "--payments", "10")


@pytest.mark.parametrize("number", [1, 2, 999, 100_000])
def test_the_ids_have_their_check_digit(number):
    text = national_id(number)
    weights = (1, 9, 8, 7, 6, 5, 4, 3, 2, 1, 1)

    assert sum(int(digit) * weight for digit, weight in zip("10" + text[1:], weights, strict=True)) % 10 == 0
