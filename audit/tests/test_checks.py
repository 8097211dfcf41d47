"""The owner of the database tampers, past triggers and rights; each deed is named."""

import pytest
from psycopg import sql

from audit import checks, operations, rules
from audit.models import Head, Link, Record
from audit.rules import HASHED
from audit.tests.factories import make_record
from conftest import owner_connection

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def chain(at):
    """Ten linked records, the first six under yesterday's signed head."""
    for _ in range(6):
        make_record()
    operations.link_records()
    operations.sign_daily_head(at=at)
    for _ in range(4):
        make_record()
    operations.link_records()
    assert list(checks.breaks()) == []


def tamper(*statements):
    """As the owner, with the guards switched off."""
    with owner_connection() as owner:
        guards(owner, "DISABLE")
        try:
            for statement, *values in statements:
                owner.execute(statement, values)
        finally:
            guards(owner, "ENABLE")


def guards(owner, what):
    for table in ("audit_record", "audit_link", "audit_dailyhead"):
        owner.execute(f"ALTER TABLE {table} {what} TRIGGER USER")


def named():
    return [str(found) for found in checks.breaks()]


def record_at(position):
    return Link.objects.get(position=position).record_id


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("by", "staff:nobody"),
        ("role", "auditor"),
        ("action", "nothing.happened"),
        ("subject", "PAY-other"),
        ("reason", "because"),
        ("details", '{"changed": true}'),
        ("at", "2020-01-01T00:00:00Z"),
    ],
)
def test_a_changed_column_is_named_by_its_position(chain, column, value):
    tamper(
        (sql.SQL("UPDATE audit_record SET {} = %s WHERE id = %s").format(sql.Identifier(column)), value, record_at(4))
    )

    assert named() == ["changed at position 4"]


def test_a_removed_record_is_named(chain):
    tamper(
        ("CREATE TEMP TABLE gone AS SELECT record_id FROM audit_link WHERE position = 4",),
        ("DELETE FROM audit_link WHERE position = 4",),
        ("DELETE FROM audit_record WHERE id IN (SELECT record_id FROM gone)",),
    )

    assert named() == ["removed at position 4"]


def test_a_removed_link_is_named_even_after_its_record_was_linked_anew(chain):
    tamper(("DELETE FROM audit_link WHERE position = 4",))
    assert "removed at position 4" in named()

    operations.link_records()

    assert "removed at position 4" in named()


def test_a_removed_record_whose_place_was_closed_is_named(chain):
    """The links behind move up by one; their hashes tell."""
    tamper(
        ("DELETE FROM audit_link WHERE position = 4",),
        ("UPDATE audit_link SET position = position + 1000 WHERE position > 4",),
        ("UPDATE audit_link SET position = position - 1001 WHERE position > 1000",),
    )

    found = named()
    assert "link_broken at position 4" in found
    assert "tail_cut at position 10 to 10" in found


def test_a_record_slipped_in_among_old_ones_is_named(chain):
    row = Record.objects.order_by("id")[3]
    tamper(
        (
            'INSERT INTO audit_record (id, "by", role, action, subject, reason, details, "at", txid)'
            " SELECT gen_random_uuid(), 'staff:ghost', role, action, subject, reason, details, \"at\", 1"
            " FROM audit_record WHERE id = %s",
            row.pk,
        )
    )

    ghost = Record.objects.get(by="staff:ghost")
    assert named() == [f"slipped_in at record {ghost.pk}"]


def test_a_record_slipped_in_at_the_end_with_a_good_hash_is_named(chain):
    ghost = make_record(by="staff:ghost")
    fields = Record.objects.filter(pk=ghost.pk).values(*HASHED).get()
    last = Link.objects.get(position=10)
    good = rules.link_hash(previous_hash=last.hash, position=11, record=fields)
    tamper(("INSERT INTO audit_link VALUES (11, %s, %s, %s)", last.hash, good, ghost.pk))

    assert "slipped_in at position 11 to 11" in named()


@pytest.mark.parametrize("kept", [8, 5, 0])
def test_a_cut_tail_is_named(chain, kept):
    tamper(
        ("CREATE TEMP TABLE gone AS SELECT record_id FROM audit_link WHERE position > %s", kept),
        ("DELETE FROM audit_link WHERE position > %s", kept),
        ("DELETE FROM audit_record WHERE id IN (SELECT record_id FROM gone)",),
    )

    found = named()

    assert f"tail_cut at position {kept + 1} to 10" in found
    assert (f"tail_cut at position {kept + 1} to 6" in found) is (kept < 6)


def test_a_tail_cut_together_with_its_head_is_named(chain):
    last = Link.objects.get(position=8)
    tamper(
        ("DELETE FROM audit_link WHERE position > 8",),
        ("UPDATE audit_head SET position = 8, hash = %s", last.hash),
    )

    assert "head_forged at head" in named()


def test_a_head_that_is_gone_is_named(chain):
    tamper(("DELETE FROM audit_head",))

    assert "tail_cut at the head is gone" in named()


def test_a_chain_forged_anew_with_good_hashes_does_not_fit_the_signed_heads(chain):
    tamper(("UPDATE audit_record SET reason = 'forged' WHERE id = %s", record_at(3)))
    previous = Link.objects.get(position=2).hash
    for position in range(3, 11):
        fields = Record.objects.filter(pk=record_at(position)).values(*HASHED).get()
        good = rules.link_hash(previous_hash=previous, position=position, record=fields)
        tamper(("UPDATE audit_link SET previous_hash = %s, hash = %s WHERE position = %s", previous, good, position))
        previous = good

    assert named() == ["changed at position 6, signed as 2026-06-07", "changed at position 10, signed as head"]


def test_a_forged_daily_head_is_named(chain):
    tamper(("UPDATE audit_dailyhead SET position = 5",))

    assert named() == ["head_forged at 2026-06-07"]


def test_the_walk_gives_the_same_in_small_chunks(chain):
    tamper(("UPDATE audit_record SET reason = 'x' WHERE id IN (%s, %s)", record_at(2), record_at(9)))

    assert [str(found) for found in checks.breaks(chunk=3)] == named()
    assert named() == ["changed at position 2", "changed at position 9"]
    assert Head.objects.get().position == 10
