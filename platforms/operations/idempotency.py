"""Idempotency keys: claim one, wait for a twin, keep the answer byte for byte."""

from __future__ import annotations

import base64
import datetime as dt
import time
from dataclasses import dataclass
from uuid import UUID, uuid4

from django.db import connection, transaction

from common.references import new_id
from common.sealing import seal, unseal
from platforms import errors
from platforms.models import IdempotencyRecord, Platform

# Longer than any request of the API takes; after that whoever had the key has died.
LEASE_SECONDS = 60
# A twin waits this long for the first one's answer before it is told to ask again.
WAIT_SECONDS = 20.0
_LOOK_EVERY_SECONDS = 0.05


@dataclass(frozen=True)
class Claim:
    """The right to do what was asked with a key, once."""

    record_id: UUID
    token: UUID


@dataclass(frozen=True)
class Answered:
    """An answer as it left."""

    http_status: int
    content_type: str
    body: bytes


def begin_request(*, platform: Platform, key: str, fingerprint: str, at: dt.datetime) -> Claim | Answered:
    """The first with this key gets a Claim; a later equal one the stored answer, for which it waits if need be.

    Raises IdempotencyKeyReused for another request under the same key, IdempotencyInProgress after WAIT_SECONDS.
    """
    end = time.monotonic() + WAIT_SECONDS
    while True:
        claim = _claim(platform, key, fingerprint, at)
        if claim is not None:
            return claim
        record = IdempotencyRecord.objects.get(platform=platform, key=key)
        if record.fingerprint != fingerprint:
            raise errors.IdempotencyKeyReused
        if record.answered_at is not None:
            assert record.http_status is not None
            return Answered(record.http_status, record.content_type, base64.b64decode(unseal(record.body_sealed)))
        if time.monotonic() >= end:
            raise errors.IdempotencyInProgress
        time.sleep(_LOOK_EVERY_SECONDS)


def finish_request(*, claim: Claim, answer: Answered, at: dt.datetime) -> None:
    """Keep the answer for every later arrival. Nothing is kept for a claim that another has taken over."""
    with transaction.atomic(durable=True):
        IdempotencyRecord.objects.filter(pk=claim.record_id, token=claim.token).update(
            answered_at=at,
            http_status=answer.http_status,
            content_type=answer.content_type,
            body_sealed=seal(base64.b64encode(answer.body).decode()),
        )


def release_request(*, claim: Claim) -> None:
    """Give the key back without an answer: the next arrival does the request anew."""
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE platforms_idempotencyrecord SET lease_until = now() WHERE id = %s AND token = %s",
            [claim.record_id, claim.token],
        )


def _claim(platform: Platform, key: str, fingerprint: str, at: dt.datetime) -> Claim | None:
    """One statement, so that of two at once one alone comes through; it also takes over from a process that died.

    The lease is measured by the database's clock: a test clock that leaps must not end the lease of a living process.
    """
    token = uuid4()
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO platforms_idempotencyrecord AS record
                (id, platform_id, key, fingerprint, token, lease_until, created_at, content_type, body_sealed)
            VALUES (%s, %s, %s, %s, %s, clock_timestamp() + make_interval(secs => %s), %s, '', '')
            ON CONFLICT (platform_id, key) DO UPDATE SET token = excluded.token, lease_until = excluded.lease_until
                WHERE record.answered_at IS NULL AND record.lease_until <= clock_timestamp()
                  AND record.fingerprint = excluded.fingerprint
            RETURNING id
            """,
            [new_id(), platform.pk, key, fingerprint, token, LEASE_SECONDS, at],
        )
        row = cursor.fetchone()
    return Claim(row[0], token) if row else None
