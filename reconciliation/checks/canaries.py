"""No secret in clear: account numbers, ID numbers and canary passwords are looked for in every text that is kept."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator
from itertools import islice

from django.apps import apps
from django.db import connection, models
from psycopg import sql

from cards.models import Account, Customer
from common.sealing import keyed_hash
from payments.models import Attempt
from reconciliation.checks.invariant import Invariant

# Runs of digits that could hold an account number, and what is shaped like a national ID or resident certificate.
_SHAPES = r"\d{14}|[A-Z][A-D1289]\d{8}"
_ACCOUNT = re.compile(r"(?=(\d{14}))")
_NATIONAL_ID = re.compile(r"(?=([A-Z][A-D1289]\d{8}))")
_CHUNK = 1_000

# Texts that others send us or that we send: an order number of fourteen digits is no account, so each find is looked up.
_APPS = {
    "audit",
    "cards",
    "ledger",
    "notifications",
    "payments",
    "reconciliation",
    "refunds",
    "support",
    "verification",
}

# Of a million codes that a card made, one looks like somebody's ID number by chance.
_WITHOUT_WORDS = ("_sealed", "hash", "signature", "tac")


def _secrets_in_clear(at: dt.datetime) -> Iterator[tuple[str, str]]:
    texts = _texts_like(_SHAPES)
    while chunk := list(islice(texts, _CHUNK)):
        accounts = _accounts_among({number for *_, text in chunk for number in _ACCOUNT.findall(text)})
        national_ids = _ids_among({number for *_, text in chunk for number in _NATIONAL_ID.findall(text)})
        for table, column, key, text in chunk:
            if not accounts.isdisjoint(_ACCOUNT.findall(text)):
                yield f"{table}.{column} {key}", "a full account number in clear"
            if not national_ids.isdisjoint(_NATIONAL_ID.findall(text)):
                yield f"{table}.{column} {key}", "a full ID number in clear"


def canary_in_clear(canary: str) -> Iterator[tuple[str, str]]:
    """Where a text that must not be kept anywhere is kept, for a test run with a known password."""
    for table, column, key, _ in _texts_like(re.escape(canary)):
        yield f"{table}.{column} {key}", "the canary in clear"


def _texts_like(pattern: str) -> Iterator[tuple[str, str, str, str]]:
    """(table, column, key, text) of every kept text that matches, sealed and hashed columns left out."""
    for table, key, column in _columns():
        statement = sql.SQL("SELECT {key}::text, {column}::text FROM {table} WHERE {column}::text ~ {pattern}").format(
            key=sql.Identifier(key),
            column=sql.Identifier(column),
            table=sql.Identifier(table),
            pattern=sql.Literal(pattern),
        )
        with connection.chunked_cursor() as cursor:
            cursor.execute(statement)
            while rows := cursor.fetchmany(_CHUNK):
                yield from ((table, column, row_key, text) for row_key, text in rows)


def _columns() -> Iterable[tuple[str, str, str]]:
    for model in apps.get_models():
        if model._meta.app_label not in _APPS:
            continue
        for field in model._meta.concrete_fields:
            is_text = isinstance(field, models.CharField | models.TextField | models.JSONField)
            if is_text and not field.name.endswith(_WITHOUT_WORDS):
                yield model._meta.db_table, str(model._meta.pk.column), str(field.column)


def _accounts_among(numbers: set[str]) -> set[str]:
    """Those that are an account's, of a customer or of a card that was refused before it was anyone's."""
    by_hash = {keyed_hash(number, purpose="account"): number for number in numbers}
    known = Account.objects.filter(number_hash__in=by_hash).values_list("number_hash", flat=True)
    refused = Attempt.objects.filter(account=None, account_hash__in=by_hash).values_list("account_hash", flat=True)
    return {by_hash[found] for found in (*known, *refused)}


def _ids_among(numbers: set[str]) -> set[str]:
    by_hash = {keyed_hash(number, purpose="national_id"): number for number in numbers}
    known = Customer.objects.filter(national_id_hash__in=by_hash).values_list("national_id_hash", flat=True)
    return {by_hash[found] for found in known if found is not None}


NO_SECRETS = Invariant(
    "I-18",
    "No account or ID number of a customer stands in clear in any text we keep",
    _secrets_in_clear,
    is_heavy=True,
)
