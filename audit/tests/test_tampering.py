"""Someone owns the database, knows how records are linked, and lacks the key: `manage.py prove` names whatever they do."""

import datetime as dt
import io

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import models
from psycopg import sql

from audit import operations, rules
from audit.models import DailyHead, Head, Link, Record
from audit.tests.factories import make_record
from conftest import owner_connection

pytestmark = pytest.mark.django_db(transaction=True)

TABLES = ("audit_record", "audit_link", "audit_head", "audit_dailyhead")
DAYS = (dt.date(2026, 6, 5), dt.date(2026, 6, 6), dt.date(2026, 6, 7))
# Position 6 is the last of 6 June, 9 of the 7th; 10 to 12 are of today.
MIDDLE, LAST = 5, 12


@pytest.fixture
def trail(at):
    """Twelve records: three on each of three signed days, three of today; and one that waits to be linked."""
    for back in (2, 1, 0):
        for _ in range(3):
            make_record(role="agent", subject="PAY-1", reason="call", details={"n": 1})
        operations.link_records()
        operations.sign_daily_head(at=at - dt.timedelta(days=back))
    for _ in range(3):
        make_record(role="agent", subject="PAY-1", reason="call", details={"n": 1})
    operations.link_records()
    assert list(DailyHead.objects.order_by("day").values_list("day", "position")) == list(
        zip(DAYS, (3, 6, 9), strict=True)
    )


def audit_lines(*arguments):
    """What the command says of the trail, break by break, and whether it fails."""
    out = io.StringIO()
    try:
        call_command("prove", "--no-bank", "--no-color", *arguments, stdout=out)
        code = 0
    except SystemExit as exit_:
        code = exit_.code
    named = [
        line.strip()
        for line in out.getvalue().splitlines()
        if line.strip().startswith("I-21") and "audit trail:" in line
    ]
    return named, code


def tamper(*statements):
    """In one transaction, with every guard of the four tables switched off."""
    with owner_connection() as owner, owner.transaction():
        for table in TABLES:
            owner.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        for statement, *values in statements:
            owner.execute(statement, values)
        owner.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in TABLES:
            owner.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


ROWS = {
    Record: ("id = (SELECT record_id FROM audit_link WHERE position = 5)",),
    Link: ("position = 5", "position = 12"),
    Head: ("id = 1",),
    DailyHead: tuple(f"day = '{day}'" for day in DAYS),
}
FIELDS = [
    pytest.param(model, field.column, where, id=f"{model.__name__}.{field.column}-{number}")
    for model, wheres in ROWS.items()
    for field in model._meta.concrete_fields
    for number, where in enumerate(wheres)
]


def other(model, column):
    """SQL for another value of this column that its type and the table's constraints let through."""
    field = model._meta.get_field(column.removesuffix("_id") if column == "record_id" else column)
    if column == "record_id":
        return "(SELECT id FROM audit_record WHERE id NOT IN (SELECT record_id FROM audit_link))"
    kinds = {
        models.UUIDField: "gen_random_uuid()",
        models.DateTimeField: f"{column} + interval '1 microsecond'",
        models.DateField: f"{column} + 400",
        models.JSONField: "'{\"n\": 2}'",
        models.IntegerField: f"{column} + 1000",
    }
    longer = "repeat('f', 64)" if "hash" in column or "signature" in column else "'other'"
    return next((value for kind, value in kinds.items() if isinstance(field, kind)), longer)


@pytest.mark.parametrize(("model", "column", "where"), FIELDS)
def test_a_flipped_column_of_any_row_is_named(trail, model, column, where):
    assert audit_lines() == ([], 0)
    statements = [(f'UPDATE {model._meta.db_table} SET "{column}" = {other(model, column)} WHERE {where}',)]  # noqa: S608 - names of our own models
    if (model, column) == (Link, "record_id"):
        make_record(by="staff:stand-in")  # waits, and takes the place of the record that was linked
    if (model, column) == (Record, "id"):
        # The link goes along, as whoever wants to hide it would have it.
        statements = [
            (
                "CREATE TEMP TABLE moved AS SELECT record_id AS old, gen_random_uuid() AS new FROM audit_link WHERE position = 5",
            ),
            ("UPDATE audit_record SET id = (SELECT new FROM moved) WHERE id = (SELECT old FROM moved)",),
            ("UPDATE audit_link SET record_id = (SELECT new FROM moved) WHERE position = 5",),
            ("DROP TABLE moved",),
        ]
    tamper(*statements)

    named, code = audit_lines()

    assert named != []
    assert code == 1


