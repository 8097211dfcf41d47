"""The sandbox credit centre: compares what was typed with the register, and keeps the watch list."""

from __future__ import annotations

import datetime as dt
from typing import Any

from common import clock
from sandbox.faults import Call
from sandbox.models import Person
from sandbox.wires import Body, text, wire

Answer = dict[str, Any]

_COMPARED = ("birth_date", "issue_date", "issue_type", "issue_place")


@wire("POST", "jcic", "identity")
def identity(body: Body) -> Call:
    text(body, "request_id", longest=64)
    asked = {name: text(body, name) for name in ("national_id", *_COMPARED)}
    person = Person.objects.filter(national_id=asked["national_id"]).first()
    return Call(
        act=lambda: compare(person=person, asked=asked, at=clock.now()),
        own_fault="refuse" if person and person.credit_centre == "unavailable" else "",
    )


def compare(*, person: Person | None, asked: dict[str, str], at: dt.datetime) -> Answer:
    if person is None or person.credit_centre == "mismatch":
        return {"result": "mismatch", "notices": []}
    known = {name: str(getattr(person, name)) for name in _COMPARED}
    same = all(asked[name] == known[name] for name in _COMPARED)
    return {"result": "match" if same else "mismatch", "notices": _notices(person, clock.today_in_taipei(at))}


def _notices(person: Person, today: dt.date) -> list[Answer]:
    """At most one: none, without a release code, or released on a date in the past, today or to come."""
    release_date = {
        "notice_past": person.notice_release_date,
        "notice_today": today,
        "notice_future": person.notice_release_date,
    }.get(person.credit_centre)
    if person.credit_centre != "notice" and release_date is None:
        return []
    return [
        {
            "code": "Z21",
            "registered_date": "2024-05-20",
            "release_code": "R1" if release_date else None,
            "release_date": release_date.isoformat() if release_date else None,
        }
    ]
