"""The credit centre over HTTP, as docs/wires.md says."""

from __future__ import annotations

import datetime as dt
from typing import Any

from common import outbound
from verification.jcic.port import Answer, IdentityQuestion, Match, Mismatch, Notice, Unavailable


class LiveCreditCentre:
    """Anything but an understood match or mismatch is Unavailable."""

    def __init__(self, base_url: str, token: str, *, deadline_seconds: float = outbound.DEADLINE_SECONDS) -> None:
        self._client = outbound.Client(base_url, token, deadline_seconds=deadline_seconds)

    def ask(self, question: IdentityQuestion) -> Answer:
        person = question.person
        body = {
            "request_id": str(question.request_id),
            "national_id": person.national_id,
            "birth_date": person.birth_date.isoformat(),
            "issue_date": person.issue_date.isoformat(),
            "issue_type": person.issue_type,
            "issue_place": person.issue_place,
        }
        try:
            return _understood(self._client.post("identity", body, request_id=str(question.request_id)))
        except outbound.Unanswered as error:
            return Unavailable(why=str(error)[:200])


def _understood(body: dict[str, Any]) -> Answer:
    """A match whose notices can't be read is not a match: a notice may not be overlooked."""
    match body:
        case {"result": "match", "notices": list(notices)}:
            try:
                return Match(notices=tuple(_notice(notice) for notice in notices))
            except (KeyError, TypeError, ValueError, AttributeError):
                return Unavailable(why="notices not understood")
        case {"result": "mismatch"}:
            return Mismatch()
        case _:
            return Unavailable(why="answer not understood")


def _notice(body: dict[str, Any]) -> Notice:
    release_code, release_date = body["release_code"], body["release_date"]
    if not isinstance(body["code"], str) or not isinstance(release_code, str | None):
        raise TypeError("codes are text")
    return Notice(
        code=body["code"],
        registered_date=dt.date.fromisoformat(body["registered_date"]),
        release_code=release_code,
        release_date=None if release_date is None else dt.date.fromisoformat(release_date),
    )
