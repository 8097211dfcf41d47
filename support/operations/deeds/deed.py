"""What a deed is: who may ask and confirm, what it would change, and the change itself."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any, ClassVar

from django.utils.functional import Promise as Text
from django.utils.translation import gettext_lazy as _

from refunds.queries.moving import Moves

Wish = dict[str, Any]


@dataclass(frozen=True)
class Line:
    """One thing that changes: what it is now and what it becomes."""

    label: str | Text
    before: str
    after: str


@dataclass(frozen=True)
class Preview:
    """What would happen if it were done now."""

    lines: tuple[Line, ...]
    # Only a calendar moves refunds.
    moves: Moves | None = None


@dataclass(frozen=True)
class Doing:
    """Who asked, who agreed, and when it is done: what the rows of a deed say."""

    made_by: str
    checkers: tuple[str, ...]
    reason: str
    at: dt.datetime

    @property
    def approved_by(self) -> str:
        """All of them, as far as a column holds: "staff:ben, staff:cat"."""
        return ", ".join(self.checkers)[:100]


@dataclass(frozen=True)
class Outcome:
    """What came of it, kept; and what is told once to who gave the last yes, kept nowhere."""

    text: str
    secret: str = ""


class Deed:
    """One entry of the registry. A wish is the payload as values: what JSON can say, under the names of its form's fields."""

    name: ClassVar[str]
    title: ClassVar[str | Text]
    # One sentence: what happens, and to whom.
    about: ClassVar[str | Text]
    makes: ClassVar[str]
    checks: ClassVar[str]

    def subject(self, wish: Wish) -> str:
        raise NotImplementedError

    def subject_shown(self, subject: str) -> str:
        """The subject as people call it."""
        return subject

    def amount_minor(self, wish: Wish) -> int:
        """What its tier is read from; 0 where no money is meant."""
        del wish
        return 0

    def check(self, wish: Wish, *, at: dt.datetime) -> None:
        """Raise a Refusal for what can't be done now. Asked when it is asked for and again when it is done."""

    def preview(self, wish: Wish, *, at: dt.datetime) -> Preview:
        raise NotImplementedError

    def apply(self, wish: Wish, doing: Doing) -> Outcome:
        """Do it in the caller's transaction, and say in a word what came of it."""
        raise NotImplementedError


def twd(minor: int) -> str:
    return f"NT${minor:,}"


NOTHING: str = "–"
VALID_FROM = _("Valid from")
