"""Fixtures everyone shares: the test database with its two roles, honest clean-up, fakes reset, the frozen moment."""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path

import psycopg
import pytest
from django.conf import settings
from django.core.cache import cache
from django.core.management import call_command
from django.db import connections
from django.db.models import Model
from django.test import TransactionTestCase
from django.utils import translation
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

# A Monday morning in Taipei, no holiday near.
MONDAY = dt.datetime(2026, 6, 8, 2, 0, tzinfo=dt.UTC)


@pytest.fixture(scope="session")
def django_db_setup(request, django_test_environment, django_db_blocker, django_db_modify_db_settings_xdist_suffix):
    """Create and migrate as the owner, then let every test connect as the application's role, which owns nothing."""
    application = dict(settings.DATABASES["default"])
    owner = conninfo_to_dict(os.environ["DATABASE_OWNER_URL"])
    connection = connections["default"]
    with django_db_blocker.unblock():
        connection.settings_dict.update(USER=owner["user"], PASSWORD=owner.get("password", ""))
        connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
        call_command("grant_application_role", application["USER"], verbosity=0)
        _remember_seeds()
        connection.close()
        connection.settings_dict.update(USER=application["USER"], PASSWORD=application.get("PASSWORD", ""))
    yield
    with django_db_blocker.unblock():
        connections.close_all()
        connection.settings_dict.update(USER=owner["user"], PASSWORD=owner.get("password", ""))
        connection.creation.destroy_test_db(str(application["NAME"]), verbosity=0)


_seeds: dict[str, tuple[str, set]] = {}


def _remember_seeds() -> None:
    """The rows that migrations put there; a test that commits is cleaned up to exactly these."""
    with connections["default"].cursor() as cursor:
        for table in connections["default"].introspection.table_names(cursor):
            key = connections["default"].introspection.get_primary_key_column(cursor, table)
            cursor.execute(sql.SQL("SELECT {} FROM {}").format(sql.Identifier(key), sql.Identifier(table)))
            _seeds[table] = (key, {row[0] for row in cursor.fetchall()})


def owner_connection() -> psycopg.Connection:
    """The test database as its owner sees it, for clean-up and for playing the tamperer."""
    parts = conninfo_to_dict(os.environ["DATABASE_OWNER_URL"])
    parts["dbname"] = connections["default"].settings_dict["NAME"]
    return psycopg.connect(**parts, autocommit=True)


def put_as_owner(row: Model) -> Model:
    """A row that the application may not add by itself, such as a rule without an approval. For tests that commit."""
    fields = row._meta.concrete_fields
    values = [field.get_db_prep_save(field.pre_save(row, add=True), connections["default"]) for field in fields]
    names = sql.SQL(", ").join(sql.Identifier(field.column) for field in fields)
    places = sql.SQL(", ").join([sql.Placeholder()] * len(fields))
    into = sql.Identifier(row._meta.db_table)
    with owner_connection() as owner:
        owner.execute(sql.SQL("INSERT INTO {} ({}) VALUES ({})").format(into, names, places), values)
    return row


def _clean_after_commits(self) -> None:
    """TransactionTestCase truncates; our application role may not, so the owner does it, and keeps the seeds."""
    for connection in connections.all():
        connection.close()
    empty = [table for table, (_, keys) in _seeds.items() if not keys]
    with owner_connection() as owner:
        owner.execute(sql.SQL("TRUNCATE {}").format(sql.SQL(", ").join(map(sql.Identifier, empty))))
        for table, (key, keys) in _seeds.items():
            if keys:
                _delete_all_but(owner, table, key, list(keys))


def _delete_all_but(owner: psycopg.Connection, table: str, key: str, keys: list) -> None:
    """Append-only tables refuse even their owner, who may switch the refusal off for as long as it takes."""
    names = {"table": sql.Identifier(table), "key": sql.Identifier(key)}
    if owner.execute(sql.SQL("SELECT FROM {table} WHERE {key} <> ALL(%s) LIMIT 1").format(**names), [keys]).rowcount:
        owner.execute(sql.SQL("ALTER TABLE {table} DISABLE TRIGGER USER").format(**names))
        owner.execute(sql.SQL("DELETE FROM {table} WHERE {key} <> ALL(%s)").format(**names), [keys])
        owner.execute(sql.SQL("ALTER TABLE {table} ENABLE TRIGGER USER").format(**names))


TransactionTestCase._fixture_teardown = _clean_after_commits


@pytest.fixture
def at() -> dt.datetime:
    return MONDAY


@pytest.fixture
def later(settings, tmp_path):
    """Move the clock that pages read: `later(minutes=5)` is that long after the real time, not after the last move."""
    settings.CLOCK_FILE = str(tmp_path / "clock")

    def move(**by):
        Path(settings.CLOCK_FILE).write_text(str(dt.timedelta(**by).total_seconds()))

    return move


@pytest.fixture(autouse=True)
def _fakes_reset():
    """Every simulator forgets, so that no test hears of another's accounts."""
    _forget()
    yield
    _forget()


def _forget() -> None:
    from cards.bank import fake_bank
    from cards.chip import fake_authority
    from common import phases
    from notifications.channels import fake_sender
    from notifications.states import Channel
    from verification.jcic import fake_credit_centre

    for simulator in (
        fake_bank(),
        fake_authority(),
        fake_credit_centre(),
        *(fake_sender(channel) for channel in Channel),
    ):
        simulator.reset()
    phases.listen(None)
    cache.clear()
    # A request leaves its language behind in the thread; the next test begins in the portal's own.
    translation.deactivate()
