"""The bytes that are hashed and signed."""

import datetime as dt
from uuid import UUID

from audit import rules

RECORD = {
    "id": UUID(int=1),
    "by": "staff:amy",
    "details": {"b": 1, "a": ["x"]},
    "at": dt.datetime(2026, 6, 8, 10, 0, tzinfo=dt.timezone(dt.timedelta(hours=8))),
}


def hashed(position=1, previous=rules.GENESIS, **changes):
    return rules.link_hash(previous_hash=previous, position=position, record={**RECORD, **changes})


def test_the_hash_is_the_same_on_every_machine_and_in_every_time_zone():
    assert hashed() == "72bcedb769181de8ac5f697c5589a5772b504bc6d7cdbfbc826637fd5bf234a6"
    assert hashed(at=RECORD["at"].astimezone(dt.UTC), details={"a": ["x"], "b": 1}) == hashed()


def test_each_part_changes_the_hash():
    different = {
        hashed(),
        hashed(position=2),
        hashed(previous="1" * 64),
        hashed(by="staff:bob"),
        hashed(details={}),
        hashed(at=RECORD["at"] + dt.timedelta(microseconds=1)),
    }

    assert len(different) == 6


def test_a_head_is_signed_for_its_name_place_and_hash():
    signature = rules.head_signature(name="head", position=3, head_hash="ab")

    assert rules.signature_fits(signature, name="head", position=3, head_hash="ab")
    assert not rules.signature_fits(signature, name="2026-06-08", position=3, head_hash="ab")
    assert not rules.signature_fits(signature, name="head", position=4, head_hash="ab")
    assert not rules.signature_fits(signature, name="head", position=3, head_hash="ac")
    assert not rules.signature_fits("", name="head", position=3, head_hash="ab")