GONE = "CREATE TEMP TABLE gone AS SELECT record_id FROM audit_link WHERE {}"
CUT = ("DELETE FROM audit_record WHERE id IN (SELECT record_id FROM gone)",)
DEEDS = {
    "a record with its link": [(GONE.format("position = 5"),), ("DELETE FROM audit_link WHERE position = 5",), CUT],
    "a link": [("DELETE FROM audit_link WHERE position = 5",)],
    "the first record with its link": [
        (GONE.format("position = 1"),),
        ("DELETE FROM audit_link WHERE position = 1",),
        CUT,
    ],
    "the last link": [("DELETE FROM audit_link WHERE position = 12",)],
    "the last three with their links": [
        (GONE.format("position > 9"),),
        ("DELETE FROM audit_link WHERE position > 9",),
        CUT,
    ],
    "the last three, and the head put back": [
        (GONE.format("position > 9"),),
        ("DELETE FROM audit_link WHERE position > 9",),
        CUT,
        ("UPDATE audit_head SET position = 9, hash = (SELECT hash FROM audit_link WHERE position = 9)",),
    ],
    "the last three, and a day's signature for the head": [
        (GONE.format("position > 9"),),
        ("DELETE FROM audit_link WHERE position > 9",),
        CUT,
        (
            "UPDATE audit_head SET position = d.position, hash = d.hash, signature = d.signature"
            " FROM audit_dailyhead d WHERE d.day = '2026-06-07'",
        ),
    ],
    "the head": [("DELETE FROM audit_head",)],
    "the first daily head": [("DELETE FROM audit_dailyhead WHERE day = '2026-06-05'",)],
    "a daily head among others": [("DELETE FROM audit_dailyhead WHERE day = '2026-06-06'",)],
    "the last daily head": [("DELETE FROM audit_dailyhead WHERE day = '2026-06-07'",)],
    "all daily heads": [("DELETE FROM audit_dailyhead",)],
    "two daily heads for one another": [
        ("UPDATE audit_dailyhead SET day = '2030-01-01' WHERE day = '2026-06-05'",),
        ("UPDATE audit_dailyhead SET day = '2026-06-05' WHERE day = '2026-06-06'",),
        ("UPDATE audit_dailyhead SET day = '2026-06-06' WHERE day = '2030-01-01'",),
    ],
    "a whole day with its head": [
        (GONE.format("position BETWEEN 4 AND 6"),),
        ("DELETE FROM audit_link WHERE position BETWEEN 4 AND 6",),
        CUT,
        ("DELETE FROM audit_dailyhead WHERE day = '2026-06-06'",),
    ],
    "the last day with its head and all after it": [
        (GONE.format("position > 6"),),
        ("DELETE FROM audit_link WHERE position > 6",),
        CUT,
        ("DELETE FROM audit_dailyhead WHERE day = '2026-06-07'",),
        (
            "UPDATE audit_head SET position = 6, hash = (SELECT hash FROM audit_link WHERE position = 6), signed_day = '2026-06-06'",
        ),
    ],
    "everything but the head": [
        ("DELETE FROM audit_link",),
        ("DELETE FROM audit_record",),
        ("DELETE FROM audit_dailyhead",),
    ],
    "a record slipped in": [
        (
            'INSERT INTO audit_record (id, "by", role, action, subject, reason, details, "at", txid) SELECT gen_random_uuid(),'
            # As of long ago: what other transactions of the server hold open may still be linked.
            " 'staff:ghost', role, action, subject, reason, details, \"at\", 1 FROM audit_record ORDER BY id LIMIT 1",
        )
    ],
    "a daily head copied to another day": [
        (
            "INSERT INTO audit_dailyhead (day, position, hash, previous_signature, signature, signed_at)"
            " SELECT '2026-06-01', position, hash, previous_signature, signature, signed_at"
            " FROM audit_dailyhead WHERE day = '2026-06-05'",
        )
    ],
    "two records for one another": [
        ("CREATE TEMP TABLE pair AS SELECT position, record_id FROM audit_link WHERE position IN (4, 5)",),
        ("DELETE FROM audit_link WHERE position IN (4, 5)",),
        (
            "INSERT INTO audit_link (position, record_id, previous_hash, hash)"
            " SELECT 9 - position, record_id, repeat('0', 64), repeat('0', 64) FROM pair",
        ),
    ],
}


@pytest.mark.parametrize("deed", DEEDS)
def test_what_is_taken_out_put_in_or_put_back_is_named(trail, deed):
    tamper(*DEEDS[deed])

    named, code = audit_lines()

    assert named != []
    assert code == 1


