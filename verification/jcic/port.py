"""What we ask the credit centre about a person, and what we can be told."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from verification.rules.documents import IdentityData


@dataclass(frozen=True)
class IdentityQuestion:
    """One question. `request_id` is ours: the same question asked again carries the same one."""

    request_id: UUID
    person: IdentityData


@dataclass(frozen=True)
class Notice:
    """One entry of the watch list. Without a release code it is still in force."""

    code: str
    registered_date: dt.date
    release_code: str | None
    release_date: dt.date | None


@dataclass(frozen=True)
class Match:
    """The data are those of the register. Notices may still stand against the person."""

    notices: tuple[Notice, ...] = ()


@dataclass(frozen=True)
class Mismatch:
    """The data are not those of the register."""


@dataclass(frozen=True)
class Unavailable:
    """No answer that can be understood. Says nothing about the person and is no attempt of theirs."""

    why: str


Answer = Match | Mismatch | Unavailable


class CreditCentre(Protocol):
    """The Joint Credit Information Center."""

    def ask(self, question: IdentityQuestion) -> Answer: ...
