"""A credit centre in process, for tests: it knows people, and what to answer is data."""

from __future__ import annotations

from uuid import UUID

from common.outbound import refuse_inside_transaction
from verification.jcic.port import Answer, IdentityQuestion, Match, Mismatch, Notice, Unavailable
from verification.rules.documents import IdentityData


class FakeCreditCentre:
    """Answers Match for a person it knows with the very same data, Mismatch otherwise, Unavailable while it is down.

    Idempotent like the real one: a request id once answered gets that answer again.
    """

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        self.people: dict[str, IdentityData] = {}
        self.notices: dict[str, tuple[Notice, ...]] = {}
        self.asked: list[UUID] = []
        self.is_down = False
        self._answers: dict[UUID, Answer] = {}

    def knows(self, person: IdentityData, *, notices: tuple[Notice, ...] = ()) -> None:
        """From now on these data are the register's, with these notices against the person."""
        self.people[person.national_id] = person
        self.notices[person.national_id] = notices

    def ask(self, question: IdentityQuestion) -> Answer:
        refuse_inside_transaction()
        self.asked.append(question.request_id)
        if self.is_down:
            return Unavailable(why="down")
        return self._answers.setdefault(question.request_id, self._answer(question.person))

    def _answer(self, person: IdentityData) -> Answer:
        if self.people.get(person.national_id) != person:
            return Mismatch()
        return Match(notices=self.notices[person.national_id])
