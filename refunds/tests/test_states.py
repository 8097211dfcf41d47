"""The life of a refund as a table: what the database guards is what the code says, and nothing is forgotten."""

import importlib

import pytest

from refunds.states import MONEY_MOVED, MOVES, PLATFORM_SEES, Status

guards = importlib.import_module("refunds.migrations.0002_guards")


def test_the_database_guards_the_table_of_the_code():
    code = {str(before): {str(after) for after in afters} for before, afters in MOVES.items() if afters}

    assert code == guards.MOVES


@pytest.mark.parametrize("table", [MOVES, PLATFORM_SEES, MONEY_MOVED])
def test_each_table_knows_each_status(table):
    assert set(table) == set(Status)


def test_credited_and_cancelled_are_for_good():
    assert {status for status, afters in MOVES.items() if not afters} == {Status.CREDITED, Status.CANCELLED}


def test_what_is_unknown_is_never_told_as_failed():
    assert PLATFORM_SEES[Status.UNKNOWN] == PLATFORM_SEES[Status.CREDITING]
    assert MONEY_MOVED[Status.UNKNOWN] == "unknown"