@pytest.mark.parametrize("start", [1, 5, LAST])
def test_a_chain_that_is_linked_anew_from_somewhere_on_does_not_fit_the_signed_heads(trail, start):
    """With good hashes from the changed record to the end, and the head moved along: all but the signatures."""
    tamper(
        (
            "UPDATE audit_record SET reason = 'forged' WHERE id = (SELECT record_id FROM audit_link WHERE position = %s)",
            start,
        )
    )
    relink(start)

    named, code = audit_lines()

    assert "I-21 audit trail: head_forged at head" in named
    assert code == 1


def test_the_last_records_cut_and_fewer_linked_anew_in_their_place_are_named(trail):
    tamper((GONE.format("position > 7"),), ("DELETE FROM audit_link WHERE position > 7",), CUT)
    make_record(by="staff:amy", reason="harmless")
    operations_link_without_the_key(8)

    named, _ = audit_lines()

    assert "I-21 audit trail: head_forged at head" in named
    assert any("2026-06-07" in line or "position 9" in line for line in named)


def relink(start):
    previous = Link.objects.get(position=start - 1).hash if start > 1 else rules.GENESIS
    for position in range(start, LAST + 1):
        record_id = Link.objects.get(position=position).record_id
        fields = Record.objects.filter(pk=record_id).values(*rules.HASHED).get()
        good = rules.link_hash(previous_hash=previous, position=position, record=fields)
        tamper(("UPDATE audit_link SET previous_hash = %s, hash = %s WHERE position = %s", previous, good, position))
        previous = good
    tamper(("UPDATE audit_head SET hash = %s", previous))


def operations_link_without_the_key(position):
    """The one record that waits, with a good hash, and the head moved behind it."""
    fields = Record.objects.filter(link=None).values(*rules.HASHED).get()
    previous = Link.objects.get(position=position - 1).hash
    good = rules.link_hash(previous_hash=previous, position=position, record=fields)
    tamper(
        (
            "INSERT INTO audit_link (position, record_id, previous_hash, hash) VALUES (%s, %s, %s, %s)",
            position,
            fields["id"],
            previous,
            good,
        ),
        ("UPDATE audit_head SET position = %s, hash = %s", position, good),
    )


def test_a_trail_put_back_whole_with_an_old_head_is_named_by_a_head_that_was_kept_elsewhere(trail):
    """Nothing in the database itself can tell an old state of all of it from a new one."""
    kept = Link.objects.get(position=LAST)
    assert audit_lines(f"--audit-head={LAST}:{kept.hash}") == ([], 0)
    tamper(
        *(
            (sql.SQL("DELETE FROM {}").format(sql.Identifier(table)),)
            for table in ("audit_link", "audit_record", "audit_dailyhead", "audit_head")
        )
    )
    assert audit_lines() == ([], 0)

    named, code = audit_lines(f"--audit-head={LAST}:{kept.hash}")

    assert named == ["I-21 kept head audit trail: tail_cut at position 12, of which a head was kept elsewhere"]
    assert code == 1


def test_another_hash_where_a_head_was_kept_is_named(trail):
    named, code = audit_lines("--audit-head=9:" + "0" * 64)

    assert named == ["I-21 kept head audit trail: changed at position 9, of which a head was kept elsewhere"]
    assert code == 1


@pytest.mark.parametrize("text", ["", "9", "x:abc", "9:"])
def test_a_kept_head_that_is_none_is_refused(text):
    with pytest.raises(CommandError, match="POSITION:HASH"):
        call_command("prove", "--no-bank", f"--audit-head={text}")


def test_what_was_linked_and_signed_before_every_column_was_is_still_whole(trail):
    """As the first release left it: hashes without the transaction, signatures without the columns beside."""
    previous, ends = rules.GENESIS, {}
    for link in Link.objects.order_by("position"):
        fields = Record.objects.filter(pk=link.record_id).values(*rules.HASHED_AT_FIRST).get()
        good = rules.link_hash(previous_hash=previous, position=link.position, record=fields)
        tamper(
            ("UPDATE audit_link SET previous_hash = %s, hash = %s WHERE position = %s", previous, good, link.position)
        )
        previous = ends[link.position] = good
    for day, position in zip(DAYS, (3, 6, 9), strict=True):
        signature = rules.head_signature(name=str(day), position=position, head_hash=ends[position])
        tamper(
            (
                "UPDATE audit_dailyhead SET hash = %s, previous_signature = '', signature = %s WHERE day = %s",
                ends[position],
                signature,
                day,
            )
        )
    signature = rules.head_signature(name="head", position=LAST, head_hash=previous)
    tamper(("UPDATE audit_head SET hash = %s, signature = %s, signed_day = NULL", previous, signature))

    assert audit_lines() == ([], 0)
    tamper(("UPDATE audit_dailyhead SET signature = md5('x') || md5('y') WHERE day = '2026-06-06'",))
    assert audit_lines()[0] == ["I-21 audit trail: head_forged at 2026-06-06"]
